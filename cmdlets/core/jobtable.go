package core

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// The states of a job, as System.Management.Automation.JobState numbers them.
const (
	jobNotStarted = 0
	jobRunning    = 1
	jobCompleted  = 2
	jobFailed     = 3
	jobStopped    = 4
	jobStopping   = 9
)

// jobTable holds the jobs of one session. It owns their goroutines: Close ends all and waits.
type jobTable struct {
	mu      sync.Mutex    // guards all that is below, and the jobs' changing fields
	changed chan struct{} // closed at the next change; nil while nobody waits for one
	jobs    []*job        // in the order of their start; those inside another job are that job's
	last    int           // number of the latest job
	closed  bool
	queues  map[string]*jobQueue // by kind of job
	running sync.WaitGroup
}

// jobQueue holds back jobs of which no more than limit may run at once.
type jobQueue struct {
	limit, running int
	waiting        []*job
}

type jobsKey struct{}

// jobsOf are the jobs of a session.
func jobsOf(s cmdlet.Session) *jobTable {
	return s.Keep(jobsKey{}, func() any { return &jobTable{queues: map[string]*jobQueue{}} }).(*jobTable)
}

// job is a piece of work beside the session, or a group of such.
type job struct {
	table                   *jobTable
	typ                     *object.Type
	kind                    string // PSJobTypeName
	id                      int
	name, command, location string
	instance                object.Guid
	self                    *object.Object
	children                []*job // of a group, which does nothing itself

	work   func(ctx context.Context) error
	queue  *jobQueue
	cancel context.CancelFunc
	state  int32
	reason error // why it failed
	begun  time.Time
	ended  time.Time
	// records are what nobody has received yet.
	records []jobRecord
	// stored tells that what it puts out comes in one piece with its end, so that there may be more until somebody has looked.
	stored bool
}

// newJob makes a job that is in no table yet. A job inside another takes its number after that.
func (t *jobTable) newJob(typ *object.Type, kind, name, command, location string) *job {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	j := &job{table: t, typ: typ, kind: kind, id: t.last, name: name, command: command, location: location, instance: object.Guid(uuid.New())}
	if name == "" {
		j.name = "Job" + strconv.Itoa(j.id)
	}
	j.self = object.Instance(typ, j)
	return j
}

// add enters a job.
func (t *jobTable) add(j *job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.jobs = append(t.jobs, j)
}

// queue gives the queue of a kind of job and sets its limit, where limit is not 0.
func (t *jobTable) queueOf(kind string, limit int) *jobQueue {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.queues[kind]
	if q == nil {
		q = &jobQueue{limit: defaultThrottle}
		t.queues[kind] = q
	}
	if limit > 0 {
		q.limit = limit
	}
	return q
}

// defaultThrottle is how many jobs of a queue run at once where nobody says otherwise.
const defaultThrottle = 5

// start begins a job's work, or lets it wait for its turn.
func (t *jobTable) start(j *job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if j.queue != nil {
		j.queue.waiting = append(j.queue.waiting, j)
		t.admit(j.queue)
		return
	}
	t.begin(j)
}

// admit begins jobs of a queue as far as its limit allows. The table is locked.
func (t *jobTable) admit(q *jobQueue) {
	for len(q.waiting) > 0 && q.running < q.limit && !t.closed {
		j := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.running++
		t.begin(j)
	}
}

// begin starts the job's goroutine. The table is locked.
func (t *jobTable) begin(j *job) {
	ctx, cancel := context.WithCancel(context.Background())
	j.cancel, j.state, j.begun = cancel, jobRunning, time.Now()
	t.running.Go(func() {
		defer cancel()
		t.ended(j, j.work(ctx))
	})
	t.notify()
}

// ended notes how a job has ended.
func (t *jobTable) ended(j *job, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	j.ended = time.Now()
	switch {
	case j.state == jobStopping || errors.Is(err, context.Canceled):
		j.state = jobStopped
	case err != nil:
		j.state, j.reason = jobFailed, err
		j.records = append(j.records, jobRecord{stream: syntax.StreamError, value: object.RecordOf(err)})
	default:
		j.state = jobCompleted
	}
	if j.queue != nil {
		j.queue.running--
		t.admit(j.queue)
	}
	t.notify()
}

// notify wakes who waits for a change. The table is locked.
func (t *jobTable) notify() {
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

// next is closed at the next change. The table is locked.
func (t *jobTable) next() <-chan struct{} {
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	return t.changed
}

// stop asks a job and those inside it to end.
func (t *jobTable) stop(j *job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range j.workers() {
		switch w.state {
		case jobNotStarted:
			w.state, w.ended = jobStopped, time.Now()
			if w.queue != nil {
				w.queue.remove(w)
			}
		case jobRunning:
			w.state = jobStopping
			w.cancel()
		}
	}
	t.notify()
}

func (q *jobQueue) remove(j *job) {
	for i, w := range q.waiting {
		if w == j {
			q.waiting = append(q.waiting[:i:i], q.waiting[i+1:]...)
			return
		}
	}
}

// change is closed at the next change.
func (t *jobTable) change() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next()
}

// wait waits until done says so, which is asked with the table locked, or ctx ends.
func (t *jobTable) wait(ctx context.Context, done func() bool) error {
	for {
		t.mu.Lock()
		if done() {
			t.mu.Unlock()
			return nil
		}
		changed := t.next()
		t.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// remove takes a job out of the table.
func (t *jobTable) remove(j *job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, x := range t.jobs {
		if x == j {
			t.jobs = append(t.jobs[:i:i], t.jobs[i+1:]...)
			return
		}
	}
}

// list are the jobs of the session; with those inside them where inside is set.
func (t *jobTable) list(inside bool) []*job {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []*job
	for _, j := range t.jobs {
		out = append(out, j)
		if inside {
			out = append(out, j.children...)
		}
	}
	return out
}

// Close ends all jobs and waits for them.
func (t *jobTable) Close() error {
	t.mu.Lock()
	t.closed = true
	jobs := append([]*job(nil), t.jobs...)
	t.mu.Unlock()
	for _, j := range jobs {
		t.stop(j)
	}
	t.running.Wait()
	return nil
}

// workers are those that do a job's work: its children, or itself.
func (j *job) workers() []*job {
	if j.children != nil {
		return j.children
	}
	return []*job{j}
}

// current is the job's state; that of a group follows from those inside it. The table is locked.
func (j *job) current() int32 {
	if j.children == nil {
		return j.state
	}
	count := map[int32]int{}
	for _, c := range j.children {
		count[c.state]++
	}
	switch n := len(j.children); {
	case count[jobNotStarted] == n:
		return jobNotStarted
	case count[jobStopping] > 0:
		return jobStopping
	case count[jobRunning]+count[jobNotStarted] > 0:
		return jobRunning
	case count[jobFailed] > 0:
		return jobFailed
	case count[jobStopped] > 0:
		return jobStopped
	}
	return jobCompleted
}

// over tells whether the job has ended. The table is locked.
func (j *job) over() bool {
	switch j.current() {
	case jobCompleted, jobFailed, jobStopped:
		return true
	}
	return false
}

// more tells whether there is something to receive. The table is locked.
func (j *job) more() bool {
	for _, w := range j.workers() {
		if len(w.records) > 0 || w.stored && w.state != jobNotStarted {
			return true
		}
	}
	return false
}

// Record implements [cmdlet.Streams].
func (j *job) Record(stream syntax.Stream, v any) error {
	j.keep(jobRecord{stream: stream, value: v})
	return nil
}

// Progress implements [cmdlet.Streams]. Of each activity the latest record is kept.
func (j *job) Progress(p cmdlet.Progress) error {
	j.table.mu.Lock()
	for i, r := range j.records {
		if r.progress != nil && r.progress.ID == p.ID {
			j.records = append(j.records[:i:i], j.records[i+1:]...)
			break
		}
	}
	j.table.mu.Unlock()
	j.keep(jobRecord{progress: &p})
	return nil
}

func (j *job) keep(r jobRecord) {
	j.table.mu.Lock()
	defer j.table.mu.Unlock()
	j.records = append(j.records, r)
	j.table.notify()
}

// take gives what has not been received yet, and takes it away unless it is to stay.
func (j *job) take(stay bool) (records []jobRecord, over bool) {
	j.table.mu.Lock()
	defer j.table.mu.Unlock()
	over = true
	for _, w := range j.workers() {
		records = append(records, w.records...)
		ended := w.over()
		over = over && ended
		if stay {
			continue
		}
		w.records = nil
		w.stored = w.stored && !ended
	}
	return records, over
}
