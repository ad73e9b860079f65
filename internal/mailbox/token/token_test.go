package token

import (
	"math"
	"strconv"
	"testing"
)

func TestNumber(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "00012": 12, strconv.Itoa(math.MaxInt64): math.MaxInt64, "9223372036854775808": -1, "": -1, "-1": -1, "1a": -1} {
		if n, ok := Number([]byte(text)); ok != (want >= 0) || ok && n != want {
			t.Errorf("%q: %d, %t", text, n, ok)
		}
	}
}

func TestAnnounced(t *testing.T) {
	for line, want := range map[string]int64{
		"* 1 FETCH (BODY[] {12}": 12, "a APPEND x {12+}\r\n": 12, "{0}": 0, "* OK {12} ": -1, "{}": -1, "{+}": -1, "12}": -1, "": -1, "{99999999999999999999}": -1,
	} {
		if n := Announced([]byte(line)); n != want {
			t.Errorf("%q: %d, want %d", line, n, want)
		}
	}
}

func TestQuoted(t *testing.T) {
	for _, tt := range []struct {
		in, text, rest string
		ok             bool
	}{
		{`"" NIL`, "", " NIL", true},
		{`"a \"b\" \\c" d`, `a "b" \c`, " d", true},
		{`"a\b"`, `a\b`, "", true}, // a separator that was not doubled
		{`"open`, "", "", false},
		{`"open\"`, "", "", false},
	} {
		text, rest, ok := Quoted([]byte(tt.in))
		if string(text) != tt.text || string(rest) != tt.rest || ok != tt.ok {
			t.Errorf("%s: %q, %q, %t", tt.in, text, rest, ok)
		}
	}
}
