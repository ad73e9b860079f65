package syncer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"mime"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/store"
)

// leaveBehind notes a message that could not be copied. The next commit writes it.
func (f *folderPass) leaveBehind(meta mailbox.Meta, length int64, why error) error {
	item := migration.SkippedItem{
		Kind: migration.SkippedRefusedItem, FolderName: f.Source, UID: uint32(meta.UID),
		DateReceived: meta.Date, MessageSize: migration.ByteSize(max(length, meta.Size, 0)), Reason: why.Error(),
	}
	if e, ok := errors.AsType[*mailbox.Error](why); ok {
		switch e.ID {
		case mailbox.MessageTooLarge:
			item.Kind = migration.SkippedLargeItem
		case mailbox.MessageUnread:
			item.Kind = migration.SkippedCorruptItem
		}
	}
	f.result.Skipped++
	f.state.Skipped++
	f.undescribed = append(f.undescribed, item)
	f.report("Warning", "Folder %q: the message with UID %d (%v) could not be copied: %v.", f.Source, meta.UID, item.MessageSize, why)
	return f.addItem(item)
}

// describe reads subject and sender of what was left behind, so that its owner can find it.
func (f *folderPass) describe(ctx context.Context) error {
	if len(f.undescribed) == 0 {
		return nil
	}
	items := map[mailbox.UID]migration.SkippedItem{}
	var uids mailbox.UIDSet
	for _, item := range f.undescribed {
		items[mailbox.UID(item.UID)] = item
		uids.Add(mailbox.UID(item.UID))
	}
	f.undescribed = nil
	for h, err := range f.source.Headers(ctx, f.sourceAt(), uids, "Subject", "From", "Date") {
		if err != nil {
			if mailbox.ClassOf(err) != mailbox.PerMessage {
				return err
			}
			f.report("Information", "Folder %q: subject and sender of messages that were left behind can't be read: %v.", f.Source, err)
			break
		}
		item := items[h.UID]
		header := parseHeader(h.Fields)
		item.Subject, item.Sender = decodeWords(header.Get("Subject")), decodeWords(header.Get("From"))
		if sent, err := header.Date(); err == nil {
			item.DateSent = sent.UTC()
		}
		if err := f.addItem(item); err != nil {
			return err
		}
		if len(f.items) >= commitItems {
			if err := f.commit(ctx); err != nil {
				return err
			}
		}
	}
	return f.commit(ctx)
}

// parseHeader reads as much of a header as can be read.
func parseHeader(fields []byte) mail.Header {
	if !bytes.Contains(fields, []byte("\n\r\n")) && !bytes.Contains(fields, []byte("\n\n")) {
		fields = append(bytes.Clone(fields), "\r\n\r\n"...)
	}
	m, err := mail.ReadMessage(bytes.NewReader(fields))
	if err != nil {
		return mail.Header{}
	}
	return m.Header
}

// decodeWords makes encoded words readable; what can't be decoded stays as it is.
func decodeWords(s string) string {
	var d mime.WordDecoder
	if decoded, err := d.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

// headerPeek is how much of a message is looked at for its date.
const headerPeek = 64 << 10

// dateFromHeader finds a date for a message of which the source tells none: that of the topmost Received field, else
// that of the Date field, else none. It returns a reader that yields the whole message.
func dateFromHeader(r io.Reader) (io.Reader, time.Time) {
	b := bufio.NewReaderSize(r, headerPeek)
	head, _ := b.Peek(headerPeek) // what fails here fails again when the message is read
	if end := bytes.Index(head, []byte("\r\n\r\n")); end >= 0 {
		head = head[:end+4]
	}
	header := parseHeader(head)
	for _, received := range header["Received"] {
		if i := strings.LastIndexByte(received, ';'); i >= 0 {
			if t, err := mail.ParseDate(strings.TrimSpace(received[i+1:])); err == nil {
				return b, t
			}
		}
	}
	if t, err := mail.ParseDate(header.Get("Date")); err == nil {
		return b, t
	}
	return b, time.Time{}
}

// Items yields the messages of a pair that did not arrive as they were: first those that could not be copied, were repaired or removed
// again, in order of folder and UID, then, folder by folder, those that a filter leaves out, that are copied
// from another folder or that vanished before they were read.
func Items(ctx context.Context, st store.Store, pair Pair) iter.Seq2[migration.SkippedItem, error] {
	return func(yield func(migration.SkippedItem, error) bool) {
		if !storedItems(ctx, st, pair)(yield) {
			return
		}
		folders, err := storedFolders(ctx, st, pair.ID())
		if err != nil {
			if !yieldLost(err, yield) {
				return
			}
		}
		for _, name := range slices.Sorted(maps.Keys(folders)) {
			k := folders[name]
			if k.Counts[Filtered]+k.Counts[Merged]+k.Counts[Vanished] > 0 && !leftOutItems(ctx, openLedger(st, pair.ID(), k))(yield) {
				return
			}
		}
	}
}

// leftOutItems yields the messages of a folder that have an entry and nothing to be told besides. It returns false when yield does.
func leftOutItems(ctx context.Context, l *ledger) func(yield func(migration.SkippedItem, error) bool) bool {
	return func(yield func(migration.SkippedItem, error) bool) bool {
		for e, err := range l.all(ctx, l.Generation) {
			if err != nil {
				return yieldLost(err, yield)
			}
			item := migration.SkippedItem{FolderName: l.Source, UID: uint32(e.Source)}
			switch {
			case e.Outcome == Filtered && !e.Gone:
				item.Kind, item.DateReceived, item.MessageSize = migration.SkippedFilteredItem, timeOf(e.Date), migration.ByteSize(e.Size)
				item.Reason = "the content filter leaves it out: " + l.FilteredBy
			case e.Outcome == Merged && !e.Gone:
				item.Kind, item.DateReceived, item.MessageSize = migration.SkippedMergedItem, timeOf(e.Date), migration.ByteSize(e.Size)
				item.Reason = "it is the same message as one that is copied from another folder: here the source only shows it once more"
			case e.Outcome == Vanished:
				item.Kind, item.Reason = migration.SkippedMissingItem, "it was removed from the source before it could be read"
			default:
				continue
			}
			if !yield(item, nil) {
				return false
			}
		}
		return true
	}
}

// yieldLost yields an item that stands for what can't be read of a folder any more; any other error it yields as such, and tells to end.
func yieldLost(err error, yield func(migration.SkippedItem, error) bool) (more bool) {
	lost, ok := errors.AsType[*lostMemory](err)
	if !ok {
		yield(migration.SkippedItem{}, err)
		return false
	}
	return yield(migration.SkippedItem{Kind: migration.SkippedCorruptItem, FolderName: lost.folder, Reason: lost.Error()}, nil)
}

// storedItems yields the messages that have a record of their own. It returns false when yield does.
func storedItems(ctx context.Context, st store.Store, pair Pair) func(yield func(migration.SkippedItem, error) bool) bool {
	return func(yield func(migration.SkippedItem, error) bool) bool {
		for record, err := range st.Scan(ctx, itemPrefix(pair.ID())) {
			if err != nil {
				yield(migration.SkippedItem{}, fmt.Errorf("read the skipped messages of %s: %w", pair.TargetMailbox, err))
				return false
			}
			var item migration.SkippedItem
			if err := json.Unmarshal(record.Value, &item); err != nil {
				item = lostItem(record.Key, err)
			}
			if !yield(item, nil) {
				return false
			}
		}
		return true
	}
}

// lostItem is what can be said of a skipped message whose record can't be read: its UID.
func lostItem(key string, why error) migration.SkippedItem {
	item := migration.SkippedItem{Kind: migration.SkippedCorruptItem, Reason: fmt.Sprintf("which message was skipped and why can't be read any more (%s)", why)}
	if uid, err := strconv.ParseUint(key[strings.LastIndexByte(key, '/')+1:], 16, 32); err == nil {
		item.UID = uint32(uid)
	}
	return item
}

// Balances reads how each folder of a pair stands, as the last pass left it, in order of the folders' names.
func Balances(ctx context.Context, st store.Store, pair Pair) ([]migration.FolderCount, error) {
	folders, err := storedFolders(ctx, st, pair.ID())
	var out []migration.FolderCount
	if lost, ok := errors.AsType[*lostMemory](err); ok {
		out = append(out, migration.FolderCount{SourceFolder: "?", Fault: lost.Error()})
	} else if err != nil {
		return nil, err
	}
	for _, f := range folders {
		out = append(out, f.tally())
	}
	sortCounts(out)
	return out, nil
}

// Forget wipes all that is remembered of a pair. The next pass finds what is at the target by its content.
func Forget(ctx context.Context, st store.Store, pair Pair) error {
	id := pair.ID()
	for _, kind := range []string{"folder", "page", "item"} {
		if _, err := store.DeletePrefix(ctx, st, store.Prefix("mail", kind, id)); err != nil {
			return fmt.Errorf("forget the mailbox %s: %w", pair.TargetMailbox, err)
		}
	}
	if _, err := st.Update(ctx, store.Delete(pairKey(id))); err != nil {
		return fmt.Errorf("forget the mailbox %s: %w", pair.TargetMailbox, err)
	}
	return nil
}
