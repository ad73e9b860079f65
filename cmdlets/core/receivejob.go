package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Receive-Job", Module: moduleCore, Aliases: []string{"rcjb"}, DefaultSet: "Location", Synopsis: "Gets what jobs have put out.",
}, func() cmdlet.Cmdlet { return &receiveJob{} })

type receiveJob struct {
	Job               []*object.Object `type:"System.Management.Automation.Job[]" param:"set=Location,ComputerName,Session mandatory pos=0 pipeline pipelinebyname" help:"Jobs as Get-Job gives them."`
	ComputerName      []string         `param:"set=ComputerName pos=1 pipelinebyname" alias:"Cn" validate:"notnullorempty" help:"Not supported: there are no jobs on other computers."`
	Location          []string         `param:"set=Location pos=1" help:"Only what comes from jobs at these locations."`
	Session           []any            `param:"set=Session pos=1 pipelinebyname" typename:"System.Management.Automation.Runspaces.PSSession[]" help:"Not supported: there are no remote sessions."`
	Name              []string         `param:"set=NameParameterSet mandatory pos=0 pipelinebyname wildcards" validate:"notnullorempty" help:"Names of jobs."`
	InstanceID        []object.Guid    `name:"InstanceId" param:"set=InstanceIdParameterSet mandatory pos=0 pipelinebyname" type:"guid[]" validate:"notnullorempty" help:"Unique numbers of jobs."`
	ID                []int32          `name:"Id" param:"set=SessionIdParameterSet mandatory pos=0 pipelinebyname" validate:"notnullorempty" help:"Numbers of jobs."`
	Keep              bool             `param:"" help:"Leaves what is received with the job, to be received again."`
	NoRecurse         bool             `param:"" help:"Only what the jobs themselves have put out, not those inside them."`
	Force             bool             `param:"" help:"Goes on waiting for jobs that are suspended; here none ever is."`
	Wait              bool             `param:"" help:"Gives what comes until the jobs have ended."`
	AutoRemoveJob     bool             `param:"" help:"With -Wait: removes the jobs afterwards."`
	WriteEvents       bool             `param:"" help:"With -Wait: tells when the state of a job changes."`
	WriteJobInResults bool             `param:"" help:"With -Wait: gives the job before what it has put out."`

	received []*job
}

// Begin checks the parameters that go with -Wait only.
func (c *receiveJob) Begin(_ context.Context, out cmdlet.Out) error {
	for _, p := range []string{"AutoRemoveJob", "WriteEvents", "WriteJobInResults"} {
		if out.Bound(p) && !c.Wait {
			e := object.NewException("System.InvalidOperationException", "The %s parameter cannot be used without the Wait parameter.", p)
			return object.NewErrorOf(e, "ReceiveJob"+p+"WithoutWait", object.InvalidOperation, nil)
		}
	}
	if c.AutoRemoveJob && c.Keep {
		e := object.NewException("System.InvalidOperationException", "The Keep parameter cannot be used with the AutoRemoveJob parameter.")
		return object.NewErrorOf(e, "ReceiveJobAutoRemoveJobWithKeep", object.InvalidOperation, nil)
	}
	if out.Bound("ComputerName") || out.Bound("Session") {
		return noRemoteSessions("Receive-Job")
	}
	return nil
}

// Process gives what jobs have put out; with -Wait that is done at the end, so that all of them are waited for at once.
func (c *receiveJob) Process(_ context.Context, _ any, out cmdlet.Out) error {
	jobs, err := jobChoice{given: c.Job, ids: c.ID, instances: c.InstanceID, names: c.Name, inside: true}.jobs(out)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if c.Location != nil && !fitsOne(c.Location, j.location) {
			continue
		}
		if c.Wait {
			c.received = append(c.received, j)
		} else if _, err := c.receive(j, out); err != nil {
			return err
		}
	}
	return nil
}

func fitsOne(patterns []string, name string) bool {
	for _, p := range patterns {
		if fitsWildcard(p, name) {
			return true
		}
	}
	return false
}

// receive gives what a job has put out so far and tells whether the job has ended.
func (c *receiveJob) receive(j *job, out cmdlet.Out) (over bool, err error) {
	if c.NoRecurse && j.children != nil {
		return j.now() > jobRunning, nil
	}
	records, over := j.take(c.Keep)
	for _, r := range records {
		if err := r.pass(out); err != nil {
			return over, err
		}
	}
	return over, nil
}

// End waits for the jobs and gives what comes.
func (c *receiveJob) End(ctx context.Context, out cmdlet.Out) error {
	if !c.Wait || len(c.received) == 0 {
		return nil
	}
	if c.WriteJobInResults {
		for _, j := range c.received {
			if err := out.Write(j.self); err != nil {
				return err
			}
		}
	}
	follow := jobFollower{states: map[*job]int32{}, seen: map[*job]int{}, keep: c.Keep, events: c.WriteEvents}
	if err := follow.all(ctx, c.received, out); err != nil {
		return err
	}
	if c.AutoRemoveJob {
		for _, j := range c.received {
			j.table.remove(j)
		}
	}
	return nil
}

// jobFollower gives what jobs put out as it comes.
type jobFollower struct {
	states map[*job]int32
	seen   map[*job]int // with keep: how many records of a job were given
	keep   bool
	events bool
}

// all follows jobs until every one has ended and everything has been given.
func (f *jobFollower) all(ctx context.Context, jobs []*job, out cmdlet.Out) error {
	for {
		changed, open := jobs[0].table.change(), 0
		for _, j := range jobs {
			over, err := f.one(j, out)
			if err != nil {
				return err
			}
			if !over {
				open++
			}
		}
		if open == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// one gives what is new of a job and tells whether it has ended.
func (f *jobFollower) one(j *job, out cmdlet.Out) (over bool, err error) {
	over = true
	for _, w := range j.workers() {
		records, ended := w.take(f.keep)
		over = over && ended
		for _, r := range records[f.seen[w]:] {
			if err := r.pass(out); err != nil {
				return false, err
			}
		}
		if f.keep {
			f.seen[w] = len(records)
		}
	}
	if state, before := j.now(), f.states[j]; f.events && state != before && (over || state == jobRunning) {
		f.states[j] = state
		return over, out.Write(stateEvent(j, before))
	}
	return over, nil
}

var typeJobStateEvent = object.Declare(&object.Type{Name: "System.Management.Automation.JobStateEventArgs", Base: object.TypeObject})

// stateEvent tells of a change of a job's state, for -WriteEvents.
func stateEvent(j *job, before int32) any {
	j.table.mu.Lock()
	defer j.table.mu.Unlock()
	info := func(state object.Enum) any {
		return object.Instance(typeJobStateInfo, &jobStateInfo{state, j.failure()})
	}
	o := object.Instance(typeJobStateEvent, nil)
	o.Set("JobStateInfo", info(j.stateValue()))
	o.Set("PreviousJobStateInfo", info(object.Enum{Type: typeJobState, Value: int64(before)}))
	return o
}
