package format

import (
	"strings"
	"testing"

	"migsh/shell/object"
)

func show(t *testing.T, opts *Options, width int, values ...any) string {
	t.Helper()
	settings := Settings{Width: width, EnumerationLimit: 4}
	var b strings.Builder
	p := NewPrinter(&b, settings)
	if opts != nil {
		s := NewShaper(*opts, settings)
		var ds []any
		for _, v := range values {
			d, err := s.Directives(v)
			if err != nil {
				t.Fatal(err)
			}
			ds = append(ds, d...)
		}
		values = append(ds, s.CloseDirectives()...)
	}
	for _, v := range values {
		if err := p.Write(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func row(pairs ...any) any { return object.NewCustom(pairs...) }

// TestViews compares with what PowerShell prints.
func TestViews(t *testing.T) {
	for _, c := range []struct {
		name   string
		opts   *Options
		width  int
		values []any
		want   string
	}{
		{"table", nil, 120, []any{row("Name", "ann", "Size", int32(5)), row("Name", "bob", "Size", int32(77))},
			"\nName Size\n---- ----\nann     5\nbob    77\n\n"},
		{"list for five", nil, 120, []any{row("A", int32(1), "B", "two", "C", true, "D", 4.5, "E", "five")},
			"\nA : 1\nB : two\nC : True\nD : 4.5\nE : five\n\n"},
		{"forced table", &Options{Kind: Table}, 120, []any{row("A", int32(1), "B", "two", "C", true, "D", 4.5, "E", "five")},
			"\nA B      C     D E\n- -      -     - -\n1 two True 4.500 five\n\n"},
		{"text between rows", nil, 120, []any{row("A", int32(1), "B", int32(2)), "a plain string", row("A", int32(3), "B", int32(4))},
			"\nA B\n- -\n1 2\na plain string\n3 4\n\n"},
		{"wide characters", nil, 120, []any{row("Name", "Jürgen", "City", "Köln"), row("Name", "山田太郎", "City", "東京")},
			"\nName     City\n----     ----\nJürgen   Köln\n山田太郎 東京\n\n"},
		{"first row decides", nil, 120, []any{row("A", int32(1), "B", int32(2)), row("A", int32(3), "C", int32(4)), row("D", int32(5))},
			"\nA B\n- -\n1 2\n3  \n   \n\n"},
		{"collections", nil, 120, []any{row("L", object.NewArray(int32(1), int32(2), int32(3), int32(4), int32(5)), "N", nil)},
			"\nL             N\n-             -\n{1, 2, 3, 4…} \n\n"},
		{"dropped column", &Options{Kind: Table}, 80, []any{row("Name", "mailbox-with-long-name", "Path", "a/very/long/path/"+strings.Repeat("segment/", 12), "Size", int32(12345))},
			"\nName                   Path\n----                   ----                                                     \nmailbox-with-long-name a/very/long/path/segment/segment/segment/segment/segment…\n\n"},
		{"wide", &Options{Kind: Wide, Columns: 3, Properties: []any{"Name"}}, 120, []any{row("Name", "item1"), row("Name", "item2"), row("Name", "item3"), row("Name", "item4")},
			"\nitem1                                    item2                                   item3\nitem4                                                                            \n\n"},
		{"no properties", &Options{Kind: List, Properties: []any{"NoSuch"}}, 120, []any{row("A", int32(1))}, "\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(t, c.opts, c.width, c.values...); got != c.want {
				t.Errorf("got:\n%q\nwant:\n%q", got, c.want)
			}
		})
	}
}

func TestConciseView(t *testing.T) {
	r := object.NewError("CommandNotFoundException", object.ObjectNotFound, "catch", "The term 'catch' is not recognized as a name of a cmdlet, function, script file, or executable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.")
	r.Invocation = &object.InvocationInfo{CommandName: "catch", File: "case.ps1", Line: "catch { 'x' }", LineNumber: 1, Column: 1, EndLineNumber: 1, EndColumn: 6}
	want := "catch: case.ps1:1\nLine |\n   1 |  catch { 'x' }\n     |  ~~~~~\n     | The term 'catch' is not recognized as a name of a cmdlet, function, script file, or executable program. Check\n     | the spelling of the name, or if a path was included, verify that the path is correct and try again.\n"
	if got := ConciseView(r, 120); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
