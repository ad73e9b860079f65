package cmdlet

import (
	"fmt"
	"path/filepath"
	"strings"

	"migsh/shell/object"
)

// Breakpoint is where the debugger stops: at a line of a script, where a command is called or where a variable is used.
type Breakpoint struct {
	ID, HitCount int
	Enabled      bool
	Script       string // path; empty: anywhere, for commands and variables
	Line, Column int    // of a line breakpoint; Column 0: the line's first statement
	Command      string // pattern of names
	Variable     string // name without $
	Mode         object.Enum
	// Action runs in place of a stop, unless it says break; nil: the debugger stops.
	Action object.ScriptBlock

	shown *object.Object
}

// TypeAccessMode is how a variable is used: Read, Write or ReadWrite.
var TypeAccessMode = object.NewEnum("System.Management.Automation.VariableAccessMode", false, []string{"Read", "Write", "ReadWrite"}, nil)

// The modes of variable breakpoints.
var (
	AccessRead      = object.Enum{Type: TypeAccessMode, Value: 0}
	AccessWrite     = object.Enum{Type: TypeAccessMode, Value: 1}
	AccessReadWrite = object.Enum{Type: TypeAccessMode, Value: 2}
)

var (
	typeBreakpoint         = declareBreakpoint("Breakpoint", object.TypeObject)
	typeLineBreakpoint     = declareBreakpoint("LineBreakpoint", typeBreakpoint)
	typeCommandBreakpoint  = declareBreakpoint("CommandBreakpoint", typeBreakpoint)
	typeVariableBreakpoint = declareBreakpoint("VariableBreakpoint", typeBreakpoint)
)

func declareBreakpoint(name string, base *object.Type) *object.Type {
	t := object.Declare(&object.Type{
		Name: "System.Management.Automation." + name, Base: base,
		ToString: func(v any) string {
			if b, ok := BreakpointOf(v); ok {
				return b.String()
			}
			return ""
		},
	})
	if base == object.TypeObject { // one view for all kinds
		t.Views = object.Views{Table: []object.Column{
			{Header: "ID", Property: "Id", Width: 4, Right: true}, {Header: "Script", Value: scriptName}, {Property: "Line", Width: 4, Right: true},
			{Property: "Command"}, {Property: "Variable"}, {Property: "Action"},
		}}
	}
	object.Extend(t, func(t *object.Type) {
		get := func(name string, of *object.Type, value func(b *Breakpoint) any) {
			t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Type: of, Get: func(recv any) (any, error) {
				if b, ok := BreakpointOf(recv); ok {
					return value(b), nil
				}
				return nil, nil
			}})
		}
		switch name {
		case "LineBreakpoint":
			get("Column", object.TypeInt32, func(b *Breakpoint) any { return int32(b.Column) })
			get("Line", object.TypeInt32, func(b *Breakpoint) any { return int32(b.Line) })
		case "CommandBreakpoint":
			get("Command", object.TypeString, func(b *Breakpoint) any { return b.Command })
		case "VariableBreakpoint":
			get("AccessMode", TypeAccessMode, func(b *Breakpoint) any { return b.Mode })
			get("Variable", object.TypeString, func(b *Breakpoint) any { return b.Variable })
		default:
			get("Action", object.TypeScriptBlock, func(b *Breakpoint) any {
				if b.Action == nil {
					return nil
				}
				return b.Action
			})
			get("Enabled", object.TypeBoolean, func(b *Breakpoint) any { return b.Enabled })
			get("HitCount", object.TypeInt32, func(b *Breakpoint) any { return int32(b.HitCount) })
			get("Id", object.TypeInt32, func(b *Breakpoint) any { return int32(b.ID) })
			get("Script", object.TypeString, func(b *Breakpoint) any {
				if b.Script == "" {
					return nil
				}
				return b.Script
			})
		}
	})
	return t
}

// scriptName is the file's name of a breakpoint's script.
func scriptName(v any) any {
	if b, ok := BreakpointOf(v); ok && b.Script != "" {
		return filepath.Base(b.Script)
	}
	return nil
}

// Object is the breakpoint as scripts see it, always the same one.
func (b *Breakpoint) Object() *object.Object {
	if b.shown == nil {
		t := typeLineBreakpoint
		switch {
		case b.Command != "":
			t = typeCommandBreakpoint
		case b.Variable != "":
			t = typeVariableBreakpoint
		}
		b.shown = object.Instance(t, b)
	}
	return b.shown
}

// BreakpointOf is the breakpoint behind a value of a script.
func BreakpointOf(v any) (*Breakpoint, bool) {
	if o, ok := v.(*object.Object); ok {
		v = o.Base
	}
	b, ok := v.(*Breakpoint)
	return b, ok
}

// String is what the debugger says of a breakpoint that was hit.
func (b *Breakpoint) String() string {
	at := ""
	if b.Script != "" {
		at = b.Script + ":"
	}
	switch {
	case b.Command != "":
		return fmt.Sprintf("Command breakpoint on '%s%s'", at, b.Command)
	case b.Variable != "":
		return fmt.Sprintf("Variable breakpoint on '%s$%s' (%s access)", at, b.Variable, b.Mode)
	case b.Column > 0:
		return fmt.Sprintf("Statement breakpoint on '%s:%d, %d'", b.Script, b.Line, b.Column)
	}
	return fmt.Sprintf("Line breakpoint on '%s:%d'", b.Script, b.Line)
}

// CallFrame is one call of those that led to where a script is.
type CallFrame struct {
	Command, Function string
	Invocation        *object.InvocationInfo
	// Position is where the call's own code is.
	Position *object.InvocationInfo
}

// TypeCallFrame is the type of what Get-PSCallStack lists.
var TypeCallFrame = object.Declare(&object.Type{
	Name: "System.Management.Automation.CallStackFrame", Base: object.TypeObject,
	ToString: func(v any) string {
		if f, ok := callFrameOf(v); ok {
			return f.String()
		}
		return ""
	},
	Views: object.Views{Table: []object.Column{{Property: "Command"}, {Property: "Arguments"}, {Property: "Location"}}},
})

func init() {
	object.Extend(TypeCallFrame, func(t *object.Type) {
		get := func(name string, of *object.Type, value func(f *CallFrame) any) {
			t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Type: of, Get: func(recv any) (any, error) {
				if f, ok := callFrameOf(recv); ok {
					return value(f), nil
				}
				return nil, nil
			}})
		}
		get("ScriptName", object.TypeString, func(f *CallFrame) any {
			if f.Position.File == "" {
				return nil
			}
			return f.Position.File
		})
		get("ScriptLineNumber", object.TypeInt32, func(f *CallFrame) any { return int32(f.Position.LineNumber) })
		get("InvocationInfo", object.TypeInvocation, func(f *CallFrame) any { return f.Invocation })
		get("FunctionName", object.TypeString, func(f *CallFrame) any { return f.Function })
		get("Command", object.TypeString, func(f *CallFrame) any { return f.Command })
		get("Location", object.TypeString, func(f *CallFrame) any { return f.Location() })
		get("Arguments", object.TypeString, func(f *CallFrame) any { return f.Arguments() })
	})
}

func callFrameOf(v any) (*CallFrame, bool) {
	if o, ok := v.(*object.Object); ok {
		v = o.Base
	}
	f, ok := v.(*CallFrame)
	return f, ok
}

// Location is the file's name and the line, "<No file>" for what was typed.
func (f *CallFrame) Location() string {
	if f.Position.File == "" {
		return "<No file>"
	}
	return fmt.Sprintf("%s: line %d", filepath.Base(f.Position.File), f.Position.LineNumber)
}

// Arguments are the call's, as {Name=value, value}.
func (f *CallFrame) Arguments() string {
	var parts []string
	if f.Invocation.BoundParameters != nil {
		for k, v := range f.Invocation.BoundParameters.All() {
			parts = append(parts, object.ToString(k)+"="+object.ToString(v))
		}
	}
	for _, v := range f.Invocation.UnboundArguments {
		text := "$null"
		if v != nil {
			text = object.ToString(v)
		}
		parts = append(parts, text)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// String is the frame's line in a stack trace.
func (f *CallFrame) String() string {
	file := f.Position.File
	if file == "" {
		file = "<No file>"
	}
	return fmt.Sprintf("at %s, %s: line %d", f.Function, file, f.Position.LineNumber)
}

// Debugging is the part of a session that watches scripts run.
type Debugging interface {
	// Breakpoints lists the breakpoints in the order that they were set in.
	Breakpoints() []*Breakpoint
	// SetBreakpoint adds a breakpoint and numbers it, or takes note that one has changed.
	SetBreakpoint(b *Breakpoint) error
	// RemoveBreakpoint takes a breakpoint away.
	RemoveBreakpoint(b *Breakpoint)
	// CallStack lists the calls that led here, the innermost first.
	CallStack() []*CallFrame
	// Break stops in the debugger.
	Break() error
	// Trace sets what is told of each statement: nothing at level 0, its line at 1, what it assigns and calls too at 2. With step
	// each statement is asked about.
	Trace(level int, step bool)
	// TraceLevel is the level that Trace has set.
	TraceLevel() int
}
