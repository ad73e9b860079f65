package imapbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

// fault makes an error about this mailbox.
func (c Config) fault(id mailbox.ID, op string, err error) *mailbox.Error {
	e := mailbox.NewError(id, op, err)
	e.Server, e.Login = c.address(), c.Credentials.Login
	return e
}

// dialFault says why no connection came about.
func (c Config) dialFault(ctx context.Context, err error) error {
	const op = "connect"
	if ctx.Err() != nil {
		return c.fault(mailbox.ConnectFailed, op, context.Cause(ctx))
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return c.fault(mailbox.HostUnknown, op, fmt.Errorf("no such host is known: %q", c.Server))
		}
		return c.fault(mailbox.HostUnknown, op, fmt.Errorf("the name %q cannot be resolved at the moment: %w", c.Server, dns))
	}
	switch timeout, ok := errors.AsType[net.Error](err); {
	case errors.Is(err, syscall.ECONNREFUSED):
		err = fmt.Errorf("port %d refuses connections: nothing listens there, or a firewall rejects them", c.Port)
	case ok && timeout.Timeout():
		err = fmt.Errorf("no answer within %v: a firewall may swallow the packets, or the port is wrong", c.dialTime())
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		err = errors.New("no route to the server from this machine")
	}
	return c.fault(mailbox.ConnectFailed, op, err)
}

// tlsFault says why there is no TLS.
func (c Config) tlsFault(err error, security migration.Security) error {
	const op = "TLS handshake"
	if plain, ok := errors.AsType[tls.RecordHeaderError](err); ok && security == migration.SecuritySsl {
		e := c.fault(mailbox.SecurityMismatch, op, fmt.Errorf("port %d does not speak TLS from the first byte; it began with %q", c.Port, plain.RecordHeader[:]))
		if !strings.HasPrefix(string(plain.RecordHeader[:]), "* ") {
			e.Fix = fmt.Sprintf("check server and port: IMAP over TLS is usually on port 993, and port %d speaks something else", c.Port)
		}
		return e
	}
	e := c.fault(mailbox.TLSFailed, op, err)
	switch fix, why := certificateFault(err, c.host()); {
	case why != nil:
		e.Err, e.Fix = why, fix
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		e.Class = mailbox.Later // as a rule it is the network, and the next handshake succeeds
		e.Err = fmt.Errorf("the server ended the connection during the handshake: %w", err)
		e.Fix = "check that this port speaks TLS; the server may also know no TLS version or cipher that is safe (at least TLS 1.2)"
	case errors.Is(err, errSilent):
		e.ID, e.Class = mailbox.SecurityMismatch, mailbox.Later
		e.Err = fmt.Errorf("%w to the TLS handshake: the port may not speak TLS", err)
		e.Fix = "use -Security Tls (STARTTLS) or None on a plain port such as 143, or port 993"
	default:
		if alert, ok := errors.AsType[tls.AlertError](err); ok || strings.Contains(err.Error(), "protocol version") {
			e.Err = fmt.Errorf("the server and migsh have no TLS version or cipher in common: %w", err)
			if ok {
				e.Err = fmt.Errorf("the server refused the handshake: %w", alert)
			}
			e.Fix = "the server must offer TLS 1.2 or newer"
		}
	}
	return e
}

// certificateFault explains what is wrong with a certificate and what to do; nil when it is not the certificate.
func certificateFault(err error, host string) (fix string, why error) {
	var leaf *x509.Certificate
	if v, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(v.UnverifiedCertificates) > 0 {
		leaf = v.UnverifiedCertificates[0]
	}
	or := "; or accept it as it is with -AcceptUntrustedCertificates $true"
	if leaf != nil {
		or = "; or, once you have made sure that it is the server's, accept this one certificate with -CertificateFingerprint " + fingerprint(leaf) +
			" (-AcceptUntrustedCertificates would accept any)"
	}
	if e, ok := errors.AsType[*pinError](err); ok {
		return "make sure at the server that its certificate was renewed, and pin the new one with Set-MigrationEndpoint -CertificateFingerprint " + e.found, e
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		names := append([]string{}, e.Certificate.DNSNames...)
		for _, ip := range e.Certificate.IPAddresses {
			names = append(names, ip.String())
		}
		if len(names) == 0 {
			names = append(names, e.Certificate.Subject.CommonName+" (as common name only)")
		}
		return "use a name that the certificate holds as -RemoteServer, or have the certificate issued for this name" + or,
			fmt.Errorf("the certificate is not for %q but for %s", host, strings.Join(names, ", "))
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if e.Reason == x509.Expired {
			if now := time.Now(); now.Before(e.Cert.NotBefore) {
				return "check the clock of this machine and of the server" + or,
					fmt.Errorf("the certificate is valid only from %s on", e.Cert.NotBefore.Format(time.RFC1123))
			}
			return "renew the server's certificate" + or, fmt.Errorf("the certificate expired on %s", e.Cert.NotAfter.Format(time.RFC1123))
		}
		return "have the server's certificate replaced" + or, fmt.Errorf("the certificate is not valid: %w", e)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		issuer := "an authority that this machine does not trust"
		if leaf != nil && leaf.Subject.String() == leaf.Issuer.String() {
			issuer = "the server itself (self-signed)"
		} else if leaf != nil {
			issuer = fmt.Sprintf("%q, which this machine does not trust (or the server does not send the certificates in between)", leaf.Issuer)
		}
		return "add the issuing authority to this machine's trusted certificates (SSL_CERT_FILE)" + or,
			fmt.Errorf("the certificate was issued by %s", issuer)
	}
	return "", nil
}

// greetingFault says why there was no greeting.
func (c Config) greetingFault(err error, said string) error {
	const op = "greeting"
	switch {
	case errors.Is(err, errWaitForTLS):
		e := c.fault(mailbox.SecurityMismatch, op, fmt.Errorf("port %d speaks TLS from the first byte", c.Port))
		e.Fix = fmt.Sprintf("use -Security Ssl with port %d, or -Security Tls with the plain port (usually 143)", c.Port)
		return e
	case errors.Is(err, errSilent):
		e := c.fault(mailbox.ConnectFailed, op, fmt.Errorf("the server took the connection but said nothing within %v", c.dialTime()))
		e.Fix = "check server and port: an IMAP server speaks first; if it is one, it is overloaded"
		return e
	case errors.Is(err, io.EOF) && said == "":
		e := c.fault(mailbox.TooManySessions, op, errors.New("the server ended the connection without a word: its limit of connections is reached, or it blocks this address"))
		e.Fix = "wait, lower MaxConcurrentMigrations, or have the server's administrator look at its limits and blocked addresses"
		return e
	case said != "" && !beginsGreeting(said):
		return c.strangerFault(said)
	}
	return c.fault(mailbox.ConnectionLost, op, err)
}

// beginsGreeting tells whether what came before the connection broke may have become a greeting.
func beginsGreeting(said string) bool {
	said = strings.ToUpper(said)
	for _, greeting := range []string{"* OK ", "* PREAUTH ", "* BYE "} {
		if n := min(len(said), len(greeting)); said[:n] == greeting[:n] {
			return true
		}
	}
	return false
}

// strangerFault names what answers where IMAP was expected.
func (c Config) strangerFault(said string) error {
	if len(said) > 80 {
		said = said[:80]
	}
	what := "what answers is no IMAP server"
	switch {
	case strings.HasPrefix(said, "+OK"):
		what = "it is a POP3 server"
	case strings.HasPrefix(said, "220"):
		what = "it is an SMTP or FTP server"
	case strings.HasPrefix(said, "SSH-"):
		what = "it is an SSH server"
	case strings.HasPrefix(said, "HTTP/"):
		what = "it is a web server"
	case strings.HasPrefix(said, "\x15\x03"):
		e := c.fault(mailbox.SecurityMismatch, "greeting", fmt.Errorf("port %d speaks TLS from the first byte", c.Port))
		e.Fix = "use -Security Ssl"
		return e
	}
	return c.fault(mailbox.NotAServer, "greeting", fmt.Errorf("%s: it said %q", what, said))
}

// byeFault is a BYE where a greeting or an answer was expected.
func (c Config) byeFault(op, text string) *mailbox.Error {
	code, words := splitCode(text)
	id := mailbox.Unavailable
	switch byWords := idByWords(words); {
	case code == "LIMIT":
		id = mailbox.TooManySessions
	case byWords == mailbox.Throttled, byWords == mailbox.TooManySessions:
		id = byWords
	}
	e := c.fault(id, op, nil)
	e.Code, e.Text, e.RetryAfter = code, words, backOff(words)
	return e
}

// splitCode parts "[CODE arguments] text".
func splitCode(text string) (code, words string) {
	if rest, ok := strings.CutPrefix(text, "["); ok {
		if code, words, ok := strings.Cut(rest, "]"); ok {
			return strings.ToUpper(code), strings.TrimSpace(words)
		}
	}
	return "", text
}
