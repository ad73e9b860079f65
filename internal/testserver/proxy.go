package testserver

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// A Link says how a [Proxy] treats one connection. The zero value passes all
// on. Down is from server to client, up the other way; byte counts are exact.
type Link struct {
	Refuse bool          // reset as soon as it is accepted
	Delay  time.Duration // every byte arrives so much later, in each direction
	Rate   int           // bytes a second in each direction; 0 means no limit

	CutDown, CutUp     int64 // ends the connection after so many bytes; 0 means never
	StallDown, StallUp int64 // passes nothing more on after so many bytes; 0 means never
	Reset              bool  // cuts end with RST instead of FIN

	StallTime time.Duration // cuts a connection that has stalled for so long; 0 means never
}

// ProxyStats are a proxy's counts.
type ProxyStats struct {
	Open  int   // connections that are open now
	Max   int   // the most that were open at once
	Total int   // connections accepted so far
	Cut   int   // connections that were cut as their link says
	Down  int64 // bytes passed on to clients
	Up    int64 // bytes passed on to the server
}

// Proxy stands on a loopback port in front of a server, counts what passes and
// disturbs it on demand.
type Proxy struct {
	target   string
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	link    func(n int) Link
	stats   ProxyStats
	carried map[*carriage]bool
	closed  bool
	changed chan struct{} // closed and replaced at every change of stats
	moving  chan struct{} // closed unless the proxy is paused
}

// NewProxy starts a proxy in front of target (host:port), which need not listen
// yet. It ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		target: target, listener: listener,
		link:    func(int) Link { return Link{} },
		carried: map[*carriage]bool{},
		changed: make(chan struct{}),
		moving:  make(chan struct{}),
	}
	close(p.moving)
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// close ends the proxy and waits for all that it runs.
func (p *Proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.CutAll()
	p.running.Wait()
}

// Addr is the proxy's own host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Port is the port of Addr.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// Use decides how connections accepted from now on are treated, by their
// number: the first that this proxy ever accepted is 1.
func (p *Proxy) Use(link func(n int) Link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.link = link
}

// UseAll treats all connections accepted from now on alike.
func (p *Proxy) UseAll(link Link) { p.Use(func(int) Link { return link }) }

// CutAll resets every open connection.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.carried {
		c.reset()
	}
}

// Part parts clients and server as the death of a client does: the server gets
// all that was sent to it, and then the end of the stream.
func (p *Proxy) Part() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.carried {
		c.part()
	}
}

// Pause keeps every connection open and passes nothing more on until Resume.
// At most what is in the middle of a read or write still arrives.
func (p *Proxy) Pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.moving:
		p.moving = make(chan struct{})
	default:
	}
}

// Resume ends a Pause.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.moving:
	default:
		close(p.moving)
	}
}

// Stats returns the counts.
func (p *Proxy) Stats() ProxyStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Wait returns the first counts seen that the condition holds for; it is asked
// at every change. It fails when ctx ends.
func (p *Proxy) Wait(ctx context.Context, holds func(ProxyStats) bool) (ProxyStats, error) {
	for {
		p.mu.Lock()
		stats, changed := p.stats, p.changed
		p.mu.Unlock()
		if holds(stats) {
			return stats, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return stats, ctx.Err()
		}
	}
}

func (p *Proxy) count(change func(*ProxyStats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.stats)
	p.stats.Max = max(p.stats.Max, p.stats.Open)
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed at the test's end
		}
		p.mu.Lock()
		choose, n := p.link, p.stats.Total+1
		p.mu.Unlock()
		link := choose(n) // it may ask for our counts
		p.count(func(s *ProxyStats) { s.Total++ })
		p.running.Go(func() { p.carry(client.(*net.TCPConn), link) })
	}
}

// carry joins a client to the server until either side or the link ends it.
func (p *Proxy) carry(client *net.TCPConn, link Link) {
	if link.Refuse {
		resetTCP(client)
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		resetTCP(client)
		return
	}
	c := newCarriage(p, link, client, server.(*net.TCPConn))
	p.mu.Lock()
	p.carried[c] = true
	if p.closed {
		c.reset()
	}
	p.mu.Unlock()
	p.count(func(s *ProxyStats) { s.Open++ })
	c.run()
	p.mu.Lock()
	delete(p.carried, c)
	p.mu.Unlock()
}

// unpaused returns a channel that is closed while bytes may pass.
func (p *Proxy) unpaused() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.moving
}
