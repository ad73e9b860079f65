package cmdlet

import "migsh/shell/object"

// BindPipeline binds one object of the pipeline: first by value, then by property name, without conversion and then with
// it. What the object before had bound is undone first. The error, if any, concerns this object only.
func (b *Binding) BindPipeline(v any) error {
	if b.fast != nil && v != nil {
		b.values[b.fast.Index] = v
		return nil
	}
	for _, p := range b.piped {
		b.values[p.Index], b.bound[p.Index] = nil, false
	}
	b.piped = b.piped[:0]
	b.mask = b.baseMask
	if err := b.runDelayed(v); err != nil {
		return err
	}
	taken := false
	for _, coerce := range []bool{false, true} {
		for _, byName := range []bool{false, true} {
			done, err := b.bindFrom(v, byName, coerce)
			if err != nil {
				return err
			}
			taken = taken || done
		}
	}
	if !taken && len(b.delayed) == 0 {
		return b.errInputNotBound(v)
	}
	if err := b.settlePiped(v); err != nil {
		return err
	}
	b.shorten()
	return nil
}

// shorten finds the commonest case: one parameter takes any object by value. What bound the first object binds the others.
func (b *Binding) shorten() {
	if len(b.schema.pipeline) != 1 || len(b.piped) != 1 || len(b.delayed) > 0 {
		return
	}
	p := b.piped[0]
	if p.Type != nil || p.Transform != nil || len(p.Validators) > 0 {
		return
	}
	for _, set := range p.Sets {
		if set.PipelineByName {
			return
		}
	}
	b.fast = p
}

// bindFrom tries each unbound pipeline parameter of the sets still possible, those of the default set first.
func (b *Binding) bindFrom(v any, byName, coerce bool) (bool, error) {
	taken := false
	for _, mask := range []setMask{b.mask & b.schema.def, b.mask} {
		if mask == 0 {
			continue
		}
		for _, p := range b.schema.pipeline {
			if b.bound[p.Index] || b.schema.masks[p.Index]&b.mask == 0 {
				continue
			}
			if !b.takes(p, mask, byName) {
				continue
			}
			value := v
			if byName {
				member, ok := b.propertyFor(v, p)
				if !ok {
					continue
				}
				value = member
			}
			if !coerce && !fits(value, p) {
				continue
			}
			if err := b.set(p, value, -1, coerce); err != nil {
				if !coerce || !isConversion(err) {
					return taken, err
				}
				if byName || len(b.schema.pipeline) == 1 && !byName && !b.anyByName() {
					return taken, err
				}
				continue
			}
			b.piped = append(b.piped, p)
			taken = true
			if !byName {
				break // one parameter takes the object by value
			}
		}
		if taken && !byName {
			break
		}
	}
	return taken, nil
}

func (b *Binding) anyByName() bool {
	for _, p := range b.schema.pipeline {
		if b.takes(p, allMask, true) {
			return true
		}
	}
	return false
}

func (b *Binding) takes(p *Parameter, mask setMask, byName bool) bool {
	for _, set := range p.Sets {
		if set.Name != AllSets && set.Name != "" && b.schema.bit(set.Name)&mask == 0 {
			continue
		}
		if byName && set.PipelineByName || !byName && set.Pipeline {
			return true
		}
	}
	return false
}

// propertyFor finds the object's property of the parameter's name or of one of its aliases.
func (b *Binding) propertyFor(v any, p *Parameter) (any, bool) {
	if v == nil {
		return nil, false
	}
	for _, name := range append([]string{p.Name}, p.Aliases...) {
		if value, ok, err := b.opts.Types.Property(v, name); ok && err == nil {
			return value, true
		}
	}
	return nil, false
}

// runDelayed computes the parameters for which a script block was given.
func (b *Binding) runDelayed(v any) error {
	for _, p := range b.delayed {
		block, ok := b.values[p.Index].(object.ScriptBlock)
		if !ok {
			block = b.blocks[p]
		}
		if b.blocks == nil {
			b.blocks = map[*Parameter]object.ScriptBlock{}
		}
		b.blocks[p] = block
		out, err := block.Call([]any{v})
		if err != nil {
			return b.errDelayed(p, err)
		}
		var value any
		switch len(out) {
		case 0:
			return b.errDelayedEmpty(p)
		case 1:
			value = out[0]
		default:
			value = object.NewArray(out...)
		}
		converted, err := b.accept(p, value, -1)
		if err != nil {
			return err
		}
		b.values[p.Index] = converted
	}
	return nil
}

// settlePiped chooses the set for this object and checks the mandatory parameters.
func (b *Binding) settlePiped(v any) error {
	s := b.schema
	if s.declared != 0 {
		possible := b.mask & s.declared
		switch {
		case possible.count() == 1:
			b.mask = possible
		case s.def&possible != 0 && len(b.missing(s.def)) == 0:
			b.mask = s.def
		default:
			if best, ok := b.byMandatory(possible); ok {
				b.mask = best
			} else if s.def&possible != 0 {
				b.mask = s.def
			} else {
				return b.errSet(-1)
			}
		}
	}
	if missing := b.missing(b.mask); len(missing) > 0 {
		return b.errInputMissing(missing, v)
	}
	return nil
}
