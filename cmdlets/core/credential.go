package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
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

func init() {
	dotnet.TypeCredential.Views = object.Views{Table: []object.Column{{Property: "UserName"}, {Property: "Password", Right: true}}, AutoSize: true}
}

// addMethod declares a method over instances' Go value.
func addMethod[T any](t *object.Type, name string, returns *object.Type, params []object.Param, call func(base T, args []any) any) {
	t.Instance.Add(&object.Member{Name: name, Kind: object.KindMethod, Overloads: []object.Overload{{
		Params: params, Returns: returns,
		Call: func(recv any, args []any) (any, error) { return call(recv.(*object.Object).Base.(T), args), nil },
	}}})
}

type getCredential struct {
	Credential any    `typename:"System.Management.Automation.PSCredential" param:"set=CredentialSet pos=0" validate:"notnull" help:"A user name, or a credential that is passed on."`
	Message    string `param:"set=MessageSet" validate:"notnullorempty" help:"What the prompt says."`
	UserName   string `param:"set=MessageSet pos=0" validate:"notnullorempty" help:"The user name."`
	Title      string `param:"set=MessageSet" validate:"notnullorempty" help:"The prompt's title."`
}

// Begin asks for what is missing.
func (c *getCredential) Begin(ctx context.Context, out cmdlet.Out) error {
	user := c.UserName
	if c.Credential != nil {
		if object.IsInstance(c.Credential, dotnet.TypeCredential) {
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
	user, password, err := cmdlet.AskCredential(ctx, out.Session().Host(), title, message, user)
	if err != nil {
		return err
	}
	return out.Write(dotnet.NewCredential(user, password))
}

// Process has nothing to do.
func (*getCredential) Process(context.Context, any, cmdlet.Out) error { return nil }

type convertToSecureString struct {
	String      string         `param:"set=Secure,Open,PlainText mandatory pos=0 pipeline" help:"The text."`
	AsPlainText bool           `param:"set=PlainText" help:"Takes the text as it is."`
	Force       bool           `param:"set=PlainText" help:"Has no effect."`
	SecureKey   *object.Object `type:"securestring" param:"set=Secure pos=1" help:"A key; encrypted texts are not supported."`
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
	return out.Write(dotnet.NewSecureString(c.String))
}

type convertFromSecureString struct {
	SecureString *object.Object `type:"securestring" param:"mandatory pos=0 pipeline" help:"The secure string."`
	AsPlainText  bool           `param:"set=AsPlainText" help:"Puts the secret out in clear."`
	SecureKey    *object.Object `type:"securestring" param:"set=Secure pos=1" help:"A key; encrypted texts are not supported."`
	Key          []byte         `param:"set=Open" help:"A key; encrypted texts are not supported."`
}

// Process puts the secret out in clear, where that was asked for.
func (c *convertFromSecureString) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if !c.AsPlainText {
		return object.NewError("EncryptedStringsNotSupported", object.NotImplemented, nil, "ConvertFrom-SecureString cannot encrypt here. migsh keeps the passwords of endpoints and users sealed by itself; -AsPlainText gives the secret in clear.")
	}
	secret, _ := dotnet.SecretOf(c.SecureString)
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
		return out.Write(dotnet.NewSecureString(secret))
	}
	return out.Write(secret)
}
