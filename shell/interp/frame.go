package interp

import (
	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// A sink takes the objects that a running piece of script puts out.
type sink interface {
	write(v any) error
}

// A frame is one activation of compiled code: of a script, function or script block. Several frames may share a scope.
type frame struct {
	in      *Interp
	scope   *scope
	vars    []variable // scope.vars where the code was compiled for the scope's layout
	code    *code
	out     sink
	streams *streams
	at      syntax.Node // the statement, or command, that runs
	prev    *frame      // the frame below in the same scope
	caller  *frame      // who called, for $MyInvocation and the stack trace

	under    any // $_
	hasUnder bool

	call *call // of the nearest function, script or script block; nil in plain text
}

// A call is what is known of one invocation of a function, script or script block.
type call struct {
	block   *block
	name    string // as called
	fn      *function
	args    []any // $args
	input   *inputs
	binding *cmdlet.Binding
	bound   *object.Hashtable // $PSBoundParameters, made when asked for
	info    *object.InvocationInfo
	at      syntax.Node // the command that called
	stage   *functionStage
	// position in the pipeline
	length, position int
	this             any
	hasThis          bool
	returned         any // by a method of a class
}

// push makes f the innermost frame of its scope; pop takes it away.
func (f *frame) push() {
	f.prev = f.scope.top
	f.scope.top = f
}

func (f *frame) pop() { f.scope.top = f.prev }

// unroll writes a value as PowerShell's pipelines do: the elements of a collection one by one, nothing for no value.
func unroll(v any, to sink) error {
	switch x := v.(type) {
	case *object.Array:
		for i := 0; i < len(x.Items); i++ {
			if err := to.write(x.Items[i]); err != nil {
				return err
			}
		}
		return nil
	case *object.List:
		for i := 0; i < len(x.Items); i++ {
			if err := to.write(x.Items[i]); err != nil {
				return err
			}
		}
		return nil
	case *none:
		return nil
	case string, int32, int64, float64, bool, nil, *object.Hashtable:
		return to.write(v)
	}
	return unrollOther(v, to)
}

func unrollOther(v any, to sink) error {
	items, ok := object.Enumerate(v)
	if !ok {
		return to.write(v)
	}
	for item := range items {
		if err := to.write(item); err != nil {
			return err
		}
	}
	return nil
}

// collector is a sink that keeps what is written.
type collector struct{ items []any }

func (c *collector) write(v any) error {
	c.items = append(c.items, v)
	return nil
}

// value is what a captured pipeline is worth: nothing, its one object, or an array.
func (c *collector) value() any {
	switch len(c.items) {
	case 0:
		return nothing
	case 1:
		return c.items[0]
	}
	return &object.Array{Items: c.items}
}

// discard is a sink that drops what is written.
type discard struct{}

func (discard) write(any) error { return nil }

// sinkFunc is a function as a sink.
type sinkFunc func(v any) error

func (s sinkFunc) write(v any) error { return s(v) }

// capture runs a piece of code with its output collected.
func (f *frame) capture(run func(*frame) error) (*collector, error) {
	c := &collector{}
	saved := f.out
	f.out = c
	err := run(f)
	f.out = saved
	if j, ok := err.(*flow); ok && j.kind == flowReturn { // return inside a value leaves the function, with what it gave
		for _, v := range c.items {
			if err := saved.write(v); err != nil {
				return c, err
			}
		}
	}
	return c, err
}
