package migration

import (
	"fmt"

	"migsh/internal/migration"
	"migsh/shell/object"
)

// user is the snapshot behind a MigrationUser object.
type user struct{ migration.User }

// statistics is the snapshot behind a MigrationUserStatistics object.
type statistics struct{ migration.UserStatistics }

// userProperties are the properties of users and of their statistics, whose type derives from the user's.
func userProperties[T any](u func(*T) *migration.User) []property[T] {
	p := func(name string, typ *object.Type, get func(u *migration.User) any) property[T] {
		return property[T]{name, typ, func(v *T) any { return get(u(v)) }}
	}
	return append([]property[T]{
		p("Identity", typeUserID, func(u *migration.User) any { return identityOf(typeUserID, u.EmailAddress, u.GUID) }),
		p("Guid", object.TypeGuid, func(u *migration.User) any { return guid(u.GUID) }),
		p("Identifier", object.TypeString, func(u *migration.User) any { return u.EmailAddress }),
		p("BatchId", typeBatchID, func(u *migration.User) any { return identityOf(typeBatchID, u.BatchName, u.BatchGUID) }),
		p("MailboxIdentifier", object.TypeString, func(u *migration.User) any { return u.EmailAddress }),
		p("MailboxEmailAddress", object.TypeString, func(u *migration.User) any { return u.EmailAddress }),
		p("RemoteIdentifier", object.TypeString, func(u *migration.User) any { return u.UserName }),
		p("UserRoot", object.TypeString, func(u *migration.User) any { return u.UserRoot }),
		p("RowIndex", object.TypeInt32, func(u *migration.User) any { return number(u.Row) }),
		p("Status", enumUserStatus, func(u *migration.User) any { return named(enumUserStatus, u.Status) }),
		p("StatusSummary", enumSummary, func(u *migration.User) any { return named(enumSummary, u.Status.Summary()) }),
		p("State", enumState, func(u *migration.User) any { return named(enumState, u.Status.State()) }),
		p("MigrationType", enumType, func(u *migration.User) any { return named(enumType, u.MigrationType) }),
		p("SyncedItemCount", object.TypeInt64, func(u *migration.User) any { return u.SyncedItemCount }),
		p("SkippedItemCount", object.TypeInt64, func(u *migration.User) any { return u.SkippedItemCount }),
		p("TransferredItemCount", object.TypeInt64, func(u *migration.User) any { return u.TransferredItemCount }),
		p("SyncedFolderCount", object.TypeInt64, func(u *migration.User) any { return u.SyncedFolderCount }),
		p("EstimatedTotalCount", nil, func(u *migration.User) any { return known(u.EstimatedTotalCount) }),
		p("EstimatedTotalSize", nil, func(u *migration.User) any { return size(u.EstimatedTotalSize) }),
		p("DataConsistencyScore", enumScore, func(u *migration.User) any { return named(enumScore, u.Score) }),
		p("HasUnapprovedSkippedItems", object.TypeBoolean, func(*migration.User) any { return false }),
		p("ErrorSummary", object.TypeString, func(u *migration.User) any { return u.ErrorSummary() }),
		p("LastSuccessfulSyncTime", object.TypeDateTime, func(u *migration.User) any { return utc(u.LastSuccessfulSyncTime) }),
		p("LastSubscriptionCheckTime", object.TypeDateTime, func(u *migration.User) any { return utc(u.LastCheckTime) }),
		p("NextSyncTime", object.TypeDateTime, func(u *migration.User) any { return utc(u.NextSyncTime) }),
		p("NextRetryTime", object.TypeDateTime, func(u *migration.User) any { return utc(u.NextRetryTime) }),
		p("StartAfter", object.TypeDateTime, func(u *migration.User) any { return utc(u.StartAfter) }),
		p("CompleteAfter", object.TypeDateTime, func(u *migration.User) any { return utc(u.CompleteAfter) }),
		p("WorkflowStep", object.TypeString, func(u *migration.User) any {
			if u.Analyze {
				return "Analysis"
			}
			return "DataMigration"
		}),
		p("RecipientType", object.TypeString, func(*migration.User) any { return "Mailbox" }),
		p("IsValid", object.TypeBoolean, func(u *migration.User) any { return u.Status != migration.UserCorrupted }),
		p("ObjectState", enumObjectState, func(*migration.User) any { return unchanged }),
	}, blank[T]("MailboxGuid", "RequestGuid", "WorkflowStage", "Flags", "TriggeredAction", "DiagnosticInfo")...)
}

var typeUser = declare(exchange+"MigrationUser", func(u *user) string { return u.EmailAddress },
	object.Views{Table: []object.Column{
		{Property: "Identity", Width: 40},
		{Header: "Batch", Property: "BatchId", Width: 30},
		{Property: "Status", Width: 25},
		{Header: "LastSyncTime", Property: "LastSuccessfulSyncTime"},
	}},
	userProperties(func(v *user) *migration.User { return &v.User })...)

func userObject(u migration.User) any { return object.Instance(typeUser, &user{u}) }

var typeStatistics = declare(exchange+"MigrationUserStatistics", func(s *statistics) string { return s.EmailAddress },
	object.Views{Table: []object.Column{
		{Property: "Identity", Width: 36},
		{Header: "Batch", Property: "BatchId", Width: 24},
		{Property: "Status", Width: 20},
		{Header: "Items Synced", Property: "SyncedItemCount", Width: 12, Right: true},
		{Header: "Items Skipped", Property: "SkippedItemCount", Width: 13, Right: true},
	}},
	append(userProperties(func(v *statistics) *migration.User { return &v.User }),
		property[statistics]{"TotalItemsInSourceMailboxCount", nil, func(s *statistics) any { return known(s.TotalItemsInSourceMailboxCount) }},
		property[statistics]{"EstimatedTotalTransferCount", nil, func(s *statistics) any { return known(s.EstimatedTotalCount) }},
		property[statistics]{"EstimatedTotalTransferSize", nil, func(s *statistics) any { return size(s.EstimatedTotalSize) }},
		property[statistics]{"BytesTransferred", nil, func(s *statistics) any { return size(s.BytesTransferred) }},
		property[statistics]{"CurrentBytesTransferredPerMinute", nil, func(s *statistics) any { return size(s.CurrentBytesTransferredPerMinute) }},
		property[statistics]{"AverageBytesTransferredPerHour", nil, func(s *statistics) any { return size(s.AverageBytesTransferredPerHour) }},
		property[statistics]{"PercentageComplete", object.TypeInt32, func(s *statistics) any { return number(s.PercentageComplete) }},
		property[statistics]{"TotalQueuedDuration", object.TypeTimeSpan, func(s *statistics) any { return span(s.TotalQueuedDuration) }},
		property[statistics]{"TotalInProgressDuration", object.TypeTimeSpan, func(s *statistics) any { return span(s.TotalInProgressDuration) }},
		property[statistics]{"TotalSyncedDuration", object.TypeTimeSpan, func(s *statistics) any { return span(s.TotalSyncedDuration) }},
		property[statistics]{"TotalStalledDuration", object.TypeTimeSpan, func(s *statistics) any { return span(s.TotalStalledDuration) }},
		property[statistics]{"DataConsistencyScoringFactors", nil, func(s *statistics) any { return texts(s.factors()) }},
		property[statistics]{"Error", object.TypeString, func(s *statistics) any { return s.ErrorSummary() }},
		property[statistics]{"ErrorType", object.TypeString, func(s *statistics) any { return faultType(s.Fault) }},
		property[statistics]{"Folders", nil, func(s *statistics) any { return folderObjects(s.EmailAddress, s.Folders) }},
		property[statistics]{"SkippedItems", nil, func(s *statistics) any { return skippedObjects(s.SkippedItems) }},
		property[statistics]{"Report", nil, func(s *statistics) any { return reportObject(s.Report) }},
	)...)

func statisticsObject(s migration.UserStatistics) any {
	return object.Instance(typeStatistics, &statistics{s})
}

// factors tell what a score less than perfect comes of.
func (s *statistics) factors() []string {
	if s.SkippedItemCount == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s of %s messages were skipped", migration.Thousands(s.SkippedItemCount), migration.Thousands(max(s.SkippedItemCount, s.EstimatedTotalCount)))}
}

func faultType(f *migration.UserFault) any {
	if f == nil {
		return nil
	}
	return string(f.Type)
}

// folder is one folder's count, with the user that it belongs to.
type folder struct {
	migration.FolderCount
	user string
}

var typeFolder = declare(exchange+"MigrationFolderCount", func(f *folder) string { return f.SourceFolder },
	object.Views{Table: []object.Column{
		{Property: "SourceFolder", Width: 24},
		{Property: "TargetFolder", Width: 24},
		{Header: "Source", Property: "SourceCount", Width: 7, Right: true},
		{Header: "Target", Property: "TargetCount", Width: 7, Right: true},
		{Property: "Balance", Width: 8},
		{Property: "User"},
	}},
	property[folder]{"User", object.TypeString, func(f *folder) any { return f.user }},
	property[folder]{"SourceFolder", object.TypeString, func(f *folder) any { return f.SourceFolder }},
	property[folder]{"TargetFolder", object.TypeString, func(f *folder) any { return f.TargetFolder }},
	property[folder]{"Excluded", object.TypeBoolean, func(f *folder) any { return f.Excluded }},
	property[folder]{"SourceCount", object.TypeInt64, func(f *folder) any { return f.Source }},
	property[folder]{"TargetCount", object.TypeInt64, func(f *folder) any { return f.Target }},
	property[folder]{"CopiedCount", object.TypeInt64, func(f *folder) any { return f.Copied }},
	property[folder]{"RepairedCount", object.TypeInt64, func(f *folder) any { return f.Repaired }},
	property[folder]{"MatchedCount", object.TypeInt64, func(f *folder) any { return f.Matched }},
	property[folder]{"MergedCount", object.TypeInt64, func(f *folder) any { return f.Merged }},
	property[folder]{"FilteredCount", object.TypeInt64, func(f *folder) any { return f.Filtered }},
	property[folder]{"RefusedCount", object.TypeInt64, func(f *folder) any { return f.Refused }},
	property[folder]{"VanishedCount", object.TypeInt64, func(f *folder) any { return f.Vanished }},
	property[folder]{"Size", nil, func(f *folder) any { return size(f.Bytes) }},
	property[folder]{"Balance", object.TypeString, func(f *folder) any { return f.balance() }},
	property[folder]{"Error", object.TypeString, func(f *folder) any { return f.Fault }},
)

// balance says in a word whether every message of the source is accounted for.
func (f *folder) balance() string {
	switch {
	case f.Excluded:
		return "Excluded"
	case f.Fault != "":
		return "Failed"
	case f.Source != f.Decided():
		return "Pending"
	case f.Refused > 0:
		return "Refused"
	}
	return "Equal"
}

func folderObjects(user string, folders []migration.FolderCount) any {
	items := make([]any, len(folders))
	for i, f := range folders {
		items[i] = object.Instance(typeFolder, &folder{f, user})
	}
	return object.NewArray(items...)
}

var typeSkipped = declare(exchange+"MigrationSkippedItem", func(i *migration.SkippedItem) string { return i.Subject },
	object.Views{Default: []string{"Kind", "FolderName", "Subject", "Sender", "DateReceived", "MessageSize", "Reason"}},
	property[migration.SkippedItem]{"Kind", object.TypeString, func(i *migration.SkippedItem) any { return string(i.Kind) }},
	property[migration.SkippedItem]{"FolderName", object.TypeString, func(i *migration.SkippedItem) any { return i.FolderName }},
	property[migration.SkippedItem]{"Uid", object.TypeUInt32, func(i *migration.SkippedItem) any { return i.UID }},
	property[migration.SkippedItem]{"Subject", object.TypeString, func(i *migration.SkippedItem) any { return i.Subject }},
	property[migration.SkippedItem]{"Sender", object.TypeString, func(i *migration.SkippedItem) any { return i.Sender }},
	property[migration.SkippedItem]{"DateSent", object.TypeDateTime, func(i *migration.SkippedItem) any { return utc(i.DateSent) }},
	property[migration.SkippedItem]{"DateReceived", object.TypeDateTime, func(i *migration.SkippedItem) any { return utc(i.DateReceived) }},
	property[migration.SkippedItem]{"MessageSize", nil, func(i *migration.SkippedItem) any { return size(i.MessageSize) }},
	property[migration.SkippedItem]{"Reason", object.TypeString, func(i *migration.SkippedItem) any { return i.Reason }},
	property[migration.SkippedItem]{"Failure", object.TypeString, func(i *migration.SkippedItem) any { return i.Reason }},
	property[migration.SkippedItem]{"ScoringClassifications", object.TypeString, func(i *migration.SkippedItem) any { return string(i.Kind) }},
	property[migration.SkippedItem]{"SourceDigest", object.TypeString, func(i *migration.SkippedItem) any { return i.SourceDigest }},
	property[migration.SkippedItem]{"WrittenDigest", object.TypeString, func(i *migration.SkippedItem) any { return i.WrittenDigest }},
)

func skippedObjects(items []migration.SkippedItem) any {
	if items == nil {
		return nil
	}
	out := make([]any, len(items))
	for i := range items {
		out[i] = object.Instance(typeSkipped, &items[i])
	}
	return object.NewArray(out...)
}
