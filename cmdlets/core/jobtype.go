package core

import (
	"strings"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

var typeJobState = object.NewEnum("System.Management.Automation.JobState", false,
	[]string{"NotStarted", "Running", "Completed", "Failed", "Stopped", "Blocked", "Suspended", "Disconnected", "Suspending", "Stopping", "AtBreakpoint"}, nil)

var typeJobStateInfo = object.Declare(&object.Type{Name: "System.Management.Automation.JobStateInfo", Base: object.TypeObject, ToString: func(v any) string {
	if i, ok := object.Base(v).(*jobStateInfo); ok {
		return i.state.String()
	}
	if o, ok := v.(*object.Object); ok {
		if i, ok := o.Base.(*jobStateInfo); ok {
			return i.state.String()
		}
	}
	return ""
}})

// jobStateInfo is a job's state with the reason for it.
type jobStateInfo struct {
	state  object.Enum
	reason any
}

// jobViews are the views of every kind of job.
var jobViews = object.Views{
	Table: []object.Column{
		{Property: "Id", Width: 6}, {Property: "Name", Width: 15}, {Property: "PSJobTypeName", Width: 15}, {Property: "State", Width: 13},
		{Property: "HasMoreData", Width: 15}, {Property: "Location", Width: 20}, {Property: "Command", Width: 25},
	},
	List: []object.Column{
		{Property: "State"}, {Property: "HasMoreData"}, {Property: "StatusMessage"}, {Property: "Location"}, {Property: "Command"}, {Property: "JobStateInfo"},
		{Property: "InstanceId"}, {Property: "Id"}, {Property: "Name"}, {Property: "ChildJobs"}, {Property: "PSBeginTime"}, {Property: "PSEndTime"}, {Property: "PSJobTypeName"},
	},
}

// The types of jobs: of threads, of processes and of parallel loops, with what is inside the latter two.
var (
	typeJob           = declareJob("System.Management.Automation.Job", object.TypeObject)
	typeJob2          = declareJob("System.Management.Automation.Job2", typeJob)
	typeThreadJob     = declareJob("Microsoft.PowerShell.ThreadJob.ThreadJob", typeJob2)
	typeProcessJob    = declareJob("System.Management.Automation.PSRemotingJob", typeJob)
	typeProcessChild  = declareJob("System.Management.Automation.PSRemotingChildJob", typeJob)
	typeParallelJob   = declareJob("System.Management.Automation.PSTasks.PSTaskJob", typeJob)
	typeParallelChild = declareJob("System.Management.Automation.PSTasks.PSTaskChildJob", typeJob)
)

func declareJob(name string, base *object.Type) *object.Type {
	return object.Declare(&object.Type{Name: name, Base: base, Views: jobViews})
}

// jobOf is the job behind an object, nil where there is none.
func jobOf(v any) *job {
	if o, ok := v.(*object.Object); ok {
		if j, ok := o.Base.(*job); ok {
			return j
		}
	}
	return nil
}

func init() {
	object.Extend(typeJobStateInfo, func(t *object.Type) {
		addProperty(t, "State", typeJobState, func(i *jobStateInfo) any { return i.state })
		addProperty(t, "Reason", object.TypeException, func(i *jobStateInfo) any { return i.reason })
	})
	object.Extend(typeJob, func(t *object.Type) {
		// locked reads a property that changes while the job runs.
		locked := func(name string, typ *object.Type, get func(j *job) any) {
			addProperty(t, name, typ, func(j *job) any {
				j.table.mu.Lock()
				defer j.table.mu.Unlock()
				return get(j)
			})
		}
		locked("State", typeJobState, func(j *job) any { return j.stateValue() })
		locked("HasMoreData", object.TypeBoolean, func(j *job) any { return j.more() })
		locked("StatusMessage", object.TypeString, func(j *job) any { return "" })
		addProperty(t, "Location", object.TypeString, func(j *job) any { return j.location })
		addProperty(t, "Command", object.TypeString, func(j *job) any { return j.command })
		locked("JobStateInfo", typeJobStateInfo, func(j *job) any {
			return object.Instance(typeJobStateInfo, &jobStateInfo{j.stateValue(), j.failure()})
		})
		addProperty(t, "InstanceId", object.TypeGuid, func(j *job) any { return j.instance })
		addProperty(t, "Id", object.TypeInt32, func(j *job) any { return int32(j.id) })
		addProperty(t, "Name", object.TypeString, func(j *job) any { return j.name })
		t.Instance.Find("Name").Set = func(recv, v any) error {
			jobOf(recv).name = object.ToString(v)
			return nil
		}
		addProperty(t, "ChildJobs", nil, func(j *job) any {
			l := object.NewList()
			for _, c := range j.children {
				l.Add(c.self)
			}
			return l
		})
		locked("PSBeginTime", object.TypeDateTime, func(j *job) any { return j.moment(func(w *job) time.Time { return w.begun }, false) })
		locked("PSEndTime", object.TypeDateTime, func(j *job) any {
			if !j.over() {
				return nil
			}
			return j.moment(func(w *job) time.Time { return w.ended }, true)
		})
		addProperty(t, "PSJobTypeName", object.TypeString, func(j *job) any { return j.kind })
		for _, s := range []struct {
			name   string
			stream syntax.Stream
		}{
			{"Output", syntax.StreamOutput}, {"Error", syntax.StreamError}, {"Verbose", syntax.StreamVerbose}, {"Debug", syntax.StreamDebug},
			{"Warning", syntax.StreamWarning}, {"Information", syntax.StreamInformation},
		} {
			locked(s.name, nil, func(j *job) any {
				l := object.NewList()
				for _, r := range j.records {
					if r.progress == nil && r.stream == s.stream {
						l.Add(r.value)
					}
				}
				return l
			})
		}
		locked("Progress", nil, func(j *job) any {
			l := object.NewList()
			for _, r := range j.records {
				if p := r.progress; p != nil {
					l.Add(progressObject(p))
				}
			}
			return l
		})
		t.Instance.Add(&object.Member{Name: "StopJob", Kind: object.KindMethod, Overloads: []object.Overload{{Returns: object.TypeVoid, Call: func(recv any, _ []any) (any, error) {
			j := jobOf(recv)
			j.table.stop(j)
			return object.Nothing, nil
		}}}})
	})
}

// progressObject is a record of Write-Progress as a ProgressRecord shows itself.
func progressObject(p *cmdlet.Progress) any {
	kind := "Processing"
	if p.Completed {
		kind = "Completed"
	}
	return object.NewCustom("ActivityId", int32(p.ID), "ParentActivityId", int32(p.ParentID), "Activity", p.Activity, "StatusDescription", p.Status,
		"CurrentOperation", p.Operation, "PercentComplete", int32(p.Percent), "SecondsRemaining", int32(p.SecondsRemaining), "RecordType", kind)
}

// stateValue is the job's state as scripts see it. The table is locked.
func (j *job) stateValue() object.Enum {
	return object.Enum{Type: typeJobState, Value: int64(j.current())}
}

// failure is the exception that the job has failed with, nil where it has not. The table is locked.
func (j *job) failure() any {
	for _, w := range j.workers() {
		if w.reason != nil {
			return object.RecordOf(w.reason).Exception
		}
	}
	return nil
}

// moment is the earliest or latest of the times of those who do the work, nil where there is none.
func (j *job) moment(of func(w *job) time.Time, latest bool) any {
	var found time.Time
	for _, w := range j.workers() {
		if t := of(w); !t.IsZero() && (found.IsZero() || t.After(found) == latest) {
			found = t
		}
	}
	if found.IsZero() {
		return nil
	}
	d := object.DateTimeOf(found.Local())
	d.Kind = object.KindLocal
	return d
}

// stateNamed reads the name of a state.
func stateNamed(name string) (int32, bool) {
	for i, n := range typeJobState.Enum.Names {
		if strings.EqualFold(n, name) {
			return int32(i), true
		}
	}
	return 0, false
}
