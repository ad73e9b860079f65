// Package sample invents mailboxes: people of a company that doesn't exist and
// the mail in their folders. The demo servers show it; tests build on it. The
// same call always gives the same bytes.
package sample

import (
	"bytes"
	"io"
	"time"
)

// Mailbox is one person's mail.
type Mailbox struct {
	Address string // the person's, and the login
	Name    string // as people write it
	Folders []Folder
}

// Messages is the number of messages in all folders.
func (m Mailbox) Messages() int {
	n := 0
	for _, folder := range m.Folders {
		n += len(folder.Messages)
	}
	return n
}

// Folder is a folder and its messages, oldest first. Parents come before their
// children.
type Folder struct {
	Path       []string // from the top, in plain Unicode; ["INBOX"] is the inbox
	SpecialUse string   // its RFC 6154 attribute, such as \Sent, or empty
	Subscribed bool
	Messages   []Message
}

// Message is a message as a server keeps it.
type Message struct {
	InternalDate time.Time
	Flags        []string // system flags (\Seen) and keywords ($Forwarded)
	Size         int64    // in bytes
	// Open gives the bytes, with CRLF line ends, from the start at each call.
	Open func() io.Reader
}

// NewMessage is a message that is held in memory.
func NewMessage(date time.Time, raw []byte, flags ...string) Message {
	return Message{
		InternalDate: date, Flags: flags, Size: int64(len(raw)),
		Open: func() io.Reader { return bytes.NewReader(raw) },
	}
}
