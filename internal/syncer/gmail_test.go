package syncer_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/migration"
	"migsh/internal/syncer"
	"migsh/internal/testserver"
)

// A gmail is a server that speaks as developers.google.com/workspace/gmail/imap/imap-extensions has it: folders are labels, every
// message is in All Mail besides, X-GM-MSGID is the same in all of them, and X-GM-LABELS tells the labels but that of the open folder.
type gmail struct {
	mu      sync.Mutex
	folders []*gmailFolder
	fetched map[uint64]int // how often each message's body was read
}

type gmailFolder struct {
	name, attrs, label string
	next               mailbox.UID
	msgs               []gmailFace
}

type gmailFace struct {
	uid mailbox.UID
	*gmailMessage
}

type gmailMessage struct {
	id     uint64
	flags  string
	labels []string
	body   string
}

const gmailAll = "[Gmail]/All Mail"

func newGmail(labels ...string) *gmail {
	g := &gmail{fetched: map[uint64]int{}}
	add := func(name, attrs, label string) {
		g.folders = append(g.folders, &gmailFolder{name: name, attrs: attrs, label: label, next: 1})
	}
	add("INBOX", `\HasNoChildren`, `\Inbox`)
	for _, l := range labels {
		add(l, `\HasNoChildren`, l)
	}
	add(gmailAll, `\All \HasNoChildren`, "")
	add("[Gmail]/Important", `\HasNoChildren \Important`, `\Important`)
	add("[Gmail]/Sent Mail", `\HasNoChildren \Sent`, `\Sent`)
	add("[Gmail]/Starred", `\Flagged \HasNoChildren`, `\Starred`)
	return g
}

// deliver adds a message with labels.
func (g *gmail) deliver(id uint64, flags string, labels ...string) {
	m := &gmailMessage{id: id, flags: flags, body: fmt.Sprintf("From: a@example.org\r\nSubject: %d\r\n\r\n%s\r\n", id, strings.Repeat("x", int(id%97)))}
	g.show(gmailAll, m)
	g.relabel(m, labels...)
}

// relabel gives a message other labels.
func (g *gmail) relabel(m *gmailMessage, labels ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.folders {
		had, has := slices.Contains(m.labels, f.label), slices.Contains(labels, f.label)
		switch {
		case had && !has:
			f.msgs = slices.DeleteFunc(f.msgs, func(face gmailFace) bool { return face.gmailMessage == m })
		case has && !had:
			f.msgs = append(f.msgs, gmailFace{f.next, m})
			f.next++
		}
	}
	m.labels = labels
}

func (g *gmail) show(folder string, m *gmailMessage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.folder(folder)
	f.msgs = append(f.msgs, gmailFace{f.next, m})
	f.next++
}

func (g *gmail) folder(name string) *gmailFolder {
	i := slices.IndexFunc(g.folders, func(f *gmailFolder) bool { return f.name == strings.Trim(name, `"`) })
	if i < 0 {
		return &gmailFolder{next: 1}
	}
	return g.folders[i]
}

func (g *gmail) message(id uint64) *gmailMessage {
	for _, face := range g.folder(gmailAll).msgs {
		if face.id == id {
			return face.gmailMessage
		}
	}
	return nil
}

// start has it listen.
func (g *gmail) start(t *testing.T) imapbox.Config {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	var conns sync.Map
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Store(conn, nil)
			running.Go(func() {
				defer conn.Close()
				g.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		conns.Range(func(conn, _ any) bool { conn.(net.Conn).Close(); return true })
		running.Wait()
	})
	return imapbox.Config{Server: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Security: migration.SecurityNone, Idle: 10 * time.Second,
		Credentials: imapbox.Credentials{Login: "terry@gmail.com", Password: "app password"}}
}

const gmailCaps = "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS SPECIAL-USE LIST-EXTENDED AUTH=PLAIN SASL-IR"

func (g *gmail) serve(conn net.Conn) {
	out := bufio.NewWriter(conn)
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\r\n", args...) }
	say("* OK Gimap ready for requests from 127.0.0.1 k2if6111336rvb.0")
	open := ""
	for in := bufio.NewReader(conn); out.Flush() == nil; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		word, args, _ := strings.Cut(command, " ")
		g.mu.Lock()
		switch word {
		case "CAPABILITY":
			say("* CAPABILITY %s", gmailCaps)
		case "NAMESPACE":
			say(`* NAMESPACE (("" "/")) NIL NIL`)
		case "ID":
			say(`* ID ("name" "GImap" "vendor" "Google, Inc.")`)
		case "LIST":
			say(`* LIST (\HasChildren \Noselect) "/" "[Gmail]"`)
			for _, f := range g.folders {
				say(`* LIST (%s) "/" "%s"`, f.attrs, f.name)
			}
		case "STATUS":
			name, _, _ := strings.Cut(args, " (")
			f := g.folder(name)
			say("* STATUS %s (MESSAGES %d UIDNEXT %d UIDVALIDITY 7)", name, len(f.msgs), f.next)
		case "EXAMINE":
			open = args
			f := g.folder(open)
			say("* %d EXISTS\r\n* FLAGS (\\Seen \\Flagged $Forwarded)\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT %d] .", len(f.msgs), f.next)
		case "UID":
			g.fetch(out, g.folder(open), strings.TrimPrefix(args, "FETCH "))
		case "LOGOUT":
			say("* BYE\r\n%s OK bye", tag)
		}
		g.mu.Unlock()
		say("%s OK done", tag)
	}
}

func (g *gmail) fetch(out io.Writer, f *gmailFolder, args string) {
	set, items, _ := strings.Cut(args, " ")
	uids, err := mailbox.ParseUIDSet(strings.ReplaceAll(set, "*", "4294967295"))
	if err != nil {
		panic(err)
	}
	for i, m := range f.msgs {
		if !uids.Has(m.uid) {
			continue
		}
		fmt.Fprintf(out, "* %d FETCH (", i+1)
		if strings.Contains(items, "X-GM-MSGID") {
			var labels []string
			for _, l := range m.labels {
				if l != f.label {
					labels = append(labels, `"`+strings.ReplaceAll(l, `\`, `\\`)+`"`)
				}
			}
			fmt.Fprintf(out, "X-GM-MSGID %d X-GM-LABELS (%s) ", m.id, strings.Join(labels, " "))
		}
		fmt.Fprintf(out, "UID %d RFC822.SIZE %d INTERNALDATE \"17-Jul-2020 02:44:25 +0000\" FLAGS (%s)", m.uid, len(m.body), m.flags)
		if strings.Contains(items, "BODY.PEEK[]") {
			g.fetched[m.id]++
			fmt.Fprintf(out, " BODY[] {%d}\r\n%s", len(m.body), m.body)
		}
		fmt.Fprint(out, ")\r\n")
	}
}

// painGmail copies a mailbox of labels to Dovecot: each message once, byte for byte, its labels as keywords; nothing twice when labels
// change; the balance of every folder closes. Without the workaround every label gets its copy.
func painGmail(t *testing.T) {
	const id = 1278455344230334865
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	g := newGmail("Receipts", "Receipts/2020", "Muy Importante")
	labels := [][]string{{`\Inbox`}, {`\Inbox`, "Receipts", `\Important`}, {"Receipts", "Receipts/2020"}, {}, {`\Sent`}, {`\Inbox`, `\Sent`, "Muy Importante"}, {`\Starred`}}
	for i, l := range labels {
		flags := `\Seen`
		if slices.Contains(l, `\Starred`) {
			flags = `\Seen \Flagged`
		}
		g.deliver(id+uint64(i), flags, l...)
	}
	from := g.start(t)
	prepare := func(user string, workarounds ...string) syncer.Job {
		server.AddUser(t, testserver.Account{Name: user, Password: "target-pass"})
		from.Workarounds = workarounds
		return job(t, from, config(server, user, 0))
	}
	state := func(user string) (all []string) {
		for _, f := range server.Snapshot(t, user).Folders {
			for _, m := range f.Messages {
				for i := range uint64(len(labels) + 1) {
					if msg := g.message(id + i); msg != nil && m.Digest == sha256.Sum256([]byte(msg.body)) {
						all = append(all, fmt.Sprintf("%s %d %v", strings.Join(f.Path, "/"), i, slices.Sorted(slices.Values(m.Flags))))
					}
				}
			}
		}
		slices.Sort(all)
		return all
	}
	j := prepare("labels")
	plan, err := syncer.Previewed(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	var bytes, planned int64
	for _, f := range plan.Folders {
		planned += f.PendingBytes
	}
	r := pass(t, j)
	merged := int64(0)
	for _, f := range r.Folders {
		merged += f.Merged
	}
	for i := range labels {
		bytes += int64(len(g.message(id + uint64(i)).body))
	}
	if r.Copied != int64(len(labels)) || r.Bytes != bytes || planned != bytes || merged != 9 {
		t.Errorf("%d copied and %d merged, of %d and 9; %d bytes, of %d; planned were %d", r.Copied, merged, len(labels), r.Bytes, bytes, planned)
	}
	want := []string{
		`INBOX 0 [\Seen]`, `INBOX 1 [$Important Receipts \Seen]`, `INBOX 5 [Muy_Importante Sent \Seen]`, `Receipts/2020 2 [Receipts \Seen]`,
		`[Gmail]/All Mail 3 [\Seen]`, `[Gmail]/All Mail 6 [\Flagged \Seen]`, `[Gmail]/Sent Mail 4 [\Seen]`,
	}
	if got := state("labels"); !slices.Equal(got, want) {
		t.Errorf("the target holds\n%s", strings.Join(got, "\n"))
	}
	// Labels come and go; a message arrives.
	g.relabel(g.message(id), "Receipts", "Muy Importante")
	g.relabel(g.message(id+3), `\Inbox`)
	g.relabel(g.message(id+5), `\Inbox`, `\Sent`)
	g.deliver(id+7, "", `\Inbox`, "Receipts")
	if r := pass(t, j); r.Copied != 1 || r.Matched != 0 {
		t.Errorf("relabelled: %d copied, %d matched", r.Copied, r.Matched)
	}
	if r := pass(t, j); r.Copied+r.Matched+r.Reflagged != 0 {
		t.Errorf("once more: %+v", r)
	}
	got := state("labels")
	if len(got) != len(labels)+1 || !slices.Contains(got, `INBOX 5 [Sent \Seen]`) || !slices.Contains(got, `INBOX 7 [Receipts]`) {
		t.Errorf("relabelled, the target holds\n%s", strings.Join(got, "\n"))
	}
	for id, n := range g.fetched {
		if n != 1 {
			t.Errorf("message %d was read %d times", id, n)
		}
	}
	if r := pass(t, prepare("each", "-OneCopyOfMail")); r.Copied <= int64(len(labels)+1) {
		t.Errorf("switched off, %d messages were copied, of %d with several labels", r.Copied, len(labels)+1)
	}
}
