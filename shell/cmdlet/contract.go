package cmdlet

import (
	"context"
	"errors"
	"io"

	"migsh/shell/object"
)

// Cmdlet is the part that every compiled cmdlet has. Process runs once for each object of the pipeline, after the fields bound from it
// have been set; a cmdlet at the head of a pipeline is called once with in == NoInput.
//
// An error that Process returns ends the command (a terminating error) unless it is [ErrStopped]; non-terminating errors go
// through out.Error. ctx is cancelled by Ctrl-C.
type Cmdlet interface {
	Process(ctx context.Context, in any, out Out) error
}

// Beginner is a cmdlet with something to do before the first object.
type Beginner interface {
	Begin(ctx context.Context, out Out) error
}

// Ender is a cmdlet with something to do after the last object.
type Ender interface {
	End(ctx context.Context, out Out) error
}

// Closer is a cmdlet that holds something, such as running work. Close is called once when its pipeline ends, whatever happened.
type Closer interface {
	Close() error
}

// NoInput is what Process gets when nothing was piped in.
var NoInput any = noInput{}

type noInput struct{}

// ErrStopped is what Out's methods return once a later command has stopped the pipeline (Select-Object -First). A cmdlet passes it on.
var ErrStopped = errors.New("the pipeline has been stopped")

// Out is what a running command talks to. Only the pipeline's goroutine may call it.
type Out interface {
	// Write sends one object down the pipeline; collections are sent whole, see [Out.WriteEach].
	Write(v any) error
	// WriteEach sends a collection's elements one by one.
	WriteEach(v any) error
	// Error writes a non-terminating error, as -ErrorAction says; what it returns ends the command.
	Error(r *object.ErrorRecord) error
	Warning(text string) error
	Verbose(text string) error
	Debug(text string) error
	Information(v any, tags ...string) error
	Progress(p Progress) error
	// ShouldProcess answers whether to go on, after -WhatIf and -Confirm: "Performing the operation "action" on target "target"."
	ShouldProcess(target, action string) (bool, error)
	// ShouldContinue always asks, unless yes-to-all was given before.
	ShouldContinue(query, caption string) (bool, error)
	// Bound tells whether the caller gave the parameter.
	Bound(parameter string) bool
	// Parameters are the bound parameters by name, as $PSBoundParameters.
	Parameters() *object.Hashtable
	ParameterSet() string
	Invocation() *object.InvocationInfo
	Session() Session
}

// Progress is one record of Write-Progress.
type Progress struct {
	ID, ParentID     int // ParentID -1: none
	Activity, Status string
	Operation        string
	Percent          int // -1: unknown
	SecondsRemaining int // -1: unknown
	Completed        bool
}

// Session is what a cmdlet may ask of the shell that it runs in.
type Session interface {
	// Variable reads a variable of the caller's scope chain; scope is "", "global", "script", "local" or a number.
	Variable(name, scope string) (any, bool)
	SetVariable(name, scope string, v any) error
	// Command finds a command by name, through aliases.
	Command(name string) (*Info, bool)
	// Commands lists all commands, sorted by name.
	Commands() []*Info
	// Location is the current directory; paths of cmdlets are relative to it.
	Location() string
	SetLocation(path string) error
	Host() Host
	// Transcribe copies all that the session shows to a writer from now on; nil ends that.
	Transcribe(to io.Writer) error
	// Keep returns what was kept under key, made by make at first: the state of cmdlets that lives as long as the session.
	Keep(key any, make func() any) any
	// Evaluate runs script text in the caller's scope and hands over what it puts out, as Invoke-Expression does.
	Evaluate(ctx context.Context, text string, write func(v any) error) error
	Language
	Apartness
	Debugging
}

// Host is the world outside: terminal or files.
type Host interface {
	// Interactive is false with -NonInteractive; prompts then fail.
	Interactive() bool
	// Width of the output in columns.
	Width() int
	ReadLine(ctx context.Context, prompt string) (string, error)
	// ReadSecret reads without showing what is typed; mask is shown for each character if it is not empty.
	ReadSecret(ctx context.Context, prompt, mask string) (string, error)
	// Choose asks one of choices ("&Yes" marks the key) and returns its index.
	Choose(ctx context.Context, caption, message string, choices []Choice, def int) (int, error)
	// WriteHost shows text at once, with colours by PowerShell's names or "".
	WriteHost(text, foreground, background string, newline bool)
}

// Choice is one answer to a prompt.
type Choice struct{ Label, Help string }
