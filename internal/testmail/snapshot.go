package testmail

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"

	"migsh/internal/sample"
)

// Snapshot is the state of a mailbox at a server, without regard to how the
// server writes names.
type Snapshot struct {
	Folders []Folder
}

// Folder is a folder that can hold messages.
type Folder struct {
	Path        []string
	SpecialUse  string
	Subscribed  bool
	UIDValidity uint32
	Messages    []Message // in the order of their UIDs
}

// Message is what a server tells of a message, with the digest of its bytes.
type Message struct {
	UID          uint32
	Size         int64
	Digest       Digest
	InternalDate time.Time
	Flags        []string // sorted, without \Recent
}

// Digest is the SHA-256 of a message's bytes.
type Digest [sha256.Size]byte

func (d Digest) String() string { return hex.EncodeToString(d[:6]) }

// Of is the state that a server is in when it holds exactly the mailbox. UIDs
// are 1, 2, 3…
func Of(mailbox sample.Mailbox) Snapshot {
	var snapshot Snapshot
	for _, folder := range mailbox.Folders {
		state := Folder{Path: folder.Path, SpecialUse: folder.SpecialUse, Subscribed: folder.Subscribed}
		for i, message := range folder.Messages {
			sum := sha256.New()
			io.Copy(sum, message.Open()) // neither side fails
			flags := slices.Clone(message.Flags)
			slices.Sort(flags)
			state.Messages = append(state.Messages, Message{
				UID: uint32(i + 1), Size: message.Size, Digest: Digest(sum.Sum(nil)),
				InternalDate: message.InternalDate, Flags: flags,
			})
		}
		snapshot.Folders = append(snapshot.Folders, state)
	}
	return snapshot
}

// Folder returns the folder of that path.
func (s Snapshot) Folder(path ...string) (Folder, bool) {
	i := slices.IndexFunc(s.Folders, func(f Folder) bool { return slices.Equal(f.Path, path) })
	if i < 0 {
		return Folder{}, false
	}
	return s.Folders[i], true
}

// Messages is the number of messages in all folders.
func (s Snapshot) Messages() int {
	n := 0
	for _, folder := range s.Folders {
		n += len(folder.Messages)
	}
	return n
}

// pathName shows a path in a message to the reader; no server needs it.
func pathName(path []string) string { return strings.Join(path, " › ") }
