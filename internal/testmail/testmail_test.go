package testmail

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAwkward(t *testing.T) {
	mailbox := Awkward(AwkwardOptions{Seed: 1, Avoid: "./", Large: 100_000})
	if lines := Diff(Of(mailbox), Of(Awkward(AwkwardOptions{Seed: 1, Avoid: "./", Large: 100_000})), Rules{}); len(lines) > 0 {
		t.Errorf("made twice, it differs:\n%s", strings.Join(lines, "\n"))
	}
	if lines := Diff(Of(mailbox), Of(Awkward(AwkwardOptions{Seed: 2, Avoid: "./", Large: 100_000})), Rules{}); len(lines) == 0 {
		t.Error("the seed makes no difference")
	}
	for _, folder := range mailbox.Folders {
		if slices.ContainsFunc(folder.Path, func(part string) bool { return strings.ContainsAny(part, "./") }) {
			t.Errorf("%q has a character to avoid", folder.Path)
		}
		for _, message := range folder.Messages {
			raw := ReadAll(message)
			if int64(len(raw)) != message.Size {
				t.Errorf("%q: Size %d, but %d bytes", folder.Path, message.Size, len(raw))
			}
			if bytes.ContainsRune(raw, 0) {
				t.Errorf("%q: a message contains NUL", folder.Path)
			}
		}
	}
}

func TestLargeMessage(t *testing.T) {
	const size = 40 << 20
	message := LargeMessage(1, size)
	if message.Size < size || message.Size > size+lineLength {
		t.Errorf("Size %d, want about %d", message.Size, size)
	}
	if n, err := io.Copy(io.Discard, message.Open()); err != nil || n != message.Size {
		t.Errorf("read %d bytes, %v; want %d", n, err, message.Size)
	}
	small := ReadAll(LargeMessage(1, 5000))
	for line := range bytes.Lines(small) {
		if !bytes.HasSuffix(line, []byte("\r\n")) || len(line) > lineLength {
			t.Errorf("line %q", line)
		}
	}
}

// Diff must see every way in which mail can be spoilt.
func TestDiff(t *testing.T) {
	original := Awkward(AwkwardOptions{Seed: 1})
	inbox := func(s *Snapshot) *Folder { return &s.Folders[0] }
	tests := []struct {
		name  string
		spoil func(*Snapshot)
		rules Rules
		want  string // part of the only line; empty: no difference
	}{
		{"nothing", func(*Snapshot) {}, Rules{}, ""},
		{"other UIDs", func(s *Snapshot) { inbox(s).Messages[0].UID = 99 }, Rules{}, ""},
		{"lost", func(s *Snapshot) { inbox(s).Messages = inbox(s).Messages[1:] }, Rules{}, "INBOX: missing: UID 3, "},
		{"twice", func(s *Snapshot) { inbox(s).Messages = append(inbox(s).Messages, inbox(s).Messages[6]) }, Rules{}, "INBOX: not expected (2 times there, 1 times wanted)"},
		{"flag", func(s *Snapshot) { inbox(s).Messages[6].Flags = nil }, Rules{}, "flags (), want UID 7"},
		{"flag ignored", func(s *Snapshot) { inbox(s).Messages[6].Flags = []string{"x", `\Seen`} }, Rules{IgnoreFlags: []string{"x"}}, ""},
		{"date", func(s *Snapshot) {
			inbox(s).Messages[6].InternalDate = inbox(s).Messages[6].InternalDate.Add(time.Second)
		}, Rules{}, "INBOX: differs: "},
		{"zone", func(s *Snapshot) { inbox(s).Messages[6].InternalDate = inbox(s).Messages[6].InternalDate.UTC() }, Rules{}, ""},
		{"order", func(s *Snapshot) { slices.Reverse(inbox(s).Messages) }, Rules{}, "INBOX: order: "},
		{"any order", func(s *Snapshot) { slices.Reverse(inbox(s).Messages) }, Rules{AnyOrder: true}, ""},
		{"folder lost", func(s *Snapshot) { s.Folders = s.Folders[1:] }, Rules{}, "INBOX: folder missing"},
		{"folder extra", func(s *Snapshot) { s.Folders = append(s.Folders, Folder{Path: []string{"New"}}) }, Rules{}, "New: folder not expected"},
		{"folder extra, empty", func(s *Snapshot) { s.Folders = append(s.Folders, Folder{Path: []string{"New"}}) }, Rules{ExtraFolders: true}, ""},
		{"subscription", func(s *Snapshot) { inbox(s).Subscribed = false }, Rules{}, "INBOX: subscribed false, want true"},
		{"subscription ignored", func(s *Snapshot) { inbox(s).Subscribed = false }, Rules{IgnoreSubscriptions: true}, ""},
		{"special use", func(s *Snapshot) { s.Folders[1].SpecialUse = "" }, Rules{}, `Sent: special use "", want "\\Sent"`},
		{"special use ignored", func(s *Snapshot) { s.Folders[1].SpecialUse = "" }, Rules{IgnoreSpecialUse: true}, ""},
		{"mapped", func(s *Snapshot) { s.Folders[1].Path = []string{"Below", "Sent"} }, Rules{Map: func(path []string) []string {
			if path[0] == "Sent" {
				return []string{"Below", "Sent"}
			}
			return path
		}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Of(original)
			test.spoil(&got)
			lines := Diff(Of(original), got, test.rules)
			switch {
			case test.want == "" && len(lines) > 0:
				t.Errorf("differences %q, want none", lines)
			case test.want != "" && (len(lines) != 1 || !strings.Contains(lines[0], test.want)):
				t.Errorf("differences %q, want one with %q", lines, test.want)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	mailbox := Plain(1, 200)
	digests := map[Digest]bool{}
	for _, message := range Of(mailbox).Folders[0].Messages {
		digests[message.Digest] = true
	}
	if len(digests) != 200 {
		t.Errorf("%d different messages of 200", len(digests))
	}
}
