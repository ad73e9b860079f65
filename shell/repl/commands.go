package repl

import (
	"slices"
	"strings"

	"migsh/shell/cmdlet"
)

// CompleteCommands completes the names of commands and of their parameters, from what a session knows of them.
func CompleteCommands(s cmdlet.Session, text string, cursor int) Completion {
	before := text[:cursor]
	start := strings.LastIndexAny(before, " \t\n|;({,=&") + 1
	word := before[start:]
	c := Completion{Start: start, End: cursor}
	if name, ok := strings.CutPrefix(word, "-"); ok {
		if info, ok := s.Command(commandOf(before[:start])); ok {
			for _, p := range info.Parameters {
				if !p.DontShow && hasPrefixFold(p.Name, name) {
					c.Items = append(c.Items, Suggestion{"-" + p.Name, parameterHint(p)})
				}
			}
		}
		return c
	}
	if !atCommand(before[:start]) || word == "" {
		return c
	}
	for _, info := range s.Commands() {
		if hasPrefixFold(info.Name, word) {
			c.Items = append(c.Items, Suggestion{info.Name, info.Synopsis})
		}
	}
	c.Items = slices.CompactFunc(c.Items, func(a, b Suggestion) bool { return strings.EqualFold(a.Text, b.Text) })
	return c
}

// atCommand tells whether after this text a command's name is due.
func atCommand(before string) bool {
	before = strings.TrimRight(before, " \t")
	return before == "" || strings.ContainsAny(before[len(before)-1:], "\n|;({=&")
}

// commandOf is the name of the command whose arguments end the text.
func commandOf(before string) string {
	pipe := before[strings.LastIndexAny(before, "\n|;({=&")+1:]
	name, _, _ := strings.Cut(strings.TrimLeft(pipe, " \t"), " ")
	return name
}

func parameterHint(p *cmdlet.Parameter) string {
	kind := "Object"
	switch {
	case p.Switch:
		kind = "Switch"
	case p.Type != nil:
		kind = strings.TrimPrefix(p.Type.Name, "System.")
	}
	help, _, _ := strings.Cut(p.Help, "\n")
	return strings.TrimRight("["+kind+"] "+help, " ")
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}
