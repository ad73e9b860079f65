package cmdlet

import (
	"strings"

	"migsh/shell/object"
)

// Arg is one argument of a command line, evaluated.
type Arg struct {
	// Name is the parameter's name as typed, without the dash; empty for a positional argument.
	Name string
	// Value is the positional value, or the one attached with -Name:value, or that of a splatted entry.
	Value    any
	HasValue bool
	// Text is the parameter token as typed ("-Name"), which simple functions find in $args.
	Text string
	// Quoted marks what looks like a parameter but was a string, so that it stays a value.
	Splatted bool
}

// Options is what the binder needs from the caller.
type Options struct {
	// Pipeline is true where the command stands behind a pipe, so that mandatory parameters may still arrive.
	Pipeline bool
	// Function is true for functions and scripts: their conversion errors speak of argument transformation.
	Function bool
	// Prompt asks for mandatory parameters that are missing, in order; nil means that they are an error.
	Prompt func(missing []*Parameter) (map[string]any, error)
	// Dynamic gives the further parameters that a dynamicparam block makes, once the declared ones have been bound; nil where there is none.
	Dynamic func(b *Binding) ([]*Parameter, error)
	// Defaults looks up $PSDefaultParameterValues.
	Defaults func(parameter string) (any, bool)
	// Types is the type data by which properties of piped objects are found.
	Types *object.TypeTable
}

// Binding is the outcome of binding one invocation: a value for each parameter that was given.
type Binding struct {
	info   *Info
	schema *schema
	opts   Options

	values []any
	bound  []bool
	mask   setMask
	// undeclared is set while parameters are still to come.
	undeclared bool

	// Rest holds the arguments left over for $args of a simple function.
	Rest []any

	// what the pipeline bound for the current object, to be undone before the next
	piped       []*Parameter
	baseMask    setMask
	mandatory   []*Parameter // of the sets mandatoryOf
	mandatoryOf setMask
	fast        *Parameter          // takes every further object as it is, see shorten
	splatted    map[*Parameter]bool // bound from a splatted table

	// delayed lists the parameters whose script block is run for each object; blocks keeps the blocks
	delayed []*Parameter
	blocks  map[*Parameter]object.ScriptBlock
}

// Info returns the command that was bound.
func (b *Binding) Info() *Info { return b.info }

// Value returns a parameter's value and whether it was given.
func (b *Binding) Value(p *Parameter) (any, bool) { return b.values[p.Index], b.bound[p.Index] }

// Bound tells whether a parameter was given, by its declared name.
func (b *Binding) Bound(name string) bool {
	p, ok := b.schema.byName[strings.ToLower(name)]
	return ok && b.bound[p.Index]
}

// Set returns the name of the parameter set in force.
func (b *Binding) Set() string { return b.schema.name(b.mask) }

// Parameters returns the bound parameters by name, in order of declaration.
func (b *Binding) Parameters() *object.Hashtable {
	h := object.NewHashtable()
	for i, p := range b.schema.params {
		if b.bound[i] {
			h.Set(p.Name, b.values[i])
		}
	}
	return h
}

// Bind binds a command line to a command's parameters, as PowerShell's CmdletParameterBinderController does: by name, by
// position, remaining arguments, then the choice of the parameter set and the mandatory parameters.
func Bind(info *Info, args []Arg, opts Options) (*Binding, error) {
	s := info.schema()
	b := &Binding{info: info, schema: s, opts: opts, values: make([]any, len(s.params)), bound: make([]bool, len(s.params)), mask: allMask}
	b.undeclared = opts.Dynamic != nil
	rest, err := b.bindGiven(args, nil)
	if err != nil {
		return nil, err
	}
	if b.undeclared {
		added, err := opts.Dynamic(b)
		if err != nil {
			return nil, err
		}
		b.extend(added)
		left, places := make([]Arg, len(rest)), make([]int, len(rest))
		for i, a := range rest {
			left[i], places[i] = a.Arg, a.index
		}
		if rest, err = b.bindGiven(left, places); err != nil {
			return nil, err
		}
	}
	if rest, err = b.bindRemaining(rest); err != nil {
		return nil, err
	}
	if err := b.refuseSurplus(rest); err != nil {
		return nil, err
	}
	if err := b.chooseSet(); err != nil {
		return nil, err
	}
	if err := b.askMandatory(); err != nil {
		return nil, err
	}
	b.baseMask = b.mask
	return b, nil
}

// bindGiven binds by name, by the session's defaults and by position, and gives what is left. The places are those of the arguments on the
// command line; nil: in order.
func (b *Binding) bindGiven(args []Arg, places []int) ([]positional, error) {
	rest, err := b.bindNamed(args, places)
	if err != nil {
		return nil, err
	}
	if err := b.bindDefaults(); err != nil {
		return nil, err
	}
	return b.bindPositional(rest)
}

// extend adds parameters to those that can be bound.
func (b *Binding) extend(added []*Parameter) {
	b.undeclared = false
	if len(added) == 0 {
		return
	}
	b.schema = b.schema.with(added)
	b.values = append(b.values, make([]any, len(added))...)
	b.bound = append(b.bound, make([]bool, len(added))...)
}

// positional is an argument left for binding by position; index is its place on the command line.
type positional struct {
	Arg
	index int
	held  bool // it stands behind a name that nobody knows yet
}

func (b *Binding) bindNamed(args []Arg, places []int) ([]positional, error) {
	place := func(i int) int {
		if places == nil {
			return i
		}
		return places[i]
	}
	var rest []positional
	for i := 0; i < len(args); i++ {
		a, at := args[i], place(i)
		if a.Name == "" {
			rest = append(rest, positional{Arg: a, index: at})
			continue
		}
		p, candidates := b.schema.resolve(a.Name)
		if p == nil && len(candidates) > 0 {
			if !b.info.Advanced { // a simple function has no common parameters; its own may still be ambiguous
				return nil, b.errAmbiguous(a.Name, candidates, at)
			}
			if p = preferOwn(candidates, len(b.info.Parameters)); p == nil {
				return nil, b.errAmbiguous(a.Name, candidates, at)
			}
		}
		if p == nil {
			if !b.info.Advanced { // an unknown parameter of a simple function is an argument, together with its value
				if !a.HasValue && i+1 < len(args) && args[i+1].Name == "" {
					a.Value, a.HasValue = args[i+1].Value, true
					rest = append(rest, positional{Arg: a, index: at})
					i++
					continue
				}
				rest = append(rest, positional{Arg: a, index: at})
				continue
			}
			if b.undeclared { // it may be one that is still to come, with its value
				rest = append(rest, positional{Arg: a, index: at})
				if i+1 < len(args) && args[i+1].Name == "" {
					i++
					rest = append(rest, positional{Arg: args[i], index: place(i), held: true})
				}
				continue
			}
			if b.remaining() != nil { // it goes, with its text, to the parameter that takes the rest
				rest = append(rest, positional{Arg: a, index: at})
				continue
			}
			return nil, b.errNoSuchParameter(a.Name, at)
		}
		if b.bound[p.Index] {
			switch { // what is written out wins over what is splatted
			case a.Splatted && !b.splatted[p]:
				continue
			case !a.Splatted && b.splatted[p]:
				b.bound[p.Index] = false
			default:
				return nil, b.errTwice(p, at)
			}
		}
		if a.Splatted {
			if b.splatted == nil {
				b.splatted = map[*Parameter]bool{}
			}
			b.splatted[p] = true
		}
		value := a.Value
		switch {
		case a.HasValue:
		case p.Switch:
			value = object.Switch(true)
		case i+1 < len(args) && args[i+1].Name == "":
			i++
			value, at = args[i].Value, place(i)
		default:
			return nil, b.errMissingArgument(p, at)
		}
		if err := b.set(p, value, at, true); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// preferOwn settles a prefix that fits several parameters where PowerShell does: it never does between own and common
// ones, so this only drops candidates that are the same parameter met through an alias.
func preferOwn(candidates []*Parameter, _ int) *Parameter {
	first := candidates[0]
	for _, c := range candidates[1:] {
		if c != first {
			return nil
		}
	}
	return first
}

func (b *Binding) bindDefaults() error {
	if b.opts.Defaults == nil || !b.info.Advanced {
		return nil
	}
	for _, p := range b.schema.params {
		if b.bound[p.Index] || b.schema.masks[p.Index]&b.mask == 0 {
			continue
		}
		if v, ok := b.opts.Defaults(p.Name); ok {
			if err := b.set(p, v, -1, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// bindPositional binds arguments to the parameters' positions, in the default set first and without conversion where that
// decides between several candidates.
func (b *Binding) bindPositional(args []positional) ([]positional, error) {
	next := 0
	for _, pos := range b.schema.positions {
		for next < len(args) && (args[next].Name != "" || args[next].held) {
			next++ // an unknown parameter kept for $args, the remaining arguments or the parameters to come
		}
		if next >= len(args) {
			break
		}
		a := args[next]
		done, err := b.bindAt(pos, a)
		if err != nil {
			return nil, err
		}
		if done {
			args = append(args[:next:next], args[next+1:]...)
		}
	}
	return args, nil
}

// bindAt binds an argument to a parameter at one position; false when the sets still possible have none there.
func (b *Binding) bindAt(pos int, a positional) (bool, error) {
	candidates := b.at(pos, b.mask)
	if len(candidates) == 0 {
		return false, nil
	}
	inDefault := b.at(pos, b.mask&b.schema.def)
	if b.schema.def == 0 || b.mask&b.schema.def == 0 {
		inDefault = nil
	}
	var first error
	if len(candidates) > 1 || len(inDefault) > 0 {
		for _, group := range [][]*Parameter{inDefault, candidates} {
			for _, p := range group {
				if !fits(a.Value, p) {
					continue
				}
				err := b.set(p, a.Value, a.index, false)
				if err == nil {
					return true, nil
				}
				if first == nil {
					first = err
				}
			}
		}
	}
	for _, group := range [][]*Parameter{inDefault, candidates} {
		for _, p := range group {
			err := b.set(p, a.Value, a.index, true)
			if err == nil {
				return true, nil
			}
			if first == nil {
				first = err
			}
		}
	}
	return false, first
}

func (b *Binding) at(pos int, mask setMask) []*Parameter {
	var found []*Parameter
	for _, p := range b.schema.params {
		if b.bound[p.Index] {
			continue
		}
		for _, set := range p.Sets {
			if set.Position != pos || set.Remaining {
				continue
			}
			if set.Name == AllSets || set.Name == "" || b.schema.bit(set.Name)&mask != 0 {
				found = append(found, p)
				break
			}
		}
	}
	return found
}

// remaining returns the unbound parameter that takes the remaining arguments, if any.
func (b *Binding) remaining() *Parameter {
	for _, p := range b.schema.params {
		if b.bound[p.Index] {
			continue
		}
		if set, ok := b.schema.in(p, b.mask); ok && set.Remaining {
			return p
		}
	}
	return nil
}

func (b *Binding) bindRemaining(args []positional) ([]positional, error) {
	if len(args) == 0 {
		return nil, nil
	}
	p := b.remaining()
	if p == nil {
		return args, nil
	}
	var items []any
	for _, a := range args {
		items = append(items, a.asArguments()...)
	}
	var v any = object.NewArray(items...)
	if len(items) == 1 {
		v = items[0]
	}
	return nil, b.set(p, v, args[0].index, true)
}

// asArguments is what an argument leaves in $args: an unknown parameter leaves its text, then its value.
func (a Arg) asArguments() []any {
	if a.Name == "" {
		return []any{a.Value}
	}
	if a.HasValue {
		return []any{a.Text, a.Value}
	}
	return []any{a.Text}
}

func (b *Binding) refuseSurplus(args []positional) error {
	if !b.info.Advanced {
		for _, a := range args {
			b.Rest = append(b.Rest, a.asArguments()...)
		}
		return nil
	}
	if len(args) == 0 {
		return nil
	}
	if a := args[0]; a.Name != "" {
		return b.errNoSuchParameter(a.Name, a.index)
	}
	return b.errNoPosition(args[0].Value, args[0].index)
}

// set converts, validates and stores a value, and narrows the sets that remain possible.
func (b *Binding) set(p *Parameter, v any, at int, coerce bool) error {
	if b.delayable(p, v) {
		b.delayed = append(b.delayed, p)
	} else {
		converted, err := b.accept(p, v, at)
		if err != nil {
			return err
		}
		v = converted
	}
	b.values[p.Index] = v
	b.bound[p.Index] = true
	if m := b.schema.masks[p.Index]; m != allMask {
		if b.mask&m == 0 {
			return b.errSet(at)
		}
		b.mask &= m
	}
	return nil
}

// delayable tells whether a script block is given for a parameter that takes pipeline input of another type: it is then
// run for each object.
func (b *Binding) delayable(p *Parameter, v any) bool {
	if !b.opts.Pipeline || !b.info.Advanced {
		return false
	}
	if _, ok := v.(object.ScriptBlock); !ok || p.Type == nil || p.Type == object.TypeOf(v) || p.Type.Name == "System.Object" {
		return false
	}
	if p.Type.Elem != nil && p.Type.Elem == object.TypeOf(v) {
		return false
	}
	set, ok := b.schema.in(p, b.mask)
	return ok && (set.Pipeline || set.PipelineByName)
}
