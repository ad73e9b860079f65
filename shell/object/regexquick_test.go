package object

import (
	"fmt"
	"testing"
)

// TestQuickRegex holds the two engines against each other wherever the quick one is used.
func TestQuickRegex(t *testing.T) {
	patterns := []string{
		`a`, `;`, `\.`, `^(?<name>\w+)@(?<domain>[^;]+)`, `(\w)-(\w)`, `\s+`, `\d{2,3}`, `a|ab`, `(a|ab)(c|bcd)`, `[a-c]+?`, `x*`, `^$`, `\bfoo\b`,
		`(?<y>\d+)-(\d+)`, `[,;] ?`, `a.c`, `\w+\W\w+`, `[^a-z]`, `contoso`, `(?:ab)c`, `"[^"]*"`,
	}
	texts := []string{
		"", "a", "abc", "ABC", "user1@contoso.com;pass;1", "x-y", "a  b\tc", "12345", "abcd", "foo bar", "food foo", "2026-01", "a, b;c", "y", "xy", "a\nc", `say "hi" "ho"`, "contoso CONTOSO",
	}
	for _, pattern := range patterns {
		for _, ignoreCase := range []bool{false, true} {
			options := int64(0)
			if ignoreCase {
				options = RegexIgnoreCase
			}
			r, err := CompileRegex(pattern, options)
			if err != nil {
				t.Fatal(err)
			}
			if r.quick == nil {
				t.Errorf("%s goes the slow way", pattern)
				continue
			}
			slow := *r
			slow.quick = nil
			for _, text := range texts {
				show := func(r *Regex) string {
					m, err := matchWith(r, text)
					if err != nil {
						t.Fatal(err)
					}
					s := "no match"
					if m != nil {
						s = ""
						for k, v := range m.All() {
							s += fmt.Sprintf("%v=%q ", k, v)
						}
					}
					replaced, err := r.ReplaceWith(text, "<>")
					if err != nil {
						t.Fatal(err)
					}
					parts, err := r.SplitText(text, 0)
					if err != nil {
						t.Fatal(err)
					}
					return fmt.Sprintf("%s|%v|%q", s, replaced, parts)
				}
				if quick, want := show(r), show(&slow); quick != want {
					t.Errorf("%q on %q (ignore case %v): quick %s, slow %s", pattern, text, ignoreCase, quick, want)
				}
			}
		}
	}
	for _, pattern := range []string{`(?<=a)b`, `(a)\1`, `(ab)*`, `[a-z-[aeiou]]`, `é`, `\p{L}`, `(?i)a`, `a\Z`, `[[:alpha:]]`} {
		if newQuick(pattern, 0) != nil {
			t.Errorf("%s goes the quick way", pattern)
		}
	}
}
