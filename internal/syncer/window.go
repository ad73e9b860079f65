package syncer

import (
	"context"

	"migsh/internal/mailbox"
)

// A window is sent under one intent and written down in one commit.
const (
	windowMessages = 200
	windowBytes    = 8 << 20
	// windowsAhead is how many windows of a folder get their intents in one commit, and how many may be without theirs
	// once they are stored: so few writes that they cost nothing, so few windows that a crash leaves little to look for.
	windowsAhead = 4
	// quarantineAfter is how often the connection may break while a message is on its way; the last three times it
	// was alone.
	quarantineAfter = 6
)

// A window is a stretch of a folder's plan.
type window struct {
	folder  *folderPass
	place   int // in the folder's windows; -1 if its messages are sent anew
	uids    mailbox.UIDSet
	size    int   // messages in it
	cost    int64 // to move it, see [messageCost]
	suspect bool  // the connection broke before while its messages were on their way
	// Messages that are left out and poisonous ones are not even fetched.
	left      []planned
	poisonous mailbox.UIDSet

	entries  []entry // those decided, in any order
	decided  mailbox.UIDSet
	passed   int   // of the messages, those that need no more attention here: decided, or left for another try
	bytes    int64 // sent and stored
	onItsWay int   // taken by the target, without an answer
	intended bool  // its intent is in the record
	next     mailbox.UID
	unplaced []*sent        // stored, but the target did not tell the UID
	deferred mailbox.UIDSet // left for the end of the folder, see [folderPass.deferred]
}

// done tells whether every message has had its attention.
func (w *window) done() bool { return w.passed == w.size }

// toSend are its messages, without those that are left out.
func (w *window) toSend() mailbox.UIDSet {
	if len(w.left) == 0 {
		return w.uids
	}
	var out mailbox.UIDSet
	for _, p := range w.left {
		out.Add(p.uid)
	}
	return w.uids.Minus(out)
}

// resend makes a window of messages that are sent anew.
func (f *folderPass) resend(uids mailbox.UIDSet) *window {
	f.open++
	return &window{folder: f, place: -1, uids: uids, size: uids.Len()}
}

// cut makes windows of the plan. What broke the connection before goes in ever smaller windows, and in the end not at all.
func (f *folderPass) cut() {
	var w *window
	var bytes int64
	attempts := -1
	for _, p := range f.plan {
		a := f.attempts(p.uid)
		if a >= quarantineAfter {
			a = quarantineAfter
		}
		if w == nil || a != attempts || w.size >= max(f.window()>>(3*a), 1) || bytes+int64(p.size) > windowBytes {
			w, bytes, attempts = &window{folder: f, place: len(f.windows), suspect: a > 0}, 0, a
			f.windows = append(f.windows, w)
		}
		w.uids.Add(p.uid)
		w.size++
		switch {
		case p.left != 0:
			w.left = append(w.left, p)
		case a == quarantineAfter:
			w.poisonous.Add(p.uid)
		default:
			bytes += int64(p.size)
			w.cost += int64(p.size)
			f.cost += int64(p.size)
		}
		w.cost += messageCost
		f.cost += messageCost
	}
	f.plan, f.open = nil, len(f.windows)
}

// window is how many messages go under one intent.
func (f *folderPass) window() int {
	if f.Window > 0 {
		return f.Window
	}
	return windowMessages
}

func (f *folderPass) attempts(uid mailbox.UID) int { return f.suspicion(uid).Attempts }

// suspicion is what a message is suspected of.
func (f *folderPass) suspicion(uid mailbox.UID) suspect {
	for _, s := range f.Suspects {
		if s.UIDs.Has(uid) {
			return s
		}
	}
	return suspect{}
}

// suspect notes how often the connection broke while messages were on their way, and on which side.
func (f *folderPass) suspect(uids mailbox.UIDSet, attempts int, atSource bool) {
	var others []suspect
	for _, s := range f.Suspects {
		if s.UIDs.UIDSet = s.UIDs.Minus(uids); !s.UIDs.IsZero() {
			others = append(others, s)
		}
	}
	f.Suspects = append(others, suspect{uidSet{uids}, attempts, atSource})
}

// blame notes that the connection broke while the window's messages were on their way.
func (f *folderPass) blame(ctx context.Context, w *window, atSource bool) error {
	var open mailbox.UIDSet
	for uid := range w.uids.All() {
		if _, decided, err := f.get(ctx, uid); err != nil {
			return err
		} else if !decided {
			open.Add(uid)
		}
	}
	if len(open) == 0 {
		return nil
	}
	f.suspect(open, f.attempts(open[0].First)+1, atSource)
	return f.commit(ctx)
}
