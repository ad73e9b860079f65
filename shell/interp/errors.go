package interp

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

const runtimeException = "System.Management.Automation.RuntimeException"

// raised is an error that more than its own statement ends for: thrown by throw, or made terminating by an ErrorAction of
// Stop.
type raised struct {
	record *object.ErrorRecord
	stop   bool // by ErrorAction Stop: no preference of the script takes it back
}

func (r *raised) Error() string { return r.record.Error() }
func (r *raised) Unwrap() error { return r.record }

// invoked is an error that a command has ended with: commands around it pass it on as it is.
type invoked struct{ record *object.ErrorRecord }

func (i *invoked) Error() string { return i.record.Error() }
func (i *invoked) Unwrap() error { return i.record }

// errInterrupted ends everything after Ctrl-C.
var errInterrupted error = interruption{}

type interruption struct{}

func (interruption) Error() string { return "the pipeline has been stopped by the user" }

// These errors go through method calls as they are; see [object.Control].

func (interruption) Control()  {}
func (*raised) Control()       {}
func (*flow) Control()         {}
func (*stopUpstream) Control() {}
func (*terminated) Control()   {}
func (*invoked) Control()      {}

// strictness is the level of Set-StrictMode.
type strictness uint8

const (
	strictOff strictness = iota
	strict1
	strict2
	strict3
)

// strict is the level in force: that of the nearest scope that sets one.
func (f *frame) strict() strictness {
	if !f.in.anyStrict {
		return strictOff
	}
	for s := f.scope; s != nil; s = s.parent {
		if s.strictSet {
			return s.strict
		}
	}
	return strictOff
}

// fail makes an error of the running statement.
func (f *frame) fail(category object.Category, id, message string) error {
	return f.failTarget(category, id, nil, message)
}

func (f *frame) failTarget(category object.Category, id string, target any, message string) error {
	e := object.NewException(runtimeException, "%s", message)
	return f.place(object.NewErrorOf(e, id, category, target))
}

// errAt is fail for an error that is marked at a node of its own.
func (f *frame) errAt(n syntax.Node, id, message string) error {
	e := object.NewException(runtimeException, "%s", message)
	r := object.NewErrorOf(e, id, object.InvalidOperation, nil)
	r.Invocation = f.invocationAt(n)
	return f.place(r)
}

// place gives a record the position of the running statement and the stack, unless it has them.
func (f *frame) place(r *object.ErrorRecord) *object.ErrorRecord {
	if r.Invocation == nil {
		r.Invocation = f.invocationAt(f.at)
	}
	if r.StackTrace == "" {
		r.StackTrace = f.stackTrace()
	}
	return r
}

// wrap turns an error of the object model into one of the running statement. Jumps pass.
func (f *frame) wrap(err error) error {
	if err == nil {
		return nil
	}
	switch e := err.(type) {
	case *flow, *stopUpstream, *raised, *invoked, *terminated:
		return err
	case *object.ErrorRecord:
		return f.place(asRuntime(e))
	}
	if !catchable(err) {
		return err
	}
	if s, ok := errors.AsType[*stopUpstream](err); ok {
		return s
	}
	if j, ok := errors.AsType[*flow](err); ok {
		return j
	}
	if r, ok := errors.AsType[*raised](err); ok {
		return r
	}
	return f.place(object.RecordOf(err))
}

// asRuntime is a record whose exception is PowerShell's own for a failed cast: scripts see a RuntimeException around it.
func asRuntime(r *object.ErrorRecord) *object.ErrorRecord {
	if r.Exception == nil || r.Exception.Type != typeInvalidCast {
		return r
	}
	c := *r
	c.Exception = object.NewException(runtimeException, "%s", r.Exception.Message)
	c.Exception.Inner = r.Exception
	return &c
}

var typeInvalidCast, _ = object.TypeByName("System.Management.Automation.PSInvalidCastException")

// recordOf is the error record of an error that a catch clause may see.
func (f *frame) recordOf(err error) *object.ErrorRecord {
	switch e := err.(type) {
	case *object.ErrorRecord:
		return f.place(e)
	case *raised:
		return f.place(e.record)
	case *invoked:
		return f.place(e.record)
	}
	if r, ok := errors.AsType[*object.ErrorRecord](err); ok {
		return f.place(r)
	}
	return f.place(object.RecordOf(err))
}

// failed decides what an error means for the statements after the one that it ended: nil lets them run.
func (f *frame) failed(err error, n syntax.Node) error {
	if !catchable(err) {
		return err
	}
	if _, ok := err.(*terminated); ok {
		return err
	}
	record := f.recordOf(err)
	f.in.ok = false
	r, isRaised := err.(*raised)
	if f.in.tries > 0 || isRaised && r.stop {
		f.in.remember(record)
		return keepRaised(err, record)
	}
	switch f.preference(f.in.known.errorAction, actionContinue) {
	case actionIgnore:
		return nil
	case actionSilently:
		f.in.remember(record)
		return nil
	case actionStop:
		f.in.remember(record)
		return &raised{record: record, stop: true}
	}
	if isRaised {
		f.in.remember(record)
		return err
	}
	return f.report(record)
}

func keepRaised(err error, record *object.ErrorRecord) error {
	switch err.(type) {
	case *raised, *invoked:
		return err
	}
	return record
}

// report writes an error that ended a statement to the error stream.
func (f *frame) report(record *object.ErrorRecord) error {
	f.in.remember(record)
	f.in.ok = false
	return f.streams.write(syntax.StreamError, record)
}

// throwValue is the throw statement.
func (f *frame) throwValue(n syntax.Node, v any) error {
	switch x := object.Base(v).(type) {
	case *object.ErrorRecord:
		x.Thrown = true
		return &raised{record: f.place(x)}
	case *object.Exception:
		r := object.NewErrorOf(x, x.Message, object.OperationStopped, nil)
		r.Thrown = true
		return &raised{record: f.place(r)}
	}
	message := "ScriptHalted"
	if v != nil {
		s, err := f.textOf(v)
		if err != nil {
			return err
		}
		message = s
	}
	return f.thrown(n, message, v)
}

func (f *frame) thrown(n syntax.Node, message string, target any) error {
	e := object.NewException(runtimeException, "%s", message)
	r := object.NewErrorOf(e, message, object.OperationStopped, target)
	r.Invocation = f.invocationAt(n)
	r.Thrown = true
	return &raised{record: f.place(r)}
}

// invocationAt describes the position of a node for error messages.
func (f *frame) invocationAt(n syntax.Node) *object.InvocationInfo {
	if n == nil {
		return &object.InvocationInfo{}
	}
	i := positionOf(n.Extent())
	return i
}

func positionOf(x syntax.Extent) *object.InvocationInfo {
	if x.Source == nil {
		return &object.InvocationInfo{}
	}
	start, end := x.Start(), x.End()
	return &object.InvocationInfo{
		File: x.File(), Line: x.Source.Line(start.Line), LineNumber: start.Line, Column: start.Column,
		EndLineNumber: end.Line, EndColumn: end.Column, Text: x.Text(),
	}
}

// stackTrace lists the calls that led here, as ScriptStackTrace shows them.
func (f *frame) stackTrace() string {
	var b strings.Builder
	for g := f; g != nil; g = g.caller {
		if g.call == nil && g.caller != nil && g.scope == g.caller.scope && g.code == nil {
			continue
		}
		name := "<ScriptBlock>"
		file, line := "<No file>", 1 // the program itself calls a file from a line of its own
		if g.call != nil && g.call.fn != nil && g.call.fn.kind != cmdlet.KindExternalScript {
			name = g.call.fn.name
			if g.code != nil && g.code.process != nil && g.inProcess() {
				name += "<Process>"
			}
		}
		if g.at != nil {
			x := g.at.Extent()
			if x.Source != nil {
				line = x.Start().Line
				if x.File() != "" {
					file = x.File()
				}
			}
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("at " + name + ", " + file + ": line " + strconv.Itoa(line))
	}
	return b.String()
}

// inProcess tells whether an advanced function's process block runs.
func (f *frame) inProcess() bool {
	return f.call != nil && f.call.stage != nil && f.call.stage.phase == phaseProcess
}

// Errors of one place each, whose words are PowerShell's.

func (f *frame) errReadOnly(name string) error {
	e := object.NewException("System.Management.Automation.SessionStateUnauthorizedAccessException", "Cannot overwrite variable %s because it is read-only or constant.", name)
	return f.place(object.NewErrorOf(e, "VariableNotWritable", object.WriteError, name))
}

func (f *frame) errTransformVariable(name string, cause error) error {
	return f.errConvertAssign(name, cause)
}

// errConvertAssign is the error of [int]$x = 'text'.
func (f *frame) errConvertAssign(name string, cause error) error {
	r := f.recordOf(cause)
	e := object.NewException("System.Management.Automation.ArgumentTransformationMetadataException", "%s", r.Exception.Message)
	e.Inner = r.Exception
	return f.place(object.NewErrorOf(e, "RuntimeException", object.MetadataError, nil))
}

func (f *frame) errValidateVariable(name string, v any, cause error) error {
	text, err := f.textOf(plain(v))
	if err != nil {
		return err
	}
	e := object.NewException("System.Management.Automation.ValidationMetadataException",
		"The variable cannot be validated because the value %s is not a valid value for the %s variable.", text, name)
	var inner *object.Exception
	if errors.As(cause, &inner) {
		e.Inner = inner
	}
	return f.place(object.NewErrorOf(e, "ValidateSetFailure", object.MetadataError, nil))
}

func (f *frame) errCollectionModified() error {
	e := object.NewException("System.InvalidOperationException", "Collection was modified; enumeration operation may not execute.")
	return f.place(object.NewErrorOf(e, "System.InvalidOperationException", object.OperationStopped, nil))
}

func (f *frame) errFileNotFound(n syntax.Node, name string, cause error) error {
	e := object.NewException("System.IO.FileNotFoundException", "Could not find file '%s'.", name)
	e.Cause = cause
	r := object.NewErrorOf(e, "FileOpenError", object.OpenError, name)
	r.Invocation = f.invocationAt(n)
	return f.place(r)
}

func (f *frame) errTypeNotFound(name string) error {
	return f.failTarget(object.InvalidOperation, "TypeNotFound", name, "Unable to find type ["+name+"].")
}

func (f *frame) errDepth() error {
	e := object.NewException("System.Management.Automation.ScriptCallDepthException", "The script failed due to call depth overflow.")
	return f.place(object.NewErrorOf(e, "CallDepthOverflow", object.InvalidOperation, int32(f.in.depth)))
}

// commandNotFound is the error for a name that no command has.
func (f *frame) commandNotFound(name string) error {
	message := "The term '" + name + "' is not recognized as a name of a cmdlet, function, script file, or executable program.\n" +
		"Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
	e := object.NewException("System.Management.Automation.CommandNotFoundException", "%s", message)
	e.Fields = object.TableOf("CommandName", name)
	r := object.NewErrorOf(e, "CommandNotFoundException", object.ObjectNotFound, name)
	if why := cmdlet.WhyMissing(f.in.session(), name); why != "" {
		r.Action = why
	} else if f.in.options.Host.Interactive() { // at the prompt, not in the logs of scripts
		if similar := f.in.similarCommands(name); len(similar) > 0 {
			r.Action = "Did you mean " + strings.Join(similar, ", ") + "?"
		}
	}
	return r
}

// similarCommands lists commands whose names are like a misspelt one.
func (in *Interp) similarCommands(name string) []string {
	var names []string
	for _, info := range in.infos {
		names = append(names, info.Name)
	}
	for s := in.current.scope; s != nil; s = s.parent {
		for _, fn := range s.functions {
			names = append(names, fn.name)
		}
	}
	slices.Sort(names)
	return cmdlet.Similar(name, names)
}

// bindingError finds the record of a failed parameter binding.
func bindingError(err error) (*cmdlet.BindError, bool) { return errors.AsType[*cmdlet.BindError](err) }
