package migration

// Counts are the numbers of a batch's users by what they are doing; Exchange's names.
type Counts struct {
	TotalCount                 int
	ActiveCount                int
	PendingCount               int // of the active: waiting for a slot or for StartAfter
	StoppedCount               int
	SyncedCount                int
	FinalizedCount             int
	FailedCount                int
	FailedInitialSyncCount     int
	FailedIncrementalSyncCount int
	CompletedWithWarningCount  int
	ProvisionedCount           int
}

// Tally gathers what a batch's status is derived from.
type Tally struct {
	Counts
	stopping, completing int
	incremental          int // in an incremental sync, or queued for one
	fresh                int // queued, and nobody has taken up the order yet
	lost                 int // failed before the initial copy was finished
}

// Add counts one user: stored is the state in the record, order the one in force for it.
func (t *Tally) Add(stored UserState, order Order, syncWanted bool) {
	s := stored.Settle(order)
	if syncWanted {
		s = s.WantsSync()
	}
	t.TotalCount++
	switch s.Status.Summary() {
	case SummaryActive:
		t.ActiveCount++
	case SummarySynced:
		t.SyncedCount++
	case SummaryCompleted:
		t.FinalizedCount++
	case SummaryFailed:
		t.FailedCount++
	case SummaryStopped:
		t.StoppedCount++
	}
	switch s.Status {
	case UserStopping:
		t.stopping++
	case UserCompleting:
		t.completing++
	case UserIncrementalSyncing:
		t.incremental++
	case UserQueued:
		t.PendingCount++
		if s.Copied {
			t.incremental++
		}
		if stored.Seen < order.Number {
			t.fresh++
		}
	case UserFailed:
		t.FailedInitialSyncCount++
	case UserIncrementalFailed:
		t.FailedIncrementalSyncCount++
	case UserCompletedWithWarnings:
		t.CompletedWithWarningCount++
	}
	if s.Status.Summary() == SummaryFailed && !s.Copied {
		t.lost++
	}
}

// Facts are what a batch's status depends on besides users and order.
type Facts struct {
	// Held: the order to start waits for StartAfter.
	Held bool
	// Corrupted: the batch's record can't be read.
	Corrupted bool
	// NoIncremental: the batch ends with its initial copy.
	NoIncremental bool
}

// BatchStatusOf derives a batch's status from the order in force and its users. It is the only place where a batch gets one.
func BatchStatusOf(order Order, t Tally, f Facts) BatchStatus {
	if f.Corrupted {
		return BatchCorrupted
	}
	if order.Kind == OrderRemove {
		return BatchRemoving
	}
	if t.ActiveCount > 0 {
		switch {
		case t.completing > 0 || order.Kind == OrderComplete:
			return BatchCompleting
		case t.stopping > 0 && (order.Kind == OrderStop || order.Kind == OrderStopNow):
			return BatchStopping
		case f.Held && t.ActiveCount == t.PendingCount:
			return BatchWaiting
		case t.ActiveCount == t.fresh:
			return BatchStarting
		case t.ActiveCount == t.incremental:
			return BatchIncrementalSyncing
		}
		return BatchSyncing
	}
	switch order.Kind {
	case OrderNone:
		return BatchCreated
	case OrderStop, OrderStopNow:
		return BatchStopped
	case OrderComplete:
		if t.FailedCount+t.StoppedCount+t.SyncedCount > 0 {
			return BatchCompletedWithErrors
		}
		return BatchCompleted
	}
	switch {
	case t.FailedCount > 0 && t.lost == t.TotalCount:
		return BatchFailed
	case t.FailedCount > 0:
		return BatchSyncedWithErrors
	case t.StoppedCount == t.TotalCount, f.NoIncremental:
		return BatchStopped
	case t.FinalizedCount == t.TotalCount:
		return BatchCompleted
	}
	return BatchSynced
}

// overall orders the statuses of batches for [OverallStatus]: what is at work before what waits for somebody, and that before what is done.
var overall = []BatchStatus{
	BatchSyncing, BatchStarting, BatchCompleting, BatchIncrementalSyncing, BatchStopping, BatchRemoving, BatchWaiting,
	BatchCorrupted, BatchFailed, BatchSyncedWithErrors, BatchStopped, BatchCreated, BatchSynced, BatchCompletedWithErrors, BatchCompleted,
}

// OverallStatus sums up the batches of a migration in one status, empty when there is no batch.
func OverallStatus(batches map[BatchStatus]int) BatchStatus {
	for _, s := range overall {
		if batches[s] > 0 {
			return s
		}
	}
	return ""
}
