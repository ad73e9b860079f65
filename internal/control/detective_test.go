package control

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store/memstore"
)

// A keeper is a server of a kind that decides by the login what becomes of it: the inbox that it opens, or why not.
type keeper struct {
	connect.Connector // nothing but Probe is asked for
	kind              string
	opens             func(login, authz string) (inbox string, err error)
}

func (k keeper) Probe(_ context.Context, a connect.Account) (connect.Probe, error) {
	p := connect.Probe{Security: a.Endpoint.Security, Kind: k.kind}
	if a.Login == "" {
		return p, nil
	}
	var err error
	p.Inbox, err = k.opens(a.Login, a.AuthorizationID)
	return p, err
}

// TestDetective searches for the form of administrators' logins at servers that can't be had here.
func TestDetective(t *testing.T) {
	refused := func(text string) error {
		e := mailbox.NewError(mailbox.AuthenticationFailed, "LOGIN", nil)
		e.Text = text
		return e
	}
	only := func(login, authz string) func(string, string) (string, error) {
		return func(l, a string) (string, error) {
			if l == login && a == authz {
				return "7/9/2", nil
			}
			return "", refused("no")
		}
	}
	count := 0
	for _, test := range []struct {
		name, kind, admin, user string
		opens                   func(login, authz string) (string, error)
		want                    string // format|authorization id, or what is said
		attempts                string // how the last attempt ended
		tried                   int
	}{
		{"Mirapoint", "Mirapoint", "administrator", "ann@contoso.edu", only("#ann@contoso.edu#administrator#", ""), "#{user}#{admin}#|", "opened", 1},
		{"Exchange", "Exchange", `CONTOSO\mailadmin`, "ann@contoso.edu", only(`CONTOSO\mailadmin\ann`, ""), `{admin}\{local}|`, "opened", 1},
		{"Exchange with slashes", "Exchange", "contoso.edu/mailadmin", "ann@contoso.edu", only("contoso.edu/mailadmin/ann", ""), "{admin}/{local}|", "opened", 2},
		{"Zimbra", "Zimbra", "admin@contoso.edu", "ann@contoso.edu", only("admin@contoso.edu", "ann@contoso.edu"), "|{user}", "opened", 1},
		{"a stranger", "", "root", "ann", only("ann%root", ""), "{user}%{admin}|", "opened", 3},
		{"it is the administrator's own mailbox", "", "root", "ann", func(login, authz string) (string, error) {
			switch login {
			case "root": // whatever the authorization id
				return "1/5/4", nil
			case "ann*root":
				return "7/9/2", nil
			}
			return "", refused("no")
		}, "{user}*{admin}|", "opened", 2},
		{"not connected", "Exchange", "root", "ann", func(login, _ string) (string, error) {
			if login == "root/ann" {
				return "7/9/2", nil
			}
			e := mailbox.NewError(mailbox.MailboxMissing, "LOGIN", nil) // as said by Exchange Online, see simonrob/email-oauth2-proxy#74
			e.Text = "User is authenticated but not connected."
			return "", e
		}, "{admin}/{local}|", "opened", 2},
		{"it locks", "", "root", "ann", func(string, string) (string, error) {
			if count++; count == 2 {
				return "", refused("Your account is temporarily locked.")
			}
			return "", refused("no")
		}, "given up after 2 attempts", "refused: Your account is temporarily locked.", 2},
		{"it is throttled", "", "root", "ann", func(string, string) (string, error) {
			return "", mailbox.NewError(mailbox.Throttled, "LOGIN", nil)
		}, "given up after 1 attempts", "refused:", 1},
		{"never more than six", "", "root", "ann@b.c", func(string, string) (string, error) { return "", refused("no") }, "None of the forms", "refused: no", 6},
		{"by tokens only", "Exchange Online", "root", "ann", func(string, string) (string, error) { panic("nobody may try") }, "-ApplicationId", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			count = 0
			keys, err := secret.Load(filepath.Join(t.TempDir(), "key"), false)
			if err != nil {
				t.Fatal(err)
			}
			store := memstore.New()
			defer store.Close()
			c, err := New(t.Context(), records.New(store, keys), keeper{kind: test.kind, opens: test.opens}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.TestServer(t.Context(), migration.TestServerRequest{
				RemoteServer: "imap.example.org", Port: 993, Security: migration.SecuritySsl, TestMailbox: test.user,
				Credentials: &migration.Credential{UserName: test.admin, Password: "s3cret"},
			})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(test.want, "|") {
				if form := got.LoginFormat + "|" + got.AuthorizationID; got.Result != migration.TestSuccess || form != test.want {
					t.Errorf("%s %s (%s), want %s", got.Result, form, got.Message, test.want)
				}
			} else if got.Result != migration.TestFailed || !strings.Contains(got.Message, test.want) || got.Fault == nil {
				t.Errorf("%s %q, want a failure that says %q", got.Result, got.Message, test.want)
			}
			if len(got.Attempts) != test.tried || test.tried > 0 && !strings.HasPrefix(got.Attempts[test.tried-1].Outcome, test.attempts) {
				t.Errorf("attempts %+v, want %d, the last %q", got.Attempts, test.tried, test.attempts)
			}
		})
	}
}
