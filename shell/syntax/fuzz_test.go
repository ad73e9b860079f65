package syntax_test

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"migsh/shell/syntax"
)

// Whatever the bytes, a tree comes out whose nodes lie within the text and
// within one another.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"parse-errors/*.ps1", "cases/*/*.ps1"} {
		paths, err := filepath.Glob(filepath.Join(oracle, pattern))
		if err != nil || len(paths) == 0 {
			f.Fatalf("no scripts to begin with: %v", err)
		}
		for _, path := range paths {
			script, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(script))
		}
	}
	for _, text := range odd {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkTree(t, text) })
}

// odd are texts that once were, or might be, trouble.
var odd = []string{
	"", "\x00", "\xff\xfe", "`", "\"`", "@'", "@\"\n", "$", "${", "$(", "\"$(\"$(\"$(", "a`", "1..", "0x", "-0b", "1e", "[", "[[[[",
	"[a[b[c", "@{a=", "&", ".", "|", "class c{[int]f(){}}", "class c{c():base(){}", "enum e:int{a=", "using module", "data -s",
	"\u201cx\u201d \u2018y\u2019 \u2013eq", "$a\u2014b", "\"\u201c\u201c\"", "\"$(\"\"a\"\")\"", "\"${\"\"}\"", "<#", "#requires", "#requires -version",
	"# SIG # Begin signature block\n1", "--%", "a --% b | c", "1>&2", "2>&1 3>&1 > a > b", "a?.b?[1]", "a ? b : c", "1?2:3", "${a:b}?.c",
	"x { } | % { } &", "if(1){}else", "switch -f", "foreach -p", "for(;;)", "do{}until", "try{}catch[", "trap[a]", "param([a()]$b=", "\"`u{110000}`u{12",
	"@'\n'@", "@\"\n$(1\n\"@", "'\u2019", "a=b", ":a b", ":a:", "%{", "?{", "!1a", "[int]::", "[int]::b(", "$a.b[c](", "$a.'b'(", "$a::b",
}

func TestParseOdd(t *testing.T) {
	for _, text := range odd {
		checkTree(t, text)
	}
}

func checkTree(t *testing.T, text string) {
	t.Helper()
	tree, errors := syntax.Parse("", text)
	if tree == nil {
		t.Fatalf("no tree of %q", text)
	}
	_, tokens, again := syntax.ParseTokens("", text)
	if len(again) != len(errors) {
		t.Errorf("%q: %d errors, and %d with tokens", text, len(errors), len(again))
	}
	end := 0
	for i := range tokens {
		if e := tokens[i].Extent(); e.StartOffset() < end || e.EndOffset() < e.StartOffset() {
			t.Errorf("%q: %v at %d, but one before it ends at %d", text, tokens[i].Kind, e.StartOffset(), end)
		}
		end = tokens[i].Extent().EndOffset()
	}
	_ = syntax.CommandNames(tree)
	_ = tree.Help()
	source := tree.Extent().Source
	if !utf8.ValidString(source.Text) {
		t.Fatalf("%q is not UTF-8", source.Text)
	}
	n := len(source.Text)
	for _, e := range errors {
		// The token at the end lies one beyond the text.
		if e.Extent.StartOffset() < 0 || e.Extent.StartOffset() > e.Extent.EndOffset() || e.Extent.EndOffset() > n+1 {
			t.Errorf("%q: error %s at %d-%d", text, e.ErrorID, e.Extent.StartOffset(), e.Extent.EndOffset())
		}
		if e.Message == "" || e.Message == e.ErrorID {
			t.Errorf("%q: error %s has no message", text, e.ErrorID)
		}
		_, _ = e.Extent.Start(), e.Extent.End()
	}
	var check func(n syntax.Node)
	check = func(parent syntax.Node) {
		outer := parent.Extent()
		if outer.Source == nil {
			outer = tree.Extent() // what was not written has no place
		}
		if _, ok := parent.(*syntax.ParamBlock); ok {
			outer = tree.Extent() // it begins with param, after its attributes
		}
		syntax.Children(parent, func(child syntax.Node) bool {
			inner := child.Extent()
			if inner.Source != nil {
				if inner.StartOffset() < 0 || inner.StartOffset() > inner.EndOffset() || inner.EndOffset() > n {
					t.Errorf("%q: %T at %d-%d", text, child, inner.StartOffset(), inner.EndOffset())
				} else if len(errors) == 0 && !outer.Contains(inner) {
					t.Errorf("%q: %T at %d-%d is not within %T at %d-%d", text, child, inner.StartOffset(), inner.EndOffset(),
						parent, outer.StartOffset(), outer.EndOffset())
				}
			}
			check(child)
			return true
		})
	}
	check(tree)
}
