package syntax_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"migsh/shell/syntax"
)

func TestTokens(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Get-X -a:1 # b", "Generic'Get-X' Parameter'-a:' Number'1' Comment'# b' EndOfInput''"},
		{"if ($x) { }\n", "If'if' LParen'(' Variable'$x' RParen')' LCurly'{' RCurly'}' NewLine'\n' EndOfInput''"},
		{"[int]$a = \"b $c\"", "LBracket'[' Identifier'int' RBracket']' Variable'$a' Equals'=' StringExpandable'\"b $c\"' EndOfInput''"},
		{"1 -eq `\n2", "Number'1' Ieq'-eq' LineContinuation'`\n' Number'2' EndOfInput''"},
		{"a 2>&1 | b", "Identifier'a' Redirection'2>&1' Pipe'|' Identifier'b' EndOfInput''"},
		{"@{ a = 'b' }.c", "AtCurly'@{' Identifier'a' Equals'=' StringLiteral''b'' RCurly'}' Dot'.' Identifier'c' EndOfInput''"},
	} {
		_, tokens, _ := syntax.ParseTokens("", c.text)
		var got []string
		for i := range tokens {
			got = append(got, fmt.Sprintf("%v'%s'", tokens[i].Kind, tokens[i].Text()))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%q\ngot  %q\nwant %q", c.text, got, c.want)
		}
	}
}

func TestFirstAndLast(t *testing.T) {
	for _, c := range []struct{ text, first, last string }{
		{"", "", ""},
		{"Get-X 'a b'\n", "Get-X", "a b"},
		{"$x = 5 # c", "$x", "5"},
	} {
		_, tokens, _ := syntax.ParseTokens("", c.text)
		if first, last := syntax.FirstAndLast(tokens); first != c.first || last != c.last {
			t.Errorf("%q: got %q and %q", c.text, first, last)
		}
	}
}

func TestCommandNames(t *testing.T) {
	const text = `
		function f { a (b) | c { d } }
		trap { e }
		& "g h" (i $(j)) > (k)
		& $l; . { m }; & "n$o"; "$(p)$q"
		@{ r = s; t = { u } }
		$v = w; if (x) { y } # z
	`
	want := []string{
		"a", "b", "c", "d", "e", "g h", "i", "j", "k", syntax.UnknownCommand, syntax.UnknownCommand, "m",
		syntax.UnknownCommand, "p", "s", "u", "w", "x", "y",
	}
	tree, errors := syntax.Parse("", text)
	if len(errors) > 0 {
		t.Fatal(errors[0])
	}
	if got := syntax.CommandNames(tree); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestIncomplete(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"if (1) {", true},
		{"'abc", true},
		{"@'\nabc", true},
		{"1 +", true},
		{"Get-X |", true},
		{"foreach ($a in", true},
		{"a `", true},
		{"<# a", true},
		{"@{ a = 1", true},
		{"f(1,", true},
		{"if (1) {} }", false},
		{"1 2", false},
		{"if (1 {}; 2", false},
		{"'a'", false},
		{"", false},
	} {
		_, errors := syntax.Parse("", c.text)
		if got := syntax.IsIncomplete(errors); got != c.want {
			t.Errorf("%q: incomplete %v, want %v (%v)", c.text, got, c.want, errors)
		}
	}
}

// Columns count UTF-16 units; lines end with CR, LF or both.
func TestPositions(t *testing.T) {
	tree, _ := syntax.Parse("x.ps1", "'é😀'; $a\r\n$b\r$c\n$d")
	var got []string
	for _, s := range tree.End.Statements {
		start, end := s.Extent().Start(), s.Extent().End()
		got = append(got, fmt.Sprintf("%s %d:%d-%d:%d", s.Extent().Text(), start.Line, start.Column, end.Line, end.Column))
	}
	want := []string{"'é😀' 1:1-1:6", "$a 1:8-1:10", "$b 2:1-2:3", "$c 3:1-3:3", "$d 4:1-4:3"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	source := tree.Extent().Source
	if source.Line(1) != "'é😀'; $a" || source.Line(4) != "$d" || source.Line(5) != "" {
		t.Errorf("lines %q %q %q", source.Line(1), source.Line(4), source.Line(5))
	}
	if got := source.UTF16Offset(strings.Index(source.Text, "$a")); got != 7 {
		t.Errorf("$a is at UTF-16 offset %d, want 7", got)
	}
}

func TestScriptBlockText(t *testing.T) {
	tree, _ := syntax.Parse("", "{ 1 }")
	if got := tree.Text(); got != "{ 1 }" {
		t.Errorf("script: %q", got)
	}
	block := tree.End.Statements[0].(*syntax.Pipeline).Expression().(*syntax.ScriptBlockExpression)
	if got := block.ScriptBlock.Text(); got != " 1 " {
		t.Errorf("block: %q", got)
	}
}

func TestTooDeep(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("(", 100_000), strings.Repeat("{", 100_000), strings.Repeat("[a({", 50_000),
		strings.Repeat("\"$(", 50_000), strings.Repeat("-not ", 100_000) + "1", "1" + strings.Repeat("+1", 100_000),
		"$a" + strings.Repeat(".b", 100_000),
	} {
		_, errors := syntax.Parse("", text)
		if !slices.ContainsFunc(errors, func(e *syntax.ParseError) bool { return e.ErrorID == "ScriptTooComplicated" }) {
			t.Errorf("%.20q…: no error for its depth, %d others", text, len(errors))
		}
	}
}

func TestCommentHelp(t *testing.T) {
	const text = `<#
.SYNOPSIS
  Does it.
    Indented.
.PARAMETER Name
  Whose.
.EXAMPLE
  PS> a
.LINK
  b
#>
param(
	# The name
	[string] $Name
)

# .SYNOPSIS
# First.
function first {
}

function inside {
	# .DESCRIPTION
	#   Second.
	1
}

function last {
	param(
		$x # beside
	)
	1
	<#
	.NOTES
	Third.
	#>
}

# not help
function none { }
`
	tree, errors := syntax.Parse("", text)
	if len(errors) > 0 {
		t.Fatal(errors[0])
	}
	want := &syntax.CommentHelp{
		Synopsis: "Does it.\n  Indented.\n", Examples: []string{"PS> a\n"}, Links: []string{"b"},
		Parameters: map[string]string{"NAME": "Whose.\n"}, BesideParameters: []string{"The name\n"},
	}
	if got := tree.Help(); !reflect.DeepEqual(got, want) {
		t.Errorf("script\ngot  %+v\nwant %+v", got, want)
	}
	wants := map[string]*syntax.CommentHelp{
		"first":  {Synopsis: "First.\n", Parameters: map[string]string{}, BesideParameters: []string{}},
		"inside": {Description: "Second.\n", Parameters: map[string]string{}, BesideParameters: []string{}},
		"last":   {Notes: "Third.\n\n", Parameters: map[string]string{}, BesideParameters: []string{"beside\n"}},
		"none":   nil,
	}
	for _, s := range tree.End.Statements {
		f := s.(*syntax.FunctionDefinition)
		if got := f.Help(); !reflect.DeepEqual(got, wants[f.Name]) {
			t.Errorf("%s\ngot  %+v\nwant %+v", f.Name, got, wants[f.Name])
		}
	}
}
