package testserver

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// A carriage is one connection through a [Proxy]. Each direction has a reader,
// which notes when bytes came in, and a writer, which passes them on when and
// as far as the link says.
type carriage struct {
	proxy          *Proxy
	link           Link
	client, server *net.TCPConn

	once   sync.Once
	ctx    context.Context // ends when nothing is passed on any more
	cancel context.CancelFunc
	silent chan struct{} // closed when neither side will send any more
	parted atomic.Bool   // what the client does no longer reaches the server
}

// A chunk is a piece of the stream and the time at which it is to arrive.
type chunk struct {
	buffer []byte
	length int
	due    time.Time
}

const (
	chunkBytes = 16 << 10
	// A long line takes much at once, so that carrying it costs little, and holds much, so that it does not limit what
	// flows: 256 MB in a delay.
	longChunkBytes = 256 << 10
	longDepth      = 1024
	// gather is how long a long line waits for more to come when much has come.
	gather = 500 * time.Microsecond
)

var longChunks = sync.Pool{New: func() any { return new([longChunkBytes]byte) }}

func newCarriage(p *Proxy, link Link, client, server *net.TCPConn) *carriage {
	c := &carriage{proxy: p, link: link, client: client, server: server, silent: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if link.Rate > 0 { // what waits in buffers would hide the limit
		client.SetReadBuffer(32 << 10)
		server.SetReadBuffer(32 << 10)
	}
	return c
}

// run returns when both sides have closed.
func (c *carriage) run() {
	defer c.client.Close()
	defer c.server.Close()
	defer c.end()

	depth := 1
	if c.link.Delay > 0 {
		depth = longDepth
	}
	up, down := make(chan chunk, depth), make(chan chunk, depth)
	var readers, writers sync.WaitGroup
	readers.Go(func() { c.read(c.client, up) })
	readers.Go(func() { c.read(c.server, down) })
	writers.Go(func() {
		c.write(c.server, up, c.link.CutUp, c.link.StallUp, func(s *ProxyStats) *int64 { return &s.Up })
	})
	writers.Go(func() {
		c.write(c.client, down, c.link.CutDown, c.link.StallDown, func(s *ProxyStats) *int64 { return &s.Down })
	})
	readers.Wait()
	close(c.silent)
	writers.Wait()
}

// end stops passing on. In order, both sides learn that nothing more comes;
// what they still send is read and thrown away, since closing a socket with
// unread bytes would take back bytes that are on their way.
func (c *carriage) end() {
	c.once.Do(func() {
		c.cancel()
		if c.link.Reset {
			resetTCP(c.client)
			resetTCP(c.server)
		} else {
			c.client.CloseWrite()
			c.server.CloseWrite()
		}
		c.proxy.count(func(s *ProxyStats) { s.Open-- })
	})
}

// cut ends the carriage as its link says.
func (c *carriage) cut() {
	c.proxy.count(func(s *ProxyStats) { s.Cut++ })
	c.end()
}

// stall passes nothing on for as long as the link says.
func (c *carriage) stall() {
	var enough <-chan time.Time
	if c.link.StallTime > 0 {
		timer := time.NewTimer(c.link.StallTime)
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-enough:
		c.cut()
	case <-c.silent:
	case <-c.ctx.Done():
	}
}

// reset ends the carriage at once, with RST to both sides.
func (c *carriage) reset() {
	c.cancel()
	resetTCP(c.client)
	resetTCP(c.server)
}

// part ends the carriage for the client at once, for the server in order.
func (c *carriage) part() {
	c.parted.Store(true)
	c.cancel()
	c.server.CloseWrite()
	resetTCP(c.client)
}

func (c *carriage) read(from *net.TCPConn, out chan<- chunk) {
	defer close(out)
	for {
		var buffer []byte
		if c.link.Delay > 0 {
			buffer = longChunks.Get().(*[longChunkBytes]byte)[:]
		} else {
			buffer = make([]byte, chunkBytes)
		}
		n, err := from.Read(buffer)
		if n > 0 {
			select {
			case out <- chunk{buffer, n, time.Now().Add(c.link.Delay)}:
			case <-c.ctx.Done():
			}
		}
		if c.link.Delay > 0 && n > chunkBytes/2 {
			time.Sleep(gather)
		}
		if err != nil {
			if err != io.EOF && !c.parted.Load() {
				c.reset()
			}
			return
		}
	}
}

func (c *carriage) write(to *net.TCPConn, in <-chan chunk, cut, stall int64, passed func(*ProxyStats) *int64) {
	most := longChunkBytes
	limit := rate.NewLimiter(rate.Inf, most)
	if c.link.Rate > 0 {
		most = max(1, min(chunkBytes, c.link.Rate/20))
		limit = rate.NewLimiter(rate.Limit(c.link.Rate), most)
	}
	var total int64
	for piece := range in {
		if !c.sleepUntil(piece.due) {
			return
		}
		bytes := piece.buffer[:piece.length]
		for len(bytes) > 0 {
			n := int64(min(len(bytes), most))
			if cut > 0 {
				n = min(n, cut-total)
			}
			if stall > 0 {
				n = min(n, stall-total)
			}
			if n == 0 {
				c.stall()
				return
			}
			select {
			case <-c.proxy.unpaused():
			case <-c.ctx.Done():
				return
			}
			if limit.WaitN(c.ctx, int(n)) != nil {
				return
			}
			if _, err := to.Write(bytes[:n]); err != nil {
				c.reset()
				return
			}
			bytes = bytes[n:]
			total += n
			c.proxy.count(func(s *ProxyStats) { *passed(s) += n })
			if total == cut {
				c.cut()
				return
			}
		}
		if len(piece.buffer) == longChunkBytes {
			longChunks.Put((*[longChunkBytes]byte)(piece.buffer))
		}
	}
	if c.ctx.Err() == nil {
		to.CloseWrite()
	}
}

// sleepUntil reports whether the time came before the carriage's end.
func (c *carriage) sleepUntil(due time.Time) bool {
	if c.link.Delay == 0 || !time.Now().Before(due) {
		return c.ctx.Err() == nil
	}
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}

// resetTCP closes a connection with RST.
func resetTCP(conn *net.TCPConn) {
	conn.SetLinger(0)
	conn.Close()
}
