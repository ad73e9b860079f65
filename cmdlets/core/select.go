package core

import (
	"context"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Select-Object", Module: moduleUtility, Aliases: []string{"select"}, DefaultSet: "DefaultParameter",
	Synopsis: "Selects objects or object properties.",
}, func() cmdlet.Cmdlet { return &selectObject{} })

type selectObject struct {
	InputObject     any      `param:"pipeline" help:"The objects to select from."`
	Property        []any    `param:"set=DefaultParameter,SkipLastParameter pos=0" help:"Properties to select: names, wildcards, script blocks or hashtables with Name and Expression."`
	ExcludeProperty []string `param:"set=DefaultParameter,SkipLastParameter" help:"Properties to leave out."`
	ExpandProperty  string   `param:"set=DefaultParameter,SkipLastParameter" help:"The property whose value is put out instead of the object."`
	Unique          bool     `param:"" help:"Puts out each of several equal objects once."`
	CaseInsensitive bool     `param:"" help:"With -Unique: takes small letters and capitals for equal."`
	Last            int32    `param:"set=DefaultParameter" validate:"range=0,2147483647" help:"How many objects from the end."`
	First           int32    `param:"set=DefaultParameter" validate:"range=0,2147483647" help:"How many objects from the beginning."`
	Skip            int32    `param:"set=DefaultParameter,SkipLastParameter" validate:"range=0,2147483647" help:"How many objects to pass over."`
	SkipLast        int32    `param:"set=SkipLastParameter" validate:"range=0,2147483647" help:"How many objects to leave out at the end."`
	Wait            bool     `param:"set=DefaultParameter,IndexParameter" help:"Lets the commands before run to their end."`
	Index           []int32  `param:"set=IndexParameter" validate:"range=0,2147483647" help:"Places of the objects to select, from 0."`
	SkipIndex       []int32  `param:"set=SkipIndexParameter" validate:"range=0,2147483647" help:"Places of the objects to leave out, from 0."`

	properties []property
	exclude    []*object.Wildcard
	project    projector
	emit       func(v any) error

	hasIndex, hasSkipIndex, hasFirst, hasLast bool

	place   int32 // of the current object
	written int32
	held    []any // the last ones so far
	seen    uniques
}

// Begin reads the properties asked for.
func (c *selectObject) Begin(_ context.Context, out cmdlet.Out) error {
	var err error
	if c.properties, err = parseProperties(out.Session().TypeData(), c.Property, selectKeys); err != nil {
		return err
	}
	for _, pattern := range c.ExcludeProperty {
		w, err := object.NewWildcard(pattern, true)
		if err != nil {
			return err
		}
		c.exclude = append(c.exclude, w)
	}
	if len(c.exclude) > 0 && len(c.properties) == 0 && c.ExpandProperty == "" {
		all, err := namedProperty("*")
		if err != nil {
			return err
		}
		c.properties = []property{all}
	}
	c.project.properties, c.project.exclude = c.properties, c.exclude
	c.seen.ignoreCase = c.CaseInsensitive
	c.hasIndex, c.hasSkipIndex, c.hasFirst, c.hasLast = out.Bound("Index"), out.Bound("SkipIndex"), out.Bound("First"), out.Bound("Last")
	c.emit = out.Write
	if c.Unique {
		c.emit = func(v any) error {
			if !c.seen.add(v) {
				return nil
			}
			return out.Write(v)
		}
	}
	return nil
}

// Process passes the objects on that are wanted by their place.
func (c *selectObject) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	if in == nil {
		return nil
	}
	place := c.place
	c.place++
	switch {
	case c.hasIndex:
		if slices.Contains(c.Index, place) {
			if err := c.put(in, out); err != nil {
				return err
			}
		}
		if !c.Wait && place >= slices.Max(c.Index) {
			return cmdlet.ErrStopped
		}
		return nil
	case c.hasSkipIndex:
		if slices.Contains(c.SkipIndex, place) {
			return nil
		}
		return c.put(in, out)
	case c.SkipLast > 0:
		if place < c.Skip {
			return nil
		}
		c.held = append(c.held, in)
		if len(c.held) <= int(c.SkipLast) {
			return nil
		}
		first := c.held[0]
		c.held = c.held[1:]
		return c.put(first, out)
	case c.hasLast && !c.hasFirst:
		c.held = append(c.held, in)
		if len(c.held) > int(c.Last)+int(c.Skip) { // -Skip counts from the end here
			c.held = c.held[1:]
		}
		return nil
	}
	if place < c.Skip {
		return nil
	}
	if !c.hasFirst {
		return c.put(in, out)
	}
	if c.written < c.First {
		c.written++
		if err := c.put(in, out); err != nil {
			return err
		}
	} else if c.hasLast {
		c.held = append(c.held, in)
		if len(c.held) > int(c.Last) {
			c.held = c.held[1:]
		}
	}
	if c.written >= c.First && !c.Wait && !c.hasLast {
		return cmdlet.ErrStopped
	}
	return nil
}

// End puts out the last objects.
func (c *selectObject) End(_ context.Context, out cmdlet.Out) error {
	if c.SkipLast > 0 {
		return nil
	}
	keep := len(c.held)
	if c.hasLast && !c.hasFirst {
		keep = max(keep-int(c.Skip), 0)
	}
	for _, v := range c.held[:keep] {
		if err := c.put(v, out); err != nil {
			return err
		}
	}
	return nil
}

// put puts out an object, or what of it was asked for.
func (c *selectObject) put(v any, out cmdlet.Out) error {
	if c.ExpandProperty != "" {
		return c.expand(v, out)
	}
	if len(c.properties) == 0 {
		return c.emit(v)
	}
	selected, err := c.project.object(v)
	if err != nil {
		return out.Error(object.RecordOf(err))
	}
	return c.emit(selected)
}

// expand puts out the values of a property, with further properties of the object hung on them.
func (c *selectObject) expand(v any, out cmdlet.Out) error {
	p, err := namedProperty(c.ExpandProperty)
	if err != nil {
		return err
	}
	p.types = out.Session().TypeData()
	names := p.resolve(v)
	switch len(names) {
	case 0:
		return out.Error(selectError("ExpandPropertyNotFound", v, "Property \"%s\" cannot be found.", c.ExpandProperty))
	case 1:
	default:
		return out.Error(selectError("MutlipleExpandProperties", v, "Multiple properties cannot be expanded."))
	}
	value, _, err := p.types.Property(v, names[0])
	if err != nil {
		return out.Error(selectError("PropertyEvaluationExpand", v, "%s", err.Error()))
	}
	var extra *object.Object
	if len(c.properties) > 0 {
		if extra, err = c.project.object(v); err != nil {
			return out.Error(object.RecordOf(err))
		}
	}
	items, ok := object.Enumerate(value)
	if !ok {
		return c.hang(value, extra, v, out)
	}
	for item := range items {
		if err := c.hang(item, extra, v, out); err != nil {
			return err
		}
	}
	return nil
}

// hang adds the further properties to an expanded value.
func (c *selectObject) hang(value any, extra *object.Object, of any, out cmdlet.Out) error {
	if extra == nil {
		return c.emit(value)
	}
	if value == nil {
		return c.emit(nil)
	}
	o := object.Wrap(value)
	if o.Frozen() {
		o = o.Copy()
	}
	for name, v := range extra.All() {
		if hasProperty(out.Session().TypeData(), o, name) {
			if err := out.Error(selectError("AlreadyExistingUserSpecifiedPropertyExpand", of, "The property cannot be processed because the property \"%s\" already exists.", name)); err != nil {
				return err
			}
			continue
		}
		o.Set(name, v)
	}
	return c.emit(o)
}

func selectError(id string, target any, format string, args ...any) *object.ErrorRecord {
	return object.NewErrorOf(object.NewException("System.Management.Automation.PSArgumentException", format, args...), id, object.InvalidArgument, target)
}

// projector makes objects of chosen properties. Objects of the same kind share a shape and the names of their types.
type projector struct {
	properties []property
	exclude    []*object.Wildcard

	from      *object.Shape // the objects that plan is for
	plan      []int         // slots to copy
	shape     *object.Shape // of the results
	typeNames map[string][]string
}

// object returns the chosen properties of v as an object of their own.
func (p *projector) object(v any) (*object.Object, error) {
	o, isObject := v.(*object.Object)
	if isObject && o.IsCustom() && o.Len() > 0 {
		if p.from == o.Shape() {
			if made := p.fast(o); made != nil {
				return made, nil
			}
		} else {
			p.prepare(o)
			if made := p.fast(o); made != nil {
				return made, nil
			}
		}
	}
	made := &object.Object{}
	for i := range p.properties {
		if err := p.add(made, &p.properties[i], v); err != nil {
			return nil, err
		}
	}
	made.TypeNames = p.names(v)
	return made, nil
}

// prepare finds the slots to copy for objects of a shape, where all that is asked for are plain names that they have.
func (p *projector) prepare(o *object.Object) {
	p.from, p.plan, p.shape = o.Shape(), nil, nil
	if len(p.exclude) > 0 {
		return
	}
	var names []string
	for i := range p.properties {
		x := &p.properties[i]
		if x.block != nil || x.wildcard != nil {
			return
		}
		slot := p.from.Find(x.name)
		if slot < 0 {
			return
		}
		name := x.title(p.from.Names[slot])
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			return
		}
		names = append(names, name)
		p.plan = append(p.plan, slot)
	}
	p.shape = object.NewShape(names...)
}

// fast copies slots; nil where a value has to be computed.
func (p *projector) fast(o *object.Object) *object.Object {
	if p.shape == nil {
		return nil
	}
	values := make([]any, len(p.plan))
	for i, slot := range p.plan {
		v := o.Slot(slot)
		if _, dynamic := v.(*object.Dynamic); dynamic {
			return nil
		}
		values[i] = v
	}
	made := p.shape.New(values)
	made.TypeNames = p.names(o)
	return made
}

// add adds what one property stands for.
func (p *projector) add(made *object.Object, x *property, v any) error {
	if x.block != nil {
		value, _ := x.value(v)
		return p.set(made, x.title(""), value, x.label != "", v)
	}
	names := x.resolve(v)
	if len(names) == 0 {
		if x.wildcard == nil {
			return p.set(made, x.title(x.name), nil, true, v)
		}
		return nil
	}
	if len(names) > 1 && x.label != "" {
		return selectError("RenamingMultipleResults", v, "The property cannot be processed because the name \"%s\" stands for several properties.", x.label)
	}
	for _, n := range names {
		if p.excluded(n) {
			continue
		}
		value, _ := readProperty(x.types, v, n)
		if err := p.set(made, x.title(n), value, x.wildcard == nil, v); err != nil {
			return err
		}
	}
	return nil
}

// set adds one property; a name that is there already is passed over when a wildcard gave it, else it is an error.
func (p *projector) set(made *object.Object, name string, value any, explicit bool, of any) error {
	if p.excluded(name) {
		return nil
	}
	if _, there := made.Own(name); there {
		if !explicit {
			return nil
		}
		return selectError("AlreadyExistingUserSpecifiedPropertyNoExpand", of, "The property cannot be processed because the property \"%s\" already exists.", name)
	}
	made.Set(name, value)
	return nil
}

func (p *projector) excluded(name string) bool {
	for _, w := range p.exclude {
		if w.Match(name) {
			return true
		}
	}
	return false
}

// names are the type names of what is selected from v: its own, the first of them marked, in front.
func (p *projector) names(v any) []string {
	own := object.TypeNamesOf(v)
	if names, ok := p.typeNames[own[0]]; ok && len(names) == len(own)+1 {
		return names
	}
	names := append([]string{"Selected." + own[0]}, own...)
	if p.typeNames == nil {
		p.typeNames = map[string][]string{}
	}
	p.typeNames[own[0]] = names
	return names
}

// uniques tells objects that have been met before.
type uniques struct {
	ignoreCase bool
	texts      map[string]bool
	others     []any
}

// add remembers v and tells whether it is new.
func (u *uniques) add(v any) bool {
	if s, ok := object.Base(v).(string); ok {
		if u.ignoreCase {
			s = strings.ToLower(s)
		}
		if u.texts == nil {
			u.texts = map[string]bool{}
		}
		if u.texts[s] {
			return false
		}
		u.texts[s] = true
		return true
	}
	for _, known := range u.others {
		if sameObject(known, v, u.ignoreCase) {
			return false
		}
	}
	u.others = append(u.others, v)
	return true
}

// sameObject tells whether two objects are equal, property by property for custom ones.
func sameObject(a, b any, ignoreCase bool) bool {
	x, ok := a.(*object.Object)
	y, ok2 := b.(*object.Object)
	if !ok || !ok2 || !x.IsCustom() || !y.IsCustom() {
		return object.Equal(a, b, ignoreCase)
	}
	if x.Len() != y.Len() {
		return false
	}
	for name, v := range x.All() {
		w, there := y.Own(name)
		if !there || !object.Equal(v, w, ignoreCase) {
			return false
		}
	}
	return true
}
