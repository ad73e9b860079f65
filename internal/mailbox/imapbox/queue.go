package imapbox

import (
	"context"
	"slices"
)

// A call is one use of the session. Calls have their turns in the order in which they come, and each reads the answers to what it
// has asked. But what it asks first, it may ask before its turn, while those before it do no more than wait for their answers: so
// calls that are made at the same time share their round trips.
type call struct {
	// ask sends the commands with which the call begins; nil if it begins only when its turn has come.
	ask   func() error
	asked bool
	err   error         // what ask came to
	turn  chan struct{} // closed when its turn has come
}

// askedAhead is how many calls may have asked and not had their turn. They are short commands: what is sent never waits for a server
// that waits until its answers are taken.
const askedAhead = 32

// enter waits for the turn of a call. The caller must call leave in the end.
func (s *session) enter(ctx context.Context, c *call) error {
	c.turn = make(chan struct{})
	s.mu.Lock()
	s.calls = append(s.calls, c)
	if len(s.calls) == 1 {
		close(c.turn)
	}
	s.mu.Unlock()
	if ctx.Err() == nil {
		s.askAhead()
	}
	select {
	case <-c.turn:
	case <-ctx.Done():
		// What was asked already is answered nevertheless, while others read.
		s.leave(c)
		return context.Cause(ctx)
	}
	s.asking.Lock() // somebody may be asking for us
	defer s.asking.Unlock()
	return nil
}

// leave ends a call.
func (s *session) leave(c *call) {
	s.mu.Lock()
	i := slices.Index(s.calls, c)
	s.calls = slices.Delete(s.calls, i, i+1)
	if i == 0 && len(s.calls) > 0 {
		close(s.calls[0].turn)
	}
	s.mu.Unlock()
	s.askAhead()
}

// askAhead asks what may be asked now.
func (s *session) askAhead() {
	s.asking.Lock()
	defer s.asking.Unlock()
	sent := false
	for {
		c := s.nextToAsk()
		if c == nil {
			break
		}
		c.err = c.ask()
		sent = true
	}
	if sent {
		_ = s.lane.Flush() // who waits for the answers flushes too, and sees the error
	}
}

// nextToAsk is the first call that has not asked, if all before it have.
func (s *session) nextToAsk() *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, c := range s.calls {
		switch {
		case c.ask == nil || i > askedAhead:
			return nil
		case !c.asked:
			c.asked = true
			return c
		}
	}
	return nil
}

// alone lets nobody ask any more until the call, whose turn it is, has ended: it has more to ask than it began with. What others
// have asked before has changed which folder is open.
func (s *session) alone(c *call) {
	s.mu.Lock()
	c.ask = nil
	s.mu.Unlock()
	s.asking.Lock() // somebody may be asking still
	defer s.asking.Unlock()
}

// open is the folder that is open once all that was asked has been answered, nil if none is known to be.
func (s *session) open() *selection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.selected
}
