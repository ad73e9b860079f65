package cmdlet

import (
	"errors"
	"io"
)

// chooseSet settles on one parameter set, or leaves the choice to the pipeline where input may still decide it.
func (b *Binding) chooseSet() error {
	s := b.schema
	if s.declared == 0 {
		return nil
	}
	possible := b.mask & s.declared
	if b.mask != allMask && possible == 0 {
		return b.errSet(-1)
	}
	if possible.count() == 1 {
		b.mask = possible
		return nil
	}
	// Several sets are possible still.
	if b.opts.Pipeline && b.pipelineCanDecide(possible) {
		return nil
	}
	if s.def&possible != 0 {
		b.mask = s.def
		return nil
	}
	if best, ok := b.byMandatory(possible); ok {
		b.mask = best
		return nil
	}
	if b.mask == allMask && b.hasOnlyCommon() {
		return nil
	}
	return b.errSet(-1)
}

// hasOnlyCommon is true while every possible set could be meant and no default was declared but nothing of any set is
// mandatory: PowerShell then runs the command without a set.
func (b *Binding) hasOnlyCommon() bool {
	for _, p := range b.schema.params {
		for _, set := range p.Sets {
			if set.Mandatory && set.Name != AllSets && set.Name != "" {
				return false
			}
		}
	}
	return b.schema.declared.count() == 1
}

// pipelineCanDecide tells whether a parameter that is unbound takes pipeline input in one of the sets.
func (b *Binding) pipelineCanDecide(possible setMask) bool {
	for _, p := range b.schema.pipeline {
		if b.bound[p.Index] {
			continue
		}
		for _, set := range p.Sets {
			if (set.Pipeline || set.PipelineByName) && (set.Name == AllSets || set.Name == "" || b.schema.bit(set.Name)&possible != 0) {
				return true
			}
		}
	}
	return false
}

// byMandatory picks the one set all of whose mandatory parameters are bound, if that is unique.
func (b *Binding) byMandatory(possible setMask) (setMask, bool) {
	satisfied, withMandatory := setMask(0), setMask(0)
	for i := range b.schema.sets {
		bit := setMask(1) << i
		if possible&bit == 0 {
			continue
		}
		if len(b.missing(bit)) == 0 {
			satisfied |= bit
			if b.anyMandatory(bit) {
				withMandatory |= bit
			}
		}
	}
	if satisfied.count() == 1 {
		return satisfied, true
	}
	if withMandatory.count() == 1 {
		return withMandatory, true
	}
	return 0, false
}

func (b *Binding) anyMandatory(set setMask) bool {
	for _, p := range b.schema.params {
		if role, ok := b.schema.in(p, set); ok && role.Mandatory && b.schema.masks[p.Index] != allMask {
			return true
		}
	}
	return false
}

// missing returns the mandatory parameters of the sets that are unbound.
func (b *Binding) missing(set setMask) []*Parameter {
	if b.mandatory == nil || b.mandatoryOf != set {
		b.mandatory, b.mandatoryOf = []*Parameter{}, set
		for _, p := range b.schema.params {
			if role, ok := b.schema.in(p, set); ok && role.Mandatory {
				b.mandatory = append(b.mandatory, p)
			}
		}
	}
	var found []*Parameter
	for _, p := range b.mandatory {
		if !b.bound[p.Index] {
			found = append(found, p)
		}
	}
	return found
}

// awaited drops from missing those that the pipeline may bring.
func (b *Binding) awaited(missing []*Parameter) (now []*Parameter) {
	for _, p := range missing {
		role, _ := b.schema.in(p, b.mask)
		if !b.opts.Pipeline || !role.Pipeline && !role.PipelineByName {
			now = append(now, p)
		}
	}
	return now
}

// setsOfPipeline are those of the possible sets that lack nothing but what the pipeline may bring.
func (b *Binding) setsOfPipeline(possible setMask) (waiting setMask) {
	if !b.opts.Pipeline {
		return 0
	}
	for i := range b.schema.sets {
		set := setMask(1) << i
		missing := b.missing(set)
		if possible&set == 0 || len(missing) == 0 {
			continue
		}
		waiting |= set
		for _, p := range missing {
			if role, _ := b.schema.in(p, set); !role.Pipeline && !role.PipelineByName {
				waiting &^= set
			}
		}
	}
	return waiting
}

// askMandatory prompts for what is mandatory and missing, or refuses.
func (b *Binding) askMandatory() error {
	mask := b.mask
	if several := mask & b.schema.declared; several.count() > 1 { // the pipeline decides; until then the default set counts
		mask &= b.schema.def
		if waiting := b.setsOfPipeline(several); waiting != 0 && len(b.awaited(b.missing(mask))) > 0 {
			b.mask = waiting
			return nil
		}
	}
	missing := b.awaited(b.missing(mask))
	if len(missing) == 0 {
		return nil
	}
	if b.opts.Prompt == nil {
		return b.errMissingMandatory(missing)
	}
	answers, err := b.opts.Prompt(missing)
	if errors.Is(err, io.EOF) { // nobody is there to answer
		return b.errMissingMandatory(missing)
	}
	if err != nil {
		return err
	}
	for _, p := range missing {
		v, ok := answers[p.Name]
		if !ok {
			return b.errMissingMandatory([]*Parameter{p})
		}
		if err := b.set(p, v, -1, true); err != nil {
			return err
		}
	}
	return nil
}
