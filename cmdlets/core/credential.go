package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Credential", Module: "Microsoft.PowerShell.Security", DefaultSet: "CredentialSet", Synopsis: "Gets a credential object based on a user name and password.",
		OutputTypes: []string{"System.Management.Automation.PSCredential"},
	}, func() cmdlet.Cmdlet { return &getCredential{} })
	_ = declare(cmdlet.Spec{
		Name: "ConvertTo-SecureString", Module: "Microsoft.PowerShell.Security", DefaultSet: "Secure", Synopsis: "Converts plain text or encrypted strings to secure strings.",
		OutputTypes: []string{"System.Security.SecureString"},
	}, func() cmdlet.Cmdlet { return &convertToSecureString{} })
	_ = declare(cmdlet.Spec{
		Name: "ConvertFrom-SecureString", Module: "Microsoft.PowerShell.Security", DefaultSet: "Secure", Synopsis: "Converts a secure string to an encrypted standard string, or to plain text.",
		OutputTypes: []string{"System.String"},
	}, func() cmdlet.Cmdlet { return &convertFromSecureString{} })
	_ = declare(cmdlet.Spec{
		Name: "Read-Host", Module: moduleUtility, DefaultSet: "AsString", Synopsis: "Reads a line of input from the console.",
		OutputTypes: []string{"System.String", "System.Security.SecureString"},
	}, func() cmdlet.Cmdlet { return &readHost{} })
)

// secureString is the base value of a SecureString: a secret that nothing prints.
type secureString struct{ secret []byte }

var typeSecureString = object.Declare(&object.Type{Name: "System.Security.SecureString", Short: "securestring", Base: object.TypeObject})

func declareSecureString() {
	t := typeSecureString
	object.Extend(t, func(t *object.Type) {
		addProperty(t, "Length", object.TypeInt32, func(s *secureString) any { return int32(object.Length(string(s.secret))) })
		addMethod(t, "Copy", t, nil, func(s *secureString, _ []any) any {
			return newSecureString(string(s.secret))
		})
		addMethod(t, "Dispose", nil, nil, func(s *secureString, _ []any) any {
			clear(s.secret)
			s.secret = nil
			return object.Nothing
		})
		addMethod(t, "IsReadOnly", object.TypeBoolean, nil, func(*secureString, []any) any { return false })
		addMethod(t, "MakeReadOnly", nil, nil, func(*secureString, []any) any { return object.Nothing })
		addMethod(t, "AppendChar", nil, []object.Param{{Name: "c", Type: object.TypeChar}}, func(s *secureString, args []any) any {
			s.secret = append(s.secret, args[0].(object.Char).String()...)
			return object.Nothing
		})
	})
	t.Constructors = []object.Overload{{Call: func(any, []any) (any, error) { return newSecureString(""), nil }}}
}

// addMethod declares a method over instances' Go value.
func addMethod[T any](t *object.Type, name string, returns *object.Type, params []object.Param, call func(base T, args []any) any) {
	t.Instance.Add(&object.Member{Name: name, Kind: object.KindMethod, Overloads: []object.Overload{{
		Params: params, Returns: returns,
		Call: func(recv any, args []any) (any, error) { return call(recv.(*object.Object).Base.(T), args), nil },
	}}})
}

func newSecureString(secret string) *object.Object {
	return object.Instance(typeSecureString, &secureString{[]byte(secret)})
}

// secretOf returns the secret of a SecureString.
func secretOf(v any) (string, bool) {
	o, ok := v.(*object.Object)
	if !ok {
		return "", false
	}
	s, ok := o.Base.(*secureString)
	if !ok {
		return "", false
	}
	return string(s.secret), true
}

func init() {
	declareSecureString()
	declareNetworkCredential()
	declarePSCredential()
}

// pscredential is the base value of a PSCredential.
type pscredential struct {
	user     string
	password *object.Object
}

// networkCredential is the base value of a NetworkCredential.
type networkCredential struct{ user, domain, password string }

var typeNetworkCredential = object.Declare(&object.Type{Name: "System.Net.NetworkCredential", Base: object.TypeObject})

func declareNetworkCredential() {
	t := typeNetworkCredential
	object.Extend(t, func(t *object.Type) {
		addProperty(t, "UserName", object.TypeString, func(n *networkCredential) any { return n.user })
		addProperty(t, "Password", object.TypeString, func(n *networkCredential) any { return n.password })
		addProperty(t, "SecurePassword", typeSecureString, func(n *networkCredential) any { return newSecureString(n.password) })
		addProperty(t, "Domain", object.TypeString, func(n *networkCredential) any { return n.domain })
	})
	make := func(_ any, args []any) (any, error) {
		n := &networkCredential{}
		for i, field := range []*string{&n.user, &n.password, &n.domain} {
			if i >= len(args) || args[i] == nil {
				continue
			}
			if secret, ok := secretOf(args[i]); ok {
				*field = secret
			} else {
				*field = object.ToString(args[i])
			}
		}
		return object.Instance(t, n), nil
	}
	text, secure := object.TypeString, typeSecureString
	t.Constructors = []object.Overload{
		{Call: make},
		{Params: []object.Param{{Name: "userName", Type: text}, {Name: "password", Type: text}}, Call: make},
		{Params: []object.Param{{Name: "userName", Type: text}, {Name: "password", Type: secure}}, Call: make},
		{Params: []object.Param{{Name: "userName", Type: text}, {Name: "password", Type: text}, {Name: "domain", Type: text}}, Call: make},
		{Params: []object.Param{{Name: "userName", Type: text}, {Name: "password", Type: secure}, {Name: "domain", Type: text}}, Call: make},
	}
}

var typePSCredential = object.Declare(&object.Type{Name: "System.Management.Automation.PSCredential", Short: "pscredential", Base: object.TypeObject,
	Views: object.Views{Table: []object.Column{{Property: "UserName"}, {Property: "Password", Right: true}}, AutoSize: true}})

func declarePSCredential() {
	t := typePSCredential
	object.Extend(t, func(t *object.Type) {
		addProperty(t, "UserName", object.TypeString, func(c *pscredential) any { return c.user })
		addProperty(t, "Password", typeSecureString, func(c *pscredential) any { return c.password })
		addMethod(t, "GetNetworkCredential", typeNetworkCredential, nil, func(c *pscredential, _ []any) any {
			secret, _ := secretOf(c.password)
			n := &networkCredential{user: c.user, password: secret}
			if domain, user, ok := strings.Cut(c.user, `\`); ok {
				n.domain, n.user = domain, user
			} else if user, domain, ok := strings.Cut(c.user, "@"); ok {
				n.user, n.domain = user, domain
			}
			return object.Instance(typeNetworkCredential, n)
		})
		t.Static.Add(&object.Member{Name: "Empty", Kind: object.KindProperty, Type: t, Get: func(any) (any, error) {
			return object.Instance(t, &pscredential{password: newSecureString("")}), nil
		}})
	})
	t.Constructors = []object.Overload{{
		Params: []object.Param{{Name: "userName", Type: object.TypeString}, {Name: "password", Type: typeSecureString}},
		Call: func(_ any, args []any) (any, error) {
			password, ok := args[1].(*object.Object)
			if user := object.ToString(args[0]); user != "" && ok {
				return object.Instance(t, &pscredential{user: user, password: password}), nil
			}
			return nil, object.NewException("System.Management.Automation.PSArgumentException", "Cannot process argument because the value of argument \"%s\" is not valid. Change the value of the \"%[1]s\" argument and run the operation again.", map[bool]string{true: "userName", false: "password"}[ok])
		},
	}}
}

func newCredential(user string, password *object.Object) any {
	return object.Instance(typePSCredential, &pscredential{user, password})
}

type getCredential struct {
	Credential any    `param:"set=CredentialSet pos=0" validate:"notnull" help:"A user name, or a credential that is passed on."`
	Message    string `param:"set=MessageSet" validate:"notnullorempty" help:"What the prompt says."`
	UserName   string `param:"set=MessageSet pos=0" validate:"notnullorempty" help:"The user name."`
	Title      string `param:"set=MessageSet" validate:"notnullorempty" help:"The prompt's title."`
}

// Begin asks for what is missing.
func (c *getCredential) Begin(ctx context.Context, out cmdlet.Out) error {
	user := c.UserName
	if c.Credential != nil {
		if object.IsInstance(c.Credential, typePSCredential) {
			return out.Write(c.Credential)
		}
		user = object.ToString(c.Credential)
	}
	title, message := "PowerShell credential request", "Enter your credentials."
	if c.Title != "" {
		title = c.Title
	}
	if c.Message != "" {
		message = c.Message
	}
	credential, err := askCredential(ctx, out.Session().Host(), title, message, user)
	if err != nil {
		return err
	}
	return out.Write(credential)
}

// Process has nothing to do.
func (*getCredential) Process(context.Context, any, cmdlet.Out) error { return nil }

// askCredential asks for a password, and for the user's name where it is not known.
func askCredential(ctx context.Context, host cmdlet.Host, title, message, user string) (any, error) {
	host.WriteHost("\n"+title+"\n"+message, "", "", true)
	if user == "" {
		name, err := host.ReadLine(ctx, "User: ")
		if err != nil {
			return nil, err
		}
		user = name
	}
	secret, err := host.ReadSecret(ctx, "Password for user "+user+": ", "*")
	if err != nil {
		return nil, err
	}
	return newCredential(user, newSecureString(secret)), nil
}

type convertToSecureString struct {
	String      string         `param:"set=Secure,Open,PlainText mandatory pos=0 pipeline" help:"The text."`
	SecureKey   *object.Object `type:"securestring" param:"set=Secure pos=1" help:"A key; encrypted texts are not supported."`
	AsPlainText bool           `param:"set=PlainText" help:"Takes the text as it is."`
	Force       bool           `param:"set=PlainText" help:"Has no effect."`
	Key         []byte         `param:"set=Open" help:"A key; encrypted texts are not supported."`
}

// Process makes a secure string of plain text.
func (c *convertToSecureString) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if !c.AsPlainText {
		e := object.NewException("System.Management.Automation.PSArgumentException", "The parameter value \"%s\" is not a valid encrypted string.", "***")
		r := object.NewErrorOf(e, "ImportSecureString_InvalidArgument", object.InvalidArgument, nil)
		r.Action = "Encrypted strings are not supported: give the text itself with -AsPlainText."
		return out.Error(r)
	}
	if c.String == "" {
		e := object.NewException("System.Management.Automation.PSArgumentException", "Cannot bind argument to parameter 'String' because it is an empty string.")
		return object.NewErrorOf(e, "ImportSecureString_InvalidArgument", object.InvalidArgument, nil)
	}
	return out.Write(newSecureString(c.String))
}

type convertFromSecureString struct {
	SecureString *object.Object `type:"securestring" param:"mandatory pos=0 pipeline" help:"The secure string."`
	SecureKey    *object.Object `type:"securestring" param:"set=Secure pos=1" help:"A key; encrypted texts are not supported."`
	AsPlainText  bool           `param:"set=AsPlainText" help:"Puts the secret out in clear."`
	Key          []byte         `param:"set=Open" help:"A key; encrypted texts are not supported."`
}

// Process puts the secret out in clear, where that was asked for.
func (c *convertFromSecureString) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if !c.AsPlainText {
		return object.NewError("EncryptedStringsNotSupported", object.NotImplemented, nil, "ConvertFrom-SecureString cannot encrypt here. migsh keeps the passwords of endpoints and users sealed by itself; -AsPlainText gives the secret in clear.")
	}
	secret, _ := secretOf(c.SecureString)
	return out.Write(secret)
}

type readHost struct {
	Prompt         any  `param:"pos=0 remaining allownull" help:"What the prompt says."`
	AsSecureString bool `param:"set=AsSecureString" help:"Hides what is typed and gives a secure string."`
	MaskInput      bool `param:"set=AsString" help:"Hides what is typed."`
}

// Process reads a line.
func (c *readHost) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	prompt := ""
	if c.Prompt != nil {
		prompt = object.ToString(c.Prompt) + ": "
	}
	host := out.Session().Host()
	if !c.AsSecureString && !c.MaskInput {
		line, err := host.ReadLine(ctx, prompt)
		if err != nil {
			return err
		}
		return out.Write(line)
	}
	secret, err := host.ReadSecret(ctx, prompt, "*")
	if err != nil {
		return err
	}
	if c.AsSecureString {
		return out.Write(newSecureString(secret))
	}
	return out.Write(secret)
}
