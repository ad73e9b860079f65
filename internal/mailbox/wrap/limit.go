package wrap

import (
	"context"
	"net"

	"golang.org/x/time/rate"
)

// Limit bounds the bytes per second of all connections that share it. A nil limiter means no limit in that direction.
type Limit struct {
	Read, Write *rate.Limiter
}

// Conn returns conn slowed down to the limit.
func (l Limit) Conn(conn net.Conn) net.Conn {
	if l.Read == nil && l.Write == nil {
		return conn
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &limitConn{Conn: conn, limit: l, ctx: ctx, cancel: cancel}
}

type limitConn struct {
	net.Conn
	limit  Limit
	ctx    context.Context // ends when the connection is closed, so that nobody waits for tokens in vain
	cancel context.CancelFunc
}

// Read takes what there is, then pays for it: bytes that have arrived cannot be sent back, but the next ones wait.
func (c *limitConn) Read(p []byte) (int, error) {
	if c.limit.Read == nil {
		return c.Conn.Read(p)
	}
	n, err := c.Conn.Read(p[:min(len(p), portion(c.limit.Read))])
	if n > 0 && c.limit.Read.WaitN(c.ctx, n) != nil {
		return n, net.ErrClosed
	}
	return n, err
}

func (c *limitConn) Write(p []byte) (int, error) {
	if c.limit.Write == nil {
		return c.Conn.Write(p)
	}
	written := 0
	for written < len(p) {
		piece := p[written:min(len(p), written+portion(c.limit.Write))]
		if c.limit.Write.WaitN(c.ctx, len(piece)) != nil {
			return written, net.ErrClosed
		}
		n, err := c.Conn.Write(piece)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

func (c *limitConn) Close() error {
	c.cancel()
	return c.Conn.Close()
}

// portion is how many bytes may be asked of the limiter at once.
func portion(l *rate.Limiter) int { return max(1, l.Burst()) }
