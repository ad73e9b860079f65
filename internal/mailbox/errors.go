package mailbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says what may be done about an error. The implementation decides it, because only it knows the server.
type Class int

const (
	// Internal: a mistake in our own program or an answer that nobody foresaw; trying again is no use.
	Internal Class = iota
	// PerMessage: this message can't be read or stored; the others can.
	PerMessage
	// PerFolder: this folder can't be read or written; the others can.
	PerFolder
	// Person: the mailbox waits for somebody (password, quota, missing mailbox).
	Person
	// Later: the server asks for patience, or is away; see Error.RetryAfter.
	Later
	// Reconnect: the session is dead; a new one may be opened at once.
	Reconnect
)

// String names the class.
func (c Class) String() string {
	switch c {
	case PerMessage:
		return "message"
	case PerFolder:
		return "folder"
	case Person:
		return "person"
	case Later:
		return "later"
	case Reconnect:
		return "reconnect"
	}
	return "internal"
}

// ID names a kind of error for good: it appears in reports and error records, and scripts compare it.
type ID string

// The kinds of error that a mailbox knows.
const (
	AuthenticationFailed ID = "AuthenticationFailed" // the server knows us not, or the password is wrong or expired
	AuthenticationAbsent ID = "AuthenticationAbsent" // no way to log in that both sides know
	AccessDenied         ID = "AccessDenied"         // logged in, but not allowed to (NOPERM)
	MailboxMissing       ID = "MailboxMissing"       // the login has no mailbox, or the root folder is not there
	QuotaExceeded        ID = "QuotaExceeded"        // the mailbox is full

	MessageVanished ID = "MessageVanished" // removed before it could be read
	MessageRefused  ID = "MessageRefused"  // the server will not store it
	MessageTooLarge ID = "MessageTooLarge" // above APPENDLIMIT, or TOOBIG
	MessageUnread   ID = "MessageUnread"   // the server can't deliver it: no body, a substitute, garbled
	FlagRefused     ID = "FlagRefused"     // the server will not keep this flag or keyword

	FolderMissing      ID = "FolderMissing"      // not there, or no longer
	FolderRefused      ID = "FolderRefused"      // can't be made, renamed or opened
	UIDValidityChanged ID = "UIDValidityChanged" // the folder's UIDs mean other messages than before

	Throttled       ID = "Throttled"       // the server asks for a pause
	Unavailable     ID = "Unavailable"     // the server or mailbox is away for the moment (UNAVAILABLE, INUSE)
	TooManySessions ID = "TooManySessions" // the server's limit of connections is reached

	HostUnknown      ID = "HostUnknown"      // the name does not resolve
	ConnectFailed    ID = "ConnectFailed"    // refused, unreachable, no answer
	TLSFailed        ID = "TLSFailed"        // handshake or certificate
	SecurityMismatch ID = "SecurityMismatch" // plain where TLS was expected, or the other way; no STARTTLS
	NotAServer       ID = "NotAServer"       // what answers does not speak the protocol
	ConnectionLost   ID = "ConnectionLost"   // ended in the middle: reset, BYE, end of stream
	Stalled          ID = "Stalled"          // no byte for too long
	ProtocolError    ID = "ProtocolError"    // an answer out of grammar, BAD, or out of step

	Unsupported ID = "Unsupported" // asked for what this server can't do
	SpoolFailed ID = "SpoolFailed" // no room or no right to keep a message on disk while it is moved
)

// kinds holds what is true of every error of a kind unless its maker says otherwise.
var kinds = map[ID]struct {
	class Class
	fix   string
}{
	AuthenticationFailed: {Person, "check the user name and password, then give the right ones to the row or endpoint"},
	AuthenticationAbsent: {Person, "choose another authentication method or security setting for the endpoint"},
	AccessDenied:         {Person, "give the login the right to this mailbox, or use another login"},
	MailboxMissing:       {Person, "create the mailbox, or correct its name"},
	QuotaExceeded:        {Person, "raise the quota of the mailbox or make room in it; the copy then goes on by itself"},
	MessageVanished:      {PerMessage, "nothing to do: it was removed while the copy ran"},
	MessageRefused:       {PerMessage, "look at the message at the source; it stays there"},
	MessageTooLarge:      {PerMessage, "raise the target's message size limit, or leave the message behind"},
	MessageUnread:        {PerMessage, "open the message at the source with a mail program; the server can't deliver it"},
	FlagRefused:          {PerMessage, "nothing to do: the message arrives without this flag"},
	FolderMissing:        {PerFolder, "see whether the folder was renamed or removed while the copy ran"},
	FolderRefused:        {PerFolder, "exclude the folder, or rename it at the source"},
	UIDValidityChanged:   {PerFolder, "nothing to do: the folder is matched again by content"},
	Throttled:            {Later, "nothing to do: the copy waits and goes on; fewer concurrent migrations throttle less"},
	Unavailable:          {Later, "nothing to do: the copy is tried again"},
	TooManySessions:      {Later, "lower MaxConcurrentMigrations, or raise the server's limit of connections"},
	HostUnknown:          {Later, "check the server's name"},
	ConnectFailed:        {Later, "check server and port, and that a firewall lets the connection through"},
	TLSFailed:            {Person, "check the server's certificate and the endpoint's security setting"},
	SecurityMismatch:     {Person, "use port 993 with -Security Ssl, or port 143 with -Security Tls or None"},
	NotAServer:           {Person, "check server and port: no mail server answers there"},
	ConnectionLost:       {Reconnect, "nothing to do: the copy reconnects and goes on"},
	Stalled:              {Reconnect, "nothing to do: the copy reconnects and goes on"},
	ProtocolError:        {Reconnect, "set MIGSH_TRACE to record the conversation if it comes again"},
	Unsupported:          {PerFolder, "nothing to do at this server"},
	SpoolFailed:          {Later, "make room in the state directory"},
}

// An Error is what went wrong at a mailbox, told so that an administrator knows what to do.
type Error struct {
	ID    ID
	Class Class

	// Op is the command that was tried, in the protocol's word ("LOGIN", "APPEND"); no arguments, no secrets.
	Op string
	// Server and Login tell at which mailbox, Folder and UID what was touched, as far as they apply.
	Server, Login string
	Folder        string
	UID           UID

	// Code and Text are the server's own words: NO [OVERQUOTA] text.
	Code, Text string

	// RetryAfter is how long the server asked us to wait; 0 when it did not say.
	RetryAfter time.Duration
	// Fix is what the administrator can do.
	Fix string
	// Err is the cause on our side (network, TLS, disk), nil when the server's words are the cause.
	Err error
}

// NewError makes an error with the class and the advice that belong to its kind; the caller fills in the rest.
func NewError(id ID, op string, err error) *Error {
	k := kinds[id]
	return &Error{ID: id, Class: k.class, Op: op, Fix: k.fix, Err: err}
}

// Error tells what was tried where, the server's words, and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", e.Op)
	if e.Folder != "" {
		fmt.Fprintf(&b, " %q", e.Folder)
	}
	if e.UID != 0 {
		fmt.Fprintf(&b, " UID %d", e.UID)
	}
	if e.Server != "" {
		fmt.Fprintf(&b, " at %s", e.Server)
	}
	if e.Login != "" {
		fmt.Fprintf(&b, " as %s", e.Login)
	}
	fmt.Fprintf(&b, ": %s", e.ID)
	if e.Code != "" || e.Text != "" {
		b.WriteString(": the server says")
		if e.Code != "" {
			fmt.Fprintf(&b, " [%s]", e.Code)
		}
		if e.Text != "" {
			fmt.Fprintf(&b, " %q", e.Text)
		}
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Fix != "" {
		fmt.Fprintf(&b, "; %s", e.Fix)
	}
	return b.String()
}

// Unwrap gives the cause on our side.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf is the class of the first *Error that err wraps, Internal if there is none. A cancelled or expired context
// has no class of its own: ask the context first.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Reconnect
	}
	return Internal
}

// AfterRefusal tells whether a session was given up only because a message was refused before it was sent whole, so that what had
// been sent of it would have been taken for commands. What became of all messages is known: of those without an answer none is stored.
func AfterRefusal(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Class == Reconnect && ClassOf(e.Err) == PerMessage
}

// IsID tells whether err is a mailbox error of that kind.
func IsID(err error, id ID) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.ID == id
}
