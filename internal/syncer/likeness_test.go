package syncer

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// What servers do to line ends leaves the likeness alone; what differs otherwise doesn't.
func TestLikenessOfLineEnds(t *testing.T) {
	of := func(message string, slowly bool) likeness {
		var r io.Reader = strings.NewReader(message)
		if slowly {
			r = iotest.OneByteReader(r)
		}
		c := newContentReader(r, int64(len(message)))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Fatal(err)
		}
		return c.likeness()
	}
	const header = "From: a@example.org\r\nSubject: s\r\n\r\n"
	want := of(header+"one\r\n\r\ntwo", false)
	for body, same := range map[string]bool{
		"one\r\n\r\ntwo\r\n": true, "one\n\ntwo\n": true, "one\r\n\r\ntwo\r\n\r\n": true,
		"one\r\ntwo": false, "one\r\n\r\n two": false, "one\r\n\r\ntwo\r\nthree": false, "": false,
	} {
		for _, slowly := range []bool{false, true} {
			if got := of(header+body, slowly); (got == want) != same {
				t.Errorf("%q (slowly: %v) is alike: %v, want %v", body, slowly, got == want, same)
			}
		}
	}
	if want == (likeness{}) {
		t.Error("the message has no likeness")
	}
}
