package syncer

import (
	"crypto/sha256"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// What is in a state file must be known again by every later build: these are of the BLAKE3 authors' own test vectors (the bytes 0 to 250, again and again).
func TestDigestIsBLAKE3(t *testing.T) {
	for length, want := range map[int]string{
		0:    "af1349b9f5f9a1a6a0404dea36dcc949",
		1024: "42214739f095a406f3fc83deb889744a",
		3072: "b98cb0ff3623be03326b373de6b90952",
		8193: "bab6c09cb8ce8cf459261398d2e7aef3",
	} {
		b := make([]byte, length)
		for i := range b {
			b[i] = byte(i % 251)
		}
		if got := digestOf(b).String(); got != want {
			t.Errorf("%d bytes: digest %s, want %s", length, got, want)
		}
		r := newDigestReader(iotest.HalfReader(strings.NewReader(string(b))), int64(length))
		if _, err := io.Copy(io.Discard, r); err != nil || r.digest.String() != want {
			t.Errorf("%d bytes, read: digest %s (%v), want %s", length, r.digest, err, want)
		}
	}
}

// BenchmarkDigest compares with the digest that processors have instructions for.
func BenchmarkDigest(b *testing.B) {
	message := strings.Repeat("A line of a letter, as long as they are.\r\n", 100)
	b.Run("BLAKE3", func(b *testing.B) {
		b.SetBytes(int64(len(message)))
		for b.Loop() {
			if _, err := io.Copy(io.Discard, newDigestReader(strings.NewReader(message), int64(len(message)))); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("SHA-256", func(b *testing.B) {
		b.SetBytes(int64(len(message)))
		h := sha256.New()
		for b.Loop() {
			h.Reset()
			io.WriteString(h, message)
			h.Sum(nil)
		}
	})
}
