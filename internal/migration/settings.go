package migration

import (
	"net"
	"strconv"
	"strings"
	"time"
)

func joinHostPort(host string, port int) string {
	return net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
}

// Effective is what holds for one user after user, batch, endpoint and configuration have been heard, in this order: the first
// that says something wins.
type Effective struct {
	Schedule
	IncrementalSyncEvery time.Duration
	TargetEndpoint       string // name
}

// Resolve finds what holds for a user of a batch.
func Resolve(user Schedule, batch BatchSettings, batchTarget string, config Config) Effective {
	e := Effective{
		Schedule:             user.Over(batch.Schedule),
		IncrementalSyncEvery: batch.IncrementalSyncEvery,
		TargetEndpoint:       batchTarget,
	}
	if e.IncrementalSyncEvery == 0 {
		e.IncrementalSyncEvery = config.IncrementalSyncEvery
	}
	if e.TargetEndpoint == "" {
		e.TargetEndpoint = config.TargetEndpoint
	}
	return e
}

// Login makes a login name out of a form with the placeholders {user}, {local}, {domain} and {admin}. An empty form is {user}.
// {local} and {domain} are what stands before and behind the last @ of user.
func Login(form, user, admin string) string {
	if form == "" {
		return user
	}
	local, domain := user, ""
	if i := strings.LastIndexByte(user, '@'); i >= 0 {
		local, domain = user[:i], user[i+1:]
	}
	return strings.NewReplacer("{user}", user, "{local}", local, "{domain}", domain, "{admin}", admin).Replace(form)
}

// CheckLoginFormat says whether form holds only placeholders that are known, and one that stands for the user.
func CheckLoginFormat(form string) error {
	if form == "" {
		return nil
	}
	rest := strings.NewReplacer("{user}", "", "{local}", "", "{domain}", "", "{admin}", "").Replace(form)
	if i := strings.IndexByte(rest, '{'); i >= 0 && strings.IndexByte(rest[i:], '}') > 0 {
		name := rest[i : i+strings.IndexByte(rest[i:], '}')+1]
		return NewError(ErrInvalidValue, form, "The login format '"+form+"' holds the unknown placeholder "+name+".",
			"Known are {user}, {local}, {domain} and {admin}, for example {user}*{admin}.")
	}
	if !strings.Contains(form, "{user}") && !strings.Contains(form, "{local}") {
		return NewError(ErrInvalidValue, form, "The login format '"+form+"' would open the same mailbox for every user.",
			"Let it contain {user} or {local}, for example {user}*{admin}.")
	}
	return nil
}

// ResolveSecurity is the security of a connection when none was asked for: Ssl, save on port 143, where STARTTLS is taken if
// the server offers it, and otherwise nothing protects it, which the second result says in words for the administrator.
func ResolveSecurity(port int, offersStartTLS bool) (Security, string) {
	if port != 143 {
		return SecuritySsl, ""
	}
	if offersStartTLS {
		return SecurityTls, ""
	}
	return SecurityNone, "The server offers no STARTTLS on port 143: passwords and mail go over the network unprotected, " +
		"and whoever can listen can read them. Use port 993 with -Security Ssl if the server has it."
}

// DefaultPort is the usual port for a way of protection; without one, 993.
func DefaultPort(s Security) int {
	if s == SecurityNone || s == SecurityTls {
		return 143
	}
	return 993
}
