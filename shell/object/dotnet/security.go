package dotnet

import (
	"strings"
	"unicode/utf16"

	"migsh/shell/object"
)

var (
	// TypeSecureString and TypeCredential are what Read-Host -AsSecureString and Get-Credential return.
	TypeSecureString = object.Declare(&object.Type{Name: "System.Security.SecureString", Short: "securestring"})
	TypeCredential   = object.Declare(&object.Type{Name: "System.Management.Automation.PSCredential", Short: "pscredential"})
	typeNetworkCred  = object.Declare(&object.Type{Name: "System.Net.NetworkCredential"})
	typeMarshal      = object.Declare(&object.Type{Name: "System.Runtime.InteropServices.Marshal", IsStatic: true})
	typeBinaryString = object.Declare(&object.Type{Name: "System.IntPtr", IsValue: true})

	nullCredentialPart = "Cannot process argument because the value of argument \"%s\" is null. Change the value of argument \"%s\" to a non-null value."
)

func init() {
	object.Extend(TypeSecureString, secureMembers)
	object.Extend(TypeCredential, credentialMembers)
	object.Extend(typeNetworkCred, networkCredentialMembers)
	object.Extend(typeMarshal, marshalMembers)
	TypeCredential.ToString = func(any) string { return TypeCredential.Name }
	TypeSecureString.ToString = func(any) string { return TypeSecureString.Name }
	typeNetworkCred.ToString = func(any) string { return typeNetworkCred.Name }
	typeBinaryString.ToString = func(any) string { return "0" }
}

// secure is the base value of a SecureString. Its text is never printed: only [SecretOf] and what scripts ask for by name give it.
type secure struct {
	units    []uint16
	readOnly bool
}

// String keeps the secret out of traces.
func (*secure) String() string { return "System.Security.SecureString" }

// NewSecureString returns a SecureString that holds text.
func NewSecureString(text string) *object.Object {
	return object.Instance(TypeSecureString, &secure{units: utf16.Encode([]rune(text))})
}

// SecretOf returns the text in a SecureString.
func SecretOf(v any) (string, bool) {
	o, ok := v.(*object.Object)
	if !ok {
		return "", false
	}
	s, ok := o.Base.(*secure)
	if !ok {
		return "", false
	}
	return string(utf16.Decode(s.units)), true
}

func secureMembers(t *object.Type) {
	field(t, "int Length", func(s *secure) any { return int32(len(s.units)) })
	change := func(signature string, fn func(s *secure, a args) error) {
		method(t, signature, func(s *secure, a args) (any, error) {
			if s.readOnly {
				return nil, throw("System.InvalidOperationException", "Instance is read-only.")
			}
			return nil, fn(s, a)
		})
	}
	change("void AppendChar(char c)", func(s *secure, a args) error {
		s.units = append(s.units, uint16(a[0].(object.Char)))
		return nil
	})
	change("void Clear()", func(s *secure, _ args) error {
		clear(s.units)
		s.units = nil
		return nil
	})
	change("void RemoveAt(int index)", func(s *secure, a args) error {
		if a.int(0) < 0 || a.int(0) >= len(s.units) {
			return outOfRange("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'index')")
		}
		s.units = append(s.units[:a.int(0)], s.units[a.int(0)+1:]...)
		return nil
	})
	method(t, "bool IsReadOnly()", func(s *secure, _ args) (any, error) { return s.readOnly, nil })
	method(t, "void MakeReadOnly()", func(s *secure, _ args) (any, error) { s.readOnly = true; return nil, nil })
	method(t, "securestring Copy()", func(s *secure, _ args) (any, error) {
		return object.Instance(t, &secure{units: append([]uint16(nil), s.units...)}), nil
	})
	method(t, "void Dispose()", func(s *secure, _ args) (any, error) { clear(s.units); s.units = nil; return nil, nil })
	constructor(t, "()", func(args) (any, error) { return object.Instance(t, &secure{}), nil })
}

// credential is the base value of a PSCredential and of a NetworkCredential.
type credential struct {
	name, domain string
	password     *object.Object
}

// String keeps the secret out of traces.
func (*credential) String() string { return "System.Management.Automation.PSCredential" }

// NewCredential returns a PSCredential.
func NewCredential(name, password string) *object.Object {
	return object.Instance(TypeCredential, &credential{name: name, password: NewSecureString(password)})
}

func (c *credential) secret() string {
	s, _ := SecretOf(c.password) // a credential without a password has an empty one
	return s
}

// split takes the domain from domain\user and user@domain, as GetNetworkCredential does.
func (c *credential) split() *credential {
	if domain, user, ok := strings.Cut(c.name, `\`); ok {
		return &credential{name: user, domain: domain, password: c.password}
	}
	if user, domain, ok := strings.Cut(c.name, "@"); ok {
		return &credential{name: user, domain: domain, password: c.password}
	}
	return &credential{name: c.name, password: c.password}
}

func credentialMembers(t *object.Type) {
	field(t, "string UserName", func(c *credential) any { return c.name })
	field(t, "securestring Password", func(c *credential) any {
		if c.password == nil {
			return nil
		}
		return c.password
	})
	method(t, "System.Net.NetworkCredential GetNetworkCredential()", func(c *credential, _ args) (any, error) {
		return object.Instance(typeNetworkCred, c.split()), nil
	})
	constant(t, "pscredential Empty", object.Instance(t, &credential{}))
	constructor(t, "(string userName, securestring password)", func(a args) (any, error) {
		if a.str(0) == "" {
			if a[0] == nil {
				return nil, throw("System.Management.Automation.PSArgumentNullException", nullCredentialPart, "userName", "userName")
			}
			return nil, throw("System.Management.Automation.PSArgumentException", "Cannot process argument because the value of argument \"userName\" is not valid. Change the value of the \"userName\" argument and run the operation again.")
		}
		p, ok := a[1].(*object.Object)
		if !ok {
			return nil, throw("System.Management.Automation.PSArgumentNullException", nullCredentialPart, "password", "password")
		}
		return object.Instance(t, &credential{name: a.str(0), password: p}), nil
	})
}

func networkCredentialMembers(t *object.Type) {
	settable(t, "string UserName", func(c *credential) any { return c.name }, func(c *credential, v any) error { c.name = object.ToString(v); return nil })
	settable(t, "string Domain", func(c *credential) any { return c.domain }, func(c *credential, v any) error { c.domain = object.ToString(v); return nil })
	settable(t, "string Password", func(c *credential) any { return c.secret() }, func(c *credential, v any) error {
		c.password = NewSecureString(object.ToString(v))
		return nil
	})
	field(t, "securestring SecurePassword", func(c *credential) any { return NewSecureString(c.secret()) })
	make := func(a args) (any, error) {
		c := &credential{name: a.str(0)}
		switch p := a[1].(type) {
		case string:
			c.password = NewSecureString(p)
		case *object.Object:
			c.password = p
		}
		if len(a) > 2 {
			c.domain = a.str(2)
		}
		return object.Instance(t, c), nil
	}
	constructor(t, "()", func(args) (any, error) { return object.Instance(t, &credential{}), nil })
	constructor(t, "(string userName, string password)", make)
	constructor(t, "(string userName, securestring password)", make)
	constructor(t, "(string userName, string password, string domain)", make)
	constructor(t, "(string userName, securestring password, string domain)", make)
}

// marshalMembers are the two calls by which scripts read a SecureString. The pointer is the SecureString itself.
func marshalMembers(t *object.Type) {
	for _, name := range []string{"SecureStringToBSTR", "SecureStringToGlobalAllocUnicode", "SecureStringToCoTaskMemUnicode"} {
		static(t, "System.IntPtr "+name+"(securestring s)", func(a args) (any, error) {
			if a[0] == nil {
				return nil, nullArgument("s")
			}
			return object.Instance(typeBinaryString, a[0].(*object.Object).Base), nil
		})
	}
	for _, name := range []string{"PtrToStringBSTR", "PtrToStringAuto", "PtrToStringUni"} {
		static(t, "string "+name+"(System.IntPtr ptr)", func(a args) (any, error) {
			s, ok := SecretOf(a[0])
			if !ok {
				return nil, nullArgument("ptr")
			}
			return s, nil
		})
	}
	for _, name := range []string{"ZeroFreeBSTR", "ZeroFreeGlobalAllocUnicode", "ZeroFreeCoTaskMemUnicode", "FreeBSTR"} {
		static(t, "void "+name+"(System.IntPtr s)", func(args) (any, error) { return nil, nil })
	}
}
