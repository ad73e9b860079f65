package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Invoke-Expression", Module: moduleUtility, Aliases: []string{"iex"}, Synopsis: "Runs commands or expressions on the local computer.",
	}, func() cmdlet.Cmdlet { return &invokeExpression{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-StrictMode", Module: moduleCore, DefaultSet: "Version", Synopsis: "Establishes and enforces coding rules in expressions, scripts, and script blocks.",
	}, func() cmdlet.Cmdlet { return &setStrictMode{} })
)

type invokeExpression struct {
	Command string `param:"mandatory pos=0 pipeline"`
}

func (c *invokeExpression) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return out.Session().Evaluate(ctx, c.Command, out.Write)
}

type setStrictMode struct {
	Version string `param:"set=Version mandatory" alias:"v" typename:"System.Version"`
	Off     bool   `param:"set=Off mandatory"`
}

func (c *setStrictMode) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.Off {
		return out.Session().SetStrictMode(0, "")
	}
	if strings.EqualFold(c.Version, "latest") {
		return out.Session().SetStrictMode(3, "")
	}
	text := c.Version
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	v, err := object.Convert(text, object.TypeVersion)
	if err != nil {
		return err
	}
	return out.Session().SetStrictMode(int(v.(object.Version).Major), "")
}
