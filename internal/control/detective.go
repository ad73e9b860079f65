package control

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/mailbox/quirks"
	"migsh/internal/migration"
)

// mostAttempts is how many forms of login are tried, so that no account is locked on their account.
const mostAttempts = 6

// detect finds out in which form an administrator opens a user's mailbox: it tries those that are usual at the kind of server, the likeliest
// first, and none any more once the server shows that it has had enough.
func (c *Control) detect(ctx context.Context, e migration.Endpoint, admin migration.Credential, user string) (migration.ConnectionTest, error) {
	e.OAuth, e.UserName = nil, admin.UserName
	if e.Authentication == migration.AuthenticationOAuth {
		e.Authentication = migration.AuthenticationBasic
	}
	test, e, found, err := c.look(ctx, connect.Account{Endpoint: e})
	if err != nil || test.Result == migration.TestFailed {
		return test, err
	}
	forms, kind := quirks.Strangers, "server"
	if server := quirks.ByName(found.Kind); server != nil {
		forms, kind = server.Administrators, server.Name+" server"
		if len(forms) == 0 {
			return undetected(test, fmt.Sprintf("No login of an administrator opens the mailbox of '%s' at a %s: %s.", user, kind, server.NoAdministrators)), nil
		}
	}
	var own string // what the administrator's own mailbox is known by
	asked := false
	var attempts []migration.LoginAttempt
	for _, form := range forms {
		if len(attempts) == mostAttempts {
			break
		}
		a := connect.Account{Endpoint: e, Login: admin.UserName, Password: admin.Password}
		if form.Format != "" {
			a.Login = migration.Login(form.Format, user, admin.UserName)
		}
		if form.AuthorizationID != "" {
			a.AuthorizationID = migration.Login(form.AuthorizationID, user, admin.UserName)
		}
		attempt := migration.LoginAttempt{Login: a.Login, AuthorizationID: a.AuthorizationID}
		if tried(attempts, attempt) {
			continue
		}
		test, _, seen, err := c.look(ctx, a)
		if err != nil {
			return test, err
		}
		attempt.Outcome = "refused"
		if test.Fault == nil {
			if !asked && !seen.NoInbox {
				asked = true
				if own, err = c.inboxOf(ctx, connect.Account{Endpoint: e, Login: admin.UserName, Password: admin.Password}); err != nil {
					return test, err
				}
			}
			if !seen.NoInbox && (seen.Inbox == "" || seen.Inbox != own || strings.EqualFold(user, admin.UserName)) {
				attempt.Outcome = "opened"
				test.Attempts = append(attempts, attempt)
				return detected(test, form, a, user, seen.Inbox == ""), nil
			}
			attempt.Outcome = "opened the administrator's own mailbox"
			if seen.NoInbox {
				attempt.Outcome = "taken, and there is no mailbox behind it"
			}
		} else if m, ok := errors.AsType[*mailbox.Error](test.Fault); ok {
			attempt.Outcome = outcome(m)
			if enough(m) {
				attempts = append(attempts, attempt)
				test.Attempts = attempts
				return undetected(test, fmt.Sprintf("The search for the form of login was given up after %d attempts, lest an account be locked: %s", len(attempts), test.Message)), nil
			}
			if m.ID == mailbox.AuthenticationAbsent { // nothing was shown to the server
				attempts = append(attempts, attempt)
				continue
			}
		}
		attempts = append(attempts, attempt)
	}
	test.Attempts = attempts
	return undetected(test, fmt.Sprintf("None of the forms that are usual at a %s lets '%s' open the mailbox of '%s': tried were %s. "+
		"Check the administrator's password and right first; another form can be tried with -LoginFormat or -AuthorizationId.", kind, admin.UserName, user, listed(attempts))), nil
}

// inboxOf is what the inbox of an account is known by, empty if nobody can tell.
func (c *Control) inboxOf(ctx context.Context, a connect.Account) (string, error) {
	_, _, seen, err := c.look(ctx, a)
	return seen.Inbox, err
}

func tried(attempts []migration.LoginAttempt, a migration.LoginAttempt) bool {
	for _, t := range attempts {
		if t.Login == a.Login && t.AuthorizationID == a.AuthorizationID {
			return true
		}
	}
	return false
}

// outcome puts a failed login into a few words.
func outcome(m *mailbox.Error) string {
	words := connect.ServerText(m)
	if words == "" && m.Err != nil {
		words = m.Err.Error()
	}
	return strings.TrimSpace("refused: " + words)
}

// enough tells whether a server shows that further attempts would do harm.
func enough(m *mailbox.Error) bool {
	switch m.ID {
	case mailbox.Throttled, mailbox.TooManySessions, mailbox.Unavailable, mailbox.ConnectionLost, mailbox.ConnectFailed, mailbox.Stalled:
		return true
	}
	said := strings.ToLower(m.Text)
	for _, word := range []string{"locked", "blocked", "too many", "banned", "temporarily", "rate"} {
		if strings.Contains(said, word) {
			return true
		}
	}
	return false
}

// detected is the test with the form that was found, and how to make use of it.
func detected(test migration.ConnectionTest, form quirks.LoginForm, a connect.Account, user string, unsure bool) migration.ConnectionTest {
	test.LoginFormat, test.AuthorizationID = form.Format, form.AuthorizationID
	parameters := "-Credentials $admin"
	if form.Format != "" {
		parameters += " -LoginFormat '" + form.Format + "'"
	}
	if form.AuthorizationID != "" {
		parameters += " -AuthorizationId '" + form.AuthorizationID + "'"
	}
	test.Message = fmt.Sprintf("The administrator opens the mailbox of '%s' as '%s'", user, a.Login)
	if a.AuthorizationID != "" {
		test.Message += fmt.Sprintf(" with the authorization id '%s'", a.AuthorizationID)
	}
	test.Message += ". For an endpoint: New-MigrationEndpoint … " + parameters + "."
	if form.AuthorizationID == "" {
		test.Message += fmt.Sprintf(" In a user list: the UserName %s with the administrator's password.", a.Login)
	}
	if unsure {
		test.Warnings = append(test.Warnings, fmt.Sprintf("The mailbox that was opened holds no mail by which it could be told from the administrator's own: look into it before you rely on it, or test with another mailbox than '%s'.", user))
	}
	return test
}

func undetected(test migration.ConnectionTest, why string) migration.ConnectionTest {
	test.Result, test.Message = migration.TestFailed, why
	if test.Fault == nil {
		test.Fault = migration.NewError(migration.ErrConnect, test.RemoteServer, why, "")
		test.Fault.Category = migration.CategoryAuthenticationError
	}
	if test.ErrorDetail == "" {
		test.ErrorDetail = string(test.Fault.ID) + ": " + why
	}
	return test
}

func listed(attempts []migration.LoginAttempt) string {
	var list []string
	for _, a := range attempts {
		text := "'" + a.Login + "'"
		if a.AuthorizationID != "" {
			text += " for '" + a.AuthorizationID + "'"
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}
