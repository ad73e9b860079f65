package syncer

import (
	"cmp"
	"context"
	"slices"

	"migsh/internal/mailbox"
)

const (
	// linksMost is how many links a mailbox has at most: a second one gains up to a third where the target takes many
	// messages with one command; where it does not, each adds its share.
	linksMost       = 2
	linksMostSingle = 4
	// A link more is worth its connections when there is that much to do besides the largest folder.
	spareWork = 8 << 20
	// messageCost is what a message costs a server besides its bytes, in bytes that could be moved meanwhile.
	messageCost = 16 << 10
)

// A spareLink is a link beside the first, which is opened while it is still found out what there is to do.
type spareLink struct {
	stop   context.CancelFunc // stops the opening, if it goes on
	ready  chan struct{}      // closed when what follows is known
	ok     bool               // there were connections to spare
	permit Permit
	link   *link
	err    error
	// panicked is what opening it has panicked with, until that has come up in the goroutine of who works with it.
	panicked any
}

// openSpare opens a link beside the first.
func (p *pass) openSpare(ctx context.Context) *spareLink {
	s := &spareLink{ready: make(chan struct{})}
	ctx, s.stop = context.WithCancel(ctx)
	go func() {
		defer close(s.ready)
		p.turn.take()
		defer p.turn.give()
		defer func() { s.panicked = recover() }()
		if p.turn.wait(func() { s.permit, s.ok = p.Spare() }); s.ok {
			s.link, s.err = p.connect(ctx)
			s.link.recalled = s.permit.Recalled
		}
	}()
	return s
}

// leave ends a link while the pass goes on.
func (p *pass) leave(s *spareLink) {
	s.stop()
	p.leaving.Go(func() {
		<-s.ready
		if s.ok {
			defer s.permit.Release()
		}
		p.turn.take()
		defer p.turn.give()
		if s.panicked != nil {
			p.report("Error", "A fault in migsh: %v.", s.panicked)
		}
		if s.link == nil {
			return
		}
		ends := p.goodbyes(s.link)
		_ = p.turn.together(context.Background(), len(ends)+1, slices.Values(ends)) // they report their errors themselves
	})
}

// openSpares opens as many links as the lists of folders show to be worth having, for a mailbox that is new.
func (p *pass) openSpares(ctx context.Context, folders []*folderPass) {
	var costs []int64
	for _, f := range folders {
		if status := f.mapping.Source.Status; f.first && status != nil && status.Messages > 0 {
			costs = append(costs, int64(status.Messages)*messageCost)
		}
	}
	for range p.worthHaving(costs) {
		p.spares = append(p.spares, p.openSpare(ctx))
	}
}

// leaveSpares ends the links that were opened and are not needed.
func (p *pass) leaveSpares() {
	for _, s := range p.spares {
		p.leave(s)
	}
	p.spares = nil
}

// spare tells how many links beside the first are worth having, and then puts the largest folders first, so that none is left
// over for the end.
func (c *copying) spare() int {
	var costs []int64
	for _, f := range slices.Concat(c.plain, c.doubtful) {
		costs = append(costs, f.cost)
	}
	n := c.worthHaving(costs)
	if n > 0 {
		slices.SortStableFunc(c.plain, func(a, b *folderPass) int { return cmp.Compare(b.cost, a.cost) })
	}
	return n
}

// worthHaving tells how many links beside the first are worth having for folders that cost so much.
func (p *pass) worthHaving(costs []int64) int {
	if p.Spare == nil || p.alone || len(costs) == 0 {
		return 0
	}
	var all int64
	for _, cost := range costs {
		all += cost
	}
	most := linksMost
	if !p.target.Info().Features.AtomicBatch {
		most = linksMostSingle
	}
	return int(max(min(int64(most-1), (all-slices.Max(costs))/cmp.Or(p.spareWork, spareWork), int64(len(costs)-1)), 0))
}

// workBeside moves messages over one link more, if there are connections to spare. Losing it does not end the pass.
func (c *copying) workBeside(ctx context.Context) error {
	defer func() { c.active-- }()
	var s *spareLink
	if len(c.spares) > 0 {
		s, c.spares = c.spares[0], c.spares[1:]
	} else {
		s = c.openSpare(ctx)
	}
	defer c.leave(s)
	c.turn.wait(func() {
		select {
		case <-s.ready:
		case <-c.idle:
		}
	})
	select {
	case <-s.ready:
	default:
		return nil // there is nothing left to do for it
	}
	if v := s.panicked; v != nil {
		s.panicked = nil
		panic(v)
	}
	if !s.ok {
		return nil
	}
	err := s.err
	if err == nil {
		err = c.work(ctx, s.link)
	}
	if err != nil && ctx.Err() == nil && lostOnly(err) {
		c.alone = true
		c.report("Information", "A second connection to both servers did not hold; the copy goes on over the first: %v.", err)
		return nil
	}
	return err
}

// lostOnly tells whether an error says no more than that a connection can't be had, or not kept.
func lostOnly(err error) bool {
	return mailbox.ClassOf(err) == mailbox.Reconnect || mailbox.IsID(err, mailbox.TooManySessions) || mailbox.IsID(err, mailbox.ConnectFailed)
}
