package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"

	"migsh/store"
)

// A viewer builds from events the state that a watcher believes in.
type viewer struct {
	t       *testing.T
	records map[string]string
	last    map[string]store.Revision
	synced  bool
	newest  store.Revision // seen after Synced
}

func newViewer(t *testing.T) *viewer {
	return &viewer{t: t, records: make(map[string]string), last: make(map[string]store.Revision)}
}

func (v *viewer) see(event store.Event) {
	key := event.Record.Key
	if event.Kind == store.Synced {
		v.synced = true
		return
	}
	if v.synced {
		if event.Record.Revision <= v.newest {
			v.t.Errorf("a change of revision %d seen after one of %d", event.Record.Revision, v.newest)
		}
		v.newest = event.Record.Revision
	}
	if event.Record.Revision <= v.last[key] {
		v.t.Errorf("%s seen at revision %d after %d", key, event.Record.Revision, v.last[key])
	}
	v.last[key] = event.Record.Revision
	if event.Kind == store.Deleted {
		delete(v.records, key)
	} else {
		v.records[key] = string(event.Record.Value)
	}
}

// pull is a watch read step by step.
func pull(t *testing.T, s store.Store, prefix string) (next func() store.Event, cancel func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(deadline(t))
	pull, stop := iter.Pull2(s.Watch(ctx, prefix))
	t.Cleanup(func() { cancel(); stop() })
	return func() store.Event {
		t.Helper()
		event, err, ok := pull()
		if err != nil || !ok {
			t.Fatalf("the watch ended: %v", err)
		}
		return event
	}, cancel
}

func testWatch(t *testing.T, s store.Store) {
	update(t, s, store.Set("w/b", []byte("1")), store.Set("w/a", []byte("2")), store.Set("x", nil))
	next, _ := pull(t, s, "w/")
	want := func(kind store.EventKind, key, value string) {
		t.Helper()
		event := next()
		if event.Kind != kind || event.Record.Key != key || string(event.Record.Value) != value {
			t.Errorf("event %d %s %q; want %d %s %q", event.Kind, event.Record.Key, event.Record.Value, kind, key, value)
		}
	}
	want(store.Put, "w/a", "2")
	want(store.Put, "w/b", "1")
	want(store.Synced, "", "")
	update(t, s, store.Set("w/c", []byte("3")), store.Set("y", nil))
	want(store.Put, "w/c", "3")
	update(t, s, store.Delete("w/a"), store.Delete("w/none"), store.Delete("x"))
	want(store.Deleted, "w/a", "")
	if _, err := s.Update(t.Context(), store.Set("w/d", nil), store.Check("w/c", 0)); !errors.Is(err, store.ErrConflict) {
		t.Fatal(err)
	}
	at := update(t, s, store.Set("w/e", []byte("4")))[0]
	event := next()
	if event.Record.Key != "w/e" || event.Record.Revision != at {
		t.Errorf("event of %s at %d, want w/e at %d", event.Record.Key, event.Record.Revision, at)
	}

	fresh, _ := pull(t, s, "none/")
	if event := fresh(); event.Kind != store.Synced {
		t.Errorf("watching nothing begins with %+v, want Synced", event)
	}
}

// Writers run while watchers begin; each watcher must end up with what is there.
func testWatchNothingLost(t *testing.T, s store.Store) {
	ctx := deadline(t)
	const writers, rounds, watchers = 4, 150, 4
	for i := range 600 {
		update(t, s, store.Set(fmt.Sprintf("w/old/%d", i), []byte("old")))
	}
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range rounds {
				ops := []store.Op{
					store.Set(fmt.Sprintf("w/%d/%d", w, i%7), fmt.Appendf(nil, "%d", i)),
					store.Delete(fmt.Sprintf("w/old/%d", w*rounds+i)),
					store.Set(fmt.Sprintf("other/%d", i), nil),
				}
				if _, err := s.Update(ctx, ops...); err != nil {
					t.Error(err)
				}
			}
		})
	}
	viewers := make([]*viewer, watchers)
	var watching sync.WaitGroup
	for i := range viewers {
		v := newViewer(t)
		viewers[i] = v
		watching.Go(func() {
			for event, err := range s.Watch(ctx, "w/") {
				if err != nil {
					t.Error(err)
					return
				}
				v.see(event)
				if _, last := v.records["w/last"]; last {
					return
				}
			}
		})
	}
	writing.Wait()
	update(t, s, store.Set("w/last", nil))
	watching.Wait()
	want := make(map[string]string)
	for record, err := range s.Scan(ctx, "w/") {
		if err != nil {
			t.Fatal(err)
		}
		want[record.Key] = string(record.Value)
	}
	for i, v := range viewers {
		for key, value := range want {
			if got, ok := v.records[key]; !ok || got != value {
				t.Errorf("watcher %d has %s = %q (%t), want %q", i, key, got, ok, value)
			}
		}
		for key := range v.records {
			if _, ok := want[key]; !ok {
				t.Errorf("watcher %d still has %s", i, key)
			}
		}
	}
}

// A watcher that does not look holds up nobody, and finds the last state of
// each key when it looks again.
func testWatchSlow(t *testing.T, s store.Store) {
	update(t, s, store.Set("w/kept", nil))
	next, _ := pull(t, s, "w/")
	v := newViewer(t)
	v.see(next()) // kept
	v.see(next()) // Synced
	for i := range 300 {
		update(t, s, store.Set("w/changed", fmt.Appendf(nil, "%d", i)), store.Set("w/brief", nil))
		update(t, s, store.Delete("w/brief"))
	}
	update(t, s, store.Set("w/changed", []byte("at last"))) // noted first, changed after all others
	update(t, s, store.Set("w/last", nil))
	for {
		event := next()
		v.see(event)
		if event.Record.Key == "w/last" {
			break
		}
	}
	if v.records["w/changed"] != "at last" {
		t.Errorf("the last state seen is %q", v.records["w/changed"])
	}
	if _, ok := v.records["w/brief"]; ok {
		t.Error("w/brief was deleted, but the watcher believes in it")
	}
}

func testWatchEnds(t *testing.T, s store.Store) {
	begun := make(chan struct{}, 2)
	watch := func(ctx context.Context, want error) (ended chan struct{}) {
		ended = make(chan struct{})
		go func() {
			defer close(ended)
			var ends []error
			for event, err := range s.Watch(ctx, "") {
				if event.Kind == store.Synced {
					begun <- struct{}{}
				}
				if err != nil {
					ends = append(ends, err)
				}
			}
			if len(ends) != 1 || !errors.Is(ends[0], want) {
				t.Errorf("the watch ended with %v, want %v", ends, want)
			}
		}()
		return ended
	}
	ctx, cancel := context.WithCancel(deadline(t))
	cancelled := watch(ctx, context.Canceled)
	closed := watch(deadline(t), store.ErrClosed)
	<-begun
	<-begun
	cancel()
	<-cancelled
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-closed
}

func testCollection(t *testing.T, s store.Store) {
	ctx := t.Context()
	type user struct {
		Name string
		Size int
	}
	users := store.NewCollection[user](s, "user")
	spring := users.Within("spring 2026")
	set := func(value user, names ...string) {
		t.Helper()
		op, err := users.Set(value, names...)
		if err != nil {
			t.Fatal(err)
		}
		update(t, s, op)
	}
	set(user{"Ann", 1}, "spring 2026", "ann@example.org")
	set(user{"Bo", 2}, "spring 2026", "bö/x")
	set(user{"Cy", 3}, "summer", "")

	item, err := spring.Get(ctx, "bö/x")
	if err != nil || item.Value != (user{"Bo", 2}) || !slices.Equal(item.Names, []string{"bö/x"}) || item.Revision == 0 {
		t.Errorf("Get: %+v, %v", item, err)
	}
	var all []string
	for item, err := range users.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%q %s", item.Names, item.Value.Name))
	}
	want := []string{`["spring 2026" "ann@example.org"] Ann`, `["spring 2026" "bö/x"] Bo`, `["summer" ""] Cy`}
	if !slices.Equal(all, want) {
		t.Errorf("All: %q, want %q", all, want)
	}

	changed, err := spring.Modify(ctx, func(u *user) error { u.Size = 9; return nil }, "bö/x")
	if err != nil || changed.Value.Size != 9 || changed.Revision <= item.Revision {
		t.Errorf("Modify: %+v, %v", changed, err)
	}
	refusal := errors.New("refused")
	if _, err := spring.Modify(ctx, func(*user) error { return refusal }, "bö/x"); !errors.Is(err, refusal) {
		t.Errorf("Modify: %v, want its function's error", err)
	}
	if _, err := spring.Modify(ctx, func(*user) error { return nil }, "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Modify: %v, want ErrNotFound", err)
	}
	stale, err := spring.Replace(item)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(ctx, stale); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Replace of an old item: %v, want ErrConflict", err)
	}
	if _, err := s.Update(ctx, spring.Delete(item)); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Delete of an old item: %v, want ErrConflict", err)
	}
	create, err := spring.Create(user{}, "bö/x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(ctx, create); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Create over an item: %v, want ErrConflict", err)
	}

	watch, stop := iter.Pull2(spring.Watch(deadline(t)))
	defer stop()
	next := func() store.Change[user] {
		t.Helper()
		change, err, ok := watch()
		if err != nil || !ok {
			t.Fatalf("the watch ended: %v", err)
		}
		return change
	}
	if change := next(); change.Kind != store.Put || change.Item.Value.Name != "Ann" {
		t.Errorf("first change %+v", change)
	}
	next()
	if change := next(); change.Kind != store.Synced {
		t.Errorf("third change %+v, want Synced", change)
	}
	update(t, s, spring.Delete(changed))
	if change := next(); change.Kind != store.Deleted || !slices.Equal(change.Item.Names, changed.Names) || change.Item.Revision <= changed.Revision {
		t.Errorf("change %+v, want the deletion", change)
	}

	update(t, s, store.Set(spring.Key("broken"), []byte("{")))
	if _, err := spring.Get(ctx, "broken"); err == nil {
		t.Error("Get of what is no JSON gave no error")
	}
	var end error
	for _, err := range spring.All(ctx) {
		end = err
	}
	if end == nil {
		t.Error("All over what is no JSON gave no error")
	}
}
