package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/store"
)

// A page that holds more than maxPage entries is split, and so is one of more than maxPageBytes, which takes very many
// keywords.
const (
	maxPage      = 256
	maxPageBytes = 64 << 10
)

// formatVersion is that of the records; pages have their own.
const formatVersion = 1

// A pairRecord says whose memory it is.
type pairRecord struct {
	Format int
	Pair   Pair
	First  time.Time // when the first pass began
	Last   time.Time // when the last pass ended well
}

// A folderRecord is the state of one source folder and its counterpart.
type folderRecord struct {
	Format int
	Source string
	Target string
	// The lives of both folders that the entries speak of.
	SourceValidity, TargetValidity uint32
	// SourceIdentity is that of the source folder; "" if the source has told none.
	SourceIdentity string `json:",omitempty"`

	// Generation numbers the pages that count. Previous, unless 0, is a generation whose entries still wait to be
	// claimed by the messages of a source that was renumbered.
	Generation int
	Previous   int `json:",omitempty"`
	// LastPage is the first UID of the last page, so that new entries find it without a search.
	LastPage mailbox.UID `json:",omitempty"`

	// Through is the highest source UID that was ever planned. All up to it is decided, except Pending.
	Through mailbox.UID
	Pending uidSet `json:",omitzero"`
	// Intents are the windows that may be at the target without entries.
	Intents []intent `json:",omitempty"`
	// IntentAt is when the last intent was written, BrokenAt when a connection broke on which messages were on their way.
	IntentAt time.Time `json:",omitzero"`
	BrokenAt time.Time `json:",omitzero"`
	// Resent may still come to the target from a connection that broke.
	Resent *resent `json:",omitempty"`
	// Adopting: what lay in the target folder before is still to be claimed.
	Adopting bool `json:",omitempty"`
	// Suspects are messages during whose transfer the connection broke.
	Suspects []suspect `json:",omitempty"`

	// Seen is the source folder as the last complete pass left it behind: while it is still so, there is nothing to do.
	Seen mailbox.Status `json:",omitzero"`
	// CompareFlags: the flags of all messages must be compared, not only of those changed since Seen.
	CompareFlags bool `json:",omitempty"`
	// Reflag are changes of flags at the target that may or may not have been made; the entries have them already.
	Reflag []reflag `json:",omitempty"`
	// FilteredBy is the filter by which entries were filtered.
	FilteredBy string `json:",omitempty"`
	// Repairing: when messages were last refused, they might have been repaired.
	Repairing bool `json:",omitempty"`
	// Deletions is how far the removal of what has left the source is: "" if nobody has asked for it yet, else one of the constants.
	Deletions string `json:",omitempty"`
	// Subscribed: the subscription was carried over.
	Subscribed bool `json:",omitempty"`

	// Counts are the entries by outcome, without those whose messages have left the source.
	Counts map[Outcome]int64 `json:",omitempty"`
	// SourceCount is how many messages the source counted at the last look, those that vanished before included.
	SourceCount int64
	// Bytes were sent to the target for this folder.
	Bytes int64
	// Fault is why the last pass could not finish this folder.
	Fault string `json:",omitempty"`
}

// An intent is a window that was on its way: UIDs of the source, and the target's UIDNEXT before its first message.
type intent struct {
	UIDs       uidSet
	TargetNext mailbox.UID
}

// A suspect is a set of messages that were on their way when the connection broke, Attempts times in a row.
type suspect struct {
	UIDs     uidSet
	Attempts int
	// AtSource: it was the connection to the source that broke last.
	AtSource bool `json:",omitempty"`
}

// A reflag is a change of flags on messages of the target.
type reflag struct {
	UIDs   uidSet
	Add    mailbox.Flags `json:",omitempty"`
	Remove mailbox.Flags `json:",omitempty"`
}

// uidSet is a UIDSet that is text in JSON.
type uidSet struct{ mailbox.UIDSet }

func (s uidSet) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *uidSet) UnmarshalText(text []byte) (err error) {
	s.UIDSet, err = mailbox.ParseUIDSet(string(text))
	return err
}

func (s uidSet) IsZero() bool { return len(s.UIDSet) == 0 }

// count keeps Counts in step when an entry changes from old (nil: there was none) to e.
func (r *folderRecord) count(old *entry, e entry) {
	if r.Counts == nil {
		r.Counts = map[Outcome]int64{}
	}
	if old != nil && !old.Gone {
		r.Counts[old.Outcome]--
	}
	if !e.Gone {
		r.Counts[e.Outcome]++
	}
}

// tally is the folder's balance.
func (r *folderRecord) tally() migration.FolderCount {
	return migration.FolderCount{
		SourceFolder: r.Source, TargetFolder: r.Target, Source: r.SourceCount,
		Copied: r.Counts[Copied] + r.Counts[Repaired], Repaired: r.Counts[Repaired], Matched: r.Counts[Adopted] + r.Counts[Altered], Merged: r.Counts[Merged],
		Filtered: r.Counts[Filtered], Refused: r.Counts[Refused], Vanished: r.Counts[Vanished],
		Bytes: migration.ByteSize(r.Bytes), Fault: r.Fault,
	}
}

// A ledger is the memory of one folder: its record and its pages. Changes gather in it until [ledger.commit] writes
// them in one update. It is not safe for concurrent use.
type ledger struct {
	store    store.Store
	pair     string
	folderID string // stands for the folder in keys
	revision store.Revision
	folderRecord

	// pages that were read or changed, by first UID; dirty are those to be written, index the first UIDs of all pages
	// once somebody had to know.
	pages   map[mailbox.UID][]entry
	dirty   map[mailbox.UID]bool
	dropped map[mailbox.UID]bool
	index   []mailbox.UID
	indexed bool
	items   []store.Op
	// unwritten counts the windows that were put since the last commit.
	unwritten int
}

// openLedger makes the ledger of a folder out of its stored record.
func openLedger(st store.Store, pair string, known *storedFolder) *ledger {
	l := &ledger{store: st, pair: pair, folderID: known.id, folderRecord: known.folderRecord, revision: known.revision}
	l.forgetPages()
	return l
}

// newFolder is the record of a source folder that was never seen. Its id is made of its name, and differs from those of
// the folders that are known: one of them may have had this name before it was renamed.
func newFolder(source string, known map[string]*storedFolder) *storedFolder {
	id := folderKey(source)
	for taken := true; taken; {
		taken = false
		for _, k := range known {
			taken = taken || k.id == id
		}
		if taken {
			id = folderKey(id)
		}
	}
	return &storedFolder{id: id, folderRecord: folderRecord{Format: formatVersion, Source: source, Generation: 1}}
}

// A storedFolder is a folder record as it was read, or is to be written if its revision is 0.
type storedFolder struct {
	id string
	folderRecord
	revision store.Revision
}

// storedFolders reads all folder records of a pair, by source name. If some can't be read any more, a *lostMemory for one of them comes with
// the others.
func storedFolders(ctx context.Context, st store.Store, pair string) (map[string]*storedFolder, error) {
	out := map[string]*storedFolder{}
	var lost error
	for record, err := range st.Scan(ctx, folderPrefix(pair)) {
		if err != nil {
			return nil, fmt.Errorf("read the state of the mailbox: %w", err)
		}
		r, err := decodeFolder(record)
		if _, ok := errors.AsType[*lostMemory](err); ok {
			lost = err
			continue
		}
		if err != nil {
			return nil, err
		}
		out[r.Source] = &storedFolder{strings.TrimPrefix(record.Key, folderPrefix(pair)), r, record.Revision}
	}
	return out, lost
}

func decodeFolder(record store.Record) (folderRecord, error) {
	var r folderRecord
	if err := json.Unmarshal(record.Value, &r); err != nil {
		return r, &lostMemory{folderID: record.Key[strings.LastIndexByte(record.Key, '/')+1:], cause: err}
	}
	if r.Format > formatVersion {
		return r, fmt.Errorf("the state of folder %q has format %d, this migsh knows %d: use the newer migsh that wrote it", r.Source, r.Format, formatVersion)
	}
	return r, nil
}

func folderKey(source string) string { return digestOf([]byte(source)).String()[:24] }

func pairKey(pair string) string { return store.Key("mail", "pair", pair) }

func folderPrefix(pair string) string { return store.Prefix("mail", "folder", pair) }

func itemPrefix(pair string) string { return store.Prefix("mail", "item", pair) }

func (l *ledger) key() string { return folderPrefix(l.pair) + l.folderID }

func (l *ledger) pagePrefix(generation int) string {
	return store.Prefix("mail", "page", l.pair, l.folderID, strconv.Itoa(generation))
}

func (l *ledger) itemKey(uid mailbox.UID) string {
	return itemPrefix(l.pair) + store.Key(l.folderID, store.Number(uint64(uid)))
}

func (l *ledger) forgetPages() {
	l.pages, l.dirty, l.dropped = map[mailbox.UID][]entry{}, map[mailbox.UID]bool{}, map[mailbox.UID]bool{}
	l.index, l.indexed = nil, false
}

// all yields the entries of a generation as they are stored, in ascending order of source UID.
func (l *ledger) all(ctx context.Context, generation int) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for record, err := range l.store.Scan(ctx, l.pagePrefix(generation)) {
			var entries []entry
			if err == nil {
				entries, err = decodePage(record.Value)
			}
			if err != nil {
				yield(entry{}, l.lose(err))
				return
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// loadIndex learns where the pages begin.
func (l *ledger) loadIndex(ctx context.Context) error {
	if l.indexed {
		return nil
	}
	prefix := l.pagePrefix(l.Generation)
	var index []mailbox.UID
	for record, err := range l.store.Scan(ctx, prefix) {
		if err != nil {
			return fmt.Errorf("read the messages remembered of folder %q: %w", l.Source, err)
		}
		n, err := strconv.ParseUint(strings.TrimPrefix(record.Key, prefix), 16, 32)
		if err != nil {
			return fmt.Errorf("the key %s is not that of a page", record.Key)
		}
		if !l.dropped[mailbox.UID(n)] {
			index = append(index, mailbox.UID(n))
		}
	}
	for first := range l.dirty {
		if !slices.Contains(index, first) {
			index = append(index, first)
		}
	}
	slices.Sort(index)
	l.index, l.indexed = index, true
	return nil
}

// page is the page that holds uid or would: its first UID and its entries. exists is false when there is no page yet
// at all.
func (l *ledger) page(ctx context.Context, uid mailbox.UID) (first mailbox.UID, entries []entry, exists bool, err error) {
	if l.LastPage == 0 {
		return 0, nil, false, nil
	}
	first = l.LastPage
	if uid < first {
		if err := l.loadIndex(ctx); err != nil {
			return 0, nil, false, err
		}
		i, found := slices.BinarySearch(l.index, uid)
		if !found {
			i = max(i-1, 0)
		}
		first = l.index[i]
	}
	if entries, ok := l.pages[first]; ok {
		return first, entries, true, nil
	}
	record, err := l.store.Get(ctx, l.pagePrefix(l.Generation)+store.Number(uint64(first)))
	if err == nil {
		entries, err = decodePage(record.Value)
	}
	if err != nil {
		return 0, nil, false, l.lose(err)
	}
	if len(l.pages) > keepPages {
		l.evict()
	}
	l.pages[first] = entries
	return first, entries, true, nil
}

// evict forgets pages that are stored as they are, but the last.
func (l *ledger) evict() {
	for first := range l.pages {
		if first != l.LastPage && !l.dirty[first] {
			delete(l.pages, first)
		}
	}
}

// get finds the entry of a source UID.
func (l *ledger) get(ctx context.Context, uid mailbox.UID) (entry, bool, error) {
	_, entries, _, err := l.page(ctx, uid)
	if err != nil {
		return entry{}, false, err
	}
	i, ok := find(entries, uid)
	if !ok {
		return entry{}, false, nil
	}
	return entries[i], true, nil
}

// put sets entries, in ascending order of source UID, counts them, and takes them off Pending.
func (l *ledger) put(ctx context.Context, entries ...entry) error {
	var decided mailbox.UIDSet
	for i, e := range entries {
		if err := l.putOne(ctx, e, len(entries)-i); err != nil {
			return err
		}
		decided.Add(e.Source)
	}
	l.Pending.UIDSet = l.Pending.Minus(decided)
	return nil
}

// putOne sets one of so many entries that are still to come.
func (l *ledger) putOne(ctx context.Context, e entry, more int) error {
	first, page, exists, err := l.page(ctx, e.Source)
	if err != nil {
		return err
	}
	if !exists {
		first = e.Source
		l.setPage(first, append(make([]entry, 0, min(more, maxPage)), e))
		l.count(nil, e)
		l.LastPage = first
		return nil
	}
	i, found := find(page, e.Source)
	if found {
		l.count(&page[i], e)
		page[i] = e
	} else {
		l.count(nil, e)
		page = slices.Insert(page, i, e)
	}
	// A page is stored under the UID of its first entry.
	if page[0].Source < first { // only the very first page can grow downwards
		if err := l.loadIndex(ctx); err != nil {
			return err
		}
		l.dropPage(first)
		if l.LastPage == first {
			l.LastPage = page[0].Source
		}
		first = page[0].Source
	}
	if len(page) <= maxPage {
		l.setPage(first, page)
		return nil
	}
	// A page that grows at its end leaves the full one as it is.
	cut := len(page) / 2
	if i == maxPage {
		cut = maxPage
	}
	l.pages[first] = page
	l.split(first, cut)
	return nil
}

// split makes two pages of one, the second one of the entries from place cut on, and tells under which UID that lies.
func (l *ledger) split(first mailbox.UID, cut int) mailbox.UID {
	page := l.pages[first]
	rest := slices.Clone(page[cut:])
	l.setPage(first, slices.Clip(page[:cut]))
	l.setPage(rest[0].Source, rest)
	l.LastPage = max(l.LastPage, rest[0].Source)
	return rest[0].Source
}

// remove takes an entry out, as if nothing had been decided.
func (l *ledger) remove(ctx context.Context, uid mailbox.UID) error {
	first, page, _, err := l.page(ctx, uid)
	if err != nil {
		return err
	}
	i, found := find(page, uid)
	if !found {
		return nil
	}
	if !page[i].Gone {
		l.Counts[page[i].Outcome]--
	}
	// A page keeps its key though its first entry has gone, and may be empty.
	l.setPage(first, slices.Delete(page, i, i+1))
	return nil
}

func (l *ledger) setPage(first mailbox.UID, page []entry) {
	l.pages[first] = page
	l.dirty[first] = true
	delete(l.dropped, first)
	if l.indexed {
		if i, found := slices.BinarySearch(l.index, first); !found {
			l.index = slices.Insert(l.index, i, first)
		}
	}
}

func (l *ledger) dropPage(first mailbox.UID) {
	delete(l.pages, first)
	delete(l.dirty, first)
	l.dropped[first] = true
	if i, found := slices.BinarySearch(l.index, first); found {
		l.index = slices.Delete(l.index, i, i+1)
	}
}

// keepPages is about how many clean pages stay in memory.
const keepPages = 8

// commit writes the record and all that has changed since the last commit, in one update that is on disk when it
// returns. It goes on when ctx has ended: what has happened at the target must be known.
func (l *ledger) commit(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	prefix := l.pagePrefix(l.Generation)
	var ops []store.Op
	for todo := slices.Sorted(maps.Keys(l.dirty)); len(todo) > 0; todo = todo[1:] {
		first := todo[0]
		data := encodePage(l.pages[first])
		if len(data) > maxPageBytes && len(l.pages[first]) > 1 {
			todo = append(todo, first, l.split(first, len(l.pages[first])/2))
			continue
		}
		ops = append(ops, store.Set(prefix+store.Number(uint64(first)), data))
	}
	value, err := json.Marshal(l.folderRecord)
	if err != nil {
		return fmt.Errorf("write the state of folder %q: %w", l.Source, err)
	}
	ops = append([]store.Op{store.Replace(l.key(), value, l.revision)}, ops...)
	for first := range l.dropped {
		ops = append(ops, store.Delete(prefix+store.Number(uint64(first))))
	}
	ops = append(ops, l.items...)
	revisions, err := l.store.Update(ctx, ops...)
	if errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("the state of folder %q was changed by somebody else: is a second migsh copying the same mailbox? (%w)", l.Source, err)
	}
	if err != nil {
		return fmt.Errorf("write the state of folder %q: %w", l.Source, err)
	}
	l.revision = revisions[0]
	l.items, l.unwritten = nil, 0
	clear(l.dirty)
	clear(l.dropped)
	if len(l.pages) > keepPages {
		l.evict()
	}
	return nil
}

// dirtyPages tells how much the next commit will write.
func (l *ledger) dirtyPages() int { return len(l.dirty) }

// addItem notes a message that was left behind; the next commit writes it.
func (l *ledger) addItem(item migration.SkippedItem) error {
	value, err := json.Marshal(item)
	if err != nil {
		return fmt.Errorf("write the skipped message UID %d of folder %q: %w", item.UID, l.Source, err)
	}
	l.items = append(l.items, store.Set(l.itemKey(mailbox.UID(item.UID)), value))
	return nil
}

// dropItem forgets that a message was left behind.
func (l *ledger) dropItem(uid mailbox.UID) { l.items = append(l.items, store.Delete(l.itemKey(uid))) }

// freeGeneration is a number that no pages have which count.
func (l *ledger) freeGeneration() int { return max(l.Generation, l.Previous) + 1 }

// writeGeneration stages entries as pages of a generation that does not count yet, in pieces. It tells what the record
// must say of them once it switches over.
func (l *ledger) writeGeneration(ctx context.Context, number int, entries iter.Seq2[entry, error]) (folderRecord, error) {
	var staged folderRecord
	// A generation that was half written before a crash is written anew.
	if _, err := store.DeletePrefix(ctx, l.store, l.pagePrefix(number)); err != nil {
		return staged, fmt.Errorf("prepare new pages for folder %q: %w", l.Source, err)
	}
	var page []entry
	flush := func() error {
		if len(page) == 0 {
			return nil
		}
		staged.LastPage = page[0].Source
		op := store.Set(l.pagePrefix(number)+store.Number(uint64(staged.LastPage)), encodePage(page))
		page = page[:0]
		if _, err := l.store.Update(ctx, op); err != nil {
			return fmt.Errorf("write new pages for folder %q: %w", l.Source, err)
		}
		return nil
	}
	for e, err := range entries {
		if err != nil {
			return staged, err
		}
		staged.count(nil, e)
		if page = append(page, e); len(page) == maxPage {
			if err := flush(); err != nil {
				return staged, err
			}
		}
	}
	return staged, flush()
}

// switchGeneration makes staged pages the ones that count. The next commit makes it true.
func (l *ledger) switchGeneration(number int, staged folderRecord) {
	l.Generation, l.LastPage, l.Counts = number, staged.LastPage, staged.Counts
	l.forgetPages()
}

// sweep removes pages of generations that no longer count.
func (l *ledger) sweep(ctx context.Context) error {
	prefix := store.Prefix("mail", "page", l.pair, l.folderID)
	for record, err := range l.store.Scan(ctx, prefix) {
		if err != nil {
			return fmt.Errorf("look for old pages of folder %q: %w", l.Source, err)
		}
		generation, _, _ := strings.Cut(strings.TrimPrefix(record.Key, prefix), "/")
		if generation == strconv.Itoa(l.Generation) || generation == strconv.Itoa(l.Previous) {
			continue
		}
		if _, err := l.store.Update(ctx, store.Delete(record.Key)); err != nil {
			return fmt.Errorf("remove old pages of folder %q: %w", l.Source, err)
		}
	}
	return nil
}
