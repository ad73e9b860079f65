package sample

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// Letter is what a person writes. Raw makes a message of it.
type Letter struct {
	From, To    mail.Address
	Subject     string
	Date        time.Time
	ID          string // Message-ID without angle brackets; empty leaves the header out
	InReplyTo   string // the ID of another letter, or empty
	Text        string // lines end in LF
	HTML        string // an alternative to Text, or empty
	Attachments []Attachment
}

// Attachment is a file that goes with a letter.
type Attachment struct {
	Name string
	Type string // a MIME type
	Data []byte
}

// Raw returns the letter as RFC 5322 and MIME have it, with CRLF line ends.
func (l Letter) Raw() []byte {
	var out bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&out, "%s: %s\r\n", name, value) }
	header("Date", l.Date.Format(time.RFC1123Z))
	header("From", l.From.String())
	header("To", l.To.String())
	header("Subject", mime.QEncoding.Encode("utf-8", l.Subject))
	if l.ID != "" {
		header("Message-ID", "<"+l.ID+">")
	}
	if l.InReplyTo != "" {
		header("In-Reply-To", "<"+l.InReplyTo+">")
		header("References", "<"+l.InReplyTo+">")
	}
	header("MIME-Version", "1.0")

	if len(l.Attachments) == 0 {
		l.body(&out)
		return out.Bytes()
	}
	const boundary = "=_mixed_7f3a"
	fmt.Fprintf(&out, "Content-Type: multipart/mixed; boundary=%q\r\n\r\n--%s\r\n", boundary, boundary)
	l.body(&out)
	for _, a := range l.Attachments {
		fmt.Fprintf(&out, "\r\n--%s\r\nContent-Type: %s\r\n", boundary, a.Type)
		header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
		header("Content-Transfer-Encoding", "base64")
		out.WriteString("\r\n")
		writeBase64(&out, a.Data)
	}
	fmt.Fprintf(&out, "\r\n--%s--\r\n", boundary)
	return out.Bytes()
}

// body writes the text, with the HTML as an alternative where there is any.
func (l Letter) body(out *bytes.Buffer) {
	if l.HTML == "" {
		writeText(out, "plain", l.Text)
		return
	}
	const boundary = "=_alternative_19c4"
	fmt.Fprintf(out, "Content-Type: multipart/alternative; boundary=%q\r\n\r\n--%s\r\n", boundary, boundary)
	writeText(out, "plain", l.Text)
	fmt.Fprintf(out, "\r\n--%s\r\n", boundary)
	writeText(out, "html", l.HTML)
	fmt.Fprintf(out, "\r\n--%s--\r\n", boundary)
}

func writeText(out *bytes.Buffer, kind, text string) {
	fmt.Fprintf(out, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
	w := quotedprintable.NewWriter(out)
	w.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n"))) // a bytes.Buffer takes everything
	w.Close()
}

// writeBase64 writes lines of 76 characters.
func writeBase64(out *bytes.Buffer, data []byte) {
	encoded := base64.StdEncoding.EncodeToString(data)
	for len(encoded) > 0 {
		n := min(76, len(encoded))
		out.WriteString(encoded[:n] + "\r\n")
		encoded = encoded[n:]
	}
}
