package testserver

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"strconv"
	"strings"

	"migsh/internal/testmail"
)

// A client speaks just enough IMAP (RFC 3501) to fill and read mailboxes. It
// shares no code with the product, whose work it judges.
type client struct {
	conn net.Conn
	r    *bufio.Reader
	w    *bufio.Writer
	tags int

	capabilities string // as the server lists them
}

// A literal that is longer keeps only its digest.
const keptLiteral = 64 << 10

// A node is a piece of a response: an atom or string with its text, or a list.
type node struct {
	text   string
	list   []node
	isList bool
	digest testmail.Digest // of a literal
	size   int64           // of a literal
}

// refused is a command's tagged NO or BAD.
type refused struct{ command, answer string }

func (r *refused) Error() string { return fmt.Sprintf("%s: %s", r.command, r.answer) }

func dialClient(ctx context.Context, addr, user, password string) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	c := &client{conn: conn, r: bufio.NewReaderSize(conn, 64<<10), w: bufio.NewWriterSize(conn, 64<<10)}
	if _, err := c.line(); err != nil {
		conn.Close()
		return nil, fmt.Errorf("reading the greeting: %w", err)
	}
	if err := c.login(user, password); err != nil {
		conn.Close()
		return nil, fmt.Errorf("logging in as %s: %w", user, err)
	}
	return c, nil
}

func (c *client) login(user, password string) error {
	tag := c.begin("AUTHENTICATE PLAIN\r\n")
	if err := c.continuation(tag); err != nil {
		return err
	}
	fmt.Fprintf(c.w, "%s\r\n", base64.StdEncoding.EncodeToString([]byte("\x00"+user+"\x00"+password)))
	if _, err := c.finish(tag, "AUTHENTICATE", nil); err != nil {
		return err
	}
	_, err := c.command("CAPABILITY", func(response []node) error {
		for _, word := range response {
			c.capabilities += " " + strings.ToUpper(word.text)
		}
		return nil
	})
	return err
}

func (c *client) can(capability string) bool {
	return strings.Contains(c.capabilities+" ", " "+capability+" ")
}

// logout ends the session; nothing depends on the server's answer.
func (c *client) logout() {
	c.command("LOGOUT", nil)
	c.conn.Close()
}

// command sends a command and gives each untagged response that isn't a status
// to on, parsed. It returns the tagged answer's text.
func (c *client) command(command string, on func([]node) error) (string, error) {
	return c.finish(c.begin(command+"\r\n"), command, on)
}

// begin buffers the start of a command and returns its tag.
func (c *client) begin(text string) string {
	c.tags++
	tag := "t" + strconv.Itoa(c.tags)
	c.w.WriteString(tag + " " + text) // its error comes with the flush
	return tag
}

// finish reads until the tagged answer, which must be OK.
func (c *client) finish(tag, command string, on func([]node) error) (string, error) {
	if err := c.w.Flush(); err != nil {
		return "", err
	}
	for {
		start, err := c.r.ReadString(' ')
		if err != nil {
			return "", fmt.Errorf("%s: reading the answer: %w", command, err)
		}
		switch strings.TrimSuffix(start, " ") {
		case tag:
			answer, err := c.line()
			if err == nil && !strings.HasPrefix(answer, "OK") {
				err = &refused{command, answer}
			}
			return answer, err
		case "*":
			if err := c.untagged(on); err != nil {
				return "", fmt.Errorf("%s: %w", command, err)
			}
		default:
			rest, err := c.line()
			return "", errors.Join(fmt.Errorf("%s: unexpected response %q", command, start+rest), err)
		}
	}
}

// untagged reads a response after its "* ". The words of status responses are
// free text and become a single node after the status.
func (c *client) untagged(on func([]node) error) error {
	first, end, err := c.node()
	if err != nil {
		return err
	}
	response := []node{first}
	switch first.text {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		text, err := c.line()
		if err != nil {
			return err
		}
		response = append(response, node{text: text})
	default:
		for !end {
			var next node
			if next, end, err = c.node(); err != nil {
				return err
			}
			response = append(response, next)
		}
	}
	if on == nil {
		return nil
	}
	return on(response)
}

// continuation waits for the "+" that answers a command's first part.
func (c *client) continuation(tag string) error {
	if err := c.w.Flush(); err != nil {
		return err
	}
	for {
		line, err := c.line()
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(line, "+"):
			return nil
		case strings.HasPrefix(line, tag+" "):
			return &refused{"continuation", line}
		}
	}
}

// line reads the rest of the line.
func (c *client) line() (string, error) {
	line, err := c.r.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// node reads one piece of a response, and says whether it was the line's last.
func (c *client) node() (n node, end bool, err error) {
	n, err = c.value()
	if err != nil {
		return n, false, err
	}
	next, err := c.r.ReadByte()
	if err != nil {
		return n, false, err
	}
	switch next {
	case ' ':
		if after, err := c.r.Peek(1); err == nil && after[0] == '\r' { // Courier ends some lines so
			_, err := c.line()
			return n, true, err
		}
		return n, false, nil
	case '\r':
		_, err := c.line()
		return n, true, err
	}
	return n, false, fmt.Errorf("unexpected %q after %q", next, n.text)
}

func (c *client) value() (node, error) {
	first, err := c.r.ReadByte()
	if err != nil {
		return node{}, err
	}
	switch first {
	case '(':
		return c.list()
	case '"':
		return c.quoted()
	case '{':
		return c.literal()
	case '~': // Cyrus so sends what holds NUL bytes
		if next, err := c.r.Peek(1); err == nil && next[0] == '{' {
			c.r.Discard(1) // just peeked at
			return c.literal()
		}
	}
	c.r.UnreadByte() // just read
	return c.atom()
}

func (c *client) list() (node, error) {
	n := node{isList: true}
	for {
		next, err := c.r.Peek(1)
		if err != nil {
			return n, err
		}
		switch next[0] {
		case ')':
			_, err := c.r.Discard(1)
			return n, err
		case ' ':
			c.r.Discard(1) // just peeked at
			continue
		case '\r':
			return n, fmt.Errorf("the line ends within a list")
		}
		item, err := c.value()
		if err != nil {
			return n, err
		}
		n.list = append(n.list, item)
	}
}

func (c *client) quoted() (node, error) {
	var text []byte
	for {
		b, err := c.r.ReadByte()
		if err == nil && b == '\\' {
			b, err = c.r.ReadByte()
		} else if b == '"' {
			return node{text: string(text)}, err
		}
		if err != nil {
			return node{}, err
		}
		text = append(text, b)
	}
}

func (c *client) literal() (node, error) {
	length, err := c.line()
	if err != nil {
		return node{}, err
	}
	size, err := strconv.ParseInt(strings.TrimSuffix(length, "}"), 10, 64)
	if err != nil {
		return node{}, fmt.Errorf("literal {%s: %w", length, err)
	}
	sum, kept := sha256.New(), new(strings.Builder)
	var to io.Writer = sum
	if size <= keptLiteral {
		to = io.MultiWriter(sum, kept)
	}
	if _, err := io.CopyN(to, c.r, size); err != nil {
		return node{}, fmt.Errorf("literal of %d bytes: %w", size, err)
	}
	return node{text: kept.String(), size: size, digest: digestOf(sum)}, nil
}

// atom reads up to a delimiter; brackets, as in BODY[…], hold spaces.
func (c *client) atom() (node, error) {
	var text []byte
	depth := 0
	for {
		next, err := c.r.Peek(1)
		if err != nil {
			return node{}, err
		}
		b := next[0]
		if b == '\r' || depth == 0 && (b == ' ' || b == '(' || b == ')') {
			return node{text: string(text)}, nil
		}
		switch b {
		case '[':
			depth++
		case ']':
			depth--
		}
		text = append(text, b)
		c.r.Discard(1) // just peeked at
	}
}

func digestOf(sum hash.Hash) testmail.Digest { return testmail.Digest(sum.Sum(nil)) }

// quote writes a string that holds no CR or LF.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
