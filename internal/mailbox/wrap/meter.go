package wrap

import (
	"net"
	"sync/atomic"
)

// Meter counts bytes. One meter may serve many connections, for instance all those of an endpoint.
type Meter struct {
	received, sent atomic.Int64
}

// Received is the number of bytes read from the wire so far.
func (m *Meter) Received() int64 { return m.received.Load() }

// Sent is the number of bytes written to the wire so far.
func (m *Meter) Sent() int64 { return m.sent.Load() }

// Conn returns conn with its bytes counted.
func (m *Meter) Conn(conn net.Conn) net.Conn { return &meterConn{Conn: conn, meter: m} }

type meterConn struct {
	net.Conn
	meter *Meter
}

func (c *meterConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.meter.received.Add(int64(n))
	return n, err
}

func (c *meterConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.meter.sent.Add(int64(n))
	return n, err
}
