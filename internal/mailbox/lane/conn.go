package lane

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"migsh/internal/mailbox"
)

// A Conn is an IMAP connection with somebody logged in. One goroutine at a time may send, and one at a time may read; they may be
// two. After an error of reading or sending it is of no use but to be closed, which is its owner's business.
type Conn struct {
	Options
	R *Reader
	W *Writer

	// Exists is the number of messages in the open folder as far as the server has told, and Renumbered how often the numbers
	// of messages have changed. Both belong to who reads.
	Exists     uint32
	Renumbered int

	mu      sync.Mutex
	tags    int
	pending []*Command // in the order in which they were sent
	invite  *Command   // waits for an invitation
	failed  error      // why reading has ended
	bye     string
}

// Options say whom a connection tells of what no command asked for. Each may be nil. They are called by who reads.
type Options struct {
	// Note hears of what was odd.
	Note func(what string, example []byte)
	// Alert hears what the server wants its users to be told.
	Alert func(text string)
}

// NewConn speaks on a connection on which nothing is under way.
func NewConn(rw io.ReadWriter, o Options) *Conn {
	c := &Conn{Options: o, R: NewReader(rw), W: NewWriter(rw)}
	c.R.Note = o.Note
	return c
}

// A Command is one that has been sent, or is being sent.
type Command struct {
	// Op is the command's name, for errors and for whoever asks.
	Op string
	// Take is offered each untagged response while the command is under way, with the rest of it to be read, and says whether it
	// was the command's. What it does not read is passed over. Its error ends the connection.
	Take func(Response) (bool, error)
	// Said is offered each untagged OK, NO or BAD while the command is under way, and says whether it was the command's.
	Said func(Status) bool
	// Answered is called when the server has answered, or nil.
	Answered func(Status)

	tag     string
	done    atomic.Bool // set after status
	status  Status
	sent    bool          // whole
	invited chan struct{} // closed when there is an invitation, or will be none
}

// Status is the answer, once there is one.
func (cmd *Command) Status() Status { return cmd.status }

// Done tells whether the command has been answered.
func (cmd *Command) Done() bool { return cmd.done.Load() }

// Open makes a command known and returns its tag; its words are to be written next.
func (c *Conn) Open(cmd *Command) (tag string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tags++
	cmd.tag = "L" + strconv.Itoa(c.tags)
	c.pending = append(c.pending, cmd)
	return cmd.tag
}

// Sent says that a command that was opened has been sent to its end.
func (c *Conn) Sent(cmd *Command) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cmd.sent = true
}

// WasSent tells whether a command had been sent to its end. A refusal that comes earlier leaves a doubt about what the server
// will take the rest for.
func (c *Conn) WasSent(cmd *Command) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmd.sent
}

// Send writes a command of one line, its name and its arguments, into the buffer. It is sent by the next Wait or Flush.
func (c *Conn) Send(cmd *Command, args []byte) error {
	words := append(append(make([]byte, 0, len(cmd.Op)+1+len(args)), cmd.Op...), args...)
	err := c.W.Line(c.Open(cmd), words)
	c.Sent(cmd)
	return err
}

// Wait sends what is in the buffer and reads until the command is answered.
func (c *Conn) Wait(cmd *Command) (Status, error) {
	if !cmd.Done() {
		if err := c.W.Flush(); err != nil {
			return Status{}, err
		}
	}
	return c.Await(cmd)
}

// Await reads until the command is answered. Another goroutine may send meanwhile, and must have sent the command.
func (c *Conn) Await(cmd *Command) (Status, error) {
	for !cmd.Done() {
		if err := c.Step(); err != nil {
			return Status{}, err
		}
	}
	return cmd.status, nil
}

// Invited sends what is in the buffer and waits until the server invites the literal that cmd has announced, while another
// goroutine reads. False means that the command has been answered instead: the literal must not be sent, and nothing is to follow.
func (c *Conn) Invited(cmd *Command) (bool, error) {
	invited := make(chan struct{})
	c.mu.Lock()
	if c.failed != nil || cmd.Done() {
		defer c.mu.Unlock()
		return false, c.failed
	}
	cmd.invited, c.invite = invited, cmd
	c.mu.Unlock()
	if err := c.W.Flush(); err != nil {
		return false, err
	}
	<-invited
	c.mu.Lock()
	defer c.mu.Unlock()
	return !cmd.Done(), c.failed
}

// Step reads one response and gives it to whom it concerns. The error is final, but for one that a Take has returned.
func (c *Conn) Step() error {
	err := c.step()
	if err != nil {
		c.Fail(err)
	}
	return err
}

// Fail says that nobody will read any more; who waits for an invitation waits no longer.
func (c *Conn) Fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed == nil {
		c.failed = err
	}
	c.endInvite()
}

// endInvite lets go whoever waits for an invitation. The lock is held.
func (c *Conn) endInvite() {
	if c.invite != nil {
		close(c.invite.invited)
		c.invite = nil
	}
}

func (c *Conn) step() error {
	resp, err := c.R.Next()
	switch {
	case err != nil:
		return err
	case resp.Tag == "+":
		c.invitation()
		return nil
	case resp.Tag == "*":
		return c.untagged(resp)
	case !resp.IsStatus():
		return grammar("%q answers no command", resp.Tag+" "+resp.Name)
	}
	status := c.R.Status(resp.Name)
	c.alert(status)
	return c.answer(resp.Tag, status)
}

func (c *Conn) invitation() {
	c.mu.Lock()
	expected := c.invite != nil
	c.endInvite()
	c.mu.Unlock()
	if !expected {
		c.R.note("dropped a continuation request that nobody waited for", nil)
	}
}

// answer gives a tagged response to its command.
func (c *Conn) answer(tag string, status Status) error {
	c.mu.Lock()
	i := slices.IndexFunc(c.pending, func(cmd *Command) bool { return cmd.tag == tag })
	if i < 0 {
		c.mu.Unlock()
		return grammar("%q answers no command that is under way", tag+" "+status.Kind)
	}
	cmd := c.pending[i]
	c.pending = slices.Delete(c.pending, i, i+1)
	cmd.status = status
	cmd.done.Store(true)
	if c.invite == cmd {
		cmd.sent = true // the server waits for nothing more of it
		c.endInvite()
	}
	c.mu.Unlock()
	if cmd.Answered != nil {
		cmd.Answered(status)
	}
	return nil
}

// untagged offers a response to the commands under way, the oldest first.
func (c *Conn) untagged(resp Response) error {
	c.count(resp)
	if resp.IsStatus() {
		return c.said(resp)
	}
	for i := 0; ; i++ {
		cmd := c.under(i)
		if cmd == nil {
			break
		}
		if cmd.Take == nil {
			continue
		}
		if taken, err := cmd.Take(resp); taken || err != nil {
			return err
		}
	}
	switch resp.Name {
	case "EXISTS", "RECENT", "EXPUNGE", "FETCH", "VANISHED", "FLAGS", "CAPABILITY", "LIST", "STATUS", "SEARCH", "ENABLED":
	default:
		c.R.note("dropped an untagged response that is not understood", []byte(resp.Name))
	}
	return nil
}

// under is the command under way with that place in the order, or nil.
func (c *Conn) under(i int) *Command {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i < len(c.pending) {
		return c.pending[i]
	}
	return nil
}

// Oldest tells whether no command that was sent before this one is under way.
func (c *Conn) Oldest(cmd *Command) bool { return c.under(0) == cmd }

// Pending is how many commands are under way.
func (c *Conn) Pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pending)
}

// count keeps up with the folder's messages.
func (c *Conn) count(resp Response) {
	switch resp.Name {
	case "EXISTS":
		c.Exists = resp.Number
	case "EXPUNGE":
		c.Exists -= min(c.Exists, 1)
		c.Renumbered++
	case "VANISHED":
		c.Renumbered++
	}
}

// said treats an untagged status: one that a command waits for, such as OK [UIDVALIDITY 7], or one for everybody.
func (c *Conn) said(resp Response) error {
	status := c.R.Status(resp.Name)
	c.alert(status)
	if resp.Name == "BYE" {
		c.mu.Lock()
		c.bye = status.Text
		if status.Code != "" {
			c.bye = fmt.Sprintf("[%s] %s", status.Code, status.Text)
		}
		c.mu.Unlock()
		return nil
	}
	for i := 0; ; i++ {
		cmd := c.under(i)
		if cmd == nil || cmd.Said != nil && cmd.Said(status) {
			return nil
		}
	}
}

func (c *Conn) alert(status Status) {
	if status.Code == "ALERT" && c.Alert != nil {
		c.Alert(status.Text)
	}
}

// Bye is the text of the server's BYE, or empty.
func (c *Conn) Bye() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bye
}

// Vanished reads the rest of a VANISHED response. earlier says that it answers a question, else it tells of what has happened now.
func (r *Reader) Vanished() (uids []mailbox.UIDRange, earlier bool, err error) {
	text := strings.TrimSpace(r.Text())
	if head, rest, ok := strings.Cut(text, " "); ok && strings.EqualFold(head, "(EARLIER)") {
		text, earlier = rest, true
	}
	uids, ok := ParseUIDs(text)
	if !ok {
		return nil, false, grammar("VANISHED %.80q", text)
	}
	return uids, earlier, nil
}
