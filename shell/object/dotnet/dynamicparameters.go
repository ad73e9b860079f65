package dotnet

import "migsh/shell/object"

// A RuntimeParameter is a parameter that a dynamicparam block makes: the base value of RuntimeDefinedParameter.
type RuntimeParameter struct {
	Name       string
	Type       *object.Type // nil: Object
	Attributes *object.List
	Value      any
	Given      bool // IsSet: the caller gave a value
}

var (
	typeRuntimeParameter = object.Declare(&object.Type{Name: automation + "RuntimeDefinedParameter"})
	// TypeRuntimeParameters is that of the table in which a dynamicparam block hands its parameters over.
	TypeRuntimeParameters = object.Declare(&object.Type{Name: automation + "RuntimeDefinedParameterDictionary"})
)

// RuntimeParameterOf is the dynamic parameter that a value is.
func RuntimeParameterOf(v any) (*RuntimeParameter, bool) {
	o, ok := v.(*object.Object)
	if !ok {
		return nil, false
	}
	p, ok := o.Base.(*RuntimeParameter)
	return p, ok
}

func init() {
	typeAttributes := object.Construct(object.TypeCollection, TypeAttribute)
	TypeRuntimeParameters.Base = object.Construct(object.TypeDictionary, object.TypeString, typeRuntimeParameter)
	object.Extend(typeRuntimeParameter, func(t *object.Type) {
		constructor(t, "()", func(args) (any, error) {
			return object.Instance(t, &RuntimeParameter{Attributes: &object.List{Type: typeAttributes}}), nil
		})
		constructor(t, "(string name, type parameterType, System.Collections.ObjectModel.Collection[System.Attribute] attributes)", func(a args) (any, error) {
			p := &RuntimeParameter{Name: a.str(0)}
			if p.Name == "" {
				return nil, nullArgument("name")
			}
			if p.Type, _ = a[1].(*object.Type); p.Type == nil {
				return nil, nullArgument("parameterType")
			}
			if p.Attributes, _ = a[2].(*object.List); p.Attributes == nil {
				p.Attributes = &object.List{Type: typeAttributes}
			}
			return object.Instance(t, p), nil
		})
		settable(t, "string Name", func(p *RuntimeParameter) any { return p.Name }, func(p *RuntimeParameter, v any) error {
			p.Name = object.ToString(v)
			return nil
		})
		settable(t, "type ParameterType", func(p *RuntimeParameter) any {
			if p.Type == nil {
				return nil
			}
			return p.Type
		}, func(p *RuntimeParameter, v any) error {
			p.Type, _ = v.(*object.Type)
			return nil
		})
		settable(t, "System.Object Value", func(p *RuntimeParameter) any { return p.Value }, func(p *RuntimeParameter, v any) error {
			p.Value, p.Given = v, true
			return nil
		})
		settable(t, "bool IsSet", func(p *RuntimeParameter) any { return p.Given }, func(p *RuntimeParameter, v any) error {
			p.Given = object.IsTrue(v)
			return nil
		})
		field(t, "System.Collections.ObjectModel.Collection[System.Attribute] Attributes", func(p *RuntimeParameter) any { return p.Attributes })
	})
	object.Extend(TypeRuntimeParameters, func(t *object.Type) {
		constructor(t, "()", func(args) (any, error) { return &object.Hashtable{Type: t}, nil })
	})
}
