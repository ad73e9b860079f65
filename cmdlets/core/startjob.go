package core

import (
	"context"
	"os"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Start-ThreadJob", Module: "Microsoft.PowerShell.ThreadJob", DefaultSet: "ScriptBlock", Class: "Microsoft.PowerShell.ThreadJob.StartThreadJobCommand",
		Synopsis: "Starts a job beside the session, in a session of its own within the same process.",
	}, func() cmdlet.Cmdlet { return &startThreadJob{} })
	_ = declare(cmdlet.Spec{
		Name: "Start-Job", Module: moduleCore, Aliases: []string{"sajb"}, DefaultSet: "ComputerName", Synopsis: "Starts a background job in a process of its own.",
	}, func() cmdlet.Cmdlet { return &startJob{} })
)

// jobInput is what a job is made of, whichever way it runs.
type jobInput struct {
	ScriptBlock          object.ScriptBlock
	FilePath             string
	InitializationScript object.ScriptBlock
	ArgumentList         []any
	Input                []any
}

// jobObjects gathers what is piped to a job.
type jobObjects []any

// take adds an object of the pipeline or, where nothing is piped, what the parameter gives.
func (o *jobObjects) take(in, given any) {
	if in == cmdlet.NoInput {
		in = given
	}
	if in != nil {
		*o = append(*o, in)
	}
}

// work reads what the job is to do, in the caller's scope. A file is read now.
func (i *jobInput) work(out cmdlet.Out) (w cmdlet.Work, command string, err error) {
	s := out.Session()
	w.Arguments, w.Input = i.ArgumentList, i.Input
	if i.InitializationScript != nil {
		w.Initialization = i.InitializationScript.Text()
	}
	if i.ScriptBlock == nil {
		path := s.Resolve(i.FilePath)
		text, err := os.ReadFile(path)
		if err != nil {
			return w, "", readError(path, err)
		}
		w.Script = strings.TrimPrefix(string(text), "\ufeff")
		return w, w.Script, nil
	}
	w.Script = i.ScriptBlock.Text()
	w.Using, err = s.Using(i.ScriptBlock, true)
	return w, w.Script, err
}

type startThreadJob struct {
	ScriptBlock          object.ScriptBlock `param:"set=ScriptBlock mandatory pos=0" validate:"notnullorempty" help:"What the job runs. Values named with $using: are copied into it."`
	FilePath             string             `param:"set=FilePath mandatory pos=0" validate:"notnullorempty" complete:"file" help:"A script file that the job runs."`
	Name                 string             `param:"" validate:"notnullorempty" help:"The job's name; Job1, Job2 and so on where none is given."`
	InitializationScript object.ScriptBlock `param:"" validate:"notnull" help:"Runs before the block, in the job's global scope."`
	InputObject          any                `param:"pipeline" validate:"notnull" help:"What the block finds in $input."`
	ArgumentList         []any              `param:"" help:"Arguments of the block or file."`
	ThrottleLimit        int32              `param:"" validate:"range=1,1000000" help:"How many thread jobs of the session run at once from now on; 5 where nothing is said."`
	StreamingHost        any                `param:"" typename:"System.Management.Automation.Host.PSHost" help:"A host, such as $Host, that shows at once what the job says with Write-Host."`

	input jobObjects
}

// Process takes an object for $input.
func (c *startThreadJob) Process(_ context.Context, in any, _ cmdlet.Out) error {
	c.input.take(in, c.InputObject)
	return nil
}

// End starts the job.
func (c *startThreadJob) End(_ context.Context, out cmdlet.Out) error {
	if c.StreamingHost != nil {
		return object.NewError("NotSupported", object.NotImplemented, nil, "Start-ThreadJob cannot show at once what a job says with Write-Host. Leave -StreamingHost out: Receive-Job -Wait shows it as it comes.")
	}
	i := jobInput{ScriptBlock: c.ScriptBlock, FilePath: c.FilePath, InitializationScript: c.InitializationScript, ArgumentList: c.ArgumentList, Input: c.input}
	w, command, err := i.work(out)
	if err != nil {
		return err
	}
	t := jobsOf(out.Session())
	j := t.newJob(typeThreadJob, "ThreadJob", c.Name, command, "PowerShell")
	if j.work, err = out.Session().Apart(w, j); err != nil {
		return err
	}
	j.queue = t.queueOf(j.kind, int(c.ThrottleLimit))
	t.add(j)
	t.start(j)
	return out.Write(j.self)
}

// startParallelJob starts a job with one inside for each object, for ForEach-Object -Parallel -AsJob.
func startParallelJob(out cmdlet.Out, block object.ScriptBlock, objects []any, limit int) (any, error) {
	using, err := parallelUsing(block, out)
	if err != nil {
		return nil, err
	}
	t := jobsOf(out.Session())
	group := t.newJob(typeParallelJob, "PSTaskJob", "", block.Text(), "PowerShell")
	queue := &jobQueue{limit: limit}
	for _, v := range objects {
		j := t.newJob(typeParallelChild, "PSTaskChildJob", "", block.Text(), "PowerShell")
		if j.work, err = out.Session().Apart(cmdlet.Work{Script: block.Text(), Under: v, HasUnder: true, Using: using}, j); err != nil {
			return nil, err
		}
		j.queue = queue
		group.children = append(group.children, j)
	}
	t.add(group)
	for _, j := range group.children {
		t.start(j)
	}
	return group.self, nil
}

type startJob struct {
	ScriptBlock          object.ScriptBlock `param:"set=ComputerName mandatory pos=0" alias:"Command" help:"What the job runs. Values named with $using: are serialized for it."`
	FilePath             string             `param:"set=FilePathComputerName mandatory pos=0" complete:"file" help:"A script file that the job runs."`
	LiteralPath          string             `param:"set=LiteralFilePathComputerName mandatory" alias:"PSPath,LP" help:"A script file that the job runs, its name taken as it is."`
	DefinitionName       string             `param:"set=DefinitionName mandatory pos=0" help:"Not supported: there are no registered jobs here."`
	DefinitionPath       string             `param:"set=DefinitionName pos=1" help:"Not supported: there are no registered jobs here."`
	Type                 string             `param:"set=DefinitionName pos=2" help:"Not supported: there are no registered jobs here."`
	Name                 string             `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName pipelinebyname" help:"The job's name; Job1, Job3 and so on where none is given."`
	Credential           any                `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName" typename:"System.Management.Automation.PSCredential" help:"Not supported: jobs run as whoever runs migsh."`
	Authentication       string             `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName" typename:"System.Management.Automation.Runspaces.AuthenticationMechanism" help:"Not supported: jobs run as whoever runs migsh."`
	InitializationScript object.ScriptBlock `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName pos=1" help:"Runs before the block, in the job's global scope."`
	WorkingDirectory     string             `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName" help:"The job's current directory; the session's where none is given."`
	RunAs32              bool               `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName" help:"Not supported: there is no 32-bit process to run in."`
	PSVersion            any                `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName" typename:"System.Version" help:"Not supported: jobs run in this program."`
	InputObject          any                `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName pipeline" help:"What the block finds in $input."`
	ArgumentList         []any              `param:"set=ComputerName,FilePathComputerName,LiteralFilePathComputerName" alias:"Args" help:"Arguments of the block or file."`

	input jobObjects
}

// Process takes an object for $input.
func (c *startJob) Process(_ context.Context, in any, _ cmdlet.Out) error {
	c.input.take(in, c.InputObject)
	return nil
}

// End starts the job's process.
func (c *startJob) End(_ context.Context, out cmdlet.Out) error {
	for _, p := range []string{"DefinitionName", "Credential", "Authentication", "RunAs32", "PSVersion"} {
		if out.Bound(p) {
			return object.NewError("NotSupported", object.NotImplemented, nil, "Start-Job does not support -%s: jobs run in a further process of migsh, as the same user. Leave it out.", p)
		}
	}
	i := jobInput{ScriptBlock: c.ScriptBlock, FilePath: c.FilePath + c.LiteralPath, InitializationScript: c.InitializationScript, ArgumentList: c.ArgumentList, Input: c.input}
	w, command, err := i.work(out)
	if err != nil {
		return err
	}
	s := out.Session()
	w.Location = s.Location()
	if c.WorkingDirectory != "" {
		w.Location = s.Resolve(c.WorkingDirectory)
		if st, err := os.Stat(w.Location); err != nil || !st.IsDir() {
			e := object.NewException("System.IO.DirectoryNotFoundException", "The specified working directory '%s' does not exist.", c.WorkingDirectory)
			return object.NewErrorOf(e, "DirectoryNotFoundException", object.InvalidOperation, nil)
		}
	}
	p, err := s.Beside()
	if err != nil {
		return err
	}
	t := jobsOf(s)
	group := t.newJob(typeProcessJob, "BackgroundJob", c.Name, command, "localhost")
	j := t.newJob(typeProcessChild, "", "", command, "localhost")
	j.stored = true
	if j.work, err = processWork(p, w, j); err != nil {
		return err
	}
	group.children = []*job{j}
	t.add(group)
	t.start(j)
	return out.Write(group.self)
}
