package syncer

import (
	"encoding/hex"
	"io"
	"sync"

	"github.com/zeebo/blake3"
)

// A Digest tells messages apart by their content: BLAKE3, cut to 16 bytes.
type Digest [16]byte

// String writes the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// digestOf is the digest of bytes that are at hand.
func digestOf(b []byte) Digest {
	full := blake3.Sum256(b)
	return Digest(full[:16])
}

// A digestReader computes the digest of what passes through it. The digest is ready as soon as the last of length
// bytes was read, without waiting for the end to be read too.
type digestReader struct {
	r      io.Reader
	h      *blake3.Hasher // nil once it is done
	left   int64
	digest Digest
	done   bool
	failed bool // r broke off
}

// hashers are used again: one takes more memory than most messages.
var hashers = sync.Pool{New: func() any { return blake3.New() }}

func newDigestReader(r io.Reader, length int64) *digestReader {
	d := &digestReader{r: r, h: hashers.Get().(*blake3.Hasher), left: length}
	d.finish()
	return d
}

func (d *digestReader) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if !d.done {
		d.h.Write(p[:n])
	}
	d.left -= int64(n)
	d.finish()
	d.failed = d.failed || !d.done && err != nil
	return n, err
}

func (d *digestReader) finish() {
	if d.left > 0 || d.done {
		return
	}
	var sum [32]byte
	d.digest = Digest(d.h.Sum(sum[:0])[:16])
	d.done = true
	d.h.Reset()
	hashers.Put(d.h)
	d.h = nil
}
