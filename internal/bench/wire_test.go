package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// A wire is a bare IMAP connection: just what the reference, and filling the servers, needs.
type wire struct {
	conn net.Conn
	r    *bufio.Reader
	w    *bufio.Writer
	tags int
}

// dial connects and logs in, as every account of the bench's servers.
func dial(addr, user string) (*wire, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &wire{conn: conn, r: bufio.NewReaderSize(conn, 64<<10), w: bufio.NewWriterSize(conn, 64<<10)}
	if _, err := c.line(); err != nil {
		return nil, fmt.Errorf("greeting of %s: %w", addr, err)
	}
	return c, c.do("LOGIN "+user+" secret", nil)
}

func (c *wire) close() { c.conn.Close() }

// begin sends a command, or the beginning of one, without waiting.
func (c *wire) begin(text string) (tag string) {
	c.tags++
	tag = "t" + strconv.Itoa(c.tags)
	c.w.WriteString(tag + " " + text)
	return tag
}

// do runs a command to its end.
func (c *wire) do(command string, untagged func(line string)) error {
	tag := c.begin(command + "\r\n")
	if err := c.w.Flush(); err != nil {
		return err
	}
	return c.finish(tag, untagged)
}

// finish reads to the end of a command. untagged sees each line, without literals.
func (c *wire) finish(tag string, untagged func(line string)) error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		if rest, ok := strings.CutPrefix(line, tag+" "); ok {
			if !strings.HasPrefix(rest, "OK") {
				return fmt.Errorf("the server says %s", rest)
			}
			return nil
		}
		if untagged != nil {
			untagged(line)
		}
	}
}

func (c *wire) line() (string, error) {
	line, err := c.r.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}

// An appender writes batches of MULTIAPPEND, several under way at once.
type appender struct {
	*wire
	answered func(batch any) error // called in order from a goroutine of its own
	open     chan opened
	done     chan error

	folder   string
	messages int
	bytes    int64
	batch    any
	tag      string
}

type opened struct {
	tag   string
	batch any
}

const (
	batchMessages = 200
	batchBytes    = 8 << 20
	batchesAhead  = 8
)

func newAppender(c *wire, answered func(batch any) error) *appender {
	a := &appender{wire: c, answered: answered, open: make(chan opened, batchesAhead), done: make(chan error, 1)}
	go func() { a.done <- a.answers() }()
	return a
}

func (a *appender) answers() error {
	var fault error
	for o := range a.open {
		if fault != nil {
			continue
		}
		if fault = a.wire.finish(o.tag, nil); fault == nil && a.answered != nil {
			fault = a.answered(o.batch)
		}
	}
	return fault
}

// add sends a message. new makes what answered gets at the end of the message's batch.
func (a *appender) add(folder, flags, date string, length int64, body io.Reader, fresh func() any) error {
	if a.tag != "" && (folder != a.folder || a.messages == batchMessages || a.bytes+length > batchBytes) {
		if err := a.end(); err != nil {
			return err
		}
	}
	if a.tag == "" {
		a.folder, a.messages, a.bytes = folder, 0, 0
		if fresh != nil {
			a.batch = fresh()
		}
		a.tag = a.begin("APPEND " + folder)
	}
	fmt.Fprintf(a.w, " (%s) %q {%d+}\r\n", flags, date, length)
	a.messages++
	a.bytes += length
	n, err := io.Copy(a.w, body)
	if err == nil && n != length {
		err = fmt.Errorf("%d bytes of %d", n, length)
	}
	return err
}

// end ends the batch.
func (a *appender) end() error {
	if a.tag == "" {
		return nil
	}
	a.w.WriteString("\r\n")
	err := a.w.Flush()
	a.open <- opened{a.tag, a.batch}
	a.tag = ""
	return err
}

// close ends the last batch and waits for all answers.
func (a *appender) close() error {
	err := a.end()
	close(a.open)
	if answer := <-a.done; answer != nil {
		err = answer
	}
	a.wire.close()
	return err
}
