package core

import (
	"context"

	"migsh/shell/cmdlet"
)

var _ = declare(cmdlet.Spec{
	Name: "Write-Progress", Module: moduleUtility, Synopsis: "Displays a progress bar within a PowerShell command window.",
}, func() cmdlet.Cmdlet {
	return &writeProgress{ParentID: -1, PercentComplete: -1, SecondsRemaining: -1, Status: "Processing"}
})

type writeProgress struct {
	Activity         string `param:"pos=0" help:"What goes on."`
	Status           string `param:"pos=1" validate:"notnullorempty" help:"How far it is."`
	ID               int32  `name:"Id" param:"pos=2" validate:"range=0,2147483647" help:"Tells one bar from another."`
	PercentComplete  int32  `param:"" validate:"range=-1,100" help:"How much is done; -1: unknown."`
	SecondsRemaining int32  `param:"" help:"How long it will take; -1: unknown."`
	CurrentOperation string `param:"" help:"What is being done now."`
	ParentID         int32  `name:"ParentId" param:"" validate:"range=-1,2147483647" help:"The bar that this one belongs to."`
	Completed        bool   `param:"" help:"Takes the bar away."`
	SourceID         int32  `name:"SourceId" param:"" help:"Whose bar it is; bars of different sources are not told apart."`
}

// Process hands the record to the host.
func (c *writeProgress) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := withoutEffect(out, "bars of different sources are not told apart. Give each its own -Id.", "SourceId"); err != nil {
		return err
	}
	return out.Progress(cmdlet.Progress{
		ID: int(c.ID), ParentID: int(c.ParentID), Activity: c.Activity, Status: c.Status, Operation: c.CurrentOperation,
		Percent: int(c.PercentComplete), SecondsRemaining: int(c.SecondsRemaining), Completed: c.Completed,
	})
}
