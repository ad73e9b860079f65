package core

import (
	"context"
	"errors"
	"slices"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Job", Module: moduleCore, Aliases: []string{"gjb"}, DefaultSet: "SessionIdParameterSet", Synopsis: "Gets the jobs of the session.",
	}, func() cmdlet.Cmdlet { return &getJob{} })
	_ = declare(cmdlet.Spec{
		Name: "Wait-Job", Module: moduleCore, Aliases: []string{"wjb"}, DefaultSet: "SessionIdParameterSet", Synopsis: "Waits until jobs have ended.",
	}, func() cmdlet.Cmdlet { return &waitJob{Timeout: -1} })
	_ = declare(cmdlet.Spec{
		Name: "Stop-Job", Module: moduleCore, Aliases: []string{"spjb"}, DefaultSet: "SessionIdParameterSet", ShouldProcess: true, Synopsis: "Stops jobs.",
	}, func() cmdlet.Cmdlet { return &stopJob{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-Job", Module: moduleCore, Aliases: []string{"rjb"}, DefaultSet: "SessionIdParameterSet", ShouldProcess: true, Synopsis: "Deletes jobs that have ended.",
	}, func() cmdlet.Cmdlet { return &removeJob{} })
)

// jobChoice chooses among the jobs of the session.
type jobChoice struct {
	ids       []int32
	names     []string
	instances []object.Guid
	state     string
	filter    *object.Hashtable
	command   []string
	given     []*object.Object // jobs themselves
	inside    bool             // those inside others too
}

// jobs are those chosen; what is not found is reported.
func (c jobChoice) jobs(out cmdlet.Out) ([]*job, error) {
	var found []*job
	for _, v := range c.given {
		found = append(found, jobOf(v))
	}
	all := jobsOf(out.Session()).list(c.inside)
	add := func(fits func(j *job) bool) bool {
		any := false
		for _, j := range all {
			if fits(j) {
				any = true
				if !slices.Contains(found, j) {
					found = append(found, j)
				}
			}
		}
		return any
	}
	missing := func(id string, target any, format string) error {
		e := object.NewException("System.Management.Automation.PSArgumentException", format, object.ToString(target))
		return out.Error(object.NewErrorOf(e, id, object.ObjectNotFound, target))
	}
	for _, id := range c.ids {
		if !add(func(j *job) bool { return int32(j.id) == id }) {
			if err := missing("JobWithSpecifiedSessionNotFound", id, "The command cannot find a job with the job ID %s. Verify the value of the Id parameter and then try the command again."); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range c.names {
		if !add(func(j *job) bool { return fitsWildcard(name, j.name) }) && !object.HasWildcards(name) {
			if err := missing("JobWithSpecifiedNameNotFound", name, "The command cannot find the job because the job name %s was not found. Verify the value of the Name parameter, and then try the command again."); err != nil {
				return nil, err
			}
		}
	}
	for _, instance := range c.instances {
		if !add(func(j *job) bool { return j.instance == instance }) {
			if err := missing("JobWithSpecifiedInstanceIdNotFound", instance, "The command cannot find a job with the instance ID %s. Verify the value of the InstanceId parameter, and then try the command again."); err != nil {
				return nil, err
			}
		}
	}
	if c.state != "" {
		want, _ := stateNamed(c.state)
		add(func(j *job) bool { return j.now() == want })
	}
	for _, command := range c.command {
		add(func(j *job) bool { return fitsWildcard(command, j.command) })
	}
	if c.filter != nil {
		add(func(j *job) bool { return fitsFilter(j.self, c.filter) })
	}
	return found, nil
}

// fitsFilter tells whether an object's properties are those of a table.
func fitsFilter(v any, filter *object.Hashtable) bool {
	for name, want := range filter.All() {
		value, ok := readProperty(nil, v, object.ToString(name))
		if !ok || !fitsWildcard(object.ToString(want), object.ToString(value)) {
			return false
		}
	}
	return true
}

// now is the job's state at this moment.
func (j *job) now() int32 {
	j.table.mu.Lock()
	defer j.table.mu.Unlock()
	return j.current()
}

type getJob struct {
	ID              []int32           `name:"Id" param:"set=SessionIdParameterSet pos=0 pipelinebyname" help:"Numbers of jobs."`
	InstanceID      []object.Guid     `name:"InstanceId" param:"set=InstanceIdParameterSet mandatory pos=0 pipelinebyname" type:"guid[]" help:"Unique numbers of jobs."`
	Name            []string          `param:"set=NameParameterSet mandatory pos=0 pipelinebyname wildcards" help:"Names of jobs."`
	State           string            `param:"set=StateParameterSet mandatory pos=0 pipelinebyname" validate:"set=NotStarted,Running,Completed,Failed,Stopped,Blocked,Suspended,Disconnected,Suspending,Stopping,AtBreakpoint" typename:"System.Management.Automation.JobState" help:"Only jobs in this state."`
	Command         []string          `param:"set=CommandParameterSet pipelinebyname wildcards" help:"Only jobs that run this."`
	Filter          *object.Hashtable `param:"set=FilterParameterSet mandatory pos=0 pipelinebyname" validate:"notnull" help:"Properties that the jobs must have."`
	IncludeChildJob bool              `param:"set=SessionIdParameterSet,InstanceIdParameterSet,NameParameterSet,StateParameterSet,CommandParameterSet" help:"The jobs inside others too."`
	ChildJobState   string            `param:"set=SessionIdParameterSet,InstanceIdParameterSet,NameParameterSet,StateParameterSet,CommandParameterSet" validate:"set=NotStarted,Running,Completed,Failed,Stopped,Blocked,Suspended,Disconnected,Suspending,Stopping,AtBreakpoint" typename:"System.Management.Automation.JobState" help:"The jobs inside others that are in this state."`
	HasMoreData     *bool             `param:"set=SessionIdParameterSet,InstanceIdParameterSet,NameParameterSet,StateParameterSet,CommandParameterSet" help:"Only jobs with something to receive, or with nothing."`
	Before          *object.DateTime  `param:"set=SessionIdParameterSet,InstanceIdParameterSet,NameParameterSet,StateParameterSet,CommandParameterSet" help:"Only jobs that ended before this time."`
	After           *object.DateTime  `param:"set=SessionIdParameterSet,InstanceIdParameterSet,NameParameterSet,StateParameterSet,CommandParameterSet" help:"Only jobs that ended after this time."`
	Newest          int32             `param:"set=SessionIdParameterSet,InstanceIdParameterSet,NameParameterSet,StateParameterSet,CommandParameterSet" help:"Only so many, those that ended last."`
}

func (c *getJob) Process(_ context.Context, _ any, out cmdlet.Out) error {
	inside := len(c.ID)+len(c.Name)+len(c.InstanceID) > 0
	choice := jobChoice{ids: c.ID, names: c.Name, instances: c.InstanceID, state: c.State, filter: c.Filter, command: c.Command, inside: inside}
	jobs, err := choice.jobs(out)
	if err != nil {
		return err
	}
	if !inside && c.State == "" && c.Filter == nil && c.Command == nil {
		jobs = jobsOf(out.Session()).list(false)
	}
	if c.IncludeChildJob || c.ChildJobState != "" {
		var all []*job
		for _, j := range jobs {
			all = append(all, j)
			for _, child := range j.children {
				if want, named := stateNamed(c.ChildJobState); !named || child.now() == want {
					all = append(all, child)
				}
			}
		}
		jobs = all
	}
	jobs = slices.DeleteFunc(jobs, func(j *job) bool { return !c.wants(j) })
	if out.Bound("Newest") && len(jobs) > int(c.Newest) {
		slices.SortStableFunc(jobs, func(a, b *job) int { return b.endTime().Compare(a.endTime()) })
		jobs = jobs[:max(c.Newest, 0)]
	}
	for _, j := range jobs {
		if err := out.Write(j.self); err != nil {
			return err
		}
	}
	return nil
}

// wants tells whether a job has data and end as asked for.
func (c *getJob) wants(j *job) bool {
	j.table.mu.Lock()
	defer j.table.mu.Unlock()
	if c.HasMoreData != nil && j.more() != *c.HasMoreData {
		return false
	}
	if c.Before == nil && c.After == nil {
		return true
	}
	end, ok := j.moment(func(w *job) time.Time { return w.ended }, true).(object.DateTime)
	return ok && (c.Before == nil || end.Ticks < c.Before.Ticks) && (c.After == nil || end.Ticks > c.After.Ticks)
}

// endTime is when the last of the job's work ended; zero while it runs.
func (j *job) endTime() time.Time {
	j.table.mu.Lock()
	defer j.table.mu.Unlock()
	var end time.Time
	for _, w := range j.workers() {
		if w.ended.After(end) {
			end = w.ended
		}
	}
	return end
}

// chosenJobs are the parameters by which the cmdlets choose jobs.
type chosenJobs struct {
	Job        []*object.Object  `type:"System.Management.Automation.Job[]" param:"set=JobParameterSet mandatory pos=0 pipeline pipelinebyname" validate:"notnullorempty" help:"Jobs as Get-Job gives them."`
	ID         []int32           `name:"Id" param:"set=SessionIdParameterSet mandatory pos=0 pipelinebyname" validate:"notnullorempty" help:"Numbers of jobs."`
	InstanceID []object.Guid     `name:"InstanceId" param:"set=InstanceIdParameterSet mandatory pos=0 pipelinebyname" type:"guid[]" validate:"notnullorempty" help:"Unique numbers of jobs."`
	Name       []string          `param:"set=NameParameterSet mandatory pos=0 pipelinebyname wildcards" validate:"notnullorempty" help:"Names of jobs."`
	State      string            `param:"set=StateParameterSet mandatory pos=0 pipelinebyname" validate:"set=NotStarted,Running,Completed,Failed,Stopped,Blocked,Suspended,Disconnected,Suspending,Stopping,AtBreakpoint" typename:"System.Management.Automation.JobState" help:"Jobs in this state."`
	Filter     *object.Hashtable `param:"set=FilterParameterSet mandatory pos=0 pipelinebyname" validate:"notnull" help:"Properties that the jobs must have."`
}

func (c *chosenJobs) jobs(out cmdlet.Out) ([]*job, error) {
	return jobChoice{given: c.Job, ids: c.ID, instances: c.InstanceID, names: c.Name, state: c.State, filter: c.Filter, inside: true}.jobs(out)
}

type waitJob struct {
	chosenJobs
	Any     bool    `param:"" help:"Waits for the first of them only."`
	Timeout float64 `param:"" alias:"TimeoutSec" typename:"System.Int32" validate:"range=-1,2147483647" help:"Waits no longer than so many seconds; -1 waits as long as it takes."`
	Force   bool    `param:"" help:"Goes on waiting for jobs that are suspended; here none ever is."`

	waiting []*job
}

// Process takes jobs to wait for.
func (c *waitJob) Process(_ context.Context, _ any, out cmdlet.Out) error {
	jobs, err := c.jobs(out)
	for _, j := range jobs {
		if !slices.Contains(c.waiting, j) {
			c.waiting = append(c.waiting, j)
		}
	}
	return err
}

// End waits, and gives the jobs that have ended.
func (c *waitJob) End(ctx context.Context, out cmdlet.Out) error {
	if len(c.waiting) == 0 {
		return nil
	}
	limited := ctx
	if c.Timeout >= 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, time.Duration(c.Timeout*float64(time.Second)))
		defer cancel()
	}
	var over []*job
	err := c.waiting[0].table.wait(limited, func() bool {
		over = over[:0]
		for _, j := range c.waiting {
			if j.over() {
				over = append(over, j)
			}
		}
		return len(over) == len(c.waiting) || c.Any && len(over) > 0
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded): // PowerShell gives nothing unless all have ended
		return nil
	case err != nil:
		return err
	}
	if c.Any {
		over = over[:1]
	}
	for _, j := range over {
		if err := out.Write(j.self); err != nil {
			return err
		}
	}
	return nil
}

type stopJob struct {
	chosenJobs
	PassThru bool `param:"" help:"Gives the jobs."`
}

// Process stops jobs and waits until they have.
func (c *stopJob) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	jobs, err := c.jobs(out)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if ok, err := out.ShouldProcess(j.target(), "Stop"); err != nil {
			return err
		} else if !ok {
			continue
		}
		if err := j.end(ctx); err != nil {
			return err
		}
		if c.PassThru {
			if err := out.Write(j.self); err != nil {
				return err
			}
		}
	}
	return nil
}

// target is how questions name the job.
func (j *job) target() string { return j.name }

// end stops the job and waits until it has.
func (j *job) end(ctx context.Context) error {
	j.table.stop(j)
	return j.table.wait(ctx, j.over)
}

type removeJob struct {
	chosenJobs
	Command []string `param:"set=CommandParameterSet pipelinebyname" help:"Jobs that run this."`
	Force   bool     `param:"set=SessionIdParameterSet,JobParameterSet,NameParameterSet,InstanceIdParameterSet,FilterParameterSet" alias:"F" help:"Stops jobs that still run."`
}

// Process removes jobs.
func (c *removeJob) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	jobs, err := jobChoice{given: c.Job, ids: c.ID, instances: c.InstanceID, names: c.Name, state: c.State, filter: c.Filter, command: c.Command}.jobs(out)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if ok, err := out.ShouldProcess(j.target(), "Remove"); err != nil {
			return err
		} else if !ok {
			continue
		}
		j.table.mu.Lock()
		over := j.over()
		j.table.mu.Unlock()
		if !over && !c.Force {
			e := object.NewException("System.ArgumentException", "The command cannot remove the job with the job ID %d because the job is not finished. To remove the job, first stop the job, or use the Force parameter. (Parameter 'Job')", j.id)
			if err := out.Error(object.NewErrorOf(e, "JobObjectNotFinishedCannotBeRemoved", object.InvalidOperation, j.self)); err != nil {
				return err
			}
			continue
		}
		if err := j.end(ctx); err != nil {
			return err
		}
		j.table.remove(j)
	}
	return nil
}
