package migration

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Endpoint is a server with what is needed to reach it and how much it may be asked at once. It never carries a password.
type Endpoint struct {
	Name           string
	GUID           string
	EndpointType   EndpointType
	RemoteServer   string
	Port           int
	Security       Security
	Authentication Authentication
	// AcceptUntrustedCertificates: the server's certificate is not checked.
	AcceptUntrustedCertificates   bool  `json:",omitempty"`
	MaxConcurrentMigrations       Limit // mailboxes in initial sync at once, and connections
	MaxConcurrentIncrementalSyncs Limit
	DailyLimits
	// UserName is the administrator's, from -Credentials; empty when the endpoint carries none.
	UserName string `json:",omitempty"`
	// LoginFormat makes the login name out of {user}, {local}, {domain} and {admin}; empty means {user}.
	LoginFormat string `json:",omitempty"`
	// AuthorizationID is the SASL authorization identity, with the same placeholders; empty means none.
	AuthorizationID string `json:",omitempty"`
	// CertificateFingerprints are the SHA-256 digests of the only certificates that the server may show; none: any that can be checked.
	CertificateFingerprints []string `json:",omitempty"`
	// Workarounds changes what is done about the server's oddities: a name switches a workaround on, with - before it off.
	Workarounds []string `json:",omitempty"`
	// Compress asks the server to compress the connections.
	Compress bool `json:",omitempty"`
	// OAuth is set where logins are made with access tokens.
	OAuth *OAuth `json:",omitempty"`
	// BatchGUID is that of the batch whose own the endpoint is: made from the batch's connection settings, removed with it.
	BatchGUID string `json:",omitempty"`
	// Verified is false when the endpoint was made with -SkipVerification and never tested since.
	Verified         bool
	CreationTime     time.Time
	LastModifiedTime time.Time
	// How many of its mailboxes are being copied, and synchronized, at this moment.
	ActiveMigrationCount       int `json:",omitempty"`
	ActiveIncrementalSyncCount int `json:",omitempty"`
	// BytesToday went through it since midnight, UTC.
	BytesToday ByteSize `json:",omitempty"`
	// Damage is what is wrong with its record and what to do about it, empty if nothing is.
	Damage string `json:",omitempty"`
	// Ceiling is how many mailboxes it has proved to take at once, after the server had complained; nil: it never has.
	Ceiling *LearntCeiling `json:",omitempty"`
}

// DailyLimits bound what goes through an endpoint in a day, which begins at midnight, UTC. Bytes of messages are counted; what the
// protocol needs besides is not. 0 is no limit.
type DailyLimits struct {
	DailyByteLimit           ByteSize `json:",omitempty"` // of all mailboxes together
	DailyByteLimitPerMailbox ByteSize `json:",omitempty"`
}

// LearntCeiling is how many mailboxes a server takes at once, as its complaints have taught.
type LearntCeiling struct {
	Limit   int
	Reason  string    // the server's words
	Since   time.Time // the last complaint
	RaiseAt time.Time // when one more is tried
}

// Address is host:port.
func (e Endpoint) Address() string { return joinHostPort(e.RemoteServer, e.Port) }

// Server names the server in what is remembered of mailboxes: the host, with the port only if it is not one of IMAP's own, because a
// server stays the same when it is reached in another way.
func (e Endpoint) Server() string {
	if e.Port == 143 || e.Port == 993 {
		return strings.ToLower(strings.Trim(e.RemoteServer, "[]"))
	}
	return strings.ToLower(e.Address())
}

// ConnectionSettings is the endpoint on one line, as Exchange's property of that name.
func (e Endpoint) ConnectionSettings() string {
	settings := e.Address()
	if e.Security != "" {
		settings += " " + string(e.Security)
	}
	return settings + " " + string(e.Authentication)
}

// BatchSettings is what an administrator sets on a batch.
type BatchSettings struct {
	// TimeZone in which dates without a zone are read and dates are shown: a Windows or IANA name.
	TimeZone       string   `json:",omitempty"`
	Schedule                // UTC
	ExcludeFolders []string `json:",omitempty"`
	IncludeFolders []string `json:",omitempty"`
	// FolderMapping sends folders elsewhere; the first that is about a folder holds.
	FolderMapping []FolderMapping `json:",omitempty"`
	// TargetRootFolder is the folder of the target that everything is put below.
	TargetRootFolder string `json:",omitempty"`
	// KeepFolderNames has no folder go to another one for being of the same use.
	KeepFolderNames bool `json:",omitempty"`
	// ContentFilter says which messages are copied, see [ParseContentFilter].
	ContentFilter string `json:",omitempty"`
	// RepairMessages lets messages that the target refuses for their form be written in one that it takes.
	RepairMessages bool `json:",omitempty"`
	// SyncDeletions removes at the target what was copied there and has been deleted at the source since.
	SyncDeletions bool `json:",omitempty"`
	// MaxDeletionPercent is the share of a folder's messages above which nothing is removed from it; 0 is [DefaultDeletionPercent].
	MaxDeletionPercent   int           `json:",omitempty"`
	NotificationEmails   []string      `json:",omitempty"`
	NoIncrementalSyncs   bool          `json:",omitempty"` // AllowIncrementalSyncs $false
	AllowUnknownColumns  bool          `json:",omitempty"`
	SkipReports          bool          `json:",omitempty"`
	ReportInterval       time.Duration `json:",omitempty"`
	IncrementalSyncEvery time.Duration `json:",omitempty"` // 0: as the configuration says
}

// FolderMapping sends a folder, or those that a regular expression is about, to another place.
type FolderMapping struct {
	From string // a name from the root, or a .NET regular expression that begins with ^
	To   string
}

// String is the mapping in one text, as [ParseFolderMapping] reads it.
func (m FolderMapping) String() string { return m.From + "->" + m.To }

// ParseFolderMapping reads a mapping in the form From->To.
func ParseFolderMapping(text string) (FolderMapping, error) {
	from, to, ok := strings.Cut(text, "->")
	if !ok {
		return FolderMapping{}, NewError(ErrInvalidValue, text, fmt.Sprintf("The folder mapping '%s' has no '->'.", text),
			"Write it as 'Sent Items->Sent', or give a table: @{ 'Sent Items' = 'Sent' }.")
	}
	return FolderMapping{strings.TrimSpace(from), strings.TrimSpace(to)}, nil
}

// DefaultDeletionPercent is the share of a folder that -SyncDeletions removes at most in one go unless told otherwise.
const DefaultDeletionPercent = 10

// DeletionPercent is the share of a folder's messages above which nothing is removed from it.
func (s BatchSettings) DeletionPercent() int {
	return cmp.Or(s.MaxDeletionPercent, DefaultDeletionPercent)
}

// DefaultReportInterval is the time between two reports on a batch at work unless it says another.
const DefaultReportInterval = 24 * time.Hour

// ReportEvery is the time between two reports while the batch is at work, 0 if none are sent.
func (s BatchSettings) ReportEvery() time.Duration {
	if s.SkipReports {
		return 0
	}
	return cmp.Or(s.ReportInterval, DefaultReportInterval)
}

// Batch is a snapshot of a batch.
type Batch struct {
	Name            string
	GUID            string
	Status          BatchStatus
	MigrationType   EndpointType
	BatchDirection  BatchDirection
	SourceEndpoint  Endpoint
	TargetEndpoint  Endpoint
	SubmittedByUser string `json:",omitempty"`
	// Analyze: the mailboxes are counted, and nothing is copied.
	Analyze bool `json:",omitempty"`
	BatchSettings
	Counts
	// CSVName is the name of the file the rows came from, if the shell knew it.
	CSVName            string              `json:",omitempty"`
	ValidationWarnings []ValidationWarning `json:",omitempty"`
	Order              Order               `json:",omitzero"`
	CreationTime       time.Time
	StartTime          time.Time        `json:",omitzero"` // of the first start
	InitialSyncTime    time.Time        `json:",omitzero"` // when the last user finished its initial copy
	LastSyncedTime     time.Time        `json:",omitzero"` // of the user that was synchronized longest ago: all mail up to then has arrived
	FinalizedTime      time.Time        `json:",omitzero"`
	Score              ConsistencyScore `json:",omitempty"`
	Message            string           `json:",omitempty"`
	// RetentionAction is what becomes of the batch at RetentionTime if nobody cares for it; empty: nothing.
	RetentionAction RetentionAction `json:",omitempty"`
	RetentionTime   time.Time       `json:",omitzero"`
	// Notifications are the mails about it, in order of time.
	Notifications []Notification `json:",omitempty"`
	// Report is filled on demand.
	Report []ReportLine `json:",omitempty"`
}

// InitialSyncDuration is the time from the first start to the end of the last initial copy, 0 before that.
func (b Batch) InitialSyncDuration() time.Duration {
	if b.InitialSyncTime.IsZero() || b.StartTime.IsZero() {
		return 0
	}
	return b.InitialSyncTime.Sub(b.StartTime)
}

// ValidationWarning is a row that was left out of its batch, and why.
type ValidationWarning struct {
	Row          int
	EmailAddress string
	ID           string // stable
	Message      string
}

// User is a snapshot of one row of a batch.
type User struct {
	// EmailAddress names the user, and the target mailbox.
	EmailAddress string
	GUID         string
	BatchName    string
	BatchGUID    string
	Row          int // in the CSV file, from 1
	UserState
	MigrationType EndpointType
	// Analyze: the mailbox is counted, and nothing is copied.
	Analyze bool `json:",omitempty"`

	// How the source is opened, and the part of it that is copied.
	UserName string `json:",omitempty"`
	UserRoot string `json:",omitempty"`
	// TargetUserName when the row has one.
	TargetUserName string `json:",omitempty"`
	Schedule
	Order Order `json:",omitzero"`

	SyncedItemCount  int64
	SkippedItemCount int64
	// TransferredItemCount counts the messages that went over the wire, those that were matched at the target left out.
	TransferredItemCount int64
	SyncedFolderCount    int64
	// The source's totals, as far as they are known; -1 when they aren't.
	EstimatedTotalCount int64
	EstimatedTotalSize  ByteSize
	Score               ConsistencyScore `json:",omitempty"`

	LastSuccessfulSyncTime time.Time `json:",omitzero"`
	LastCheckTime          time.Time `json:",omitzero"` // when the mailbox was looked at last, well or not
	NextSyncTime           time.Time `json:",omitzero"`
	// NextRetryTime is when a failed or throttled user is tried again by itself.
	NextRetryTime time.Time `json:",omitzero"`
	// Fault is why the user failed, or what it waits for.
	Fault *UserFault `json:",omitempty"`
}

// ErrorSummary is the fault on one line, empty if there is none.
func (u User) ErrorSummary() string {
	if u.Fault == nil {
		return ""
	}
	return u.Fault.Summary()
}

// UserFault is what keeps one user from being copied. It is data, never an error of a command.
type UserFault struct {
	ID string // stable
	// Type says what is to be expected: see the constants.
	Type FaultType
	// Message says what happened to which mailbox, in Exchange's words where it has them.
	Message string
	// ServerText is the server's own answer.
	ServerText string `json:",omitempty"`
	// Remedy is what to do about it.
	Remedy string    `json:",omitempty"`
	Time   time.Time `json:",omitzero"`
	// Attempts counts the failures in a row.
	Attempts int `json:",omitempty"`
}

// Summary is message, server's words and remedy on one line.
func (f UserFault) Summary() string {
	s := f.Message
	if f.ServerText != "" {
		s += fmt.Sprintf(" The server says: %s.", strings.TrimRight(f.ServerText, ". "))
	}
	if f.Remedy != "" {
		s += " " + f.Remedy
	}
	return s
}

// FaultType says who ends a fault.
type FaultType string

// The types: passes by itself; waits for a person (password, quota, mailbox); a mistake of ours or an answer nobody foresaw.
const (
	FaultTransient FaultType = "Transient"
	FaultPerson    FaultType = "Person"
	FaultPermanent FaultType = "Permanent"
)

// UserStatistics is a user with the figures of its copy.
type UserStatistics struct {
	User
	TotalItemsInSourceMailboxCount   int64 // -1: not known yet
	BytesTransferred                 ByteSize
	CurrentBytesTransferredPerMinute ByteSize
	AverageBytesTransferredPerHour   ByteSize
	PercentageComplete               int
	TotalQueuedDuration              time.Duration `json:",omitempty"`
	TotalInProgressDuration          time.Duration `json:",omitempty"`
	TotalSyncedDuration              time.Duration `json:",omitempty"`
	TotalStalledDuration             time.Duration `json:",omitempty"`
	Folders                          []FolderCount `json:",omitempty"`
	// SkippedItems and Report are filled on demand.
	SkippedItems []SkippedItem `json:",omitempty"`
	Report       []ReportLine  `json:",omitempty"`
}

// FolderCount compares one folder of the source with its counterpart at the target. The balance closes when
// Source == Copied + Matched + Merged + Filtered + Refused + Vanished.
type FolderCount struct {
	SourceFolder string
	TargetFolder string
	Excluded     bool  `json:",omitempty"` // by ExcludeFolders or IncludeFolders
	Source       int64 // messages at the source when it was last looked at
	Target       int64 // messages at the target when it was last looked at
	Copied       int64 // messages the target has acknowledged
	Repaired     int64 `json:",omitempty"` // of those copied, in a form that the target takes
	Matched      int64 `json:",omitempty"` // found at the target already
	Merged       int64 `json:",omitempty"` // other faces of messages that are copied from other folders: labels
	Filtered     int64 `json:",omitempty"`
	Refused      int64 `json:",omitempty"`
	Vanished     int64 `json:",omitempty"`
	Bytes        ByteSize
	Fault        string `json:",omitempty"` // why the folder could not be copied whole
}

// Decided is how many of the source's messages are accounted for.
func (c FolderCount) Decided() int64 {
	return c.Copied + c.Matched + c.Merged + c.Filtered + c.Refused + c.Vanished
}

// SkippedItem is one message that did not arrive as it was.
type SkippedItem struct {
	Kind         SkippedItemKind
	FolderName   string
	UID          uint32    `json:",omitempty"`
	Subject      string    `json:",omitempty"`
	Sender       string    `json:",omitempty"`
	DateSent     time.Time `json:",omitzero"` // as its header says, if it does
	DateReceived time.Time `json:",omitzero"`
	MessageSize  ByteSize  `json:",omitempty"`
	// Reason is what was wrong, the server's words included.
	Reason string
	// SourceDigest and WrittenDigest, of a repaired message, are those of what the source has and of what was written to the target.
	SourceDigest  string `json:",omitempty"`
	WrittenDigest string `json:",omitempty"`
}

// ReportLine is one line of the story of a batch or user.
type ReportLine struct {
	Time    time.Time
	Level   string // Information, Warning, Error
	User    string `json:",omitempty"`
	Message string
}

// String is the line as Exchange writes it.
func (l ReportLine) String() string {
	if l.Time.IsZero() {
		return l.Message
	}
	return l.Time.UTC().Format("1/2/2006 3:04:05 PM") + " " + l.Message
}

// Config is the settings of the whole installation.
type Config struct {
	// TargetEndpoint is the name of the endpoint that batches copy to unless they say otherwise; empty: none is set.
	TargetEndpoint          string `json:",omitempty"`
	MaxNumberOfBatches      int
	MaxConcurrentMigrations Limit // over all endpoints
	// MaxCSVRows is how many rows a user list may have; 0 is [DefaultMaxCSVRows].
	MaxCSVRows int `json:",omitempty"`
	// AcceptedDomains are those that target mailboxes may be in; none means any.
	AcceptedDomains []string `json:",omitempty"`
	// LegacyMode: one active batch at a time, MaxConcurrentMigrations from 1 to 10.
	LegacyMode           bool          `json:",omitempty"`
	IncrementalSyncEvery time.Duration // 24 h unless set
	// Retention is how long batches stay that nobody cares for.
	Retention Retention `json:",omitzero"`
	// NotificationEmails are told what becomes of batches that name nobody.
	NotificationEmails []string `json:",omitempty"`
	// Relay is what notification mail is handed to; without a server none is sent.
	Relay Relay `json:",omitzero"`
	// ReportDirectory is where the reports of removed batches are kept; empty: they aren't.
	ReportDirectory string `json:",omitempty"`
	// Damage is what is wrong with its record and what to do about it, empty if nothing is. The defaults hold then.
	Damage string `json:",omitempty"`
	// CanSubmitNewBatch is false when a limit stands against it.
	CanSubmitNewBatch bool
}

// DefaultConfig is the configuration before anybody has set anything.
func DefaultConfig() Config {
	return Config{
		MaxNumberOfBatches:      100,
		MaxConcurrentMigrations: 300,
		MaxCSVRows:              DefaultMaxCSVRows,
		IncrementalSyncEvery:    24 * time.Hour,
		CanSubmitNewBatch:       true,
	}
}

// Limits of endpoints and batches, Exchange's.
const (
	DefaultMaxConcurrentMigrations       Limit = 100
	DefaultMaxConcurrentIncrementalSyncs Limit = 20
	MaxConcurrentMigrationsCeiling             = 100
	DefaultMaxCSVRows                          = 50_000
)

// Statistics are totals over all batches.
type Statistics struct {
	MigrationType EndpointType
	Counts
	// Batches counts the batches by status.
	Batches map[BatchStatus]int
	// Faults are the users that need attention, a hundred at most.
	Faults []User `json:",omitempty"`
}

// ConnectionTest is what Test-MigrationServerAvailability found. A failed test is data, not an error.
type ConnectionTest struct {
	Result TestResult
	// Message is short: what is wrong, or a warning about a connection that works; empty when all is well.
	Message string `json:",omitempty"`
	// ErrorDetail begins with the class of the exception in Exchange's words and holds the chain of causes.
	ErrorDetail string `json:",omitempty"`
	// Fault is the same as an error with id and remedy.
	Fault *Error `json:",omitempty"`
	// ConnectionSettings is server, port, security and authentication on one line, as resolved.
	ConnectionSettings string
	RemoteServer       string
	Port               int
	Security           Security // as resolved
	Authentication     Authentication
	// What the server is and offers.
	Software     string   `json:",omitempty"`
	Capabilities []string `json:",omitempty"`
	LocalAddress string   `json:",omitempty"` // for the other side's firewall
	TLSVersion   string   `json:",omitempty"`
	// CertificateFingerprint is that of the server's certificate: SHA-256.
	CertificateFingerprint string        `json:",omitempty"`
	Elapsed                time.Duration `json:",omitempty"`
	Warnings               []string      `json:",omitempty"`
	// ServerType is the kind of server, when it is one that is known, and Workarounds what is done about its oddities.
	ServerType  string       `json:",omitempty"`
	Workarounds []Workaround `json:",omitempty"`
	// Login is the name that was logged in with, when credentials were tested, and Mechanism the way in which it was made.
	Login     string `json:",omitempty"`
	Mechanism string `json:",omitempty"`
	// LoginFormat and AuthorizationID are the form in which an administrator opens other people's mailboxes, when it was searched for and found.
	LoginFormat     string `json:",omitempty"`
	AuthorizationID string `json:",omitempty"`
	// Attempts are the forms that were tried, in order.
	Attempts []LoginAttempt `json:",omitempty"`
}

// Workaround is what is done about an oddity of a server.
type Workaround struct {
	Name, About, Source string
}

// LoginAttempt is one form of login that was tried, and what came of it.
type LoginAttempt struct {
	Login           string
	AuthorizationID string `json:",omitempty"`
	Outcome         string
}

// UserTest is what Test-MigrationUser found. A failed test is data, not an error.
type UserTest struct {
	EmailAddress string
	BatchName    string
	Result       TestResult
	// Message says on one line what is wrong, or what was found.
	Message string
	// Source and Target are the logins that were tried.
	Source, Target ConnectionTest
	// Verified: the target was read again; what follows came of it.
	Verified bool `json:",omitempty"`
	// CheckedCount messages were looked for, SameCount are there byte for byte as they were sent. ForeignCount were there before migsh,
	// altered by another tool or the server, so that only their presence can be told.
	CheckedCount, SameCount, ForeignCount int64    `json:",omitempty"`
	CheckedSize                           ByteSize `json:",omitempty"`
	DifferenceCount                       int64    `json:",omitempty"`
	// FlagCount are the messages whose flags differ, which may be their owner's doing and is no fault.
	FlagCount int64 `json:",omitempty"`
	// Differences lists the first thousand.
	Differences []MessageDifference `json:",omitempty"`
}

// MessageDifference is a message that is not at the target as it was sent.
type MessageDifference struct {
	// Kind is Missing, which may be the user's own doing, Altered, Date, or Flags, which may be the user's doing as well.
	Kind                     string
	FolderName, TargetFolder string
	UID, TargetUID           uint32
	Subject, Sender          string   `json:",omitempty"`
	MessageSize              ByteSize `json:",omitempty"`
	// SentDigest and FoundDigest are BLAKE3, cut to 16 bytes, in hexadecimal.
	SentDigest, FoundDigest string `json:",omitempty"`
	// Sent and Found are the dates or flags that differ.
	Sent, Found string `json:",omitempty"`
}

// BatchProgress is where a batch stands, for a progress display and for whoever waits for it.
type BatchProgress struct {
	Name   string
	GUID   string
	Status BatchStatus
	Counts
	Time time.Time
	// Totals over the users whose mailbox has been counted.
	ItemsTotal, ItemsDone int64
	BytesTotal, BytesDone ByteSize
	BytesPerSecond        ByteSize
	// Remaining is an estimate of the time left; 0 when there is no ground for one.
	Remaining time.Duration `json:",omitempty"`
	// Active are the users at work, in order of their rows, ten at most.
	Active []UserProgress `json:",omitempty"`
	// Throttled is until when a server has asked to be left alone, if it has.
	Throttled time.Time `json:",omitzero"`
}

// PercentComplete is the share of the users' messages that has arrived, 0 to 100.
func (p BatchProgress) PercentComplete() int {
	switch {
	case p.TotalCount == 0:
		return 100
	case p.ItemsTotal > 0:
		return int(min(100, p.ItemsDone*100/p.ItemsTotal))
	}
	return (p.SyncedCount + p.FinalizedCount + p.FailedCount + p.StoppedCount) * 100 / p.TotalCount
}

// UserProgress is where one user at work stands.
type UserProgress struct {
	EmailAddress          string
	Status                UserStatus
	Folder                string `json:",omitempty"`
	ItemsTotal, ItemsDone int64
	BytesDone             ByteSize
}

// CSVCheck is what a look at a user list found.
type CSVCheck struct {
	Columns            []string
	IgnoredColumns     []string `json:",omitempty"`
	RowCount           int      // rows that a batch would have
	ValidationWarnings []ValidationWarning
}

// StoreBackup is a copy of the state.
type StoreBackup struct {
	Path         string
	Size         ByteSize
	CreationTime time.Time
	// KeyFile holds the key of the credentials in the copy; it is not part of it.
	KeyFile string
}

// StoreTest tells how the state's file is.
type StoreTest struct {
	Path   string
	Result TestResult
	// Message says on one line what was found, and what to do about it.
	Message string
	// FileSize is made of what is InUse and of what is Free to be used again.
	FileSize, InUse, Free ByteSize
	// Freed was given back to the disk.
	Freed ByteSize `json:",omitempty"`
}

// MailboxPlan tells what a sync of a user would do. The counts of messages are those of all folders that are copied; each message is in
// one of DecidedCount, FilteredCount, MergedCount, TooLargeCount, AtTargetCount and PendingCount.
type MailboxPlan struct {
	EmailAddress string
	BatchName    string
	Result       TestResult
	// Message says why the mailbox can't be looked into, or what stands in the way of its copy.
	Message string `json:",omitempty"`

	FolderCount, LeftOutCount int64
	MessageCount              int64
	Size                      ByteSize
	DecidedCount              int64    // by earlier syncs
	FilteredCount             int64    // by ContentFilter
	MergedCount               int64    // shown by several folders and copied from another one of them
	TooLargeCount             int64    // for the target
	AtTargetCount             int64    // there already, judged by date and size
	PendingCount              int64    // to be copied
	PendingSize               ByteSize // the room that the target needs

	// QuotaLimit and QuotaUsed are the target's, -1 when it has or tells none; MissingSize is what PendingSize has more than there is
	// room for.
	QuotaLimit, QuotaUsed ByteSize
	MissingSize           ByteSize
	// EstimatedDuration is how long the copy may take, judged by the mailboxes that went the same way before; 0: there were none.
	EstimatedDuration time.Duration `json:",omitempty"`

	Folders []FolderPlan
}

// FolderPlan tells what a sync would do with a folder.
type FolderPlan struct {
	EmailAddress string
	SourceFolder string
	Use          string `json:",omitempty"` // special use at the source, such as \Sent
	TargetFolder string `json:",omitempty"` // empty: the folder is left out
	Exists       bool   `json:",omitempty"` // the target folder does
	// Note tells why the folder gets another name, or is left out, or what is wrong with it.
	Note string `json:",omitempty"`

	MessageCount                                                                         int64
	Size                                                                                 ByteSize
	DecidedCount, FilteredCount, MergedCount, TooLargeCount, AtTargetCount, PendingCount int64
	PendingSize                                                                          ByteSize
	// TooLarge lists the messages that are larger than the target takes, a thousand at most.
	TooLarge []SkippedItem `json:",omitempty"`
}
