package object

// Exception is a .NET exception as scripts see it.
type Exception struct {
	Type    *Type // System.Exception when nil
	Message string
	Inner   *Exception
	// Fields are the further properties of exception types that have some (ItemName, ParameterName, ErrorRecord ...).
	Fields *Hashtable
	// Cause is the Go error it stands for, if any.
	Cause error

	// Extension is what a class of a script that is derived from an exception keeps.
	Extension any

	data *Hashtable // Data, made when it is asked for
}

// Error makes *Exception a Go error.
func (e *Exception) Error() string { return e.Message }

// Unwrap returns the inner exception or the Go error that it stands for.
func (e *Exception) Unwrap() error {
	if e.Inner != nil {
		return e.Inner
	}
	return e.Cause
}

// ErrorRecord is what $Error holds and catch blocks see. As a Go error it means a terminating error.
type ErrorRecord struct {
	Exception                                *Exception
	Category                                 Category
	Activity, Reason, TargetName, TargetType string // CategoryInfo's parts; empty ones are derived
	// ID is FullyQualifiedErrorId without the command's name; the pipeline adds ",CommandName".
	ID         string
	Target     any
	Details    string // ErrorDetails.Message, shown instead of the exception's
	Action     string // ErrorDetails.RecommendedAction: what to do about it
	Invocation *InvocationInfo
	// Thrown marks what a throw statement raised, which the error view calls "Exception".
	Thrown     bool
	StackTrace string // ScriptStackTrace
	// Command is the name that FullyQualifiedErrorId ends in, such as "GetItemCommand" or a function's name.
	Command string

	passes bool // goes through method calls as it is, not wrapped as thrown inside
}

// Error makes *ErrorRecord a Go error with the text that users see.
func (r *ErrorRecord) Error() string {
	if r.Details != "" {
		return r.Details
	}
	return r.Exception.Message
}

// Unwrap returns the exception.
func (r *ErrorRecord) Unwrap() error { return r.Exception }

// InvocationInfo tells where a command was called: $MyInvocation and an error's position.
type InvocationInfo struct {
	CommandName                      string // as typed
	Line                             string // the whole source line
	File                             string // script path, empty at the prompt
	LineNumber                       int    // from 1
	Column                           int    // from 1, in UTF-16 units
	EndLineNumber                    int
	EndColumn                        int
	Text                             string // the extent's own text, which error views underline
	BoundParameters                  *Hashtable
	UnboundArguments                 []any
	PipelineLength, PipelinePosition int
	Command                          any // CommandInfo
}

// Category is System.Management.Automation.ErrorCategory, by name.
type Category string

// The error categories that commands use most; the names are PowerShell's.
const (
	NotSpecified        Category = "NotSpecified"
	OpenError           Category = "OpenError"
	CloseError          Category = "CloseError"
	DeviceError         Category = "DeviceError"
	DeadlockDetected    Category = "DeadlockDetected"
	InvalidArgument     Category = "InvalidArgument"
	InvalidData         Category = "InvalidData"
	InvalidOperation    Category = "InvalidOperation"
	InvalidResult       Category = "InvalidResult"
	InvalidType         Category = "InvalidType"
	MetadataError       Category = "MetadataError"
	NotImplemented      Category = "NotImplemented"
	NotInstalled        Category = "NotInstalled"
	ObjectNotFound      Category = "ObjectNotFound"
	OperationStopped    Category = "OperationStopped"
	OperationTimeout    Category = "OperationTimeout"
	SyntaxError         Category = "SyntaxError"
	ParserError         Category = "ParserError"
	PermissionDenied    Category = "PermissionDenied"
	ResourceBusy        Category = "ResourceBusy"
	ResourceExists      Category = "ResourceExists"
	ResourceUnavailable Category = "ResourceUnavailable"
	ReadError           Category = "ReadError"
	WriteError          Category = "WriteError"
	FromStdErr          Category = "FromStdErr"
	SecurityError       Category = "SecurityError"
	ProtocolError       Category = "ProtocolError"
	ConnectionError     Category = "ConnectionError"
	AuthenticationError Category = "AuthenticationError"
	LimitsExceeded      Category = "LimitsExceeded"
	QuotaExceeded       Category = "QuotaExceeded"
	NotEnabled          Category = "NotEnabled"
)
