package testserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"migsh/internal/sample"
	"migsh/internal/testmail"
)

// internalDate is the layout of INTERNALDATE.
const internalDate = "_2-Jan-2006 15:04:05 -0700"

// Name is what the server calls the folder of that path. The inbox keeps its
// name; everything else is below the prefix.
func (s *Server) Name(path ...string) string {
	name := strings.Join(path, s.Separator)
	if path[0] == "INBOX" {
		return name
	}
	return s.Prefix + name
}

// path is the reverse of Name.
func (s *Server) path(name string) []string {
	return strings.Split(strings.TrimPrefix(name, s.Prefix), s.Separator)
}

// Fill puts a mailbox into a user's account, beside what is there: it makes
// folders that don't exist, subscribes them and appends the messages in order.
func (s *Server) Fill(t testing.TB, user string, mailbox sample.Mailbox) {
	t.Helper()
	s.session(t, user, func(c *client) error { return s.fill(c, mailbox) })
}

// Snapshot reads the whole of a user's account, without changing anything:
// every folder by EXAMINE, every byte of every message by BODY.PEEK.
func (s *Server) Snapshot(t testing.TB, user string) testmail.Snapshot {
	t.Helper()
	var snapshot testmail.Snapshot
	s.session(t, user, func(c *client) (err error) {
		snapshot, err = s.snapshot(c)
		return err
	})
	return snapshot
}

// Run sends commands as the user, in one session, and returns the text of the
// answers that complete them. Each must be answered OK.
func (s *Server) Run(t testing.TB, user string, commands ...string) []string {
	t.Helper()
	var answers []string
	s.session(t, user, func(c *client) error {
		for _, command := range commands {
			answer, err := c.command(command, nil)
			if err != nil {
				return err
			}
			answers = append(answers, answer)
		}
		return nil
	})
	return answers
}

func (s *Server) session(t testing.TB, user string, use func(*client) error) {
	t.Helper()
	s.sessionAs(t, user, s.PasswordOf(user), use)
}

func (s *Server) sessionAs(t testing.TB, user, password string, use func(*client) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, err := dialClient(ctx, s.IMAPAddr(), user, password)
	if err != nil {
		t.Fatalf("IMAP to %s: %v", s.IMAPAddr(), err)
	}
	defer c.logout()
	if err := use(c); err != nil {
		t.Fatalf("IMAP to %s, as %s: %v", s.IMAPAddr(), user, err)
	}
}

func (s *Server) fill(c *client, mailbox sample.Mailbox) error {
	folders, err := s.list(c, "LIST")
	if err != nil {
		return err
	}
	for _, folder := range mailbox.Folders {
		name := quote(encodeUTF7(s.Name(folder.Path...)))
		exists := slices.ContainsFunc(folders, func(f listed) bool {
			return f.selectable && slices.Equal(f.path, folder.Path)
		})
		if !exists {
			if _, err := c.command("CREATE "+name, nil); err != nil {
				return err
			}
		}
		if folder.Subscribed {
			if _, err := c.command("SUBSCRIBE "+name, nil); err != nil {
				return err
			}
		}
		if err := appendAll(c, name, folder.Messages); err != nil {
			return err
		}
	}
	return nil
}

// inFlight is how many APPENDs a server may have yet to answer.
const inFlight = 50

// appendAll appends messages one by one, without waiting for each answer where
// the server takes literals unasked.
func appendAll(c *client, name string, messages []sample.Message) error {
	pending, end := inFlight, "+}\r\n"
	if !c.can("LITERAL+") {
		pending, end = 0, "}\r\n"
	}
	var tags []string
	finish := func(keep int) error {
		for len(tags) > keep {
			if _, err := c.finish(tags[0], "APPEND "+name, nil); err != nil {
				return err
			}
			tags = tags[1:]
		}
		return nil
	}
	for _, message := range messages {
		tag := c.begin(fmt.Sprintf("APPEND %s (%s) %q {%d%s", name, strings.Join(message.Flags, " "),
			message.InternalDate.Format(internalDate), message.Size, end))
		if pending == 0 {
			if err := c.continuation(tag); err != nil {
				return err
			}
		}
		tags = append(tags, tag)
		n, err := io.Copy(c.w, message.Open())
		if err == nil && n != message.Size {
			err = errors.New("the message is not as long as its Size")
		}
		if err != nil {
			return fmt.Errorf("APPEND %s: sent %d bytes of %d: %w", name, n, message.Size, err)
		}
		c.w.WriteString("\r\n") // its error comes with the flush
		if err := finish(pending); err != nil {
			return err
		}
	}
	return finish(0)
}

// listed is a folder as LIST tells it.
type listed struct {
	path       []string
	name       string // on the wire
	selectable bool
	specialUse string
}

func (s *Server) list(c *client, command string) ([]listed, error) {
	var folders []listed
	_, err := c.command(command+` "" "*"`, func(response []node) error {
		if response[0].text != command {
			return nil
		}
		if len(response) != 4 {
			return fmt.Errorf("%d parts in a %s response, want 4", len(response), command)
		}
		name, err := decodeUTF7(response[3].text)
		if err != nil {
			return err
		}
		folder := listed{path: s.path(name), name: response[3].text, selectable: true}
		for _, attribute := range response[1].list {
			switch attribute.text {
			case `\Noselect`, `\NoSelect`, `\NonExistent`:
				folder.selectable = false
			case `\All`, `\Archive`, `\Drafts`, `\Flagged`, `\Junk`, `\Sent`, `\Trash`, `\Important`:
				folder.specialUse = attribute.text
			}
		}
		folders = append(folders, folder)
		return nil
	})
	return folders, err
}

func (s *Server) snapshot(c *client) (testmail.Snapshot, error) {
	var snapshot testmail.Snapshot
	folders, err := s.list(c, "LIST")
	if err != nil {
		return snapshot, err
	}
	subscriptions, err := s.list(c, "LSUB")
	if err != nil {
		return snapshot, err
	}
	for _, folder := range folders {
		if !folder.selectable {
			continue
		}
		state := testmail.Folder{
			Path: folder.path, SpecialUse: folder.specialUse,
			Subscribed: slices.ContainsFunc(subscriptions, func(f listed) bool { return f.name == folder.name }),
		}
		if err := examine(c, folder.name, &state); err != nil {
			return snapshot, err
		}
		snapshot.Folders = append(snapshot.Folders, state)
	}
	return snapshot, nil
}

// examine reads a folder's messages.
func examine(c *client, name string, state *testmail.Folder) error {
	exists := ""
	_, err := c.command("EXAMINE "+quote(name), func(response []node) error {
		if len(response) == 2 && response[1].text == "EXISTS" {
			exists = response[0].text
		}
		if validity, ok := strings.CutPrefix(response[len(response)-1].text, "[UIDVALIDITY "); ok && response[0].text == "OK" {
			validity, _, _ = strings.Cut(validity, "]")
			number, err := strconv.ParseUint(validity, 10, 32)
			state.UIDValidity = uint32(number)
			return err
		}
		return nil
	})
	if err != nil || exists == "0" {
		return err
	}
	_, err = c.command("FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])", func(response []node) error {
		if len(response) < 3 || response[1].text != "FETCH" {
			return nil
		}
		message, err := fetched(response[2].list)
		if err != nil {
			return fmt.Errorf("message %s of %s: %w", response[0].text, name, err)
		}
		state.Messages = append(state.Messages, message)
		return nil
	})
	if err == nil && strconv.Itoa(len(state.Messages)) != exists {
		err = fmt.Errorf("%s: %d messages fetched, %s exist", name, len(state.Messages), exists)
	}
	return err
}

// fetched reads the items of a FETCH response, all of which must be there.
func fetched(items []node) (testmail.Message, error) {
	var message testmail.Message
	values := map[string]node{}
	for i := 0; i+1 < len(items); i += 2 {
		values[items[i].text] = items[i+1]
	}
	for _, item := range []string{"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY[]"} {
		if _, there := values[item]; !there {
			return message, fmt.Errorf("no %s in the response", item)
		}
	}
	uid, err := strconv.ParseUint(values["UID"].text, 10, 32)
	if err != nil {
		return message, err
	}
	body := values["BODY[]"]
	if size := values["RFC822.SIZE"].text; size != strconv.FormatInt(body.size, 10) {
		return message, fmt.Errorf("UID %d: RFC822.SIZE is %s, but %d bytes came", uid, size, body.size)
	}
	message = testmail.Message{UID: uint32(uid), Size: body.size, Digest: body.digest}
	if message.InternalDate, err = time.Parse(internalDate, values["INTERNALDATE"].text); err != nil {
		return message, err
	}
	for _, flag := range values["FLAGS"].list {
		if flag.text != `\Recent` {
			message.Flags = append(message.Flags, flag.text)
		}
	}
	slices.Sort(message.Flags)
	return message, nil
}
