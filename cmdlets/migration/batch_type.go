package migration

import (
	"slices"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/internal/wintz"
	"migsh/shell/object"
)

// batch is the snapshot behind a MigrationBatch object.
type batch struct {
	migration.Batch
	zone *time.Location // in which its dates are shown
}

func (b *batch) at(t time.Time) any { return when(t, b.zone) }

var typeBatch = declare(exchange+"MigrationBatch", func(b *batch) string { return b.Name },
	object.Views{Table: []object.Column{
		{Property: "Identity", Width: 26},
		{Property: "Status", Width: 20},
		{Header: "Type", Property: "MigrationType", Width: 18},
		{Property: "TotalCount"},
	}},
	append([]property[batch]{
		{"Identity", typeBatchID, func(b *batch) any { return identityOf(typeBatchID, b.Name, b.GUID) }},
		{"BatchGuid", object.TypeGuid, func(b *batch) any { return guid(b.GUID) }},
		{"Status", enumBatchStatus, func(b *batch) any { return named(enumBatchStatus, b.Status) }},
		{"State", enumState, func(b *batch) any { return named(enumState, b.Status.State()) }},
		{"MigrationType", enumType, func(b *batch) any { return named(enumType, b.MigrationType) }},
		{"BatchDirection", enumDirection, func(b *batch) any { return named(enumDirection, b.BatchDirection) }},
		{"Analyze", object.TypeBoolean, func(b *batch) any { return b.Analyze }},
		{"Message", object.TypeString, func(b *batch) any { return b.Message }},
		{"TotalCount", object.TypeInt32, func(b *batch) any { return number(b.TotalCount) }},
		{"ActiveCount", object.TypeInt32, func(b *batch) any { return number(b.ActiveCount) }},
		{"StoppedCount", object.TypeInt32, func(b *batch) any { return number(b.StoppedCount) }},
		{"SyncedCount", object.TypeInt32, func(b *batch) any { return number(b.SyncedCount) }},
		{"FinalizedCount", object.TypeInt32, func(b *batch) any { return number(b.FinalizedCount) }},
		{"FailedCount", object.TypeInt32, func(b *batch) any { return number(b.FailedCount) }},
		{"FailedInitialSyncCount", object.TypeInt32, func(b *batch) any { return number(b.FailedInitialSyncCount) }},
		{"FailedIncrementalSyncCount", object.TypeInt32, func(b *batch) any { return number(b.FailedIncrementalSyncCount) }},
		{"CompletedWithWarningCount", object.TypeInt32, func(b *batch) any { return number(b.CompletedWithWarningCount) }},
		{"PendingCount", object.TypeInt32, func(b *batch) any { return number(b.PendingCount) }},
		{"ProvisionedCount", object.TypeInt32, func(b *batch) any { return number(b.ProvisionedCount) }},
		{"ValidationWarningCount", object.TypeInt32, func(b *batch) any { return number(len(b.ValidationWarnings)) }},
		{"ValidationWarnings", nil, func(b *batch) any { return warningObjects(b.ValidationWarnings) }},
		{"CreationDateTime", object.TypeDateTime, func(b *batch) any { return b.at(b.CreationTime) }},
		{"CreationDateTimeUTC", object.TypeDateTime, func(b *batch) any { return utc(b.CreationTime) }},
		{"StartDateTime", object.TypeDateTime, func(b *batch) any { return b.at(b.StartTime) }},
		{"StartDateTimeUTC", object.TypeDateTime, func(b *batch) any { return utc(b.StartTime) }},
		{"InitialSyncDateTime", object.TypeDateTime, func(b *batch) any { return b.at(b.InitialSyncTime) }},
		{"InitialSyncDateTimeUTC", object.TypeDateTime, func(b *batch) any { return utc(b.InitialSyncTime) }},
		{"InitialSyncDuration", object.TypeTimeSpan, func(b *batch) any { return span(b.InitialSyncDuration()) }},
		{"LastSyncedDateTime", object.TypeDateTime, func(b *batch) any { return b.at(b.LastSyncedTime) }},
		{"LastSyncedDateTimeUTC", object.TypeDateTime, func(b *batch) any { return utc(b.LastSyncedTime) }},
		{"FinalizedDateTime", object.TypeDateTime, func(b *batch) any { return b.at(b.FinalizedTime) }},
		{"FinalizedDateTimeUTC", object.TypeDateTime, func(b *batch) any { return utc(b.FinalizedTime) }},
		{"StartAfter", object.TypeDateTime, func(b *batch) any { return b.at(b.StartAfter) }},
		{"StartAfterUTC", object.TypeDateTime, func(b *batch) any { return utc(b.StartAfter) }},
		{"CompleteAfter", object.TypeDateTime, func(b *batch) any { return b.at(b.CompleteAfter) }},
		{"CompleteAfterUTC", object.TypeDateTime, func(b *batch) any { return utc(b.CompleteAfter) }},
		{"TimeZone", object.TypeString, func(b *batch) any { return b.zoneName() }},
		{"UserTimeZone", object.TypeString, func(b *batch) any { return b.zoneName() }},
		{"SubmittedByUser", object.TypeString, func(b *batch) any { return b.SubmittedByUser }},
		{"NotificationEmails", nil, func(b *batch) any { return texts(b.NotificationEmails) }},
		{"Notifications", nil, func(b *batch) any { return notificationObjects(b.Notifications) }},
		{"Reports", nil, func(b *batch) any { return notificationObjects(b.Notifications) }}, // each mail has a report with it
		{"SourceEndpoint", typeEndpoint, func(b *batch) any { return endpointOrNil(b.SourceEndpoint) }},
		{"TargetEndpoint", typeEndpoint, func(b *batch) any { return endpointOrNil(b.TargetEndpoint) }},
		{"ExcludedFolders", nil, func(b *batch) any { return texts(b.ExcludeFolders) }},
		{"IncludedFolders", nil, func(b *batch) any { return texts(b.IncludeFolders) }},
		{"FolderMapping", nil, func(b *batch) any { return mappingTexts(b.FolderMapping) }},
		{"TargetRootFolder", object.TypeString, func(b *batch) any { return b.TargetRootFolder }},
		{"KeepFolderNames", object.TypeBoolean, func(b *batch) any { return b.KeepFolderNames }},
		{"ContentFilter", object.TypeString, func(b *batch) any { return b.ContentFilter }},
		{"RepairMessages", object.TypeBoolean, func(b *batch) any { return b.RepairMessages }},
		{"SyncDeletions", object.TypeBoolean, func(b *batch) any { return b.SyncDeletions }},
		{"MaxDeletionPercent", object.TypeInt32, func(b *batch) any { return int32(b.DeletionPercent()) }},
		{"AllowIncrementalSyncs", object.TypeBoolean, func(b *batch) any { return !b.NoIncrementalSyncs }},
		{"AllowUnknownColumnsInCsv", object.TypeBoolean, func(b *batch) any { return b.AllowUnknownColumns }},
		{"IncrementalSyncInterval", object.TypeTimeSpan, func(b *batch) any { return interval(b.IncrementalSyncEvery) }},
		{"SkipReports", object.TypeBoolean, func(b *batch) any { return b.SkipReports }},
		{"ReportInterval", object.TypeTimeSpan, func(b *batch) any { return span(b.ReportEvery()) }},
		{"RetentionAction", object.TypeString, func(b *batch) any { return string(b.RetentionAction) }},
		{"RetentionTime", object.TypeDateTime, func(b *batch) any { return b.at(b.RetentionTime) }},
		{"DataConsistencyScore", enumScore, func(b *batch) any { return named(enumScore, b.Score) }},
		{"Report", nil, func(b *batch) any { return reportObject(ofUsers(b.Report)) }},
		{"HasUnapprovedSkippedItems", object.TypeBoolean, func(*batch) any { return false }}, // nothing waits to be approved
		{"BadItemLimit", nil, func(*batch) any { return limit(migration.Unlimited) }},
		{"LargeItemLimit", nil, func(*batch) any { return limit(migration.Unlimited) }},
		{"IsProvisioning", object.TypeBoolean, func(*batch) any { return false }},
		{"IsValid", object.TypeBoolean, func(b *batch) any { return b.Status != migration.BatchCorrupted }},
		{"ObjectState", enumObjectState, func(*batch) any { return unchanged }},
		{"CsvFileName", object.TypeString, func(b *batch) any { return b.CSVName }},
		// What batches had while their connection settings were their own.
		{"RemoteServer", object.TypeString, func(b *batch) any { return b.SourceEndpoint.RemoteServer }},
		{"Port", object.TypeInt32, func(b *batch) any { return number(b.SourceEndpoint.Port) }},
		{"Security", enumSecurity, func(b *batch) any { return named(enumSecurity, b.SourceEndpoint.Security) }},
		{"Authentication", enumAuthenticaton, func(b *batch) any { return named(enumAuthenticaton, b.SourceEndpoint.Authentication) }},
		{"MaxConcurrentMigrations", nil, func(b *batch) any { return limit(b.SourceEndpoint.MaxConcurrentMigrations) }},
		{"ConnectionSettings", object.TypeString, func(b *batch) any { return b.SourceEndpoint.ConnectionSettings() }},
		{"CompletedCount", object.TypeInt32, func(b *batch) any { return number(b.SyncedCount + b.FinalizedCount) }},
		{"MigrationErrorsCount", object.TypeInt32, func(b *batch) any { return number(b.FailedCount) }},
		{"NumValidationWarnings", object.TypeInt32, func(b *batch) any { return number(len(b.ValidationWarnings)) }},
	}, blank[batch]("OwnerId", "Locale", "Flags", "TriggeredAction", "SupportedActions", "WorkflowStage", "DiagnosticInfo", "AutoRetryCount", "CurrentRetryCount")...)...)

// interval is a time that may be left to the configuration.
func interval(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return span(d)
}

func (b *batch) zoneName() string {
	if b.TimeZone == "" {
		return "UTC"
	}
	return b.TimeZone
}

func batchObject(b migration.Batch) any {
	zone := time.UTC
	if b.TimeZone != "" {
		if z, _, err := wintz.Load(b.TimeZone); err == nil {
			zone = z
		}
	}
	return object.Instance(typeBatch, &batch{b, zone})
}

var typeWarning = declare(exchange+"MigrationBatchError", func(w *migration.ValidationWarning) string { return w.Message },
	object.Views{Table: []object.Column{{Header: "Row", Property: "RowIndex", Width: 6, Right: true}, {Property: "EmailAddress", Width: 36}, {Header: "Message", Property: "LocalizedErrorMessage"}}},
	property[migration.ValidationWarning]{"RowIndex", object.TypeInt32, func(w *migration.ValidationWarning) any { return number(w.Row) }},
	property[migration.ValidationWarning]{"EmailAddress", object.TypeString, func(w *migration.ValidationWarning) any { return w.EmailAddress }},
	property[migration.ValidationWarning]{"LocalizedErrorMessage", object.TypeString, func(w *migration.ValidationWarning) any { return w.Message }},
	property[migration.ValidationWarning]{"ErrorId", object.TypeString, func(w *migration.ValidationWarning) any { return w.ID }},
)

func warningObjects(ws []migration.ValidationWarning) any {
	items := make([]any, len(ws))
	for i := range ws {
		items[i] = object.Instance(typeWarning, &ws[i])
	}
	return object.NewArray(items...)
}

var typeNotification = declare(exchange+"MigrationNotification", func(n *migration.Notification) string {
	return string(n.Kind) + ": " + string(n.State)
}, object.Views{Table: []object.Column{{Property: "Kind", Width: 10}, {Property: "State", Width: 8}, {Property: "Created", Width: 22}, {Property: "To", Width: 30}, {Property: "LastError"}}},
	property[migration.Notification]{"Kind", object.TypeString, func(n *migration.Notification) any { return string(n.Kind) }},
	property[migration.Notification]{"State", object.TypeString, func(n *migration.Notification) any { return string(n.State) }},
	property[migration.Notification]{"Subject", object.TypeString, func(n *migration.Notification) any { return n.Subject }},
	property[migration.Notification]{"To", nil, func(n *migration.Notification) any { return texts(n.To) }},
	property[migration.Notification]{"Pending", nil, func(n *migration.Notification) any { return texts(n.Pending) }},
	property[migration.Notification]{"Refused", nil, func(n *migration.Notification) any { return texts(n.Refused) }},
	property[migration.Notification]{"Created", object.TypeDateTime, func(n *migration.Notification) any { return utc(n.Created) }},
	property[migration.Notification]{"Sent", object.TypeDateTime, func(n *migration.Notification) any { return utc(n.Sent) }},
	property[migration.Notification]{"Attempts", object.TypeInt32, func(n *migration.Notification) any { return number(n.Attempts) }},
	property[migration.Notification]{"NextTry", object.TypeDateTime, func(n *migration.Notification) any { return utc(n.NextTry) }},
	property[migration.Notification]{"LastError", object.TypeString, func(n *migration.Notification) any { return n.LastError }},
)

func notificationObjects(list []migration.Notification) any {
	items := make([]any, len(list))
	for i := range list {
		items[i] = object.Instance(typeNotification, &list[i])
	}
	return object.NewArray(items...)
}

// story is what a batch or user went through, a line each.
type story struct{ lines []migration.ReportLine }

var typeReport = declare(exchange+"Report", func(r *story) string {
	var b strings.Builder
	for i, l := range r.lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.String())
	}
	return b.String()
}, object.Views{Custom: func(v any) string { return object.ToString(v) }},
	property[story]{"Entries", nil, func(r *story) any {
		items := make([]any, len(r.lines))
		for i, l := range r.lines {
			items[i] = l.String()
		}
		return object.NewArray(items...)
	}})

// ofUsers are lines about many users: each says whom it is about.
func ofUsers(lines []migration.ReportLine) []migration.ReportLine {
	out := slices.Clone(lines)
	for i, l := range out {
		if l.User != "" && !strings.Contains(l.Message, l.User) {
			out[i].Message = l.User + ": " + l.Message
		}
	}
	return out
}

func reportObject(lines []migration.ReportLine) any {
	if lines == nil {
		return nil
	}
	return object.Instance(typeReport, &story{lines})
}
