package complete_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"migsh/cmdlets/core"
	"migsh/shell"
	"migsh/shell/cmdlet"
	"migsh/shell/complete"
)

// session is a shell with the core cmdlets, in an empty directory.
func session(t testing.TB, setup string) cmdlet.Session {
	s := shell.New(shell.Options{Stdout: io.Discard, Stderr: io.Discard, Location: t.TempDir()})
	s.Register(core.Cmdlets()...)
	if out := s.Execute(context.Background(), setup, nil); !out.OK {
		t.Fatalf("%s: %v", setup, out.Err)
	}
	return s.Commands()
}

func TestComplete(t *testing.T) {
	s := session(t, `
function Move-Box { [CmdletBinding()] param([ValidateSet('Old box', 'New')] [string] $Kind, [switch] $Fast, [DayOfWeek] $Day) }
$box = [pscustomobject]@{ Size = 1; Sum = 2 }
New-Item 'a file.txt', plain.txt -ItemType File | Out-Null; Set-Content -LiteralPath 'z[1].txt' x`)
	complete.Provide(s, "fruit", func(context.Context, cmdlet.Session, string) []complete.Item {
		return []complete.Item{{Text: "apple"}}
	})
	for _, c := range []struct{ text, from, want string }{
		{"Move-B", "Move-B", "Move-Box"},
		{"Move-Box -", "-", "-Kind|-Fast|-Day|-Verbose"},
		{"Move-Box -Fast -F", "-F", ""},
		{"Move-Box -Kind ", "", "'Old box'|New"},
		{"Move-Box -Kind o", "o", "'Old box'"},
		{`Move-Box -Kind "o`, `"o`, `"Old box"`},
		{"Move-Box -Day T", "T", "Thursday|Tuesday"},
		{"if (1) { $box.S", "S", "Size|Sum"},
		{"$box | Sort-Object Su", "Su", "Sum"},
		{"[math]::Sq", "Sq", "Sqrt("},
		{"$bo", "$bo", "$box"},
		{"Get-Content a", "a", "'./a file.txt'"},
		{"Get-Content ./p", "./p", "./plain.txt"},
		{"Get-Content z", "z", "'./z`[1`].txt'"},
		{`Get-Content "z`, `"z`, "\"./z``[1``].txt\""},
		{"Get-Content -LiteralPath z", "z", "./z[1].txt"},
		{"1 -notc", "-notc", "-notcontains"},
		{"'$bo", "", ""},
		{"Remove-Item $box.Siz; (rm x).L", "", ""},
	} {
		from, to, items := complete.Complete(t.Context(), s, c.text, len(c.text))
		var got []string
		for _, i := range items {
			got = append(got, i.Text)
		}
		text := strings.Join(got, "|")
		if c.want == "" && text != "" || !strings.HasPrefix(text, c.want) || c.from != "" && c.text[from:to] != c.from {
			t.Errorf("%s: %q for %q, want %q for %q", c.text, text, c.text[from:to], c.want, c.from)
		}
	}
}

// Completing runs nothing that could change anything.
func TestCompleteIsHarmless(t *testing.T) {
	s := session(t, "$n = 1")
	for _, text := range []string{"($n = 5).", "($n++).", "(Set-Variable n 5).", "$(Set-Variable n 5).", "$n.CompareTo(($n = 7)).", "[ref]$n | Select-Object V"} {
		complete.Complete(t.Context(), s, text, len(text))
		if v, _ := s.Variable("n", ""); v != int32(1) {
			t.Fatalf("completing %s has set $n to %v", text, v)
		}
	}
}

func FuzzComplete(f *testing.F) {
	for _, text := range []string{"Get-Item -Path 'x", "$a.b", "[int]::M", "\"$(Get-", "@{a=1}.", "${x y", "| -", "`"} {
		f.Add(text, len(text))
	}
	s := session(f, "1 | Out-Null")
	f.Fuzz(func(t *testing.T, text string, cursor int) {
		from, to, _ := complete.Complete(t.Context(), s, text, cursor)
		if from < 0 || from > to || to > len(text) {
			t.Errorf("%q at %d: %d to %d", text, cursor, from, to)
		}
	})
}
