package migration

import (
	"cmp"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/shell/object"
)

var typeConnectionTest = declare(exchange+"MigrationServerAvailability", nil,
	object.Views{Default: []string{"Result", "Message", "ConnectionSettings", "SupportsCutover", "ErrorDetail", "IsValid", "Identity"}},
	property[migration.ConnectionTest]{"Result", enumTestResult, func(t *migration.ConnectionTest) any { return named(enumTestResult, t.Result) }},
	property[migration.ConnectionTest]{"Message", object.TypeString, func(t *migration.ConnectionTest) any { return t.Message }},
	property[migration.ConnectionTest]{"ConnectionSettings", object.TypeString, func(t *migration.ConnectionTest) any { return t.ConnectionSettings }},
	property[migration.ConnectionTest]{"SupportsCutover", object.TypeBoolean, func(*migration.ConnectionTest) any { return false }},
	property[migration.ConnectionTest]{"ErrorDetail", object.TypeString, func(t *migration.ConnectionTest) any { return t.ErrorDetail }},
	property[migration.ConnectionTest]{"IsValid", object.TypeBoolean, func(*migration.ConnectionTest) any { return true }},
	property[migration.ConnectionTest]{"ObjectState", enumObjectState, func(*migration.ConnectionTest) any { return object.EnumValue(enumObjectState, "New") }},
	property[migration.ConnectionTest]{"Identity", object.TypeString, func(t *migration.ConnectionTest) any { return t.RemoteServer }},
	property[migration.ConnectionTest]{"RemoteServer", object.TypeString, func(t *migration.ConnectionTest) any { return t.RemoteServer }},
	property[migration.ConnectionTest]{"Port", object.TypeInt32, func(t *migration.ConnectionTest) any { return number(t.Port) }},
	property[migration.ConnectionTest]{"Security", enumSecurity, func(t *migration.ConnectionTest) any { return named(enumSecurity, t.Security) }},
	property[migration.ConnectionTest]{"Software", object.TypeString, func(t *migration.ConnectionTest) any { return t.Software }},
	property[migration.ConnectionTest]{"Capabilities", nil, func(t *migration.ConnectionTest) any { return texts(t.Capabilities) }},
	property[migration.ConnectionTest]{"LocalAddress", object.TypeString, func(t *migration.ConnectionTest) any { return t.LocalAddress }},
	property[migration.ConnectionTest]{"TlsVersion", object.TypeString, func(t *migration.ConnectionTest) any { return t.TLSVersion }},
	property[migration.ConnectionTest]{"CertificateFingerprint", object.TypeString, func(t *migration.ConnectionTest) any { return t.CertificateFingerprint }},
	property[migration.ConnectionTest]{"Elapsed", object.TypeTimeSpan, func(t *migration.ConnectionTest) any { return span(t.Elapsed) }},
	property[migration.ConnectionTest]{"Login", object.TypeString, func(t *migration.ConnectionTest) any { return t.Login }},
	property[migration.ConnectionTest]{"Mechanism", object.TypeString, func(t *migration.ConnectionTest) any { return t.Mechanism }},
	property[migration.ConnectionTest]{"ServerType", object.TypeString, func(t *migration.ConnectionTest) any { return t.ServerType }},
	property[migration.ConnectionTest]{"Workarounds", nil, func(t *migration.ConnectionTest) any { return workaroundTexts(t.Workarounds) }},
	property[migration.ConnectionTest]{"LoginFormat", object.TypeString, func(t *migration.ConnectionTest) any { return t.LoginFormat }},
	property[migration.ConnectionTest]{"AuthorizationId", object.TypeString, func(t *migration.ConnectionTest) any { return t.AuthorizationID }},
	property[migration.ConnectionTest]{"Attempts", nil, func(t *migration.ConnectionTest) any { return attemptTexts(t.Attempts) }},
)

// workaroundTexts are workarounds, a line each.
func workaroundTexts(list []migration.Workaround) any {
	items := make([]any, len(list))
	for i, w := range list {
		items[i] = w.Name + ": " + w.About
	}
	return object.NewArray(items...)
}

// attemptTexts are the logins that were tried, a line each.
func attemptTexts(list []migration.LoginAttempt) any {
	items := make([]any, len(list))
	for i, a := range list {
		text := a.Login
		if a.AuthorizationID != "" {
			text += " for " + a.AuthorizationID
		}
		items[i] = text + ": " + a.Outcome
	}
	return object.NewArray(items...)
}

var typeConfig = declare(exchange+"MigrationConfig", nil,
	object.Views{Default: []string{"Identity", "TargetEndpoint", "MaxNumberOfBatches", "MaxConcurrentMigrations", "IncrementalSyncInterval", "LegacyMode", "Features", "CanSubmitNewBatch", "SupportsCutover"}},
	property[migration.Config]{"Identity", object.TypeString, func(*migration.Config) any { return "migsh" }},
	property[migration.Config]{"TargetEndpoint", object.TypeString, func(c *migration.Config) any { return c.TargetEndpoint }},
	property[migration.Config]{"MaxNumberOfBatches", object.TypeInt32, func(c *migration.Config) any { return number(c.MaxNumberOfBatches) }},
	property[migration.Config]{"MaxConcurrentMigrations", nil, func(c *migration.Config) any { return limit(c.MaxConcurrentMigrations) }},
	property[migration.Config]{"MaxCsvRows", object.TypeInt32, func(c *migration.Config) any { return number(cmp.Or(c.MaxCSVRows, migration.DefaultMaxCSVRows)) }},
	property[migration.Config]{"AcceptedDomains", nil, func(c *migration.Config) any { return texts(c.AcceptedDomains) }},
	property[migration.Config]{"IncrementalSyncInterval", object.TypeTimeSpan, func(c *migration.Config) any { return span(c.IncrementalSyncEvery) }},
	property[migration.Config]{"SyncedBatchLifetime", object.TypeTimeSpan, func(c *migration.Config) any { return lifetime(c.Retention.Synced) }},
	property[migration.Config]{"StoppedBatchLifetime", object.TypeTimeSpan, func(c *migration.Config) any { return lifetime(c.Retention.Stopped) }},
	property[migration.Config]{"CompletedBatchLifetime", object.TypeTimeSpan, func(c *migration.Config) any { return lifetime(c.Retention.Completed) }},
	property[migration.Config]{"NotificationEmails", nil, func(c *migration.Config) any { return texts(c.NotificationEmails) }},
	property[migration.Config]{"SmtpServer", object.TypeString, func(c *migration.Config) any { return c.Relay.Server }},
	property[migration.Config]{"SmtpPort", object.TypeInt32, func(c *migration.Config) any { return number(c.Relay.Port) }},
	property[migration.Config]{"SmtpSecurity", enumSecurity, func(c *migration.Config) any { return named(enumSecurity, c.Relay.Security) }},
	property[migration.Config]{"SmtpFrom", object.TypeString, func(c *migration.Config) any { return c.Relay.From }},
	property[migration.Config]{"SmtpUserName", object.TypeString, func(c *migration.Config) any { return c.Relay.UserName }},
	property[migration.Config]{"ReportDirectory", object.TypeString, func(c *migration.Config) any { return c.ReportDirectory }},
	property[migration.Config]{"LegacyMode", object.TypeBoolean, func(c *migration.Config) any { return c.LegacyMode }},
	property[migration.Config]{"Features", object.TypeString, func(*migration.Config) any { return "MultiBatch, Endpoints" }},
	property[migration.Config]{"CanSubmitNewBatch", object.TypeBoolean, func(c *migration.Config) any { return c.CanSubmitNewBatch }},
	property[migration.Config]{"SupportsCutover", object.TypeBoolean, func(*migration.Config) any { return false }},
	property[migration.Config]{"IsValid", object.TypeBoolean, func(c *migration.Config) any { return c.Damage == "" }},
	property[migration.Config]{"DiagnosticInfo", object.TypeString, func(c *migration.Config) any { return c.Damage }},
	property[migration.Config]{"ObjectState", enumObjectState, func(*migration.Config) any { return unchanged }},
)

// lifetime is how long batches stay; 0 is for ever, as it is set.
func lifetime(d time.Duration) any { return span(max(d, 0)) }

var typeTotals = declare(exchange+"MigrationStatistics", nil,
	object.Views{Default: []string{"Identity", "TotalCount", "ActiveCount", "StoppedCount", "SyncedCount", "FinalizedCount", "FailedCount", "PendingCount", "ProvisionedCount", "MigrationType"}},
	property[migration.Statistics]{"Identity", object.TypeString, func(*migration.Statistics) any { return "migsh" }},
	property[migration.Statistics]{"TotalCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.TotalCount) }},
	property[migration.Statistics]{"ActiveCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.ActiveCount) }},
	property[migration.Statistics]{"StoppedCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.StoppedCount) }},
	property[migration.Statistics]{"SyncedCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.SyncedCount) }},
	property[migration.Statistics]{"FinalizedCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.FinalizedCount) }},
	property[migration.Statistics]{"FailedCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.FailedCount) }},
	property[migration.Statistics]{"PendingCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.PendingCount) }},
	property[migration.Statistics]{"ProvisionedCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.ProvisionedCount) }},
	property[migration.Statistics]{"MigrationType", enumType, func(s *migration.Statistics) any { return named(enumType, s.MigrationType) }},
	property[migration.Statistics]{"Batches", object.TypeString, func(s *migration.Statistics) any { return batchTally(s.Batches) }},
	property[migration.Statistics]{"Errors", nil, func(s *migration.Statistics) any { return faultTexts(s.Faults) }},
	property[migration.Statistics]{"DiagnosticInfo", nil, func(*migration.Statistics) any { return nil }},
)

// typeStatus is the answer of the first years to how the whole migration stands.
var typeStatus = declare(exchange+"MigrationStatus", nil,
	object.Views{Default: []string{"Status", "RequestCount", "MigratedCount", "FailedCount", "Batches", "Errors"}},
	property[migration.Statistics]{"Identity", object.TypeString, func(*migration.Statistics) any { return "migsh" }},
	property[migration.Statistics]{"Status", object.TypeString, func(s *migration.Statistics) any {
		if status := migration.OverallStatus(s.Batches); status != "" {
			return string(status)
		}
		return "None"
	}},
	property[migration.Statistics]{"RequestCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.TotalCount) }},
	property[migration.Statistics]{"MigratedCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.SyncedCount + s.FinalizedCount) }},
	property[migration.Statistics]{"ActiveCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.ActiveCount) }},
	property[migration.Statistics]{"FailedCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.FailedCount) }},
	property[migration.Statistics]{"Batches", object.TypeString, func(s *migration.Statistics) any { return batchTally(s.Batches) }},
	property[migration.Statistics]{"Errors", nil, func(s *migration.Statistics) any { return faultTexts(s.Faults) }},
	// The same, as batches of that time name it.
	property[migration.Statistics]{"TotalCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.TotalCount) }},
	property[migration.Statistics]{"CompletedCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.SyncedCount + s.FinalizedCount) }},
	property[migration.Statistics]{"MigrationErrorsCount", object.TypeInt32, func(s *migration.Statistics) any { return number(s.FailedCount) }},
	property[migration.Statistics]{"MigrationErrors", nil, func(s *migration.Statistics) any { return faultTexts(s.Faults) }},
)

// faultTexts are the users that need attention, a line each.
func faultTexts(users []migration.User) any {
	items := make([]any, len(users))
	for i, u := range users {
		items[i] = u.EmailAddress + ": " + u.ErrorSummary()
	}
	return object.NewArray(items...)
}

func batchTally(batches map[migration.BatchStatus]int) string {
	var parts []string
	for _, s := range migration.BatchStatuses {
		if n := batches[s]; n > 0 {
			parts = append(parts, string(s)+": "+migration.Thousands(int64(n)))
		}
	}
	return strings.Join(parts, ", ")
}
