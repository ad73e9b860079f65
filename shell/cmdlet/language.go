package cmdlet

import (
	"context"

	"migsh/shell/object"
)

// Block is a script block as cmdlets of the language run it. The interpreter's script blocks are all Blocks.
type Block interface {
	object.ScriptBlock
	// Run runs the block in the caller's scope with $_ set, and hands over what it puts out, one object at a time.
	Run(under any, write func(v any) error) error
	// Invoke runs the block as the call operator does.
	Invoke(i Invocation, write func(v any) error) error
}

// Invocation is how a block is called.
type Invocation struct {
	Arguments []any
	Input     []any // of the pipeline, where Piped tells that there is one
	Piped     bool
	InCaller  bool // in the caller's scope, not in one of its own
}

// HostMessage is what Write-Host says: given to [Out.Information], it is shown whatever the preference.
type HostMessage struct {
	Text                   string
	Foreground, Background string // PowerShell's names of colours, or ""
	NoNewline              bool
}

// Variable is a variable as the variable cmdlets see it.
type Variable struct {
	Name, Description                     string
	Value                                 any
	ReadOnly, Constant, Private, AllScope bool
	Visibility                            string
	Type                                  *object.Type // conversion that assignments undergo; nil: none
}

// Alias is a further name of a command.
type Alias struct {
	Name, Definition, Description string
	ReadOnly, Constant            bool
}

// Function is a function as the Function: drive shows it.
type Function struct {
	Name   string
	Block  object.ScriptBlock
	Filter bool
	Module string
}

// Language is what cmdlets that are part of the language ask of the interpreter. A scope is "", "local", "script", "global"
// or a number of levels up.
type Language interface {
	// Variables lists the variables of a scope, or with an empty scope all that are visible, sorted by name.
	Variables(scope string) ([]Variable, error)
	// DefineVariable makes or replaces a variable with its options; force overrides read-only.
	DefineVariable(v Variable, scope string, force bool) error
	// RemoveVariable takes a variable away.
	RemoveVariable(name, scope string, force bool) error

	Aliases() []Alias
	SetAlias(a Alias, scope string, force bool) error
	RemoveAlias(name string, force bool) error

	// TypeNamed finds a type as scripts name it, those among them that a script has defined.
	TypeNamed(name string) (*object.Type, bool)

	// TypeData is the session's type data, and how values look with it.
	TypeData() *object.TypeTable

	Functions() []Function
	SetFunction(name, scope string, body object.ScriptBlock) error
	RemoveFunction(name string) error

	// SetStrictMode sets the level of a scope: 0 is off, 1 to 3 as Set-StrictMode's versions.
	SetStrictMode(level int, scope string) error
	// NewBlock makes a script block of text.
	NewBlock(text string) (object.ScriptBlock, error)
	// Describe is a command as an object with Name, CommandType, Parameters and so on; nil when there is none. An alias is
	// described as such. A function's dynamic parameters are those for the arguments.
	Describe(name string, args ...any) any
	// DescribeKind is the command of that name and kind, even where another hides it; nil when there is none.
	DescribeKind(name string, kind Kind) (*Info, any)
	// Show shows an object as the end of a pipeline does.
	Show(v any) error
	// Resolve makes a path absolute, starting from Location; ~ is the home directory.
	Resolve(path string) string
	// ImportModule runs a script module's file and brings its exports into the caller's session.
	ImportModule(ctx context.Context, path string, o ImportOptions) (any, error)
	// NewModule runs a script block as a module and, if asked, brings its exports into the caller's session. What the block
	// puts out goes to write.
	NewModule(ctx context.Context, name string, body object.ScriptBlock, o ImportOptions, bring bool, write func(v any) error) (any, error)
	// Modules lists the modules that are loaded, as objects; with all those too that modules have loaded for themselves.
	Modules(all bool) []any
	// AvailableModules describes the modules along $env:PSModulePath without loading them; with all also every further file of a
	// module in their directories.
	AvailableModules(all bool) []any
	// TestManifest reads a module manifest, checks what it names and describes the module.
	TestManifest(ctx context.Context, path string) (any, error)
	// DataFile reads a table from a file in PowerShell's language for data (.psd1).
	DataFile(path string) (*object.Hashtable, error)
	// RemoveModule unloads a module; false when there is none of that name or path.
	RemoveModule(name string) (bool, error)
	// ExportMembers says what the module that runs exports.
	ExportMembers(functions, variables, aliases []string) error
	// Errors is $Error's list.
	Errors() *object.List
}

// ImportOptions are those of Import-Module.
type ImportOptions struct {
	Force, Global bool
	Local         bool // into the scope that calls
	// The versions that will do, as texts; empty: any. GUID is the module's, where it matters.
	MinimumVersion, MaximumVersion, RequiredVersion, GUID string
	Prefix                                                string
	Functions, Variables, Aliases                         []string // what to import; nil: everything exported
	Arguments                                             []any
}
