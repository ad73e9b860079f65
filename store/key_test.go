package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestEscape(t *testing.T) {
	tests := []struct{ name, want string }{
		{"", "="},
		{"ann@example.org", "ann@example.org"},
		{"a-b_c.d+e", "a-b_c.d+e"},
		{"a/b", "a=2Fb"},
		{"=", "=3D"},
		{"Entwürfe", "Entw=C3=BCrfe"},
		{"\x00\xff", "=00=FF"},
		{"Sent Items", "Sent=20Items"},
		{".", "."},
	}
	for _, test := range tests {
		if got := Escape(test.name); got != test.want {
			t.Errorf("Escape(%q) = %q, want %q", test.name, got, test.want)
		}
		if got, err := Unescape(test.want); got != test.name || err != nil {
			t.Errorf("Unescape(%q) = %q, %v; want %q", test.want, got, err, test.name)
		}
	}
	for _, segment := range []string{"", "a=", "a=4", "=2f", "=41", "==", "a b", "ä", "a/b"} {
		if got, err := Unescape(segment); !errors.Is(err, ErrInvalid) {
			t.Errorf("Unescape(%q) = %q, %v; want ErrInvalid", segment, got, err)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("ann@example.org", "a/b")
	f.Add("", "=")
	f.Add("=2F", "/")
	f.Fuzz(func(t *testing.T, a, b string) {
		key := Key(a, b)
		if len(key) <= MaxKey {
			if err := ValidKey(key); err != nil {
				t.Fatal(err)
			}
		}
		names, err := Names(key)
		if err != nil || !slices.Equal(names, []string{a, b}) {
			t.Fatalf("Names(%q) = %q, %v", key, names, err)
		}
		// What Unescape takes is what Escape gives: no two segments for a name.
		if name, err := Unescape(b); err == nil && Escape(name) != b {
			t.Fatalf("%q stands for %q, as does %q", b, name, Escape(name))
		}
	})
}

func TestNumberSorts(t *testing.T) {
	numbers := []uint64{0, 1, 9, 10, 255, 256, 1 << 32, 1<<64 - 1}
	for i := 1; i < len(numbers); i++ {
		if a, b := Number(numbers[i-1]), Number(numbers[i]); a >= b {
			t.Errorf("%s is not before %s", a, b)
		}
	}
}

func TestPrefix(t *testing.T) {
	if got := Prefix(); got != "" {
		t.Errorf("Prefix() = %q", got)
	}
	if got := Prefix("user", "spring 26"); got != "user/spring=2026/" || !strings.HasPrefix(Key("user", "spring 26", "x"), got) {
		t.Errorf("Prefix = %q", got)
	}
}
