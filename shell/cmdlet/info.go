package cmdlet

import (
	"slices"
	"sync/atomic"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// Kind says what sort of command it is, as CommandType names it.
type Kind string

// The kinds of commands.
const (
	KindCmdlet         Kind = "Cmdlet"
	KindFunction       Kind = "Function"
	KindFilter         Kind = "Filter"
	KindAlias          Kind = "Alias"
	KindExternalScript Kind = "ExternalScript"
	KindScriptBlock    Kind = "Script"
	KindApplication    Kind = "Application"
)

// Info is all that is known of a command without running it.
type Info struct {
	Name       string // "Get-Item"
	Kind       Kind
	Module     string // "Microsoft.PowerShell.Management", "Migration" ...
	Aliases    []string
	Synopsis   string // first line of help
	Parameters []*Parameter
	DefaultSet string // empty: __AllParameterSets
	// Advanced commands have the common parameters; simple functions do not, and take surplus arguments as $args.
	Advanced bool
	// ShouldProcess gives the command -WhatIf and -Confirm.
	ShouldProcess bool
	ConfirmImpact Impact
	// Paging gives the command -First, -Skip and -IncludeTotalCount.
	Paging bool
	// HelpURI is where the help of a function is on the web.
	HelpURI string
	// Remoting is how the command works on other machines, by the names of RemotingCapability; empty: PowerShell, as for most.
	Remoting string
	// Extend gives the declaration with the parameters that a dynamicparam block makes for arguments; nil where there is none.
	Extend func(args []Arg) *Info
	// NoPositional is [CmdletBinding(PositionalBinding=$false)].
	NoPositional bool
	// ErrorName ends FullyQualifiedErrorId: the .NET class for cmdlets ("Microsoft.PowerShell.Commands.GetItemCommand"), the name for functions.
	ErrorName   string
	OutputTypes []string
	// New makes an instance of a compiled cmdlet, a pointer to its parameter struct.
	New func() Cmdlet
	// Help is the text of the command's help file, Markdown in PowerShell's layout; empty where there is none.
	Help string
	// Comments reads the help in a function's or script's comments; nil for compiled cmdlets.
	Comments func() *syntax.CommentHelp
	// Command is the interpreter's own handle of a function or script.
	Command any

	derived atomic.Pointer[schema]
}

// With is the declaration with further parameters.
func (info *Info) With(added []*Parameter) *Info {
	return &Info{
		Name: info.Name, Kind: info.Kind, Module: info.Module, Aliases: info.Aliases, Synopsis: info.Synopsis, Parameters: slices.Concat(info.Parameters, added),
		DefaultSet: info.DefaultSet, Advanced: info.Advanced, ShouldProcess: info.ShouldProcess, ConfirmImpact: info.ConfirmImpact, Paging: info.Paging,
		HelpURI: info.HelpURI, Remoting: info.Remoting, Extend: info.Extend, NoPositional: info.NoPositional, ErrorName: info.ErrorName, OutputTypes: info.OutputTypes,
		New: info.New, Help: info.Help, Comments: info.Comments, Command: info.Command,
	}
}

// Impact is ConfirmImpact.
type Impact int

// Levels of ConfirmImpact; a command prompts when its level reaches $ConfirmPreference.
const (
	ImpactNone Impact = iota
	ImpactLow
	ImpactMedium
	ImpactHigh
)

// AllSets names the set that a parameter belongs to when it names none.
const AllSets = "__AllParameterSets"

// Parameter is one declared parameter.
type Parameter struct {
	Name    string
	Aliases []string
	Type    *object.Type // nil: Object
	// TypeName is the .NET type's full name where the object model has no such type ("System.Text.Encoding"); empty: Type's.
	TypeName   string
	Switch     bool
	Sets       []ParameterSet // never empty; Name == AllSets for one that belongs to all
	Validators []Validator
	// Transform runs before conversion, such as [Credential()].
	Transform func(v any) (any, error)
	Help      string
	// Completer names the value completer ("endpoint", "batch", "file" ...); ValidateSet and enum types complete by themselves.
	Completer string
	// Values is a fixed set offered by completion without being enforced.
	Values []string
	// DefaultText is shown by help; the default itself is the field's value in New's struct, or the function's expression.
	DefaultText string
	// DontShow keeps the parameter from completion and help, Hidden from the syntax too.
	DontShow, Hidden bool
	// Obsolete is what [Obsolete()] tells the parameter's users; nil where there is none.
	Obsolete *string
	// CompleteWith is what [ArgumentCompleter()] names; nil where there is none.
	CompleteWith ArgumentCompleter
	// Attributes are those of a function's parameter, as objects; nil for compiled cmdlets.
	Attributes []any
	// AllowNull, AllowEmptyString and AllowEmptyCollection lift the checks on mandatory parameters.
	AllowNull, AllowEmptyString, AllowEmptyCollection bool
	SupportsWildcards                                 bool
	// Dynamic parameters come from a provider: they are shown after all others.
	Dynamic bool

	field []int // where a compiled cmdlet keeps it
	Index int   // place among Info.Parameters
}

// FullTypeName is the name of the parameter's .NET type, "System.String[]".
func (p *Parameter) FullTypeName() string {
	switch {
	case p.TypeName != "":
		return p.TypeName
	case p.Type == nil:
		return object.TypeObject.Name
	}
	return p.Type.Name
}

// ParameterSet is a parameter's role in one parameter set.
type ParameterSet struct {
	Name           string
	Mandatory      bool
	Position       int // -1: by name only
	Pipeline       bool
	PipelineByName bool
	Remaining      bool // ValueFromRemainingArguments
	HelpMessage    string
}

// Validator checks a converted value. Its error message is PowerShell's text after "Cannot validate argument on parameter 'X'. ".
type Validator interface {
	Validate(v any) error
}
