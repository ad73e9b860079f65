package syntax_test

import (
	"reflect"
	"testing"

	"migsh/shell/syntax"
)

func TestParseNumber(t *testing.T) {
	for _, c := range []struct {
		text string
		want any // nil: none
	}{
		{"", int32(0)},
		{"  ", int32(0)},
		{"5", int32(5)},
		{" -5 ", int32(-5)},
		{"+5", int32(5)},
		{"0x1F", int32(31)},
		{"-0x10", int32(-16)},
		{"1kb", int32(1024)},
		{"1.5", 1.5},
		{".5", 0.5},
		{"5.", 5.0},
		{"1e3", 1000.0},
		{"1E+3", 1000.0},
		{"3000000000", int64(3000000000)},
		{"5l", int64(5)},
		{"7uy", uint8(7)},
		{"0b11", int32(3)},
		{"1,000", nil},
		{"5 5", nil},
		{"abc", nil},
		{"1.2.3", nil},
		{"5z", nil},
		{"--5", nil},
		{"5;", nil},
		{"300uy", nil},
	} {
		got, ok := syntax.ParseNumber(c.text)
		if ok != (c.want != nil) || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: got %T %v %v, want %T %v", c.text, got, got, ok, c.want, c.want)
		}
	}
}

func TestParseTypeName(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"int", "int"},
		{" System.Int32 ", "System.Int32"},
		{"int[]", "int[]"},
		{"int[,][]", "int[,][]"},
		{"Dictionary[string,List[int]]", "Dictionary[string,List[int]]"},
		{"a, b, Version=1", "a,b, Version=1"},
		{"", ""},
		{"[int]", ""},
		{"int[", ""},
		{"int]", ""},
		{"a b", ""},
	} {
		var got string
		if name := syntax.ParseTypeName(c.text); name != nil {
			got = name.FullName()
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestParseExpandable(t *testing.T) {
	e, errors := syntax.ParseExpandable(`a "b" $c $("d")`)
	s, ok := e.(*syntax.ExpandableString)
	if !ok || len(errors) > 0 || len(s.Parts) != 4 || s.Parts[0].Text != `a "b" ` {
		t.Errorf("got %#v, %v", e, errors)
	}
	if e, _ := syntax.ParseExpandable("plain"); e.(*syntax.StringConstant).Value != "plain" {
		t.Errorf("got %#v", e)
	}
}
