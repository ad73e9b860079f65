package syncer

import (
	"strings"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
	"migsh/store"
)

// A Pair names the two mailboxes between which mail moves. What is remembered belongs to the pair.
type Pair struct {
	// SourceServer and TargetServer are host names, without ports: a server stays the same on another port.
	SourceServer string
	SourceLogin  string
	UserRoot     string `json:",omitempty"`
	TargetServer string
	// TargetMailbox is the address of the target mailbox, not the login that opens it.
	TargetMailbox string
}

// ID is the pair's name in keys. Host names and the target's address are compared without regard to case, the login
// and the UserRoot as they stand.
func (p Pair) ID() string {
	return digestOf([]byte(strings.Join([]string{
		strings.ToLower(p.SourceServer), p.SourceLogin, strings.Trim(p.UserRoot, "/"),
		strings.ToLower(p.TargetServer), strings.ToLower(p.TargetMailbox),
	}, "\x00"))).String()
}

// A Job is one pass to be made over a pair.
type Job struct {
	Pair       Pair
	OpenSource mailbox.OpenSource
	OpenTarget mailbox.OpenTarget
	Store      store.Store

	// Rules choose and name the folders. Rules.Root is found from Pair.UserRoot.
	Rules foldermap.Rules
	// Filter, unless nil, tells for each message that was never seen before whether it is to be copied. What it
	// leaves out is remembered as filtered.
	Filter func(mailbox.Meta) bool
	// FilterText tells filters apart: when it is another one than in the last pass, what that has left out is looked at
	// anew. "" is no filter.
	FilterText string
	// RetryRefused tries the messages again that earlier passes could not copy.
	RetryRefused bool
	// Repair lets messages that the target refuses be sent in a form that it takes: see package repair. What was changed is
	// recorded. When it is allowed anew, what was refused before is tried again.
	Repair bool
	// Deletions says whether messages are removed at the target that have left the source.
	Deletions Deletions

	// Window is how many messages go under one intent and are written down in one commit; 0 is 200.
	Window int
	// Settle is how long a server may go on storing what had reached it on a connection that has broken. A window that
	// was on its way is looked for when it is over, and nothing new appears.
	Settle time.Duration
	// Spare, unless nil, asks for one more connection to each of both servers, over which folders are copied beside the first
	// ones.
	Spare func() (Permit, bool)
	// spareWork replaces the constant of that name, unless 0.
	spareWork int64
	// Spend, unless nil, is asked before each message is sent whether its bytes may still go. An error ends the pass, which returns
	// it, once the target has answered for what was sent before. It is called from several goroutines.
	Spend func(bytes int64) error
	// SpoolDir takes messages that must be seen whole before they are sent; "" is the system's temporary directory.
	SpoolDir string
	// Observer, unless nil, is told how the pass goes on.
	Observer Observer
	// Now is the clock for records and report lines; nil is time.Now.
	Now func() time.Time
}

// Deletions say what becomes, at the target, of messages that leave the source.
type Deletions struct {
	// Follow removes them, if we have put them there and nobody has touched them since.
	Follow bool
	// Percent is the brake: when more of a folder has left the source, nothing of it is removed.
	Percent int
	// Batch is the batch's name, for the advice how to go on.
	Batch string
}

// A Permit allows a pass one more connection to each of both servers.
type Permit struct {
	// Recalled is closed when somebody else waits for the connections, which are then soon closed.
	Recalled <-chan struct{}
	// Release gives the permit back. It is called once, when the connections are closed.
	Release func()
}

// An Observer is told how a pass goes on. Its methods are called from one goroutine at a time and must not block.
type Observer interface {
	// Progress is called when a folder begins, a window was copied, or a folder ends.
	Progress(Progress)
	// Report is a line for the user's report; User is left empty.
	Report(migration.ReportLine)
}

// Progress is where a pass stands.
type Progress struct {
	Phase  Phase
	Folder string // the source folder at work
	// FoldersDone of FoldersTotal are finished.
	FoldersTotal, FoldersDone int
	// MessagesTotal is what the source holds in the folders that are copied, MessagesDone how many of these are
	// decided, in this pass or before.
	MessagesTotal, MessagesDone int64
	// MessagesCopied and BytesCopied went over the wire in this pass.
	MessagesCopied int64
	BytesCopied    int64
	// BytesPlanned is the size of what this pass has found to be copied so far.
	BytesPlanned int64
	// Skipped are the messages that this pass could not copy.
	Skipped int64
}

// A Phase is what a pass is busy with.
type Phase string

// The phases of a pass.
const (
	PhasePlan    Phase = "Plan"
	PhaseMatch   Phase = "Match" // reading what is at the target already
	PhaseCopy    Phase = "Copy"
	PhaseCompare Phase = "Compare" // flags
	PhaseDone    Phase = "Done"
)

// A SideError tells at which of the two mailboxes a pass failed before it could begin.
type SideError struct {
	Source bool // else the target
	Err    error
}

// Error names the side.
func (e *SideError) Error() string {
	if e.Source {
		return "the source mailbox can't be opened: " + e.Err.Error()
	}
	return "the target mailbox can't be opened: " + e.Err.Error()
}

// Unwrap gives the mailbox's error.
func (e *SideError) Unwrap() error { return e.Err }

// A Result is what a pass has done.
type Result struct {
	// Folders has the balance of every folder, those left out included.
	Folders []migration.FolderCount
	// Copied and Bytes went over the wire, Repaired of them in a form that the target takes; Matched were at the target already,
	// Skipped were refused or unreadable, Reflagged had their flags changed at the target; all in this pass.
	Copied, Repaired, Matched, Skipped, Reflagged int64
	Bytes                                         int64
	// Moved are those of the copied that the target has copied itself, because the source had moved them.
	Moved int64
	// Connections is how many were made to either server.
	Connections int
	// Removed were taken away at the target, because they have left the source.
	Removed int64
	// LookAgain is when the next pass should be made, lest a copy stay that comes late over a connection that broke; zero: none may come,
	// or nobody would remove it any more.
	LookAgain time.Time
	// LostKeywords counts, by keyword, the messages that arrived without it because the target does not keep it.
	LostKeywords map[string]int64
}

// add counts what was done before.
func (r *Result) add(before Result) {
	r.Copied, r.Repaired, r.Matched = r.Copied+before.Copied, r.Repaired+before.Repaired, r.Matched+before.Matched
	r.Skipped, r.Reflagged, r.Removed = r.Skipped+before.Skipped, r.Reflagged+before.Reflagged, r.Removed+before.Removed
	r.Bytes, r.Connections = r.Bytes+before.Bytes, r.Connections+before.Connections
}

// Faulty lists the folders that could not be finished.
func (r Result) Faulty() []migration.FolderCount {
	var out []migration.FolderCount
	for _, f := range r.Folders {
		if f.Fault != "" {
			out = append(out, f)
		}
	}
	return out
}
