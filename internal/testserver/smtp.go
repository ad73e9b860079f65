package testserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// SMTPSink is a relay that keeps what it gets.
type SMTPSink struct {
	// Host and Port are where it listens.
	Host string
	Port int
	// CAFile is the certificate to trust, if it has one.
	CAFile string

	mu    sync.Mutex
	mails []Mail
	come  chan struct{}
	o     SMTPOptions
}

// SMTPOptions say how a sink behaves.
type SMTPOptions struct {
	// TLS: it has a certificate and offers STARTTLS; without one it speaks in clear.
	TLS bool
	// Implicit: TLS from the first byte, instead of STARTTLS.
	Implicit bool
	// UserName and Password are demanded before it takes mail.
	UserName, Password string
	// Refuse names recipients that it never takes.
	Refuse []string
	// Busy, as long as it tells true, has every mail put off.
	Busy func() bool
}

// Mail is what a sink got, taken apart.
type Mail struct {
	From, To string // of the envelope
	Header   mail.Header
	Raw      []byte
	Text     string
	HTML     string
	// Attachments by name.
	Attachments map[string]string
}

// StartSMTP starts a sink that ends with the test.
func StartSMTP(t testing.TB, o SMTPOptions) *SMTPSink {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sink := &SMTPSink{Host: "localhost", Port: listener.Addr().(*net.TCPAddr).Port, come: make(chan struct{}, 1000), o: o}
	server := smtp.NewServer(sink)
	server.Domain, server.AllowInsecureAuth = "sink.example", true
	if o.TLS || o.Implicit {
		sink.CAFile = filepath.Join(t.TempDir(), "smtp.pem")
		key := sink.CAFile + ".key"
		if err := writeCertificate(sink.CAFile, key, []string{"localhost"}, time.Now().AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		pair, err := tls.LoadX509KeyPair(sink.CAFile, key)
		if err != nil {
			t.Fatal(err)
		}
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		if o.Implicit {
			listener = tls.NewListener(listener, server.TLSConfig)
		}
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("close the sink: %v", err)
		}
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("the sink ended with: %v", err)
		}
	})
	return sink
}

// Mails are those that have come so far.
func (s *SMTPSink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Wait waits until so many mails have come.
func (s *SMTPSink) Wait(ctx context.Context, t testing.TB, n int) []Mail {
	t.Helper()
	for {
		if mails := s.Mails(); len(mails) >= n {
			return mails
		}
		select {
		case <-s.come:
		case <-ctx.Done():
			t.Fatalf("%d of %d mails have come: %v", len(s.Mails()), n, context.Cause(ctx))
		}
	}
}

// NewSession implements smtp.Backend.
func (s *SMTPSink) NewSession(*smtp.Conn) (smtp.Session, error) { return &sinkSession{sink: s}, nil }

type sinkSession struct {
	sink     *SMTPSink
	from, to string
	known    bool
}

// AuthMechanisms implements smtp.AuthSession.
func (s *sinkSession) AuthMechanisms() []string {
	if s.sink.o.UserName == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements smtp.AuthSession.
func (s *sinkSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.sink.o.UserName || password != s.sink.o.Password {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *sinkSession) Mail(from string, _ *smtp.MailOptions) error {
	switch {
	case s.sink.o.UserName != "" && !s.known:
		return smtp.ErrAuthRequired
	case s.sink.o.Busy != nil && s.sink.o.Busy():
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Come back later"}
	}
	s.from = from
	return nil
}

// Rcpt implements smtp.Session.
func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if slices.Contains(s.sink.o.Refuse, to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
	}
	s.to = to
	return nil
}

// Data implements smtp.Session.
func (s *sinkSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := takeApart(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
	}
	m.From, m.To = s.from, s.to
	s.sink.mu.Lock()
	s.sink.mails = append(s.sink.mails, m)
	s.sink.mu.Unlock()
	select {
	case s.sink.come <- struct{}{}:
	default:
	}
	return nil
}

// Reset implements smtp.Session.
func (s *sinkSession) Reset() { s.from, s.to = "", "" }

// Logout implements smtp.Session.
func (s *sinkSession) Logout() error { return nil }

// takeApart reads a MIME message.
func takeApart(raw []byte) (Mail, error) {
	m := Mail{Raw: raw, Attachments: map[string]string{}}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		return m, err
	}
	m.Header = r.Header
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			return m, err
		}
		switch h := part.Header.(type) {
		case *mail.AttachmentHeader:
			name, err := h.Filename()
			if err != nil {
				return m, err
			}
			m.Attachments[name] = string(body)
		case *mail.InlineHeader:
			kind, _, err := h.ContentType()
			if err != nil {
				return m, err
			}
			if strings.EqualFold(kind, "text/html") {
				m.HTML = string(body)
			} else {
				m.Text = string(body)
			}
		}
	}
}
