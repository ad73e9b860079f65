package dotnet

import (
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// A Completion is the base value of CompletionResult: one thing that may stand at a cursor.
type Completion struct{ Text, ListItem, Kind, ToolTip string }

var (
	typeCompletion     = object.Declare(&object.Type{Name: automation + "CompletionResult"})
	typeCompletionKind = object.NewEnum(automation+"CompletionResultType", false, []string{
		"Text", "History", "Command", "ProviderItem", "ProviderContainer", "Property", "Method", "ParameterName", "ParameterValue", "Variable", "Namespace",
		"Type", "Keyword", "DynamicKeyword"}, nil)
)

// AsObject is the completion as scripts see it.
func (c Completion) AsObject() any { return object.Instance(typeCompletion, c) }

// CompletionOf is the completion that a value is.
func CompletionOf(v any) (Completion, bool) {
	o, ok := v.(*object.Object)
	if !ok {
		return Completion{}, false
	}
	c, ok := o.Base.(Completion)
	return c, ok
}

func init() {
	object.Extend(typeCompletion, func(t *object.Type) {
		constructor(t, "(string completionText, string listItemText, "+automation+"CompletionResultType resultType, string toolTip)", func(a args) (any, error) {
			for i, name := range []string{"completionText", "listItemText", "", "toolTip"} {
				if name != "" && a.str(i) == "" {
					return nil, throw(automation+"PSArgumentNullException", "Cannot process argument because the value of argument \"%s\" is null. Change the value of argument \"%[1]s\" to a non-null value.", name)
				}
			}
			return Completion{a.str(0), a.str(1), object.ToString(a[2]), a.str(3)}.AsObject(), nil
		})
		constructor(t, "(string completionText)", func(a args) (any, error) {
			return Completion{a.str(0), a.str(0), "Text", a.str(0)}.AsObject(), nil
		})
		field(t, "string CompletionText", func(c Completion) any { return c.Text })
		field(t, "string ListItemText", func(c Completion) any { return c.ListItem })
		field(t, automation+"CompletionResultType ResultType", func(c Completion) any { return object.EnumValue(typeCompletionKind, c.Kind) })
		field(t, "string ToolTip", func(c Completion) any { return c.ToolTip })
	})
}

// Node is a node of a script's tree as scripts see it.
func Node(root, n syntax.Node) any { return newTree(root).of(n) }

// SafeValue is the value of an expression that does nothing but name one; an error where it may do more.
func SafeValue(n syntax.Node) (any, error) { return safeValue(n) }
