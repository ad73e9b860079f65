package syncer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/store/memstore"
	"pgregory.net/rapid"
)

// TestLedgerModel compares the ledger, its pages split, grown downwards, reloaded, with a map.
func TestLedgerModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		st := memstore.New()
		l := openLedger(st, "pair", newFolder("INBOX", nil))
		model := map[mailbox.UID]entry{}
		high := mailbox.UID(5000)
		rt.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				for range rapid.IntRange(1, 400).Draw(t, "number") {
					e := entry{Source: high, Outcome: Copied, Target: high + 7, Flags: mailbox.NewFlags(`\Seen`)}
					high += mailbox.UID(1 + high%3)
					model[e.Source] = e
					if err := l.put(ctx, e); err != nil {
						t.Fatal(err)
					}
				}
			},
			"insert": func(t *rapid.T) {
				e := entry{Source: mailbox.UID(rapid.IntRange(1, int(high)).Draw(t, "uid")), Outcome: Refused, Gone: rapid.Bool().Draw(t, "gone")}
				model[e.Source] = e
				if err := l.put(ctx, e); err != nil {
					t.Fatal(err)
				}
			},
			"remove": func(t *rapid.T) {
				uid := mailbox.UID(rapid.IntRange(1, int(high)).Draw(t, "uid"))
				delete(model, uid)
				if err := l.remove(ctx, uid); err != nil {
					t.Fatal(err)
				}
			},
			"reload": func(t *rapid.T) {
				if err := l.commit(ctx); err != nil {
					t.Fatal(err)
				}
				known, err := storedFolders(ctx, st, "pair")
				if err != nil {
					t.Fatal(err)
				}
				l = openLedger(st, "pair", known["INBOX"])
			},
			"": func(t *rapid.T) {
				uid := mailbox.UID(rapid.IntRange(1, int(high)).Draw(t, "looked for"))
				got, known, err := l.get(ctx, uid)
				want, there := model[uid]
				if err != nil || known != there || got.Outcome != want.Outcome || got.Target != want.Target || got.Gone != want.Gone {
					t.Fatalf("UID %d: %+v, %v, %v; want %+v, %v", uid, got, known, err, want, there)
				}
			},
		})
		if err := l.commit(ctx); err != nil {
			rt.Fatal(err)
		}
		counts := map[Outcome]int64{}
		var last mailbox.UID
		n := 0
		for e, err := range l.all(ctx, l.Generation) {
			if err != nil {
				rt.Fatal(err)
			}
			if e.Source <= last {
				rt.Fatalf("UID %d comes behind %d", e.Source, last)
			}
			last = e.Source
			n++
			if want := model[e.Source]; want.Outcome != e.Outcome || want.Target != e.Target {
				rt.Fatalf("%+v is stored as %+v", want, e)
			}
			if !e.Gone {
				counts[e.Outcome]++
			}
		}
		if n != len(model) || counts[Copied] != l.Counts[Copied] || counts[Refused] != l.Counts[Refused] {
			rt.Fatalf("%d entries stored, %d expected; counted %v, record says %v", n, len(model), counts, l.Counts)
		}
	})
}

// Messages with more keywords than a page can take are spread over more pages.
func TestManyKeywords(t *testing.T) {
	st := memstore.New()
	l := openLedger(st, "pair", newFolder("INBOX", nil))
	for i := range 3 * maxPage {
		var names []string
		for k := range 30 {
			names = append(names, fmt.Sprintf("keyword-%d-%d-%s", i, k, strings.Repeat("k", 60)))
		}
		if err := l.put(t.Context(), entry{Source: mailbox.UID(i + 1), Outcome: Copied, Target: mailbox.UID(i + 1), Flags: mailbox.NewFlags(names...)}); err != nil {
			t.Fatal(err)
		}
		if i%200 == 0 {
			if err := l.commit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	var uids []mailbox.UID
	for e, err := range l.all(t.Context(), 1) {
		if err != nil || len(e.Flags) != 30 {
			t.Fatalf("%d flags, %v", len(e.Flags), err)
		}
		uids = append(uids, e.Source)
	}
	if len(uids) != 3*maxPage || !slices.IsSorted(uids) {
		t.Errorf("%d entries", len(uids))
	}
}
