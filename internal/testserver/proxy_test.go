package testserver

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// echo is a server that sends back what it gets, until its client is done.
func echo(t *testing.T) string {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				io.Copy(conn, conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		running.Wait()
	})
	return listener.Addr().String()
}

func dial(t *testing.T, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// send dials, writes all, closes its direction and returns what comes back.
func send(addr string, data []byte) ([]byte, error) {
	dialled, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err // a proxy that refuses may be faster than us
	}
	defer dialled.Close()
	conn := dialled.(*net.TCPConn)
	go func() {
		conn.Write(data)
		conn.CloseWrite()
	}()
	return io.ReadAll(conn)
}

func waitFor(t *testing.T, p *Proxy, holds func(ProxyStats) bool) ProxyStats {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readyTimeout)
	defer cancel()
	stats, err := p.Wait(ctx, holds)
	if err != nil {
		t.Fatalf("waiting for the proxy: %v; its counts: %+v", err, stats)
	}
	return stats
}

func TestProxyCarries(t *testing.T) {
	p := NewProxy(t, echo(t))
	data := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	p.Use(func(n int) Link { return Link{Delay: time.Duration(n-1) * time.Millisecond} })
	for range 2 {
		got, err := send(p.Addr(), data)
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes came back, %v; want %d", len(got), err, len(data))
		}
	}
	stats := waitFor(t, p, func(s ProxyStats) bool { return s.Open == 0 })
	want := ProxyStats{Max: stats.Max, Total: 2, Up: int64(2 * len(data)), Down: int64(2 * len(data))}
	if stats != want {
		t.Errorf("counts %+v, want %+v", stats, want)
	}
}

func TestProxyCountsTheMost(t *testing.T) {
	p := NewProxy(t, echo(t))
	conns := []*net.TCPConn{dial(t, p.Addr()), dial(t, p.Addr()), dial(t, p.Addr())}
	waitFor(t, p, func(s ProxyStats) bool { return s.Open == 3 })
	for _, conn := range conns {
		conn.Close()
	}
	waitFor(t, p, func(s ProxyStats) bool { return s.Open == 0 })
	send(p.Addr(), nil)
	if got := waitFor(t, p, func(s ProxyStats) bool { return s.Total == 4 }).Max; got != 3 {
		t.Errorf("Max = %d, want 3", got)
	}
}

func TestProxyCuts(t *testing.T) {
	data := bytes.Repeat([]byte("x"), 50_000)
	for _, test := range []struct {
		name     string
		link     Link
		received int
		fails    bool
	}{
		{"down", Link{CutDown: 12_345}, 12_345, false},
		{"up", Link{CutUp: 1}, -1, false},
		{"slow", Link{CutDown: 100, Rate: 10_000}, 100, false},
		{"reset", Link{CutDown: 1, Reset: true}, -1, true},
		{"refused", Link{Refuse: true}, 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := NewProxy(t, echo(t))
			p.Use(func(n int) Link {
				if n == 1 {
					return test.link
				}
				return Link{}
			})
			got, err := send(p.Addr(), data)
			if test.received >= 0 && len(got) != test.received || (err != nil) != test.fails {
				t.Errorf("received %d bytes and %v, want %d bytes and failure %t", len(got), err, test.received, test.fails)
			}
			if got, err := send(p.Addr(), data); err != nil || len(got) != len(data) {
				t.Errorf("the second connection: %d bytes, %v", len(got), err)
			}
		})
	}
}

func TestProxyStalls(t *testing.T) {
	p := NewProxy(t, echo(t))
	p.UseAll(Link{StallDown: 5})
	conn := dial(t, p.Addr())
	if _, err := conn.Write([]byte("0123456789")); err != nil {
		t.Fatal(err)
	}
	stats := waitFor(t, p, func(s ProxyStats) bool { return s.Up == 10 && s.Down == 5 })
	if stats.Open != 1 {
		t.Errorf("a stalled connection counts as %d", stats.Open)
	}
	p.CutAll()
	waitFor(t, p, func(s ProxyStats) bool { return s.Open == 0 })
	if got, err := io.ReadAll(conn); err == nil || len(got) > 5 {
		t.Errorf("after CutAll: %q, %v", got, err)
	}
}

func TestProxyPauses(t *testing.T) {
	p := NewProxy(t, echo(t))
	conn := dial(t, p.Addr())
	waitFor(t, p, func(s ProxyStats) bool { return s.Open == 1 })
	p.Pause()
	if _, err := conn.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got := p.Stats().Up; got != 0 {
		t.Errorf("%d bytes passed a paused proxy", got)
	}
	p.Resume()
	got := make([]byte, 5)
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != "hello" {
		t.Errorf("after Resume: %q, %v", got, err)
	}
}

// Nothing listens behind the proxy: its clients are reset.
func TestProxyWithoutServer(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	p := NewProxy(t, addr)
	if got, err := send(p.Addr(), nil); err == nil {
		t.Errorf("read %q and no error", got)
	}
}
