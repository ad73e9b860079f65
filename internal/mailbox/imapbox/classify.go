package imapbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/wrap"
)

// byCode maps response codes (RFC 5530 and others) whose meaning does not depend on the command.
var byCode = map[imap.ResponseCode]mailbox.ID{
	imap.ResponseCodeOverQuota:            mailbox.QuotaExceeded,
	imap.ResponseCodeTryCreate:            mailbox.FolderMissing,
	imap.ResponseCodeNonExistent:          mailbox.FolderMissing,
	imap.ResponseCodeTooBig:               mailbox.MessageTooLarge,
	imap.ResponseCodeNoPerm:               mailbox.AccessDenied,
	imap.ResponseCodeAuthenticationFailed: mailbox.AuthenticationFailed,
	imap.ResponseCodeExpired:              mailbox.AuthenticationFailed,
	imap.ResponseCodeAuthorizationFailed:  mailbox.AccessDenied,
	imap.ResponseCodePrivacyRequired:      mailbox.SecurityMismatch,
	imap.ResponseCodeUnavailable:          mailbox.Unavailable,
	imap.ResponseCodeInUse:                mailbox.Unavailable,
	imap.ResponseCodeServerBug:            mailbox.Unavailable,
	imap.ResponseCodeContactAdmin:         mailbox.Unavailable,
	"THROTTLED":                           mailbox.Throttled, // Yahoo, Exchange Online
}

// byWords tells the kind of an error by the server's words where there is no code, in this order. The words are those of
// Exchange Online, Gmail, Yahoo, Dovecot, Cyrus, Courier and Zimbra.
var byWords = []struct {
	words []string
	id    mailbox.ID
}{
	{[]string{"throttl", "backoff", "bandwidth limit", "rate limit", "too many commands", "slow down"}, mailbox.Throttled},
	{[]string{"too many connections", "too many simultaneous", "maximum number of connections", "connection limit", "too many open connections"}, mailbox.TooManySessions},
	{[]string{"authenticated but not connected", "no mailbox for"}, mailbox.MailboxMissing},
	{[]string{"quota", "mailbox is full", "mailbox full", "over limit", "not enough disk space", "out of disk space"}, mailbox.QuotaExceeded},
	{[]string{"too large", "too big", "maximum size", "maximum message size", "exceeds size", "size limit"}, mailbox.MessageTooLarge},
	{[]string{"temporar", "try again", "unavailable", "internal error", "system error", "server error", "timed out", "timeout", "is locked"}, mailbox.Unavailable},
	{[]string{"permission denied", "access denied", "not allowed", "not permitted"}, mailbox.AccessDenied},
	{[]string{"doesn't exist", "does not exist", "nonexistent", "non-existent", "no such", "not found", "unknown mailbox", "unknown folder", "can't open mailbox"}, mailbox.FolderMissing},
}

// idByWords is the kind of an error by its words, or empty.
func idByWords(text string) mailbox.ID {
	text = strings.ToLower(text)
	for _, row := range byWords {
		for _, w := range row.words {
			if strings.Contains(text, w) {
				return row.id
			}
		}
	}
	return ""
}

// byCommand lists, for each command, the kinds that words may name, and the kind that a refusal is otherwise.
var byCommand = map[string]struct {
	words     []mailbox.ID
	otherwise mailbox.ID
}{
	"LOGIN":        {[]mailbox.ID{mailbox.MailboxMissing, mailbox.Unavailable}, mailbox.AuthenticationFailed},
	"AUTHENTICATE": {[]mailbox.ID{mailbox.MailboxMissing, mailbox.Unavailable}, mailbox.AuthenticationFailed},
	"SELECT":       {[]mailbox.ID{mailbox.FolderMissing, mailbox.AccessDenied, mailbox.Unavailable}, mailbox.FolderRefused},
	"EXAMINE":      {[]mailbox.ID{mailbox.FolderMissing, mailbox.AccessDenied, mailbox.Unavailable}, mailbox.FolderRefused},
	"STATUS":       {[]mailbox.ID{mailbox.FolderMissing, mailbox.AccessDenied, mailbox.Unavailable}, mailbox.FolderRefused},
	"CREATE":       {[]mailbox.ID{mailbox.QuotaExceeded, mailbox.AccessDenied, mailbox.Unavailable}, mailbox.FolderRefused},
	"RENAME":       {[]mailbox.ID{mailbox.FolderMissing, mailbox.AccessDenied, mailbox.Unavailable}, mailbox.FolderRefused},
	"SUBSCRIBE":    {[]mailbox.ID{mailbox.FolderMissing, mailbox.Unavailable}, mailbox.FolderRefused},
	"APPEND": {[]mailbox.ID{mailbox.QuotaExceeded, mailbox.MessageTooLarge, mailbox.FolderMissing, mailbox.AccessDenied,
		mailbox.Unavailable}, mailbox.MessageRefused},
	"FETCH":   {[]mailbox.ID{mailbox.Unavailable}, mailbox.MessageUnread},
	"GETACL":  {[]mailbox.ID{mailbox.FolderMissing}, mailbox.AccessDenied},
	"STORE":   {[]mailbox.ID{mailbox.Unavailable}, mailbox.FlagRefused},
	"EXPUNGE": {[]mailbox.ID{mailbox.Unavailable}, mailbox.AccessDenied},
}

// refusal puts a server's NO or BAD in our terms.
func (c Config) refusal(op, folder string, refused *imap.Error) *mailbox.Error {
	e := c.fault(refusalID(op, refused), op, nil)
	e.Folder = folder
	e.Code, e.Text = string(refused.Code), c.clean(refused.Text)
	if e.Code == "" && refused.Type == imap.StatusResponseTypeBad {
		e.Code = "BAD"
	}
	e.RetryAfter = backOff(refused.Text)
	if folder != "" && e.ID == mailbox.AccessDenied {
		e.Class, e.Fix = mailbox.PerFolder, "give the login the right to this folder, or exclude it"
	}
	return e
}

func refusalID(op string, refused *imap.Error) mailbox.ID {
	command := byCommand[op]
	if id, ok := byCode[refused.Code]; ok {
		return id
	}
	words := idByWords(refused.Text)
	login := command.otherwise == mailbox.AuthenticationFailed
	switch {
	case words == mailbox.Throttled, words == mailbox.TooManySessions, words == mailbox.MailboxMissing:
		return words
	case refused.Type == imap.StatusResponseTypeBad && !login:
		return mailbox.ProtocolError
	case refused.Code == imap.ResponseCodeCannot && op == "CREATE": // whatever the words: the name is at fault, not a right
		return mailbox.FolderRefused
	case slices.Contains(command.words, words): // before LIMIT, with which Dovecot refuses what is too large
		return words
	case refused.Code == imap.ResponseCodeLimit && login:
		return mailbox.TooManySessions
	case refused.Code == imap.ResponseCodeLimit && op != "CREATE":
		return mailbox.Throttled
	case command.otherwise == "":
		return mailbox.Unavailable
	}
	return command.otherwise
}

// backOffWords is Exchange's "Suggested Backoff Time: 92415 milliseconds" and its like.
var backOffWords = regexp.MustCompile(`(?i)back-?off(?: time)?:?\s*(\d+)\s*(milliseconds|ms|seconds|s|minutes|min)?`)

// backOff is how long the server asks us to wait, or 0.
func backOff(text string) time.Duration {
	m := backOffWords.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n > 1<<31 {
		return 0
	}
	unit := time.Millisecond // Exchange's, when it leaves the unit out
	switch strings.ToLower(m[2]) {
	case "seconds", "s":
		unit = time.Second
	case "minutes", "min":
		unit = time.Minute
	}
	return time.Duration(n) * unit
}

// clean takes the password out of a server's words, should it echo what we sent.
func (c Config) clean(text string) string {
	if len(c.Credentials.Password) < 4 {
		return text
	}
	return strings.ReplaceAll(text, c.Credentials.Password, "********")
}

// lost says why a session ended. bye is the server's last word, err what whoever noticed says, which seldom
// names the cause.
func (c Config) lost(op string, guard *wrap.Guard, bye string, err error) *mailbox.Error {
	cause := guard.Err()
	switch {
	case cause == nil, errors.Is(cause, net.ErrClosed):
		e := c.fault(mailbox.ProtocolError, op, fmt.Errorf("the server's answer makes no sense: %w", err))
		if errors.Is(err, wrap.ErrDeflate) {
			e.Fix = "if it happens again, do without compression: Set-MigrationEndpoint -Compress $false"
		}
		return e
	case errors.Is(cause, wrap.ErrStalled):
		return c.fault(mailbox.Stalled, op, cause)
	case errors.Is(cause, errSilent):
		return c.fault(mailbox.Unavailable, op, cause)
	case errors.Is(cause, context.Canceled), errors.Is(cause, context.DeadlineExceeded):
		return c.fault(mailbox.ConnectionLost, op, cause)
	}
	if bye != "" {
		e := c.byeFault(op, bye)
		if e.ID == mailbox.Unavailable {
			e.ID, e.Class = mailbox.ConnectionLost, mailbox.Reconnect
		}
		return e
	}
	if errors.Is(cause, io.EOF) {
		cause = errors.New("the server ended the connection")
	}
	return c.fault(mailbox.ConnectionLost, op, cause)
}
