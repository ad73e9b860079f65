package interp

import (
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// action is an ActionPreference.
type action uint8

const (
	actionSilently action = iota
	actionStop
	actionContinue
	actionInquire
	actionIgnore
	actionSuspend
	actionBreak
)

// actionOf reads a preference's value: its name, number or enum.
func actionOf(v any, otherwise action) action {
	switch x := object.Base(v).(type) {
	case object.Enum:
		return action(x.Value)
	case int32:
		return action(x)
	case string:
		switch strings.ToLower(x) {
		case "silentlycontinue", "0":
			return actionSilently
		case "stop", "1":
			return actionStop
		case "continue", "2":
			return actionContinue
		case "inquire", "3":
			return actionInquire
		case "ignore", "4":
			return actionIgnore
		case "suspend", "5":
			return actionSuspend
		case "break", "6":
			return actionBreak
		}
	}
	return otherwise
}

// preference reads a preference variable as the frame sees it.
func (f *frame) preference(name symbol, otherwise action) action {
	v := f.scope.lookup(name)
	if v == nil {
		return otherwise
	}
	switch a := actionOf(v.get(), otherwise); a {
	case actionSuspend, actionBreak:
		f.unsupportedAction(v, name)
		return otherwise
	default:
		return a
	}
}

// unsupportedAction warns, once for each variable, that there are no workflows to suspend, and errors do not break into the debugger.
func (f *frame) unsupportedAction(v *variable, name symbol) {
	if f.in.warned == nil {
		f.in.warned = map[*variable]bool{}
	}
	if f.in.warned[v] {
		return
	}
	f.in.warned[v] = true
	text := "The value " + object.ToString(v.get()) + " of $" + f.in.symbols.names[name] + " is not supported: there are no workflows to suspend, and errors do not break into the debugger. " +
		"The default is used; set the variable to SilentlyContinue, Stop, Continue, Inquire or Ignore."
	// The warning is not worth failing for: what it speaks of goes on.
	_ = f.streams.write(syntax.StreamWarning, newRecord(warningRecord, text, nil))
}

// flag reads a variable that is true or false, such as $WhatIfPreference.
func (f *frame) flag(name symbol) bool {
	v := f.scope.lookup(name)
	return v != nil && object.IsTrue(v.get())
}

// nonTerminating writes an error that lets its command go on, unless the preference says otherwise; given is the command's
// -ErrorAction, empty where there is none. What it returns ends the command.
func (f *frame) nonTerminating(r *object.ErrorRecord, given string) error {
	a := actionContinue
	if given != "" {
		a = actionOf(given, a)
	} else {
		a = f.preference(f.in.known.errorAction, a)
	}
	switch a {
	case actionIgnore:
		return nil
	case actionSilently:
		f.in.remember(r)
		for s := f.streams; s != nil; s = s.parent {
			if l := s.variables[syntax.StreamError]; l != nil {
				l.Add(r)
			}
		}
		return nil
	case actionStop:
		for s := f.streams; s != nil; s = s.parent {
			if l := s.variables[syntax.StreamError]; l != nil {
				l.Add(r)
			}
		}
		return &raised{record: r, stop: true}
	case actionInquire:
		ok, err := f.in.inquire(r.Error())
		if err != nil {
			return err
		}
		if !ok {
			return &raised{record: r, stop: true}
		}
	}
	f.in.remember(r)
	return f.streams.write(syntax.StreamError, r)
}

// stream writes a warning, verbose or debug record as its preference says. given is the command's own parameter.
func (f *frame) stream(kind syntax.Stream, name symbol, given string, record any, text string) error {
	otherwise := actionSilently
	if kind == syntax.StreamWarning {
		otherwise = actionContinue
	}
	a := otherwise
	if given != "" {
		a = actionOf(given, otherwise)
	} else {
		a = f.preference(name, otherwise)
	}
	switch a {
	case actionSilently:
		if kind == syntax.StreamInformation && f.streams.led(kind) {
			return f.streams.write(kind, record) // the preference is about showing it
		}
		for s := f.streams; s != nil; s = s.parent {
			if l := s.variables[kind]; l != nil {
				l.Add(record)
			}
		}
		return nil
	case actionIgnore:
		return nil
	case actionInquire:
		ok, err := f.in.inquire(text)
		if err != nil {
			return err
		}
		if !ok {
			return f.stopped(name, text)
		}
		return nil
	}
	if err := f.streams.write(kind, record); err != nil {
		return err
	}
	if a == actionStop {
		return f.stopped(name, text)
	}
	return nil
}

// stopped is the error of a message whose preference is Stop.
func (f *frame) stopped(name symbol, text string) error {
	e := object.NewException("System.Management.Automation.ActionPreferenceStopException",
		"%s", "The running command stopped because the preference variable \""+f.in.symbols.names[name]+"\" or common parameter is set to Stop: "+text)
	return &raised{record: f.place(object.NewErrorOf(e, "ActionPreferenceStop", object.OperationStopped, nil)), stop: true}
}
