package wrap

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
)

// deflated is a connection on which compression is expected, and its other side, in a synctest bubble.
func deflated(t *testing.T) (*Deflate, net.Conn) {
	near, far := net.Pipe()
	t.Cleanup(func() {
		near.Close()
		far.Close()
	})
	d := NewDeflate(near)
	d.Expect("L4")
	return d, far
}

// pour has somebody else read a reader, in pieces of that size, and tells what has come so far, and how it ended.
func pour(r io.Reader, size int) (sofar func() string, ended func() error) {
	var seen strings.Builder
	var end error
	go func() {
		p := make([]byte, size)
		for end == nil {
			var n int
			n, end = r.Read(p)
			seen.Write(p[:n])
		}
	}()
	return func() string { synctest.Wait(); return seen.String() }, func() error { synctest.Wait(); return end }
}

// flushed are four answers as zlib compresses them, each flushed in one of its ways.
var flushed = map[string][]string{
	"Z_PARTIAL_FLUSH": {
		"d252f0f75648cb2c2a2ee1e50208", "202d10bb3835393f2f454721312f0522ae90989e9899c7cb0510",
		"804d7ad5411888c220fc2a2bdbaa9eb3d74a02b490e00a0e5bcbfb4b82db3f8c1ff565a66061bd3ecfb730bcee9710c3fa386d7b18defb717cc6f117781f1408621f2c10a43e3087224b91a1285234286a5fb841d1a448502c5254286c16af991225255313d448aa26ac915c4d6013c19ac8269235a14d446b629bc9d6043713ae896e265d17dd42ba2eba058fd56549d745b790ae8b6e255d17dd4aba2eba95745d741be9bae836d275d16dffba5f01",
		"e4630a2a0952f2f35279b90002",
	},
	"Z_SYNC_FLUSH": {
		"d252f0f75648cb2c2a2ee1e502000000ffff", "d202b18b5393f3f352741412f35220e20a89e9899979bc5c00000000ffff",
		"6cd2ab0ec2401406e15759d956f59cbd5612a085045770d85ade5f12dcfe61fca82f33050bebf579be85e175bf8418d6c769dbc3f0de8fe3338ebfc0fba04010fb608120f5813914598a0c4591a24151fbc20d8a2645826291a24261b378cd942829999aa0465235618de46a029b08d6443691ac096d225a13db4cb626b899704d7433e9bae816d275d12d78ac2e4bba2eba85745d742be9bae856d275d1ada4eba2db48d745b791ae8b6efbd7fd020000ffff",
		"f23105950429f979a9bc5c00000000ffff",
	},
	"Z_FULL_FLUSH": {
		"d252f0f75648cb2c2a2ee1e502000000ffff", "d252f0f756284e4dcecf4bd15148cc4b5148cb2c2a2e51484c4fcccce3e502000000ffff",
		"6cd2ab0ec2401406614fc23bac6cab7ace5e2b095020c1151cb696f797d8fdc3f8515f660a16d6ebeb7c0fc3fb710931accfd36d0bc367dbf7ef381e0f53f03e2810c43e5820487d600e4596224351a46850d4be7083a24991a058a4a850d82c5e33254a4aa626a891544d5823b99ac0268235914d246b429b88d6c43693ad096e265c13dd4cba2eba85745d740b1eabcb92ae8b6e215d17dd4aba2eba95745d742be9bae836d275d16da4eba2dbfe757f000000ffff",
		"f23155f0f75648c9cf4be5e502000000ffff",
	},
}

// TestDeflateReads goes over to compression with each of zlib's flushes: each answer can be read before the server says more.
func TestDeflateReads(t *testing.T) {
	var fetches strings.Builder
	for i := range 29 {
		fmt.Fprintf(&fetches, "* %d FETCH (UID %d FLAGS (\\Seen))\r\n", i+1, 3*(i+1))
	}
	want := []string{"* OK first\r\n", "* OK second, and first again\r\n", fetches.String(), "L5 OK done\r\n"}
	const before = "L3 OK\r\n* OK {3}\r\n* ID (\"name\" {7}\r\nL4 OK\r\n)\r\nL4 ok [X] compressed\r\n" // a literal is no answer, whatever is in it
	for name, pieces := range flushed {
		for _, size := range []int{1, 7, 4096} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d, far := deflated(t)
					sofar, ended := pour(d, size)
					io.WriteString(far, before[:20])
					expected, said := before[:20], before[20:]
					for i, piece := range pieces {
						bytes, err := hex.DecodeString(piece)
						if err != nil {
							t.Fatal(err)
						}
						if d.Active() != (i > 0) {
							t.Errorf("%d: active: %v", i, d.Active())
						}
						expected += said + want[i]
						far.Write([]byte(said + string(bytes))) // the first one together with the consent
						said = ""
						if got := sofar(); got != expected {
							t.Fatalf("after piece %d there is\n%q, want\n%q", i, got, expected)
						}
					}
					far.Close()
					if err := ended(); err != io.EOF {
						t.Errorf("ended with %v, want the connection's own EOF", err)
					}
				})
			})
		}
	}
}

// TestDeflateRefused leaves everything as it is when the server says no, or does not answer.
func TestDeflateRefused(t *testing.T) {
	for _, said := range []string{
		"L4 NO [COMPRESSIONACTIVE] TLS does\r\n", "L4 BAD what?\r\n", "L44 OK\r\n", "* L4 OK\r\n", "+ L4 OK\r\n", "L4 OKAY\r\n", "L4\r\n", "l4 OK\r\n", " L4 OK\r\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			d, far := deflated(t)
			sofar, _ := pour(d, 4096)
			said += "* 5 EXISTS\r\n"
			io.WriteString(far, said)
			heard, _ := pour(far, 4096)
			if got := sofar(); got != said || d.Active() {
				t.Errorf("%q became %q; active: %v", said, got, d.Active())
			}
			io.WriteString(d, "L5 NOOP\r\n")
			if got := heard(); got != "L5 NOOP\r\n" {
				t.Errorf("after %q the server heard %q", said, got)
			}
		})
	}
}

// TestDeflateWrites has the server hear each write at once and whole: small ones before there is a compressor and after, large ones,
// such as can't be compressed, empty ones.
func TestDeflateWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, far := deflated(t)
		consent, _ := pour(d, 4096)
		io.WriteString(far, "L4 OK\r\n")
		consent()
		line := &countingReader{r: far}
		heard, ended := pour(flate.NewReader(line), 4096)
		large := strings.Repeat("Received: from mail.contoso.example by mail.fabrikam.example\r\n", 2000)
		noise := make([]byte, 70_000)
		for i := range noise {
			noise[i] = byte(i * i * (i >> 7) >> 3)
		}
		var want strings.Builder
		for i, said := range []string{"L5 NOOP\r\n", "", strings.Repeat("x", worthwhile-1), "L6 UID FETCH 1:200 (FLAGS)\r\n", large, "L7 NOOP\r\n", "", string(noise), large, "L8 LOGOUT\r\n"} {
			if n, err := io.WriteString(d, said); n != len(said) || err != nil {
				t.Fatalf("write %d: %d, %v", i, n, err)
			}
			want.WriteString(said)
			if got := heard(); got != want.String() {
				t.Fatalf("after write %d the server has %d bytes, want %d", i, len(got), want.Len())
			}
			if had := d.compressor != nil; had != (i >= 4) {
				t.Errorf("after write %d, of %d bytes, there is a compressor: %v", i, len(said), had)
			}
		}
		if line.n > want.Len()/2 {
			t.Errorf("%d bytes went over the line for %d", line.n, want.Len())
		}
		d.Close()
		if err := ended(); err != io.ErrUnexpectedEOF { // no last block: the connection just ends
			t.Errorf("the server's side ended with %v", err)
		}
		if _, err := io.WriteString(d, "more"); err == nil {
			t.Error("a closed connection is written to")
		}
	})
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// TestDeflateDamaged tells damage from an end of the connection, and from an end that the server makes in form.
func TestDeflateDamaged(t *testing.T) {
	var whole bytes.Buffer
	w, err := flate.NewWriter(&whole, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, strings.Repeat("* 1 EXISTS\r\n", 100))
	w.Flush()
	middle := whole.Len()
	io.WriteString(w, "* BYE\r\n")
	w.Close()
	for _, c := range []struct {
		name, said string
		want       error
	}{
		{"plain text", "* 1 EXISTS\r\n* 2 EXISTS\r\n", ErrDeflate},
		{"noise", strings.Repeat("\xff", 100), ErrDeflate},
		{"zlib's header", "\x78\x9c" + whole.String(), ErrDeflate},
		{"more behind the end", whole.String() + "x", ErrDeflate},
		{"cut between answers", whole.String()[:middle], io.EOF},
		{"cut within one", whole.String()[:middle/2], io.EOF},
		{"ended in form", whole.String(), io.EOF},
		{"nothing", "", io.EOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, far := deflated(t)
				_, ended := pour(d, 4096)
				io.WriteString(far, "L4 OK\r\n")
				far.Write([]byte(c.said))
				if err := ended(); c.want == ErrDeflate && err == nil {
					t.Error("the damage is not seen before the connection ends")
				}
				far.Close()
				if err := ended(); !errors.Is(err, c.want) {
					t.Errorf("ended with %v, want %v", err, c.want)
				}
				if _, err := d.Read(make([]byte, 1)); !errors.Is(err, c.want) {
					t.Errorf("the next Read: %v, want %v again", err, c.want)
				}
			})
		})
	}
}

// TestInflate unpacks what was packed at every level: text, what can't be packed, runs, and repetitions from as far back as can be.
func TestInflate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	var want bytes.Buffer
	for i := range 60 {
		want.Write(noise[:rng.IntN(len(noise)/4)])
		want.WriteString(strings.Repeat("x", rng.IntN(5000)))
		fmt.Fprintf(&want, "* %d FETCH (UID %d)\r\n", i, rng.IntN(1000))
		if n := want.Len(); n > windowSize {
			want.Write(bytes.Clone(want.Bytes()[n-windowSize : n-windowSize+rng.IntN(300)]))
		}
	}
	for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
		for _, piece := range []int{1 << 30, 5000, 700} {
			var packed bytes.Buffer
			w, err := flate.NewWriter(&packed, level)
			if err != nil {
				t.Fatal(err)
			}
			for part := range slices.Chunk(want.Bytes(), piece) {
				w.Write(part)
				w.Flush()
			}
			w.Close()
			in := newInflater(bufio.NewReaderSize(iotest.HalfReader(&packed), deflateBuffer))
			got, err := io.ReadAll(in)
			if err != nil || !bytes.Equal(got, want.Bytes()) {
				t.Errorf("level %d, flushed every %d bytes: %d bytes became %d, %v", level, piece, want.Len(), len(got), err)
			}
		}
	}
}

// FuzzDeflate reads anything for a compressed stream: it gives what the standard library's inflater makes of it, and ends.
func FuzzDeflate(f *testing.F) {
	for _, pieces := range flushed {
		whole, err := hex.DecodeString(strings.Join(pieces, ""))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(whole)
	}
	f.Add([]byte("\x00\x05\x00\xfa\xffhello\x03\x00"))
	f.Fuzz(func(t *testing.T, said []byte) {
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(said)), 1<<20))
		d := NewDeflate(&scripted{Reader: bytes.NewReader(append([]byte("L4 OK\r\n"), said...))})
		d.Expect("L4")
		if _, err := io.ReadFull(d, make([]byte, 7)); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.LimitReader(d, 1<<20))
		if !bytes.Equal(got, want) && (wantErr == nil || !bytes.HasPrefix(got, want) && !bytes.HasPrefix(want, got)) {
			t.Errorf("%x became %q, want %q (%v; %v)", said, got, want, err, wantErr)
		}
	})
}
