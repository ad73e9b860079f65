package migration

import (
	"time"

	"migsh/internal/migration"
	"migsh/shell/object"
)

// Sample is a name with an object of each of the types that the cmdlets give out, all of whose properties say something.
type Sample struct {
	Name   string
	Object any
}

// Samples are snapshots as the service gives them, always the same.
func Samples() []Sample {
	at := func(hour int) time.Time { return time.Date(2024, 3, 1, hour, 5, 6, 0, time.UTC) }
	const (
		batchGUID = "1f2c0a6e-0000-4000-8000-000000000001"
		userGUID  = "1f2c0a6e-0000-4000-8000-000000000011"
	)
	source := migration.Endpoint{
		Name: "OldMail", GUID: "1f2c0a6e-0000-4000-8000-000000000021", EndpointType: migration.TypeIMAP, RemoteServer: "imap.contoso.com", Port: 993,
		Security: migration.SecuritySsl, Authentication: migration.AuthenticationBasic, MaxConcurrentMigrations: 20, MaxConcurrentIncrementalSyncs: 10,
		DailyLimits: migration.DailyLimits{DailyByteLimit: 2 << 30}, UserName: "mailadmin", LoginFormat: "{user}*{admin}", Verified: true,
		CreationTime: at(8), LastModifiedTime: at(9), ActiveMigrationCount: 2, BytesToday: 1 << 20,
		Ceiling: &migration.LearntCeiling{Limit: 4, Reason: "NO Too many connections", Since: at(10), RaiseAt: at(11)},
	}
	target := migration.Endpoint{
		Name: "NewMail", GUID: "1f2c0a6e-0000-4000-8000-000000000022", EndpointType: migration.TypeIMAP, RemoteServer: "mail.contoso.com", Port: 993,
		Security: migration.SecuritySsl, Authentication: migration.AuthenticationBasic, MaxConcurrentMigrations: migration.Unlimited,
		MaxConcurrentIncrementalSyncs: 20, Verified: true, CreationTime: at(8), LastModifiedTime: at(8),
	}
	fault := &migration.UserFault{ID: "MigrationLoginFailed", Type: migration.FaultPerson, Message: "We had trouble signing in to this account.",
		ServerText: "NO [AUTHENTICATIONFAILED] Invalid", Remedy: "Give the password with Set-MigrationUser.", Time: at(10), Attempts: 2}
	user := migration.User{
		EmailAddress: "ann@contoso.com", GUID: userGUID, BatchName: "Staff", BatchGUID: batchGUID, Row: 1, UserState: migration.UserState{Status: migration.UserSynced, Copied: true},
		MigrationType: migration.TypeIMAP, UserName: "ann", UserRoot: "/users/ann", SyncedItemCount: 1519, SkippedItemCount: 1, TransferredItemCount: 1500, SyncedFolderCount: 12,
		EstimatedTotalCount: 1520, EstimatedTotalSize: 126_353_408, Score: migration.ScoreInvestigate, LastSuccessfulSyncTime: at(10), LastCheckTime: at(9), NextSyncTime: at(20),
	}
	failed := migration.User{
		EmailAddress: "bob@contoso.com", GUID: "1f2c0a6e-0000-4000-8000-000000000012", BatchName: "Staff", BatchGUID: batchGUID, Row: 2, UserState: migration.UserState{Status: migration.UserFailed},
		MigrationType: migration.TypeIMAP, UserName: "bob", EstimatedTotalCount: -1, EstimatedTotalSize: -1, Score: migration.ScorePerfect, LastCheckTime: at(9), NextRetryTime: at(14), Fault: fault,
	}
	batch := migration.Batch{
		Name: "Staff", GUID: batchGUID, Status: migration.BatchSyncedWithErrors, MigrationType: migration.TypeIMAP, BatchDirection: migration.DirectionOnboarding,
		SourceEndpoint: source, TargetEndpoint: target, SubmittedByUser: "admin@host", CSVName: "users.csv",
		BatchSettings: migration.BatchSettings{TimeZone: "W. Europe Standard Time", Schedule: migration.Schedule{StartAfter: at(9)}, ExcludeFolders: []string{"Junk Mail"},
			FolderMapping: []migration.FolderMapping{{From: "Sent Items", To: "Sent"}}, NotificationEmails: []string{"ops@contoso.com"}, ReportInterval: 12 * time.Hour},
		Counts:             migration.Counts{TotalCount: 2, SyncedCount: 1, FailedCount: 1, FailedInitialSyncCount: 1},
		ValidationWarnings: []migration.ValidationWarning{{Row: 3, EmailAddress: "cyd", ID: "BadAddress", Message: "Row 3 is left out: 'cyd' is not an address."}},
		CreationTime:       at(8), StartTime: at(9), InitialSyncTime: at(10), LastSyncedTime: at(10), Score: migration.ScoreInvestigate,
		RetentionAction: migration.RetainStop, RetentionTime: at(10).AddDate(0, 0, 60),
		Notifications: []migration.Notification{{Kind: migration.NotifyFinished, State: migration.NotificationSent, Subject: `E-mail migration batch "Staff" has finished - with errors`,
			To: []string{"ops@contoso.com"}, Created: at(10), Sent: at(10), Attempts: 1}},
		Report: []migration.ReportLine{{Time: at(9), Level: "Information", User: "ann@contoso.com", Message: "The copy begins."}},
	}
	skipped := migration.SkippedItem{Kind: migration.SkippedLargeItem, FolderName: "INBOX", UID: 7, Subject: "Big file", Sender: "a@contoso.com", DateSent: at(1), DateReceived: at(2),
		MessageSize: 41_943_040, Reason: "The message is larger than the target takes."}
	folders := []migration.FolderCount{{SourceFolder: "INBOX", TargetFolder: "INBOX", Source: 1520, Target: 1519, Copied: 1500, Matched: 19, Refused: 1, Bytes: 126_353_408}}
	figures := migration.UserStatistics{
		User: user, TotalItemsInSourceMailboxCount: 1520, BytesTransferred: 120 << 20, CurrentBytesTransferredPerMinute: 1 << 20, AverageBytesTransferredPerHour: 60 << 20, PercentageComplete: 100,
		TotalQueuedDuration: 20 * time.Second, TotalInProgressDuration: 5 * time.Minute, TotalSyncedDuration: 23 * time.Hour, Folders: folders,
		SkippedItems: []migration.SkippedItem{skipped}, Report: []migration.ReportLine{{Time: at(9), Level: "Information", Message: "The copy begins."}},
	}
	test := migration.ConnectionTest{
		Result: migration.TestSuccess, ConnectionSettings: source.ConnectionSettings(), RemoteServer: source.RemoteServer, Port: 993, Security: migration.SecuritySsl, Authentication: migration.AuthenticationBasic,
		Software: "Dovecot", Capabilities: []string{"IMAP4rev1", "UIDPLUS"}, LocalAddress: "192.0.2.1:4000", TLSVersion: "TLS 1.3", Elapsed: 40 * time.Millisecond, ServerType: "Dovecot",
	}
	config := migration.DefaultConfig()
	config.TargetEndpoint, config.Retention = "NewMail", config.Retention.Filled()
	totals := migration.Statistics{MigrationType: migration.TypeIMAP, Counts: batch.Counts, Batches: map[migration.BatchStatus]int{migration.BatchSyncedWithErrors: 1}, Faults: []migration.User{failed}}
	plan := migration.MailboxPlan{EmailAddress: "ann@contoso.com", BatchName: "Staff", Result: migration.TestSuccess, FolderCount: 1, MessageCount: 1520, Size: 126_353_408, PendingCount: 1520, PendingSize: 126_353_408,
		QuotaLimit: -1, QuotaUsed: -1, EstimatedDuration: time.Minute, Folders: []migration.FolderPlan{{EmailAddress: "ann@contoso.com", SourceFolder: "INBOX", TargetFolder: "INBOX", Exists: true, MessageCount: 1520, Size: 126_353_408, PendingCount: 1520, PendingSize: 126_353_408}}}
	mailbox := migration.Mailbox{Name: "Ann", Alias: "ann", DisplayName: "Ann", PrimarySMTPAddress: "ann@contoso.com", GUID: userGUID, Registered: true}
	content := migration.MailboxContent{EmailAddress: "ann@contoso.com", Server: "mail.contoso.com", Folders: []migration.MailboxFolder{{Name: "INBOX", Path: []string{"INBOX"}, Items: 1519, Size: 126_353_408}}}
	return []Sample{
		{"MigrationBatch", batchObject(batch)},
		{"MigrationUser", userObject(user)},
		{"MigrationUserFailed", userObject(failed)},
		{"MigrationUserStatistics", statisticsObject(figures)},
		{"MigrationFolderCount", folderObjects("ann@contoso.com", folders).(*object.Array).Items[0]},
		{"MigrationSkippedItem", object.Instance(typeSkipped, &skipped)},
		{"MigrationEndpoint", endpointObject(source)},
		{"MigrationServerAvailability", object.Instance(typeConnectionTest, &test)},
		{"MigrationConfig", object.Instance(typeConfig, &config)},
		{"MigrationStatistics", object.Instance(typeTotals, &totals)},
		{"MigrationStatus", object.Instance(typeStatus, &totals)},
		{"MigrationPlan", object.Instance(typePlan, &plan)},
		{"Mailbox", object.Instance(typeMailbox, &mailbox)},
		{"MailboxStatistics", object.Instance(typeMailboxStatistics, &content)},
	}
}
