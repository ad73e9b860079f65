package interp

import (
	"fmt"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// traceLine tells of a statement, with >>>> before it, and asks whether to go on where Set-PSDebug -Step wants that.
func (d *debugger) traceLine(at syntax.Position, source *syntax.Source) error {
	line := []rune(source.Line(at.Line))
	i := at.Column - 1
	mark := " >>>> "
	if i >= len(line) {
		i, mark = len(line), " <<<< "
	}
	text := fmt.Sprintf("%4d+ %s", at.Line, string(line[:i])+mark+string(line[i:]))
	if err := d.tell(text); err != nil || !d.ask {
		return err
	}
	choices := []cmdlet.Choice{
		{Label: "&Yes", Help: "Continue with only the next step of the operation."},
		{Label: "Yes to &All", Help: "Continue with all the steps of the operation."},
		{Label: "&No", Help: "Stop the operation."},
		{Label: "No to A&ll", Help: "Stop the operation and all that follow."},
	}
	answer, err := d.in.options.Host.Choose(d.in.ctx, "Continue with this operation?", text, choices, 0)
	switch {
	case err != nil:
		return err
	case answer == 1:
		d.ask = false
		d.refresh()
	case answer > 1:
		e := object.NewException("System.Management.Automation.ActionPreferenceStopException", "Debug line stopped by user.")
		return &raised{record: object.NewErrorOf(e, "ActionPreferenceStop", object.OperationStopped, nil), stop: true}
	}
	return nil
}

// traceSet tells of an assignment.
func (d *debugger) traceSet(name string, v any) error {
	text := []rune(object.ToString(v))
	if most := max(60-len(name), 0); len(text) > most {
		text = append(text[:most:most], '…')
	}
	return d.tell(fmt.Sprintf("    ! SET $%s = '%s'.", name, string(text)))
}

// traceCall tells of a call.
func (d *debugger) traceCall(fn *function) error {
	text := fmt.Sprintf("    ! CALL function '%s'", fn.name)
	if file := fn.block.file; file != "" {
		text += fmt.Sprintf("  (defined in file '%s')", file)
	}
	return d.tell(text)
}

// tell shows a line of the debug stream, whatever the preference.
func (d *debugger) tell(text string) error {
	return d.in.options.Display.Record(syntax.StreamDebug, newRecord(debugRecord, text, nil))
}
