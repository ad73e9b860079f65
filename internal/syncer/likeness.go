package syncer

import (
	"bytes"
	"hash"
	"io"
	"strings"

	"github.com/zeebo/blake3"
)

// A likeness is by what a message is known again after its bytes were altered: by a tool that marks what it copies
// (mbsync's X-TUID), or by a server that adds or rewrites header lines or writes the whole message anew. It never tells
// two messages apart, so it only counts where no message of the source is one at the target byte for byte.
type likeness struct {
	// body is made of the body, whatever its line ends are, whether the last line has one and what became of NUL bytes, and of what the
	// header says of date, people and subject.
	body Digest
	// envelope is made of Message-ID and Date; zero where one of them is missing.
	envelope Digest
}

// A contentReader finds the digest and the likeness of what passes through it. Both are ready as soon as the last of
// length bytes was read.
type contentReader struct {
	*digestReader
	header []byte
	body   *lineDigest // nil while the header lasts
	giveUp bool        // the header is longer than anybody reads
}

func newContentReader(r io.Reader, length int64) *contentReader {
	return &contentReader{digestReader: newDigestReader(r, length)}
}

func (c *contentReader) Read(p []byte) (int, error) {
	n, err := c.digestReader.Read(p)
	c.look(p[:n])
	return n, err
}

func (c *contentReader) look(p []byte) {
	switch {
	case c.giveUp:
	case c.body != nil:
		c.body.Write(p)
	default:
		from := max(len(c.header)-3, 0)
		c.header = append(c.header, p...)
		end, gap := headerEnd(c.header[from:])
		switch {
		case end >= 0:
			c.body = &lineDigest{h: blake3.New()}
			c.body.Write(c.header[from+end+gap:])
			c.header = c.header[:from+end]
		case len(c.header) > headerPeek:
			c.giveUp, c.header = true, nil
		}
	}
}

// A lineDigest hashes lines, so that it doesn't matter how they end and how many empty ones come last: servers that
// store lines write one line end for another and add one that is missing.
type lineDigest struct {
	h     hash.Hash
	empty int // line ends not hashed yet
}

func (d *lineDigest) Write(p []byte) {
	for line := range bytes.Lines(p) {
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		text = withoutTrifles(text)
		if len(text) > 0 {
			for ; d.empty > 0; d.empty-- {
				d.h.Write([]byte("\n"))
			}
			d.h.Write(text)
		}
		if ended {
			d.empty++
		}
	}
}

// withoutTrifles leaves out CR and NUL bytes, and those that Dovecot puts in place of NUL.
func withoutTrifles(b []byte) []byte {
	if !bytes.ContainsAny(b, "\r\x00") && bytes.IndexByte(b, 0x80) < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c != '\r' && c != 0 && c != 0x80 {
			out = append(out, c)
		}
	}
	return out
}

// headerEnd finds the empty line behind a header.
func headerEnd(b []byte) (at, length int) {
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		return i, 4
	}
	return bytes.Index(b, []byte("\n\n")), 2
}

// likeness is that of the whole message; the zero value when it has none.
func (c *contentReader) likeness() likeness {
	if c.giveUp || c.body == nil {
		return likeness{}
	}
	header := parseHeader(withoutTrifles(c.header))
	field := func(name string) string { return strings.Join(strings.Fields(header.Get(name)), " ") }
	var l likeness
	known := []string{string(c.body.h.Sum(nil))}
	for _, name := range []string{"Date", "From", "To", "Cc", "Subject"} {
		known = append(known, field(name))
	}
	l.body = digestOf([]byte(strings.Join(known, "\x00")))
	if id, date := field("Message-Id"), field("Date"); id != "" && date != "" {
		l.envelope = digestOf([]byte(id + "\x00" + date))
	}
	return l
}
