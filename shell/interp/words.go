package interp

import (
	"strings"

	"migsh/shell/cmdlet"
)

// Words reads the words of a program's command line as a script's arguments: -Name, -Name:value, values.
func Words(words []string) []cmdlet.Arg {
	args := make([]cmdlet.Arg, 0, len(words))
	for _, w := range words {
		if len(w) < 2 || w[0] != '-' || !isNameStart(w[1]) {
			args = append(args, cmdlet.Arg{Value: w})
			continue
		}
		name, value, has := strings.Cut(w[1:], ":")
		a := cmdlet.Arg{Name: name, Text: "-" + name}
		if has && value != "" {
			a.Text += ":"
			a.HasValue = true
			a.Value = wordValue(value)
		}
		args = append(args, a)
	}
	return args
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '?'
}

// wordValue reads $true and $false, the only variables that a command line of the system can name.
func wordValue(s string) any {
	switch strings.ToLower(s) {
	case "$true":
		return true
	case "$false":
		return false
	}
	return s
}
