// Package demo runs two small IMAP servers in memory on the loopback interface, one full of invented mail, one empty, so that a
// newcomer can watch a migration before any real server is at hand. They are not for tests of the engine: those use real servers.
package demo

import (
	"crypto/rand"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"migsh/internal/sample"
)

// Demo is the two servers at work.
type Demo struct {
	// Source holds the invented mailboxes; Target has the same accounts without mail.
	Source, Target Server
	// CSVPath is a user list for New-MigrationBatch that names the accounts and their invented passwords.
	CSVPath string
	// Mailboxes and Messages tell how much there is to move.
	Mailboxes, Messages int

	dir string
}

// Server is one of them: plain IMAP on a loopback address, without TLS.
type Server struct {
	Host string
	Port int

	server *imapserver.Server
	done   chan struct{}
}

// Start starts both servers, fills the source and writes the user list to a new directory. The target takes delay to store a message,
// as a distant server would, so that there is something to watch.
func Start(delay time.Duration) (*Demo, error) {
	d := &Demo{}
	source, target := imapmemserver.New(), imapmemserver.New()
	rows := [][]string{{"EmailAddress", "UserName", "Password", "TargetPassword"}}
	for _, box := range sample.Company() {
		password, targetPassword := newPassword(), newPassword()
		account := imapmemserver.NewUser(box.Address, password)
		if err := fill(account, box); err != nil {
			return nil, fmt.Errorf("filling the demo mailbox of %s: %w", box.Address, err)
		}
		source.AddUser(account)
		empty := imapmemserver.NewUser(box.Address, targetPassword)
		if err := empty.Create("INBOX", nil); err != nil {
			return nil, fmt.Errorf("making the demo mailbox of %s: %w", box.Address, err)
		}
		target.AddUser(empty)
		rows = append(rows, []string{box.Address, box.Address, password, targetPassword})
		d.Mailboxes++
		d.Messages += box.Messages()
	}
	var err error
	if d.Source, err = serve(source, 0); err != nil {
		return nil, err
	}
	if d.Target, err = serve(target, delay); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := d.writeCSV(rows); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close stops both servers, which forgets their mail, and deletes the user list.
func (d *Demo) Close() error {
	err := errors.Join(d.Source.close(), d.Target.close())
	if d.dir != "" {
		err = errors.Join(err, os.RemoveAll(d.dir))
	}
	return err
}

func (d *Demo) writeCSV(rows [][]string) error {
	var err error
	if d.dir, err = os.MkdirTemp("", "migsh-demo-"); err != nil {
		return fmt.Errorf("making a directory for the demo's user list: %w", err)
	}
	d.CSVPath = filepath.Join(d.dir, "users.csv")
	f, err := os.OpenFile(d.CSVPath, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing the demo's user list: %w", err)
	}
	w := csv.NewWriter(f)
	err = w.WriteAll(rows)
	return errors.Join(err, f.Close())
}

func newPassword() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails, says its documentation
	return "demo-" + hex.EncodeToString(b[:])
}

func fill(account *imapmemserver.User, box sample.Mailbox) error {
	for _, folder := range box.Folders {
		name := strings.Join(folder.Path, "/")
		if err := account.Create(name, nil); err != nil {
			return err
		}
		if folder.Subscribed {
			if err := account.Subscribe(name); err != nil {
				return err
			}
		}
		for _, m := range folder.Messages {
			if err := put(account, name, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func put(account *imapmemserver.User, folder string, m sample.Message) error {
	flags := make([]imap.Flag, len(m.Flags))
	for i, f := range m.Flags {
		flags[i] = imap.Flag(f)
	}
	_, err := account.Append(folder, literal{m.Open(), m.Size}, &imap.AppendOptions{Time: m.InternalDate, Flags: flags})
	return err
}

// literal is a message as the in-memory server takes it.
type literal struct {
	io.Reader
	size int64
}

// Size implements imap.LiteralReader.
func (l literal) Size() int64 { return l.size }

func serve(mail *imapmemserver.Server, delay time.Duration) (Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Server{}, fmt.Errorf("opening a port for a demo server: %w", err)
	}
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			session := mail.NewSession()
			if whole, ok := session.(imapserver.SessionIMAP4rev2); ok && delay > 0 {
				session = slow{whole, delay}
			}
			return session, nil, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapNamespace: {}, imap.CapMove: {},
			imap.CapListExtended: {}, imap.CapListStatus: {}, imap.CapSpecialUse: {}, imap.CapLiteralPlus: {},
		},
		InsecureAuth: true, // on loopback, with invented passwords
		Logger:       log.New(io.Discard, "", 0),
	})
	s := Server{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, server: server, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		_ = server.Serve(listener) // it ends with an error whenever it is closed
	}()
	return s, nil
}

// slow is a session with a server that takes its time to store a message.
type slow struct {
	imapserver.SessionIMAP4rev2
	delay time.Duration
}

// Append stores a message, after a while.
func (s slow) Append(mailbox string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	time.Sleep(s.delay)
	return s.SessionIMAP4rev2.Append(mailbox, r, options)
}

func (s *Server) close() error {
	if s.server == nil {
		return nil
	}
	err := s.server.Close()
	<-s.done
	s.server = nil
	return err
}

// The one demo of the process.
var (
	mu      sync.Mutex
	running *Demo
)

// Current returns the running demo, starting it with a delay if there is none; started tells which.
func Current(delay time.Duration) (d *Demo, started bool, err error) {
	mu.Lock()
	defer mu.Unlock()
	if running != nil {
		return running, false, nil
	}
	running, err = Start(delay)
	return running, err == nil, err
}

// Stop ends the running demo; it tells whether there was one.
func Stop() (bool, error) {
	mu.Lock()
	defer mu.Unlock()
	if running == nil {
		return false, nil
	}
	err := running.Close()
	running = nil
	return true, err
}
