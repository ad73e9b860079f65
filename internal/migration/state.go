package migration

import "fmt"

// UserState is what the state tables are about.
type UserState struct {
	Status UserStatus
	// Copied tells that the initial copy has been finished once; what follows is incremental.
	Copied bool `json:",omitempty"`
	// Seen is the number of the last order whose call to try failed users again was heeded.
	Seen uint64 `json:",omitempty"`
}

// Event is what happens to a user: an order, or news of its job.
type Event string

// The events. The first group comes out of orders by [UserState.Settle]; the second is reported by the user's job.
const (
	EventStart    Event = "Start"    // wanted: running
	EventStop     Event = "Stop"     // wanted: stopped
	EventComplete Event = "Complete" // wanted: a last sync, then the end
	EventRetry    Event = "Retry"    // failed users are to be tried again
	EventSyncNow  Event = "SyncNow"  // an incremental sync is wanted before its time

	EventAdmit        Event = "Admit"        // a slot is free, the job begins
	EventReady        Event = "Ready"        // both mailboxes are open
	EventDone         Event = "Done"         // the pass is finished and nothing was left behind
	EventDoneSkipping Event = "DoneSkipping" // the pass is finished, some messages were skipped
	EventAnalyzed     Event = "Analyzed"     // the mailbox was looked through, as all that its batch is for
	EventFail         Event = "Fail"         // waits for a person, or can't go on
	EventHalt         Event = "Halt"         // the job ended at a checkpoint before its pass was finished
)

// Effects is what a transition asks of whoever performs it.
type Effects uint8

// The effects.
const (
	// EffectSynced: note the time as the last successful sync, and plan the next one.
	EffectSynced Effects = 1 << iota
	// EffectRetry: plan a retry.
	EffectRetry
	// EffectClearError: the user's error is a thing of the past.
	EffectClearError
	// EffectFinished: note the time as the end; no sync is planned any more.
	EffectFinished
)

// Has tells whether all of other is asked for.
func (e Effects) Has(other Effects) bool { return e&other == other }

// transition is one cell of the table. A user that was copied once goes to copied, if that is set.
type transition struct {
	to, copied  UserStatus
	effects     Effects
	marksCopied bool // the initial copy is finished by it
}

// userTable is all that can happen to a user. What is not in it can't: an order that is not in the row of a status leaves it as it
// is; a report of a job that is not is an error.
var userTable = map[UserStatus]map[Event]transition{
	UserStopped: {
		EventStart:    {to: UserQueued},
		EventComplete: {to: UserCompleting},
	},
	UserIncrementalStopped: {
		EventStart:    {to: UserQueued},
		EventComplete: {to: UserCompleting},
	},
	UserQueued: {
		EventStop:     {to: UserStopped, copied: UserIncrementalStopped},
		EventComplete: {to: UserCompleting},
		EventAdmit:    {to: UserValidating, copied: UserIncrementalSyncing},
	},
	UserValidating: {
		EventStop:         {to: UserStopping},
		EventAdmit:        {to: UserValidating},
		EventReady:        {to: UserSyncing},
		EventFail:         {to: UserFailed, effects: EffectRetry},
		EventHalt:         {to: UserValidating},
		EventDone:         {to: UserSynced, effects: EffectSynced | EffectClearError, marksCopied: true},
		EventDoneSkipping: {to: UserSynced, effects: EffectSynced | EffectClearError, marksCopied: true},
		EventAnalyzed:     {to: UserCompleted, effects: EffectClearError | EffectFinished},
	},
	UserSyncing: {
		EventStop:         {to: UserStopping},
		EventAdmit:        {to: UserSyncing},
		EventReady:        {to: UserSyncing},
		EventFail:         {to: UserFailed, effects: EffectRetry},
		EventHalt:         {to: UserSyncing},
		EventDone:         {to: UserSynced, effects: EffectSynced | EffectClearError, marksCopied: true},
		EventDoneSkipping: {to: UserSynced, effects: EffectSynced | EffectClearError, marksCopied: true},
		EventAnalyzed:     {to: UserCompleted, effects: EffectClearError | EffectFinished},
	},
	UserSynced: {
		EventStop:     {to: UserIncrementalStopped},
		EventComplete: {to: UserCompleting},
		EventSyncNow:  {to: UserQueued},
		EventAdmit:    {to: UserIncrementalSyncing},
	},
	UserIncrementalSyncing: {
		EventStop:         {to: UserStopping},
		EventAdmit:        {to: UserIncrementalSyncing},
		EventReady:        {to: UserIncrementalSyncing},
		EventFail:         {to: UserIncrementalFailed, effects: EffectRetry},
		EventHalt:         {to: UserIncrementalSyncing},
		EventDone:         {to: UserSynced, effects: EffectSynced | EffectClearError},
		EventDoneSkipping: {to: UserSynced, effects: EffectSynced | EffectClearError},
	},
	UserFailed: {
		EventRetry:    {to: UserQueued},
		EventComplete: {to: UserCompleting},
		EventAdmit:    {to: UserValidating},
	},
	UserIncrementalFailed: {
		EventRetry:    {to: UserQueued},
		EventComplete: {to: UserCompleting},
		EventAdmit:    {to: UserIncrementalSyncing},
	},
	UserCompleting: {
		EventStop:         {to: UserStopping},
		EventAdmit:        {to: UserCompleting},
		EventReady:        {to: UserCompleting},
		EventFail:         {to: UserCompletionFailed},
		EventHalt:         {to: UserCompleting},
		EventDone:         {to: UserCompleted, effects: EffectSynced | EffectClearError | EffectFinished, marksCopied: true},
		EventDoneSkipping: {to: UserCompletedWithWarnings, effects: EffectSynced | EffectClearError | EffectFinished, marksCopied: true},
		EventAnalyzed:     {to: UserCompleted, effects: EffectClearError | EffectFinished},
	},
	UserCompletionFailed: {
		EventRetry: {to: UserCompleting},
	},
	UserStopping: {
		EventReady:        {to: UserStopping},
		EventFail:         {to: UserFailed, copied: UserIncrementalFailed},
		EventHalt:         {to: UserStopped, copied: UserIncrementalStopped},
		EventDone:         {to: UserIncrementalStopped, effects: EffectSynced | EffectClearError, marksCopied: true},
		EventDoneSkipping: {to: UserIncrementalStopped, effects: EffectSynced | EffectClearError, marksCopied: true},
		EventAnalyzed:     {to: UserCompleted, effects: EffectClearError | EffectFinished},
		// The order was taken back while the job was still ending.
		EventStart:    {to: UserSyncing, copied: UserIncrementalSyncing},
		EventComplete: {to: UserCompleting},
	},
	UserCompleted:             {},
	UserCompletedWithWarnings: {},
	UserCorrupted:             {},
	UserRemoving:              {},
}

// Next is the state after an event, and what is to be done about it. An event that can't happen in that state is an error of the
// program, not of the administrator.
func (s UserState) Next(e Event) (UserState, Effects, error) {
	t, ok := userTable[s.Status][e]
	if !ok {
		return s, 0, fmt.Errorf("a user in state %s can't have event %s", s.Status, e)
	}
	return t.from(s), t.effects, nil
}

// from is the state that the transition leads to.
func (t transition) from(s UserState) UserState {
	s.Status, s.Copied = t.to, s.Copied || t.marksCopied
	if s.Copied && t.copied != "" {
		s.Status = t.copied
	}
	return s
}

// Settle is the state under an order. It is what readers show, and what the engine begins from; applying the same order again
// changes nothing.
func (s UserState) Settle(o Order) UserState {
	var wanted Event
	switch o.Kind {
	case OrderStart:
		wanted = EventStart
	case OrderComplete:
		wanted = EventComplete
	case OrderStop, OrderStopNow:
		wanted = EventStop
	case OrderRemove:
		s.Status = UserRemoving
		return s
	default:
		return s
	}
	if o.Number > s.Seen {
		if wanted != EventStop {
			s = s.heed(EventRetry)
		}
		s.Seen = o.Number
	}
	return s.heed(wanted)
}

// heed is Next for orders: one that means nothing in a state leaves it as it is.
func (s UserState) heed(e Event) UserState {
	if t, ok := userTable[s.Status][e]; ok {
		return t.from(s)
	}
	return s
}

// WantsSync is s with an incremental sync wanted before its time.
func (s UserState) WantsSync() UserState { return s.heed(EventSyncNow) }

// AtWork tells whether the status is one in which a job may be running or is owed.
func (s UserStatus) AtWork() bool { return s.Summary() == SummaryActive }
