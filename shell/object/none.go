package object

// None is the type of Nothing.
type None struct{ _ byte }

// Nothing is what a method of type void returns, and what a pipeline without output is worth: PowerShell's AutomationNull. It is
// written to a pipeline as no object at all; conversions and operators take it for $null.
var Nothing any = &None{}

// Control is an error that is no failure of the method that returns it, such as the stop of a pipeline or an error that a
// script's own function raises: it goes through method calls as it is.
type Control interface {
	error
	Control()
}

// MethodFailed reports an error thrown inside a method, as PowerShell wraps it.
func MethodFailed(name string, argc int, err error) error { return methodFailed(name, argc, err) }
