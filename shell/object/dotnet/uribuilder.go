package dotnet

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"migsh/shell/object"
)

var typeUriBuilder = object.Declare(&object.Type{Name: "System.UriBuilder"})

func init() { object.Extend(typeUriBuilder, uriBuilderMembers) }

// uriBuilder is the base value of a UriBuilder: the parts of an address, each to be set by itself.
type uriBuilder struct {
	scheme, user, password, host, path, query, fragment string
	port                                                int // -1: the scheme's own
}

// Text is the address that the parts make.
func (b *uriBuilder) Text() string {
	u := url.URL{Scheme: b.scheme, Host: b.host, Path: b.path, RawQuery: strings.TrimPrefix(b.query, "?"), Fragment: strings.TrimPrefix(b.fragment, "#")}
	if b.port >= 0 {
		u.Host = net.JoinHostPort(b.host, strconv.Itoa(b.port))
	}
	switch {
	case b.password != "":
		u.User = url.UserPassword(b.user, b.password)
	case b.user != "":
		u.User = url.User(b.user)
	}
	return u.String()
}

func newURIBuilder(text string) (*uriBuilder, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, throw("System.UriFormatException", "Invalid URI: The format of the URI could not be determined.")
	}
	b := &uriBuilder{scheme: u.Scheme, user: u.User.Username(), host: u.Hostname(), path: u.Path, query: query(u), port: -1}
	b.password, _ = u.User.Password()
	if u.Fragment != "" {
		b.fragment = "#" + u.EscapedFragment()
	}
	if b.path == "" {
		b.path = "/"
	}
	switch own, known := defaultPorts[u.Scheme]; {
	case u.Port() != "":
		b.port, _ = strconv.Atoi(u.Port()) // digits, as url.Parse has seen
	case known:
		b.port = own
	}
	return b, nil
}

func uriBuilderMembers(t *object.Type) {
	text := func(name, mark string, part func(*uriBuilder) *string) {
		settable(t, "string "+name, func(b *uriBuilder) any { return *part(b) }, func(b *uriBuilder, v any) error {
			s := object.ToString(v)
			if mark != "" && s != "" && !strings.HasPrefix(s, mark) {
				s = mark + s
			}
			*part(b) = s
			return nil
		})
	}
	text("Scheme", "", func(b *uriBuilder) *string { return &b.scheme })
	text("Host", "", func(b *uriBuilder) *string { return &b.host })
	text("Path", "/", func(b *uriBuilder) *string { return &b.path })
	text("Query", "?", func(b *uriBuilder) *string { return &b.query })
	text("Fragment", "#", func(b *uriBuilder) *string { return &b.fragment })
	text("UserName", "", func(b *uriBuilder) *string { return &b.user })
	text("Password", "", func(b *uriBuilder) *string { return &b.password })
	settable(t, "int Port", func(b *uriBuilder) any { return int32(b.port) }, func(b *uriBuilder, v any) error {
		n, err := object.Convert(v, object.TypeInt32)
		if err != nil {
			return err
		}
		if port := n.(int32); port < -1 || port > 65535 {
			return outOfRange("Specified argument was out of the range of valid values. (Parameter 'value')")
		}
		b.port = int(n.(int32))
		return nil
	})
	field(t, "uri Uri", func(b *uriBuilder) any { return object.Instance(typeUri, newURI(b.Text())) })
	method(t, "string ToString()", func(b *uriBuilder, _ args) (any, error) { return b.Text(), nil })
	made := func(b *uriBuilder, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return object.Instance(t, b), nil
	}
	constructor(t, "()", func(args) (any, error) {
		return made(&uriBuilder{scheme: "http", host: "localhost", path: "/", port: -1}, nil)
	})
	constructor(t, "(string uri)", func(a args) (any, error) { return made(newURIBuilder(a.str(0))) })
	constructor(t, "(uri uri)", func(a args) (any, error) { return made(newURIBuilder(object.ToString(a[0]))) })
	parts := func(a args, port int, path string) (any, error) {
		return made(&uriBuilder{scheme: a.str(0), host: a.str(1), path: "/" + strings.TrimPrefix(path, "/"), port: port}, nil)
	}
	constructor(t, "(string schemeName, string hostName)", func(a args) (any, error) { return parts(a, -1, "") })
	constructor(t, "(string scheme, string host, int portNumber)", func(a args) (any, error) { return parts(a, a.int(2), "") })
	constructor(t, "(string scheme, string host, int port, string pathValue)", func(a args) (any, error) { return parts(a, a.int(2), a.str(3)) })
}
