// Package mailbox says what the engine needs of a mailbox on some server: a [Source] to read from and a [Target] to
// write to, both in windows of UIDs. How the words are spoken (IMAP, POP3, memory) is the business of the packages
// below this one; how mail is moved safely is the business of package syncer.
//
// # Streams
//
// Bodies are never held whole. [Reader.Fetch] yields messages whose Body reads straight from the connection, and
// [Target.Append] pulls messages one after the other and writes each Body as it reads it, so the slower side sets the
// pace. Every Message carries its exact length before its first byte; an implementation that can't know the length
// beforehand (POP3, a server that sends no literal) spools the message to disk first. A Body that ends early returns
// an error, never io.EOF, so that a cut message can't be taken for a short one.
//
// # Turns
//
// All methods are safe for concurrent use, but a session is one connection: calls take turns, unless the
// implementation pipelines them: who needs answers about many folders asks for all at once, each from a goroutine of
// its own, and gets them in as many round trips as one answer takes where that is possible. A call that returns an iterator has its turn until the iteration ends; therefore
// never call a session from within a loop over one of its own iterators. Iterators are used once, and work starts
// with the iteration, not with the call.
//
// # Errors
//
// Everything that fails because of the server, the network or the message is a *[Error], whose [Class] says what may
// be done about it. Callers look at class and id, never at text. Cancelling the context ends any call; the session
// may then be unusable (class Reconnect).
package mailbox

import (
	"context"
	"io"
	"iter"
	"time"
)

// OpenSource connects and authenticates to the mailbox to be copied. Each call makes a session of its own.
type OpenSource func(ctx context.Context) (Source, error)

// OpenTarget connects and authenticates to the mailbox to be filled. Each call makes a session of its own.
type OpenTarget func(ctx context.Context) (Target, error)

// A Source is a mailbox that is read and can't be changed: folders are opened with EXAMINE, bodies read with
// BODY.PEEK, and no method writes.
type Source interface {
	Reader
}

// A Reader is the reading half that Source and Target share.
type Reader interface {
	// Info tells what was learnt of the server when the session began.
	Info() Info

	// Folders lists the folders with attributes, subscription and status, in as few round trips as the server
	// allows (LIST-STATUS: one). root limits the answer to the folder of that name and what lies below it; "" means
	// every folder that the login sees, other users' and shared namespaces included. The order is the server's.
	// A folder whose status can't be had carries the reason in StatusErr and doesn't fail the list.
	Folders(ctx context.Context, root string) ([]Folder, error)

	// Open opens a folder and tells its state. A Source opens it read-only (EXAMINE), a Target for writing (SELECT)
	// and thereby learns which flags can be kept. Opening is a look: other methods name their folder themselves, and
	// the implementation opens what it needs.
	Open(ctx context.Context, folder string) (Opened, error)

	// List yields what is known of the messages that q selects, in ascending order of UID, without their bodies.
	List(ctx context.Context, at At, q Query) iter.Seq2[Meta, error]

	// Vanished tells which of the known UIDs the folder no longer holds. since is the folder's HighestModSeq at the
	// last look, with which QRESYNC answers in a few bytes; 0 or a server without QRESYNC costs a listing of UIDs.
	Vanished(ctx context.Context, at At, known UIDSet, since uint64) (UIDSet, error)

	// Headers yields, in ascending order of UID, the named header fields of the messages (all fields if none is
	// named) as they stand, folded lines and all. A message that has vanished is left out.
	Headers(ctx context.Context, at At, uids UIDSet, fields ...string) iter.Seq2[Header, error]

	// Fetch streams the messages of the windows: windows in their order, UIDs ascending. Windows are pulled as they
	// are needed, and a pipelining implementation pulls ahead. A window without UIDs says that the next one is not known
	// yet, and is to be pulled when more of what was asked for has come. Each UID that was asked for comes exactly once: as a
	// message with a Body, or with Err saying why not (id Vanished when it is no longer there). A message is valid
	// until the next one is asked for; what was not read of its Body is skipped. The second value is an error of the
	// session, after which the iteration is over; the UIDs that have not come by then were not read.
	Fetch(ctx context.Context, windows iter.Seq[Window]) iter.Seq2[*Message, error]

	// Close logs out and ends the connection. After an error of class Reconnect it only ends the connection.
	Close() error
}

// A FolderIdentifier is a Reader whose server gives folders identities, see [Opened].
type FolderIdentifier interface {
	// FolderIdentity is the identity of a folder that this session has opened, "" if it has not, or the server has told none. It does not
	// wait.
	FolderIdentity(folder string) string
}

// A RightsReader is a Reader that can tell which rights are granted to a folder.
type RightsReader interface {
	// Rights tells who may do what with a folder, by the server's letters (RFC 4314); nil where the server knows no rights.
	Rights(ctx context.Context, folder string) (map[string]string, error)
}

// A Compressor is a Reader that can tell what compression has saved.
type Compressor interface {
	// Saved tells how many bytes went over the line compressed, in both directions, and how many they stood for; 0 without compression.
	Saved() (line, words int64)
}

// A Target is a mailbox that is filled.
type Target interface {
	Reader

	// Create makes a folder, and its parents as far as the server wants them made one by one. use is a special-use
	// attribute ([UseSent] …) or ""; a server that can't take it makes the folder without. It opens what it has made;
	// when a folder of that name exists already, both results are nil.
	Create(ctx context.Context, folder, use string) (*Opened, error)

	// Subscribe puts the folder on the list of those that mail programs show.
	Subscribe(ctx context.Context, folder string) error

	// Rename renames a folder with what lies below it.
	Rename(ctx context.Context, from, to string) error

	// Known tells the session what another one of the same mailbox has found when it opened a folder: so it need not open
	// the folder to append to it. That the folder is another one meanwhile shows in the UIDVALIDITY of an [Appended].
	Known(folder string, opened Opened)

	// Append stores the messages that msgs yields, in their order, and yields one [Appended] for each message taken,
	// in the same order. The implementation groups them into commands as the server allows (MULTIAPPEND, pipelined
	// or single APPENDs), keeps several commands under way where it can, and never groups messages of two calls:
	// whoever wants a message judged by itself makes a call for it alone.
	//
	// msgs may be pulled from another goroutine than the caller's, never from two at once, and no more once the
	// iteration of the results has ended. No byte of a message leaves before msgs has yielded it. When msgs yields an error, or a Body fails, nothing of an unfinished message
	// is stored (the connection is dropped if need be); the results of what was sent before follow, then the error.
	//
	// A message is refused, not the session, when the server says so of the message: its result is [Refused], the
	// next message goes on. After the second value (an error of the session) the iteration is over; messages that
	// were taken and have no result by then are unsettled: they may or may not be stored, and only a look at the
	// folder above its earlier UIDNEXT can tell.
	Append(ctx context.Context, msgs iter.Seq2[*Outgoing, error]) iter.Seq2[Appended, error]

	// Store changes flags, each change on a set of UIDs. The first result has an entry for each change: nil, or why
	// the server did not make it. UIDs that no longer exist are passed over.
	Store(ctx context.Context, at At, changes []FlagChange) ([]error, error)

	// Expunge removes exactly these messages and no others. Without [Features].UIDPlus it fails (id Unsupported).
	Expunge(ctx context.Context, at At, uids UIDSet) error

	// Quota tells the limits that the mailbox is under; none where the server does not say.
	Quota(ctx context.Context) ([]Quota, error)
}

// A Copier is a Target that copies messages between its folders by itself.
type Copier interface {
	// Copy copies messages to the end of another folder, with their flags and dates, and tells the UIDs of the copies by those of the
	// messages. What it does not name may not be there any more; if it has failed, it may have been copied all the same. It needs
	// [Features].UIDPlus.
	Copy(ctx context.Context, from At, uids UIDSet, to At) (map[UID]UID, error)
}

// Info is what a session learnt of its server.
type Info struct {
	// Server is the server's address as it was dialled, for messages and reports.
	Server string
	// Software is what the server says of itself (ID, else greeting); may be empty.
	Software string
	// Login is the name under which the mailbox was opened.
	Login string

	// Namespaces of the login (RFC 2342). Without the extension: one personal namespace with an empty prefix and
	// the delimiter of INBOX.
	Personal, Others, Shared []Namespace

	Features Features
	// AppendLimit is the largest message that the server takes, in bytes (RFC 7889); 0 when it sets or tells none.
	AppendLimit int64

	// Compressed: what is said is compressed on the line. Remarks are sentences about what was asked for and is not to be had.
	Compressed bool
	Remarks    []string
}

// A Namespace is a prefix under which folders live, delimiter included ("INBOX.", "shared/", or empty).
type Namespace struct {
	Prefix string
	// Delimiter separates the levels of a name; 0 in a flat namespace.
	Delimiter rune
}

// Features are the abilities that make a difference to how a caller proceeds.
type Features struct {
	UIDPlus          bool // Append tells UIDs, Expunge works
	CondStore        bool // HighestModSeq and Query.ChangedSince mean something
	QResync          bool // Vanished is cheap when since is given
	AtomicBatch      bool // Append groups messages, and a group is stored whole or not at all
	Quota            bool // Quota knows
	Binary           bool // Outgoing.Binary may be set
	SpecialUse       bool // Folder.Use comes from the server
	CreateSpecialUse bool // Create sets it
	Subscriptions    bool // Folder.Subscribed is known
	Identities       bool // List tells Meta.Identity
	Labels           bool // folders are labels: messages of one identity are one message that several folders show
	Organizer        bool // calendars, contacts and the like are among the folders of mail
	Namespaces       bool // Info's namespaces come from the server; else they are a guess
}

// At names a folder in one of its lives. A folder that has another UIDVALIDITY when it is opened fails the call with
// id UIDValidityChanged (class Folder) before anything is read or written. UIDValidity 0 accepts any.
type At struct {
	Folder      string
	UIDValidity uint32
}

// Status is a folder's state at a moment.
type Status struct {
	UIDValidity   uint32
	UIDNext       UID // 0 when the server does not tell
	Messages      uint32
	HighestModSeq uint64 // 0: the folder keeps none
	// AppendLimit of this folder in bytes; 0 when it has none of its own.
	AppendLimit int64
}

// Opened is a folder's state as opening it shows it.
type Opened struct {
	Status
	// PermanentFlags are the flags that the folder keeps; \* is not among them but in AnyKeyword. Of a Source they
	// are without meaning.
	PermanentFlags Flags
	// AnyKeyword says that keywords which the folder does not know yet may be set.
	AnyKeyword bool
	// ReadOnly says that the folder can't be written.
	ReadOnly bool
	// Identity stays with the folder when it is renamed, and no other has it; "" where the server tells none.
	Identity string
}

// A Query selects messages of a folder.
type Query struct {
	// UIDs limits the answer; empty means all. The range n:[MaxUID] means n and above, and never the message below n
	// that IMAP's n:* may bring.
	UIDs UIDSet
	// ChangedSince leaves out what has not changed since that mod-sequence; 0 asks for all. Without
	// [Features].CondStore it is passed over and all come.
	ChangedSince uint64
	// Undated says that nobody needs the dates, which may then be missing: for them Dovecot looks at every file of a Maildir.
	Undated bool
}

// Meta is what a server tells of a message besides its content.
type Meta struct {
	UID   UID
	Flags Flags // without \Recent
	// Date is INTERNALDATE in the zone in which the server gave it; zero when it gave none.
	Date time.Time
	// Size is RFC822.SIZE, a hint: servers err. -1 when the server gave none.
	Size   int64
	ModSeq uint64 // 0 without CONDSTORE
	// Identity, which only List tells, stays with a message when it is moved, copied or renumbered: messages of one identity have the
	// same content. 0 where the server tells none.
	Identity uint64
}

// Header is some header fields of a message, as raw lines.
type Header struct {
	UID    UID
	Fields []byte
}

// A Window is a set of messages of one folder to be fetched together.
type Window struct {
	At
	UIDs UIDSet
}

// A Message comes out of Fetch.
type Message struct {
	At
	Meta
	// Length is the exact number of bytes in Body.
	Length int64
	// Body yields exactly Length bytes or an error other than io.EOF. nil when Err is set.
	Body io.Reader
	// Err tells why this message could not be read though the session goes on.
	Err error
}

// Outgoing is a message to be stored.
type Outgoing struct {
	At
	Flags Flags
	// Date becomes INTERNALDATE, with its zone; zero leaves it to the server.
	Date time.Time
	// Length is the exact number of bytes in Body.
	Length int64
	// Binary says that the message has NUL bytes, which only a literal8 may carry (RFC 3516); it needs [Features].Binary.
	Binary bool
	// Body is read once, from front to back, before the next message is asked for.
	Body io.Reader
}

// Appended is what became of one message given to Append.
type Appended struct {
	Fate Fate
	// UIDValidity and UID of the stored message; UID 0 when the server does not tell (no UIDPLUS).
	UIDValidity uint32
	UID         UID
	// Err says why, unless Fate is Stored.
	Err error
}

// Fate is the outcome of storing one message.
type Fate int

const (
	// Stored: the server said OK.
	Stored Fate = iota
	// Refused: the server refused this message and would again; it is not stored.
	Refused
	// NotStored: it is not stored, but the verdict was on its group or on the moment, not on the message; it may
	// be sent again, alone or in a smaller group. The implementation has not kept its bytes.
	NotStored
	// Unsettled: the connection failed before the answer; the message may or may not be stored.
	Unsettled
)

// String names the fate.
func (f Fate) String() string {
	switch f {
	case Stored:
		return "stored"
	case Refused:
		return "refused"
	case NotStored:
		return "not stored"
	case Unsettled:
		return "unsettled"
	}
	return "unknown fate"
}

// A FlagChange adds and removes flags on a set of messages; other flags stay.
type FlagChange struct {
	UIDs        UIDSet
	Add, Remove Flags
}

// A Quota is one limit that a mailbox is under.
type Quota struct {
	Root string
	// Resource is STORAGE (counted in bytes here) or MESSAGE, as RFC 9208 names them.
	Resource    string
	Used, Limit int64
}
