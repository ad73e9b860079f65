package core

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-History", Module: moduleCore, Aliases: []string{"ghy", "h", "history"}, Synopsis: "Gets a list of the commands entered during the current session.",
	}, func() cmdlet.Cmdlet { return &getHistory{Count: -1} })
	_ = declare(cmdlet.Spec{
		Name: "Invoke-History", Module: moduleCore, Aliases: []string{"ihy", "r"}, ShouldProcess: true, Synopsis: "Runs commands from the session history.",
	}, func() cmdlet.Cmdlet { return &invokeHistory{} })
	_ = declare(cmdlet.Spec{
		Name: "Add-History", Module: moduleCore, Synopsis: "Appends entries to the session history.",
	}, func() cmdlet.Cmdlet { return &addHistory{} })
	_ = declare(cmdlet.Spec{
		Name: "Clear-History", Module: moduleCore, Aliases: []string{"clhy"}, DefaultSet: "IDParameter", ShouldProcess: true, Synopsis: "Deletes entries from the session command history.",
	}, func() cmdlet.Cmdlet { return &clearHistory{Count: -1} })
)

var typeHistory = object.Declare(&object.Type{
	Name: "Microsoft.PowerShell.Commands.HistoryInfo", Base: object.TypeObject,
	Views: object.Views{Table: []object.Column{{Property: "Id", Width: 4, Right: true}, {Property: "Duration", Width: 16, Right: true}, {Property: "CommandLine"}}},
})

func historyObject(e cmdlet.HistoryEntry) any {
	o := object.Instance(typeHistory, e.Line)
	status := "Completed"
	if e.Failed {
		status = "Failed"
	}
	o.Set("Id", e.ID)
	o.Set("CommandLine", e.Line)
	o.Set("ExecutionStatus", status)
	o.Set("StartExecutionTime", object.DateTimeOf(e.Start))
	o.Set("EndExecutionTime", object.DateTimeOf(e.End))
	o.Set("Duration", object.SpanOf(e.End.Sub(e.Start)))
	return o
}

func noHistory(id any) *object.ErrorRecord {
	e := object.NewException("System.ArgumentException", "Cannot locate the history for Id %v.", id)
	return object.NewErrorOf(e, "GetHistoryNoHistoryForId", object.ObjectNotFound, id)
}

type getHistory struct {
	ID    []int64 `name:"Id" param:"pos=0 pipeline" help:"The numbers of entries."`
	Count int32   `param:"pos=1" validate:"range=0,32767" help:"How many entries, counted from the last, or up to the one given by -Id."`
}

func (c *getHistory) Process(_ context.Context, _ any, out cmdlet.Out) error {
	entries := cmdlet.HistoryOf(out.Session()).Entries()
	if len(c.ID) > 0 {
		var chosen []cmdlet.HistoryEntry
		for _, id := range c.ID {
			i := slices.IndexFunc(entries, func(e cmdlet.HistoryEntry) bool { return e.ID == id })
			if i < 0 {
				if err := out.Error(noHistory(id)); err != nil {
					return err
				}
				continue
			}
			from := i
			if c.Count > 0 {
				from = max(0, i+1-int(c.Count))
			}
			chosen = append(chosen, entries[from:i+1]...)
		}
		entries = chosen
	} else if c.Count >= 0 {
		entries = entries[max(0, len(entries)-int(c.Count)):]
	}
	for _, e := range entries {
		if err := out.Write(historyObject(e)); err != nil {
			return err
		}
	}
	return nil
}

type invokeHistory struct {
	ID string `name:"Id" param:"pos=0 pipelinebyname" help:"The number of an entry, or the beginning of its text; the last entry when left out."`
}

func (c *invokeHistory) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	entries := cmdlet.HistoryOf(s).Entries()
	i := len(entries) - 1
	if c.ID != "" {
		n, err := strconv.ParseInt(c.ID, 10, 64)
		for ; i >= 0; i-- {
			if err == nil && entries[i].ID == n || err != nil && strings.HasPrefix(entries[i].Line, c.ID) {
				break
			}
		}
	}
	if i < 0 {
		if c.ID == "" {
			e := object.NewException("System.InvalidOperationException", "Cannot locate the most recent history to be invoked.")
			return object.NewErrorOf(e, "InvokeHistoryNoLastHistoryEntryFound", object.InvalidOperation, nil)
		}
		e := object.NewException("System.ArgumentException", "Cannot locate the history for command line %s.", c.ID)
		return object.NewErrorOf(e, "InvokeHistoryNoHistoryForCommandline", object.ObjectNotFound, c.ID)
	}
	line := entries[i].Line
	if ok, err := out.ShouldProcess(line, "Invoke-History"); err != nil || !ok {
		return err
	}
	s.Host().WriteHost(line, "", "", true)
	return s.Evaluate(ctx, line, out.Write)
}

type addHistory struct {
	InputObject []any `param:"pos=0 pipeline" typename:"System.Management.Automation.PSObject[]" help:"Entries as Get-History gives them, or texts."`
	Passthru    bool  `param:"" help:"Gives the entries."`
}

func (c *addHistory) Process(_ context.Context, _ any, out cmdlet.Out) error {
	h := cmdlet.HistoryOf(out.Session())
	for _, v := range c.InputObject {
		e := cmdlet.HistoryEntry{Line: object.ToString(v), Start: time.Now(), End: time.Now()}
		if line, ok, err := object.Property(v, "CommandLine"); ok && err == nil {
			e.Line = object.ToString(line)
			e.Failed = fieldText(v, "ExecutionStatus") == "Failed"
		}
		h.Add(e)
		if c.Passthru {
			entries := h.Entries()
			if err := out.Write(historyObject(entries[len(entries)-1])); err != nil {
				return err
			}
		}
	}
	return nil
}

type clearHistory struct {
	ID          []int32  `name:"Id" param:"set=IDParameter pos=0" help:"The numbers of entries."`
	CommandLine []string `param:"set=CommandLineParameter" help:"Texts of entries; wildcards are allowed."`
	Count       int32    `param:"pos=1" help:"How many entries, counted from the first."`
	Newest      bool     `param:"" help:"Counts from the last."`
}

func (c *clearHistory) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if ok, err := out.ShouldProcess("Session history", "Clear-History"); err != nil || !ok {
		return err
	}
	h := cmdlet.HistoryOf(out.Session())
	entries := slices.Clone(h.Entries())
	if c.Newest {
		slices.Reverse(entries)
	}
	gone := map[int64]bool{}
	for _, e := range entries {
		if c.Count >= 0 && len(gone) >= int(c.Count) {
			break
		}
		if len(c.ID) > 0 && !slices.Contains(c.ID, int32(e.ID)) ||
			len(c.CommandLine) > 0 && !slices.ContainsFunc(c.CommandLine, func(p string) bool { return fitsWildcard(p, e.Line) }) {
			continue
		}
		gone[e.ID] = true
	}
	h.Keep(func(e cmdlet.HistoryEntry) bool { return !gone[e.ID] })
	return nil
}
