package repl

import (
	"context"
	"io"
	"strings"
	"unicode/utf8"

	"migsh/shell/cmdlet"
)

// Choose asks one of several questions in PowerShell's form and returns the answer's index.
func (t *Terminal) Choose(ctx context.Context, caption, message string, choices []cmdlet.Choice, def int) (int, error) {
	if t.options.NonInteractive {
		return 0, errNonInteractive()
	}
	text := "\n"
	for _, part := range []string{caption, message} {
		if part != "" {
			text += part + "\n"
		}
	}
	if _, err := io.WriteString(t.screen, text); err != nil {
		return 0, err
	}
	line := choiceLine(choices, def)
	for {
		answer, end, err := t.line(ctx, request{prefix: line})
		if err != nil {
			return 0, err
		}
		if answer, err = t.answer(ctx, answer, end); err != nil {
			return 0, err
		}
		answer = strings.TrimSpace(answer)
		if answer == "" && def >= 0 {
			return def, nil
		}
		if end == endOfInput {
			return 0, io.ErrUnexpectedEOF
		}
		for i, c := range choices {
			if key, label := choiceKey(c.Label); strings.EqualFold(answer, key) || strings.EqualFold(answer, label) {
				return i, nil
			}
		}
		if answer == "?" {
			if _, err := io.WriteString(t.screen, choiceHelp(choices)); err != nil {
				return 0, err
			}
		}
	}
}

// choiceLine is the line that an answer is typed behind.
func choiceLine(choices []cmdlet.Choice, def int) string {
	var b strings.Builder
	for _, c := range choices {
		key, label := choiceKey(c.Label)
		b.WriteString("[" + key + "] " + label + "  ")
	}
	b.WriteString("[?] Help")
	if def >= 0 && def < len(choices) {
		key, _ := choiceKey(choices[def].Label)
		b.WriteString(" (default is \"" + key + "\")")
	}
	return b.String() + ": "
}

func choiceHelp(choices []cmdlet.Choice) string {
	var b strings.Builder
	for _, c := range choices {
		key, _ := choiceKey(c.Label)
		b.WriteString(key + " - " + c.Help + "\n")
	}
	return b.String()
}

// choiceKey splits "&Yes" into its key and its label.
func choiceKey(label string) (key, text string) {
	before, after, ok := strings.Cut(label, "&")
	if !ok || after == "" {
		return label, label
	}
	_, size := utf8.DecodeRuneInString(after)
	return strings.ToUpper(after[:size]), before + after
}

// readSecret reads a line key by key and shows mask for each character, or nothing. The terminal echoes nothing from before
// the prompt is seen.
func (e *editor) readSecret(ctx context.Context, prompt, mask string) (string, ending, error) {
	e.drain()
	if err := e.tty.raw(); err != nil {
		return "", endOfInput, err
	}
	stop := context.AfterFunc(ctx, e.tty.wake)
	defer stop()
	_, err := io.WriteString(e.screen, prompt)
	secret, end := "", endOfInput
	if err == nil {
		secret, end, err = e.secret(ctx, mask)
	}
	if restoreErr := e.tty.restore(); err == nil {
		err = restoreErr
	}
	return secret, end, err
}

func (e *editor) secret(ctx context.Context, mask string) (string, ending, error) {
	var secret []rune
	for {
		select {
		case <-e.break_:
			return "", interrupted, nil
		default:
		}
		switch {
		case ctx.Err() != nil:
			return "", stopped, nil
		case e.dead != nil && len(e.keys) == 0:
			return "", endOfInput, nil
		}
		k, ok := e.nextKey()
		if !ok {
			continue
		}
		before := len(secret)
		switch {
		case k.class == keyText:
			secret = append(secret, []rune(meant(k.text))...)
		case k.isEnter():
			return string(secret), entered, nil
		default:
			switch k.text {
			case keyCtrlC:
				return "", interrupted, nil
			case keyCtrlD:
				if len(secret) == 0 {
					return "", endOfInput, nil
				}
			case keyBackspace, keyCtrlH:
				secret = secret[:max(0, len(secret)-1)]
			case keyCtrlU, keyEscape:
				secret = secret[:0]
			}
		}
		if mask == "" || len(secret) == before {
			continue
		}
		change := strings.Repeat(mask, max(0, len(secret)-before)) + strings.Repeat("\b \b", max(0, before-len(secret))*utf8.RuneCountInString(mask))
		if _, err := io.WriteString(e.screen.raw(), change); err != nil {
			return "", endOfInput, err
		}
	}
}
