package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"migsh/internal/migration"
)

// relayTime bounds the greeting of the relay, and the sending of one mail to one recipient.
const relayTime = 15 * time.Second

// DefaultPort is the port of a relay for which none was given.
func DefaultPort(s migration.Security) int {
	switch s {
	case migration.SecuritySsl:
		return 465
	case migration.SecurityNone:
		return 25
	}
	return 587
}

// client makes the client that speaks with a relay.
func client(r migration.Relay, password migration.Secret) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(r.Port), gomail.WithTimeout(relayTime),
		gomail.WithTLSConfig(&tls.Config{ServerName: r.Server, MinVersion: tls.VersionTLS12, InsecureSkipVerify: r.AcceptUntrustedCertificates}),
	}
	switch r.Security {
	case migration.SecuritySsl:
		options = append(options, gomail.WithSSL())
	case migration.SecurityNone:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if r.UserName != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if r.Security == migration.SecurityNone {
			auth = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(r.UserName), gomail.WithPassword(password.Reveal()))
	}
	return gomail.NewClient(r.Server, options...)
}

// A verdict is what the relay said of one recipient.
type verdict struct {
	to string
	// err is nil when the relay has taken the mail for this recipient.
	err error
	// final: it would say the same again.
	final bool
}

// deliver hands a mail to the relay for each of the recipients by itself, so that a bad address keeps it from nobody else. The error is
// of the relay as a whole; those who have no verdict by then were not tried.
func deliver(ctx context.Context, r migration.Relay, password migration.Secret, recipients []string, mail io.ReadSeeker) (verdicts []verdict, err error) {
	c, err := client(r, password)
	if err != nil {
		return nil, fmt.Errorf("the relay's settings: %w", err)
	}
	conn, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach the relay %s: %w", r.Server, err)
	}
	defer func() {
		// A connection that has failed already can't be ended in good order.
		if quit := conn.Quit(); quit != nil && err == nil && len(verdicts) < len(recipients) {
			err = fmt.Errorf("leave the relay %s: %w", r.Server, quit)
		}
	}()
	for _, to := range recipients {
		if ctx.Err() != nil {
			return verdicts, context.Cause(ctx)
		}
		if _, err := mail.Seek(0, io.SeekStart); err != nil {
			return verdicts, fmt.Errorf("read a mail of the outbox: %w", err)
		}
		if err := conn.UpdateDeadline(relayTime); err != nil {
			return verdicts, fmt.Errorf("speak with the relay %s: %w", r.Server, err)
		}
		err := transact(conn, r.From, to, mail)
		said, answered := errors.AsType[*textproto.Error](err)
		if err != nil && !answered {
			return verdicts, fmt.Errorf("speak with the relay %s: %w", r.Server, err)
		}
		verdicts = append(verdicts, verdict{to, err, answered && said.Code >= 500})
		if err != nil {
			if err := conn.Reset(); err != nil {
				return verdicts, fmt.Errorf("speak with the relay %s: %w", r.Server, err)
			}
		}
	}
	return verdicts, nil
}

// transact is one mail transaction.
func transact(conn *smtp.Client, from, to string, mail io.Reader) error {
	if err := conn.Mail(from); err != nil {
		return err
	}
	if err := conn.Rcpt(to); err != nil {
		return err
	}
	w, err := conn.Data()
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, mail); err != nil {
		return err
	}
	return w.Close()
}
