package wrap

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

func TestMeterAndLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var meter Meter
		limit := Limit{Read: rate.NewLimiter(1000, 100), Write: rate.NewLimiter(100, 10)}
		conn := limit.Conn(meter.Conn(&scripted{Reader: strings.NewReader(strings.Repeat("x", 2100))}))

		began := time.Now()
		if n, err := io.Copy(io.Discard, conn); n != 2100 || err != nil {
			t.Fatalf("read %d, %v", n, err)
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("reading 2100 bytes at 1000 a second with a burst of 100 took %v", took)
		}
		began = time.Now()
		if n, err := conn.Write(make([]byte, 110)); n != 110 || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("writing 110 bytes at 100 a second with a burst of 10 took %v", took)
		}
		if meter.Received() != 2100 || meter.Sent() != 110 {
			t.Errorf("counted %d and %d", meter.Received(), meter.Sent())
		}
	})
}

func TestLimitEndsWithTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		conn := Limit{Write: rate.NewLimiter(1, 1)}.Conn(near)
		go io.Copy(io.Discard, far)
		failed := make(chan error, 1)
		go func() {
			_, err := conn.Write(make([]byte, 1000))
			failed <- err
		}()
		synctest.Wait()
		conn.Close()
		if err := <-failed; err == nil {
			t.Error("Write went on after Close")
		}
	})
}
