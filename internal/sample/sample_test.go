package sample

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"testing"
)

func TestCompany(t *testing.T) {
	company, again := Company(), Company()
	total, attachments := 0, 0
	for i, mailbox := range company {
		if got := mailbox.Messages(); got == 0 {
			t.Errorf("%s has no messages", mailbox.Address)
		}
		total += mailbox.Messages()
		for j, folder := range mailbox.Folders {
			for k, message := range folder.Messages {
				raw, err := io.ReadAll(message.Open())
				if err != nil {
					t.Fatal(err)
				}
				if int64(len(raw)) != message.Size {
					t.Errorf("%s %q %d: Size %d, but %d bytes", mailbox.Address, folder.Path, k, message.Size, len(raw))
				}
				second, err := io.ReadAll(again[i].Folders[j].Messages[k].Open())
				if err != nil || !bytes.Equal(raw, second) {
					t.Fatalf("%s %q %d: made twice, it differs", mailbox.Address, folder.Path, k)
				}
				attachments += checkMIME(t, raw)
			}
		}
	}
	if len(company) != 5 || total < 450 || total > 550 {
		t.Errorf("%d mailboxes with %d messages, want 5 with about 500", len(company), total)
	}
	if attachments == 0 {
		t.Error("nothing is attached to any message")
	}
}

// Parents exist, and come first.
func TestFolderOrder(t *testing.T) {
	for _, mailbox := range Company() {
		var seen []string
		for _, folder := range mailbox.Folders {
			parent := strings.Join(folder.Path[:len(folder.Path)-1], "|")
			if parent != "" && !slices.Contains(seen, parent) {
				t.Errorf("%q comes before its parent", folder.Path)
			}
			seen = append(seen, strings.Join(folder.Path, "|"))
		}
	}
}

// checkMIME reads a message as a mail program would and returns the number of
// its attachments.
func checkMIME(t *testing.T, raw []byte) int {
	t.Helper()
	if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) {
		t.Error("a line ends in a bare LF")
	}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := message.Header.Date(); err != nil {
		t.Error(err)
	}
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "multipart/mixed" {
		return 0
	}
	attachments := 0
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return attachments
		}
		if err != nil {
			t.Fatal(err)
		}
		if part.FileName() != "" {
			attachments++
		}
	}
}
