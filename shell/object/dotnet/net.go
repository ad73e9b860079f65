package dotnet

import (
	"math"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"migsh/shell/object"
)

var (
	typeIPAddress = object.Declare(&object.Type{Name: "System.Net.IPAddress", Short: "ipaddress"})
	typeUri       = object.Declare(&object.Type{Name: "System.Uri", Short: "uri"})
	typeMail      = object.Declare(&object.Type{Name: "System.Net.Mail.MailAddress", Short: "mailaddress"})
	typeFamily    = object.NewEnum("System.Net.Sockets.AddressFamily", false, []string{"Unspecified", "InterNetwork", "InterNetworkV6"}, []int64{0, 2, 23})
	_             = object.NewEnum("System.UriKind", false, []string{"RelativeOrAbsolute", "Absolute", "Relative"}, nil)
	typeHostName  = object.NewEnum("System.UriHostNameType", false, []string{"Unknown", "Basic", "Dns", "IPv4", "IPv6"}, nil)
)

func init() {
	object.Extend(typeIPAddress, ipMembers)
	object.Extend(typeUri, uriMembers)
	object.Extend(typeMail, mailMembers)
	typeIPAddress.Convert = func(v any) (any, bool, error) {
		if n, ok := object.WholeOf(v); ok {
			if _, isBool := v.(bool); isBool {
				return nil, false, nil
			}
			if n < 0 || n > math.MaxUint32 {
				text := strconv.FormatUint(uint64(n), 10)
				e := outOfRange("newAddress ('%s') must be less than or equal to '4294967295'. (Parameter 'newAddress')\nActual value was %s.", text, text)
				return nil, true, object.CastFailed("InvalidCastConstructorException", v, typeIPAddress, e)
			}
			return ipObject(netip.AddrFrom4([4]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})), true, nil
		}
		return object.Parsed(v, typeIPAddress, "InvalidCastParseTargetInvocation", parseIP)
	}
	typeUri.Convert = func(v any) (any, bool, error) {
		return object.Parsed(v, typeUri, "InvalidCastConstructorException", func(s string) (*object.Object, error) {
			return object.Instance(typeUri, newURI(s)), nil
		})
	}
	typeMail.Convert = func(v any) (any, bool, error) {
		return object.Parsed(v, typeMail, "InvalidCastConstructorException", parseMail)
	}
}

// ip is the base value of an IPAddress.
type ip struct{ netip.Addr }

// Text is the address.
func (i ip) Text() string { return i.String() }

// Equals compares addresses.
func (i ip) Equals(other any) bool { o, ok := other.(ip); return ok && o == i }

func ipObject(a netip.Addr) *object.Object { return object.Instance(typeIPAddress, ip{a}) }

// parseIP reads an address as .NET does: IPv4 also with fewer than four parts, the last of which fills the rest.
func parseIP(s string) (*object.Object, error) {
	bad := throw("System.FormatException", "An invalid IP address was specified.")
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return ipObject(a), nil
	}
	parts := strings.Split(s, ".")
	if s == "" || len(parts) > 4 {
		return nil, bad
	}
	var value uint64
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 0, 64)
		if err != nil || p[0] == '+' || strings.ContainsAny(p, "_oObB") {
			return nil, bad
		}
		if i < len(parts)-1 {
			if n > 255 {
				return nil, bad
			}
			value = value<<8 | n
			continue
		}
		rest := uint(8 * (5 - len(parts)))
		if n >= 1<<rest {
			return nil, bad
		}
		value = value<<rest | n
	}
	return ipObject(netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)})), nil
}

func ipMembers(t *object.Type) {
	field(t, "System.Net.Sockets.AddressFamily AddressFamily", func(i ip) any {
		if i.Is4() {
			return object.EnumValue(typeFamily, "InterNetwork")
		}
		return object.EnumValue(typeFamily, "InterNetworkV6")
	})
	property(t, "long Address", func(i ip) (any, error) {
		if !i.Is4() {
			return nil, throw("System.Net.Sockets.SocketException", "Operation not supported")
		}
		b := i.As4()
		return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 | int64(b[3])<<24, nil
	})
	field(t, "string IPAddressToString", func(i ip) any { return i.String() })
	field(t, "bool IsIPv4MappedToIPv6", func(i ip) any { return i.Is4In6() })
	field(t, "bool IsIPv6LinkLocal", func(i ip) any { return i.Is6() && i.IsLinkLocalUnicast() })
	field(t, "bool IsIPv6Multicast", func(i ip) any { return i.Is6() && i.IsMulticast() })
	field(t, "bool IsIPv6SiteLocal", func(i ip) any { b := i.As16(); return i.Is6() && b[0] == 0xFE && b[1]&0xC0 == 0xC0 })
	method(t, "byte[] GetAddressBytes()", func(i ip, _ args) (any, error) { return object.BytesToArray(i.AsSlice()), nil })
	method(t, "ipaddress MapToIPv4()", func(i ip, _ args) (any, error) { return ipObject(i.Unmap()), nil })
	method(t, "ipaddress MapToIPv6()", func(i ip, _ args) (any, error) { return ipObject(netip.AddrFrom16(i.As16())), nil })
	method(t, "string ToString()", func(i ip, _ args) (any, error) { return i.String(), nil })
	static(t, "ipaddress Parse(string ipString)", func(a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("ipString")
		}
		return parseIP(a.str(0))
	})
	static(t, "bool TryParse(string ipString, [ref] ipaddress address)", func(a args) (any, error) {
		o, err := parseIP(a.str(0))
		if err != nil {
			return false, a.out(1, nil)
		}
		return true, a.out(1, o)
	})
	static(t, "bool IsLoopback(ipaddress address)", func(a args) (any, error) { return of[ip](a[0]).IsLoopback(), nil })
	constant(t, "ipaddress Any", ipObject(netip.IPv4Unspecified()))
	constant(t, "ipaddress Loopback", ipObject(netip.AddrFrom4([4]byte{127, 0, 0, 1})))
	constant(t, "ipaddress IPv6Any", ipObject(netip.IPv6Unspecified()))
	constant(t, "ipaddress IPv6Loopback", ipObject(netip.IPv6Loopback()))
	constant(t, "ipaddress Broadcast", ipObject(netip.AddrFrom4([4]byte{255, 255, 255, 255})))
	constructor(t, "(byte[] address)", func(a args) (any, error) {
		addr, ok := netip.AddrFromSlice(object.BytesOf(a[0]))
		if !ok {
			return nil, argument("An invalid IP address was specified. (Parameter 'address')")
		}
		return ipObject(addr), nil
	})
	constructor(t, "(long newAddress)", func(a args) (any, error) { return object.Convert(a[0], t) })
}

// uri is the base value of a Uri: absolute when it has a scheme.
type uri struct {
	original string
	u        *url.URL // nil: relative
}

// Text is the address as .NET prints it: unescaped where that is safe.
func (u *uri) Text() string {
	if u.u == nil {
		return u.original
	}
	s := u.absolute()
	if plain, err := url.PathUnescape(s); err == nil && !strings.ContainsAny(plain, "\x00\n\r") {
		return plain
	}
	return s
}

// Equals compares the absolute forms.
func (u *uri) Equals(other any) bool { o, ok := other.(*uri); return ok && o.Text() == u.Text() }

func newURI(s string) *uri {
	out := &uri{original: s}
	trimmed := strings.TrimSpace(s)
	if strings.HasPrefix(trimmed, "/") {
		out.u = &url.URL{Scheme: "file", Path: trimmed}
		return out
	}
	scheme, rest, ok := strings.Cut(trimmed, ":")
	if !ok || scheme == "" || strings.ContainsAny(scheme, "/?# @.") {
		return out
	}
	escaped := scheme + ":" + strings.ReplaceAll(rest, " ", "%20")
	u, err := url.Parse(escaped)
	if err != nil {
		return out
	}
	u.Scheme = strings.ToLower(u.Scheme)
	u.Host = strings.ToLower(u.Host)
	if u.Opaque == "" && u.Path == "" && u.Host != "" {
		u.Path = "/"
	}
	out.u = u
	return out
}

var defaultPorts = map[string]int{"http": 80, "https": 443, "ftp": 21, "imap": 143, "imaps": 993, "pop": 110, "smtp": 25, "ldap": 389, "ssh": 22, "telnet": 23, "nntp": 119, "gopher": 70}

func (u *uri) port() int {
	if p, err := strconv.Atoi(u.u.Port()); err == nil {
		return p
	}
	if p, ok := defaultPorts[u.u.Scheme]; ok {
		return p
	}
	return -1
}

func (u *uri) authority() string {
	host := u.u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.u.Port(); p != "" && u.port() != defaultPorts[u.u.Scheme] {
		return net.JoinHostPort(u.u.Hostname(), p)
	}
	return host
}

func (u *uri) absolute() string {
	c := *u.u
	c.Host = u.authority()
	if c.Scheme == "mailto" {
		return u.u.String()
	}
	return c.String()
}

func (u *uri) path() string {
	if u.u.Opaque != "" {
		return u.u.Opaque
	}
	return u.u.EscapedPath()
}

func query(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}

func uriMembers(t *object.Type) {
	absolute := func(signature string, get func(u *uri) any) {
		property(t, signature, func(u *uri) (any, error) {
			if u.u == nil {
				return nil, throw("System.InvalidOperationException", "This operation is not supported for a relative URI.")
			}
			return get(u), nil
		})
	}
	absolute("string AbsolutePath", func(u *uri) any { return u.path() })
	absolute("string AbsoluteUri", func(u *uri) any { return u.absolute() })
	absolute("string Authority", func(u *uri) any { return u.authority() })
	absolute("string DnsSafeHost", func(u *uri) any { return u.u.Hostname() })
	absolute("string Fragment", func(u *uri) any {
		if u.u.Fragment == "" {
			return ""
		}
		return "#" + u.u.EscapedFragment()
	})
	absolute("string Host", func(u *uri) any { return u.u.Hostname() })
	absolute("string IdnHost", func(u *uri) any { return u.u.Hostname() })
	absolute("System.UriHostNameType HostNameType", func(u *uri) any {
		host := u.u.Hostname()
		kind := "Dns"
		if a, err := netip.ParseAddr(host); err == nil {
			kind = "IPv4"
			if a.Is6() {
				kind = "IPv6"
			}
		} else if host == "" {
			kind = "Basic"
		}
		return object.EnumValue(typeHostName, kind)
	})
	field(t, "bool IsAbsoluteUri", func(u *uri) any { return u.u != nil })
	absolute("bool IsDefaultPort", func(u *uri) any { return u.port() == defaultPorts[u.u.Scheme] })
	absolute("bool IsFile", func(u *uri) any { return u.u.Scheme == "file" })
	absolute("bool IsLoopback", func(u *uri) any {
		a, err := netip.ParseAddr(u.u.Hostname())
		return u.u.Hostname() == "localhost" || err == nil && a.IsLoopback() || u.u.Scheme == "file" && u.u.Host == ""
	})
	absolute("bool IsUnc", func(u *uri) any { return u.u.Scheme == "file" && u.u.Host != "" })
	absolute("string LocalPath", func(u *uri) any {
		if u.u.Opaque != "" {
			return u.u.Opaque
		}
		return u.u.Path
	})
	field(t, "string OriginalString", func(u *uri) any { return u.original })
	absolute("string PathAndQuery", func(u *uri) any { return u.path() + query(u.u) })
	absolute("int Port", func(u *uri) any { return int32(u.port()) })
	absolute("string Query", func(u *uri) any { return query(u.u) })
	absolute("string Scheme", func(u *uri) any { return u.u.Scheme })
	absolute("string[] Segments", func(u *uri) any {
		var out []string
		rest := u.path()
		for rest != "" {
			i := strings.IndexByte(rest, '/')
			if i < 0 {
				i = len(rest) - 1
			}
			out = append(out, rest[:i+1])
			rest = rest[i+1:]
		}
		return stringArray(out)
	})
	field(t, "bool UserEscaped", func(*uri) any { return false })
	absolute("string UserInfo", func(u *uri) any {
		if u.u.User == nil {
			return ""
		}
		return u.u.User.String()
	})
	method(t, "string ToString()", func(u *uri, _ args) (any, error) { return u.Text(), nil })
	method(t, "bool IsBaseOf(uri uri)", func(u *uri, a args) (any, error) {
		o := of[*uri](a[0])
		return u.u != nil && o.u != nil && u.u.Scheme == o.u.Scheme && u.u.Host == o.u.Host && strings.HasPrefix(o.path(), u.path()[:strings.LastIndexByte(u.path(), '/')+1]), nil
	})
	static(t, "string EscapeDataString(string stringToEscape)", func(a args) (any, error) {
		return strings.NewReplacer("+", "%20", "%7E", "~", "%7e", "~").Replace(url.QueryEscape(a.str(0))), nil
	})
	static(t, "string EscapeUriString(string stringToEscape)", func(a args) (any, error) { return (&url.URL{Path: a.str(0)}).EscapedPath(), nil })
	static(t, "string UnescapeDataString(string stringToUnescape)", func(a args) (any, error) {
		s, err := url.PathUnescape(a.str(0))
		if err != nil {
			return a.str(0), nil
		}
		return s, nil
	})
	static(t, "bool IsWellFormedUriString(string uriString, System.UriKind uriKind)", func(a args) (any, error) {
		u := newURI(a.str(0))
		return !strings.Contains(a.str(0), " ") && (u.u != nil) != (a.enum(1) == 2), nil
	})
	make := func(s string, kind int64) (any, error) {
		u := newURI(s)
		switch {
		case s == "" && kind == 1:
			return nil, throw("System.UriFormatException", "Invalid URI: The URI is empty.")
		case u.u == nil && kind == 1:
			return nil, throw("System.UriFormatException", "Invalid URI: The format of the URI could not be determined.")
		case u.u != nil && kind == 2:
			return nil, throw("System.UriFormatException", "A relative URI cannot be created because the 'uriString' parameter represents an absolute URI.")
		}
		return object.Instance(t, u), nil
	}
	static(t, "bool TryCreate(string uriString, System.UriKind uriKind, [ref] uri result)", func(a args) (any, error) {
		o, err := make(a.str(0), a.enum(1))
		if err != nil {
			return false, a.out(2, nil)
		}
		return true, a.out(2, o)
	})
	constructor(t, "(string uriString)", func(a args) (any, error) { return make(a.str(0), 1) })
	constructor(t, "(string uriString, System.UriKind uriKind)", func(a args) (any, error) { return make(a.str(0), a.enum(1)) })
	constructor(t, "(uri baseUri, string relativeUri)", func(a args) (any, error) {
		base := of[*uri](a[0])
		if base.u == nil {
			return nil, outOfRange("This operation is not supported for a relative URI.")
		}
		ref, err := base.u.Parse(strings.ReplaceAll(a.str(1), " ", "%20"))
		if err != nil {
			return nil, throw("System.UriFormatException", "Invalid URI: The format of the URI could not be determined.")
		}
		return object.Instance(t, &uri{original: ref.String(), u: ref}), nil
	})
}

// mail is the base value of a MailAddress.
type mail struct{ display, user, host string }

func (m mail) address() string { return m.user + "@" + m.host }

// Text is the address, with the display name in quotes.
func (m mail) Text() string {
	if m.display == "" {
		return m.address()
	}
	return "\"" + m.display + "\" <" + m.address() + ">"
}

// Equals compares without regard to case.
func (m mail) Equals(other any) bool {
	o, ok := other.(mail)
	return ok && strings.EqualFold(o.Text(), m.Text())
}

// parseMail reads user@host, <user@host> or a name before one of these.
func parseMail(s string) (*object.Object, error) {
	bad := throw("System.FormatException", "The specified string is not in the form required for an e-mail address.")
	m := mail{}
	addr := strings.TrimSpace(s)
	if strings.HasSuffix(addr, ">") {
		open := strings.LastIndexByte(addr, '<')
		if open < 0 {
			return nil, bad
		}
		m.display = strings.Trim(strings.TrimSpace(addr[:open]), `"`)
		addr = addr[open+1 : len(addr)-1]
	}
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 || at == len(addr)-1 {
		return nil, bad
	}
	m.user, m.host = addr[:at], addr[at+1:]
	if i := strings.LastIndexAny(m.user, " \t"); i >= 0 && m.display == "" && !strings.HasPrefix(m.user, `"`) {
		return nil, bad
	}
	quoted := strings.HasPrefix(m.user, `"`) && strings.HasSuffix(m.user, `"`) && len(m.user) > 1
	if !quoted && (strings.ContainsAny(m.user, " \t@,;:<>()[]\\\"") || strings.HasPrefix(m.user, ".") || strings.HasSuffix(m.user, ".") || strings.Contains(m.user, "..")) {
		return nil, bad
	}
	if strings.ContainsAny(m.host, " \t@,;:<>()\\\"") || strings.HasPrefix(m.host, ".") || strings.HasSuffix(m.host, ".") || strings.Contains(m.host, "..") {
		return nil, bad
	}
	return object.Instance(typeMail, m), nil
}

func mailMembers(t *object.Type) {
	field(t, "string Address", func(m mail) any { return m.address() })
	field(t, "string DisplayName", func(m mail) any { return m.display })
	field(t, "string Host", func(m mail) any { return m.host })
	field(t, "string User", func(m mail) any { return m.user })
	method(t, "string ToString()", func(m mail, _ args) (any, error) { return m.Text(), nil })
	constructor(t, "(string address)", func(a args) (any, error) { return parseMail(a.str(0)) })
	constructor(t, "(string address, string displayName)", func(a args) (any, error) {
		o, err := parseMail(a.str(0))
		if err != nil {
			return nil, err
		}
		m := o.Base.(mail)
		m.display = a.str(1)
		return object.Instance(t, m), nil
	})
	static(t, "bool TryCreate(string address, [ref] mailaddress result)", func(a args) (any, error) {
		o, err := parseMail(a.str(0))
		if err != nil {
			return false, a.out(1, nil)
		}
		return true, a.out(1, o)
	})
}
