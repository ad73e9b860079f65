package dotnet

import (
	"strconv"
	"strings"

	"migsh/shell/object"
)

// delegate is the base value of a delegate: the script block that was converted to it.
type delegate struct {
	typ   *object.Type
	block object.ScriptBlock
}

var typeMulticast = object.Declare(&object.Type{Name: "System.MulticastDelegate", Base: object.TypeDelegate})

// maxDelegateParameters is how many parameters Action and Func have at most.
const maxDelegateParameters = 16

func init() {
	// What takes a script block for a delegate takes a delegate too.
	object.TypeScriptBlock.Convert = func(v any) (any, bool, error) {
		if o, ok := v.(*object.Object); ok {
			if d, ok := o.Base.(*delegate); ok {
				return d.block, true, nil
			}
		}
		return nil, false, nil
	}
	object.Extend(typeMulticast, func(t *object.Type) {
		method(t, "System.Object DynamicInvoke(Params System.Object[] args)", func(d *delegate, a args) (any, error) { return d.call(a.items(0)) })
	})
	closedDelegate("System.Action")
	closedDelegate("System.EventHandler")
	closedDelegate(evaluatorName)
	openDelegate("System.Predicate", 1)
	openDelegate("System.Comparison", 1)
	openDelegate("System.Converter", 2)
	for n := 1; n <= maxDelegateParameters; n++ {
		openDelegate("System.Action", n)
		openDelegate("System.Func", n)
	}
	openDelegate("System.Func", maxDelegateParameters+1)
}

const evaluatorName = "System.Text.RegularExpressions.MatchEvaluator"

func closedDelegate(name string) {
	t := object.Declare(&object.Type{Name: name, Base: typeMulticast})
	t.Convert = func(v any) (any, bool, error) { return toDelegate(t, v) }
	object.Extend(t, delegateMembers)
}

func openDelegate(name string, arguments int) {
	t := object.Declare(&object.Type{Name: name + "`" + strconv.Itoa(arguments), Base: typeMulticast, IsGenericDefinition: true})
	object.ConvertGeneric(t, toDelegate)
	object.Extend(t, delegateMembers)
}

// toDelegate makes a delegate of a script block.
func toDelegate(t *object.Type, v any) (any, bool, error) {
	block, ok := v.(object.ScriptBlock)
	if !ok {
		return nil, false, nil
	}
	return object.Instance(t, &delegate{t, block}), true, nil
}

// signatureOf tells what a delegate's Invoke takes and gives; a nil result is void.
func signatureOf(t *object.Type) (parameters []object.Param, result *object.Type) {
	typed := func(types ...*object.Type) []object.Param {
		var out []object.Param
		for i, p := range types {
			name := "arg"
			if len(types) > 1 {
				name += strconv.Itoa(i + 1)
			}
			out = append(out, object.Param{Name: name, Type: p})
		}
		return out
	}
	name := t.Name
	if t.Generic != nil {
		name, _, _ = strings.Cut(t.Generic.Name, "`")
	}
	switch name {
	case evaluatorName:
		return typed(typeNamed(t, "System.Text.RegularExpressions.Match")), object.TypeString
	case "System.EventHandler":
		return typed(object.TypeObject, object.TypeObject), nil
	case "System.Predicate":
		return typed(t.Args...), object.TypeBoolean
	case "System.Comparison":
		return typed(t.Args[0], t.Args[0]), object.TypeInt32
	case "System.Converter", "System.Func":
		last := len(t.Args) - 1
		return typed(t.Args[:last]...), t.Args[last]
	}
	return typed(t.Args...), nil
}

// call runs the block: its first argument is $_ too, or the second where there are two.
func (d *delegate) call(a []any) (any, error) {
	parameters, result := signatureOf(d.typ)
	if len(a) != len(parameters) {
		return nil, throw("System.Reflection.TargetParameterCountException", "Parameter count mismatch.")
	}
	for i, p := range parameters {
		c, err := object.Convert(a[i], p.Type)
		if err != nil {
			return nil, err
		}
		a[i] = c
	}
	var under []any
	switch len(a) {
	case 1:
		under = a[:1]
	case 2:
		under = a[1:]
	}
	out, err := d.block.Call(under, a...)
	switch {
	case err != nil:
		return nil, err
	case result == nil:
		return object.Nothing, nil
	}
	return object.Convert(object.Collect(out), result)
}

func delegateMembers(t *object.Type) {
	parameters, result := signatureOf(t)
	m := &object.Member{Name: "Invoke", Kind: object.KindMethod, Overloads: []object.Overload{{
		Params: parameters, Returns: result, Call: func(recv any, a []any) (any, error) { return of[*delegate](recv).call(a) },
	}}}
	t.Instance.Add(m)
	constructor(t, "(scriptblock block)", func(a args) (any, error) {
		v, _, err := toDelegate(t, a[0])
		return v, err
	})
}
