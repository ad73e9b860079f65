package syncer

import (
	"encoding/hex"
	"hash"
	"io"

	"lukechampine.com/blake3"
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
	h      hash.Hash
	left   int64
	digest Digest
	done   bool
	failed bool // r broke off
}

func newDigestReader(r io.Reader, length int64) *digestReader {
	d := &digestReader{r: r, h: blake3.New(32, nil), left: length}
	d.finish()
	return d
}

func (d *digestReader) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	d.h.Write(p[:n])
	d.left -= int64(n)
	d.finish()
	d.failed = d.failed || !d.done && err != nil
	return n, err
}

func (d *digestReader) finish() {
	if d.left <= 0 && !d.done {
		d.digest = Digest(d.h.Sum(nil)[:16])
		d.done = true
	}
}
