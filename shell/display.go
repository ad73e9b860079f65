package shell

import (
	"io"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/format"
	"migsh/shell/interp"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// display is where the interpreter shows things: the printer for objects, lines for records.
type display struct{ s *Session }

func (d *display) Show(v any) error { return d.s.flushShown(d.s.printer.Write(v)) }

func (d *display) Record(stream syntax.Stream, v any) error {
	switch stream {
	case syntax.StreamError:
		if r, ok := v.(*object.ErrorRecord); ok {
			if err := d.s.out.Flush(); err != nil {
				return err
			}
			d.s.showError(r)
			return nil
		}
	case syntax.StreamWarning:
		return d.line("WARNING: ", v)
	case syntax.StreamVerbose:
		return d.line("VERBOSE: ", v)
	case syntax.StreamDebug:
		return d.line("DEBUG: ", v)
	case syntax.StreamInformation:
		if m, ok := interp.HostMessageOf(v); ok {
			d.toTerminal(m.Text, !m.NoNewline)
			d.s.host.WriteHost(m.Text, m.Foreground, m.Background, !m.NoNewline)
			return nil
		}
		return d.line("", v)
	}
	return d.Show(v)
}

// line shows a record as a line of its own.
func (d *display) line(prefix string, v any) error {
	text := prefix + object.ToString(v)
	if t := d.s.terminal; t != nil {
		if err := d.s.out.Flush(); err != nil {
			return err
		}
		if prefix != "" {
			text = t.MessageText(text)
		}
		if d.s.style.rendering.Load() == renderPlain {
			text = withoutEscapes(text)
		}
	}
	d.toTerminal(text, true)
	d.s.host.WriteHost(text, "", "", true)
	return nil
}

// toTerminal gives the transcript what a terminal shows by itself, past the session's output.
func (d *display) toTerminal(text string, newline bool) {
	if d.s.terminal == nil {
		return
	}
	if newline {
		text += "\n"
	}
	d.s.transcript.write([]byte(text))
}

func (d *display) NativeError(line string) error {
	if err := d.s.out.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(d.s.errs, line+"\n")
	return err
}

// Progress is shown by hosts that have a terminal.
func (d *display) Progress(p cmdlet.Progress) error {
	if t := d.s.terminal; t != nil {
		t.Progress(p)
	}
	return nil
}

// render gives objects as the output would show them.
func render(items []any, width, limit int, types *object.TypeTable) (string, error) {
	var b strings.Builder
	p := format.NewPrinter(&b, format.Settings{
		Width: width - 1, Limit: func() int { return limit }, Error: func(r *object.ErrorRecord) string { return format.ConciseView(r, width) },
		Types: types,
	})
	for _, v := range items {
		if err := p.Write(v); err != nil {
			return "", err
		}
	}
	err := p.Close()
	return b.String(), err
}
