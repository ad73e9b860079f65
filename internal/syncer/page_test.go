package syncer

import (
	"reflect"
	"slices"
	"testing"

	"migsh/internal/mailbox"
	"pgregory.net/rapid"
)

// drawEntries makes entries with gaps, runs, and every outcome.
func drawEntries(t *rapid.T) []entry {
	var out []entry
	flagSets := []mailbox.Flags{nil, mailbox.NewFlags(`\Seen`), mailbox.NewFlags(`\Seen`, "$Work", "ü")}
	source, target := mailbox.UID(0), mailbox.UID(1000)
	identified := rapid.Bool().Draw(t, "identified")
	for i := range rapid.IntRange(0, 60).Draw(t, "entries") {
		source += mailbox.UID(rapid.SampledFrom([]int{1, 1, 1, 2, 1000}).Draw(t, "gap"))
		e := entry{
			Source:  source,
			Outcome: rapid.SampledFrom([]Outcome{Copied, Copied, Copied, Adopted, Merged, Filtered, Refused, Vanished, Altered}).Draw(t, "outcome"),
			Gone:    rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "gone"),
		}
		if e.Outcome.atTarget() {
			target = mailbox.UID(int(target) + rapid.SampledFrom([]int{1, 1, 1, 7, -3}).Draw(t, "target gap"))
			e.Target = target
			if rapid.IntRange(0, 9).Draw(t, "taken away") == 0 {
				e.Target = 0
			}
			e.Size = rapid.Int64Range(0, 1<<33).Draw(t, "size")
			e.Date = rapid.SampledFrom([]int64{noDate, -5, 0, 1700000000, 4000000000}).Draw(t, "date")
			e.Flags = rapid.SampledFrom(flagSets).Draw(t, "flags")
			e.Digest = digestOf([]byte{byte(i)})
		}
		if identified {
			e.Identity = rapid.SampledFrom([]uint64{0, 1278455344230334865, 1<<64 - 1}).Draw(t, "identity")
		}
		out = append(out, e)
	}
	return out
}

func TestPageRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawEntries(t)
		got, err := decodePage(encodePage(want))
		if err != nil {
			t.Fatal(err)
		}
		same := slices.EqualFunc(got, want, func(a, b entry) bool {
			flags := a.Flags.Equal(b.Flags)
			a.Flags, b.Flags = nil, nil
			return flags && reflect.DeepEqual(a, b)
		})
		if !same {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

// A full page of an ordinary folder costs little more a message than its digest.
func TestPageIsCompact(t *testing.T) {
	var entries []entry
	for i := range maxPage {
		entries = append(entries, entry{Source: mailbox.UID(i + 1), Outcome: Copied, Target: mailbox.UID(i + 77),
			Size: 5000, Date: 1700000000 + int64(i)*60, Flags: mailbox.NewFlags(`\Seen`), Digest: digestOf([]byte{byte(i)})})
	}
	plain := len(encodePage(entries))
	if plain > 22*maxPage {
		t.Errorf("%d messages take %d bytes", maxPage, plain)
	}
	for i := range entries {
		entries[i].Identity = uint64(i+1) << 50
	}
	if n := len(encodePage(entries)); n != plain+8*maxPage {
		t.Errorf("%d messages with identities take %d bytes, without %d", maxPage, n, plain)
	}
}

func FuzzDecodePage(f *testing.F) {
	f.Add(encodePage(nil))
	f.Add(encodePage([]entry{{Source: 1, Outcome: Copied, Target: 5, Size: 10, Flags: mailbox.NewFlags("a")}, {Source: 2, Outcome: Refused}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := decodePage(data)
		if err != nil {
			return
		}
		if again, err := decodePage(encodePage(entries)); err != nil || len(again) != len(entries) {
			t.Fatalf("%d entries are read back as %d, %v", len(entries), len(again), err)
		}
	})
}
