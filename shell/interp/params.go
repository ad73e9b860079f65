package interp

import (
	"errors"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
	"migsh/shell/syntax"
)

// functionAttributes are what [CmdletBinding()] and its like say.
type functionAttributes struct {
	advanced bool
	// obsolete is set where a parameter is; message is that of the whole command, nil where it is not obsolete.
	obsolete bool
	message  *string
}

// validation is a check of a value, by an attribute of a parameter or variable.
type validation struct {
	make func(f *frame) (cmdlet.Validator, error)
}

func (v validation) validate(f *frame, x any) error {
	check, err := v.make(f)
	if err != nil {
		return err
	}
	if err := check.Validate(x); err != nil {
		var e *object.Exception
		if errors.As(err, &e) {
			return err
		}
		return object.NewException("System.Management.Automation.ValidationMetadataException", "%s", err.Error())
	}
	return nil
}

// describe makes the block's signature, whose attributes' arguments are evaluated in f.
func (b *block) describe(f *frame, name string, kind cmdlet.Kind) (*signature, error) {
	if b.signature != nil && b.signature.info.Name == name {
		return b.signature, nil
	}
	s := &signature{info: &cmdlet.Info{Name: name, Kind: kind, ErrorName: name}}
	attributes := b.ast.Attributes
	if b.ast.Params != nil {
		attributes = append(attributes[:len(attributes):len(attributes)], b.ast.Params.Attributes...)
	}
	c := &compiler{in: b.in, block: b}
	for _, a := range attributes {
		if err := s.functionAttribute(f, c, a); err != nil {
			return nil, err
		}
	}
	for i, p := range b.params {
		param, err := s.parameter(f, c, p, i)
		if err != nil {
			return nil, err
		}
		s.info.Parameters = append(s.info.Parameters, param)
	}
	s.info.Advanced = s.attrs.advanced
	s.info.Comments = b.comments
	s.positions()
	b.signature = s
	return s, nil
}

// comments reads the help in the comments of the function or script.
func (b *block) comments() *syntax.CommentHelp {
	if b.definition != nil {
		return b.definition.Help()
	}
	return b.ast.Help()
}

// positions gives the parameters their places, by order of declaration, where no attribute does.
func (s *signature) positions() {
	if s.info.NoPositional {
		return
	}
	for _, p := range s.info.Parameters {
		for _, set := range p.Sets {
			if set.Position >= 0 {
				return
			}
		}
	}
	next := 0
	for _, p := range s.info.Parameters {
		if p.Switch {
			continue
		}
		for i := range p.Sets {
			if !p.Sets[i].Remaining {
				p.Sets[i].Position = next
			}
		}
		next++
	}
}

// functionAttribute reads one attribute of a function.
func (s *signature) functionAttribute(f *frame, c *compiler, a *syntax.Attribute) error {
	switch attributeName(a) {
	case "cmdletbinding":
		s.attrs.advanced = true
		return c.namedArguments(f, a, func(name string, v any) error {
			switch strings.ToLower(name) {
			case "supportsshouldprocess":
				s.info.ShouldProcess = object.IsTrue(v)
				if s.info.ConfirmImpact == cmdlet.ImpactNone {
					s.info.ConfirmImpact = cmdlet.ImpactMedium
				}
			case "confirmimpact":
				switch strings.ToLower(object.ToString(v)) {
				case "none":
					s.info.ConfirmImpact = cmdlet.ImpactNone
				case "low":
					s.info.ConfirmImpact = cmdlet.ImpactLow
				case "high":
					s.info.ConfirmImpact = cmdlet.ImpactHigh
				default:
					s.info.ConfirmImpact = cmdlet.ImpactMedium
				}
			case "defaultparametersetname":
				s.info.DefaultSet = object.ToString(v)
			case "positionalbinding":
				s.info.NoPositional = !object.IsTrue(v)
			}
			return nil
		})
	case "obsolete":
		message, err := c.obsolete(f, a)
		s.attrs.message = &message
		return err
	case "outputtype":
		for _, x := range a.Positional {
			v, err := c.expr(x)(f)
			if err != nil {
				return err
			}
			if t, ok := v.(*object.Type); ok {
				s.info.OutputTypes = append(s.info.OutputTypes, t.Name)
			} else {
				s.info.OutputTypes = append(s.info.OutputTypes, object.ToString(v))
			}
		}
	}
	return nil
}

func attributeName(a *syntax.Attribute) string {
	name := strings.ToLower(a.TypeName.Name)
	name = strings.TrimPrefix(name, "system.management.automation.")
	return strings.TrimSuffix(name, "attribute")
}

// namedArguments evaluates an attribute's named arguments.
func (c *compiler) namedArguments(f *frame, a *syntax.Attribute, each func(name string, v any) error) error {
	for _, n := range a.Named {
		v, err := c.expr(n.Argument)(f)
		if err != nil {
			return err
		}
		if err := each(n.Name, v); err != nil {
			return err
		}
	}
	return nil
}

// parameter reads one parameter's declaration.
func (s *signature) parameter(f *frame, c *compiler, p *syntax.Parameter, index int) (*cmdlet.Parameter, error) {
	out := &cmdlet.Parameter{Name: p.Name.Name, Index: index}
	if p.Default != nil {
		out.DefaultText = p.Default.Extent().Text()
	}
	for _, a := range p.Attributes {
		switch a := a.(type) {
		case *syntax.TypeConstraint:
			if err := s.parameterType(f, out, a.TypeName); err != nil {
				return nil, err
			}
		case *syntax.Attribute:
			if err := s.parameterAttribute(f, c, out, a); err != nil {
				return nil, err
			}
		}
	}
	if len(out.Sets) == 0 {
		out.Sets = []cmdlet.ParameterSet{{Name: cmdlet.AllSets, Position: -1}}
	}
	return out, nil
}

func (s *signature) parameterType(f *frame, out *cmdlet.Parameter, n *syntax.TypeName) error {
	t, err := f.resolveType(n)
	if err != nil {
		return err
	}
	if out.Type != nil {
		return nil
	}
	out.Type = t
	out.Switch = t == object.TypeSwitch
	return nil
}

func (s *signature) parameterAttribute(f *frame, c *compiler, out *cmdlet.Parameter, a *syntax.Attribute) error {
	switch attributeName(a) {
	case "parameter":
		s.attrs.advanced = true
		set := cmdlet.ParameterSet{Name: cmdlet.AllSets, Position: -1}
		err := c.namedArguments(f, a, func(name string, v any) error {
			switch strings.ToLower(name) {
			case "mandatory":
				set.Mandatory = object.IsTrue(v)
			case "position":
				n, err := object.Convert(v, object.TypeInt32)
				if err != nil {
					return err
				}
				set.Position = int(n.(int32))
			case "parametersetname":
				set.Name = object.ToString(v)
			case "valuefrompipeline":
				set.Pipeline = object.IsTrue(v)
			case "valuefrompipelinebypropertyname":
				set.PipelineByName = object.IsTrue(v)
			case "valuefromremainingarguments":
				set.Remaining = object.IsTrue(v)
			case "helpmessage":
				set.HelpMessage = object.ToString(v)
			case "dontshow":
				out.DontShow = object.IsTrue(v)
			}
			return nil
		})
		if err != nil {
			return err
		}
		out.Sets = append(out.Sets, set)
		return nil
	case "alias":
		for _, x := range a.Positional {
			v, err := c.expr(x)(f)
			if err != nil {
				return err
			}
			if items, ok := object.ItemsOf(v); ok {
				for _, item := range items {
					out.Aliases = append(out.Aliases, object.ToString(item))
				}
				continue
			}
			out.Aliases = append(out.Aliases, object.ToString(v))
		}
		return nil
	case "allownull":
		out.AllowNull = true
		return nil
	case "allowemptystring":
		out.AllowEmptyString = true
		return nil
	case "allowemptycollection":
		out.AllowEmptyCollection = true
		return nil
	case "supportswildcards":
		out.SupportsWildcards = true
		return nil
	case "argumentcompletions":
		for _, x := range a.Positional {
			v, err := c.expr(x)(f)
			if err != nil {
				return err
			}
			out.Values = append(out.Values, object.ToString(v))
		}
		return nil
	case "credential":
		out.Transform = c.in.credentialOf
		return nil
	case "argumentcompleter":
		if len(a.Positional) != 1 {
			break
		}
		v, err := c.expr(a.Positional[0])(f)
		if err != nil {
			return err
		}
		sb, ok := v.(object.ScriptBlock)
		if !ok {
			return f.errAt(a, "ArgumentCompleterNotSupported", "The ArgumentCompleter attribute takes a script block here: [ArgumentCompleter({ param($command, $parameter, $word) ... })].")
		}
		out.CompleteWith = sb
		return nil
	case "obsolete":
		message, err := c.obsolete(f, a)
		out.Obsolete = &message
		s.attrs.obsolete = true
		return err
	case "experimental":
		return f.errAt(a, "ExperimentalNotSupported", "The Experimental attribute is not supported: there are no experimental features here. Remove it.")
	case "psdefaultvalue", "validatetrusteddata":
		return nil // help that is not shown; data is untrusted only where the language is constrained, and it never is
	}
	check, known, err := c.validator(f, a)
	if err != nil {
		return err
	}
	if known {
		out.Validators = append(out.Validators, check)
		return nil
	}
	if _, err := f.resolveType(a.TypeName); err != nil {
		return f.errAt(a, "CustomAttributeTypeNotFound", "Cannot find the type for custom attribute '"+a.TypeName.FullName()+"'. Make sure that the assembly that contains this type is loaded.")
	}
	return nil
}

// obsolete reads the message of [Obsolete()].
func (c *compiler) obsolete(f *frame, a *syntax.Attribute) (string, error) {
	if len(a.Positional) == 0 {
		return "", nil
	}
	v, err := c.expr(a.Positional[0])(f)
	return object.ToString(v), err
}

// credentialOf is [Credential()]: it asks for the password of a user, and for the user's name where that is $null.
func (in *Interp) credentialOf(v any) (any, error) {
	if object.IsInstance(v, dotnet.TypeCredential) {
		return v, nil
	}
	user, password, err := cmdlet.AskCredential(in.ctx, in.options.Host, "PowerShell credential request", "Enter your credentials.", object.ToString(v))
	if err != nil {
		return nil, err
	}
	return dotnet.NewCredential(user, password), nil
}

// warnObsolete warns of what is obsolete among the command and the parameters that are bound, of each once.
func (s *functionStage) warnObsolete() error {
	if s.binding == nil {
		return nil // it has no parameters, and no attributes
	}
	attrs := &s.fn.block.signature.attrs
	if attrs.message == nil && !attrs.obsolete {
		return nil
	}
	warn := func(what string, message string) error {
		text := strings.TrimSpace(what + " is obsolete. " + message)
		return s.frame.stream(syntax.StreamWarning, s.frame.in.known.warning, s.common.WarningAction, newRecord(warningRecord, text, s.call.invocation(s.frame)), text)
	}
	if attrs.message != nil && s.warned == nil {
		if err := warn("The command '"+s.fn.name+"'", *attrs.message); err != nil {
			return err
		}
	}
	if s.warned == nil {
		s.warned = map[*cmdlet.Parameter]bool{}
	}
	for _, p := range s.fn.block.signature.info.Parameters {
		if _, bound := s.binding.Value(p); !bound || p.Obsolete == nil || s.warned[p] {
			continue
		}
		s.warned[p] = true
		if err := warn("Parameter '"+p.Name+"'", *p.Obsolete); err != nil {
			return err
		}
	}
	return nil
}

// validations are the checks that attributes put on a variable.
func (c *compiler) validations(attributes []*syntax.Attribute) []validation {
	var out []validation
	for _, a := range attributes {
		out = append(out, validation{func(f *frame) (cmdlet.Validator, error) {
			check, known, err := c.validator(f, a)
			if err != nil {
				return nil, err
			}
			if !known {
				return anything{}, nil
			}
			return check, nil
		}})
	}
	return out
}

type anything struct{}

func (anything) Validate(any) error { return nil }

// validator makes the check that a Validate… attribute stands for; known is false for other attributes.
func (c *compiler) validator(f *frame, a *syntax.Attribute) (check cmdlet.Validator, known bool, err error) {
	var args []any
	for _, x := range a.Positional {
		v, err := c.expr(x)(f)
		if err != nil {
			return nil, false, err
		}
		args = append(args, v)
	}
	message, ignoreCase := "", true
	err = c.namedArguments(f, a, func(name string, v any) error {
		switch strings.ToLower(name) {
		case "errormessage":
			message = object.ToString(v)
		case "ignorecase":
			ignoreCase = object.IsTrue(v)
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	number := func(i int) int {
		if i >= len(args) {
			return 0
		}
		n, convertErr := object.Convert(args[i], object.TypeInt32)
		if convertErr != nil {
			err = convertErr
			return 0
		}
		return int(n.(int32))
	}
	switch attributeName(a) {
	case "validateset":
		var values []string
		for _, v := range args {
			if v, err = f.validValues(v); err != nil {
				return nil, false, err
			}
			if items, ok := object.ItemsOf(v); ok {
				for _, item := range items {
					values = append(values, object.ToString(item))
				}
				continue
			}
			values = append(values, object.ToString(v))
		}
		return cmdlet.OneOf{Values: values, CaseSensitive: !ignoreCase, Message: message}, true, nil
	case "validaterange":
		if len(args) == 1 {
			return cmdlet.RangeKind(object.ToString(args[0])), true, nil
		}
		if len(args) == 2 {
			return cmdlet.Range{Min: args[0], Max: args[1]}, true, nil
		}
	case "validatelength":
		return cmdlet.Length{Min: number(0), Max: number(1)}, true, err
	case "validatecount":
		return cmdlet.Count{Min: number(0), Max: number(1)}, true, err
	case "validatepattern":
		if len(args) == 1 {
			return cmdlet.Pattern{Expression: object.ToString(args[0]), Message: message}, true, nil
		}
	case "validatescript":
		if len(args) == 1 {
			if sb, ok := args[0].(*scriptBlock); ok {
				return cmdlet.Script{Block: sb, Message: message}, true, nil
			}
		}
	case "validatedrive":
		d := cmdlet.Drive{}
		for _, v := range args {
			d.Names = append(d.Names, object.ToString(v))
		}
		d.Location = func() string { return c.in.location }
		return d, true, nil
	case "validateuserdrive":
		return cmdlet.Drive{Names: []string{"User"}, Location: func() string { return c.in.location }}, true, nil
	case "validatenotnull":
		return cmdlet.NotNull{}, true, nil
	case "validatenotnullorempty":
		return cmdlet.NotNullOrEmpty{}, true, nil
	case "validatenotnullorwhitespace":
		return cmdlet.NotNullOrEmpty{WhiteSpace: true}, true, nil
	}
	return nil, false, nil
}
