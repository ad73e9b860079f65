package mailbox

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestUIDSetIsASet compares UIDSet with a map under random additions.
func TestUIDSetIsASet(t *testing.T) {
	uid := rapid.OneOf(rapid.Map(rapid.Uint32Range(1, 40), func(n uint32) UID { return UID(n) }),
		rapid.Just(MaxUID), rapid.Just(MaxUID-1))
	draw := func(t *rapid.T, name string) (UIDSet, map[UID]bool) {
		var set UIDSet
		model := map[UID]bool{}
		for _, u := range rapid.SliceOfN(uid, 0, 30).Draw(t, name) {
			r := UIDRange{u, u}
			if u < 40 && rapid.Bool().Draw(t, "range") {
				r.Last = min(40, u+UID(rapid.IntRange(0, 6).Draw(t, "length")))
			}
			set.AddRange(r)
			for v := r.First; ; v++ {
				model[v] = true
				if v == r.Last {
					break
				}
			}
		}
		return set, model
	}
	check := func(t *rapid.T, what string, set UIDSet, model map[UID]bool) {
		if set.Len() != len(model) {
			t.Fatalf("%s: %v has length %d, want %d", what, set, set.Len(), len(model))
		}
		for i := 1; i < len(set); i++ {
			if set[i].First <= set[i-1].Last+1 {
				t.Fatalf("%s: the ranges of %v overlap or touch", what, set)
			}
		}
		for u := range set.All() {
			if !model[u] || !set.Has(u) {
				t.Fatalf("%s: %d in %v: model %v, Has %v", what, u, set, model[u], set.Has(u))
			}
		}
		if set.Has(50) {
			t.Fatalf("%s: %v has 50", what, set)
		}
		back, err := ParseUIDSet(set.String())
		if err != nil || !slices.Equal(back, set) {
			t.Fatalf("%s: %v is read back as %v, %v", what, set, back, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, modelA := draw(t, "a")
		b, modelB := draw(t, "b")
		check(t, "a", a, modelA)
		check(t, "b", b, modelB)
		less := map[UID]bool{}
		for u := range modelA {
			if !modelB[u] {
				less[u] = true
			}
		}
		check(t, "a minus b", a.Minus(b), less)
	})
}

func TestParseUIDSet(t *testing.T) {
	for text, want := range map[string]string{"": "", "1": "1", "3,1,2": "1:3", "9:*": "9:*", "*": "4294967295:*", "5:2": "2:5"} {
		if got, err := ParseUIDSet(text); err != nil || got.String() != want {
			t.Errorf("%q is read as %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"0", "a", "1:", ":1", "1,,2", "4294967296", "-1"} {
		if got, err := ParseUIDSet(text); err == nil {
			t.Errorf("%q is read as %v, want an error", text, got)
		}
	}
}

func TestFlags(t *testing.T) {
	f := NewFlags(`\SEEN`, "Work", `\recent`, "work", "", `\flagged`)
	if want := (Flags{FlagFlagged, FlagSeen, "Work"}); !slices.Equal(f, want) {
		t.Fatalf("got %q, want %q", f, want)
	}
	if !f.Has("WORK") || f.Has(`\Deleted`) || !f.Equal(NewFlags(`\seen`, "WORK", `\Flagged`)) {
		t.Error("flags are compared with regard to case")
	}
	if got := f.Minus(NewFlags("work", `\Draft`)); !got.Equal(NewFlags(`\Seen`, `\Flagged`)) {
		t.Errorf("minus: %q", got)
	}
	if got := f.Keywords(); !slices.Equal(got, Flags{"Work"}) {
		t.Errorf("keywords: %q", got)
	}
	if got := f.Union(NewFlags("a")); len(got) != 4 || f.String() != `\Flagged \Seen Work` {
		t.Errorf("union: %q of %q", got, f)
	}
}
