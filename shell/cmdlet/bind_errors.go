package cmdlet

import (
	"errors"
	"fmt"
	"strings"

	"migsh/shell/object"
)

// BindError is a parameter binding error. Arg is the index of the argument at fault, -1 for the command itself, so that the
// caller can mark its place.
type BindError struct {
	Record *object.ErrorRecord
	Arg    int
	// Similar are parameters whose names are like the one that was not found.
	Similar []string
}

// Error returns the record's message.
func (e *BindError) Error() string { return e.Record.Error() }

// Unwrap returns the error record.
func (e *BindError) Unwrap() error { return e.Record }

const (
	typeBinding    = "System.Management.Automation.ParameterBindingException"
	typeValidation = "System.Management.Automation.ParameterBindingValidationException"
	typeTransform  = "System.Management.Automation.ParameterBindingArgumentTransformationException"
)

func (b *Binding) fail(at int, typ string, category object.Category, id, parameter, format string, args ...any) *BindError {
	exception := object.NewException(typ, fmt.Sprintf(format, args...))
	if parameter != "" {
		exception.Fields = object.NewHashtable()
		exception.Fields.Set("ParameterName", parameter)
	}
	return &BindError{Arg: at, Record: &object.ErrorRecord{Exception: exception, Category: category, ID: id, Command: b.info.errorName()}}
}

func (info *Info) errorName() string {
	if info.ErrorName != "" {
		return info.ErrorName
	}
	return info.Name
}

func (b *Binding) errNoSuchParameter(name string, at int) error {
	e := b.fail(at, typeBinding, object.InvalidArgument, "NamedParameterNotFound", name, "A parameter cannot be found that matches parameter name '%s'.", name)
	names := make([]string, len(b.schema.params))
	for i, p := range b.schema.params {
		names[i] = p.Name
	}
	e.Similar = Similar(name, names)
	return e
}

func (b *Binding) errAmbiguous(name string, candidates []*Parameter, at int) error {
	names := make([]string, len(candidates))
	for i, p := range candidates {
		names[i] = "-" + p.Name
	}
	return b.fail(at, typeBinding, object.InvalidArgument, "AmbiguousParameter", name,
		"Parameter cannot be processed because the parameter name '%s' is ambiguous. Possible matches include: %s.", name, strings.Join(names, " "))
}

func (b *Binding) errTwice(p *Parameter, at int) error {
	return b.fail(at, typeBinding, object.InvalidArgument, "ParameterAlreadyBound", p.Name,
		"Cannot bind parameter because parameter '%s' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, \"-parameter value1,value2,value3\".", p.Name)
}

func (b *Binding) errMissingArgument(p *Parameter, at int) error {
	return b.fail(at, typeBinding, object.InvalidArgument, "MissingArgument", p.Name,
		"Missing an argument for parameter '%s'. Specify a parameter of type '%s' and try again.", p.Name, p.FullTypeName())
}

func (b *Binding) errNoPosition(v any, at int) error {
	return b.fail(at, typeBinding, object.InvalidArgument, "PositionalParameterNotFound", "",
		"A positional parameter cannot be found that accepts argument '%s'.", object.ToString(v))
}

func (b *Binding) errSet(at int) error {
	return b.fail(at, typeBinding, object.InvalidArgument, "AmbiguousParameterSet", "",
		"Parameter set cannot be resolved using the specified named parameters. One or more parameters issued cannot be used together or an insufficient number of parameters were provided.")
}

func (b *Binding) errMissingMandatory(missing []*Parameter) error {
	names := make([]string, len(missing))
	for i, p := range missing {
		names[i] = p.Name
	}
	return b.fail(-1, typeBinding, object.InvalidArgument, "MissingMandatoryParameter", names[0],
		"Cannot process command because of one or more missing mandatory parameters: %s.", strings.Join(names, " "))
}

func (b *Binding) errConvert(p *Parameter, cause error, at int) error {
	e := b.fail(at, typeBinding, object.InvalidArgument, "CannotConvertArgumentNoMessage", p.Name, "Cannot bind parameter '%s'. %s", p.Name, cause)
	e.Record.Exception.Cause = cause
	return e
}

func (b *Binding) errCollection(p *Parameter, v any, at int) error {
	return b.fail(at, typeBinding, object.InvalidArgument, "CannotConvertArgument", p.Name,
		"Cannot convert '%s' to the type '%s' required by parameter '%s'. Specified method is not supported.", object.TypeOf(v).Name, typeText(p.Type), p.Name)
}

func (b *Binding) errSwitch(p *Parameter, v any, at int) error {
	return b.fail(at, typeBinding, object.InvalidArgument, "CannotConvertArgument", p.Name,
		"Cannot convert '%s' to the type '%s' required by parameter '%s'. ", object.TypeOf(v).Name, typeText(p.Type), p.Name)
}

func (b *Binding) errBoolean(p *Parameter, v any, at int) error {
	name := "$null"
	if v != nil {
		name = object.TypeOf(v).Name
	}
	return b.fail(at, typeBinding, object.InvalidArgument, "CannotConvertArgumentNoMessage", p.Name,
		"Cannot bind parameter '%s'. Cannot convert value \"%s\" to type \"System.Boolean\". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.", p.Name, name)
}

func (b *Binding) errTransform(p *Parameter, cause error, at int) error {
	e := b.fail(at, typeTransform, object.InvalidData, "ParameterArgumentTransformationError", p.Name,
		"Cannot process argument transformation on parameter '%s'. %s", p.Name, cause)
	e.Record.Exception.Cause = cause
	return e
}

func (b *Binding) errValidation(p *Parameter, cause error, at int) error {
	e := b.fail(at, typeValidation, object.InvalidData, "ParameterArgumentValidationError", p.Name,
		"Cannot validate argument on parameter '%s'. %s", p.Name, cause)
	e.Record.Exception.Cause = cause
	return e
}

func (b *Binding) errNotAllowed(p *Parameter, kind, text string, at int) error {
	return b.fail(at, typeValidation, object.InvalidData, "ParameterArgumentValidationError"+kind+"NotAllowed", p.Name,
		"Cannot bind argument to parameter '%s' because %s.", p.Name, text)
}

func (b *Binding) errInputNotBound(v any) error {
	e := b.fail(-1, typeBinding, object.InvalidArgument, "InputObjectNotBound", "",
		"The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.")
	e.Record.Target = v
	return e
}

func (b *Binding) errInputMissing(missing []*Parameter, v any) error {
	names := make([]string, len(missing))
	for i, p := range missing {
		names[i] = p.Name
	}
	e := b.fail(-1, typeBinding, object.InvalidArgument, "InputObjectMissingMandatory", names[0],
		"The input object cannot be bound because it did not contain the information required to bind all mandatory parameters:  %s", strings.Join(names, " "))
	e.Record.Target = v
	return e
}

func (b *Binding) errDelayed(p *Parameter, cause error) error {
	return b.fail(-1, typeBinding, object.InvalidArgument, "ScriptBlockArgumentInvocationFailed", p.Name,
		"Cannot evaluate parameter '%s' because its argument input generated an error. %s", p.Name, cause)
}

func (b *Binding) errDelayedEmpty(p *Parameter) error {
	return b.fail(-1, typeBinding, object.InvalidArgument, "ScriptBlockArgumentNoOutput", p.Name,
		"Cannot evaluate parameter '%s' because its argument is specified as a script block and the script block produced no output.", p.Name)
}

// isConversion tells a failed conversion from a failed validation: the former lets the binder try another way.
func isConversion(err error) bool {
	e, ok := errors.AsType[*BindError](err)
	if !ok {
		return false
	}
	switch e.Record.ID {
	case "CannotConvertArgumentNoMessage", "CannotConvertArgument", "ParameterArgumentTransformationError":
		return true
	}
	return false
}

func typeText(t *object.Type) string {
	if t == nil {
		return "System.Object"
	}
	return t.Name
}
