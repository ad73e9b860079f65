package migration

import (
	"fmt"
	"strings"
)

// parseEnum finds the value whose name is text, in any case, among values. kind is used in the error, which lists the names.
func parseEnum[E ~string](kind string, values []E, text string) (E, error) {
	for _, v := range values {
		if strings.EqualFold(string(v), strings.TrimSpace(text)) {
			return v, nil
		}
	}
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return "", &Error{
		ID:       ErrInvalidValue,
		Category: CategoryInvalidArgument,
		Message:  fmt.Sprintf("'%s' is not a %s.", text, kind),
		Target:   text,
		Remedy:   "Use one of: " + strings.Join(names, ", ") + ".",
	}
}

// unmarshalEnum is parseEnum for UnmarshalText: the empty text stays empty, as an unset value in JSON.
func unmarshalEnum[E ~string](kind string, values []E, text []byte, to *E) error {
	if len(text) == 0 {
		*to = ""
		return nil
	}
	v, err := parseEnum(kind, values, string(text))
	if err != nil {
		return err
	}
	*to = v
	return nil
}

// BatchStatus is the state of a batch as Exchange names it (MigrationBatchStatus).
type BatchStatus string

// The statuses of a batch. Corrupted is a batch whose record can't be read.
const (
	BatchCompleted           BatchStatus = "Completed"
	BatchCompletedWithErrors BatchStatus = "CompletedWithErrors"
	BatchCompleting          BatchStatus = "Completing"
	BatchCorrupted           BatchStatus = "Corrupted"
	BatchCreated             BatchStatus = "Created"
	BatchFailed              BatchStatus = "Failed"
	BatchIncrementalSyncing  BatchStatus = "IncrementalSyncing"
	BatchRemoving            BatchStatus = "Removing"
	BatchStarting            BatchStatus = "Starting"
	BatchStopped             BatchStatus = "Stopped"
	BatchSyncing             BatchStatus = "Syncing"
	BatchStopping            BatchStatus = "Stopping"
	BatchSynced              BatchStatus = "Synced"
	BatchSyncedWithErrors    BatchStatus = "SyncedWithErrors"
	BatchWaiting             BatchStatus = "Waiting"
)

// BatchStatuses lists them in Exchange's order.
var BatchStatuses = []BatchStatus{
	BatchCompleted, BatchCompletedWithErrors, BatchCompleting, BatchCorrupted, BatchCreated, BatchFailed, BatchIncrementalSyncing,
	BatchRemoving, BatchStarting, BatchStopped, BatchSyncing, BatchStopping, BatchSynced, BatchSyncedWithErrors, BatchWaiting,
}

// ParseBatchStatus reads a status in any case.
func ParseBatchStatus(text string) (BatchStatus, error) {
	return parseEnum("batch status", BatchStatuses, text)
}

// UnmarshalText reads a status in any case.
func (s *BatchStatus) UnmarshalText(text []byte) error {
	return unmarshalEnum("batch status", BatchStatuses, text, s)
}

// Busy tells whether work that will end by itself is under way: what a script's end and Wait-MigrationBatch wait for.
func (s BatchStatus) Busy() bool {
	switch s {
	case BatchStarting, BatchSyncing, BatchIncrementalSyncing, BatchStopping, BatchCompleting, BatchRemoving:
		return true
	}
	return false
}

// UserStatus is the state of one user of a batch as Exchange names it (MigrationUserStatus).
type UserStatus string

// The statuses of a user. Those that IMAP has no use for (Provisioning, ProvisionUpdating, Starting, IncrementalSynced,
// CompletionSynced) exist so that scripts may name them.
const (
	UserCompleted             UserStatus = "Completed"
	UserCompletedWithWarnings UserStatus = "CompletedWithWarnings"
	UserCompleting            UserStatus = "Completing"
	UserCompletionFailed      UserStatus = "CompletionFailed"
	UserCompletionSynced      UserStatus = "CompletionSynced"
	UserCorrupted             UserStatus = "Corrupted"
	UserFailed                UserStatus = "Failed"
	UserIncrementalFailed     UserStatus = "IncrementalFailed"
	UserIncrementalStopped    UserStatus = "IncrementalStopped"
	UserIncrementalSynced     UserStatus = "IncrementalSynced"
	UserIncrementalSyncing    UserStatus = "IncrementalSyncing"
	UserProvisioning          UserStatus = "Provisioning"
	UserProvisionUpdating     UserStatus = "ProvisionUpdating"
	UserQueued                UserStatus = "Queued"
	UserRemoving              UserStatus = "Removing"
	UserStarting              UserStatus = "Starting"
	UserStopped               UserStatus = "Stopped"
	UserStopping              UserStatus = "Stopping"
	UserSynced                UserStatus = "Synced"
	UserSyncing               UserStatus = "Syncing"
	UserValidating            UserStatus = "Validating"
)

// UserStatuses lists them in Exchange's order.
var UserStatuses = []UserStatus{
	UserCompleted, UserCompletedWithWarnings, UserCompleting, UserCompletionFailed, UserCompletionSynced, UserCorrupted, UserFailed,
	UserIncrementalFailed, UserIncrementalStopped, UserIncrementalSynced, UserIncrementalSyncing, UserProvisioning,
	UserProvisionUpdating, UserQueued, UserRemoving, UserStarting, UserStopped, UserStopping, UserSynced, UserSyncing, UserValidating,
}

// ParseUserStatus reads a status in any case.
func ParseUserStatus(text string) (UserStatus, error) {
	return parseEnum("user status", UserStatuses, text)
}

// UnmarshalText reads a status in any case.
func (s *UserStatus) UnmarshalText(text []byte) error {
	return unmarshalEnum("user status", UserStatuses, text, s)
}

// StatusSummary is the coarse state of a user (MigrationUserStatusSummary).
type StatusSummary string

// The coarse states.
const (
	SummaryActive    StatusSummary = "Active"
	SummaryFailed    StatusSummary = "Failed"
	SummarySynced    StatusSummary = "Synced"
	SummaryCompleted StatusSummary = "Completed"
	SummaryStopped   StatusSummary = "Stopped"
)

// StatusSummaries lists them in Exchange's order.
var StatusSummaries = []StatusSummary{SummaryActive, SummaryFailed, SummarySynced, SummaryCompleted, SummaryStopped}

// ParseStatusSummary reads a summary in any case.
func ParseStatusSummary(text string) (StatusSummary, error) {
	return parseEnum("status summary", StatusSummaries, text)
}

// UnmarshalText reads a summary in any case.
func (s *StatusSummary) UnmarshalText(text []byte) error {
	return unmarshalEnum("status summary", StatusSummaries, text, s)
}

// Summary is the coarse state that a status belongs to.
func (s UserStatus) Summary() StatusSummary {
	switch s {
	case UserSynced, UserIncrementalSynced, UserCompletionSynced:
		return SummarySynced
	case UserCompleted, UserCompletedWithWarnings:
		return SummaryCompleted
	case UserFailed, UserIncrementalFailed, UserCompletionFailed, UserCorrupted:
		return SummaryFailed
	case UserStopped, UserIncrementalStopped:
		return SummaryStopped
	}
	return SummaryActive
}

// State is the coarse state of a batch or a user that Exchange shows as State (MigrationState).
type State string

// The coarse states.
const (
	StateActive    State = "Active"
	StateWaiting   State = "Waiting"
	StateCompleted State = "Completed"
	StateStopped   State = "Stopped"
	StateFailed    State = "Failed"
	StateCorrupted State = "Corrupted"
)

// States lists them in Exchange's order.
var States = []State{StateActive, StateWaiting, StateCompleted, StateStopped, StateFailed, StateCorrupted}

// State is the coarse state that a batch status belongs to.
func (s BatchStatus) State() State {
	switch s {
	case BatchCompleted, BatchCompletedWithErrors:
		return StateCompleted
	case BatchCreated, BatchStopped:
		return StateStopped
	case BatchWaiting:
		return StateWaiting
	case BatchFailed:
		return StateFailed
	case BatchCorrupted:
		return StateCorrupted
	}
	return StateActive
}

// State is the coarse state that a user status belongs to; a synced user waits for its next incremental sync.
func (s UserStatus) State() State {
	switch s.Summary() {
	case SummarySynced:
		return StateWaiting
	case SummaryCompleted:
		return StateCompleted
	case SummaryStopped:
		return StateStopped
	case SummaryFailed:
		if s == UserCorrupted {
			return StateCorrupted
		}
		return StateFailed
	}
	if s == UserQueued {
		return StateWaiting
	}
	return StateActive
}

// EndpointType is what kind of server an endpoint stands for (MigrationType).
type EndpointType string

// The kinds of server. Only IMAP can be migrated from and to.
const (
	TypeNone                    EndpointType = "None"
	TypeIMAP                    EndpointType = "IMAP"
	TypeExchangeOutlookAnywhere EndpointType = "ExchangeOutlookAnywhere"
	TypeBulkProvisioning        EndpointType = "BulkProvisioning"
	TypeExchangeRemoteMove      EndpointType = "ExchangeRemoteMove"
	TypeExchangeLocalMove       EndpointType = "ExchangeLocalMove"
	TypePublicFolder            EndpointType = "PublicFolder"
	TypeGmail                   EndpointType = "Gmail"
)

// EndpointTypes lists them in Exchange's order.
var EndpointTypes = []EndpointType{
	TypeNone, TypeIMAP, TypeExchangeOutlookAnywhere, TypeBulkProvisioning, TypeExchangeRemoteMove, TypeExchangeLocalMove,
	TypePublicFolder, TypeGmail,
}

// ParseEndpointType reads a type in any case.
func ParseEndpointType(text string) (EndpointType, error) {
	return parseEnum("migration type", EndpointTypes, text)
}

// UnmarshalText reads a type in any case.
func (t *EndpointType) UnmarshalText(text []byte) error {
	return unmarshalEnum("migration type", EndpointTypes, text, t)
}

// BatchDirection is Exchange's MigrationBatchDirection; migsh's batches are Onboarding.
type BatchDirection string

// The directions.
const (
	DirectionOnboarding  BatchDirection = "Onboarding"
	DirectionOffboarding BatchDirection = "Offboarding"
	DirectionLocal       BatchDirection = "Local"
)

// Security is how a connection is protected (IMAPSecurityMechanism).
type Security string

// The ways of protection: none at all, TLS from the first byte, TLS after STARTTLS.
const (
	SecurityNone Security = "None"
	SecuritySsl  Security = "Ssl"
	SecurityTls  Security = "Tls"
)

// Securities lists them in Exchange's order.
var Securities = []Security{SecurityNone, SecuritySsl, SecurityTls}

// ParseSecurity reads a way of protection in any case.
func ParseSecurity(text string) (Security, error) {
	return parseEnum("security mechanism", Securities, text)
}

// UnmarshalText reads a way of protection in any case.
func (s *Security) UnmarshalText(text []byte) error {
	return unmarshalEnum("security mechanism", Securities, text, s)
}

// Authentication is how a login is made (IMAPAuthenticationMechanism).
type Authentication string

// The ways to log in: a user name and password in the strongest form that the server offers, NTLM, or an OAuth token.
const (
	AuthenticationBasic Authentication = "Basic"
	AuthenticationNtlm  Authentication = "Ntlm"
	AuthenticationOAuth Authentication = "OAuth"
)

// Authentications lists them in Exchange's order.
var Authentications = []Authentication{AuthenticationBasic, AuthenticationNtlm, AuthenticationOAuth}

// ParseAuthentication reads a way to log in in any case.
func ParseAuthentication(text string) (Authentication, error) {
	return parseEnum("authentication mechanism", Authentications, text)
}

// UnmarshalText reads a way to log in in any case.
func (a *Authentication) UnmarshalText(text []byte) error {
	return unmarshalEnum("authentication mechanism", Authentications, text, a)
}

// TestResult is the verdict of Test-MigrationServerAvailability.
type TestResult string

// The verdicts.
const (
	TestSuccess TestResult = "Success"
	TestFailed  TestResult = "Failed"
)

// ConsistencyScore grades how whole a copy is (DataConsistencyScore).
type ConsistencyScore string

// The grades: nothing lost, only metadata lost, some messages not copied, many not copied.
const (
	ScorePerfect     ConsistencyScore = "Perfect"
	ScoreGood        ConsistencyScore = "Good"
	ScoreInvestigate ConsistencyScore = "Investigate"
	ScorePoor        ConsistencyScore = "Poor"
)

// ConsistencyScores lists them from best to worst.
var ConsistencyScores = []ConsistencyScore{ScorePerfect, ScoreGood, ScoreInvestigate, ScorePoor}

// SkippedItemKind says why a message did not arrive as it was.
type SkippedItemKind string

// The kinds: the source can't give it whole, the target refuses its size, it vanished from the source while being copied, the target
// refused it, a filter left it out, it was copied from another folder that shows it too; or it did arrive, in a form that the target takes; or it was removed again with its original.
const (
	SkippedCorruptItem  SkippedItemKind = "CorruptItem"
	SkippedLargeItem    SkippedItemKind = "LargeItem"
	SkippedMissingItem  SkippedItemKind = "MissingItem"
	SkippedRefusedItem  SkippedItemKind = "RefusedItem"
	SkippedFilteredItem SkippedItemKind = "FilteredItem"
	SkippedMergedItem   SkippedItemKind = "MergedItem"
	SkippedRepairedItem SkippedItemKind = "RepairedItem"
	SkippedRemovedItem  SkippedItemKind = "RemovedItem"
)
