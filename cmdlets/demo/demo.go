// Package demo holds the cmdlets that start and stop the demo servers.
package demo

import (
	"context"
	_ "embed"

	"migsh/internal/demo"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	//go:embed help/Start-MigrationDemo.md
	startHelp string
	//go:embed help/Stop-MigrationDemo.md
	stopHelp string
)

// Cmdlets returns Start-MigrationDemo and Stop-MigrationDemo.
func Cmdlets() []*cmdlet.Info {
	start := cmdlet.Declare(cmdlet.Spec{
		Name: "Start-MigrationDemo", Module: "Migration", Class: "Migsh.Demo.StartMigrationDemo", OutputTypes: []string{typeDemo.Name},
		Synopsis: "Starts two IMAP servers with invented mailboxes in this process, to try migsh with.",
	}, func() cmdlet.Cmdlet { return &start{} })
	stop := cmdlet.Declare(cmdlet.Spec{
		Name: "Stop-MigrationDemo", Module: "Migration", Class: "Migsh.Demo.StopMigrationDemo",
		Synopsis: "Stops the demo servers; their mail is forgotten.",
	}, func() cmdlet.Cmdlet { return &stop{} })
	start.Help, stop.Help = startHelp, stopHelp
	return []*cmdlet.Info{start, stop}
}

// typeDemo is what Start-MigrationDemo gives out: where the servers are and the user list for a batch.
var typeDemo = object.Declare(&object.Type{
	Name:  "Migsh.MigrationDemo",
	Views: object.Views{Default: []string{"SourceServer", "SourcePort", "TargetServer", "TargetPort", "Security", "CsvPath", "Mailboxes", "Messages"}},
	Instance: func() *object.Members {
		m := &object.Members{}
		add := func(name string, t *object.Type, get func(d *demo.Demo) any) {
			m.Add(&object.Member{Name: name, Kind: object.KindProperty, Type: t,
				Get: func(recv any) (any, error) { return get(recv.(*object.Object).Base.(*demo.Demo)), nil }})
		}
		add("SourceServer", object.TypeString, func(d *demo.Demo) any { return d.Source.Host })
		add("SourcePort", object.TypeInt32, func(d *demo.Demo) any { return int32(d.Source.Port) })
		add("TargetServer", object.TypeString, func(d *demo.Demo) any { return d.Target.Host })
		add("TargetPort", object.TypeInt32, func(d *demo.Demo) any { return int32(d.Target.Port) })
		add("Security", object.TypeString, func(*demo.Demo) any { return "None" })
		add("CsvPath", object.TypeString, func(d *demo.Demo) any { return d.CSVPath })
		add("Mailboxes", object.TypeInt32, func(d *demo.Demo) any { return int32(d.Mailboxes) })
		add("Messages", object.TypeInt32, func(d *demo.Demo) any { return int32(d.Messages) })
		return m
	}(),
})

type start struct {
	Delay object.TimeSpan `param:"" help:"How long the target takes to store a message, as a distant server would. Nothing is the default."`
}

// Process starts the servers, or gives out those that run.
func (c *start) Process(_ context.Context, _ any, out cmdlet.Out) error {
	d, started, err := demo.Current(c.Delay.Duration())
	if err != nil {
		return object.NewError("MigrationDemoFailed", object.ResourceUnavailable, nil, "The demo servers could not be started: %v", err)
	}
	if !started && out.Bound("Delay") {
		if err := out.Warning("The demo servers are running already; -Delay has no effect on them. Stop-MigrationDemo stops them."); err != nil {
			return err
		}
	}
	if started {
		if err := out.Verbose("Two demo servers are listening on the loopback interface until Stop-MigrationDemo or the end of this process."); err != nil {
			return err
		}
	}
	return out.Write(object.Instance(typeDemo, d))
}

type stop struct{}

// Process stops the servers.
func (*stop) Process(_ context.Context, _ any, out cmdlet.Out) error {
	ran, err := demo.Stop()
	switch {
	case err != nil:
		return object.NewError("MigrationDemoFailed", object.CloseError, nil, "The demo servers did not stop cleanly: %v", err)
	case !ran:
		return out.Warning("No demo servers are running in this process.")
	}
	return nil
}
