package lane

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// spoken starts a server that answers each line by what says makes of it, and returns a Conn to it.
func spoken(t *testing.T, says func(line string) string) *Conn {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close() })
	go func() {
		defer far.Close()
		in := bufio.NewReader(far)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if _, err := io.WriteString(far, says(strings.TrimRight(line, "\r\n"))); err != nil {
				return
			}
		}
	}()
	return NewConn(near, Options{})
}

// TestConnAnswersOutOfOrder has the second of two commands answered first, with data for both in between.
func TestConnAnswersOutOfOrder(t *testing.T) {
	c := spoken(t, func(line string) string {
		if line != "L2 STATUS b" {
			return ""
		}
		return "* STATUS b ()\r\nL2 OK b\r\n* STATUS a ()\r\n* 7 EXISTS\r\nL1 NO [NOPERM] a\r\n"
	})
	take := func(name string, seen *int) func(Response) (bool, error) {
		return func(resp Response) (bool, error) {
			if resp.Name != "STATUS" {
				return false, nil
			}
			*seen++
			return true, nil
		}
	}
	var forA, forB int
	a, b := &Command{Op: "STATUS", Take: take("a", &forA)}, &Command{Op: "STATUS", Take: take("b", &forB)}
	if err := errors.Join(c.Send(a, []byte(" a")), c.Send(b, []byte(" b"))); err != nil {
		t.Fatal(err)
	}
	status, err := c.Wait(a)
	if err != nil || status.OK() || status.Code != "NOPERM" || !b.Done() || !b.Status().OK() {
		t.Errorf("a: %+v, %v; b: %+v", status, err, b.Status())
	}
	if forA != 2 || forB != 0 || c.Exists != 7 || c.Pending() != 0 {
		t.Errorf("%d for a, %d for b, %d messages", forA, forB, c.Exists)
	}
}

func TestConnEndsAtDoubt(t *testing.T) {
	for _, said := range []string{"L9 OK out of turn\r\n", "L1 NOP\r\n", "Subject: what is this\r\n", "L1 OK a\r\nL1 OK b\r\n", "* 1 FETCH (UID 1 BODY[] {4}\r\nabc)\r\nL1 OK x\r\n"} {
		c := spoken(t, func(line string) string {
			if strings.HasPrefix(line, "L1 ") {
				return said
			}
			return ""
		})
		cmd := &Command{Op: "FETCH", Take: func(resp Response) (bool, error) {
			f := Fetched{Number: resp.Number}
			return true, c.R.Fetch(&f, func(_ string, b *Body) error {
				_, err := io.Copy(io.Discard, b)
				return err
			})
		}}
		if err := c.Send(cmd, nil); err != nil {
			t.Fatal(err)
		}
		_, err := c.Wait(cmd)
		if err == nil {
			next := &Command{Op: "NOOP"}
			c.Send(next, nil)
			_, err = c.Wait(next)
		}
		if !errors.Is(err, ErrGrammar) {
			t.Errorf("%q: %v", said, err)
		}
	}
}

// TestConnInvitation sends a literal that must be asked for, and one that is refused.
func TestConnInvitation(t *testing.T) {
	c := spoken(t, func(line string) string {
		switch {
		case line == "L1 APPEND INBOX {3}":
			return "* 1 EXISTS\r\n+ go on\r\n"
		case line == "abc":
			return "L1 OK stored\r\n"
		case line == "L2 APPEND INBOX {3}":
			return "L2 NO [OVERQUOTA] full\r\n"
		}
		return ""
	})
	var got []bool
	sent := make(chan error, 1)
	first, second := &Command{Op: "APPEND"}, &Command{Op: "APPEND"}
	go func() {
		sent <- func() error {
			for _, cmd := range []*Command{first, second} {
				if err := errors.Join(c.W.Begin(c.Open(cmd), []byte("APPEND INBOX")), c.W.Message(nil, time.Time{}, 3, Synchronising, false)); err != nil {
					return err
				}
				invited, err := c.Invited(cmd)
				if err != nil {
					return err
				}
				if got = append(got, invited); invited {
					if err := errors.Join(c.W.Body(strings.NewReader("abc"), 3), c.W.End(), c.W.Flush()); err != nil {
						return err
					}
				}
				c.Sent(cmd)
			}
			return nil
		}()
	}()
	for !second.Done() {
		if err := c.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-sent; err != nil || len(got) != 2 || !got[0] || got[1] || !first.Status().OK() || second.Status().Code != "OVERQUOTA" {
		t.Errorf("invited %v, %v; %+v, %+v", got, err, first.Status(), second.Status())
	}
}
