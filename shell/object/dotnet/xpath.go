package dotnet

import (
	"slices"
	"strconv"
	"strings"
)

// selectNodes evaluates the part of XPath that scripts use: /a/b, //a, ., .., *, @attribute, text(), unions with |, and
// predicates [n], [last()], [@a], [@a='x'], [name='x'], [contains(@a,'x')], [starts-with(name,'x')], [not(…)], with "and" and "or".
//
// Prefixes are those of namespaces, by prefix; without namespaces names are compared with their prefixes.
func selectNodes(from *node, expression string, namespaces map[string]string) ([]*node, error) {
	var out []*node
	for _, part := range splitOutside(expression, "|") {
		p := &xpath{text: strings.TrimSpace(part), whole: expression, namespaces: namespaces}
		nodes, err := p.path(from)
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// xpath reads one location path from left to right.
type xpath struct {
	text, whole string
	at          int
	namespaces  map[string]string // by prefix; nil: names are compared with their prefixes
}

func (p *xpath) fault() error {
	return throw("System.Xml.XPath.XPathException", "'%s' has an invalid token.", p.whole)
}

func (p *xpath) take(s string) bool {
	if strings.HasPrefix(p.text[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

func (p *xpath) path(from *node) ([]*node, error) {
	at := []*node{from}
	deep := false
	switch {
	case p.take("//"):
		at, deep = []*node{from.root()}, true
	case p.take("/"):
		at = []*node{from.root()}
		if p.at == len(p.text) {
			return at, nil
		}
	}
	for {
		var err error
		if at, err = p.step(at, deep); err != nil {
			return nil, err
		}
		switch {
		case p.at == len(p.text):
			return at, nil
		case p.take("//"):
			deep = true
		case p.take("/"):
			deep = false
		default:
			return nil, p.fault()
		}
	}
}

// step applies one step to each node; deep searches all levels below.
func (p *xpath) step(from []*node, deep bool) ([]*node, error) {
	test, err := p.nodeTest()
	if err != nil {
		return nil, err
	}
	predicates, err := p.predicates()
	if err != nil {
		return nil, err
	}
	var out []*node
	for _, n := range from {
		contexts := []*node{n}
		if deep {
			contexts = nil
			n.walk(func(c *node) { contexts = append(contexts, c) })
		}
		for _, c := range contexts {
			found := test(c)
			for _, predicate := range predicates {
				if found, err = p.filter(found, predicate); err != nil {
					return nil, err
				}
			}
			for _, f := range found {
				if !slices.Contains(out, f) {
					out = append(out, f)
				}
			}
		}
	}
	return out, nil
}

func (p *xpath) nodeTest() (func(n *node) []*node, error) {
	switch {
	case p.take(".."):
		return func(n *node) []*node {
			if n.parent == nil {
				return nil
			}
			return []*node{n.parent}
		}, nil
	case p.take("."):
		return func(n *node) []*node { return []*node{n} }, nil
	case p.take("text()"):
		return ofKind(func(c *node) bool { return c.kind == textNode || c.kind == cdataNode }), nil
	case p.take("comment()"):
		return ofKind(func(c *node) bool { return c.kind == commentNode }), nil
	case p.take("node()"):
		return ofKind(func(*node) bool { return true }), nil
	}
	attribute := p.take("@")
	name := p.name()
	if name == "" {
		return nil, p.fault()
	}
	fits := func(n *node) bool { return name == "*" || n.name == name }
	if p.namespaces != nil && name != "*" {
		prefix, local, ok := strings.Cut(name, ":")
		if !ok {
			prefix, local = "", name
		}
		space, known := p.namespaces[prefix]
		if !known && prefix != "" {
			return nil, throw("System.Xml.XPath.XPathException", "Namespace prefix '%s' is not defined.", prefix)
		}
		fits = func(n *node) bool {
			_, own, ok := strings.Cut(n.name, ":")
			if !ok {
				own = n.name
			}
			return (own == local || local == "*") && n.namespace() == space
		}
	}
	if attribute {
		return func(n *node) []*node {
			var out []*node
			for _, a := range n.attributes {
				if fits(a) {
					out = append(out, a)
				}
			}
			return out
		}, nil
	}
	return ofKind(func(c *node) bool { return c.kind == elementNode && fits(c) }), nil
}

// namespace is the address that the node's prefix stands for where the node is; attributes without a prefix have none.
func (n *node) namespace() string {
	prefix, _, ok := strings.Cut(n.name, ":")
	declaration, at := "xmlns:"+prefix, n
	switch {
	case ok && prefix == "xml":
		return "http://www.w3.org/XML/1998/namespace"
	case !ok && n.kind == attributeNode:
		return ""
	case !ok:
		declaration = "xmlns"
	}
	for ; at != nil; at = at.parent {
		if a := at.attribute(declaration); a != nil {
			return a.value
		}
	}
	return ""
}

func ofKind(want func(*node) bool) func(n *node) []*node {
	return func(n *node) []*node {
		var out []*node
		for _, c := range n.children {
			if want(c) {
				out = append(out, c)
			}
		}
		return out
	}
}

func (p *xpath) name() string {
	if p.take("*") {
		return "*"
	}
	from := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == ':' || c >= 0x80) {
			break
		}
		p.at++
	}
	if p.text[from:p.at] != "" && p.text[p.at-1] == ':' {
		p.take("*")
	}
	return p.text[from:p.at]
}

func (p *xpath) predicates() ([]string, error) {
	var out []string
	for p.take("[") {
		depth, from := 1, p.at
		var quote byte
		for ; p.at < len(p.text) && depth > 0; p.at++ {
			switch c := p.text[p.at]; {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '\'' || c == '"':
				quote = c
			case c == '[':
				depth++
			case c == ']':
				depth--
			}
		}
		if depth > 0 {
			return nil, p.fault()
		}
		out = append(out, strings.TrimSpace(p.text[from:p.at-1]))
	}
	return out, nil
}

func (p *xpath) filter(nodes []*node, predicate string) ([]*node, error) {
	var out []*node
	for i, n := range nodes {
		ok, err := p.holds(n, predicate, i+1, len(nodes))
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, n)
		}
	}
	return out, nil
}

// holds evaluates a predicate for a node at a position.
func (p *xpath) holds(n *node, e string, position, last int) (bool, error) {
	if parts := splitOutside(e, " or "); len(parts) > 1 {
		for _, x := range parts {
			if ok, err := p.holds(n, strings.TrimSpace(x), position, last); ok || err != nil {
				return ok, err
			}
		}
		return false, nil
	}
	if parts := splitOutside(e, " and "); len(parts) > 1 {
		for _, x := range parts {
			if ok, err := p.holds(n, strings.TrimSpace(x), position, last); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	}
	if inner, ok := call(e, "not"); ok {
		holds, err := p.holds(n, inner, position, last)
		return !holds, err
	}
	for name, test := range map[string]func(s, sub string) bool{"contains": strings.Contains, "starts-with": strings.HasPrefix} {
		inner, ok := call(e, name)
		if !ok {
			continue
		}
		operands := splitOutside(inner, ",")
		if len(operands) != 2 {
			return false, p.fault()
		}
		a, _, err := p.value(n, operands[0], position, last)
		if err != nil {
			return false, err
		}
		b, _, err := p.value(n, operands[1], position, last)
		return err == nil && len(a) > 0 && len(b) > 0 && test(a[0], b[0]), err
	}
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		sides := splitOutside(e, op)
		if len(sides) != 2 {
			continue
		}
		return p.compare(n, sides[0], sides[1], op, position, last)
	}
	if i, err := strconv.Atoi(e); err == nil {
		return i == position, nil
	}
	if e == "last()" {
		return position == last, nil
	}
	values, _, err := p.value(n, e, position, last)
	return len(values) > 0, err
}

func (p *xpath) compare(n *node, left, right, op string, position, last int) (bool, error) {
	a, numericA, err := p.value(n, left, position, last)
	if err != nil {
		return false, err
	}
	b, numericB, err := p.value(n, right, position, last)
	if err != nil {
		return false, err
	}
	for _, x := range a {
		for _, y := range b {
			if numericA || numericB || op == "<" || op == ">" || op == "<=" || op == ">=" {
				f, errF := strconv.ParseFloat(strings.TrimSpace(x), 64)
				g, errG := strconv.ParseFloat(strings.TrimSpace(y), 64)
				if errF != nil || errG != nil {
					continue
				}
				if map[string]bool{"=": f == g, "!=": f != g, "<": f < g, ">": f > g, "<=": f <= g, ">=": f >= g}[op] {
					return true, nil
				}
				continue
			}
			if op == "=" && x == y || op == "!=" && x != y {
				return true, nil
			}
		}
	}
	return false, nil
}

// value is the texts that an operand stands for: a literal, a number, a function or the nodes of a path.
func (p *xpath) value(n *node, e string, position, last int) (texts []string, numeric bool, err error) {
	e = strings.TrimSpace(e)
	switch {
	case len(e) >= 2 && (e[0] == '\'' || e[0] == '"') && e[len(e)-1] == e[0]:
		return []string{e[1 : len(e)-1]}, false, nil
	case e == "position()":
		return []string{strconv.Itoa(position)}, true, nil
	case e == "last()":
		return []string{strconv.Itoa(last)}, true, nil
	case e == "name()" || e == "local-name()":
		return []string{n.name}, false, nil
	}
	if _, err := strconv.ParseFloat(e, 64); err == nil {
		return []string{e}, true, nil
	}
	if inner, ok := call(e, "count"); ok {
		nodes, err := selectNodes(n, inner, p.namespaces)
		return []string{strconv.Itoa(len(nodes))}, true, err
	}
	if inner, ok := call(e, "normalize-space"); ok {
		texts, _, err := p.value(n, inner, position, last)
		for i, t := range texts {
			texts[i] = strings.Join(strings.Fields(t), " ")
		}
		return texts, false, err
	}
	if strings.HasSuffix(e, ")") && !strings.HasSuffix(e, "text()") {
		return nil, false, p.fault()
	}
	nodes, err := selectNodes(n, e, p.namespaces)
	for _, x := range nodes {
		texts = append(texts, x.innerText())
	}
	return texts, false, err
}

// call takes "name(…)" apart.
func call(e, name string) (inner string, ok bool) {
	if strings.HasPrefix(e, name+"(") && strings.HasSuffix(e, ")") {
		return e[len(name)+1 : len(e)-1], true
	}
	return "", false
}

// splitOutside splits at separators outside of quotes, parentheses and brackets.
func splitOutside(s, separator string) []string {
	var out []string
	depth, from := 0, 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && strings.HasPrefix(s[i:], separator):
			out = append(out, s[from:i])
			from = i + len(separator)
			i = from - 1
		}
	}
	return append(out, s[from:])
}
