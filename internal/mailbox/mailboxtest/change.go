package mailboxtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"migsh/internal/mailbox"
)

func testStore(t *testing.T, f *fixture) {
	folder := f.folder("Store")
	uids := f.fill(folder, mail("a", `\Seen`), mail("b"), mail("c", `\Flagged`))
	results, err := f.target.Store(f.ctx, mailbox.At{Folder: folder}, []mailbox.FlagChange{
		{UIDs: mailbox.UIDs(uids[0], uids[1]), Add: mailbox.NewFlags(`\Answered`)},
		{UIDs: mailbox.UIDs(uids[0], uids[2]), Remove: mailbox.NewFlags(`\Seen`, `\Flagged`)},
		{UIDs: mailbox.UIDs(uids[1], uids[2]+50), Add: mailbox.NewFlags(`\Seen`), Remove: mailbox.NewFlags(`\Answered`)},
	})
	if err != nil || len(results) != 3 || errors.Join(results...) != nil {
		t.Fatalf("store: %v, %v", results, err)
	}
	want := []mailbox.Flags{mailbox.NewFlags(`\Answered`), mailbox.NewFlags(`\Seen`), nil}
	for i, m := range f.list(f.source(), folder, mailbox.Query{}) {
		if !m.Flags.Equal(want[i]) {
			t.Errorf("message %d has flags %q, want %q", i, m.Flags, want[i])
		}
	}
	if results, err := f.target.Store(f.ctx, mailbox.At{Folder: folder}, nil); err != nil || len(results) != 0 {
		t.Errorf("no changes: %v, %v", results, err)
	}
}

func testExpunge(t *testing.T, f *fixture) {
	folder := f.folder("Expunge")
	uids := f.fill(folder, mail("a"), mail("b", `\Deleted`), mail("c"))
	err := f.target.Expunge(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(uids[2]))
	left := f.list(f.source(), folder, mailbox.Query{})
	if !f.target.Info().Features.UIDPlus {
		if !mailbox.IsID(err, mailbox.Unsupported) || len(left) != 3 {
			t.Errorf("without UIDPLUS: %v, %d of 3 messages left; want Unsupported and all", err, len(left))
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 || left[0].UID != uids[0] || left[1].UID != uids[1] {
		t.Errorf("left are %v, want UIDs %v: what others marked as deleted must stay", left, uids[:2])
	}
}

func testCopy(t *testing.T, f *fixture) {
	copier, ok := f.target.(mailbox.Copier)
	if !ok {
		t.Skip("the target does not copy")
	}
	from, to := f.folder("Copy from"), f.folder("Copy to")
	uids := f.fill(from, mail("a", `\Seen`, "$Work"), mail("b"), mail("c"), mail("d", `\Flagged`))
	before := f.fill(to, mail("e"))
	copied, err := copier.Copy(f.ctx, mailbox.At{Folder: from}, mailbox.UIDs(uids[0], uids[2], uids[3], uids[3]+100), mailbox.At{Folder: to, UIDValidity: f.status(to).UIDValidity})
	there := f.list(f.source(), to, mailbox.Query{})
	if !f.target.Info().Features.UIDPlus {
		if !mailbox.IsID(err, mailbox.Unsupported) || len(there) != 1 {
			t.Errorf("without UIDPLUS: %v, %d messages; want Unsupported and 1", err, len(there))
		}
		return
	}
	if err != nil || len(copied) != 3 || len(there) != 4 {
		t.Fatalf("copied %v, %v; %d messages are there", copied, err, len(there))
	}
	originals := f.list(f.source(), from, mailbox.Query{})
	for _, o := range originals {
		i := slices.IndexFunc(there, func(m mailbox.Meta) bool { return m.UID == copied[o.UID] })
		if (copied[o.UID] == 0) != (o.UID == uids[1]) || i >= 0 && (there[i].UID <= before[0] || !there[i].Date.Equal(o.Date) || !there[i].Flags.Equal(o.Flags) || there[i].Size != o.Size) {
			t.Errorf("UID %d became %d: %+v, was %+v", o.UID, copied[o.UID], there, o)
		}
	}
	if copied, err := copier.Copy(f.ctx, mailbox.At{Folder: from}, mailbox.UIDs(uids[3]+100), mailbox.At{Folder: to}); err != nil && mailbox.ClassOf(err) == mailbox.Reconnect || len(copied) != 0 {
		t.Errorf("what is not there was copied: %v, %v", copied, err)
	}
	if copied, err := copier.Copy(f.ctx, mailbox.At{Folder: from, UIDValidity: 1}, mailbox.UIDs(uids[0]), mailbox.At{Folder: to}); !mailbox.IsID(err, mailbox.UIDValidityChanged) || len(copied) != 0 {
		t.Errorf("from another life: %v, %v", copied, err)
	}
	if copied, err := copier.Copy(f.ctx, mailbox.At{Folder: from}, mailbox.UIDs(uids[0]), mailbox.At{Folder: f.name("Copy nowhere")}); err == nil || mailbox.ClassOf(err) == mailbox.Reconnect || len(copied) != 0 {
		t.Errorf("to nowhere: %v, %v", copied, err)
	}
}

func testChanges(t *testing.T, f *fixture) {
	folder := f.folder("Changes")
	uids := f.fill(folder, mails(6)...)
	before := f.status(folder)
	source := f.source()
	gone, err := source.Vanished(f.ctx, mailbox.At{Folder: folder, UIDValidity: before.UIDValidity}, mailbox.UIDs(uids...), before.HighestModSeq)
	if err != nil || len(gone) != 0 {
		t.Errorf("nothing has gone, told was %v, %v", gone, err)
	}
	if _, err := f.target.Store(f.ctx, mailbox.At{Folder: folder}, []mailbox.FlagChange{{UIDs: mailbox.UIDs(uids[2]), Add: mailbox.NewFlags(`\Flagged`)}}); err != nil {
		t.Fatal(err)
	}
	features := f.target.Info().Features
	if features.UIDPlus {
		if err := f.target.Expunge(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(uids[4])); err != nil {
			t.Fatal(err)
		}
	}
	source = f.source()
	var changed []mailbox.UID
	for _, m := range f.list(source, folder, mailbox.Query{ChangedSince: before.HighestModSeq}) {
		changed = append(changed, m.UID)
	}
	if features.CondStore && before.HighestModSeq > 0 {
		if !slices.Equal(changed, uids[2:3]) {
			t.Errorf("changed since %d: %v, want %v", before.HighestModSeq, changed, uids[2:3])
		}
	} else if !slices.Contains(changed, uids[2]) || len(changed) < 5 {
		t.Errorf("without CONDSTORE all must come, came %v", changed)
	}
	if features.UIDPlus {
		for _, since := range []uint64{0, before.HighestModSeq} {
			gone, err := source.Vanished(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(append(uids, uids[5]+10)...), since)
			if want := mailbox.UIDs(uids[4], uids[5]+10); err != nil || !slices.Equal(gone, want) && !(since > 0 && slices.Equal(gone, mailbox.UIDs(uids[4]))) {
				t.Errorf("gone (since %d): %v, %v; want %v", since, gone, err, want)
			}
		}
	}
}

func testQuota(t *testing.T, f *fixture) {
	quotas, err := f.target.Quota(f.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !f.target.Info().Features.Quota && len(quotas) != 0 {
		t.Errorf("a server without quota tells %v", quotas)
	}
	for _, q := range quotas {
		if q.Resource == "" || q.Limit < 0 || q.Used < 0 {
			t.Errorf("odd quota %+v", q)
		}
	}
}

func testTurns(t *testing.T, f *fixture) {
	folder := f.folder("Turns")
	f.fill(folder, mails(40)...)
	source := f.source()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			n := 0
			for _, err := range source.List(f.ctx, mailbox.At{Folder: folder}, mailbox.Query{}) {
				if err != nil {
					t.Error(err)
				}
				n++
			}
			if n != 40 {
				t.Errorf("%d of 40 messages listed", n)
			}
			if _, err := source.Folders(f.ctx, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func testCancel(t *testing.T, f *fixture) {
	folder := f.folder("Cancel")
	big := Mail{Body: string(pattern(1 << 20))}
	uids := f.fill(folder, big, big, big, big)
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	source := f.source()
	var last error
	n := 0
	for _, err := range source.Fetch(ctx, slices.Values([]mailbox.Window{{At: mailbox.At{Folder: folder}, UIDs: mailbox.UIDs(uids...)}})) {
		last = err
		n++
		cancel()
	}
	if last == nil || n > 4 {
		t.Errorf("a cancelled fetch went on: %d messages, then %v", n, last)
	}
	if _, err := source.Folders(ctx, ""); err == nil {
		t.Error("a call with a cancelled context succeeded")
	}
}

func testClose(t *testing.T, f *fixture) {
	source := f.source()
	if err := source.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := source.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	if _, err := source.Folders(f.ctx, ""); mailbox.ClassOf(err) != mailbox.Reconnect {
		t.Errorf("a closed session answers %v, want an error of class reconnect", err)
	}
}
