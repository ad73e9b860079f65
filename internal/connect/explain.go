package connect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"unicode"
	"unicode/utf8"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

// TestFailure is what went wrong when a server was tried, in Exchange's words, with the chain of causes as detail.
func TestFailure(err error, a Account) *migration.Error {
	server := a.Endpoint.RemoteServer
	if timedOut(err) {
		e := migration.NewError(migration.ErrConnectTimeout, server,
			fmt.Sprintf("The connection to the server '%s' on port %d timed out after 00:00:15.", server, a.Endpoint.Port),
			"Check server and port, and that a firewall lets the connection through.")
		return detailed(e, err)
	}
	m, known := errors.AsType[*mailbox.Error](err)
	if !known {
		e := migration.NewError(migration.ErrConnect, server,
			fmt.Sprintf("The connection to the server '%s' could not be completed: %v.", server, err), "")
		return detailed(e, err)
	}
	why, remedy := reason(m), sentence(m.Fix)
	message := fmt.Sprintf("The connection to the server '%s' on port %d could not be completed: %s.", server, a.Endpoint.Port, why)
	if m.ID == mailbox.AuthenticationFailed {
		message = fmt.Sprintf("The connection to the server '%s' could not be completed: it refused the login '%s'%s.", server, a.Login, quoted(m))
		remedy += loginHint(a.Login)
	}
	e := migration.NewError(migration.ErrConnect, server, message, remedy)
	if m.Class == mailbox.Person && (m.ID == mailbox.AuthenticationFailed || m.ID == mailbox.AuthenticationAbsent) {
		e.Category = migration.CategoryAuthenticationError
	}
	return detailed(e, err)
}

// detailed puts the exception's name and the chain of causes into Detail, as Exchange writes them.
func detailed(e *migration.Error, cause error) *migration.Error {
	e.Detail = fmt.Sprintf("%s: %s", e.ID, e.Message)
	if cause != nil {
		e.Detail += " ---> " + cause.Error()
	}
	return e.Because(cause)
}

func timedOut(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || mailbox.IsID(err, mailbox.Stalled) {
		return true
	}
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// reason is what a mailbox error means, without its remedy.
func reason(m *mailbox.Error) string {
	because := ""
	if m.Err != nil {
		because = fmt.Sprintf(" (%v)", m.Err)
	}
	switch m.ID {
	case mailbox.HostUnknown:
		return "no address is known for this name" + because
	case mailbox.ConnectFailed:
		return "nothing accepts connections there" + because
	case mailbox.TLSFailed:
		return "the connection can't be secured" + because
	case mailbox.SecurityMismatch:
		return "server and client don't agree about security" + quoted(m) + because
	case mailbox.NotAServer:
		return "what answers there is not an IMAP server" + quoted(m) + because
	case mailbox.AuthenticationAbsent:
		return "the server offers no way to log in that is allowed on this connection" + quoted(m)
	case mailbox.ConnectionLost:
		return "the server ended the connection" + quoted(m) + because
	case mailbox.TooManySessions:
		return "the server takes no more connections" + quoted(m)
	case mailbox.Throttled, mailbox.Unavailable:
		return "the server is not available at the moment" + quoted(m) + because
	case mailbox.AccessDenied:
		return "the login is not allowed to do this" + quoted(m)
	case mailbox.MailboxMissing:
		return "the mailbox is not there" + quoted(m)
	case mailbox.FolderMissing:
		return "a folder is no longer there" + quoted(m) + because
	case mailbox.FolderRefused:
		return "a folder can't be made, renamed or opened" + quoted(m) + because
	case mailbox.UIDValidityChanged:
		return "a folder was renumbered again and again while it was copied" + quoted(m) + because
	case mailbox.Stalled:
		return "the server fell silent in the middle" + quoted(m) + because
	case mailbox.ProtocolError:
		return "the server gave an answer that makes no sense" + quoted(m) + because
	case mailbox.Unsupported:
		return "the server can't do what is needed" + quoted(m) + because
	case mailbox.SpoolFailed:
		return "a message could not be kept on migsh's own disk while it was moved" + because
	}
	return string(m.ID) + quoted(m) + because
}

// quoted is the server's own words.
func quoted(m *mailbox.Error) string {
	words := ServerText(m)
	if words == "" {
		return ""
	}
	return fmt.Sprintf(" (the server says: %s)", words)
}

// ServerText is a server's answer with its response code.
func ServerText(m *mailbox.Error) string {
	if m.Code != "" {
		return strings.TrimSpace("[" + m.Code + "] " + m.Text)
	}
	return m.Text
}

// loginHint helps with the forms of administrators' logins, which are easily taken the wrong way round.
func loginHint(login string) string {
	user, admin, found := strings.Cut(login, "*")
	if !found {
		return ""
	}
	return fmt.Sprintf(" Dovecot wants user*administrator: if '%s' is the administrator, write %s*%s.", user, admin, user)
}

// sentence makes a sentence of a remark.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:] + "."
}

// Side tells which of the two mailboxes something is about.
type Side string

// The sides.
const (
	SourceSide Side = "source"
	TargetSide Side = "target"
)

// UserFault is what keeps a user from being copied, told for its ErrorSummary: err came up at one side of the pair, whose login and
// address are given.
func UserFault(err error, side Side, login, address string) migration.UserFault {
	m, known := errors.AsType[*mailbox.Error](err)
	if !known {
		return migration.UserFault{
			ID: "Unexpected", Type: migration.FaultPermanent,
			Message: fmt.Sprintf("The copy of %s failed: %v.", address, err),
			Remedy:  "Start-MigrationUser or Start-MigrationBatch tries again; -IncludeReport shows more.",
		}
	}
	f := migration.UserFault{ID: string(m.ID), Type: faultType(m.Class), ServerText: ServerText(m), Remedy: sentence(m.Fix)}
	at := ""
	if m.Server != "" {
		at = " at " + m.Server
	}
	switch m.ID {
	case mailbox.AuthenticationFailed, mailbox.AuthenticationAbsent:
		f.Message = fmt.Sprintf("We had trouble signing in to this account: the %s login '%s'%s was refused.", side, login, at)
		f.Remedy += loginHint(login)
	case mailbox.QuotaExceeded:
		f.Message = fmt.Sprintf("The %s mailbox is full: %s%s.", side, address, at)
	case mailbox.MailboxMissing:
		if side == TargetSide {
			f.Message = fmt.Sprintf("A mailbox wasn't found for %s on the target%s.", address, at)
		} else {
			f.Message = fmt.Sprintf("The mailbox of '%s' wasn't found at the source%s.", login, at)
			if m.Folder != "" { // a UserRoot
				f.Message = fmt.Sprintf("The mailbox of %s wasn't found at the source%s: %v.", address, at, m.Err)
			}
		}
	case mailbox.HostUnknown, mailbox.ConnectFailed, mailbox.TLSFailed, mailbox.SecurityMismatch, mailbox.NotAServer:
		f.Message = fmt.Sprintf("The connection to the %s server%s could not be completed: %s.", side, at, reason(m))
		f.ServerText = ""
	default:
		where := ""
		if m.Folder != "" {
			where = fmt.Sprintf(" in folder '%s'", m.Folder)
		}
		f.Message = fmt.Sprintf("The %s mailbox of %s could not be used%s%s: %s.", side, address, at, where, reason(m))
		f.ServerText = ""
	}
	return f
}

func faultType(c mailbox.Class) migration.FaultType {
	switch c {
	case mailbox.Later, mailbox.Reconnect:
		return migration.FaultTransient
	case mailbox.Person:
		return migration.FaultPerson
	}
	return migration.FaultPermanent
}
