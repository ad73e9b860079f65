package syncer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
)

const roundTrip = 50 * time.Millisecond

// A farSource is far away: each question takes a round trip, but questions asked at once take it together, as on a connection
// that pipelines.
type farSource struct{ mailbox.Source }

func far[A, B any](seq iter.Seq2[A, B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		time.Sleep(roundTrip)
		seq(yield)
	}
}

func (f farSource) Folders(ctx context.Context, root string) ([]mailbox.Folder, error) {
	time.Sleep(roundTrip)
	return f.Source.Folders(ctx, root)
}

func (f farSource) Open(ctx context.Context, folder string) (mailbox.Opened, error) {
	time.Sleep(roundTrip)
	return f.Source.Open(ctx, folder)
}

func (f farSource) List(ctx context.Context, at mailbox.At, q mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	return far(f.Source.List(ctx, at, q))
}

func (f farSource) Vanished(ctx context.Context, at mailbox.At, known mailbox.UIDSet, since uint64) (mailbox.UIDSet, error) {
	time.Sleep(roundTrip)
	return f.Source.Vanished(ctx, at, known, since)
}

func (f farSource) Fetch(ctx context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return far(f.Source.Fetch(ctx, windows))
}

func (f farSource) Close() error {
	time.Sleep(roundTrip)
	return f.Source.Close()
}

// A farTarget is the same for a target.
type farTarget struct {
	mailbox.Target
	reader farSource
}

func (f farTarget) Folders(ctx context.Context, root string) ([]mailbox.Folder, error) {
	return f.reader.Folders(ctx, root)
}

func (f farTarget) Open(ctx context.Context, folder string) (mailbox.Opened, error) {
	return f.reader.Open(ctx, folder)
}

func (f farTarget) List(ctx context.Context, at mailbox.At, q mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	return f.reader.List(ctx, at, q)
}

func (f farTarget) Close() error { return f.reader.Close() }

func (f farTarget) Create(ctx context.Context, folder, use string) (*mailbox.Opened, error) {
	time.Sleep(roundTrip)
	return f.Target.Create(ctx, folder, use)
}

func (f farTarget) Subscribe(ctx context.Context, folder string) error {
	time.Sleep(roundTrip)
	return f.Target.Subscribe(ctx, folder)
}

func (f farTarget) Store(ctx context.Context, at mailbox.At, changes []mailbox.FlagChange) ([]error, error) {
	time.Sleep(roundTrip)
	return f.Target.Store(ctx, at, changes)
}

func (f farTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return far(f.Target.Append(ctx, msgs))
}

func farAway(j *Job) {
	source, target := j.OpenSource, j.OpenTarget
	j.OpenSource = func(ctx context.Context) (mailbox.Source, error) {
		time.Sleep(roundTrip)
		s, err := source(ctx)
		return farSource{s}, err
	}
	j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
		time.Sleep(roundTrip)
		t, err := target(ctx)
		return farTarget{t, farSource{t}}, err
	}
}

// However many folders there are, a pass waits for the same few round trips: no folder waits for another one's answers. (What
// logging in takes counts as one here.)
func TestRoundTrips(t *testing.T) {
	for _, folders := range []int{2, 15, 30} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{Group: 100})
			w.change = farAway
			for i := range folders {
				name := fmt.Sprintf("F%d", i)
				w.source.AddFolder(name)
				w.deliver(name, 10*i, 10*i+8)
			}
			trips := func() int {
				begun := time.Now()
				w.sync(t)
				return int(time.Since(begun) / roundTrip)
			}
			first, second := trips(), trips()
			for i := range folders {
				name := fmt.Sprintf("F%d", i)
				w.deliver(name, 1000+10*i, 1003+10*i)
				w.source.SetFlags(name, 1, "$New")
				w.source.SetFlags(name, 2, "$New")
			}
			third := trips()
			for i := range folders {
				w.same(t, fmt.Sprintf("F%d", i))
			}
			for _, c := range []struct {
				pass      string
				got, most int
			}{{"first", first, 7}, {"idle", second, 3}, {"delta", third, 7}} { // the eighth is the look whether dates are kept
				if t.Logf("%d folders, %s: %d round trips", folders, c.pass, c.got); c.got > c.most {
					t.Errorf("%d folders: the %s pass took %d round trips, want at most %d", folders, c.pass, c.got, c.most)
				}
			}
		})
	}
}

// spread delivers mail to many folders of different sizes.
func spread(w *world, folders int) (names []string) {
	for i := range folders {
		name := fmt.Sprintf("F%d", i)
		w.source.AddFolder(name)
		w.deliver(name, 100*i, 100*i+20+i)
		names = append(names, name)
	}
	return names
}

// checkOrder demands that messages lie at the target in the order of their UIDs at the source.
func checkOrder(t *testing.T, w *world, names ...string) {
	t.Helper()
	for _, name := range names {
		from, to := w.source.Messages(name), w.target.Messages(name)
		for i := range min(len(from), len(to)) {
			if string(from[i].Body) != string(to[i].Body) {
				t.Errorf("%q: message %d at the target is not the source's: the order is lost", name, i)
				break
			}
		}
	}
}

// A second pair of connections takes its share of the folders, and each folder keeps its order.
func TestTwoPairs(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Group: 3})
	names := spread(w, 12)
	var mu sync.Mutex
	permits, logins := 0, 0
	both := make(chan struct{})
	w.change = func(j *Job) {
		j.spareWork = 1
		j.Spare = func() (Permit, bool) {
			mu.Lock()
			defer mu.Unlock()
			permits++
			return Permit{Release: func() {
				mu.Lock()
				defer mu.Unlock()
				permits--
			}}, permits == 1
		}
		open := j.OpenTarget
		j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
			inner, err := open(ctx)
			if err != nil {
				return nil, err
			}
			mu.Lock()
			defer mu.Unlock()
			if logins++; logins == 1 { // its first message waits until both pairs are open
				return &patientTarget{Target: inner, until: both}, nil
			}
			close(both)
			return inner, nil
		}
	}
	w.sync(t)
	w.same(t, names...)
	checkOrder(t, w, names...)
	open, most := w.target.Sessions()
	if open != 0 || most != 2 || permits != 0 {
		t.Errorf("%d sessions are open, %d were at most, %d permits were not given back", open, most, permits)
	}
}

// However far ahead the first pair's source asks, it leaves a second pair its share.
func TestSecondPairGetsItsShare(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Group: 3})
	var names []string
	for i := range 12 {
		name := fmt.Sprintf("F%d", i)
		w.source.AddFolder(name)
		w.deliver(name, 1000*i, 1000*i+100)
		names = append(names, name)
	}
	var mu sync.Mutex
	logins, second := 0, 0
	both := make(chan struct{})
	w.change = func(j *Job) {
		j.Spare = func() (Permit, bool) { return Permit{Release: func() {}}, true }
		openSource, openTarget := j.OpenSource, j.OpenTarget
		j.OpenSource = func(ctx context.Context) (mailbox.Source, error) {
			inner, err := openSource(ctx)
			return greedySource{inner}, err
		}
		j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
			inner, err := openTarget(ctx)
			mu.Lock()
			defer mu.Unlock()
			if logins++; err != nil || logins == 1 {
				return &heldTarget{Target: inner, until: both}, err
			}
			return &countingTarget{inner, func() {
				if second++; second == 300 { // only then the first goes on
					close(both)
				}
			}}, nil
		}
	}
	w.sync(t)
	w.same(t, names...)
	checkOrder(t, w, names...)
	if second < 300 {
		t.Errorf("the second pair stored %d of 1,200 messages, though the first stored none before it", second)
	}
}

// A greedySource pulls all windows that it can get before it yields anything.
type greedySource struct{ mailbox.Source }

func (g greedySource) Fetch(ctx context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return func(yield func(*mailbox.Message, error) bool) {
		next, stop := iter.Pull(windows)
		defer stop()
		var pulled []mailbox.Window
		more := true
		g.Source.Fetch(ctx, func(yield func(mailbox.Window) bool) {
			for {
				for more {
					var w mailbox.Window
					if w, more = next(); !more || len(w.UIDs) == 0 {
						break
					}
					pulled = append(pulled, w)
				}
				if len(pulled) == 0 && !more {
					return
				}
				if len(pulled) > 0 {
					if !yield(pulled[0]) {
						return
					}
					pulled = pulled[1:]
				}
			}
		})(yield)
	}
}

// A heldTarget does not take its first message before it is let.
type heldTarget struct {
	mailbox.Target
	until <-chan struct{}
}

func (h *heldTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return h.Target.Append(ctx, func(yield func(*mailbox.Outgoing, error) bool) {
		for m, err := range msgs {
			select {
			case <-h.until:
			case <-ctx.Done():
				return
			}
			if !yield(m, err) {
				return
			}
		}
	})
}

// A countingTarget tells of each message that it has stored.
type countingTarget struct {
	mailbox.Target
	stored func()
}

func (c *countingTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		for r, err := range c.Target.Append(ctx, msgs) {
			if err == nil && r.Fate == mailbox.Stored {
				c.stored()
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// A UID that comes with another UIDVALIDITY than that of the folder is not believed: the message is looked for.
func TestUIDOfAnotherLife(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Group: 3})
	w.source.AddFolder("F")
	w.deliver("F", 0, 20)
	w.change = func(j *Job) {
		open := j.OpenTarget
		j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
			inner, err := open(ctx)
			return &reborn{inner}, err
		}
	}
	w.sync(t)
	w.same(t, "F")
	w.source.SetFlags("F", 7, "$New") // reaches its message only if its place is known
	w.sync(t)
	w.same(t, "F")
}

// A reborn target tells wrong UIDs, and that they are of another life.
type reborn struct{ mailbox.Target }

func (r *reborn) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		for a, err := range r.Target.Append(ctx, msgs) {
			if a.UIDValidity != 0 {
				a.UIDValidity, a.UID = a.UIDValidity+1, a.UID%3+1
			}
			if !yield(a, err) {
				return
			}
		}
	}
}

// A fault of ours in opening a second pair comes up where the pass runs.
func TestSecondPairPanics(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Group: 3})
	spread(w, 12)
	w.change = func(j *Job) {
		j.spareWork = 1
		j.Spare = func() (Permit, bool) { panic("no such counter") }
	}
	defer func() {
		if v := recover(); v != "no such counter" {
			t.Errorf("%v came up", v)
		}
	}()
	w.sync(t)
	t.Error("the pass has ended as if nothing had been")
}

// A second pair that takes for ever to be opened holds nothing up.
func TestSecondPairNeverOpens(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Group: 3})
	names := spread(w, 12)
	var mu sync.Mutex
	logins, permits := 0, 0
	w.change = func(j *Job) {
		j.spareWork = 1
		j.Spare = func() (Permit, bool) {
			permits++
			return Permit{Release: func() { permits-- }}, true
		}
		open := j.OpenTarget
		j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
			mu.Lock()
			logins++
			first := logins == 1
			mu.Unlock()
			if !first {
				<-ctx.Done()
				return nil, mailbox.NewError(mailbox.ConnectFailed, "LOGIN", context.Cause(ctx))
			}
			return open(ctx)
		}
	}
	w.sync(t)
	w.same(t, names...)
	if open, _ := w.source.Sessions(); open != 0 || logins != 2 || permits != 0 {
		t.Errorf("%d sessions are open after %d logins, %d permits were not given back", open, logins, permits)
	}
}

// A second pair that can't be opened, that is lost or that is wanted by somebody else does not end the pass.
func TestSecondPairFails(t *testing.T) {
	for _, c := range []string{"refused", "lost", "recalled"} {
		t.Run(c, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{Group: 3})
			names := spread(w, 12)
			var mu sync.Mutex
			logins := 0
			recalled, gone := make(chan struct{}), make(chan struct{})
			w.change = func(j *Job) {
				j.spareWork = 1
				j.Spare = func() (Permit, bool) { return Permit{Recalled: recalled, Release: func() {}}, true }
				open := j.OpenTarget
				j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
					mu.Lock()
					defer mu.Unlock()
					inner, err := open(ctx)
					if err != nil {
						return nil, err
					}
					if logins++; logins == 1 { // the first pair must leave the second its part
						return &patientTarget{Target: inner, until: gone}, nil
					}
					switch c {
					case "refused":
						close(gone)
						_ = inner.Close()
						return nil, mailbox.NewError(mailbox.TooManySessions, "LOGIN", nil)
					case "lost":
						return &mortalTarget{Target: inner, left: 7, dying: func() bool { close(gone); return true }}, nil
					}
					return &mortalTarget{Target: inner, left: 7, dying: func() bool { close(recalled); close(gone); return false }}, nil
				}
			}
			w.sync(t)
			w.same(t, names...)
			if c != "lost" { // what was on its way is looked for before the rest is sent
				checkOrder(t, w, names...)
			}
			if logins != 2 {
				t.Errorf("%d logins", logins)
			}
			if c != "recalled" && !w.log.has("did not hold") {
				t.Errorf("nobody was told: %q", w.log.lines)
			}
			w.change = nil
			if r := w.sync(t); r.Copied+r.Matched != 0 {
				t.Errorf("once more: %+v", r)
			}
		})
	}
}

// A patientTarget stores nothing before something else has happened.
type patientTarget struct {
	mailbox.Target
	until <-chan struct{}
}

func (p *patientTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		select {
		case <-p.until:
		case <-ctx.Done():
			yield(mailbox.Appended{}, context.Cause(ctx))
			return
		}
		p.Target.Append(ctx, msgs)(yield)
	}
}

// A mortalTarget tells of its end at its so-manieth result, and breaks if it is told so.
type mortalTarget struct {
	mailbox.Target
	left  int
	dying func() (breaks bool)
}

func (m *mortalTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		for r, err := range m.Target.Append(ctx, msgs) {
			if m.left--; m.left == 0 && m.dying() {
				yield(mailbox.Appended{}, mailbox.NewError(mailbox.ConnectionLost, "APPEND", io.EOF))
				return
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Trouble of one folder in the middle of the stream that carries them all leaves the others whole, and makes no doubles.
func TestOneFolderBreaksTheStream(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Group: 3})
	names := spread(w, 6)
	w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
		if e.Op == "APPEND" && e.Folder == "F2" {
			refused := mailbox.NewError(mailbox.AccessDenied, "APPEND", nil)
			refused.Class, refused.Folder = mailbox.PerFolder, "F2"
			return refused
		}
		return nil
	}})
	r := w.sync(t)
	if bad := r.Faulty(); len(bad) != 1 || bad[0].SourceFolder != "F2" {
		t.Errorf("faulty folders %+v\n%s", bad, strings.Join(w.log.lines, "\n"))
	}
	w.same(t, "F0", "F1", "F3", "F4", "F5")
	w.target.SetHooks(membox.Hooks{})
	w.sync(t)
	w.same(t, names...)
}

// A panic of ours comes up where the pass was begun, though it happened in a goroutine of the target's; what was on its way is found
// afterwards.
func TestPanicComesUp(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Group: 3})
	names := spread(w, 4)
	w.source.SetHooks(membox.Hooks{Unreadable: func(folder string, uid mailbox.UID) error {
		if folder == "F2" && uid == 7 {
			return mailbox.NewError(mailbox.MessageUnread, "FETCH", nil)
		}
		return nil
	}})
	w.change = func(j *Job) {
		open := j.OpenTarget
		j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
			inner, err := open(ctx)
			return eagerTarget{inner}, err
		}
		j.Observer = clumsy{}
	}
	func() {
		defer func() {
			if p := recover(); p != "clumsy" {
				t.Errorf("the pass ended with %v, want a panic", p)
			}
		}()
		_, err := Run(t.Context(), w.job())
		t.Errorf("the pass ended: %v", err)
	}()
	w.source.SetHooks(membox.Hooks{})
	w.change = nil
	w.sync(t)
	w.same(t, names...)
}

// A clumsy observer panics when it is told of a message that could not be copied.
type clumsy struct{}

func (clumsy) Progress(Progress) {}

func (clumsy) Report(l migration.ReportLine) {
	if strings.Contains(l.Message, "could not be copied") {
		panic("clumsy")
	}
}

// A pass that may send no more ends where it is: what was sent before is answered for, over both pairs, and the next pass goes on
// from there.
func TestSpend(t *testing.T) {
	for _, pairs := range []int{1, 2} {
		t.Run(fmt.Sprint(pairs), func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{Group: 3})
			names := spread(w, 12)
			var mu sync.Mutex
			var spent, allowed, largest int64
			enough := errors.New("enough for today")
			w.change = func(j *Job) {
				if pairs == 2 {
					twoPairs(j)
				}
				j.Spend = func(bytes int64) error {
					mu.Lock()
					defer mu.Unlock()
					if spent >= allowed {
						return enough
					}
					spent += bytes
					largest = max(largest, bytes)
					return nil
				}
			}
			var err error
			days := 0
			for allowed = 2000; ; allowed += 2000 {
				if _, err = Run(t.Context(), w.job()); err == nil {
					break
				}
				if days++; !errors.Is(err, enough) || days > 100 {
					t.Fatalf("day %d: %v", days, err)
				}
				var arrived int64
				for _, name := range names {
					for _, m := range w.target.Messages(name) {
						arrived += int64(len(m.Body))
					}
				}
				if arrived != spent || spent > allowed+largest {
					t.Errorf("day %d: %d bytes arrived, %d were spent, %d may be", days, arrived, spent, allowed)
				}
			}
			if days < 3 {
				t.Errorf("%d days", days)
			}
			w.same(t, names...)
		})
	}
}
