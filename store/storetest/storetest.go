// Package storetest is the conformance suite of store.Store: what every
// implementation must do, as tests that any of them runs.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/store"
)

// Run runs the whole suite. Each call of open gives an empty store of its own
// and closes it when the test ends.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, store.Store)
	}{
		{"GetSetDelete", testGetSetDelete},
		{"Conditions", testConditions},
		{"AllOrNothing", testAllOrNothing},
		{"RevisionsGrow", testRevisionsGrow},
		{"Copies", testCopies},
		{"Invalid", testInvalid},
		{"Limits", testLimits},
		{"Scan", testScan},
		{"ScanMany", testScanMany},
		{"ScanWhileUpdating", testScanWhileUpdating},
		{"DeletePrefix", testDeletePrefix},
		{"Cancelled", testCancelled},
		{"Closed", testClosed},
		{"Counter", testCounter},
		{"Watch", testWatch},
		{"WatchNothingLost", testWatchNothingLost},
		{"WatchSlow", testWatchSlow},
		{"WatchEnds", testWatchEnds},
		{"Collection", testCollection},
		{"Leases", testLeases},
		{"LeaseRace", testLeaseRace},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
	t.Run("Model", func(t *testing.T) { testModel(t, open) })
}

// deadline bounds a test that would otherwise hang; it is no measure of speed.
func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func update(t *testing.T, s store.Store, ops ...store.Op) []store.Revision {
	t.Helper()
	revisions, err := s.Update(t.Context(), ops...)
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	if len(revisions) != len(ops) {
		t.Fatalf("update of %d gave %d revisions", len(ops), len(revisions))
	}
	return revisions
}

func wantRecord(t *testing.T, s store.Store, key, value string, revision store.Revision) {
	t.Helper()
	record, err := s.Get(t.Context(), key)
	if err != nil || record.Key != key || string(record.Value) != value || record.Revision != revision {
		t.Errorf("Get(%s) = %q %q at %d, %v; want %q at %d", key, record.Key, record.Value, record.Revision, err, value, revision)
	}
}

func wantAbsent(t *testing.T, s store.Store, key string) {
	t.Helper()
	if record, err := s.Get(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get(%s) = %q, %v; want ErrNotFound", key, record.Value, err)
	}
}

func wantConflict(t *testing.T, err error, key string, want, have store.Revision) {
	t.Helper()
	conflict, ok := errors.AsType[*store.ConflictError](err)
	if !errors.Is(err, store.ErrConflict) || !ok || *conflict != (store.ConflictError{Key: key, Want: want, Have: have}) {
		t.Errorf("error %v; want a conflict at %s: %d for %d", err, key, have, want)
	}
}

func keys(t *testing.T, s store.Store, prefix string) []string {
	t.Helper()
	keys := []string{}
	for record, err := range s.Scan(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("scan %q: %v", prefix, err)
		}
		keys = append(keys, record.Key)
	}
	return keys
}

func testGetSetDelete(t *testing.T, s store.Store) {
	wantAbsent(t, s, "a/b")
	first := update(t, s, store.Set("a/b", []byte("one")))[0]
	wantRecord(t, s, "a/b", "one", first)
	second := update(t, s, store.Set("a/b", nil))[0]
	wantRecord(t, s, "a/b", "", second)
	if got := update(t, s, store.Delete("a/b"))[0]; got != 0 {
		t.Errorf("a deletion's revision is %d, want 0", got)
	}
	wantAbsent(t, s, "a/b")
	update(t, s, store.Delete("a/b"))
}

func testConditions(t *testing.T, s store.Store) {
	ctx := t.Context()
	first := update(t, s, store.Create("k", []byte("1")))[0]
	_, err := s.Update(ctx, store.Create("k", nil))
	wantConflict(t, err, "k", 0, first)
	second := update(t, s, store.Replace("k", []byte("2"), first))[0]
	_, err = s.Update(ctx, store.Replace("k", []byte("3"), first))
	wantConflict(t, err, "k", first, second)
	_, err = s.Update(ctx, store.DeleteAt("k", first))
	wantConflict(t, err, "k", first, second)
	_, err = s.Update(ctx, store.Check("k", first))
	wantConflict(t, err, "k", first, second)
	wantRecord(t, s, "k", "2", second)

	revisions := update(t, s, store.Check("k", second), store.Check("none", 0), store.Set("other", nil))
	if revisions[0] != second || revisions[1] != 0 || revisions[2] <= second {
		t.Errorf("revisions %v; want %d, 0 and a new one", revisions, second)
	}
	wantRecord(t, s, "k", "2", second)
	if revisions := update(t, s, store.Check("k", second)); revisions[0] != second {
		t.Errorf("a lone check gives revision %d, want %d", revisions[0], second)
	}
	update(t, s, store.DeleteAt("k", second))
	_, err = s.Update(ctx, store.Replace("k", nil, second))
	wantConflict(t, err, "k", second, 0)
	_, err = s.Update(ctx, store.DeleteAt("k", second))
	wantConflict(t, err, "k", second, 0)
	update(t, s, store.DeleteAt("k", 0)) // holds: it is absent
}

func testAllOrNothing(t *testing.T, s store.Store) {
	at := update(t, s, store.Set("a", []byte("old")), store.Set("b", []byte("old")))
	_, err := s.Update(t.Context(),
		store.Set("a", []byte("new")), store.Delete("b"), store.Create("c", nil), store.Check("d", 7))
	wantConflict(t, err, "d", 7, 0)
	wantRecord(t, s, "a", "old", at[0])
	wantRecord(t, s, "b", "old", at[1])
	wantAbsent(t, s, "c")

	at = update(t, s, store.Replace("a", []byte("new"), at[0]), store.DeleteAt("b", at[1]), store.Create("c", []byte("new")))
	wantRecord(t, s, "a", "new", at[0])
	wantAbsent(t, s, "b")
	wantRecord(t, s, "c", "new", at[2])
}

func testRevisionsGrow(t *testing.T, s store.Store) {
	var last store.Revision
	for i := range 50 {
		for _, revision := range update(t, s, store.Set("k", []byte{byte(i)}), store.Set(fmt.Sprintf("n%d", i%3), nil)) {
			if revision <= last {
				t.Fatalf("revision %d after %d", revision, last)
			}
			last = revision
		}
		if i%5 == 0 {
			update(t, s, store.Delete("k"))
		}
	}
}

func testCopies(t *testing.T, s store.Store) {
	value := []byte("value")
	at := update(t, s, store.Set("k", value))[0]
	value[0] = 'V'
	record, err := s.Get(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	record.Value[1] = 'A'
	for record := range s.Scan(t.Context(), "") {
		record.Value[2] = 'L'
	}
	wantRecord(t, s, "k", "value", at)
}

func testInvalid(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, key := range []string{"", "/", "a/", "/a", "a//b", "a b", "ä", "a=", "a=2", "a=2e", "a=41", "a\x00", "a*", "a>", strings.Repeat("k", store.MaxKey+1)} {
		if _, err := s.Get(ctx, key); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("Get(%.20q): %v, want ErrInvalid", key, err)
		}
		if _, err := s.Update(ctx, store.Set(key, nil)); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("Set(%.20q): %v, want ErrInvalid", key, err)
		}
	}
	for _, prefix := range []string{"a", "/", "a//", "a b/"} {
		for _, err := range s.Scan(ctx, prefix) {
			if !errors.Is(err, store.ErrInvalid) {
				t.Errorf("Scan(%q): %v, want ErrInvalid", prefix, err)
			}
		}
		for _, err := range s.Watch(ctx, prefix) {
			if !errors.Is(err, store.ErrInvalid) {
				t.Errorf("Watch(%q): %v, want ErrInvalid", prefix, err)
			}
		}
	}
	updates := map[string][]store.Op{
		"none":              nil,
		"twice":             {store.Set("a", nil), store.Delete("a")},
		"twice among many":  append(manyOps(20), store.Check("k3", 0)),
		"too many":          manyOps(store.MaxOps + 1),
		"value too large":   {store.Set("a", make([]byte, store.MaxValue+1))},
		"check of nothing":  {{Key: "a"}},
		"unknown operation": {{Key: "a", Kind: 9}},
	}
	large := make([]store.Op, store.MaxBytes/store.MaxValue)
	for i := range large {
		large[i] = store.Set(fmt.Sprint("large", i), make([]byte, store.MaxValue))
	}
	updates["too many bytes"] = large
	for name, ops := range updates {
		if _, err := s.Update(ctx, ops...); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if got := keys(t, s, ""); len(got) > 0 {
		t.Errorf("left behind: %q", got)
	}
}

func manyOps(n int) []store.Op {
	ops := make([]store.Op, n)
	for i := range ops {
		ops[i] = store.Set(fmt.Sprint("k", i), nil)
	}
	return ops
}

func testLimits(t *testing.T, s store.Store) {
	update(t, s, manyOps(store.MaxOps)...)
	if got := keys(t, s, ""); len(got) != store.MaxOps {
		t.Errorf("%d records, want %d", len(got), store.MaxOps)
	}
	key, value := strings.Repeat("k", store.MaxKey), bytes.Repeat([]byte{7}, store.MaxValue)
	at := update(t, s, store.Set(key, value))[0]
	wantRecord(t, s, key, string(value), at)
}

func testScan(t *testing.T, s store.Store) {
	for _, key := range []string{"b/2", "a", "b/10", "b-/x", "b/1/x", "c", "b", "bb/1", "b/=20", "B/1"} {
		update(t, s, store.Set(key, []byte("value of "+key)))
	}
	tests := []struct {
		prefix string
		want   []string
	}{
		{"", []string{"B/1", "a", "b", "b-/x", "b/1/x", "b/10", "b/2", "b/=20", "bb/1", "c"}},
		{"b/", []string{"b/1/x", "b/10", "b/2", "b/=20"}},
		{"b/1/", []string{"b/1/x"}},
		{"c/", []string{}},
		{"z/", []string{}},
	}
	for _, test := range tests {
		if got := keys(t, s, test.prefix); !slices.Equal(got, test.want) {
			t.Errorf("Scan(%q): %q, want %q", test.prefix, got, test.want)
		}
	}
	for record, err := range s.Scan(t.Context(), "b/") {
		if err != nil || string(record.Value) != "value of "+record.Key || record.Revision == 0 {
			t.Errorf("%+v, %v", record, err)
		}
		break // an early end is no trouble
	}
}

// Large enough that no implementation reads it in one piece.
func testScanMany(t *testing.T, s store.Store) {
	const n = 3000
	var want []string
	for i := range n {
		want = append(want, "many/"+store.Number(uint64(i)))
	}
	for chunk := range slices.Chunk(want, store.MaxOps) {
		var ops []store.Op
		for _, key := range chunk {
			ops = append(ops, store.Set(key, bytes.Repeat([]byte{1}, 700)))
		}
		update(t, s, ops...)
	}
	update(t, s, store.Set("manz", nil), store.Set("man", nil))
	if got := keys(t, s, "many/"); !slices.Equal(got, want) {
		t.Errorf("scan of %d gave %d, or in another order", n, len(got))
	}
}

func testScanWhileUpdating(t *testing.T, s store.Store) {
	const n = 1000
	for i := range n {
		update(t, s, store.Set("k/"+store.Number(uint64(2*i)), nil))
	}
	seen := make(map[string]int)
	i := 0
	for record, err := range s.Scan(t.Context(), "k/") {
		if err != nil {
			t.Fatal(err)
		}
		seen[record.Key]++
		// From the end towards the beginning, what is there and what lies between.
		if i < n {
			update(t, s, store.Set("k/"+store.Number(uint64(2*(n-i))), []byte("changed")),
				store.Set("k/"+store.Number(uint64(2*(n-i)-1)), nil))
		}
		i++
	}
	for i := range n {
		if key := "k/" + store.Number(uint64(2*i)); seen[key] != 1 {
			t.Errorf("%s seen %d times", key, seen[key])
		}
	}
	for key, times := range seen {
		if times != 1 {
			t.Errorf("%s seen %d times", key, times)
		}
	}
}

func testDeletePrefix(t *testing.T, s store.Store) {
	for i := range 2500 {
		if i%store.MaxOps == 0 {
			ops := make([]store.Op, 0, store.MaxOps)
			for j := i; j < min(i+store.MaxOps, 2500); j++ {
				ops = append(ops, store.Set("gone/"+store.Number(uint64(j)), nil))
			}
			update(t, s, ops...)
		}
	}
	update(t, s, store.Set("gone", nil), store.Set("gone-not/1", nil))
	n, err := store.DeletePrefix(t.Context(), s, "gone/")
	if n != 2500 || err != nil {
		t.Errorf("DeletePrefix = %d, %v; want 2500", n, err)
	}
	if got := keys(t, s, ""); !slices.Equal(got, []string{"gone", "gone-not/1"}) {
		t.Errorf("left: %q", got)
	}
	if n, err := store.DeletePrefix(t.Context(), s, "gone/"); n != 0 || err != nil {
		t.Errorf("DeletePrefix of nothing = %d, %v", n, err)
	}
}

func testCancelled(t *testing.T, s store.Store) {
	update(t, s, store.Set("k", []byte("v")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Get(ctx, "k"); !errors.Is(err, context.Canceled) {
		t.Errorf("Get: %v", err)
	}
	if _, err := s.Update(ctx, store.Set("k", nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v", err)
	}
	for _, err := range s.Scan(ctx, "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Scan: %v", err)
		}
	}
	for _, err := range s.Watch(ctx, "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Watch: %v", err)
		}
	}
	if record, err := s.Get(t.Context(), "k"); err != nil || string(record.Value) != "v" {
		t.Errorf("after a cancelled update: %q, %v", record.Value, err)
	}
}

func testClosed(t *testing.T, s store.Store) {
	update(t, s, store.Set("k", []byte("v")))
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	ctx := t.Context()
	if _, err := s.Get(ctx, "k"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Get: %v", err)
	}
	if _, err := s.Update(ctx, store.Set("k", nil)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Update: %v", err)
	}
	scanned, watched := 0, 0
	for _, err := range s.Scan(ctx, "") {
		scanned++
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("Scan: %v", err)
		}
	}
	for _, err := range s.Watch(ctx, "") {
		watched++
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("Watch: %v", err)
		}
	}
	if scanned != 1 || watched != 1 {
		t.Errorf("Scan yielded %d, Watch %d; want one error each", scanned, watched)
	}
}

// Many who add one to the same record, and count on compare-and-swap.
func testCounter(t *testing.T, s store.Store) {
	ctx := deadline(t)
	const workers, rounds = 8, 50
	type counter struct{ N int }
	c := store.NewCollection[counter](s, "counter")
	op, err := c.Create(counter{}, "n")
	if err != nil {
		t.Fatal(err)
	}
	update(t, s, op)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range rounds {
				if _, err := c.Modify(ctx, func(n *counter) error { n.N++; return nil }, "n"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if item, err := c.Get(ctx, "n"); err != nil || item.Value.N != workers*rounds {
		t.Errorf("counted %d, %v; want %d", item.Value.N, err, workers*rounds)
	}
}
