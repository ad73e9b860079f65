package imapbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/mailbox/quirks"
	"migsh/internal/migration"
)

// Report is what a server shows when it is tried.
type Report struct {
	Security     migration.Security // as resolved
	Software     string
	Capabilities []string // sorted; those of the logged-in state if somebody logged in
	LocalAddress string   // from which the server was reached, for its firewall
	TLSVersion   string   // empty without TLS
	Fingerprint  string   // of the server's certificate: SHA-256
	LoggedIn     bool
	Method       string // with which somebody logged in
	Kind         string // of server, if it is one that is known
	Workarounds  []quirks.Workaround
	// Inbox tells mailboxes apart, as far as that can be done without opening one: UIDVALIDITY, UIDNEXT and number of messages of the inbox. It
	// is empty when nobody logged in, or when there is nothing in it to go by.
	Inbox string
	// NoInbox: the login was taken and there is no mailbox behind it.
	NoInbox  bool
	Warnings []string
}

// Probe connects, negotiates security, and logs in if the credentials have a login. On an error the report still tells what was
// learnt until then.
func Probe(ctx context.Context, cfg Config) (report Report, err error) {
	cfg = cfg.filled()
	report.Security = cfg.Security
	if cfg, err = cfg.withToken(ctx); err != nil {
		return report, err
	}
	w, err := dial(ctx, cfg)
	if err != nil {
		return report, err
	}
	s := newSession(cfg, w)
	defer func() { _ = s.Close() }() // closing cannot fail
	report.Security, report.LocalAddress, report.Software = w.security, w.localAddr, s.info.Software
	report.describe(cfg, w)
	defer func() { report.odd(s) }()

	limited, cancel := context.WithTimeoutCause(ctx, cfg.loginTime(), fmt.Errorf("%w within %v", errSilent, cfg.loginTime()))
	defer cancel()
	defer s.guard.Begin(limited)()
	set := s.client.Caps()
	if set == nil {
		return report, s.fault("CAPABILITY", "", s.client.WaitGreeting())
	}
	if set.Has(imap.CapID) {
		id, err := s.client.ID(&imap.IDData{Name: "migsh", OS: runtime.GOOS}).Wait()
		if err != nil && !declined(err) {
			return report, s.fault("ID", "", err)
		}
		if err == nil && id != nil {
			s.introduced(id, set)
			report.Software = s.info.Software
		}
	}
	s.identify("", capabilityNames(set))
	defer report.known(s)
	report.Capabilities = decide(set).all
	report.doubts(set, w)
	if cfg.Credentials.Login == "" {
		return report, nil
	}
	if err := s.logIn(ctx); err != nil {
		if cfg, err = s.otherwise(ctx, err); err != nil {
			return report, err
		}
		return Probe(ctx, cfg)
	}
	report.LoggedIn, report.Capabilities, report.Software, report.Method = true, s.caps.all, s.info.Software, s.method.Name
	for _, remark := range s.info.Remarks {
		report.warn("%s", remark)
	}
	report.Inbox, report.NoInbox = s.inbox()
	return report, nil
}

// known tells what kind of server it is.
func (r *Report) known(s *session) {
	if s.kind != nil {
		r.Kind = s.kind.Name
	}
	r.Workarounds = s.quirks.Sorted()
	if s.quirks.Has(quirks.PartOfFolders) && !strings.EqualFold(s.cfg.host(), yahooExport) {
		r.warn("The server shows the newest 10,000 messages of each folder only. To copy from it, use %s, which shows up to 100,000.", yahooExport)
	}
	if s.quirks.Has(quirks.DailyCaps) {
		r.warn("The server closes mailboxes for up to a day that hand out more than 2,500 MB or take in more than 500 MB a day. Stay below it: -DailyByteLimitPerMailbox 2300MB at an endpoint to copy from, 450MB at one to copy to.")
	}
}

// yahooExport is the server that Yahoo has for whoever takes mail away.
const yahooExport = "export.imap.mail.yahoo.com"

// inbox tells the session's mailbox from others, empty if nothing does, and whether there is none.
func (s *session) inbox() (like string, missing bool) {
	var st mailbox.Status
	cmd := &lane.Command{Op: "STATUS", Take: func(resp lane.Response) (bool, error) {
		if resp.Name != "STATUS" {
			return false, nil
		}
		_, told, err := s.takeStatus()
		st = told
		return true, err
	}}
	if err := s.run(cmd, "INBOX", []byte(" INBOX (UIDVALIDITY UIDNEXT MESSAGES)")); err != nil || st.UIDNext <= 1 {
		return "", err != nil && declined(err)
	}
	return fmt.Sprintf("%d/%d/%d", st.UIDValidity, st.UIDNext, st.Messages), false
}

func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

// describe tells of the connection.
func (r *Report) describe(cfg Config, w *wire) {
	if w.warning != "" {
		r.warn("%s", w.warning)
	}
	if w.tls == nil {
		return
	}
	r.TLSVersion = tls.VersionName(w.tls.Version)
	if len(w.tls.PeerCertificates) == 0 {
		return
	}
	leaf := w.tls.PeerCertificates[0]
	r.Fingerprint = fingerprint(leaf)
	if cfg.AcceptUntrustedCertificates && len(cfg.Pins) == 0 {
		r.warn("The server's certificate is not checked (AcceptUntrustedCertificates): it was issued to %q by %q.", leaf.Subject, leaf.Issuer)
	}
	if left := time.Until(leaf.NotAfter); left > 0 && left < 14*24*time.Hour {
		r.warn("The server's certificate expires on %s.", leaf.NotAfter.Format(time.RFC1123))
	}
}

// doubts tells what will make trouble.
func (r *Report) doubts(set imap.CapSet, w *wire) {
	if w.tls == nil && set.Has(imap.CapLoginDisabled) {
		r.warn("The server takes no passwords on this connection (LOGINDISABLED): use -Security Tls or Ssl.")
	}
	if !set.Has(imap.CapIMAP4rev1) && !set.Has(imap.CapIMAP4rev2) {
		r.warn("The server does not say that it speaks IMAP4rev1.")
	}
}

// odd tells what the filter had to repair, and what the server wants to be told.
func (r *Report) odd(s *session) {
	for _, n := range s.Notes() {
		r.warn("The server's answers are odd: %s (%d×, first %q).", n.What, n.Count, n.Example)
	}
	for _, a := range s.Alerts() {
		r.warn("The server says: %s", strings.TrimSuffix(a, "."))
	}
	r.Warnings = slices.Compact(r.Warnings)
}
