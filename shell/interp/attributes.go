package interp

import (
	"errors"
	"math"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
	"migsh/shell/syntax"
)

// attributeType finds the type of an attribute, whose name may leave its last part, "Attribute", out.
func (f *frame) attributeType(n *syntax.TypeName) (*object.Type, bool) {
	if t, err := f.resolveType(n); err == nil && t.IsA(dotnet.TypeAttribute) {
		return t, true
	}
	long := *n
	long.Name += "Attribute"
	t, err := f.resolveType(&long)
	return t, err == nil && t.IsA(dotnet.TypeAttribute)
}

// attribute makes the object that an attribute of the source stands for.
func (c *compiler) attribute(f *frame, a *syntax.Attribute) (any, error) {
	t, ok := f.attributeType(a.TypeName)
	if !ok {
		return nil, f.errAt(a, "CustomAttributeTypeNotFound", "Cannot find the type for custom attribute '"+a.TypeName.FullName()+"'. Make sure that the assembly that contains this type is loaded.")
	}
	args := make([]any, len(a.Positional))
	for i, x := range a.Positional {
		v, err := c.expr(x)(f)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	made, err := object.Construction(t, args)
	if err != nil {
		return nil, f.wrap(err)
	}
	err = c.namedArguments(f, a, func(name string, v any) error {
		return f.wrap(object.SetMember(made, name, v))
	})
	return made, err
}

// settings reads the properties of an attribute.
type settings struct{ of any }

func (s settings) value(name string) any {
	v, _, err := object.GetMember(s.of, name)
	if err != nil {
		return nil // none of the properties that attributes are declared with can fail
	}
	return v
}

func (s settings) text(name string) string { return object.ToString(s.value(name)) }
func (s settings) is(name string) bool     { return object.IsTrue(s.value(name)) }

func (s settings) number(name string) int {
	n, _ := s.value(name).(int32)
	return int(n)
}

func (s settings) texts(name string) []string {
	var out []string
	items, _ := object.ItemsOf(s.value(name))
	for _, v := range items {
		out = append(out, object.ToString(v))
	}
	return out
}

// nameOf is the name of a built-in attribute without namespace and "Attribute"; empty for classes of scripts.
func nameOf(attribute any) string {
	name, ok := strings.CutPrefix(object.TypeOf(attribute).Name, "System.Management.Automation.")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(name, "Attribute")
}

// describeWith tells a parameter's description what one of its attributes says. That of [Parameter()] is the parameter's role in a set.
func (in *Interp) describeWith(p *cmdlet.Parameter, attribute any) (set cmdlet.ParameterSet, ok bool) {
	p.Attributes = append(p.Attributes, attribute)
	s := settings{attribute}
	switch nameOf(attribute) {
	case "Parameter":
		set = cmdlet.ParameterSet{
			Name: s.text("ParameterSetName"), Position: s.number("Position"), Mandatory: s.is("Mandatory"),
			Pipeline: s.is("ValueFromPipeline"), PipelineByName: s.is("ValueFromPipelineByPropertyName"),
			Remaining: s.is("ValueFromRemainingArguments"), HelpMessage: s.text("HelpMessage"),
		}
		if set.Position == math.MinInt32 {
			set.Position = -1
		}
		p.DontShow = p.DontShow || s.is("DontShow")
		return set, true
	case "Alias":
		p.Aliases = append(p.Aliases, s.texts("AliasNames")...)
	case "AllowNull":
		p.AllowNull = true
	case "AllowEmptyString":
		p.AllowEmptyString = true
	case "AllowEmptyCollection":
		p.AllowEmptyCollection = true
	case "SupportsWildcards":
		p.SupportsWildcards = true
	case "ArgumentCompletions":
		p.Values = append(p.Values, s.texts("Completions")...)
	case "ArgumentCompleter":
		if sb, ok := s.value("ScriptBlock").(object.ScriptBlock); ok {
			p.CompleteWith = cmdlet.CompleterBlock{Block: sb}
		} else if t, ok := s.value("Type").(*object.Type); ok {
			p.CompleteWith = cmdlet.CompleterType{Type: t}
		}
	default:
		g := guards{}
		in.guardWith(&g, attribute)
		p.Validators = append(p.Validators, g.checks...)
		for _, next := range g.transforms {
			p.Transform = after(p.Transform, next)
		}
	}
	return set, false
}

// after runs one transformation after another, of which the first may be nil.
func after(first, next func(v any) (any, error)) func(v any) (any, error) {
	if first == nil {
		return next
	}
	return func(v any) (any, error) {
		v, err := first(v)
		if err != nil {
			return nil, err
		}
		return next(v)
	}
}

// guards are what attributes do with each value of a variable, parameter or property: they transform it, then, once it has been
// converted to the type, check it.
type guards struct {
	transforms []func(v any) (any, error)
	checks     []cmdlet.Validator
}

// guardsOf makes the guards of a declaration.
func (c *compiler) guardsOf(f *frame, attributes []*syntax.Attribute) (g guards, err error) {
	for _, a := range attributes {
		v, err := c.attribute(f, a)
		if err != nil {
			return g, err
		}
		c.in.guardWith(&g, v)
	}
	return g, nil
}

// transform runs the transformations.
func (g *guards) transform(v any) (any, error) {
	var err error
	for _, t := range g.transforms {
		if v, err = t(v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// validate runs the checks.
func (g *guards) validate(v any) error {
	for _, check := range g.checks {
		if err := check.Validate(v); err != nil {
			if _, ok := errors.AsType[*object.Exception](err); ok {
				return err
			}
			return object.NewException("System.Management.Automation.ValidationMetadataException", "%s", err.Error())
		}
	}
	return nil
}

func (g *guards) any() bool { return len(g.checks) > 0 || len(g.transforms) > 0 }

// guardWith adds what an attribute does with values, if it does anything.
func (in *Interp) guardWith(g *guards, attribute any) {
	s := settings{attribute}
	check := func(v cmdlet.Validator) { g.checks = append(g.checks, v) }
	location := func() string { return in.location }
	switch nameOf(attribute) {
	case "ValidateSet":
		set := cmdlet.OneOf{Values: s.texts("ValidValues"), CaseSensitive: !s.is("IgnoreCase"), Message: s.text("ErrorMessage")}
		if t, ok := s.value("Generator").(*object.Type); ok {
			set.Source = func() ([]string, error) { return in.validValues(t) }
		}
		check(set)
	case "ValidateRange":
		if kind := s.value("RangeKind"); kind != nil {
			check(cmdlet.RangeKind(object.ToString(kind)))
		} else {
			check(cmdlet.Range{Min: s.value("MinRange"), Max: s.value("MaxRange")})
		}
	case "ValidateLength":
		check(cmdlet.Length{Min: s.number("MinLength"), Max: s.number("MaxLength")})
	case "ValidateCount":
		check(cmdlet.Count{Min: s.number("MinLength"), Max: s.number("MaxLength")})
	case "ValidatePattern":
		check(cmdlet.Pattern{Expression: s.text("RegexPattern"), Message: s.text("ErrorMessage"), CaseSensitive: !strings.Contains(s.text("Options"), "IgnoreCase")})
	case "ValidateScript":
		if sb, ok := s.value("ScriptBlock").(*scriptBlock); ok {
			check(cmdlet.Script{Block: sb, Message: s.text("ErrorMessage")})
		}
	case "ValidateDrive":
		check(cmdlet.Drive{Names: s.texts("ValidRootDrives"), Location: location})
	case "ValidateUserDrive":
		check(cmdlet.Drive{Names: []string{"User"}, Location: location})
	case "ValidateNotNull":
		check(cmdlet.NotNull{})
	case "ValidateNotNullOrEmpty":
		check(cmdlet.NotNullOrEmpty{})
	case "ValidateNotNullOrWhiteSpace":
		check(cmdlet.NotNullOrEmpty{WhiteSpace: true})
	case "Credential":
		g.transforms = append(g.transforms, in.credentialOf)
	case "":
		in.guardWithClass(g, attribute)
	}
}

// guardWithClass is guardWith for an attribute that is a class of a script.
func (in *Interp) guardWithClass(g *guards, attribute any) {
	engine := func() any { return in.global.find(in.symbols.of("ExecutionContext")).get() }
	t := object.TypeOf(attribute)
	switch {
	case t.IsA(dotnet.TypeValidateEnumerated):
		g.checks = append(g.checks, ownCheck(func(v any) error {
			items, ok := object.ItemsOf(v)
			if !ok {
				items = []any{v}
			}
			for _, item := range items {
				if _, err := object.InvokeMethod(attribute, "ValidateElement", []any{item}); err != nil {
					return err
				}
			}
			return nil
		}))
	case t.IsA(dotnet.TypeValidateArguments):
		g.checks = append(g.checks, ownCheck(func(v any) error {
			_, err := object.InvokeMethod(attribute, "Validate", []any{v, engine()})
			return err
		}))
	case t.IsA(dotnet.TypeTransformation):
		g.transforms = append(g.transforms, func(v any) (any, error) {
			return object.InvokeMethod(attribute, "Transform", []any{engine(), v})
		})
	}
}

// ownCheck is the check of a class of a script.
type ownCheck func(v any) error

// Validate implements [cmdlet.Validator].
func (c ownCheck) Validate(v any) error { return c(v) }

// validValues asks the class that a ValidateSet attribute names for its values.
func (in *Interp) validValues(t *object.Type) ([]string, error) {
	generator, err := object.Construction(t, nil)
	if err != nil {
		return nil, err
	}
	values, err := object.InvokeMethod(generator, "GetValidValues", nil)
	if err != nil {
		return nil, err
	}
	if values == nil || values == object.Nothing {
		return nil, object.NewException("System.Management.Automation.ValidationMetadataException", "Valid values generator return a null value.")
	}
	items, ok := object.ItemsOf(values)
	if !ok {
		items = []any{values}
	}
	texts := make([]string, len(items))
	for i, v := range items {
		texts[i] = object.ToString(v)
	}
	return texts, nil
}
