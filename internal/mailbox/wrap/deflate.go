package wrap

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
)

// ErrDeflate is in the chain of every error that comes of compressed bytes which cannot be read.
var ErrDeflate = errors.New("what the server sends compressed is damaged")

const (
	// deflateBuffer is what is read from and written to the wire at once: a record of TLS.
	deflateBuffer = 16 << 10
	// worthwhile is the length from which a write is compressed. What is sent before there is one of that length, as is all that is
	// said to a server that is only read from, goes uncompressed, and needs no compressor with its 1.2 MB.
	worthwhile = 2 << 10
)

// Deflate is a connection that goes over to compression in its middle, when the server agrees to IMAP's COMPRESS DEFLATE (RFC
// 4978). Who stands above it reads and writes plain text all the time.
//
// Whatever is written is at the server's disposal when Write returns, and whatever the server has flushed can be read, in whichever
// of zlib's ways it flushes.
type Deflate struct {
	net.Conn
	tag         atomic.Pointer[string] // of the command that asks for it, while it has no answer
	active      atomic.Bool
	line, words Meter // what went over the line since, and what it stood for

	// What follows belongs to who reads.
	lines  splitter
	wire   *wireReader
	in     *bufio.Reader // on wire
	plain  *inflater     // on in
	broken error

	// And this to who writes.
	out        *bufio.Writer
	compressor *flate.Writer // on out; nil until there was something worthwhile
}

// NewDeflate returns conn, on which nothing is compressed yet.
func NewDeflate(conn net.Conn) *Deflate {
	return &Deflate{Conn: conn, lines: splitter{plain: freeText}}
}

// Expect says that the command with this tag, which is about to be sent, asks for compression. If the server's answer to it is OK,
// all that follows is compressed, in both directions. Nothing must be sent behind the command before its answer has been read.
func (d *Deflate) Expect(tag string) { d.tag.Store(&tag) }

// Active tells whether the server has agreed.
func (d *Deflate) Active() bool { return d.active.Load() }

// Saved tells how many bytes went over the line compressed, in both directions, and how many they stood for.
func (d *Deflate) Saved() (line, words int64) {
	return d.line.Received() + d.line.Sent(), d.words.Received() + d.words.Sent()
}

func (d *Deflate) Read(p []byte) (int, error) {
	if d.active.Load() {
		return d.readPlain(p)
	}
	n, err := d.Conn.Read(p)
	if d.tag.Load() == nil {
		return n, err
	}
	for rest := p[:n]; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			end = len(rest)
		}
		agreed := false
		d.lines.feed(rest[:end], func(line []byte, _ int64, within bool) { agreed = !within && d.agrees(line) }, func([]byte) {})
		rest = rest[end:]
		if agreed {
			d.begin(bytes.Clone(rest))
			return n - len(rest), nil // an error comes again
		}
	}
	return n, err
}

// agrees tells whether a line is the consent to compression.
func (d *Deflate) agrees(line []byte) bool {
	expected := d.tag.Load()
	tag, rest := word(bytes.TrimRight(line, "\r\n"))
	if expected == nil || string(tag) != *expected {
		return false
	}
	d.tag.Store(nil)
	kind, _ := word(bytes.TrimLeft(rest, " "))
	return bytes.EqualFold(kind, []byte("OK"))
}

// begin goes over to compression. What was read of it already is ahead.
func (d *Deflate) begin(ahead []byte) {
	d.wire = &wireReader{r: io.MultiReader(bytes.NewReader(ahead), d.line.Conn(d.Conn))}
	d.in = bufio.NewReaderSize(d.wire, deflateBuffer)
	d.plain = newInflater(d.in)
	d.active.Store(true)
}

// wireReader remembers how reading has ended, which an inflater tells in words of its own.
type wireReader struct {
	r   io.Reader
	err error
}

func (w *wireReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	w.err = err
	return n, err
}

func (d *Deflate) readPlain(p []byte) (int, error) {
	if d.broken != nil {
		return 0, d.broken
	}
	n, err := d.plain.Read(p)
	d.words.received.Add(int64(n))
	if n > 0 || err == nil {
		return n, nil
	}
	if err == io.EOF { // it was the last block, behind which the connection should end, too
		if _, err = d.plain.take(8); err == nil {
			err = errors.New("it goes on behind its end")
		}
	}
	if d.broken = d.wire.err; d.broken == nil {
		d.broken = fmt.Errorf("%w: %w", ErrDeflate, err)
	}
	return 0, d.broken
}

// Write compresses p and flushes it: the lane writes 64 KB at once, or what somebody waits for.
func (d *Deflate) Write(p []byte) (int, error) {
	if !d.active.Load() || len(p) == 0 {
		return d.Conn.Write(p)
	}
	if d.out == nil {
		d.out = bufio.NewWriterSize(d.line.Conn(d.Conn), deflateBuffer)
	}
	if d.compressor == nil && len(p) >= worthwhile {
		var err error
		if d.compressor, err = flate.NewWriter(d.out, flate.BestSpeed); err != nil {
			return 0, err
		}
	}
	if err := d.compress(p); err != nil {
		return 0, err
	}
	d.words.sent.Add(int64(len(p)))
	return len(p), d.out.Flush()
}

// compress writes p into the buffer, to its last bit. Once there is a compressor, it must see everything: it points back to what
// was sent by the distance.
func (d *Deflate) compress(p []byte) error {
	if d.compressor != nil {
		if _, err := d.compressor.Write(p); err != nil {
			return err
		}
		return d.compressor.Flush()
	}
	if err := d.store(p); err != nil {
		return err
	}
	return d.store(nil) // as Z_SYNC_FLUSH has it: some read no further than to the end of a block before
}

// store writes a block that is stored and not the last one (RFC 1951, 3.2.4), at the beginning of a byte like all before it.
func (d *Deflate) store(p []byte) error {
	block := make([]byte, 5, 5+len(p))
	binary.LittleEndian.PutUint16(block[1:], uint16(len(p)))
	binary.LittleEndian.PutUint16(block[3:], ^uint16(len(p)))
	_, err := d.out.Write(append(block, p...))
	return err
}
