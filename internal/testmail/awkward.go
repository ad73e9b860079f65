// Package testmail makes the mailboxes that migrations are tested with, and
// compares what arrived with what was there. It knows no server and no
// protocol.
package testmail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/mail"
	"strings"
	"time"

	"migsh/internal/sample"
)

// AwkwardOptions adapts [Awkward] to what servers can hold.
type AwkwardOptions struct {
	Seed uint64
	// Avoid lists characters that no folder name may contain: the separators of
	// the servers, as a rule.
	Avoid string
	// NoEmoji leaves out folder names with characters beyond U+FFFF.
	NoEmoji bool
	// Proper leaves out the header field with a blank before its colon, which
	// strict servers (Cyrus) refuse the message for.
	Proper bool
	// Ended leaves out the message without a line end at its end, which servers
	// that store lines (Courier) add one to.
	Ended bool
	// Large adds a message of at least so many bytes; 0 adds none.
	Large int64
	// Folder, if not empty, goes before every folder but the inbox.
	Folder []string
}

// Awkward is a mailbox of everything that migrations have stumbled over:
// folder names beyond ASCII and with the protocol's own characters, empty
// folders, identical twins, messages without Message-ID, with raw 8-bit
// bytes, odd headers, long lines, dates of many years and zones, keywords.
func Awkward(o AwkwardOptions) sample.Mailbox {
	m := &maker{rng: rand.New(rand.NewPCG(o.Seed, 1))}
	mailbox := sample.Mailbox{Address: "awkward@" + sample.Domain, Name: "Awkward"}
	add := func(special string, subscribed bool, messages []sample.Message, path ...string) {
		for _, part := range path {
			beyond := strings.ContainsFunc(part, func(r rune) bool { return r > 0xFFFF })
			if strings.ContainsAny(part, o.Avoid) || o.NoEmoji && beyond {
				return
			}
		}
		if path[0] != "INBOX" {
			path = append(o.Folder[:len(o.Folder):len(o.Folder)], path...)
		}
		mailbox.Folders = append(mailbox.Folders, sample.Folder{Path: path, SpecialUse: special, Subscribed: subscribed, Messages: messages})
	}

	inbox := append(m.odd(o), m.plain(12)...)
	if o.Large > 0 {
		inbox = append(inbox, LargeMessage(o.Seed, o.Large))
	}
	add("", true, inbox, "INBOX")
	add(`\Sent`, true, m.plain(4), "Sent")
	add(`\Drafts`, true, m.plain(1), "Drafts")
	add(`\Trash`, false, m.plain(2), "Trash")
	add("", true, nil, "Archive 2019")
	add("", true, m.plain(2), "Archive 2019", "Q1")
	add("", false, m.plain(1), "Archive 2019", "Q1", "Deep", "Deeper", "Deepest")
	add("", true, nil, "Empty")
	for _, name := range []string{
		"Éclairs & Straße", "日本語", "📬 post", `Quote "it"`, `back\slash`, "tilde ~user", "&", "Tom & Jerry &-",
		"two  spaces", "[Brackets] (round) {curly}", "plus+minus-", "com,ma; semi:colon", "a.b", "a/b", "1", "NIL",
	} {
		add("", true, m.plain(1), name)
	}
	add("", true, m.plain(2), "日本語", "議事録")
	return mailbox
}

// Plain is a mailbox of n small messages that differ from one another, in the
// inbox: for tests of quantity.
func Plain(seed uint64, n int) sample.Mailbox {
	m := &maker{rng: rand.New(rand.NewPCG(seed, 2))}
	return sample.Mailbox{
		Address: "plain@" + sample.Domain, Name: "Plain",
		Folders: []sample.Folder{{Path: []string{"INBOX"}, Subscribed: true, Messages: m.plain(n)}},
	}
}

// A maker makes messages; each is another.
type maker struct {
	rng *rand.Rand
	n   int
}

var flagSets = [][]string{
	{}, {`\Seen`}, {`\Seen`, `\Answered`}, {`\Flagged`}, {`\Deleted`, `\Seen`}, {`\Draft`},
	{"$Forwarded"}, {`\Seen`, "$MDNSent", "work"}, {"$Junk", "NonJunk"}, {"$Label1", `\Seen`},
}

// date goes through years and zones, in whole seconds as INTERNALDATE has them.
func (m *maker) date() time.Time {
	zones := []int{0, 3600, -5 * 3600, 5*3600 + 1800, 12*3600 + 2700, -(3*3600 + 1800)}
	zone := time.FixedZone("", zones[m.n%len(zones)])
	return time.Date(1996+m.n%30, time.Month(1+m.n%12), 1+m.n%28, m.n%24, m.n%60, m.rng.IntN(60), 0, zone)
}

func (m *maker) id() string { return fmt.Sprintf("%d.%x@awkward.example", m.n, m.rng.Uint64()) }

// plain returns n ordinary messages.
func (m *maker) plain(n int) []sample.Message {
	var messages []sample.Message
	for range n {
		m.n++
		date := m.date()
		letter := sample.Letter{
			From:    mail.Address{Name: "Zoë Ångström", Address: "zoe@awkward.example"},
			To:      mail.Address{Address: "me@awkward.example"},
			Subject: fmt.Sprintf("Ordinary message %d, naïvely", m.n), Date: date, ID: m.id(),
			Text: strings.Repeat("Some line of an ordinary message.\n", 1+m.rng.IntN(20)),
		}
		if m.n%7 == 0 {
			data := make([]byte, 1+m.rng.IntN(20_000))
			for i := range data {
				data[i] = byte(m.rng.Uint32())
			}
			letter.Attachments = []sample.Attachment{{Name: "naïve.bin", Type: "application/octet-stream", Data: data}}
		}
		messages = append(messages, sample.NewMessage(date, letter.Raw(), flagSets[m.n%len(flagSets)]...))
	}
	return messages
}

// odd returns the messages that are not ordinary.
func (m *maker) odd(o AwkwardOptions) []sample.Message {
	var messages []sample.Message
	add := func(raw string, flags ...string) {
		m.n++
		raw = strings.ReplaceAll(raw, "\n", "\r\n")
		messages = append(messages, sample.NewMessage(m.date(), []byte(raw), flags...))
	}
	const from = "From: zoe@awkward.example\nTo: me@awkward.example\n"

	twin := from + "Subject: identical twins\nMessage-ID: <twin@awkward.example>\n\nThere are three of us.\n"
	date := m.date()
	for range 3 {
		messages = append(messages, sample.NewMessage(date, []byte(strings.ReplaceAll(twin, "\n", "\r\n")), `\Seen`))
	}
	add(twin) // the same bytes with other flags and date
	add(from+"Subject: same Message-ID, other text\nMessage-ID: <twin@awkward.example>\n\nI am a cousin.\n", `\Flagged`)
	add(from+"Subject: no Message-ID\n\nNothing identifies me.\n", `\Seen`)
	add(from+"Subject: no Message-ID\n\nNothing identifies me, either.\n", `\Seen`)
	add(from + "Subject: raw 8-bit \xe9\xe8\xfc in the header\nMessage-ID: <eight@awkward.example>\n\nLatin-1: \xe9\xe8\xfc\xdf. UTF-8: éèüß 日本語 📬. Neither: \x80\xff\xfe.\n")
	add(from + "Subject: a long line\n\n" + strings.Repeat("0123456789", 3000) + "\n")
	add(from + "Subject: a long header\nX-Long: " + strings.Repeat("x", 20_000) + "\n\nbody\n")
	spaced := "X-Colon : spaced\n"
	if o.Proper {
		spaced = ""
	}
	add(from + "Subject: folded\n in an\n\todd way\nX-Empty:\nx-CASE: Mixed\nX-Twice: 1\nX-Twice: 2\n" + spaced + "\nbody\n")
	add(from + "Subject: \nMessage-ID: not in brackets\nDate: yesterday at noon\n\nA date that is none.\n")
	add(from + "Subject: no body at all\n\n")
	add("Subject: no blank line after the header\n")
	add("\nOnly a body, no header.\n")
	if !o.Ended {
		add(from + "Subject: no line end at the end\n\nThe last line goes on")
	}
	add(from + "Subject: lines that look like something\n\nFrom the beginning\n.\n..\n) a1 OK done\na1 LOGOUT\n* BYE\n{10}\n{5+}\nMessage-ID: <no@header>\n\n\n\n")
	add(from + "Subject: trailing blanks   \n\nends in blanks   \n\t\n \n")
	add(from + "Subject: controls\n\nbell \a, backspace \b, form feed \f, escape \x1b[31m, delete \x7f\n")
	add(from+"Subject: many flags\n\nFlags.\n", `\Seen`, `\Answered`, `\Flagged`, `\Draft`, "$Forwarded", "$MDNSent", "$Phishing", "work", "Custom-Keyword_1")
	add("Content-Type: multipart/mixed; boundary=\"x\"\nSubject: broken MIME\nContent-Transfer-Encoding: martian\n\n--x\nContent-Type: text/plain\n\nThe boundary never closes.\n--y--\n")
	add("MIME-Version: 1.0\nContent-Type: message/rfc822\nSubject: a message within\n\nSubject: within\nContent-Type: message/rfc822\n\nSubject: and within that\n\nDeep.\n")
	return messages
}

// LargeMessage is a message of size bytes or up to a line more, with a base64
// attachment. Its bytes are made while they are read.
func LargeMessage(seed uint64, size int64) sample.Message {
	head := strings.ReplaceAll(fmt.Sprintf("From: zoe@awkward.example\nSubject: large message %d\n"+
		"Message-ID: <large.%d@awkward.example>\nMIME-Version: 1.0\nContent-Type: application/octet-stream\n"+
		"Content-Transfer-Encoding: base64\n\n", seed, seed), "\n", "\r\n")
	lines := (max(0, size-int64(len(head))) + lineLength - 1) / lineLength
	return sample.Message{
		InternalDate: time.Date(2021, 6, 5, 4, 3, 2, 0, time.FixedZone("", -7*3600)),
		Flags:        []string{`\Seen`},
		Size:         int64(len(head)) + lines*lineLength,
		Open: func() io.Reader {
			return io.MultiReader(strings.NewReader(head), &base64Lines{left: lines, rng: rand.NewPCG(seed, 3)})
		},
	}
}

// lineLength is that of a base64 line with its CRLF.
const lineLength = 78

// base64Lines reads as lines of random base64.
type base64Lines struct {
	left int64 // lines to come
	rng  *rand.PCG
	rest []byte // of the line being read
	line [lineLength]byte
}

func (b *base64Lines) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(b.rest) == 0 {
			if b.left == 0 {
				break
			}
			b.left--
			b.next()
		}
		moved := copy(p[n:], b.rest)
		b.rest = b.rest[moved:]
		n += moved
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (b *base64Lines) next() {
	var raw [57]byte
	for i := 0; i < len(raw); i += 8 {
		word := b.rng.Uint64()
		for j := i; j < min(i+8, len(raw)); j++ {
			raw[j] = byte(word)
			word >>= 8
		}
	}
	base64.StdEncoding.Encode(b.line[:], raw[:])
	copy(b.line[lineLength-2:], "\r\n")
	b.rest = b.line[:]
}

// ReadAll returns the bytes of a message that fits into memory.
func ReadAll(m sample.Message) []byte {
	var out bytes.Buffer
	out.ReadFrom(m.Open()) // our readers do not fail
	return out.Bytes()
}
