package interp

import (
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// asking remembers the answers "Yes to All" and "No to All" of one command.
type asking struct {
	all, none                 bool
	continueAll, continueNone bool
}

// shouldProcess decides whether a command acts, by -WhatIf, -Confirm and the preferences.
func (f *frame) shouldProcess(a *asking, c cmdlet.Common, impact cmdlet.Impact, target, action string) (bool, error) {
	text := "Performing the operation \"" + action + "\" on target \"" + target + "\"."
	return f.shouldProcessText(a, c, impact, text, "", text)
}

// shouldProcessText is ShouldProcess with its own words: what would be done, the question and its caption.
func (f *frame) shouldProcessText(a *asking, c cmdlet.Common, impact cmdlet.Impact, description, caption, query string) (bool, error) {
	whatIf := f.flag(f.in.known.whatIf)
	if c.WhatIf != nil {
		whatIf = *c.WhatIf
	}
	if whatIf {
		f.in.options.Host.WriteHost("What if: "+description, "", "", true)
		return false, nil
	}
	confirm := false
	if c.Confirm != nil {
		confirm = *c.Confirm
	} else {
		confirm = impact >= f.confirmPreference() && impact > cmdlet.ImpactNone
	}
	if a.none {
		return false, nil
	}
	if !confirm || a.all {
		verbose := ""
		if c.Verbose != nil {
			verbose = switched(c.Verbose)
		}
		if err := f.stream(streamVerbose, f.in.known.verbose, verbose, newRecord(verboseRecord, description, nil), description); err != nil {
			return false, err
		}
		return true, nil
	}
	if caption == "" {
		caption = "Confirm"
		query = "Are you sure you want to perform this action?\n" + query
	}
	answer, err := f.in.choose(caption, query)
	if err != nil {
		return false, err
	}
	switch answer {
	case answerYesAll:
		a.all = true
	case answerNoAll:
		a.none = true
	}
	return answer == answerYes || answer == answerYesAll, nil
}

// confirmPreference is $ConfirmPreference as an impact; None never asks.
func (f *frame) confirmPreference() cmdlet.Impact {
	v := f.scope.lookup(f.in.known.confirm)
	if v == nil {
		return cmdlet.ImpactHigh
	}
	switch strings.ToLower(object.ToString(v.get())) {
	case "none":
		return cmdlet.ImpactHigh + 1
	case "low":
		return cmdlet.ImpactLow
	case "medium":
		return cmdlet.ImpactMedium
	}
	return cmdlet.ImpactHigh
}

func (f *frame) shouldContinue(a *asking, query, caption string) (bool, error) {
	if a.continueAll || a.continueNone {
		return a.continueAll, nil
	}
	answer, err := f.in.choose(caption, query)
	if err != nil {
		return false, err
	}
	a.continueAll, a.continueNone = answer == answerYesAll, answer == answerNoAll
	return answer == answerYes || answer == answerYesAll, nil
}

// The answers to a question whether to go on.
const (
	answerYes = iota
	answerYesAll
	answerNo
	answerNoAll
	answerSuspend
)

// errNonInteractive is what prompts fail with under -NonInteractive.
func errNonInteractive() error {
	e := object.NewException("System.Management.Automation.Host.HostException", "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.")
	return object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
}

func (in *Interp) choose(caption, query string) (int, error) {
	if !in.options.Host.Interactive() {
		return 0, errNonInteractive()
	}
	answer, err := in.options.Host.Choose(in.ctx, caption, query, []cmdlet.Choice{
		{Label: "&Yes", Help: "Continue with only the next step of the operation."},
		{Label: "Yes to &All", Help: "Continue with all the steps of the operation."},
		{Label: "&No", Help: "Skip this operation and proceed with the next operation."},
		{Label: "No to A&ll", Help: "Skip this operation and all subsequent operations."},
	}, answerYes)
	if in.cancelled(err) {
		err = errInterrupted
	}
	return answer, err
}

// inquire asks after a message whose preference is Inquire whether to go on.
func (in *Interp) inquire(text string) (bool, error) {
	answer, err := in.choose("Confirm", text+"\nContinue with this operation?")
	return answer == answerYes || answer == answerYesAll, err
}

// promptFor asks for the mandatory parameters that a command lacks.
func (f *frame) promptFor(info *cmdlet.Info) func(missing []*cmdlet.Parameter) (map[string]any, error) {
	if !f.in.options.Host.Interactive() {
		return nil
	}
	return func(missing []*cmdlet.Parameter) (map[string]any, error) {
		h := f.in.options.Host
		h.WriteHost("", "", "", true)
		h.WriteHost("cmdlet "+info.Name+" at command pipeline position 1", "", "", true)
		h.WriteHost("Supply values for the following parameters:", "", "", true)
		answers := map[string]any{}
		for _, p := range missing {
			v, err := f.in.promptParameter(p)
			if f.in.cancelled(err) {
				err = errInterrupted
			}
			if err != nil {
				return nil, err
			}
			answers[p.Name] = v
		}
		return answers, nil
	}
}

// promptParameter asks for one parameter; a collection is asked element by element until an empty line.
func (in *Interp) promptParameter(p *cmdlet.Parameter) (any, error) {
	h := in.options.Host
	if p.Type != nil && p.Type.Elem != nil {
		var items []any
		for {
			line, err := h.ReadLine(in.ctx, p.Name+"["+object.ToString(int32(len(items)))+"]: ")
			if err != nil {
				return nil, err
			}
			if line == "" {
				return object.NewArray(items...), nil
			}
			items = append(items, line)
		}
	}
	if p.Type != nil && p.Type.Name == "System.Security.SecureString" {
		return h.ReadSecret(in.ctx, p.Name+": ", "*")
	}
	return h.ReadLine(in.ctx, p.Name+": ")
}

// defaultFits tells whether a key of $PSDefaultParameterValues, "Command:Parameter" with wildcards, means a parameter.
func defaultFits(key, command, parameter string) bool {
	i := strings.LastIndexByte(key, ':')
	if i < 0 {
		return false
	}
	fits := func(pattern, name string) bool {
		w, err := object.NewWildcard(strings.Trim(pattern, `'" `), true)
		return err == nil && w.Match(name)
	}
	return fits(key[:i], command) && fits(key[i+1:], parameter)
}
