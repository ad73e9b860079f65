package object

import (
	"errors"
	"fmt"
	"strings"
)

// exceptions is the hierarchy of the exception types that catch blocks name, parents first: each line is a parent and its children.
var exceptions = [...]string{
	"System.Exception: System.SystemException System.ApplicationException",
	"System.SystemException: System.ArgumentException System.ArithmeticException System.FormatException System.IndexOutOfRangeException System.InvalidCastException System.InvalidOperationException System.NotImplementedException System.NotSupportedException System.NullReferenceException System.OutOfMemoryException System.RankException System.TimeoutException System.UnauthorizedAccessException System.OperationCanceledException System.ArrayTypeMismatchException System.StackOverflowException System.IO.IOException System.IO.InvalidDataException System.Security.SecurityException System.Collections.Generic.KeyNotFoundException System.Xml.XmlException System.Xml.XPath.XPathException System.Runtime.InteropServices.ExternalException System.Management.Automation.RuntimeException System.Security.Authentication.AuthenticationException System.Data.DataException System.TypeLoadException System.MemberAccessException System.Security.Cryptography.CryptographicException",
	"System.ArgumentException: System.ArgumentNullException System.ArgumentOutOfRangeException System.DuplicateWaitObjectException System.Globalization.CultureNotFoundException System.Text.RegularExpressions.RegexParseException System.Text.DecoderFallbackException",
	"System.ArithmeticException: System.DivideByZeroException System.OverflowException System.NotFiniteNumberException",
	"System.FormatException: System.UriFormatException System.Net.CookieException",
	"System.InvalidOperationException: System.ObjectDisposedException System.Net.ProtocolViolationException System.Net.WebException",
	"System.NotSupportedException: System.PlatformNotSupportedException",
	"System.OperationCanceledException: System.Threading.Tasks.TaskCanceledException",
	"System.IO.IOException: System.IO.FileNotFoundException System.IO.DirectoryNotFoundException System.IO.PathTooLongException System.IO.EndOfStreamException System.IO.FileLoadException System.IO.DriveNotFoundException",
	"System.Runtime.InteropServices.ExternalException: System.ComponentModel.Win32Exception",
	"System.ComponentModel.Win32Exception: System.Net.Sockets.SocketException",
	"System.MemberAccessException: System.MissingMemberException System.MethodAccessException",
	"System.MissingMemberException: System.MissingMethodException System.MissingFieldException",
	"System.Management.Automation.RuntimeException: System.Management.Automation.ActionPreferenceStopException System.Management.Automation.CmdletInvocationException System.Management.Automation.CommandNotFoundException System.Management.Automation.ExtendedTypeSystemException System.Management.Automation.GetValueException System.Management.Automation.HaltCommandException System.Management.Automation.MetadataException System.Management.Automation.ParameterBindingException System.Management.Automation.ParseException System.Management.Automation.PipelineStoppedException System.Management.Automation.PSInvalidOperationRuntimeException System.Management.Automation.SessionStateException System.Management.Automation.WildcardPatternException System.Management.Automation.ScriptCallDepthException System.Management.Automation.ProviderInvocationException System.Management.Automation.ScriptRequiresException System.Management.Automation.PSSecurityException System.Management.Automation.RemoteException System.Management.Automation.ApplicationFailedException",
	"System.Management.Automation.CmdletInvocationException: System.Management.Automation.CmdletProviderInvocationException",
	"System.Management.Automation.ExtendedTypeSystemException: System.Management.Automation.MethodException System.Management.Automation.SetValueException System.Management.Automation.GetValueInvocationException",
	"System.Management.Automation.MethodException: System.Management.Automation.MethodInvocationException",
	"System.Management.Automation.SetValueException: System.Management.Automation.SetValueInvocationException",
	"System.Management.Automation.MetadataException: System.Management.Automation.ArgumentTransformationMetadataException System.Management.Automation.ValidationMetadataException",
	"System.Management.Automation.ParameterBindingException: System.Management.Automation.ParameterBindingValidationException System.Management.Automation.ParameterBindingArgumentTransformationException",
	"System.Management.Automation.ParseException: System.Management.Automation.IncompleteParseException",
	"System.Management.Automation.SessionStateException: System.Management.Automation.ItemNotFoundException System.Management.Automation.DriveNotFoundException System.Management.Automation.ProviderNotFoundException System.Management.Automation.SessionStateOverflowException System.Management.Automation.SessionStateUnauthorizedAccessException",
	"System.InvalidCastException: System.Management.Automation.PSInvalidCastException",
	"System.ArgumentException: System.Management.Automation.PSArgumentException",
	"System.ArgumentNullException: System.Management.Automation.PSArgumentNullException",
	"System.ArgumentOutOfRangeException: System.Management.Automation.PSArgumentOutOfRangeException",
	"System.InvalidOperationException: System.Management.Automation.PSInvalidOperationException",
	"System.NotSupportedException: System.Management.Automation.PSNotSupportedException",
	"System.NotImplementedException: System.Management.Automation.PSNotImplementedException",
	"System.Exception: Microsoft.PowerShell.Commands.WriteErrorException Microsoft.PowerShell.Commands.ServiceCommandException Microsoft.PowerShell.Commands.HttpResponseException System.AggregateException System.Net.Http.HttpRequestException System.Net.Mail.SmtpException",
	"Microsoft.PowerShell.Commands.ServiceCommandException: Microsoft.PowerShell.Commands.ProcessCommandException",
}

var (
	typeRuntimeException          = init1("System.Management.Automation.RuntimeException")
	typeInvalidCastException      = init1("System.Management.Automation.PSInvalidCastException")
	typeMethodException           = init1("System.Management.Automation.MethodException")
	typeMethodInvocationException = init1("System.Management.Automation.MethodInvocationException")
	typeGetValueException         = init1("System.Management.Automation.GetValueInvocationException")
	typeSetValueException         = init1("System.Management.Automation.SetValueInvocationException")
)

var exceptionsDeclared = declareExceptions()

func declareExceptions() bool {
	for _, line := range exceptions {
		parent, children, _ := strings.Cut(line, ": ")
		base := index()[strings.ToLower(parent)]
		if parent == "System.Exception" {
			base = TypeException
		}
		for _, c := range strings.Fields(children) {
			if strings.HasSuffix(c, "RegexParseException") || index()[strings.ToLower(c)] == nil {
				declare(c, "", base)
			}
		}
	}
	return true
}

// init1 returns a declared exception type, seeing to it that the hierarchy has been declared.
func init1(name string) *Type {
	if !exceptionsDeclared {
		panic("object: exceptions not declared")
	}
	t, ok := TypeByName(name)
	if !ok {
		panic("object: no exception type " + name)
	}
	return t
}

// NewException returns an exception of the named type; a name that is not declared gives System.Exception.
func NewException(typeName, format string, args ...any) *Exception {
	t, ok := TypeByName(typeName)
	if !ok {
		t = TypeException
	}
	return &Exception{Type: t, Message: sprintf(format, args)}
}

func sprintf(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// NewError returns a RuntimeException's record, the form in which the shell itself reports errors.
func NewError(id string, category Category, target any, format string, args ...any) *ErrorRecord {
	return NewErrorOf(&Exception{Type: typeRuntimeException, Message: sprintf(format, args)}, id, category, target)
}

// NewErrorOf returns the record of an exception.
func NewErrorOf(e *Exception, id string, category Category, target any) *ErrorRecord {
	return &ErrorRecord{Exception: e, ID: id, Category: category, Target: target}
}

// RecordOf returns the record of any error: its own if there is one in the chain, else one made of the exception or Go error.
func RecordOf(err error) *ErrorRecord {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[*ErrorRecord](err); ok {
		return r
	}
	if e, ok := errors.AsType[*Exception](err); ok {
		return NewErrorOf(e, e.TypeName(), OperationStopped, nil)
	}
	return NewErrorOf(&Exception{Type: typeRuntimeException, Message: err.Error(), Cause: err}, "RuntimeException", NotSpecified, nil)
}

// TypeName is the full name of the exception's type.
func (e *Exception) TypeName() string {
	if e.Type == nil {
		return TypeException.Name
	}
	return e.Type.Name
}

// invalidCast is the error of a conversion: id as FullyQualifiedErrorId has it.
func invalidCast(id, format string, args ...any) *ErrorRecord {
	r := NewErrorOf(&Exception{Type: typeInvalidCastException, Message: sprintf(format, args)}, id, InvalidArgument, nil)
	r.Reason = "RuntimeException"
	return r
}

// methodFailed reports an exception thrown inside a method, as PowerShell wraps it.
func methodFailed(name string, argc int, err error) error {
	inner := exceptionOf(err)
	outer := &Exception{
		Type: typeMethodInvocationException, Inner: inner,
		Message: fmt.Sprintf("Exception calling \"%s\" with \"%d\" argument(s): \"%s\"", name, argc, inner.Message),
	}
	return NewErrorOf(outer, shortName(inner.TypeName()), NotSpecified, nil)
}

// exceptionOf returns the exception in an error, making one of a plain Go error.
func exceptionOf(err error) *Exception {
	if e, ok := errors.AsType[*Exception](err); ok {
		return e
	}
	return &Exception{Message: err.Error(), Cause: err}
}

func shortName(full string) string { return full[strings.LastIndexAny(full, ".+")+1:] }
