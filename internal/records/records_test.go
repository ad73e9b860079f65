package records

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/migration"
	"migsh/internal/secret"
	"migsh/store"
	"migsh/store/memstore"
)

func open(t *testing.T) *Records {
	t.Helper()
	keys, err := secret.Load(filepath.Join(t.TempDir(), "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	s := memstore.New()
	t.Cleanup(func() { _ = s.Close() }) // closing memory cannot fail
	return New(s, keys)
}

func put(t *testing.T, r *Records, ops ...store.Op) {
	t.Helper()
	if _, err := r.Store.Update(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
}

func op(t *testing.T) func(store.Op, error) store.Op {
	return func(op store.Op, err error) store.Op {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return op
	}
}

// batch writes a batch with one user, who claims a pair.
func batch(t *testing.T, r *Records, name, address, pair string) Batch {
	t.Helper()
	b := Batch{Name: name, GUID: "guid-" + name, CreationTime: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	u := User{EmailAddress: address, GUID: "user-" + name, Row: 1, Pair: pair, UserState: migration.UserState{Status: migration.UserStopped}}
	claim, taken, err := r.ClaimOp(t.Context(), pair, Claim{BatchGUID: b.GUID, BatchName: name, Address: address})
	if err != nil || taken != nil {
		t.Fatalf("claim: %v, %v", taken, err)
	}
	put(t, r, claim, op(t)(r.Users.Create(u, UserKey(b.GUID, address)...)), op(t)(r.Batches.Create(b, migration.FoldName(name))))
	return b
}

func TestSecretsAreSealedInTheirPlace(t *testing.T) {
	r := open(t)
	sealed, err := r.Seal("hunter2", "user/a", FieldPassword)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sealed), "hunter2") {
		t.Errorf("%q shows the password", sealed)
	}
	if back, err := r.Open(sealed, "user/a", FieldPassword); err != nil || back != "hunter2" {
		t.Errorf("opened: %q, %v", back.Reveal(), err)
	}
	for _, place := range [][2]string{{"user/b", FieldPassword}, {"user/a", FieldTargetPassword}} {
		if back, err := r.Open(sealed, place[0], place[1]); !errors.Is(err, migration.ErrSecretsLocked) {
			t.Errorf("opened at %v: %q, %v", place, back.Reveal(), err)
		}
	}
	if none, err := r.Seal("", "user/a", FieldPassword); err != nil || none != "" {
		t.Errorf("no password is sealed as %q, %v", none, err)
	}
}

func TestListsInPieces(t *testing.T) {
	r, ctx := open(t), t.Context()
	for _, n := range []int{1000, 301, 300, 1, 0, 700} {
		before, err := r.FolderCounts(ctx, "b", "a@x.y")
		if err != nil {
			t.Fatal(err)
		}
		var folders []migration.FolderCount
		for i := range n {
			folders = append(folders, migration.FolderCount{SourceFolder: fmt.Sprint(i)})
		}
		ops, err := r.FolderOps("b", "A@x.y", folders, len(before))
		if err != nil {
			t.Fatal(err)
		}
		if len(ops) > 0 {
			put(t, r, ops...)
		}
		back, err := r.FolderCounts(ctx, "b", "a@x.y")
		if err != nil || len(back) != n {
			t.Fatalf("%d folders come back as %d, %v", n, len(back), err)
		}
		for i := range back {
			if back[i] != folders[i] {
				t.Fatalf("folder %d of %d is %+v", i, n, back[i])
			}
		}
	}
}

func TestReportKeepsItsLatestLines(t *testing.T) {
	r := open(t)
	var lines []migration.ReportLine
	for i := range linesKept + 50 {
		lines = append(lines, migration.ReportLine{Message: fmt.Sprint(i)})
	}
	o, kept, err := r.ReportOp("b", "a@x.y", lines)
	if err != nil || len(kept) != linesKept || kept[0].Message != "50" {
		t.Fatalf("%d lines kept from %s on, %v", len(kept), kept[0].Message, err)
	}
	put(t, r, o)
}

func TestWriteAll(t *testing.T) {
	r, ctx := open(t), t.Context()
	var ops []store.Op
	for i := range store.MaxOps + 10 {
		ops = append(ops, store.Set(fmt.Sprintf("many/%d", i), nil))
	}
	for i := range 40 {
		ops = append(ops, store.Set(fmt.Sprintf("large/%d", i), make([]byte, store.MaxValue)))
	}
	if err := WriteAll(ctx, r.Store, ops); err != nil {
		t.Fatal(err)
	}
	if err := WriteAll(ctx, r.Store, []store.Op{store.Create("many/5", nil)}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("what can't be written: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := WriteAll(ended, r.Store, []store.Op{store.Create("never", nil)}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	n := 0
	for _, err := range r.Store.Scan(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != store.MaxOps+10+40 {
		t.Errorf("%d records", n)
	}
}

func TestClaims(t *testing.T) {
	r, ctx := open(t), t.Context()
	first := batch(t, r, "first", "ann@x.y", "pair")
	mine := Claim{BatchGUID: "guid-second", BatchName: "second", Address: "ann@x.y"}
	taken := func() *Claim {
		t.Helper()
		_, c, err := r.ClaimOp(ctx, "pair", mine)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := taken(); c == nil || c.BatchName != "first" {
		t.Errorf("a pair in a live batch is claimed by %v", c)
	}
	if _, err := r.Users.Modify(ctx, func(u *User) error {
		u.Status = migration.UserCompleted
		return nil
	}, UserKey(first.GUID, "ann@x.y")...); err != nil {
		t.Fatal(err)
	}
	if c := taken(); c != nil {
		t.Errorf("a pair that is completed is still claimed by %v", c)
	}
	put(t, r, store.Delete(r.Batches.Key("first")))
	if c := taken(); c != nil {
		t.Errorf("a pair of a batch that is gone is claimed by %v", c)
	}
}

// Whatever is left of a batch that was never finished, or whose removal was cut off, is swept away; what others have stays.
func TestSweep(t *testing.T) {
	r, ctx := open(t), t.Context()
	batch(t, r, "alive", "ann@x.y", "pair1")
	staged := batch(t, r, "staged", "bob@x.y", "pair2")
	put(t, r, store.Delete(r.Batches.Key("staged")))
	removed := batch(t, r, "removed", "cyd@x.y", "pair3")
	if _, err := r.Batches.Modify(ctx, func(b *Batch) error {
		b.Order = migration.Order{Kind: migration.OrderRemove}
		return nil
	}, "removed"); err != nil {
		t.Fatal(err)
	}
	for _, guid := range []string{"guid-alive", staged.GUID, removed.GUID} {
		line, _, err := r.ReportOp(guid, "x@x.y", []migration.ReportLine{{Message: "x"}})
		if err != nil {
			t.Fatal(err)
		}
		put(t, r, line)
	}
	if err := r.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for record, err := range r.Store.Scan(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, record.Key)
	}
	if got, want := strings.Join(keys, " "), "batch/alive claim/pair1 report/guid-alive/x@x.y user/guid-alive/ann@x.y"; got != want {
		t.Errorf("after the sweep: %s\nwant: %s", got, want)
	}
}

func TestMirrorFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		b := batch(t, r, "One", "ann@x.y", "pair")
		feed := r.Feed(ctx)
		m := NewMirror()
		synced := false
		take := func() {
			synctest.Wait()
			for len(feed.News) > 0 {
				n := <-feed.News
				synced = synced || n.Synced
				m.Apply(n)
				synctest.Wait()
			}
		}
		take()
		if !synced || m.Batches[b.GUID] == nil || m.Users[b.GUID]["ann@x.y"] == nil || !reflect.DeepEqual(m.Config, migration.DefaultConfig()) {
			t.Fatalf("after the beginning: %+v", m)
		}
		u := m.Users[b.GUID]["ann@x.y"]
		newer := *u
		newer.Revision, newer.Value.Status = u.Revision+100, migration.UserSynced
		m.Apply(News{User: &newer})
		m.Apply(News{User: u})
		if m.Users[b.GUID]["ann@x.y"].Value.Status != migration.UserSynced {
			t.Error("old news replace newer ones")
		}
		put(t, r, store.Delete(r.Batches.Key("one")), op(t)(r.Endpoints.Create(Endpoint{}, "e")))
		if _, err := r.SetConfig(ctx, func(c *migration.Config) error {
			c.TargetEndpoint = "e"
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		take()
		if len(m.Batches) != 0 || m.Endpoints["e"] == nil || m.Config.TargetEndpoint != "e" {
			t.Errorf("after changes: %+v", m)
		}
		cancel()
		synctest.Wait()
		if err := feed.Close(); !errors.Is(err, context.Canceled) {
			t.Errorf("the feed ended with %v", err)
		}
	})
}

func TestExplain(t *testing.T) {
	for err, id := range map[error]migration.ErrorID{
		fmt.Errorf("write: %w", store.ErrFull):                 migration.ErrStore,
		store.ErrReadOnly:                                      migration.ErrStore,
		&store.ConflictError{Key: "x"}:                         migration.ErrConflict,
		errors.New("?"):                                        migration.ErrStore,
		migration.NewError(migration.ErrNotFound, "", "x", ""): migration.ErrNotFound,
	} {
		if got := Explain(err); !errors.Is(got, id) || migration.AsError(got).Message == "" {
			t.Errorf("Explain(%v) = %v", err, got)
		}
	}
	if Explain(nil) != nil || Explain(context.Canceled) != context.Canceled {
		t.Error("nothing and a cancelled context should stay what they are")
	}
}
