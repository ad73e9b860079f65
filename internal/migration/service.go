package migration

import (
	"context"
	"iter"
	"time"
)

// Service is everything that can be asked of migsh: what the cmdlets, the dashboard and other processes call. internal/control
// implements it on a store; internal/service carries it over HTTP.
//
// Methods take and return plain data. Refusals and failures are *[Error]; a cancelled context gives its own error. The methods that
// change something only write down what is wanted and return at once; [Service.Watch] tells how far the engine has got.
// Iterators do their work while they are ranged over, may be ranged over once, and end after their first error.
type Service interface {
	// TestServer tries a connection, and a login if it is given one. That the test fails is an answer, not an error.
	TestServer(ctx context.Context, r TestServerRequest) (ConnectionTest, error)

	// NewEndpoint creates an endpoint after the server has answered, unless verification is skipped.
	NewEndpoint(ctx context.Context, r NewEndpointRequest) (EndpointResult, error)
	// Endpoints lists endpoints by name; one that is asked for and is not there is [ErrNotFound].
	Endpoints(ctx context.Context, q EndpointQuery) iter.Seq2[Endpoint, error]
	// SetEndpoint changes what is not nil. Running batches follow.
	SetEndpoint(ctx context.Context, r SetEndpointRequest) (EndpointResult, error)
	// SignIn begins the sign-in of somebody at another device; NewEndpoint or SetEndpoint waits for its end.
	SignIn(ctx context.Context, r SignInRequest) (SignIn, error)
	// RemoveEndpoint refuses while a batch uses the endpoint, or the configuration names it as target.
	RemoveEndpoint(ctx context.Context, identity Identity) error

	// CheckCSV reads a user list as NewBatch would, and creates nothing.
	CheckCSV(ctx context.Context, r CheckCSVRequest) (CSVCheck, error)

	// NewBatch creates a batch with its users, and starts it in the same step if asked to; nothing exists if it fails.
	NewBatch(ctx context.Context, r NewBatchRequest) (BatchResult, error)
	// Batches lists batches by time of creation; one that is asked for and is not there is [ErrNotFound].
	Batches(ctx context.Context, q BatchQuery) iter.Seq2[Batch, error]
	// SetBatch changes what is not nil.
	SetBatch(ctx context.Context, r SetBatchRequest) (BatchResult, error)
	// StartBatch starts or resumes a batch, and has its failed users tried again.
	StartBatch(ctx context.Context, r OrderBatchRequest) (BatchResult, error)
	// StopBatch stops a batch: mailboxes at work are finished first, unless Immediate.
	StopBatch(ctx context.Context, r OrderBatchRequest) (BatchResult, error)
	// CompleteBatch has every user synchronized a last time and then left alone.
	CompleteBatch(ctx context.Context, r OrderBatchRequest) (BatchResult, error)
	// RemoveBatch deletes a batch that is not at work, with its users and their credentials; what was copied stays remembered.
	RemoveBatch(ctx context.Context, r RemoveBatchRequest) error

	// Users lists users by batch and row; one that is asked for and is not there is [ErrNotFound].
	Users(ctx context.Context, q UserQuery) iter.Seq2[User, error]
	// SetUser changes what is not nil.
	SetUser(ctx context.Context, r SetUserRequest) (UserResult, error)
	// StartUser starts, resumes or retries one user, whatever its batch was ordered to do.
	StartUser(ctx context.Context, r OrderUserRequest) (UserResult, error)
	// StopUser stops one user.
	StopUser(ctx context.Context, r OrderUserRequest) (UserResult, error)
	// RemoveUser takes an idle user out of its batch.
	RemoveUser(ctx context.Context, r RemoveUserRequest) error
	// UserStatistics gives the figures of one user.
	UserStatistics(ctx context.Context, r UserStatisticsRequest) (UserStatistics, error)
	// TestUser tries both logins of a user and, if asked to, reads the target again. That the test fails is an answer, not an error.
	TestUser(ctx context.Context, r TestUserRequest) (UserTest, error)

	// Plans tells, user by user, what a sync would do, without changing anything. That a mailbox can't be looked into is part of its plan.
	Plans(ctx context.Context, q PlanQuery) iter.Seq2[MailboxPlan, error]

	// MailboxFolders looks into a mailbox, at source or target, and counts what is there now.
	MailboxFolders(ctx context.Context, r MailboxRequest) (MailboxContent, error)

	// Mailboxes lists the mailboxes at the target that are known, by address: those of New-Mailbox, and those that user lists have named.
	Mailboxes(ctx context.Context, q MailboxQuery) iter.Seq2[Mailbox, error]
	// SetMailbox puts a mailbox into that list, or changes it. The server is not touched.
	SetMailbox(ctx context.Context, r SetMailboxRequest) (Mailbox, error)

	// Config is the configuration in force.
	Config(ctx context.Context) (Config, error)
	// SetConfig changes what is not nil.
	SetConfig(ctx context.Context, r SetConfigRequest) (Config, error)
	// Statistics are the totals over all batches.
	Statistics(ctx context.Context) (Statistics, error)
	// CompleteAll completes every batch that was started and is not completed yet.
	CompleteAll(ctx context.Context, r CompleteAllRequest) (CompleteAllResult, error)

	// BackupStore writes a copy of the state; batches go on meanwhile.
	BackupStore(ctx context.Context, r BackupStoreRequest) (StoreBackup, error)
	// TestStore reads the state, or a copy of it, to its end. That it is damaged is an answer, not an error.
	TestStore(ctx context.Context, r TestStoreRequest) (StoreTest, error)
	// OptimizeStore gives back to the disk what the state no longer uses; batches wait meanwhile.
	OptimizeStore(ctx context.Context) (StoreTest, error)

	// SendNotice has a mail of its own sent to each user of a batch.
	SendNotice(ctx context.Context, r NoticeRequest) (NoticeResult, error)
	// Cutover looks up where the mail of domains goes, and whether their mailboxes were synchronized since that was changed.
	Cutover(ctx context.Context, r CutoverRequest) iter.Seq2[Cutover, error]

	// Audit writes a command into the audit log, with the time as of now. Old entries make room.
	Audit(ctx context.Context, e AuditEntry) error
	// AuditLog lists the commands that changed something, the latest first.
	AuditLog(ctx context.Context, q AuditQuery) iter.Seq2[AuditEntry, error]

	// Watch yields the progress of batches: first as it is, then whenever it has changed, until ctx ends. With UntilIdle it ends by
	// itself once none of them is at work.
	Watch(ctx context.Context, r WatchRequest) iter.Seq2[[]BatchProgress, error]
}

// TestServerRequest names a server by its settings or by an endpoint.
type TestServerRequest struct {
	Endpoint                    Identity `json:",omitempty"` // instead of the rest
	EndpointType                EndpointType
	RemoteServer                string
	Port                        int
	Security                    Security       `json:",omitempty"` // empty: as the port suggests
	Authentication              Authentication `json:",omitempty"` // empty: Basic
	AcceptUntrustedCertificates bool           `json:",omitempty"`
	CertificateFingerprints     []string       `json:",omitempty"`
	// Credentials are tried when given.
	Credentials *Credential `json:",omitempty"`
	// TestMailbox is the user whose mailbox is opened with the credentials of an administrator.
	TestMailbox     string `json:",omitempty"`
	LoginFormat     string `json:",omitempty"`
	AuthorizationID string `json:",omitempty"`
}

// NewEndpointRequest is New-MigrationEndpoint's.
type NewEndpointRequest struct {
	Name                          string
	EndpointType                  EndpointType
	RemoteServer                  string
	Port                          int            `json:",omitempty"` // 0: 993, or 143 with Tls or None
	Security                      Security       `json:",omitempty"` // empty: as the port suggests
	Authentication                Authentication `json:",omitempty"`
	AcceptUntrustedCertificates   bool           `json:",omitempty"`
	MaxConcurrentMigrations       *Limit         `json:",omitempty"` // nil: 100
	MaxConcurrentIncrementalSyncs *Limit         `json:",omitempty"` // nil: 20, or MaxConcurrentMigrations if that is less
	Credentials                   *Credential    `json:",omitempty"`
	LoginFormat                   string         `json:",omitempty"`
	AuthorizationID               string         `json:",omitempty"`
	OAuth                         *OAuthRequest  `json:",omitempty"`
	Workarounds                   []string       `json:",omitempty"`
	CertificateFingerprints       []string       `json:",omitempty"` // SHA-256, with or without colons
	Compress                      bool           `json:",omitempty"`
	SkipVerification              bool           `json:",omitempty"`
	DailyLimits
}

// EndpointQuery selects endpoints; the zero value all.
type EndpointQuery struct {
	Identity     Identity     `json:",omitempty"`
	EndpointType EndpointType `json:",omitempty"`
}

// SetEndpointRequest is Set-MigrationEndpoint's; what is nil stays.
type SetEndpointRequest struct {
	Identity                      Identity
	RemoteServer                  *string         `json:",omitempty"`
	Port                          *int            `json:",omitempty"`
	Security                      *Security       `json:",omitempty"`
	Authentication                *Authentication `json:",omitempty"`
	AcceptUntrustedCertificates   *bool           `json:",omitempty"`
	MaxConcurrentMigrations       *Limit          `json:",omitempty"`
	MaxConcurrentIncrementalSyncs *Limit          `json:",omitempty"`
	Credentials                   *Credential     `json:",omitempty"` // an empty user name removes them
	LoginFormat                   *string         `json:",omitempty"`
	AuthorizationID               *string         `json:",omitempty"`
	OAuth                         *OAuthRequest   `json:",omitempty"`
	Workarounds                   *[]string       `json:",omitempty"`
	CertificateFingerprints       *[]string       `json:",omitempty"`
	Compress                      *bool           `json:",omitempty"`
	SkipVerification              bool            `json:",omitempty"`
	DailyByteLimit                *ByteSize       `json:",omitempty"` // 0: none
	DailyByteLimitPerMailbox      *ByteSize       `json:",omitempty"`
}

// EndpointResult is an endpoint as it is now, and what the administrator should be warned of.
type EndpointResult struct {
	Endpoint Endpoint
	Warnings []string `json:",omitempty"`
}

// CheckCSVRequest is a user list to look at.
type CheckCSVRequest struct {
	CSVData             CSVData
	AllowUnknownColumns bool `json:",omitempty"`
}

// NewBatchRequest is New-MigrationBatch's.
type NewBatchRequest struct {
	Name           string
	SourceEndpoint Identity
	// SourceServer, instead of SourceEndpoint, are connection settings of the batch's own: they make an endpoint that bears the batch's
	// name and goes with it.
	SourceServer   *ServerSettings `json:",omitempty"`
	TargetEndpoint Identity        `json:",omitempty"` // empty: as the configuration says
	CSVData        CSVData
	// Users, instead of CSVData, are users of other batches that change over to this one; none of them may be at work. Source, target and
	// settings that are left out are those of the batches that they come from.
	Users []Identity `json:",omitempty"`
	// Validate opens both mailboxes of every row first; unless all can be, nothing is created.
	Validate bool `json:",omitempty"`
	// Analyze makes a batch that counts what is in the mailboxes and copies nothing. Its users may be in another batch as well.
	Analyze   bool   `json:",omitempty"`
	CSVName   string `json:",omitempty"` // of the file, for reports
	AutoStart bool   `json:",omitempty"`
	BatchSettings
	// SubmittedBy is who gave the command.
	SubmittedBy string `json:",omitempty"`
}

// ServerSettings say how a server is reached, and how many of its mailboxes are copied at once.
type ServerSettings struct {
	EndpointType                EndpointType
	RemoteServer                string
	Port                        int            `json:",omitempty"` // 0: 993, or 143 with Tls or None
	Security                    Security       `json:",omitempty"` // empty: as the port suggests
	Authentication              Authentication `json:",omitempty"` // empty: Basic
	AcceptUntrustedCertificates bool           `json:",omitempty"`
	MaxConcurrentMigrations     *Limit         `json:",omitempty"` // nil: 100; 1 to 10 in legacy mode
}

// BatchQuery selects batches; the zero value all.
type BatchQuery struct {
	Identity      Identity    `json:",omitempty"`
	Endpoint      Identity    `json:",omitempty"` // batches whose source or target it is
	Status        BatchStatus `json:",omitempty"`
	IncludeReport bool        `json:",omitempty"`
}

// SetBatchRequest is Set-MigrationBatch's; what is nil stays.
type SetBatchRequest struct {
	Identity      Identity
	StartAfter    *time.Time `json:",omitempty"` // the zero time removes it
	CompleteAfter *time.Time `json:",omitempty"`
	// AllowIncrementalSyncs false ends the batch with its initial copy.
	AllowIncrementalSyncs *bool `json:",omitempty"`
	// SyncNow has the users that are synced synchronized again at once.
	SyncNow bool `json:",omitempty"`
	// CSVData gives rows of the batch new credentials; rows that are not in the batch are refused. With AddUsers it brings rows that are
	// not in the batch yet; others are passed over.
	CSVData             CSVData        `json:",omitzero"` // empty, but not nil, is an empty file
	AddUsers            bool           `json:",omitempty"`
	AllowUnknownColumns bool           `json:",omitempty"`
	NotificationEmails  *[]string      `json:",omitempty"`
	SkipReports         *bool          `json:",omitempty"`
	ReportInterval      *time.Duration `json:",omitempty"`
	// TimeZone in which dates are read and shown.
	TimeZone *string `json:",omitempty"`
	// IncrementalSyncEvery is how often its mailboxes are synchronized again; 0 is as the configuration says.
	IncrementalSyncEvery *time.Duration `json:",omitempty"`
	// What follows holds for folders that were not copied yet.
	FolderMapping      *[]FolderMapping `json:",omitempty"`
	TargetRootFolder   *string          `json:",omitempty"`
	KeepFolderNames    *bool            `json:",omitempty"`
	RepairMessages     *bool            `json:",omitempty"`
	SyncDeletions      *bool            `json:",omitempty"`
	MaxDeletionPercent *int             `json:",omitempty"`
}

// BatchResult is a batch as it is now, and what the administrator should be warned of.
type BatchResult struct {
	Batch    Batch
	Warnings []string `json:",omitempty"`
	// Told are those who get mail about what becomes of it, when it was given an order.
	Told []string `json:",omitempty"`
}

// OrderBatchRequest starts, stops or completes a batch. Without an identity the only batch that the order makes sense for is meant.
type OrderBatchRequest struct {
	Identity  Identity `json:",omitempty"`
	Immediate bool     `json:",omitempty"` // Stop only: don't finish the mailboxes at work
	By        string   `json:",omitempty"`
	// NotificationEmails, unless nil, are told from now on instead of those that the batch names.
	NotificationEmails []string `json:",omitempty"`
}

// RemoveBatchRequest is Remove-MigrationBatch's.
type RemoveBatchRequest struct {
	Identity Identity
	// Force removes a batch even while it is at work: its passes are ended at their next checkpoint.
	Force bool `json:",omitempty"`
}

// UserQuery selects users; the zero value all.
type UserQuery struct {
	Identity      Identity      `json:",omitempty"` // address or GUID
	Batch         Identity      `json:",omitempty"`
	Status        UserStatus    `json:",omitempty"`
	StatusSummary StatusSummary `json:",omitempty"`
}

// SetUserRequest is Set-MigrationUser's; what is nil stays.
type SetUserRequest struct {
	Identity       Identity
	StartAfter     *time.Time  `json:",omitempty"`
	CompleteAfter  *time.Time  `json:",omitempty"`
	SyncNow        bool        `json:",omitempty"`
	Credentials    *Credential `json:",omitempty"` // of the source
	TargetPassword *Secret     `json:",omitempty"`
}

// UserResult is a user as it is now.
type UserResult struct {
	User     User
	Warnings []string `json:",omitempty"`
}

// OrderUserRequest starts or stops a user.
type OrderUserRequest struct {
	Identity  Identity
	Immediate bool   `json:",omitempty"`
	By        string `json:",omitempty"`
}

// RemoveUserRequest is Remove-MigrationUser's.
type RemoveUserRequest struct {
	Identity Identity
	// ForgetState wipes what is remembered of the pair of mailboxes as well: a later batch matches the target anew.
	ForgetState bool `json:",omitempty"`
}

// UserStatisticsRequest is Get-MigrationUserStatistics'.
type UserStatisticsRequest struct {
	Identity            Identity
	IncludeReport       bool  `json:",omitempty"`
	IncludeSkippedItems bool  `json:",omitempty"`
	LimitSkippedItemsTo Limit `json:",omitempty"` // 0: no limit
}

// TestUserRequest is Test-MigrationUser's.
type TestUserRequest struct {
	Identity Identity
	// Verify reads what was copied again at the target and compares it with what was sent.
	Verify bool `json:",omitempty"`
	// Every reads every so-manieth message only; 0 and 1 read all.
	Every int `json:",omitempty"`
}

// PlanQuery selects the users to plan for: one, or all of a batch.
type PlanQuery struct {
	Identity Identity `json:",omitempty"`
	Batch    Identity `json:",omitempty"`
}

// MailboxRequest names a mailbox: that of a migration user, or any at the target of new batches.
type MailboxRequest struct {
	Identity Identity
	// Source looks at the side that is copied from, which only a migration user has.
	Source bool `json:",omitempty"`
}

// MailboxContent is what a mailbox holds.
type MailboxContent struct {
	EmailAddress string
	Server       string // host:port
	Folders      []MailboxFolder
}

// MailboxFolder is a folder of a mailbox.
type MailboxFolder struct {
	Name   string   // as the server has it
	Path   []string // its name, level by level
	Use    string   `json:",omitempty"` // special use, such as \Sent
	Items  int64
	Size   ByteSize
	Oldest time.Time `json:",omitzero"`
	Newest time.Time `json:",omitzero"`
	Fault  string    `json:",omitempty"` // why it could not be looked into
}

// SetConfigRequest is Set-MigrationConfig's; what is nil stays.
type SetConfigRequest struct {
	TargetEndpoint          *Identity      `json:",omitempty"` // empty: none
	MaxNumberOfBatches      *int           `json:",omitempty"`
	MaxCSVRows              *int           `json:",omitempty"`
	AcceptedDomains         *[]string      `json:",omitempty"` // empty: any
	MaxConcurrentMigrations *Limit         `json:",omitempty"`
	LegacyMode              *bool          `json:",omitempty"`
	IncrementalSyncEvery    *time.Duration `json:",omitempty"`
	Retention               SetRetention   `json:",omitzero"`
	NotificationEmails      *[]string      `json:",omitempty"`
	Relay                   SetRelay       `json:",omitzero"`
}

// SetRetention changes how long batches stay that nobody cares for; what is nil stays, 0 is for ever.
type SetRetention struct {
	Synced    *time.Duration `json:",omitempty"`
	Stopped   *time.Duration `json:",omitempty"`
	Completed *time.Duration `json:",omitempty"`
}

// SetRelay changes where notification mail is handed to; what is nil stays.
type SetRelay struct {
	Server                      *string     `json:",omitempty"` // empty: no relay
	Port                        *int        `json:",omitempty"`
	Security                    *Security   `json:",omitempty"`
	From                        *string     `json:",omitempty"`
	Credentials                 *Credential `json:",omitempty"` // an empty user name removes them
	AcceptUntrustedCertificates *bool       `json:",omitempty"`
}

// CompleteAllRequest is Complete-Migration's.
type CompleteAllRequest struct {
	By string `json:",omitempty"`
	// NotificationEmails, unless nil, are told of the end instead of those that the batches name.
	NotificationEmails []string `json:",omitempty"`
}

// CompleteAllResult names the batches that were told to complete.
type CompleteAllResult struct {
	Batches []string
}

// WatchRequest selects the batches to watch.
type WatchRequest struct {
	// Batches to watch; none means all, those created later included.
	Batches []Identity `json:",omitempty"`
	// UntilIdle ends the watch, after its last news, once none of the batches is [BatchStatus.Busy].
	UntilIdle bool `json:",omitempty"`
	// Every is the shortest time between two looks at mere progress; 0 is a second. Changes of status come at once.
	Every time.Duration `json:",omitempty"`
}

// BackupStoreRequest is Backup-MigrationStore's. Paths are of the machine that has the state.
type BackupStoreRequest struct {
	// Path is the file to write, or a directory that gets one named after the time; empty: the directory "backups" of the state.
	Path string `json:",omitempty"`
	// Replace writes over a file that is there.
	Replace bool `json:",omitempty"`
}

// TestStoreRequest is Test-MigrationStore's.
type TestStoreRequest struct {
	// Path is a copy to test instead of the state itself.
	Path string `json:",omitempty"`
}
