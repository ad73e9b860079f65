package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Write-Output", Module: moduleUtility, Aliases: []string{"write", "echo"},
		Synopsis: "Writes the specified objects to the pipeline.",
	}, func() cmdlet.Cmdlet { return &writeOutput{} })
	_ = declare(cmdlet.Spec{
		Name: "Write-Host", Module: moduleUtility, Synopsis: "Writes customized output to a host.",
	}, func() cmdlet.Cmdlet { return &writeHost{Separator: " "} })
	_ = declare(cmdlet.Spec{
		Name: "Write-Error", Module: moduleUtility, DefaultSet: "NoException", Class: "Microsoft.PowerShell.Commands.WriteErrorException",
		Synopsis: "Writes an object to the error stream.",
	}, func() cmdlet.Cmdlet { return &writeError{} })
	_ = declare(cmdlet.Spec{
		Name: "Write-Warning", Module: moduleUtility, Synopsis: "Writes a warning message.",
	}, func() cmdlet.Cmdlet { return &writeWarning{} })
	_ = declare(cmdlet.Spec{
		Name: "Write-Verbose", Module: moduleUtility, Synopsis: "Writes text to the verbose message stream.",
	}, func() cmdlet.Cmdlet { return &writeVerbose{} })
	_ = declare(cmdlet.Spec{
		Name: "Write-Debug", Module: moduleUtility, Synopsis: "Writes a debug message to the console.",
	}, func() cmdlet.Cmdlet { return &writeDebug{} })
	_ = declare(cmdlet.Spec{
		Name: "Write-Information", Module: moduleUtility, Synopsis: "Specifies how PowerShell handles information stream data for a command.",
	}, func() cmdlet.Cmdlet { return &writeInformation{} })
	_ = declare(cmdlet.Spec{
		Name: "Out-Null", Module: moduleCore, Synopsis: "Hides the output instead of sending it down the pipeline or displaying it.",
	}, func() cmdlet.Cmdlet { return &outNull{} })
	_ = declare(cmdlet.Spec{
		Name: "Out-Default", Module: moduleCore, Synopsis: "Sends the output to the default formatter and to the default output cmdlet.",
	}, func() cmdlet.Cmdlet { return &outDefault{} })
	_ = declare(cmdlet.Spec{
		Name: "Out-Host", Module: moduleCore, Aliases: []string{"oh"}, Synopsis: "Sends output to the command line.",
	}, func() cmdlet.Cmdlet { return &outHost{} })
)

type writeOutput struct {
	InputObject any  `param:"mandatory pos=0 pipeline remaining allownull allowempty"`
	NoEnumerate bool `param:""`
}

func (c *writeOutput) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.NoEnumerate {
		return out.Write(c.InputObject)
	}
	return out.WriteEach(c.InputObject)
}

type writeHost struct {
	Object          any    `param:"pos=0 pipeline remaining" alias:"Msg,Message"`
	NoNewline       bool   `param:""`
	Separator       any    `param:""`
	ForegroundColor string `param:"" values:"Black,Blue,Cyan,DarkBlue,DarkCyan,DarkGray,DarkGreen,DarkMagenta,DarkRed,DarkYellow,Gray,Green,Magenta,Red,White,Yellow"`
	BackgroundColor string `param:"" values:"Black,Blue,Cyan,DarkBlue,DarkCyan,DarkGray,DarkGreen,DarkMagenta,DarkRed,DarkYellow,Gray,Green,Magenta,Red,White,Yellow"`
}

func (c *writeHost) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return out.Information(&cmdlet.HostMessage{
		Text: hostText(c.Object, object.ToString(c.Separator)), Foreground: c.ForegroundColor, Background: c.BackgroundColor, NoNewline: c.NoNewline,
	})
}

// hostText joins the elements of collections, at any depth, with the separator.
func hostText(v any, separator string) string {
	items, ok := object.ItemsOf(v)
	if !ok {
		return object.ToString(v)
	}
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = hostText(item, separator)
	}
	return strings.Join(parts, separator)
}

type writeError struct {
	Exception          *object.Exception   `param:"set=WithException mandatory"`
	Message            string              `param:"set=NoException mandatory pos=0 pipeline allownull allowempty; set=WithException" alias:"Msg"`
	ErrorRecord        *object.ErrorRecord `param:"set=ErrorRecord mandatory"`
	Category           string              `param:"set=NoException,WithException"`
	ErrorID            string              `name:"ErrorId" param:"set=NoException,WithException"`
	TargetObject       any                 `param:"set=NoException,WithException"`
	RecommendedAction  string              `param:""`
	CategoryActivity   string              `param:"" alias:"Activity"`
	CategoryReason     string              `param:"" alias:"Reason"`
	CategoryTargetName string              `param:"" alias:"TargetName"`
	CategoryTargetType string              `param:"" alias:"TargetType"`
}

func (c *writeError) Process(_ context.Context, _ any, out cmdlet.Out) error {
	r := c.ErrorRecord
	if r == nil {
		e := c.Exception
		if e == nil {
			e = object.NewException("Microsoft.PowerShell.Commands.WriteErrorException", "%s", c.Message)
		}
		category := object.NotSpecified
		if c.Category != "" {
			category = object.Category(c.Category)
		}
		id := c.ErrorID
		if id == "" {
			id = e.TypeName()
		}
		r = object.NewErrorOf(e, id, category, c.TargetObject)
		if c.Exception != nil && c.Message != "" {
			r.Details = c.Message
		}
	} else {
		copied := *r
		r = &copied
	}
	r.Action = c.RecommendedAction
	for _, part := range []struct {
		given string
		to    *string
	}{{c.CategoryActivity, &r.Activity}, {c.CategoryReason, &r.Reason}, {c.CategoryTargetName, &r.TargetName}, {c.CategoryTargetType, &r.TargetType}} {
		if part.given != "" {
			*part.to = part.given
		}
	}
	if caller, ok := out.(cmdlet.Caller); ok {
		caller.AsCaller(r)
	}
	return out.Error(r)
}

type writeWarning struct {
	Message string `param:"mandatory pos=0 pipeline allownull allowempty" alias:"Msg"`
}

func (c *writeWarning) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return out.Warning(c.Message)
}

type writeVerbose struct {
	Message string `param:"mandatory pos=0 pipeline allownull allowempty" alias:"Msg"`
}

func (c *writeVerbose) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return out.Verbose(c.Message)
}

type writeDebug struct {
	Message string `param:"mandatory pos=0 pipeline allownull allowempty" alias:"Msg"`
}

func (c *writeDebug) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return out.Debug(c.Message)
}

type writeInformation struct {
	MessageData any      `param:"mandatory pos=0 pipeline allownull allowempty" alias:"Msg,Message"`
	Tags        []string `param:"pos=1"`
}

func (c *writeInformation) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return out.Information(c.MessageData, c.Tags...)
}

type outNull struct {
	InputObject any `param:"pipeline"`
}

func (*outNull) Process(context.Context, any, cmdlet.Out) error { return nil }

type outDefault struct {
	InputObject any `param:"pipeline"`
}

// Process shows an object as the end of a pipeline does.
func (c *outDefault) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput && !out.Bound("InputObject") {
		return nil
	}
	return out.Session().Show(c.InputObject)
}

type outHost struct {
	Paging bool `param:"" help:"Has no effect: the output is not shown page by page."`
	outDefault
}

// Begin says that there is no pager.
func (c *outHost) Begin(_ context.Context, out cmdlet.Out) error {
	return withoutEffect(out, "the output is not shown page by page. Leave it out, and scroll in the terminal.", "Paging")
}
