package help

import (
	"strings"
	"testing"
)

const sample = `# New-Thing

## SYNOPSIS

Makes a **thing**.

## DESCRIPTION

First paragraph, of ` + "`two`" + `
lines.

- one
- two
  goes on

## EXAMPLES

### Example 1: Make one

` + "```powershell" + `
New-Thing -Name a
` + "```" + `

Makes it.

## PARAMETERS

### -Name

The name.

## INPUTS

A name.

## OUTPUTS

### System.Thing

## NOTES

None.

## RELATED LINKS

- [Get-Thing](Get-Thing.md)
- [Remove-Thing](Remove-Thing.md)
`

func TestRead(t *testing.T) {
	p, err := Read(sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, got, want string }{
		{"name", p.Name, "New-Thing"},
		{"synopsis", p.Synopsis, "Makes a thing."},
		{"description", strings.Join(p.Description, "|"), "First paragraph, of two lines.|- one\n- two goes on"},
		{"example", p.Examples[0].Title + "|" + p.Examples[0].Code + "|" + strings.Join(p.Examples[0].Remarks, "|"), "Example 1: Make one|New-Thing -Name a|Makes it."},
		{"parameter", p.Parameters[0].Name + "|" + strings.Join(p.Parameters[0].Description, "|"), "Name|The name."},
		{"inputs", strings.Join(p.Inputs, "|"), "A name."},
		{"outputs", strings.Join(p.Outputs, "|"), "System.Thing"},
		{"links", strings.Join(p.Links, "|"), "Get-Thing|Remove-Thing"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ text, fault string }{
		{"", "line 1: a help file begins with #"},
		{"# A\n# B\n", "line 2: a second heading"},
		{"# A\ntext\n", "line 2: text outside"},
		{"# A\n## SYNTAX\n", `line 2: there is no section "SYNTAX"`},
		{"# A\n## PARAMETERS\n### Name\n", "line 3: the heading of a parameter"},
		{"# A\n## EXAMPLES\n### One\nno code\n## NOTES\n", "line 3: an example without code"},
		{"# A\n## EXAMPLES\n### One\n```\ncode\n", "line 4 has no end"},
		{"# A\n## NOTES\n### One\n", "line 3: the section NOTES has no headings"},
	} {
		_, err := Read(c.text)
		if err == nil || !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%q: %v, want %q", c.text, err, c.fault)
		}
	}
}

// What is read can be rendered, in every view and at every width.
func FuzzRead(f *testing.F) {
	f.Add(sample, 80)
	f.Add("# A\n## EXAMPLES\n### One\n```\ncode\n```\n", 3)
	f.Fuzz(func(t *testing.T, text string, width int) {
		p, err := Read(text)
		if err != nil {
			return
		}
		topic := &Topic{Name: p.Name, Advanced: true, Parameters: []Parameter{{Name: "Name", Type: "String"}}}
		topic.addPage(p)
		for _, view := range []View{ViewDefault, ViewDetailed, ViewFull, ViewExamples} {
			if out := topic.Render(view, width%200); !strings.HasPrefix(out, "NAME\n") {
				t.Errorf("the page begins %q", out[:min(20, len(out))])
			}
		}
	})
}
