package core

import (
	"context"
	"math"
	"strings"
	"unicode"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Measure-Object", Module: moduleUtility, Aliases: []string{"measure"}, DefaultSet: "GenericMeasure",
	Synopsis:    "Calculates the numeric properties of objects, and the characters, words, and lines in string objects.",
	OutputTypes: []string{"Microsoft.PowerShell.Commands.GenericMeasureInfo", "Microsoft.PowerShell.Commands.TextMeasureInfo", "Microsoft.PowerShell.Commands.GenericObjectMeasureInfo"},
}, func() cmdlet.Cmdlet { return &measureObject{} })

var (
	typeMeasureInfo          = object.Declare(&object.Type{Name: "Microsoft.PowerShell.Commands.MeasureInfo", Base: object.TypeObject})
	typeGenericMeasure       = measureType("GenericMeasureInfo", "Count", "Average", "Sum", "Maximum", "Minimum", "StandardDeviation", "Property")
	typeGenericObjectMeasure = measureType("GenericObjectMeasureInfo", "Count", "Average", "Sum", "Maximum", "Minimum", "StandardDeviation", "Property")
	typeTextMeasure          = measureType("TextMeasureInfo", "Lines", "Words", "Characters", "Property")
)

// measureType declares a class whose instances are maps of values.
func measureType(name string, properties ...string) *object.Type {
	t := object.Declare(&object.Type{Name: "Microsoft.PowerShell.Commands." + name, Base: typeMeasureInfo})
	object.Extend(t, func(t *object.Type) {
		for _, p := range properties {
			typ := object.TypeDouble
			switch p {
			case "Count", "Lines", "Words", "Characters":
				typ = object.TypeInt32
			case "Property":
				typ = object.TypeString
			}
			addProperty(t, p, typ, func(m map[string]any) any { return m[p] })
		}
	})
	return t
}

type measureObject struct {
	InputObject       any   `param:"pipeline" help:"The objects to measure."`
	Property          []any `typename:"Microsoft.PowerShell.Commands.PSPropertyExpression[]" param:"pos=0" help:"The properties to measure: names, wildcards or script blocks."`
	StandardDeviation bool  `param:"set=GenericMeasure" help:"Computes the standard deviation of the sample."`
	Sum               bool  `param:"set=GenericMeasure" help:"Adds the values."`
	AllStats          bool  `param:"set=GenericMeasure" help:"Computes all of them."`
	Average           bool  `param:"set=GenericMeasure" help:"Computes the mean."`
	Maximum           bool  `param:"set=GenericMeasure" help:"Finds the greatest value."`
	Minimum           bool  `param:"set=GenericMeasure" help:"Finds the least value."`
	Line              bool  `param:"set=TextMeasure" help:"Counts lines."`
	Word              bool  `param:"set=TextMeasure" help:"Counts words."`
	Character         bool  `param:"set=TextMeasure" help:"Counts characters."`
	IgnoreWhiteSpace  bool  `param:"set=TextMeasure" help:"Leaves white space out of the count of characters."`

	properties []property
	stats      map[string]*statistics
	order      []string
	nonNumeric bool
	numbers    bool
}

// statistics are what is known of one property's values so far.
type statistics struct {
	count                    int32
	sum, variance            float64
	min, max                 any
	lines, words, characters int32
}

// thisObject is the key of what is measured without -Property.
const thisObject = "$_"

// Begin reads the properties and sorts out what to compute.
func (c *measureObject) Begin(_ context.Context, out cmdlet.Out) error {
	var err error
	c.properties, err = parseProperties(out.Session().TypeData(), c.Property, groupKeys)
	c.stats = map[string]*statistics{}
	if c.AllStats {
		c.Sum, c.Average, c.Maximum, c.Minimum, c.StandardDeviation = true, true, true, true, true
	}
	c.numbers = c.Sum || c.Average || c.StandardDeviation
	return err
}

func (c *measureObject) of(name string) *statistics {
	s, ok := c.stats[name]
	if !ok {
		s = &statistics{}
		c.stats[name] = s
		c.order = append(c.order, name)
	}
	return s
}

// Process measures an object.
func (c *measureObject) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	if in == nil {
		return nil
	}
	if len(c.properties) == 0 {
		return c.measure(c.of(thisObject), in, out)
	}
	for i := range c.properties {
		p := &c.properties[i]
		if p.block != nil {
			v, _ := p.value(in)
			if err := c.measure(c.of(p.title("")), v, out); err != nil {
				return err
			}
			continue
		}
		names := p.resolve(in)
		if len(names) == 0 && p.wildcard == nil {
			c.of(p.name)
		}
		for _, n := range names {
			v, _ := readProperty(p.types, in, n)
			if err := c.measure(c.of(n), v, out); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *measureObject) measure(s *statistics, v any, out cmdlet.Out) error {
	s.count++
	if c.Line || c.Word || c.Character {
		c.text(s, plainText(v))
	}
	if c.numbers {
		n, err := number(v)
		if err != nil {
			c.nonNumeric = true
			text := ""
			if o, ok := v.(*object.Object); !ok || !o.IsCustom() {
				text = object.CultureString(v)
			}
			e := object.NewException("System.InvalidOperationException", "Input object \"%s\" is not numeric.", text)
			return out.Error(object.NewErrorOf(e, "NonNumericInputObject", object.InvalidType, v))
		}
		s.add(n)
	}
	if c.Maximum && (s.max == nil || further(v, s.max, 1)) {
		s.max = v
	}
	if c.Minimum && (s.min == nil || further(v, s.min, -1)) {
		s.min = v
	}
	return nil
}

// number converts to [double].
func number(v any) (float64, error) {
	switch x := v.(type) {
	case int32:
		return float64(x), nil
	case float64:
		return x, nil
	}
	d, err := object.Convert(v, object.TypeDouble)
	if err != nil {
		return 0, err
	}
	return d.(float64), nil
}

// add takes a number into the sum and the variance.
func (s *statistics) add(n float64) {
	if s.count > 1 {
		mean := s.sum / float64(s.count-1)
		s.variance = s.variance*float64(s.count-2)/float64(s.count-1) + (n-mean)*(n-mean)/float64(s.count)
	}
	s.sum += n
}

// further tells whether v lies beyond the extreme so far: as numbers where both are, else as texts.
func further(v, extreme any, direction int) bool {
	if v == nil {
		return false
	}
	x, y := comparable(v), comparable(extreme)
	if object.TypeOf(x) != object.TypeOf(y) {
		x, y = object.ToString(x), object.ToString(y)
	}
	return compareKeys(x, y, true, nil)*direction > 0
}

// comparable is the number that a value stands for, or the value.
func comparable(v any) any {
	if n, err := number(v); err == nil {
		return n
	}
	return v
}

func (c *measureObject) text(s *statistics, text string) {
	if c.Character {
		if c.IgnoreWhiteSpace {
			text := strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) {
					return -1
				}
				return r
			}, text)
			s.characters += int32(object.Length(text))
		} else {
			s.characters += int32(object.Length(text))
		}
	}
	if c.Word {
		s.words += int32(len(strings.Fields(text)))
	}
	if c.Line && text != "" {
		s.lines += int32(strings.Count(text, "\n"))
		if !strings.HasSuffix(text, "\n") {
			s.lines++
		}
	}
}

// End puts out one result for each property.
func (c *measureObject) End(_ context.Context, out cmdlet.Out) error {
	if len(c.properties) == 0 {
		c.of(thisObject)
	}
	for _, name := range c.order {
		s := c.stats[name]
		if s.count == 0 && len(c.properties) > 0 {
			continue // no object had it
		}
		var property any
		if len(c.properties) > 0 {
			property = name
		}
		if err := out.Write(c.result(s, property)); err != nil {
			return err
		}
	}
	return nil
}

func (c *measureObject) result(s *statistics, property any) any {
	m := map[string]any{"Property": property}
	if out := c.Line || c.Word || c.Character || c.IgnoreWhiteSpace; out {
		for name, v := range map[string]struct {
			on bool
			n  int32
		}{"Lines": {c.Line, s.lines}, "Words": {c.Word, s.words}, "Characters": {c.Character, s.characters}} {
			if v.on {
				m[name] = v.n
			}
		}
		return object.Instance(typeTextMeasure, m)
	}
	m["Count"] = s.count
	if !c.nonNumeric {
		if c.Sum {
			m["Sum"] = s.sum
		}
		if c.Average && s.count > 0 {
			m["Average"] = s.sum / float64(s.count)
		}
		if c.StandardDeviation {
			m["StandardDeviation"] = math.Sqrt(s.variance)
		}
	}
	t := typeGenericMeasure
	for name, v := range map[string]any{"Maximum": s.max, "Minimum": s.min} {
		if v == nil {
			continue
		}
		if _, err := number(v); err != nil {
			t = typeGenericObjectMeasure
		}
		m[name] = v
	}
	if t == typeGenericMeasure {
		for _, name := range []string{"Maximum", "Minimum"} {
			if n, err := number(m[name]); m[name] != nil && err == nil {
				m[name] = n
			}
		}
	}
	return object.Instance(t, m)
}
