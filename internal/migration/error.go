package migration

import (
	"errors"
	"fmt"
	"strings"
)

// ErrorID names a kind of error for good: the first part of FullyQualifiedErrorId, the key in the documentation, and what survives
// the way through HTTP. A constant of this type is an error value to compare with: errors.Is(err, migration.ErrNotFound).
type ErrorID string

// Error makes an id usable as the target of errors.Is.
func (id ErrorID) Error() string { return string(id) }

// The kinds of error. Exchange's fragments that scripts look for stand in the messages of [NewError]'s callers.
const (
	ErrInvalidValue    ErrorID = "MigrationInvalidValue"              // a value out of range or of the wrong form
	ErrNotFound        ErrorID = "ManagementObjectNotFoundException"  // "can't be found"
	ErrAlreadyExists   ErrorID = "ManagementObjectAlreadyExists"      // "already exists"
	ErrAmbiguous       ErrorID = "ManagementObjectAmbiguousException" // one address in several batches
	ErrCSVEmpty        ErrorID = "MigrationCSVEmpty"                  // "can't be empty"
	ErrCSVInvalid      ErrorID = "MigrationCSVInvalid"                // several faults, or one without an id of its own
	ErrCSVHeader       ErrorID = "MigrationCSVNoHeader"               // the first row is not a header
	ErrCSVColumn       ErrorID = "MigrationCSVMissingColumn"          // "is missing from the CSV file"
	ErrCSVUnknown      ErrorID = "MigrationCSVUnknownColumn"
	ErrCSVFieldCount   ErrorID = "MigrationCSVColumnCount" // "wrong number of columns"
	ErrCSVTooManyRows  ErrorID = "MigrationCSVTooManyRows" // "more than 50,000 rows"
	ErrCSVTooBig       ErrorID = "MigrationCSVTooBig"
	ErrCSVSyntax       ErrorID = "MigrationCSVSyntax"
	ErrCSVEncoding     ErrorID = "MigrationCSVEncoding"
	ErrCSVNoUser       ErrorID = "MigrationCSVNoValidRow" // no row is left after validation
	ErrNoTarget        ErrorID = "MigrationNoTargetEndpoint"
	ErrConnect         ErrorID = "MigrationServerConnectionFailedException"  // "could not be completed"
	ErrConnectTimeout  ErrorID = "MigrationServerConnectionTimeoutException" // "timed out after 00:00:15"
	ErrConcurrency     ErrorID = "MigrationEndpointConcurrency"
	ErrEndpointInUse   ErrorID = "MigrationEndpointInUse"
	ErrTypeUnsupported ErrorID = "MigrationTypeNotSupported"
	ErrBatchRunning    ErrorID = "MigrationBatchRunning" // Remove- of a batch at work
	ErrBatchRemoving   ErrorID = "MigrationBatchRemoving"
	ErrBatchCompleted  ErrorID = "MigrationBatchCompleted"     // nothing left to start
	ErrNothingToStop   ErrorID = "MigrationNothingToStop"      // every user is completed or failed
	ErrNotStarted      ErrorID = "MigrationBatchNotStarted"    // Stop- of a batch that never ran
	ErrTooManyBatches  ErrorID = "MigrationTooManyBatches"     // MaxNumberOfBatches
	ErrCorrupted       ErrorID = "MigrationCorrupted"          // a record can't be read
	ErrBatchActive     ErrorID = "MigrationBatchActive"        // LegacyMode: one batch at a time
	ErrMailbox         ErrorID = "MigrationMailboxUnavailable" // a mailbox can't be opened or looked into
	ErrSecretsLocked   ErrorID = "MigrationSecretsLocked"      // credentials can't be sealed or opened: the key is missing or another
	ErrStore           ErrorID = "MigrationStoreUnavailable"   // the state can't be read or written
	ErrConflict        ErrorID = "MigrationConflict"           // somebody else changed the object meanwhile
	ErrService         ErrorID = "MigrationServiceUnavailable" // the process that owns the state can't be reached, or went away
	ErrInternal        ErrorID = "MigrationInternal"
)

// Category is PowerShell's ErrorCategory, by name.
type Category string

// The categories in use.
const (
	CategoryNotSpecified        Category = "NotSpecified"
	CategoryObjectNotFound      Category = "ObjectNotFound"
	CategoryResourceExists      Category = "ResourceExists"
	CategoryInvalidArgument     Category = "InvalidArgument"
	CategoryInvalidData         Category = "InvalidData"
	CategoryInvalidOperation    Category = "InvalidOperation"
	CategoryConnectionError     Category = "ConnectionError"
	CategoryOperationTimeout    Category = "OperationTimeout"
	CategoryResourceUnavailable Category = "ResourceUnavailable"
	CategoryResourceBusy        Category = "ResourceBusy"
	CategoryNotImplemented      Category = "NotImplemented"
	CategoryLimitsExceeded      Category = "LimitsExceeded"
	CategoryAuthenticationError Category = "AuthenticationError"
	CategorySecurityError       Category = "SecurityError"
)

// Error is what a method of [Service] returns when it refuses or fails. It survives JSON whole, except that the cause becomes text.
type Error struct {
	ID       ErrorID
	Category Category
	// Message tells what is wrong, naming the thing, in Exchange's words where it has them.
	Message string
	// Target is the object that the error is about: a name, an address, a file's column.
	Target string `json:",omitempty"`
	// Noun is the kind of thing that Target names, if there is none of that name.
	Noun Noun `json:",omitempty"`
	// Remedy is what to do about it, a sentence.
	Remedy string `json:",omitempty"`
	// Detail is the chain of causes as text, for ErrorDetail and the log.
	Detail string `json:",omitempty"`
	// Faults lists what is wrong one by one when it is more than one thing, as in a CSV file.
	Faults []Fault `json:",omitempty"`

	cause error
}

// Noun is a kind of thing that has names, as messages call it.
type Noun string

// What an administrator names.
const (
	NounBatch    Noun = "migration batch"
	NounEndpoint Noun = "migration endpoint"
	NounUser     Noun = "migration user"
	NounMailbox  Noun = "mailbox"
)

// NotFound is the error of a name that nothing has.
func NotFound(noun Noun, id Identity, remedy string) *Error {
	e := NewError(ErrNotFound, string(id), fmt.Sprintf("The %s '%s' can't be found.", noun, id), remedy)
	e.Noun = noun
	return e
}

// Fault is one of several things wrong with a file.
type Fault struct {
	ID ErrorID
	// Row is the number of the data row, counted from 1 after the header; 0 when the fault is not one row's.
	Row    int    `json:",omitempty"`
	Column string `json:",omitempty"`
	// Message names row and column where they matter, so that it can be shown alone.
	Message string
}

// Error is the message and, where there is one, the remedy.
func (e *Error) Error() string {
	if e.Remedy == "" {
		return e.Message
	}
	return strings.TrimSpace(e.Message) + " " + e.Remedy
}

// Is makes errors.Is(err, ErrNotFound) and the like true, also after a way through JSON.
func (e *Error) Is(target error) bool {
	id, ok := target.(ErrorID)
	return ok && id == e.ID
}

// Unwrap gives the cause, if it was made in this process.
func (e *Error) Unwrap() error { return e.cause }

// Because notes what e was caused by, for Unwrap and in Detail, and returns e.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	if cause != nil && e.Detail == "" {
		e.Detail = cause.Error()
	}
	return e
}

// NewError makes an error with the category that belongs to its id. Message and remedy are full sentences.
func NewError(id ErrorID, target, message, remedy string) *Error {
	return &Error{ID: id, Category: id.Category(), Target: target, Message: message, Remedy: remedy}
}

// Category is the category that errors of this id have.
func (id ErrorID) Category() Category {
	switch id {
	case ErrInvalidValue, ErrConcurrency:
		return CategoryInvalidArgument
	case ErrNotFound:
		return CategoryObjectNotFound
	case ErrAlreadyExists:
		return CategoryResourceExists
	case ErrAmbiguous:
		return CategoryInvalidArgument
	case ErrCSVEmpty, ErrCSVInvalid, ErrCSVHeader, ErrCSVColumn, ErrCSVUnknown, ErrCSVFieldCount, ErrCSVSyntax, ErrCSVEncoding, ErrCSVNoUser, ErrCorrupted:
		return CategoryInvalidData
	case ErrCSVTooManyRows, ErrCSVTooBig, ErrTooManyBatches:
		return CategoryLimitsExceeded
	case ErrConnect:
		return CategoryConnectionError
	case ErrConnectTimeout:
		return CategoryOperationTimeout
	case ErrNoTarget, ErrEndpointInUse, ErrBatchRunning, ErrBatchRemoving, ErrBatchCompleted, ErrNothingToStop, ErrNotStarted, ErrBatchActive:
		return CategoryInvalidOperation
	case ErrMailbox:
		return CategoryResourceUnavailable
	case ErrTypeUnsupported:
		return CategoryNotImplemented
	case ErrSecretsLocked:
		return CategorySecurityError
	case ErrStore, ErrService:
		return CategoryResourceUnavailable
	case ErrConflict:
		return CategoryResourceBusy
	}
	return CategoryNotSpecified
}

// AsError gives err as an *Error: itself if it wraps one, else an error of id [ErrInternal] that tells it.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return NewError(ErrInternal, "", err.Error(), "").Because(err)
}
