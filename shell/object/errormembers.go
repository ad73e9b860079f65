package object

import (
	"fmt"
	"strings"
)

// FullID is FullyQualifiedErrorId: the error's id and the command that it comes from.
func (r *ErrorRecord) FullID() string {
	switch {
	case r.Command == "":
		return r.ID
	case r.ID == "":
		return r.Command
	}
	return r.ID + "," + r.Command
}

// ReasonText is CategoryInfo.Reason: the exception's type unless the record says otherwise.
func (r *ErrorRecord) ReasonText() string {
	if r.Reason != "" || r.Exception == nil {
		return r.Reason
	}
	return shortName(r.Exception.TypeName())
}

// TargetText are CategoryInfo.TargetName and TargetType.
func (r *ErrorRecord) TargetText() (name, typ string) {
	name, typ = r.TargetName, r.TargetType
	if r.Target != nil {
		if name == "" {
			name = ToString(r.Target)
		}
		if typ == "" {
			typ = shortName(TypeOf(r.Target).Name)
		}
	}
	return name, typ
}

// CategoryText is CategoryInfo.ToString().
func (r *ErrorRecord) CategoryText() string {
	name, typ := r.TargetText()
	return fmt.Sprintf("%s: (%s:%s) [%s], %s", r.category(), name, typ, r.Activity, r.ReasonText())
}

func (r *ErrorRecord) category() Category {
	if r.Category == "" {
		return NotSpecified
	}
	return r.Category
}

// PositionText is InvocationInfo.PositionMessage: the line with the extent underlined.
func (i *InvocationInfo) PositionText() string {
	if i.LineNumber == 0 {
		return ""
	}
	file := i.File
	if file == "" {
		file = "line"
	}
	line := strings.ReplaceAll(strings.TrimRight(i.Line, " \t\r\n"), "\t", "    ")
	before := max(i.Column-1, 0) + 3*strings.Count(i.Line[:min(max(i.Column-1, 0), len(i.Line))], "\t")
	width := i.EndColumn - i.Column
	if i.EndLineNumber > i.LineNumber || width < 1 {
		width = max(Length(line)-before, 1)
	}
	line, before, width = excerpt(line, before, width)
	return fmt.Sprintf("At %s:%d char:%d\n+ %s\n+ %s%s", file, i.LineNumber, i.Column, line, strings.Repeat(" ", before), strings.Repeat("~", width))
}

// excerpt is at most 69 characters of a line: what is marked, with what stands before and after as far as there is room.
// before and width are where the mark stands and how long it is.
func excerpt(line string, before, width int) (string, int, int) {
	const most = 69
	units := []rune(line)
	if len(units) <= most || before > len(units) {
		return line, before, width
	}
	width = min(width, len(units)-before)
	allAfter := len(units) - width - before
	lead, trail := min(before, 12), min(allAfter, 8)
	cut := false
	if lead+width+trail >= most {
		if lead+width >= most {
			width, cut = most-lead, true
		}
		trail = most - lead - width
	} else {
		lead += min(before-lead, most-lead-width-trail)
		trail += min(allAfter-trail, most-lead-width-trail)
	}
	text := string(units[before-lead : before+width+trail])
	if cut || trail+width+before < len(units) {
		text += " …"
	}
	if lead < before {
		text, lead = "… "+text, lead+2
	}
	return text, lead, width
}

// TypeErrorCategory is the enumeration of the categories of errors.
var TypeErrorCategory = NewEnum("System.Management.Automation.ErrorCategory", false, []string{
	"NotSpecified", "OpenError", "CloseError", "DeviceError", "DeadlockDetected", "InvalidArgument", "InvalidData", "InvalidOperation",
	"InvalidResult", "InvalidType", "MetadataError", "NotImplemented", "NotInstalled", "ObjectNotFound", "OperationStopped", "OperationTimeout",
	"SyntaxError", "ParserError", "PermissionDenied", "ResourceBusy", "ResourceExists", "ResourceUnavailable", "ReadError", "WriteError",
	"FromStdErr", "SecurityError", "ProtocolError", "ConnectionError", "AuthenticationError", "LimitsExceeded", "QuotaExceeded", "NotEnabled",
}, nil)

var (
	typeCategoryInfo = declare("System.Management.Automation.ErrorCategoryInfo", "", TypeObject)
	typeErrorDetails = declare("System.Management.Automation.ErrorDetails", "", TypeObject)
)

// errorDetails is the base value of $_.ErrorDetails.
type errorDetails struct{ message, action string }

func (d *errorDetails) Text() string { return d.message }

// categoryInfo is the base value of $_.CategoryInfo.
type categoryInfo struct{ r *ErrorRecord }

func (c categoryInfo) Text() string { return c.r.CategoryText() }

func init() {
	Extend(TypeErrorRecord, errorRecordMembers)
	Extend(TypeInvocation, invocationMembers)
	Extend(TypeException, exceptionMembers)
	Extend(typeCategoryInfo, func(t *Type) {
		get := func(name string, typ *Type, fn func(r *ErrorRecord) any) {
			t.Instance.Add(&Member{Name: name, Kind: KindProperty, Type: typ, Get: func(recv any) (any, error) {
				return fn(recv.(*Object).Base.(categoryInfo).r), nil
			}})
		}
		get("Category", TypeErrorCategory, func(r *ErrorRecord) any { return EnumValue(TypeErrorCategory, string(r.category())) })
		get("Activity", TypeString, func(r *ErrorRecord) any { return r.Activity })
		get("Reason", TypeString, func(r *ErrorRecord) any { return r.ReasonText() })
		get("TargetName", TypeString, func(r *ErrorRecord) any { name, _ := r.TargetText(); return name })
		get("TargetType", TypeString, func(r *ErrorRecord) any { _, typ := r.TargetText(); return typ })
		t.Instance.Add(&Member{Name: "GetMessage", Kind: KindMethod, Overloads: []Overload{{Returns: TypeString, Call: func(recv any, _ []any) (any, error) {
			return recv.(*Object).Base.(categoryInfo).r.CategoryText(), nil
		}}}})
	})
	Extend(typeErrorDetails, func(t *Type) {
		t.Instance.Add(&Member{Name: "Message", Kind: KindProperty, Type: TypeString, Get: func(recv any) (any, error) {
			return recv.(*Object).Base.(*errorDetails).message, nil
		}})
		t.Instance.Add(&Member{Name: "RecommendedAction", Kind: KindProperty, Type: TypeString,
			Get: func(recv any) (any, error) { return recv.(*Object).Base.(*errorDetails).action, nil },
			Set: func(recv, v any) error { recv.(*Object).Base.(*errorDetails).action = ToString(v); return nil },
		})
		t.Constructors = []Overload{{Params: []Param{{Name: "message", Type: TypeString}}, Returns: t, Call: func(_ any, args []any) (any, error) {
			return Instance(t, &errorDetails{message: ToString(args[0])}), nil
		}}}
	})
}

func errorRecordMembers(t *Type) {
	get := func(name string, typ *Type, fn func(r *ErrorRecord) any) *Member {
		m := &Member{Name: name, Kind: KindProperty, Type: typ, Get: func(recv any) (any, error) { return fn(recv.(*ErrorRecord)), nil }}
		t.Instance.Add(m)
		return m
	}
	get("Exception", TypeException, func(r *ErrorRecord) any { return r.Exception })
	get("TargetObject", TypeObject, func(r *ErrorRecord) any { return r.Target })
	get("CategoryInfo", typeCategoryInfo, func(r *ErrorRecord) any { return Instance(typeCategoryInfo, categoryInfo{r}) })
	get("FullyQualifiedErrorId", TypeString, func(r *ErrorRecord) any { return r.FullID() })
	get("ErrorDetails", typeErrorDetails, func(r *ErrorRecord) any {
		if r.Details == "" && r.Action == "" {
			return nil
		}
		return Instance(typeErrorDetails, &errorDetails{r.Details, r.Action})
	}).Set = func(recv, v any) error {
		r := recv.(*ErrorRecord)
		r.Details, r.Action = "", ""
		if o, ok := v.(*Object); ok {
			if d, ok := o.Base.(*errorDetails); ok {
				r.Details, r.Action = d.message, d.action
				return nil
			}
		}
		r.Details = ToString(v)
		return nil
	}
	get("InvocationInfo", TypeInvocation, func(r *ErrorRecord) any {
		if r.Invocation == nil {
			return nil
		}
		return r.Invocation
	})
	get("ScriptStackTrace", TypeString, func(r *ErrorRecord) any { return r.StackTrace })
	get("PipelineIterationInfo", nil, func(*ErrorRecord) any { return NewArray() })
	t.Constructors = []Overload{
		{Params: []Param{{Name: "exception", Type: TypeException}, {Name: "errorId", Type: TypeString}, {Name: "errorCategory", Type: TypeErrorCategory}, {Name: "targetObject", Type: TypeObject}}, Returns: t, Call: func(_ any, args []any) (any, error) {
			e, _ := args[0].(*Exception)
			if e == nil {
				return nil, NewException("System.Management.Automation.PSArgumentNullException", "Cannot process argument because the value of argument \"exception\" is null. Change the value of argument \"exception\" to a non-null value.")
			}
			id, _ := args[1].(string)
			return NewErrorOf(e, id, Category(args[2].(Enum).String()), args[3]), nil
		}},
		{Params: []Param{{Name: "errorRecord", Type: TypeErrorRecord}, {Name: "replaceParentContainsErrorRecordException", Type: TypeException}}, Returns: t, Call: func(_ any, args []any) (any, error) {
			r := *args[0].(*ErrorRecord)
			if e, ok := args[1].(*Exception); ok {
				r.Exception = e
			}
			return &r, nil
		}},
	}
}

func invocationMembers(t *Type) {
	get := func(name string, typ *Type, fn func(i *InvocationInfo) any) {
		t.Instance.Add(&Member{Name: name, Kind: KindProperty, Type: typ, Get: func(recv any) (any, error) { return fn(recv.(*InvocationInfo)), nil }})
	}
	get("MyCommand", TypeObject, func(i *InvocationInfo) any {
		if c, ok := i.Command.(interface{ AsObject() any }); ok {
			return c.AsObject()
		}
		return i.Command
	})
	get("BoundParameters", TypeObject, func(i *InvocationInfo) any {
		if i.BoundParameters == nil {
			return NewHashtable()
		}
		return i.BoundParameters
	})
	get("UnboundArguments", TypeObject, func(i *InvocationInfo) any { return NewList(i.UnboundArguments...) })
	get("ScriptLineNumber", TypeInt32, func(i *InvocationInfo) any { return int32(i.LineNumber) })
	get("OffsetInLine", TypeInt32, func(i *InvocationInfo) any { return int32(i.Column) })
	get("HistoryId", TypeInt64, func(*InvocationInfo) any { return int64(1) })
	get("ScriptName", TypeString, func(i *InvocationInfo) any { return i.File })
	get("Line", TypeString, func(i *InvocationInfo) any { return i.Line })
	get("Statement", TypeString, func(i *InvocationInfo) any { return i.Text })
	get("PositionMessage", TypeString, func(i *InvocationInfo) any { return i.PositionText() })
	get("PSScriptRoot", TypeString, func(i *InvocationInfo) any {
		if n := strings.LastIndexAny(i.File, `/\`); n >= 0 {
			return i.File[:n]
		}
		return ""
	})
	get("PSCommandPath", TypeString, func(i *InvocationInfo) any { return i.File })
	get("InvocationName", TypeString, func(i *InvocationInfo) any { return i.CommandName })
	get("PipelineLength", TypeInt32, func(i *InvocationInfo) any { return int32(i.PipelineLength) })
	get("PipelinePosition", TypeInt32, func(i *InvocationInfo) any { return int32(i.PipelinePosition) })
	get("ExpectingInput", TypeBoolean, func(i *InvocationInfo) any { return i.PipelinePosition > 1 })
	get("CommandOrigin", TypeString, func(*InvocationInfo) any { return "Internal" })
}

// exceptionMembers declares what all exceptions have. What only some types have, [Property] finds in their Fields.
func exceptionMembers(t *Type) {
	get := func(name string, typ *Type, fn func(e *Exception) any) *Member {
		m := &Member{Name: name, Kind: KindProperty, Type: typ, Get: func(recv any) (any, error) { return fn(recv.(*Exception)), nil }}
		t.Instance.Add(m)
		return m
	}
	get("Message", TypeString, func(e *Exception) any { return e.Message })
	get("InnerException", TypeException, func(e *Exception) any {
		if e.Inner == nil {
			return nil
		}
		return e.Inner
	})
	get("TargetSite", TypeObject, func(*Exception) any { return nil })
	get("Data", TypeObject, func(e *Exception) any {
		if e.data == nil {
			e.data = NewHashtable()
		}
		return e.data
	})
	get("HelpLink", TypeString, func(*Exception) any { return nil })
	get("Source", TypeString, func(*Exception) any { return nil })
	get("HResult", TypeInt32, func(*Exception) any { return int32(-2146233088) })
	get("StackTrace", TypeString, func(*Exception) any { return nil })
	t.Instance.Add(&Member{Name: "GetBaseException", Kind: KindMethod, Overloads: []Overload{{Returns: TypeException, Call: func(recv any, _ []any) (any, error) {
		e := recv.(*Exception)
		for e.Inner != nil {
			e = e.Inner
		}
		return e, nil
	}}}})
}

// constructException makes an exception of a type by .NET's usual constructors: none, a message, a message and what caused it.
// The argument exceptions have the parameter's name where their constructors have it.
func constructException(t *Type, args []any) (any, error) {
	e := &Exception{Type: t, Message: "Exception of type '" + t.Name + "' was thrown."}
	if t == TypeException || strings.HasPrefix(t.Name, "System.Management.Automation.") {
		e.Message = "Exception of type '" + t.Name + "' was thrown."
	}
	switch len(args) {
	case 0:
		return e, nil
	case 1, 2, 3:
	default:
		return nil, overloadNotFound(&Member{Name: ".ctor"}, args)
	}
	null := t.Name == "System.ArgumentNullException" || t.Name == "System.ArgumentOutOfRangeException"
	text := func(i int) string { return ToString(args[i]) }
	parameter := ""
	switch {
	case len(args) == 1 && null:
		parameter = text(0)
		e.Message = "Value cannot be null."
		if t.Name == "System.ArgumentOutOfRangeException" {
			e.Message = "Specified argument was out of the range of valid values."
		}
	case len(args) == 2 && null:
		parameter, e.Message = text(0), text(1)
	default:
		e.Message = text(0)
		if len(args) > 1 {
			if inner, ok := Base(args[1]).(*Exception); ok {
				e.Inner = inner
			} else if r, ok := Base(args[1]).(*ErrorRecord); ok {
				e.Inner = r.Exception
			} else if t.Name == "System.ArgumentException" {
				parameter = text(1)
			} else if t.Name == "System.IO.FileNotFoundException" {
				e.Fields = TableOf("FileName", text(1))
			}
		}
	}
	if parameter != "" {
		e.Fields = TableOf("ParamName", parameter)
		e.Message += " (Parameter '" + parameter + "')"
	}
	return e, nil
}
