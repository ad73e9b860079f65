package imapbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/sample"
	"migsh/internal/testserver"
)

// trips counts how often, by a trace, the client said something for which it had waited: something that follows on words of the
// server's.
func trips(trace string) int {
	n, server := 0, false
	for line := range strings.Lines(trace) {
		switch {
		case strings.Contains(line, " S: "):
			server = true
		case strings.Contains(line, " C: ") && server:
			n++
			server = false
		}
	}
	return n
}

// TestRoundTrips counts what a session costs on a long line, however many folders there are.
func TestRoundTrips(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox"})
	user := newUser()
	var box sample.Mailbox
	for i := range 40 {
		box.Folders = append(box.Folders, sample.Folder{Path: []string{fmt.Sprintf("Folder %d", i)}})
	}
	server.Fill(t, user, box)
	var trace bytes.Buffer
	cfg := account(server, user)
	cfg.Tracer = wrap.NewTracer(&trace)
	target, err := OpenTarget(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	count := func(what string, most int, do func() error) {
		t.Helper()
		before := trips(trace.String())
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if n := trips(trace.String()) - before; n > most {
			t.Errorf("%s takes %d round trips, want at most %d:\n%s", what, n, most, trace.String())
		}
		trace.Reset()
	}
	count("the login", 2, func() error { return nil })
	var folders []mailbox.Folder
	count("the list of folders", 1, func() (err error) {
		folders, err = target.Folders(t.Context(), "")
		if err == nil && len(folders) != 41 {
			err = fmt.Errorf("%d folders", len(folders))
		}
		return err
	})
	windows := func(yield func(mailbox.Window) bool) {
		for _, f := range folders {
			if !yield(mailbox.Window{At: mailbox.At{Folder: f.Name, UIDValidity: f.Status.UIDValidity}, UIDs: mailbox.UIDs(1)}) {
				return
			}
		}
	}
	for i := range 3 { // a message in each folder, then nothing but looks
		for _, f := range folders {
			if i > 0 {
				break
			}
			if _, err := target.Open(t.Context(), f.Name); err != nil {
				t.Fatal(err)
			}
		}
	}
	trace.Reset()
	count("a batch for each folder", 1, func() error {
		msgs := func(yield func(*mailbox.Outgoing, error) bool) {
			for _, f := range folders[:8] {
				for out, err := range sameSize(f.Name, 1, 100) {
					if !yield(out, err) {
						return
					}
				}
			}
		}
		for r, err := range target.Append(t.Context(), msgs) {
			if err != nil || r.Fate != mailbox.Stored {
				return fmt.Errorf("%v: %w", r, err)
			}
		}
		return nil
	})
	folders = folders[:8]
	count("a message of each folder", 2, func() error {
		for m, err := range target.Fetch(t.Context(), windows) {
			if err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, m.Body); err != nil {
				return err
			}
		}
		return nil
	})
	count("flags in a folder that was seen before", 1, func() error {
		at := mailbox.At{Folder: folders[0].Name, UIDValidity: folders[0].Status.UIDValidity}
		_, err := target.Store(t.Context(), at, []mailbox.FlagChange{{UIDs: mailbox.UIDs(1), Add: mailbox.NewFlags(`\Seen`)}})
		return err
	})
	// Those who ask at the same time don't wait for one another. That all have asked before the first answer is read can't be made
	// sure of here, so nothing is said of their number.
	group, ctx := errgroup.WithContext(t.Context())
	for _, f := range folders {
		group.Go(func() error { return look(ctx, target, f) })
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// look opens and lists a folder, and compares the two.
func look(ctx context.Context, box mailbox.Reader, f mailbox.Folder) error {
	opened, err := box.Open(ctx, f.Name)
	if err != nil {
		return err
	}
	var uids []mailbox.UID
	for m, err := range box.List(ctx, mailbox.At{Folder: f.Name, UIDValidity: opened.UIDValidity}, mailbox.Query{}) {
		if err != nil {
			return err
		}
		uids = append(uids, m.UID)
	}
	if opened.UIDValidity != f.Status.UIDValidity || !slices.Equal(uids, []mailbox.UID{1}) {
		return fmt.Errorf("%s: UIDVALIDITY %d, want %d; UIDs %v", f.Name, opened.UIDValidity, f.Status.UIDValidity, uids)
	}
	return nil
}
