package syncer

import (
	"context"
	"slices"

	"migsh/internal/mailbox"
)

// intend puts the window's intent into the store, if it isn't there, and with it those of the windows that come next: nothing
// of a window leaves before that.
func (f *folderPass) intend(ctx context.Context, w *window) error {
	if w.onItsWay == 0 && len(w.unplaced) == 0 && w.bytes == 0 {
		w.next = f.targetNext
	}
	if w.intended {
		return nil
	}
	for _, w := range f.ahead(w) {
		w.intended = true
		from := f.targetNext
		var others []intent
		for _, i := range f.Intents {
			left := i.UIDs.Minus(w.uids)
			// What an earlier pass may have left at the target is known to this one, but to the store only by the
			// earlier intent: the new one reaches as far back.
			if !slices.Equal(left, i.UIDs.UIDSet) {
				from = min(from, i.TargetNext)
			}
			if len(left) > 0 || i.UIDs.IsZero() {
				others = append(others, intent{uidSet{left}, i.TargetNext})
			}
		}
		if f.Intents = others; len(w.toSend()) > 0 {
			f.Intents = append(f.Intents, intent{uidSet{w.toSend()}, from})
		}
	}
	f.IntentAt = f.Now().UTC()
	return f.commit(ctx)
}

// ahead are the windows that get their intents together with one.
func (f *folderPass) ahead(w *window) []*window {
	if w.place < 0 || !f.target.Info().Features.UIDPlus || len(f.doubtful) > 0 {
		return []*window{w}
	}
	return f.windows[w.place:min(w.place+windowsAhead, len(f.windows))]
}

// settle takes the window out of the intents, but for those of its open messages that an earlier pass may have left at
// the target.
func (f *folderPass) settle(w *window, open mailbox.UIDSet) {
	doubtful := open.Minus(open.Minus(f.doubtful))
	var left []intent
	for _, i := range f.Intents {
		if i.UIDs.IsZero() {
			left = append(left, i)
			continue
		}
		rest := i.UIDs.Minus(w.uids.Minus(doubtful))
		if len(rest) > 0 {
			left = append(left, intent{uidSet{rest}, i.TargetNext})
		}
	}
	f.Intents = left
}
