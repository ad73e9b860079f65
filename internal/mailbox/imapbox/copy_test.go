package imapbox

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// copyMailbox copies everything, streaming from one session to the other, in the simplest way that the interfaces allow.
func copyMailbox(t *testing.T, source mailbox.Source, target mailbox.Target) {
	t.Helper()
	folders, err := source.Folders(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	from, to := source.Info().Personal[0], target.Info().Personal[0]
	for _, f := range folders {
		name := f.Name
		if !strings.EqualFold(name, "INBOX") {
			path := strings.Split(strings.TrimPrefix(name, from.Prefix), string(from.Delimiter))
			name = to.Prefix + strings.Join(path, string(to.Delimiter))
			if !f.Selectable() {
				continue
			}
			if _, err := target.Create(t.Context(), name, f.Use); err != nil {
				t.Errorf("create %q: %v", name, err)
				continue
			}
		}
		if f.Subscribed {
			if err := target.Subscribe(t.Context(), name); err != nil {
				t.Errorf("subscribe %q: %v", name, err)
			}
		}
		copyFolder(t, source, target, f, name)
	}
}

func copyFolder(t *testing.T, source mailbox.Source, target mailbox.Target, f mailbox.Folder, name string) {
	t.Helper()
	at := mailbox.At{Folder: f.Name, UIDValidity: f.Status.UIDValidity}
	var windows []mailbox.Window
	for m, err := range source.List(t.Context(), at, mailbox.Query{}) {
		if err != nil {
			t.Fatalf("list %q: %v", f.Name, err)
		}
		if n := len(windows); n == 0 || windows[n-1].UIDs.Len() == 7 {
			windows = append(windows, mailbox.Window{At: at})
		}
		windows[len(windows)-1].UIDs.Add(m.UID)
	}
	var sent []mailbox.UID
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		for m, err := range source.Fetch(t.Context(), slices.Values(windows)) {
			if err == nil {
				err = m.Err
			}
			if err != nil {
				yield(nil, err)
				return
			}
			sent = append(sent, m.UID)
			if !yield(&mailbox.Outgoing{At: mailbox.At{Folder: name}, Flags: m.Flags, Date: m.Date, Length: m.Length, Body: m.Body}, nil) {
				return
			}
		}
	}
	stored := 0
	for r, err := range target.Append(t.Context(), iter.Seq2[*mailbox.Outgoing, error](msgs)) {
		if err != nil || r.Fate != mailbox.Stored || r.UID == 0 {
			t.Fatalf("append to %q: %+v, %v", name, r, err)
		}
		stored++
	}
	if stored != len(sent) || stored != int(f.Status.Messages) {
		t.Errorf("%q: %d messages, %d sent, %d stored", f.Name, f.Status.Messages, len(sent), stored)
	}
}

// sourceCommands are all that a source may say. Nothing here changes a mailbox.
var sourceCommands = regexp.MustCompile(`^(CAPABILITY|STARTTLS|AUTHENTICATE PLAIN <redacted>|LOGIN "[^"]*" <redacted>|ID .*|ENABLE QRESYNC|NAMESPACE|LIST .*|LSUB .*|STATUS .*|EXAMINE .*|NOOP|LOGOUT|` +
	`(UID )?FETCH [0-9:,*]+ \((UID|FLAGS|INTERNALDATE|RFC822\.SIZE|MODSEQ|BODY\.PEEK\[[^\]]*\]| )+\)( \(CHANGEDSINCE \d+( VANISHED)?\))?)$`)

// TestCopyAwkwardMailbox copies a mailbox of everything that migrations stumble over between real servers of every layout, and
// demands that it arrives whole, that the source is as it was, that its server heard nothing that could have changed it, and that
// the trace shows no secret and no mail.
func TestCopyAwkwardMailbox(t *testing.T) {
	slash := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox"})
	dot := testserver.StartDovecot(t, testserver.DovecotOptions{Separator: ".", Prefix: "INBOX."})
	maildir := testserver.StartDovecot(t, testserver.DovecotOptions{})
	for _, test := range []struct {
		name     string
		from, to *testserver.Dovecot
	}{
		{"mdbox to maildir with prefix", slash, dot},
		{"maildir with prefix to mdbox", dot, slash},
		{"maildir to maildir", maildir, maildir},
	} {
		t.Run(test.name, func(t *testing.T) {
			user, other := newUser(), newUser()
			content := testmail.Awkward(testmail.AwkwardOptions{Seed: 1, Avoid: "./"})
			test.from.Fill(t, user, content)
			want := test.from.Snapshot(t, user)
			before := test.from.Digest(t, user)

			path := filepath.Join(t.TempDir(), "trace")
			tracer, err := wrap.OpenTrace(path)
			if err != nil {
				t.Fatal(err)
			}
			cfg := account(test.from, user)
			cfg.Tracer = tracer
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			target, err := OpenTarget(t.Context(), account(test.to, other))
			if err != nil {
				t.Fatal(err)
			}
			defer target.Close()
			copyMailbox(t, source, target)
			for _, f := range []string{"INBOX"} { // what a copy does not need
				for _, err := range source.Headers(t.Context(), mailbox.At{Folder: f}, mailbox.UIDSet{{First: 1, Last: 50}}, "Message-ID") {
					if err != nil {
						t.Error(err)
					}
				}
				if _, err := source.Vanished(t.Context(), mailbox.At{Folder: f}, mailbox.UIDs(1, 2, 3), 1); err != nil {
					t.Error(err)
				}
			}
			source.Close()

			for _, line := range testmail.Diff(want, test.to.Snapshot(t, other), testmail.Rules{}) {
				t.Error(line)
			}
			if after := test.from.Digest(t, user); !slices.Equal(before, after) {
				t.Error("the source's files have changed")
			}
			checkTrace(t, path, cfg.Credentials.Password)
		})
	}
}

func checkTrace(t *testing.T, path, password string) {
	t.Helper()
	trace, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for line := range bytes.Lines(trace) {
		_, said, ok := strings.Cut(strings.TrimSpace(string(line)), " C: ")
		if !ok {
			continue
		}
		commands++
		_, command, _ := strings.Cut(said, " ")
		if !sourceCommands.MatchString(command) {
			t.Errorf("the source was told %q", said)
		}
	}
	if commands < 10 {
		t.Errorf("the trace holds %d commands only", commands)
	}
	for _, secret := range []string{password, "Message-ID:", "\nReceived:"} {
		if bytes.Contains(trace, []byte(secret)) {
			t.Errorf("the trace shows %q", secret)
		}
	}
}

// TestCopyLargeMessageInBoundedMemory streams 40 MB and looks at the heap while it does.
func TestCopyLargeMessageInBoundedMemory(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox"})
	user, other := newUser(), newUser()
	large := testmail.LargeMessage(1, 40<<20)
	filler, err := OpenTarget(t.Context(), account(server, user))
	if err != nil {
		t.Fatal(err)
	}
	defer filler.Close()
	date := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	one := func(at mailbox.At, length int64, body io.Reader) iter.Seq2[*mailbox.Outgoing, error] {
		return func(yield func(*mailbox.Outgoing, error) bool) {
			yield(&mailbox.Outgoing{At: at, Date: date, Length: length, Body: body}, nil)
		}
	}
	peak := &heapPeak{r: large.Open()}
	for r, err := range filler.Append(t.Context(), one(mailbox.At{Folder: "INBOX"}, large.Size, peak)) {
		if err != nil || r.Fate != mailbox.Stored {
			t.Fatal(r, err)
		}
	}
	source, err := OpenSource(t.Context(), account(server, user))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	target, err := OpenTarget(t.Context(), account(server, other))
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	window := mailbox.Window{At: mailbox.At{Folder: "INBOX"}, UIDs: mailbox.UIDs(1)}
	for m, err := range source.Fetch(t.Context(), slices.Values([]mailbox.Window{window})) {
		if err = errors.Join(err, m.Err); err != nil {
			t.Fatal(err)
		}
		if m.Length != large.Size {
			t.Errorf("Length is %d, want %d", m.Length, large.Size)
		}
		peak.r = m.Body
		for r, err := range target.Append(t.Context(), one(mailbox.At{Folder: "INBOX"}, m.Length, peak)) {
			if err != nil || r.Fate != mailbox.Stored {
				t.Fatal(r, err)
			}
		}
	}
	if diff := testmail.Diff(server.Snapshot(t, user), server.Snapshot(t, other), testmail.Rules{}); len(diff) > 0 {
		t.Error(diff)
	}
	if peak.most > 16<<20 {
		t.Errorf("%d MB of heap in use while 40 MB passed", peak.most>>20)
	}
}

// heapPeak notes how much of the heap is in use while it is read.
type heapPeak struct {
	r    io.Reader
	n    int
	most uint64
}

func (h *heapPeak) Read(p []byte) (int, error) {
	if h.n++; h.n%200 == 0 {
		runtime.GC() // what is garbage does not count
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		h.most = max(h.most, stats.HeapAlloc)
	}
	return h.r.Read(p)
}

// TestServerGoesAway kills and freezes a real server under sessions at work.
func TestServerGoesAway(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	user := newUser()
	server.Fill(t, user, testmail.Plain(1, 20))
	proxy := testserver.NewProxy(t, server.IMAPAddr())
	cfg := account(server, user)
	cfg.Port, cfg.Idle = proxy.Port(), 500*time.Millisecond

	open := func() mailbox.Source {
		source, err := OpenSource(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { source.Close() })
		return source
	}
	t.Run("reset", func(t *testing.T) {
		source := open()
		proxy.CutAll()
		_, err := source.Folders(t.Context(), "")
		wantFault(t, err, mailbox.ConnectionLost)
	})
	t.Run("frozen", func(t *testing.T) {
		source := open()
		proxy.Pause()
		defer proxy.Resume()
		_, err := source.Folders(t.Context(), "")
		wantFault(t, err, mailbox.Stalled, "no progress")
	})
	t.Run("cut at every place", func(t *testing.T) {
		for cut := int64(1); cut < 6000; cut += 379 {
			proxy.UseAll(testserver.Link{CutDown: cut})
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				continue // the cut was before the end of the login
			}
			got := 0
			window := mailbox.Window{At: mailbox.At{Folder: "INBOX"}, UIDs: mailbox.UIDSet{{First: 1, Last: 20}}}
			for m, err := range source.Fetch(t.Context(), slices.Values([]mailbox.Window{window})) {
				if err != nil {
					if mailbox.ClassOf(err) != mailbox.Reconnect {
						t.Errorf("cut after %d bytes: %v", cut, err)
					}
					break
				}
				if m.Err != nil {
					t.Errorf("cut after %d bytes: UID %d is said to be %v", cut, m.UID, m.Err)
					continue
				}
				body, err := io.ReadAll(m.Body)
				if err == nil && int64(len(body)) != m.Length {
					t.Errorf("cut after %d bytes: UID %d has %d of %d bytes and no error", cut, m.UID, len(body), m.Length)
				}
				got++
			}
			if got == 20 {
				t.Errorf("cut after %d bytes: all came", cut)
			}
			source.Close()
		}
		proxy.UseAll(testserver.Link{})
	})
	t.Run("killed", func(t *testing.T) {
		source := open()
		server.Kill(t)
		defer server.Start(t)
		_, err := source.Folders(t.Context(), "")
		wantFault(t, err, mailbox.ConnectionLost)
	})
	t.Run("many at once", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 8 {
			source := open()
			wg.Go(func() {
				if _, err := source.Folders(t.Context(), ""); err != nil {
					t.Error(err)
				}
				source.Close()
			})
		}
		wg.Wait()
	})
}
