package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "ConvertFrom-StringData", Module: moduleUtility, Synopsis: "Converts a string containing one or more key and value pairs to a hash table.",
	OutputTypes: []string{"System.Collections.Hashtable"},
}, func() cmdlet.Cmdlet { return &convertFromStringData{Delimiter: '='} })

type convertFromStringData struct {
	StringData string      `param:"mandatory pos=0 pipeline allowempty" help:"Lines of key=value."`
	Delimiter  object.Char `param:"pos=1" help:"The character between key and value."`
}

// Process makes a hashtable of the lines; those that begin with # are comments.
func (c *convertFromStringData) Process(_ context.Context, _ any, out cmdlet.Out) error {
	h := object.NewHashtable()
	for _, line := range strings.Split(c.StringData, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, c.Delimiter.String())
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			e := object.NewException("System.Management.Automation.PSInvalidOperationException", "Data line '%s' is not in 'name=value' format.", line)
			return object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
		}
		if h.Has(key) {
			e := object.NewException("System.Management.Automation.PSInvalidOperationException", "Data item '%s' in line '%s' is already defined.", key, line)
			return object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
		}
		h.Set(key, unescape(strings.TrimSpace(value)))
	}
	return out.Write(h)
}

// unescape resolves a regular expression's escapes, such as \n and \\.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'f':
			b.WriteByte('\f')
		case 'v':
			b.WriteByte('\v')
		case 'a':
			b.WriteByte('\a')
		case 'e':
			b.WriteByte(0x1b)
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
