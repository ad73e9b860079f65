package interp

import (
	"errors"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
)

// A dynamicParameter is a parameter that a function's dynamicparam block has made, with the object that gets its value.
type dynamicParameter struct {
	*cmdlet.Parameter
	object *dotnet.RuntimeParameter
}

// hasDynamic tells whether calls run the dynamicparam block: only those of advanced functions do.
func (b *block) hasDynamic(info *cmdlet.Info) bool { return info.Advanced && b.ast.DynamicParam != nil }

// errDescribed ends a binding that was only made to learn the dynamic parameters.
var errDescribed = errors.New("described")

// dynamicParameters runs the dynamicparam block, which sees the parameters that have been bound, and reads what it gives.
func (s *functionStage) dynamicParameters(binding *cmdlet.Binding) ([]*cmdlet.Parameter, error) {
	s.binding, s.call.binding = binding, binding
	info := s.fn.block.signature.info
	for i := range s.code.params {
		if v, bound := binding.Value(info.Parameters[i]); bound {
			if err := s.setParameter(i, v); err != nil {
				return nil, err
			}
		}
	}
	out, err := s.runDynamic()
	s.call.bound, s.call.info = nil, nil // what is bound from here on has to show
	if err == nil && len(out.items) > 1 {
		text := object.ToString(object.NewArray(out.items...))
		err = object.NewException("System.InvalidOperationException", "Object \"%s\" is the wrong type to return from the dynamicparam block. The dynamicparam block must return either $null, or an object with type [System.Management.Automation.RuntimeDefinedParameterDictionary].", text)
	}
	if err == nil && len(out.items) == 1 {
		err = s.readDynamic(info, out.items[0])
	}
	if err != nil {
		if !catchable(err) {
			return nil, err
		}
		return nil, s.dynamicFailed(err)
	}
	if s.parts().describing {
		return nil, errDescribed
	}
	added := make([]*cmdlet.Parameter, len(s.parts().dynamic))
	for i, d := range s.parts().dynamic {
		added[i] = d.Parameter
	}
	return added, nil
}

func (s *functionStage) runDynamic() (*collector, error) {
	out := &collector{}
	saved := s.frame.out
	s.frame.out = out
	err := s.enter(phaseBind, func() error { return s.block(s.code.dynamic) })
	s.frame.out = saved
	return out, err
}

// readDynamic reads the table of a dynamicparam block. Anything else has no parameters.
func (s *functionStage) readDynamic(info *cmdlet.Info, v any) error {
	table, ok := object.Base(v).(*object.Hashtable)
	if !ok || table.Type == nil || !table.Type.IsA(dotnet.TypeRuntimeParameters) {
		return nil
	}
	for _, v := range table.Values() {
		made, ok := dotnet.RuntimeParameterOf(v)
		if !ok { // $null
			continue
		}
		for _, p := range info.All() {
			if strings.EqualFold(p.Name, made.Name) {
				e := object.NewException("System.Management.Automation.MetadataException", "A parameter with the name '%s' was defined multiple times for the command.", made.Name)
				return object.NewErrorOf(e, "ParameterNameAlreadyExistsForCommand", object.MetadataError, nil)
			}
		}
		p := &cmdlet.Parameter{Name: made.Name, Type: made.Type, Switch: made.Type == object.TypeSwitch, Dynamic: true, Attributes: []any{}}
		for _, a := range made.Attributes.Items {
			if set, ok := s.f.in.describeWith(p, a); ok {
				p.Sets = append(p.Sets, set)
			}
		}
		if len(p.Sets) == 0 {
			p.Sets = []cmdlet.ParameterSet{{Name: cmdlet.AllSets, Position: -1}}
		}
		s.parts().dynamic = append(s.parts().dynamic, dynamicParameter{p, made})
	}
	return nil
}

// dynamicFailed is the error of a dynamicparam block that failed.
func (s *functionStage) dynamicFailed(cause error) error {
	r := s.frame.recordOf(cause)
	if r.ID == "ParameterNameAlreadyExistsForCommand" {
		return &cmdlet.BindError{Record: r, Arg: -1}
	}
	e := object.NewException("System.Management.Automation.ParameterBindingException", "Cannot retrieve the dynamic parameters for the cmdlet. %s", r.Exception.Message)
	e.Inner = r.Exception
	return &cmdlet.BindError{Record: object.NewErrorOf(e, "GetDynamicParametersException,"+s.fn.name, object.InvalidArgument, nil), Arg: -1}
}

// handOver tells the objects that the block made what the caller gave for them.
func (s *functionStage) handOver() {
	if s.rare == nil {
		return
	}
	for _, d := range s.rare.dynamic {
		if v, ok := s.binding.Value(d.Parameter); ok {
			d.object.Value, d.object.Given = v, true
		}
	}
}

// extended describes a function with the parameters that its dynamicparam block makes for some arguments.
func (in *Interp) extended(fn *function, info *cmdlet.Info, args []cmdlet.Arg) *cmdlet.Info {
	if in.describing[fn] { // the block itself asks for the function's parameters
		return info
	}
	if in.describing == nil {
		in.describing = map[*function]bool{}
	}
	in.describing[fn] = true
	defer delete(in.describing, fn)
	f := in.current
	s := newFunctionStage(stageBase{f: f, pipe: &pipelineRun{length: 1}, out: discard{}, streams: f.streams}, fn, args, false, fn.name)
	s.parts().describing = true
	if err := s.prepare(); err == nil || !errors.Is(err, errDescribed) {
		if len(args) > 0 { // arguments that do not fit tell nothing
			delete(in.describing, fn)
			return in.extended(fn, info, nil)
		}
		return info
	}
	added := make([]*cmdlet.Parameter, len(s.parts().dynamic))
	for i, d := range s.parts().dynamic {
		added[i] = d.Parameter
	}
	return info.With(added)
}
