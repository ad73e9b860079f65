package syncer

import (
	"context"
	"slices"

	"migsh/internal/mailbox"
)

// asideMost is how many messages may wait to be sent anew before their stream is ended for it.
const asideMost = 1000

// copying is the work of moving the messages of all folders, over one or more links. A folder is never on two links at once: so its
// messages arrive in the order of their UIDs, as the clients of the target show them, and what one of them may have left at the
// target is looked for in one place.
type copying struct {
	*pass
	// plain folders wait for a stream; their messages can be at the target in no way. doubtful ones must first be compared
	// with what is there, each by itself, so that memory holds what one folder's target contains and no more.
	plain, doubtful []*folderPass
	failed          bool          // a link has failed: no new windows are begun
	active          int           // links that are at work, or about to be
	idle            chan struct{} // closed when the first link has nothing more to do
}

// copyAll copies what was planned for the folders.
func (p *pass) copyAll(ctx context.Context, folders []*folderPass) error {
	if err := p.foresee(ctx, folders); err != nil {
		return err
	}
	c := &copying{pass: p, idle: make(chan struct{})}
	for _, f := range folders {
		if f.trouble != nil || f.redo {
			continue
		}
		f.cut()
		switch {
		case len(f.windows) == 0:
			f.countDone()
		case f.Adopting || f.Previous != 0 || len(f.Intents) > 0:
			c.doubtful = append(c.doubtful, f)
		default:
			c.plain = append(c.plain, f)
		}
	}
	links := []func(context.Context) error{func(ctx context.Context) error {
		defer close(c.idle)
		return c.work(ctx, p.links[0])
	}}
	spare := c.spare()
	c.active = 1 + spare
	for range spare {
		links = append(links, c.workBeside)
	}
	// A link that fails lets the others settle what is on its way.
	failures := make([]error, len(links))
	err := p.turn.together(ctx, len(links), func(yield func(func(context.Context) error) bool) {
		for i, work := range links {
			if !yield(func(context.Context) error {
				if failures[i] = work(ctx); failures[i] != nil {
					c.failed = true
				}
				return nil
			}) {
				return
			}
		}
	})
	for _, failure := range failures {
		if err == nil {
			err = failure
		}
	}
	if err == nil { // what a link that was recalled or lost has left over
		err = c.work(ctx, p.links[0])
	}
	for _, f := range folders {
		f.on(p.links[0])
	}
	return err
}

// work moves messages over one link until there are none left.
func (c *copying) work(ctx context.Context, l *link) error {
	s := &stream{copying: c, link: l}
	var err error
	for err == nil && s.more() {
		err = s.run(ctx)
		s = &stream{copying: c, link: l, folder: s.folder}
	}
	if f := s.folder; f != nil && f.given < len(f.windows) && f.trouble == nil && !f.redo {
		c.plain = slices.Insert(c.plain, 0, f) // another link takes it over
	}
	if err != nil {
		return err
	}
	if c.active > 1 && !c.failed && !l.wanted() { // while the others are at work
		if err := c.lookAtDates(ctx, l.target); err != nil {
			return err
		}
	}
	for len(c.doubtful) > 0 && !c.failed && !l.wanted() {
		f := c.doubtful[0]
		c.doubtful = c.doubtful[1:]
		f.on(l)
		if err := f.own(ctx, c.settle(ctx, f)); err != nil {
			return err
		}
	}
	return nil
}

// settle copies a folder whose messages may be at the target already.
func (c *copying) settle(ctx context.Context, f *folderPass) error {
	f.state.Folder = f.Source
	if err := f.gatherClaims(ctx); err != nil {
		return err
	}
	f.progress(PhaseCopy)
	for f.given < len(f.windows) && f.trouble == nil && !f.redo && !c.failed {
		s := &stream{copying: c, link: f.link, folder: f, alone: true}
		if err := s.run(ctx); err != nil {
			return err
		}
	}
	err := f.sendDeferred(ctx)
	f.claims = claims{}
	return err
}

// sendDeferred settles the messages that may be at the target altered. By now every message that is there byte for byte
// has been claimed by its own.
func (f *folderPass) sendDeferred(ctx context.Context) error {
	deferred := f.deferred
	if len(deferred) == 0 || f.trouble != nil || f.redo {
		return nil
	}
	f.deferred, f.alike, f.following = nil, true, true
	defer func() { f.alike, f.following = false, false }()
	before := f.result.Matched
	for part := range chunk(deferred, f.window()) {
		if err := f.send(ctx, f.resend(part), form{}); err != nil {
			return err
		}
		if err := f.sendAside(ctx); err != nil {
			return err
		}
	}
	if n := f.result.Matched - before; n > 0 {
		f.report("Warning", "Folder %q: %d messages are at the target already, but another tool or the target has altered them; they are not copied again.", f.Source, n)
	}
	return nil
}

// sendAside sends, in ever smaller groups, what the target did not take for the company it was in, then, without
// keywords, what it may have refused for them, and then, repaired, what it may have refused for its form.
func (f *folderPass) sendAside(ctx context.Context) error {
	following := f.following
	f.following = true
	defer func() { f.following = following }()
	for len(f.apart) > 0 && f.trouble == nil && !f.redo {
		group, others := f.apart[0], f.apart[1:]
		f.apart = nil
		for part := range chunk(group, max((group.Len()+1)/2, 1)) {
			if err := f.send(ctx, f.resend(part), form{}); err != nil {
				return err
			}
		}
		f.apart = append(f.apart, others...)
	}
	again := f.again
	f.again = nil
	for uid := range again.All() {
		if f.trouble != nil || f.redo {
			break
		}
		if err := f.send(ctx, f.resend(mailbox.UIDs(uid)), form{strip: true}); err != nil {
			return err
		}
	}
	return f.sendMended(ctx)
}

// send sends one window by itself.
func (f *folderPass) send(ctx context.Context, w *window, form form) error {
	only := []*window{w}
	s := &sending{pass: f.pass, link: f.link, form: form, single: w.size == 1, feed: func(int64) (*window, bool) {
		if len(only) == 0 {
			return nil, false
		}
		only = nil
		return w, false
	}}
	return s.run(ctx)
}

// A stream is one call of Fetch at the source and one of Append at the target, through which the windows of many folders
// flow without a stop in between.
type stream struct {
	*copying
	link    *link
	folder  *folderPass // whose windows are given at the moment
	alone   bool        // no other folder follows
	given   int
	suspect bool          // the next window is, or the last one was
	folders []*folderPass // that had windows in it
}

// through tells whether the folder has no more windows to give.
func (s *stream) through() bool {
	return s.folder == nil || s.folder.given == len(s.folder.windows) || s.folder.trouble != nil || s.folder.redo
}

// leastAhead is what a link may always have before it, so that it need not wait for answers.
const leastAhead = 4 << 20

// early tells whether the next folder is better left to whichever link is the first to be done: what this one has before it is more
// than a part of what is left.
func (s *stream) early(ahead int64) bool {
	if s.active < 2 || ahead <= leastAhead || !s.through() {
		return false
	}
	var left int64
	for _, f := range s.plain {
		left += f.cost
	}
	return left > 0 && ahead > left/int64(2*s.active)
}

// more takes the next folder if the last one's windows have all been given, and tells whether there is anything to give.
func (s *stream) more() bool {
	for s.through() {
		if s.alone || len(s.plain) == 0 {
			return false
		}
		s.folder = s.plain[0]
		s.plain = s.plain[1:]
		s.folder.on(s.link)
		s.link.target.Known(s.folder.Target, s.folder.keeps)
	}
	return !s.failed && (s.alone || !s.link.wanted())
}

// next gives the next window. Without UIDPLUS there is but one in a stream, whose UIDs are looked up before the next one goes. A
// window that broke the connection before is alone in its stream, so that it is not stored or lost together with others.
func (s *stream) next(ahead int64) (w *window, later bool) {
	if s.early(ahead) {
		return nil, true
	}
	if !s.link.target.Info().Features.UIDPlus && s.given > 0 || s.suspect || !s.more() || s.folder.aside() > asideMost {
		return nil, false
	}
	f := s.folder
	if s.suspect = f.windows[f.given].suspect; s.suspect && s.given > 0 {
		return nil, false
	}
	if n := len(s.folders); n == 0 || s.folders[n-1] != f {
		s.folders = append(s.folders, f)
		f.state.Folder = f.Source
		f.progress(PhaseCopy)
	}
	w = f.windows[f.given]
	f.given++
	f.cost -= w.cost
	s.given++
	return w, false
}

// aside counts the messages that wait to be sent anew.
func (f *folderPass) aside() int {
	n := f.again.Len() + len(f.mend)
	for _, group := range f.apart {
		n += group.Len()
	}
	return n
}

// run lets the windows flow, then sends anew what has to be.
func (s *stream) run(ctx context.Context) error {
	sending := &sending{pass: s.pass, link: s.link, feed: s.next}
	if err := sending.run(ctx); err != nil {
		return err
	}
	for _, f := range s.folders {
		if f.trouble != nil || f.redo {
			continue
		}
		if err := f.own(ctx, f.sendAside(ctx)); err != nil {
			return err
		}
	}
	return nil
}
