package syncer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"migsh/internal/mailbox"
)

// An Outcome is what was decided about one source message. The numbers are part of the stored format.
type Outcome uint8

const (
	// Copied: the target said OK and its UID is known.
	Copied Outcome = 1
	// Adopted: it was at the target already and was recognised by its content.
	Adopted Outcome = 2
	// Merged: it is another face of a message that was copied from another folder, see faces.go.
	Merged Outcome = 3
	// Filtered: the filters leave it out.
	Filtered Outcome = 4
	// Refused: it could not be read or stored; an [Item] says why.
	Refused Outcome = 5
	// Vanished: it was gone from the source before it was read.
	Vanished Outcome = 6
	// Altered: it was at the target already and was recognised, though another tool or the target had altered it.
	Altered Outcome = 7
	// Repaired: the target refused it as it is, said OK to it with its form repaired, and its UID is known.
	Repaired Outcome = 8

	// gone marks, in the stored byte, an entry whose message is no longer at the source.
	gone = 0x40
)

// String names the outcome.
func (o Outcome) String() string {
	names := [...]string{Copied: "copied", Adopted: "adopted", Merged: "merged", Filtered: "filtered", Refused: "refused", Vanished: "vanished", Altered: "altered", Repaired: "repaired"}
	if int(o) < len(names) && names[o] != "" {
		return names[o]
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// atTarget tells whether entries with this outcome have content and a place at the target.
func (o Outcome) atTarget() bool {
	return o == Copied || o == Adopted || o == Altered || o == Repaired
}

// measured tells whether entries with this outcome know size and date of their message.
func (o Outcome) measured() bool { return o.atTarget() || o == Filtered || o == Merged }

// An entry is what is remembered of one source message.
type entry struct {
	Source  mailbox.UID
	Outcome Outcome
	// Gone: the message has left the source since.
	Gone bool

	// Identity stays with the message when the source moves or renumbers it; 0 if the source tells none.
	Identity uint64

	// Size, in bytes, and Date, in seconds since 1970 (noDate if there is none), are kept of messages that are at the target, as
	// they were read and sent, and of filtered and merged ones, as the source's list has them.
	Size int64
	Date int64

	// The rest is kept only of messages that are at the target.

	// Target is the UID there; 0 when the message is known to have been taken away there.
	Target mailbox.UID
	// Flags are those on which source and target last agreed: the common ancestor of the three-way merge.
	Flags mailbox.Flags
	// Digest is that of the message at the source. Written is that of a repaired message as it was sent; zero of all others.
	Digest, Written Digest
}

// sent is the digest of the message as it was sent.
func (e entry) sent() Digest {
	if e.Outcome == Repaired {
		return e.Written
	}
	return e.Digest
}

const noDate = -1 << 62

// A page holds entries of neighbouring source UIDs in ascending order. On disk it is:
//
//	byte     version, 3 if the messages have identities, else 2
//	uvarint  number of flag sets, then each as uvarint length and its flags separated by spaces
//	uvarint  number of runs, then each as
//	         byte     outcome, with 0x40 set if the messages have left the source
//	         uvarint  distance of the run's first source UID from the UID behind the previous run
//	         uvarint  number of messages
//	         varint   (at the target only) distance of the run's first target UID from the UID behind the previous run's
//	then for the messages at the target, the filtered and the merged ones, in order, column by column:
//	uvarint  size
//	varint   distance of the date from that of the message before, in seconds
//	then for the messages at the target:
//	uvarint  number of its flag set
//	16 bytes digest
//	then for the repaired ones:
//	16 bytes digest of what was sent
//	then, in version 3, for all messages:
//	8 bytes  identity, the lowest first
//
// Version 1, which is still read, keeps no size and date of filtered messages.
//
// A run's target UIDs ascend by one as its source UIDs do, unless all of them are 0.
const (
	pageVersion       = 2
	identifiedVersion = 3
)

var errPage = errors.New("the page is damaged")

func encodePage(entries []entry) []byte {
	sets, setOf := flagSets(entries)
	version := byte(pageVersion)
	if slices.ContainsFunc(entries, func(e entry) bool { return e.Identity != 0 }) {
		version = identifiedVersion
	}
	b := append(make([]byte, 0, 256+entrySize*len(entries)), version)
	b = binary.AppendUvarint(b, uint64(len(sets)))
	for _, set := range sets {
		text := set.String()
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	runs := runsOf(entries)
	b = binary.AppendUvarint(b, uint64(len(runs)))
	var source, target uint64
	for _, run := range runs {
		first := run[0]
		kind := byte(first.Outcome)
		if first.Gone {
			kind |= gone
		}
		b = append(b, kind)
		b = binary.AppendUvarint(b, uint64(first.Source)-source)
		b = binary.AppendUvarint(b, uint64(len(run)))
		source = uint64(first.Source) + uint64(len(run))
		if first.Outcome.atTarget() {
			b = binary.AppendVarint(b, int64(first.Target)-int64(target))
			target = uint64(first.Target)
			if target != 0 {
				target += uint64(len(run))
			}
		}
	}
	for i := range entries {
		if e := &entries[i]; e.Outcome.measured() {
			b = binary.AppendUvarint(b, uint64(e.Size))
		}
	}
	var date int64
	for i := range entries {
		if e := &entries[i]; e.Outcome.measured() {
			b = binary.AppendVarint(b, e.Date-date)
			date = e.Date
		}
	}
	for _, set := range setOf {
		b = binary.AppendUvarint(b, uint64(set))
	}
	for i := range entries {
		if e := &entries[i]; e.Outcome.atTarget() {
			b = append(b, e.Digest[:]...)
		}
	}
	for i := range entries {
		if e := &entries[i]; e.Outcome == Repaired {
			b = append(b, e.Written[:]...)
		}
	}
	if version == identifiedVersion {
		for _, e := range entries {
			b = binary.LittleEndian.AppendUint64(b, e.Identity)
		}
	}
	return b
}

// entrySize is about what an entry takes in a page.
const entrySize = 28

// flagSets are the different sets of flags of the messages that are at the target, and, for each of these, which of the sets it has.
func flagSets(entries []entry) (sets []mailbox.Flags, of []uint32) {
	of = make([]uint32, 0, len(entries))
	for i := range entries {
		if e := &entries[i]; e.Outcome.atTarget() {
			set := slices.IndexFunc(sets, func(s mailbox.Flags) bool { return slices.Equal(s, e.Flags) })
			if set < 0 {
				set = len(sets)
				sets = append(sets, e.Flags)
			}
			of = append(of, uint32(set))
		}
	}
	return sets, of
}

// runsOf cuts entries where source UIDs, outcome or the course of the target UIDs break off.
func runsOf(entries []entry) [][]entry {
	var runs [][]entry
	start := 0
	for i := 1; i <= len(entries); i++ {
		if i < len(entries) {
			a, b := entries[i-1], entries[i]
			step := b.Target == a.Target+1 && a.Target != 0 || a.Target == 0 && b.Target == 0
			if b.Source == a.Source+1 && b.Outcome == a.Outcome && b.Gone == a.Gone && (step || !a.Outcome.atTarget()) {
				continue
			}
		}
		runs = append(runs, entries[start:i])
		start = i
	}
	return runs
}

// pageReader reads the parts of a page; after the first fault all it reads is zero.
type pageReader struct {
	b   []byte
	err error
}

func (r *pageReader) bytes(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.b)) {
		r.err = errPage
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *pageReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if r.err != nil || n <= 0 {
		r.err = errPage
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *pageReader) varint() int64 {
	v, n := binary.Varint(r.b)
	if r.err != nil || n <= 0 {
		r.err = errPage
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads a number of things that take at least one byte each.
func (r *pageReader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.err = errPage
		return 0
	}
	return int(n)
}

func decodePage(data []byte) ([]entry, error) {
	r := &pageReader{b: data}
	version := byte(pageVersion)
	if v := r.bytes(1); r.err == nil {
		version = v[0]
	}
	if version < 1 || version > identifiedVersion {
		return nil, fmt.Errorf("the page has version %d, this migsh knows %d: use the newer migsh that wrote it", version, identifiedVersion)
	}
	sets := make([]mailbox.Flags, r.count())
	for i := range sets {
		sets[i] = mailbox.NewFlags(strings.Fields(string(r.bytes(r.uvarint())))...)
	}
	entries, err := r.runs()
	if err != nil {
		return nil, err
	}
	var kept, measured []*entry
	for i := range entries {
		e := &entries[i]
		if e.Outcome.atTarget() {
			kept = append(kept, e)
		}
		if e.Outcome.atTarget() || version > 1 && e.Outcome.measured() {
			measured = append(measured, e)
		}
	}
	for _, e := range measured {
		e.Size = int64(r.uvarint())
	}
	var date int64
	for _, e := range measured {
		date += r.varint()
		e.Date = date
	}
	for _, e := range kept {
		n := r.uvarint()
		if n >= uint64(len(sets)) {
			return nil, errPage
		}
		e.Flags = sets[n]
	}
	for _, e := range kept {
		copy(e.Digest[:], r.bytes(uint64(len(e.Digest))))
	}
	for _, e := range kept {
		if e.Outcome == Repaired {
			copy(e.Written[:], r.bytes(uint64(len(e.Written))))
		}
	}
	if version == identifiedVersion {
		for i := range entries {
			if id := r.bytes(8); id != nil {
				entries[i].Identity = binary.LittleEndian.Uint64(id)
			}
		}
	}
	if r.err == nil && len(r.b) > 0 {
		r.err = errPage
	}
	if r.err != nil {
		return nil, r.err
	}
	return entries, nil
}

func (r *pageReader) runs() ([]entry, error) {
	var entries []entry
	var source, target uint64
	for range r.count() {
		kind := r.bytes(1)
		if r.err != nil {
			return nil, r.err
		}
		e := entry{Outcome: Outcome(kind[0] &^ gone), Gone: kind[0]&gone != 0}
		if e.Outcome < Copied || e.Outcome > Repaired {
			return nil, fmt.Errorf("the page has a message with %v: use the newer migsh that wrote it", e.Outcome)
		}
		source += r.uvarint()
		n := r.uvarint()
		if e.Outcome.atTarget() {
			target = uint64(int64(target) + r.varint())
		}
		if r.err != nil || n > maxPage*2 || source+n > 1<<32 || target+n > 1<<32 {
			return nil, errPage
		}
		step := mailbox.UID(1)
		if target == 0 {
			step = 0
		}
		for i := range mailbox.UID(n) {
			e.Source = mailbox.UID(source) + i
			if e.Outcome.atTarget() {
				e.Target = mailbox.UID(target) + i*step
			}
			entries = append(entries, e)
		}
		source += n
		if e.Outcome.atTarget() && target != 0 {
			target += n
		}
	}
	return entries, nil
}

// find is the place of a source UID in entries.
func find(entries []entry, uid mailbox.UID) (int, bool) {
	return slices.BinarySearchFunc(entries, uid, func(e entry, uid mailbox.UID) int {
		switch {
		case e.Source < uid:
			return -1
		case e.Source > uid:
			return 1
		}
		return 0
	})
}
