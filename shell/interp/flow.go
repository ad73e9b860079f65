package interp

import (
	"strings"
)

// A flow is a jump on its way to where it lands: it travels as an error.
type flow struct {
	kind  flowKind
	label string
	code  int // of exit
}

type flowKind uint8

const (
	flowBreak flowKind = iota
	flowContinue
	flowReturn
	flowExit
	flowStop // the pipeline was stopped by a later command
)

func (f *flow) Error() string {
	switch f.kind {
	case flowBreak:
		return "break " + f.label
	case flowContinue:
		return "continue " + f.label
	case flowReturn:
		return "return"
	case flowExit:
		return "exit"
	}
	return "the pipeline has been stopped"
}

// The jumps that carry nothing are made once.
var (
	breakHere    = &flow{kind: flowBreak}
	continueHere = &flow{kind: flowContinue}
	returnHere   = &flow{kind: flowReturn}
)

// landed tells what a loop with a label does about the error that its body ended with.
type landed uint8

const (
	goesOn  landed = iota // it is not for this loop
	breaks                // leave the loop
	repeats               // next round
)

func (f *flow) landsAt(label string) landed {
	if f.kind > flowContinue || f.label != "" && !strings.EqualFold(f.label, label) {
		return goesOn
	}
	if f.kind == flowBreak {
		return breaks
	}
	return repeats
}

// loopEnd sorts the outcome of a loop's body: done means that the loop ends with err.
func loopEnd(err error, label string) (done bool, out error) {
	if f, ok := err.(*flow); ok {
		switch f.landsAt(label) {
		case breaks:
			return true, nil
		case repeats:
			return false, nil
		}
	}
	return true, err
}
