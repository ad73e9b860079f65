package interp

import (
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
			case "supportspaging":
				s.info.Paging = object.IsTrue(v)
			case "helpuri":
				s.info.HelpURI = object.ToString(v)
			case "remotingcapability":
				v, err := object.Convert(v, dotnet.TypeRemotingCapability)
				if err != nil {
					return f.wrap(err)
				}
				s.info.Remoting = object.ToString(v)
			case "supportstransactions": // there are none
			default:
				return f.errAt(a, "PropertyNotFoundForAttribute", "Property '"+name+"' cannot be found for type 'CmdletBinding'.")
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
	case "obsolete":
		message, err := c.obsolete(f, a)
		out.Obsolete = &message
		s.attrs.obsolete = true
		return err
	case "experimental":
		return f.errAt(a, "ExperimentalNotSupported", "The Experimental attribute is not supported: there are no experimental features here. Remove it.")
	}
	v, err := c.attribute(f, a)
	if err != nil {
		return err
	}
	if set, ok := f.in.describeWith(out, v); ok {
		s.attrs.advanced = true
		out.Sets = append(out.Sets, set)
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
