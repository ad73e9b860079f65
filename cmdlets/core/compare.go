package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Compare-Object", Module: moduleUtility, Aliases: []string{"compare", "diff"},
	Synopsis: "Compares two sets of objects.",
}, func() cmdlet.Cmdlet { return &compareObject{SyncWindow: 1<<31 - 1} })

type compareObject struct {
	ReferenceObject  []any  `typename:"System.Management.Automation.PSObject[]" param:"mandatory pos=0 allowempty" help:"The objects to compare with."`
	DifferenceObject []any  `typename:"System.Management.Automation.PSObject[]" param:"mandatory pos=1 pipeline allowempty" help:"The objects to compare."`
	SyncWindow       int32  `param:"" validate:"range=0,2147483647" help:"How far apart equal objects may stand."`
	Property         []any  `param:"" help:"The properties to compare."`
	ExcludeDifferent bool   `param:"" help:"Leaves out what differs."`
	IncludeEqual     bool   `param:"" help:"Puts out what is equal too."`
	PassThru         bool   `param:"" help:"Puts out the objects themselves, with a SideIndicator."`
	Culture          string `param:"" help:"The culture by whose rules texts are compared."`
	CaseSensitive    bool   `param:"" help:"Tells small letters from capitals."`

	order       ordering
	reference   []ranked
	next        int
	waitingRef  []ranked // reference objects without a partner so far
	waitingDiff []ranked
}

// Begin ranks the reference objects.
func (c *compareObject) Begin(_ context.Context, out cmdlet.Out) error {
	c.order = ordering{Property: c.Property, Culture: c.Culture, CaseSensitive: c.CaseSensitive}
	if err := c.order.parse(out.Session().TypeData(), groupKeys, false); err != nil {
		return err
	}
	for _, v := range c.ReferenceObject {
		c.reference = append(c.reference, c.rank(v))
	}
	if c.ExcludeDifferent && !out.Bound("IncludeEqual") {
		c.IncludeEqual = true
	}
	return nil
}

func (c *compareObject) rank(v any) ranked { return ranked{v: v, keys: c.order.keys(v)} }

// Process compares each difference object with the next reference object, or with what waits for a partner.
func (c *compareObject) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, v := range c.DifferenceObject {
		e := c.rank(v)
		if err := c.step(&e, out); err != nil {
			return err
		}
	}
	return nil
}

// step matches one difference object, if there is one, and the next reference object.
func (c *compareObject) step(diff *ranked, out cmdlet.Out) error {
	var ref *ranked
	if c.next < len(c.reference) {
		ref = &c.reference[c.next]
		c.next++
	}
	if ref != nil && diff != nil && c.order.compare(ref, diff) == 0 {
		return c.equal(ref, out)
	}
	if match := c.take(diff, &c.waitingRef); match != nil {
		if err := c.equal(match, out); err != nil {
			return err
		}
		diff = nil
	}
	if match := c.take(ref, &c.waitingDiff); match != nil {
		if err := c.equal(ref, out); err != nil {
			return err
		}
		ref = nil
	}
	if diff != nil {
		if err := c.wait(*diff, &c.waitingDiff, "=>", out); err != nil {
			return err
		}
	}
	if ref != nil {
		return c.wait(*ref, &c.waitingRef, "<=", out)
	}
	return nil
}

// take removes and returns the first waiting object that equals e.
func (c *compareObject) take(e *ranked, waiting *[]ranked) *ranked {
	if e == nil {
		return nil
	}
	for i := range *waiting {
		if c.order.compare(&(*waiting)[i], e) == 0 {
			match := (*waiting)[i]
			*waiting = append((*waiting)[:i], (*waiting)[i+1:]...)
			return &match
		}
	}
	return nil
}

// wait keeps an object until its partner comes, as far as the window reaches.
func (c *compareObject) wait(e ranked, waiting *[]ranked, side string, out cmdlet.Out) error {
	if c.SyncWindow == 0 {
		return c.different(&e, side, out)
	}
	for len(*waiting) >= int(c.SyncWindow) {
		first := (*waiting)[0]
		*waiting = (*waiting)[1:]
		if err := c.different(&first, side, out); err != nil {
			return err
		}
	}
	*waiting = append(*waiting, e)
	return nil
}

// End puts out what found no partner.
func (c *compareObject) End(_ context.Context, out cmdlet.Out) error {
	for c.next < len(c.reference) {
		if err := c.step(nil, out); err != nil {
			return err
		}
	}
	for i := range c.waitingDiff {
		if err := c.different(&c.waitingDiff[i], "=>", out); err != nil {
			return err
		}
	}
	for i := range c.waitingRef {
		if err := c.different(&c.waitingRef[i], "<=", out); err != nil {
			return err
		}
	}
	return nil
}

func (c *compareObject) equal(e *ranked, out cmdlet.Out) error {
	if !c.IncludeEqual {
		return nil
	}
	return c.emit(e, "==", out)
}

func (c *compareObject) different(e *ranked, side string, out cmdlet.Out) error {
	if c.ExcludeDifferent {
		return nil
	}
	return c.emit(e, side, out)
}

func (c *compareObject) emit(e *ranked, side string, out cmdlet.Out) error {
	if c.PassThru {
		o := object.Wrap(e.v)
		o.Set("SideIndicator", side)
		return out.Write(o)
	}
	o := &object.Object{}
	if len(c.order.properties) == 0 {
		o.Set("InputObject", e.v)
	}
	for i := range c.order.properties {
		p := &c.order.properties[i]
		v := e.keys[i]
		if v == missing {
			v = nil
		}
		o.Set(p.title(p.name), v)
	}
	o.Set("SideIndicator", side)
	return out.Write(o)
}
