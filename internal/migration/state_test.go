package migration

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// allEvents in the order of the golden file's columns.
var allEvents = []Event{
	EventStart, EventStop, EventComplete, EventRetry, EventSyncNow,
	EventAdmit, EventReady, EventDone, EventDoneSkipping, EventAnalyzed, EventFail, EventHalt,
}

// The table as a whole is reviewed in testdata/states.txt: each line is a state, an event and what comes of it.
func TestUserTableGolden(t *testing.T) {
	var b strings.Builder
	for _, status := range slices.Sorted(maps.Keys(userTable)) {
		for _, copied := range []bool{false, true} {
			for _, e := range allEvents {
				next, effects, err := UserState{Status: status, Copied: copied}.Next(e)
				if err != nil {
					continue
				}
				fmt.Fprintf(&b, "%-22s %-6s %-13s → %s", status, mark(copied), e, next.Status)
				if next.Copied != copied {
					b.WriteString(", copied")
				}
				b.WriteString(effectNames(effects) + "\n")
			}
		}
	}
	const file = "testdata/states.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the state table is not as in %s (go test -update writes it):\n%s", file, b.String())
	}
}

func mark(copied bool) string {
	if copied {
		return "copied"
	}
	return ""
}

func effectNames(e Effects) string {
	var s string
	for _, n := range []struct {
		effect Effects
		name   string
	}{{EffectSynced, "synced"}, {EffectRetry, "retry"}, {EffectClearError, "clear error"}, {EffectFinished, "finished"}} {
		if e.Has(n.effect) {
			s += " [" + n.name + "]"
		}
	}
	return s
}

// every state that the table can reach from where a user begins.
func reachable() map[UserState]bool {
	seen := map[UserState]bool{{Status: UserStopped}: true}
	for todo := []UserState{{Status: UserStopped}}; len(todo) > 0; todo = todo[1:] {
		for _, e := range allEvents {
			if next, _, err := todo[0].Next(e); err == nil && !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return seen
}

func TestUserTableIsWhole(t *testing.T) {
	states := reachable()
	for s := range states {
		if !slices.Contains(UserStatuses, s.Status) {
			t.Errorf("%s is no status of Exchange's", s.Status)
		}
		if _, ok := userTable[s.Status]; !ok {
			t.Errorf("%s can be reached and has no row", s.Status)
		}
	}
	for status := range userTable {
		if status == UserCorrupted || status == UserRemoving {
			continue
		}
		if !states[UserState{Status: status}] && !states[UserState{Status: status, Copied: true}] {
			t.Errorf("%s has a row and can't be reached", status)
		}
	}
	// A job may report its end in every state into which orders can bring a user whose job runs.
	for s := range states {
		admitted, _, err := s.Next(EventAdmit)
		if err != nil {
			continue
		}
		for _, kinds := range [][]OrderKind{{}, {OrderStop}, {OrderComplete}, {OrderStop, OrderStart}, {OrderStop, OrderComplete}, {OrderComplete, OrderStop}} {
			running := admitted
			for i, k := range kinds {
				running = running.Settle(Order{Kind: k, Number: running.Seen + uint64(i) + 1})
			}
			for _, e := range []Event{EventReady, EventDone, EventDoneSkipping, EventFail, EventHalt} {
				if _, _, err := running.Next(e); err != nil {
					t.Errorf("admitted from %v, ordered %v: %v", s, kinds, err)
				}
			}
		}
	}
}

func TestSettle(t *testing.T) {
	start, again := Order{Kind: OrderStart, Number: 1}, Order{Kind: OrderStart, Number: 2}
	stop, complete := Order{Kind: OrderStop, Number: 2}, Order{Kind: OrderComplete, Number: 2}
	tests := []struct {
		from   UserStatus
		copied bool
		seen   uint64
		order  Order
		want   UserStatus
	}{
		{UserStopped, false, 0, Order{}, UserStopped},
		{UserStopped, false, 0, start, UserQueued},
		{UserStopped, false, 1, start, UserQueued},
		{UserFailed, false, 1, start, UserFailed},
		{UserFailed, false, 1, again, UserQueued},
		{UserIncrementalFailed, true, 1, again, UserQueued},
		{UserSynced, true, 1, again, UserSynced},
		{UserSyncing, false, 1, again, UserSyncing},
		{UserQueued, false, 1, stop, UserStopped},
		{UserQueued, true, 1, stop, UserIncrementalStopped},
		{UserSyncing, false, 1, stop, UserStopping},
		{UserSynced, true, 1, stop, UserIncrementalStopped},
		{UserFailed, false, 1, stop, UserFailed},
		{UserCompleted, true, 1, stop, UserCompleted},
		{UserSynced, true, 1, complete, UserCompleting},
		{UserSyncing, false, 1, complete, UserSyncing},
		{UserFailed, false, 1, complete, UserCompleting},
		{UserCompletionFailed, true, 2, complete, UserCompletionFailed},
		{UserCompletionFailed, true, 1, complete, UserCompleting},
		{UserCompleted, true, 1, complete, UserCompleted},
		{UserStopping, false, 2, again, UserSyncing},
		{UserSynced, true, 1, Order{Kind: OrderRemove, Number: 3}, UserRemoving},
	}
	for _, tt := range tests {
		s := UserState{Status: tt.from, Copied: tt.copied, Seen: tt.seen}
		got := s.Settle(tt.order)
		if got.Status != tt.want {
			t.Errorf("%s under %s (seen %d) is %s, want %s", tt.from, tt.order.Kind, tt.seen, got.Status, tt.want)
		}
		if again := got.Settle(tt.order); again != got {
			t.Errorf("%s under %s: settling twice gives %v, then %v", tt.from, tt.order.Kind, got, again)
		}
	}
	for s := range reachable() {
		for _, k := range []OrderKind{OrderNone, OrderStart, OrderStop, OrderStopNow, OrderComplete} {
			o := Order{Kind: k, Number: s.Seen + 1}
			if once := s.Settle(o); once.Settle(o) != once {
				t.Errorf("%v under %s does not settle: %v, then %v", s, k, once, once.Settle(o))
			}
		}
	}
}

func TestBatchStatus(t *testing.T) {
	start := Order{Kind: OrderStart, Number: 1}
	u := func(status UserStatus) UserState {
		_, initial, _ := strings.Cut(string(status), "Incremental")
		return UserState{Status: status, Copied: initial != "" || status == UserSynced, Seen: 1}
	}
	untouched := UserState{Status: UserStopped}
	tests := []struct {
		name  string
		order Order
		facts Facts
		users []UserState
		want  BatchStatus
	}{
		{"created", Order{}, Facts{}, []UserState{untouched, untouched}, BatchCreated},
		{"just started", start, Facts{}, []UserState{untouched, untouched}, BatchStarting},
		{"held", start, Facts{Held: true}, []UserState{untouched, untouched}, BatchWaiting},
		{"one admitted", start, Facts{}, []UserState{u(UserValidating), untouched}, BatchSyncing},
		{"one still copied", start, Facts{}, []UserState{u(UserSynced), u(UserSyncing)}, BatchSyncing},
		{"all copied", start, Facts{}, []UserState{u(UserSynced), u(UserSynced)}, BatchSynced},
		{"one failed", start, Facts{}, []UserState{u(UserSynced), u(UserFailed)}, BatchSyncedWithErrors},
		{"all failed", start, Facts{}, []UserState{u(UserFailed), u(UserFailed)}, BatchFailed},
		{"all failed later", start, Facts{}, []UserState{u(UserIncrementalFailed)}, BatchSyncedWithErrors},
		{"daily sync", start, Facts{}, []UserState{u(UserSynced), u(UserIncrementalSyncing)}, BatchIncrementalSyncing},
		{"retry just ordered", Order{Kind: OrderStart, Number: 2}, Facts{}, []UserState{u(UserSynced), u(UserFailed)}, BatchStarting},
		{"started again, nothing failed", Order{Kind: OrderStart, Number: 2}, Facts{}, []UserState{u(UserSynced)}, BatchSynced},
		{"incremental retry", Order{Kind: OrderStart, Number: 2}, Facts{}, []UserState{u(UserIncrementalSyncing), u(UserIncrementalFailed)}, BatchIncrementalSyncing},
		{"without incremental", start, Facts{NoIncremental: true}, []UserState{u(UserSynced)}, BatchStopped},
		{"stopping", Order{Kind: OrderStop, Number: 2}, Facts{}, []UserState{u(UserSyncing), u(UserQueued)}, BatchStopping},
		{"stopped", Order{Kind: OrderStop, Number: 2}, Facts{}, []UserState{u(UserQueued), u(UserSynced)}, BatchStopped},
		{"completing", Order{Kind: OrderComplete, Number: 2}, Facts{}, []UserState{u(UserSynced), u(UserCompleted)}, BatchCompleting},
		{"completing while copying", Order{Kind: OrderComplete, Number: 2}, Facts{}, []UserState{u(UserSyncing)}, BatchCompleting},
		{"completed", Order{Kind: OrderComplete, Number: 1}, Facts{}, []UserState{u(UserCompleted), u(UserCompletedWithWarnings)}, BatchCompleted},
		{"completed with errors", Order{Kind: OrderComplete, Number: 1}, Facts{}, []UserState{u(UserCompleted), u(UserCompletionFailed)}, BatchCompletedWithErrors},
		{"removing", Order{Kind: OrderRemove, Number: 3}, Facts{}, []UserState{u(UserSynced)}, BatchRemoving},
	}
	for _, tt := range tests {
		var tally Tally
		for _, s := range tt.users {
			tally.Add(s, tt.order, false)
		}
		if got := BatchStatusOf(tt.order, tally, tt.facts); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		c := tally.Counts
		if sum := c.ActiveCount + c.SyncedCount + c.FinalizedCount + c.FailedCount + c.StoppedCount; sum != len(tt.users) {
			t.Errorf("%s: the counts %+v add up to %d, want %d", tt.name, c, sum, len(tt.users))
		}
	}
}

// Whatever the users do, a batch is busy exactly while one of them is.
func TestBatchBusyWhileUsersAre(t *testing.T) {
	states := slices.SortedFunc(maps.Keys(reachable()), func(a, b UserState) int { return cmp.Compare(a.Status, b.Status) })
	for _, a := range states {
		for _, b := range states {
			for _, k := range []OrderKind{OrderStart, OrderStop, OrderComplete} {
				o := Order{Kind: k, Number: 1}
				var tally Tally
				tally.Add(a, o, false)
				tally.Add(b, o, false)
				status := BatchStatusOf(o, tally, Facts{})
				if busy := tally.ActiveCount > 0; status.Busy() != busy {
					t.Errorf("%v and %v under %s: %s, active users: %v", a, b, k, status, busy)
				}
			}
		}
	}
}

func TestOverallStatusKnowsEveryStatus(t *testing.T) {
	for _, s := range BatchStatuses {
		if got := OverallStatus(map[BatchStatus]int{s: 1}); got != s {
			t.Errorf("a migration of one batch that is %s is %q", s, got)
		}
	}
	if got := OverallStatus(map[BatchStatus]int{BatchCompleted: 9, BatchFailed: 1, BatchSyncing: 1}); got != BatchSyncing {
		t.Errorf("a migration with a batch at work is %q", got)
	}
}
