package interp

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// debugPrompt is what the debugger's prompt remembers between its lines.
type debugPrompt struct {
	last string // the command that an empty line repeats
	next int    // the line that list goes on with
}

// listed is the number of lines that list shows.
const listed = 16

const debugHelp = `
 s, stepInto         Single step (step into functions, scripts, etc.)
 v, stepOver         Step to next statement (step over functions, scripts, etc.)
 o, stepOut          Step out of the current function, script, etc.

 c, continue         Continue operation
 q, quit             Stop operation and exit the debugger
 d, detach           Continue operation and detach the debugger.

 k, Get-PSCallStack  Display call stack

 l, list             List source code for the current script.
                     Use "list" to start from the current line, "list <m>"
                     to start from line <m>, and "list <m> <n>" to list <n>
                     lines starting from line <m>

 <enter>             Repeat last command if it was stepInto, stepOver or list

 ?, h                displays this help message.


For instructions about how to customize your debugger prompt, type "help about_prompt".
`

// stop shows where the script is and lets the user look around. A session that can ask nobody goes on.
func (d *debugger) stop(f *frame, at syntax.Extent, hit []*cmdlet.Breakpoint) error {
	d.step = stepNone
	defer d.aside(f)()
	var b strings.Builder
	if !d.greeted {
		d.greeted = true
		b.WriteString("Entering debug mode. Use h or ? for help.\n\n")
	}
	for _, p := range hit {
		b.WriteString("Hit " + p.String() + "\n")
	}
	if len(hit) > 0 {
		b.WriteByte('\n')
	}
	if at.Source != nil {
		b.WriteString(positionOf(at).PositionText() + "\n")
	}
	if err := d.say(b.String()); err != nil {
		return err
	}
	defer d.refresh()
	if !d.in.options.Host.Interactive() {
		return nil
	}
	defer d.context(at, hit)()
	d.prompt.next = 0
	for {
		text, err := d.readCommand(f)
		if err != nil {
			return err
		}
		on, err := d.command(f, at, text)
		if on || err != nil {
			return err
		}
	}
}

// context sets $PSDebugContext and $NestedPromptLevel, until what it returns is called.
func (d *debugger) context(at syntax.Extent, hit []*cmdlet.Breakpoint) func() {
	points := &object.Array{}
	for _, p := range hit {
		points.Items = append(points.Items, p.Object())
	}
	var undo []func()
	for name, v := range map[string]any{
		"PSDebugContext":    object.NewCustom("InvocationInfo", positionOf(at), "Breakpoints", points),
		"NestedPromptLevel": int32(1),
	} {
		place := d.in.global.place(d.in.symbols.of(name))
		saved := *place
		place.value, place.traits = v, ordinary
		undo = append(undo, func() { *place = saved })
	}
	return func() {
		for _, fn := range undo {
			fn()
		}
	}
}

// readCommand reads a command, of several lines where it needs them. The end of the input ends the script.
func (d *debugger) readCommand(f *frame) (string, error) {
	host := d.in.options.Host
	text, prompt := "", d.promptText(f)
	for {
		line, err := host.ReadLine(d.in.ctx, prompt)
		if errors.Is(err, io.EOF) && line == "" {
			return "", errInterrupted
		}
		if err != nil && !errors.Is(err, io.EOF) {
			if stop := d.in.interrupted(); stop != nil || d.in.cancelled(err) {
				return "", errInterrupted
			}
			return "", err
		}
		text += line
		if _, errs := syntax.Parse("", text); !syntax.IsIncomplete(errs) {
			return text, nil
		}
		text, prompt = text+"\n", ">> "
	}
}

// promptText is the user's prompt behind PowerShell's mark.
func (d *debugger) promptText(f *frame) string {
	const mark = "[DBG]: "
	if f.findFunction("prompt") == nil {
		return mark + "PS " + d.in.location + ">> "
	}
	var b strings.Builder
	err := d.in.session().Evaluate(d.in.ctx, "prompt", func(v any) error {
		b.WriteString(object.ToString(v))
		return nil
	})
	if err != nil || b.Len() == 0 {
		return mark + "PS>" // PowerShell's for a prompt that fails or is empty
	}
	return mark + b.String()
}

// command carries out what was typed; on tells that the script goes on.
func (d *debugger) command(f *frame, at syntax.Extent, text string) (on bool, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		text = d.prompt.last
	}
	d.prompt.last = ""
	words := strings.Fields(text)
	if len(words) == 0 {
		return false, nil
	}
	switch name := strings.ToLower(words[0]); {
	case len(words) > 1 && name != "l" && name != "list":
	case name == "s" || name == "stepinto":
		d.step, d.prompt.last = stepInto, text
		return true, nil
	case name == "v" || name == "stepover":
		d.step, d.depth, d.prompt.last = stepOver, f.level(), text
		return true, nil
	case name == "o" || name == "stepout":
		d.step, d.depth = stepOut, f.level()
		return true, nil
	case name == "c" || name == "continue":
		return true, nil
	case name == "d" || name == "detach":
		d.detached = true
		return true, nil
	case name == "q" || name == "quit":
		return true, errInterrupted
	case name == "?" || name == "h":
		return false, d.say(debugHelp)
	case name == "k":
		return false, d.evaluate(f, "Get-PSCallStack")
	case name == "l" || name == "list":
		if err := d.list(at, words[1:]); err != nil {
			return false, err
		}
		d.prompt.last = "l"
		return false, nil
	}
	return false, d.evaluate(f, text)
}

// evaluate runs a command in the scope where the script has stopped. Its errors are shown.
func (d *debugger) evaluate(f *frame, text string) error {
	out := &collector{}
	at := f.at
	err := d.in.session().Evaluate(d.in.ctx, text, out.write)
	f.at = at
	if len(out.items) > 0 {
		shown, err := d.in.text(out.items)
		if err != nil {
			return err
		}
		if err := d.say(shown); err != nil {
			return err
		}
	}
	if err == nil || !catchable(err) {
		return err
	}
	r := f.recordOf(err)
	d.in.remember(r)
	return d.in.options.Display.Record(syntax.StreamError, r)
}

// list shows lines of the source around the one where the script has stopped.
func (d *debugger) list(at syntax.Extent, words []string) error {
	if at.Source == nil {
		return d.say("\nNo source code is available.\n\n")
	}
	here, last := at.Start().Line, at.Source.Lines()
	from, count := d.prompt.next, listed
	if from == 0 || from > last {
		from = max(here-5, 1)
	}
	for i, w := range words {
		n, err := strconv.Atoi(w)
		switch {
		case i == 0 && (err != nil || n < 1 || n > last):
			return d.say(fmt.Sprintf("The start line must be between 1 and %d.\n\n", last))
		case i == 0:
			from = n
		case i == 1 && (err != nil || n < 1):
			return d.say(fmt.Sprintf("The count must be between 1 and %d.\n\n", last))
		case i == 1:
			count = n
		}
	}
	var b strings.Builder
	b.WriteByte('\n')
	to := min(from+count-1, last)
	for n := from; n <= to; n++ {
		mark := ' '
		if n == here {
			mark = '*'
		}
		fmt.Fprintf(&b, "%5d:%c %s\n", n, mark, at.Source.Line(n))
	}
	b.WriteByte('\n')
	d.prompt.next = to + 1
	return d.say(b.String())
}

// say shows text of the debugger's own.
func (d *debugger) say(text string) error {
	if text == "" {
		return nil
	}
	return d.in.options.Display.Record(syntax.StreamInformation, NewRecord(syntax.StreamInformation, &cmdlet.HostMessage{Text: text, NoNewline: true}))
}
