package object

import (
	"strconv"
	"strings"
)

// InvokeMethod is [TypeTable.InvokeMethod] where no type has data.
func InvokeMethod(v any, name string, args []any) (any, error) {
	return (*TypeTable)(nil).InvokeMethod(v, name, args)
}

// InvokeMethod is $v.name(args). A collection without such a method has it called on each of its elements.
func (t *TypeTable) InvokeMethod(v any, name string, args []any) (any, error) {
	if v == nil {
		if strings.EqualFold(name, "Where") || strings.EqualFold(name, "ForEach") {
			return Nothing, nil // a null is a collection of nothing to these two
		}
		return nil, NewError("InvokeMethodOnNull", InvalidOperation, nil, "You cannot call a method on a null-valued expression.")
	}
	if m, recv := t.methodOf(v, name); m != nil {
		return Call(recv, m, args)
	}
	if items, ok := ItemsOf(v); ok {
		var out []any
		for _, e := range items {
			r, err := t.InvokeMethod(e, name, args)
			if err != nil {
				return nil, err
			}
			if r != nil && r != Nothing {
				out = append(out, r)
			}
		}
		if len(items) > 0 {
			return Collect(out), nil
		}
	}
	return nil, methodNotFound(TypeOf(v), name)
}

func methodNotFound(t *Type, name string) error {
	return NewError("MethodNotFound", InvalidOperation, name, "Method invocation failed because [%s] does not contain a method named '%s'.", t.Name, name)
}

// methodOf finds a method of v itself and the value that it is to be called on.
func (t *TypeTable) methodOf(v any, name string) (*Member, any) {
	if o, ok := v.(*Object); ok {
		if own, ok := o.Own(name); ok {
			switch own := own.(type) {
			case *Dynamic:
				if own.Kind == KindScriptMethod {
					return scriptMethod(name, own), o
				}
			case ScriptBlock:
				return nil, nil
			}
		}
		if o.Type == nil && o.Base != nil {
			return t.methodOf(o.Base, name)
		}
	}
	if added, ok := t.addedMember(v, name); ok {
		if d, ok := added.(*Dynamic); ok && d.Kind == KindScriptMethod {
			return scriptMethod(name, d), v
		}
	}
	if m := TypeOf(v).Member(name); m != nil && (len(m.Overloads) > 0) {
		return m, v
	}
	return nil, nil
}

// InvokeStatic is [t]::name(args).
func InvokeStatic(t *Type, name string, args []any) (any, error) {
	m := t.StaticMember(name)
	if m == nil || len(m.Overloads) == 0 {
		if strings.EqualFold(name, "new") {
			return Construction(t, args)
		}
		return nil, methodNotFound(t, name)
	}
	return Call(nil, m, args)
}

// GetStatic is [t]::name.
func GetStatic(t *Type, name string) (any, bool, error) {
	if t.Enum != nil {
		if v, ok := t.Enum.Find(name); ok {
			return Enum{Type: t, Value: v}, true, nil
		}
	}
	m := t.StaticMember(name)
	if m == nil {
		return nil, false, nil
	}
	v, err := ReadMember(nil, m)
	return v, true, err
}

// SetStatic is [t]::name = value.
func SetStatic(t *Type, name string, value any) error {
	m := t.StaticMember(name)
	switch {
	case m == nil:
		return NewError("PropertyNotFound", InvalidOperation, nil, "The property '%s' cannot be found on this object. Verify that the property exists and can be set.", name)
	case m.Set == nil:
		return NewError("PropertyAssignmentException", InvalidOperation, nil, "'%s' is a ReadOnly property.", m.Name)
	}
	return m.put(nil, value)
}

var overflowed = NewException("System.OverflowException", "Arithmetic operation resulted in an overflow.")

// Construction is [t]::new(args) and New-Object: it calls the fitting constructor.
func Construction(t *Type, args []any) (any, error) {
	t.load()
	if t.Elem != nil && len(args) == 1 {
		n, err := Convert(args[0], TypeInt32)
		if err != nil {
			return nil, err
		}
		if n.(int32) < 0 {
			return nil, methodFailed(".ctor", 1, overflowed)
		}
		return MakeArray(t.Elem, int(n.(int32))), nil
	}
	if t.Constructors == nil && t.IsA(TypeException) {
		return constructException(t, args)
	}
	if t.Constructors == nil {
		if t.IsValue && len(args) == 0 {
			return Zero(t), nil
		}
		return nil, methodNotFound(t, "new")
	}
	m := &Member{Name: ".ctor", Kind: KindMethod, Overloads: t.Constructors}
	return Call(nil, m, args)
}

// Call chooses the overload that fits the arguments best, converts them and calls it.
func Call(recv any, m *Member, args []any) (any, error) {
	o, converted := &m.Overloads[0], args
	if m.Kind != KindScriptMethod { // whose arguments go to the block as they are
		var err error
		if o, converted, err = choose(m, args); err != nil {
			return nil, err
		}
	}
	v, err := o.Call(recv, converted)
	if err == nil {
		if v == nil && (o.Returns == nil || o.Returns == TypeVoid) {
			return Nothing, nil
		}
		return v, nil
	}
	if r, ok := err.(*ErrorRecord); ok && r.passes {
		return nil, err
	}
	if _, ok := err.(Control); ok {
		return nil, err
	}
	return nil, methodFailed(m.Name, len(args), err)
}

// choose ranks the overloads by how little conversion their parameters need.
func choose(m *Member, args []any) (*Overload, []any, error) {
	best, bestCost := -1, 1<<30
	for i := range m.Overloads {
		o := &m.Overloads[i]
		if cost, ok := fit(o, args); ok && cost < bestCost {
			best, bestCost = i, cost
		}
	}
	if best < 0 {
		return nil, nil, overloadNotFound(m, args)
	}
	if bestCost >= impossible {
		if err := unfit(m, args); err != nil {
			return nil, nil, err
		}
	}
	o := &m.Overloads[best]
	out, err := bindArguments(m, o, args)
	return o, out, err
}

// unfit is the error of arguments that no overload's types take, where there is more than one to choose from.
func unfit(m *Member, args []any) error {
	candidates, text := 0, false
	for i := range m.Overloads {
		if _, ok := fit(&m.Overloads[i], args); ok {
			candidates++
		}
	}
	if candidates < 2 {
		return nil
	}
	for _, a := range args {
		if _, ok := Base(a).(string); ok {
			text = true
		}
	}
	if !text {
		return overloadNotFound(m, args)
	}
	return NewErrorOf(&Exception{
		Type:    typeMethodException,
		Message: "Multiple ambiguous overloads found for \"" + m.Name + "\" and the argument count: \"" + strconv.Itoa(len(args)) + "\".",
	}, "MethodCountCouldNotFindBest", NotSpecified, nil)
}

func overloadNotFound(m *Member, args []any) error {
	name := m.Name
	if name == ".ctor" {
		name = "new"
	}
	return NewErrorOf(&Exception{
		Type:    typeMethodException,
		Message: "Cannot find an overload for \"" + name + "\" and the argument count: \"" + strconv.Itoa(len(args)) + "\".",
	}, "MethodCountCouldNotFindBest", NotSpecified, nil)
}

// impossible is the cost of an argument that cannot be converted.
const impossible = 5000

// expanded is the cost of gathering arguments into an array that the method takes: overloads without are better.
const expanded = 50

// fit tells whether an overload takes that many arguments, and what converting them costs.
func fit(o *Overload, args []any) (cost int, ok bool) {
	if o.Call == nil {
		return 0, false
	}
	n := len(o.Params)
	variadic := n > 0 && o.Params[n-1].Variadic
	if len(args) > n && !variadic {
		return 0, false
	}
	for i, p := range o.Params {
		if i >= len(args) {
			if !p.Optional && !p.Variadic {
				return 0, false
			}
			cost += 2
			if p.Variadic {
				cost += expanded
			}
			continue
		}
		if p.Variadic && !(len(args) == n && distance(args[i], p.Type) < 1000) {
			for _, a := range args[i:] {
				cost += distance(a, p.Type.Elem)
			}
			return cost + expanded, true
		}
		cost += distance(args[i], p.Type)
	}
	return cost, true
}

// distance is the cost of passing v as t: 0 for the same type, little for a wider number or a base type, much for what
// only a conversion that may fail can do.
func distance(v any, t *Type) int {
	if t == nil || t == TypeObject {
		return 40
	}
	if v == nil {
		if t.IsValue {
			return 500
		}
		return 10
	}
	own := TypeOf(Base(v))
	switch {
	case own == t:
		return 0
	case own.IsA(t):
		return 20
	}
	from, to := numericRank(own), numericRank(t)
	if from > 0 && to > 0 {
		if to > from {
			return 1 + to - from
		}
		return 60 + from - to
	}
	switch {
	case t == TypeString:
		return 200
	case own == TypeString && t == TypeChar:
		if len(v.(string)) == 1 {
			return 100
		}
		return 2000
	case own == TypeString && t.Elem == TypeChar:
		return 110
	case t.Elem != nil && own.IsA(TypeArray):
		return 120
	}
	if _, err := Convert(v, t); err != nil {
		return impossible
	}
	return 300
}

func numericRank(t *Type) int {
	switch t {
	case TypeSByte:
		return 1
	case TypeByte:
		return 2
	case TypeInt16:
		return 3
	case TypeUInt16:
		return 4
	case TypeInt32:
		return 5
	case TypeUInt32:
		return 6
	case TypeInt64:
		return 7
	case TypeUInt64:
		return 8
	case TypeSingle:
		return 10
	case TypeDouble:
		return 11
	case TypeDecimal:
		return 13
	}
	return 0
}

func bindArguments(m *Member, o *Overload, args []any) ([]any, error) {
	out := make([]any, len(o.Params))
	for i, p := range o.Params {
		if p.Variadic {
			if len(args) == len(o.Params) && args[i] != nil && distance(args[i], p.Type) < 1000 {
				v, err := argument(m, p, args[i], p.Type)
				if err != nil {
					return nil, err
				}
				out[i] = v
				break
			}
			rest := &Array{Elem: p.Type.Elem}
			if i < len(args) {
				for _, a := range args[i:] {
					v, err := argument(m, p, a, p.Type.Elem)
					if err != nil {
						return nil, err
					}
					rest.Items = append(rest.Items, v)
				}
			}
			out[i] = rest
			break
		}
		if i >= len(args) {
			out[i] = p.Default
			continue
		}
		if strings.HasPrefix(m.Name, "op_") {
			p.Name = strconv.Itoa(i)
		}
		v, err := argument(m, p, args[i], p.Type)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func argument(m *Member, p Param, v any, t *Type) (any, error) {
	if t == nil || t == TypeObject {
		return Base(v), nil
	}
	c, err := Convert(v, t)
	if err != nil {
		inner := exceptionOf(err)
		return nil, NewErrorOf(&Exception{
			Type: typeMethodException, Inner: inner,
			Message: "Cannot convert argument \"" + p.Name + "\", with value: \"" + CultureString(v) + "\", for \"" + m.Name + "\" to type \"" + t.Name + "\": \"" + inner.Message + "\"",
		}, "MethodArgumentConversionInvalidCastArgument", NotSpecified, nil)
	}
	return c, nil
}

// Signatures are the overloads as PowerShell prints them: "string Substring(int startIndex)".
func (m *Member) Signatures() []string {
	var out []string
	for _, o := range m.Overloads {
		out = append(out, o.Signature(m))
	}
	return out
}

// Signature is one overload as PowerShell prints it.
func (o *Overload) Signature(m *Member) string {
	if o.Text != "" {
		return o.Text
	}
	var b strings.Builder
	returns := o.Returns
	if returns == nil {
		returns = TypeVoid
	}
	b.WriteString(returns.PSName())
	b.WriteByte(' ')
	b.WriteString(m.Name)
	b.WriteByte('(')
	for i, p := range o.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		if p.Variadic {
			b.WriteString("Params ")
		}
		t := p.Type
		if t == nil {
			t = TypeObject
		}
		b.WriteString(t.PSName())
		b.WriteByte(' ')
		b.WriteString(p.Name)
		if p.Optional {
			b.WriteString(" = ")
			b.WriteString(ToString(p.Default))
		}
	}
	b.WriteByte(')')
	return b.String()
}
