package imapbox

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/mailbox/quirks"
)

// handOver takes the connection from the library, which has logged in, and gives it to a lane. The library's reader ends at the
// answer to a command of ours, so that both sides agree on where the lane begins; that answer is not waited for.
func (s *session) handOver() error {
	const tag = "H0"
	s.filter.Part(tag)
	s.lane = lane.NewConn(struct {
		io.Reader
		io.Writer
	}{&inherited{session: s}, s.wire}, lane.Options{Note: s.filter.Note, Alert: s.filter.Alert})
	if err := s.lane.W.Line(tag, []byte("NOOP")); err != nil { // goes with what the lane sends first
		return s.fault("NOOP", "", err)
	}
	return nil
}

// inherited reads what the library has left.
type inherited struct {
	*session
	rest io.Reader
}

func (i *inherited) Read(p []byte) (int, error) {
	if i.rest == nil {
		<-i.client.Closed()
		if i.rest = i.filter.Rest(); i.rest == nil {
			if err := i.guard.Err(); err != nil {
				return 0, err
			}
			return 0, errors.New("the library has ended the session before it could be handed over")
		}
	}
	return i.rest.Read(p)
}

// learn asks what the server is and how it names folders. All is asked before the first answer is waited for.
func (s *session) learn() error {
	set := s.client.Caps()
	if set == nil {
		return s.fault("CAPABILITY", "", errors.New("the server tells no capabilities"))
	}
	s.identify("", capabilityNames(set))
	s.decide(set)
	if err := s.handOver(); err != nil {
		return err
	}
	var cmds []*lane.Command
	ask := func(args string, cmd *lane.Command) error {
		cmds = append(cmds, cmd)
		return s.lane.Send(cmd, []byte(args))
	}
	var err error
	if s.caps.id {
		err = ask(` ("name" "migsh" "os" "`+runtime.GOOS+`")`, &lane.Command{Op: "ID", Take: func(resp lane.Response) (bool, error) { return s.takeID(resp, set) }})
	}
	if s.caps.enable && s.caps.qresync {
		err = errors.Join(err, ask(" QRESYNC", &lane.Command{Op: "ENABLE", Take: s.takeEnabled}))
	}
	if s.caps.namespace {
		err = errors.Join(err, ask("", &lane.Command{Op: "NAMESPACE", Take: s.takeNamespace}))
	} else {
		for _, pattern := range []string{` "" ""`, ` "" INBOX`} { // an empty pattern asks for the delimiter only
			err = errors.Join(err, ask(pattern, &lane.Command{Op: "LIST", Take: s.takeDelimiter}))
		}
	}
	if err == nil && s.deflate != nil {
		err = s.askToCompress(&cmds)
	}
	if err != nil {
		return s.fault("ID", "", err)
	}
	for _, cmd := range cmds {
		status, err := s.lane.Wait(cmd)
		if err != nil {
			return s.fault(cmd.Op, "", err)
		}
		if err := refused(status); s.disconnected(err) {
			return s.fault("LOGIN", "", err)
		}
	}
	if len(s.info.Personal) == 0 {
		s.info.Personal = []mailbox.Namespace{{}}
	}
	s.info.Features, s.info.AppendLimit = s.caps.features(), s.caps.appendLimit
	s.enabled = s.enabled && s.caps.qresync
	s.info.Features.QResync = s.enabled
	s.info.Features.Organizer = s.quirks.Has(quirks.OrganizerAmongMail)
	return nil
}

// askToCompress asks for compression, behind all else that is asked: nothing may follow before the answer (RFC 4978, 3).
func (s *session) askToCompress(cmds *[]*lane.Command) error {
	if !s.caps.deflate {
		s.remark("The server offers no compression (COMPRESS=DEFLATE); nothing is compressed.")
		return nil
	}
	cmd := &lane.Command{Op: "COMPRESS", Answered: func(status lane.Status) {
		switch {
		case status.OK():
			s.info.Compressed = true
		case status.Code == "COMPRESSIONACTIVE":
			s.remark("The server says that TLS compresses the connection already.")
		default:
			s.remark("The server refuses to compress: %s", s.cfg.clean(status.Text))
		}
	}}
	*cmds = append(*cmds, cmd)
	tag := s.lane.Open(cmd)
	s.deflate.Expect(tag)
	defer s.lane.Sent(cmd)
	return s.lane.W.Line(tag, []byte("COMPRESS DEFLATE"))
}

// remark adds to what the administrator should know of the session.
func (s *session) remark(format string, args ...any) {
	s.info.Remarks = append(s.info.Remarks, fmt.Sprintf(format, args...))
}

// values reads the rest of a response that no message is in; what is not IMAP's grammar ends the session.
func (s *session) values(resp lane.Response, name string) ([]lane.Value, bool, error) {
	if resp.Name != name {
		return nil, false, nil
	}
	vals, err := s.lane.R.Values()
	return vals, true, err
}

func (s *session) takeID(resp lane.Response, set imap.CapSet) (bool, error) {
	vals, mine, err := s.values(resp, "ID")
	if !mine || err != nil || len(vals) != 1 {
		return mine, err
	}
	var id imap.IDData
	for pair := range slices.Chunk(vals[0].List, 2) {
		if len(pair) < 2 || pair[1].Is("NIL") {
			continue
		}
		switch text := string(pair[1].Text); strings.ToLower(string(pair[0].Text)) {
		case "name":
			id.Name = text
		case "version":
			id.Version = text
		case "vendor":
			id.Vendor = text
		}
	}
	s.introduced(&id, set)
	return true, nil
}

// introduced takes in what a server says of itself.
func (s *session) introduced(id *imap.IDData, set imap.CapSet) {
	if id.Name != "" {
		s.info.Software = strings.TrimSpace(id.Name + " " + id.Version)
	}
	s.identify(strings.Join([]string{id.Name, id.Vendor, id.Version}, " "), capabilityNames(set))
	s.decide(set)
}

// decide puts down what the session makes use of.
func (s *session) decide(set imap.CapSet) {
	used := set.Copy()
	for _, name := range s.quirks.Hidden() {
		delete(used, imap.Cap(name))
	}
	s.caps = decide(used)
}

func capabilityNames(set imap.CapSet) []string {
	var names []string
	for name := range set {
		names = append(names, string(name))
	}
	return names
}

// disconnected reports whether a login that was taken has led nowhere.
func (s *session) disconnected(err error) bool {
	refused, ok := errors.AsType[*imap.Error](err)
	return ok && s.quirks.Has(quirks.LoginWithoutMailbox) && idByWords(refused.Text) == mailbox.MailboxMissing
}

func (s *session) takeEnabled(resp lane.Response) (bool, error) {
	vals, mine, err := s.values(resp, "ENABLED")
	s.enabled = s.enabled || slices.ContainsFunc(vals, func(v lane.Value) bool { return v.Is("QRESYNC") })
	return mine, err
}

func (s *session) takeNamespace(resp lane.Response) (bool, error) {
	vals, mine, err := s.values(resp, "NAMESPACE")
	for i, class := range vals {
		var found []mailbox.Namespace
		for _, ns := range class.List {
			if len(ns.List) >= 2 && ns.List[0].IsString() {
				found = append(found, mailbox.Namespace{Prefix: s.names.Text(string(ns.List[0].Text)), Delimiter: delimiter(ns.List[1])})
			}
		}
		switch i {
		case 0:
			s.info.Personal = found
		case 1:
			s.info.Others = found
		case 2:
			s.info.Shared = found
		}
	}
	return mine, err
}

// takeDelimiter learns the delimiter from the server's list where there is no NAMESPACE.
func (s *session) takeDelimiter(resp lane.Response) (bool, error) {
	vals, mine, err := s.values(resp, "LIST")
	if len(vals) > 1 && (len(s.info.Personal) == 0 || s.info.Personal[0].Delimiter == 0) {
		s.info.Personal = []mailbox.Namespace{{Delimiter: delimiter(vals[1])}}
	}
	return mine, err
}

// delimiter is that of a hierarchy; none is NIL, or with some servers an empty string.
func delimiter(v lane.Value) rune {
	if v.Is("NIL") {
		return 0
	}
	for _, r := range string(v.Text) {
		return r
	}
	return 0
}

// run sends a command and waits for its answer. A refusal is an *imap.Error; anything else ends the session.
func (s *session) run(cmd *lane.Command, folder string, args []byte) error {
	err := s.lane.Send(cmd, args)
	if err == nil {
		_, err = s.lane.Wait(cmd)
	}
	if err != nil {
		return s.fault(strings.TrimPrefix(cmd.Op, "UID "), folder, err)
	}
	return refused(cmd.Status())
}

// refused is the server's refusal as an error, or nil.
func refused(status lane.Status) error {
	if status.OK() {
		return nil
	}
	return &imap.Error{Type: imap.StatusResponseType(status.Kind), Code: imap.ResponseCode(status.Code), Text: status.Text}
}

// declined reports whether the server said NO or BAD, and the session goes on.
func declined(err error) bool {
	_, ok := errors.AsType[*imap.Error](err)
	return ok
}

func mustRefusal(err error) *imap.Error {
	refused, ok := errors.AsType[*imap.Error](err)
	if !ok {
		panic(err) // the caller has seen that it is one
	}
	return refused
}

// named is the beginning of a command's arguments: a mailbox's name.
func (s *session) named(folder string) []byte { return s.names.Append([]byte{' '}, folder) }
