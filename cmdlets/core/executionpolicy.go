package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// Execution policies are Windows' own; elsewhere PowerShell names one that allows everything, and sets none.
var (
	_ = declare(cmdlet.Spec{
		Name: "Get-ExecutionPolicy", Module: "Microsoft.PowerShell.Security", Synopsis: "Gets the execution policy: scripts run whatever it is called.",
		OutputTypes: []string{"Microsoft.PowerShell.ExecutionPolicy"},
	}, func() cmdlet.Cmdlet { return &getExecutionPolicy{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-ExecutionPolicy", Module: "Microsoft.PowerShell.Security", ShouldProcess: true, Synopsis: "Not supported: migsh has no execution policies.",
	}, func() cmdlet.Cmdlet { return &setExecutionPolicy{} })

	typeExecutionPolicy = object.NewEnum("Microsoft.PowerShell.ExecutionPolicy", false,
		[]string{"Unrestricted", "RemoteSigned", "AllSigned", "Restricted", "Bypass", "Undefined"}, nil)
	typePolicyScope = object.NewEnum("Microsoft.PowerShell.ExecutionPolicyScope", false,
		[]string{"Process", "CurrentUser", "LocalMachine", "UserPolicy", "MachinePolicy"}, nil)
)

type getExecutionPolicy struct {
	Scope string `typename:"Microsoft.PowerShell.ExecutionPolicyScope" param:"pos=0 pipelinebyname" validate:"set=Process,CurrentUser,LocalMachine,UserPolicy,MachinePolicy" help:"The scope; all have the same policy."`
	List  bool   `param:"" help:"Lists the scopes with their policies."`
}

// Process gives the policy that allows every script.
func (c *getExecutionPolicy) Process(_ context.Context, _ any, out cmdlet.Out) error {
	policy := object.EnumValue(typeExecutionPolicy, "Unrestricted")
	if !c.List {
		return out.Write(policy)
	}
	for _, scope := range []string{"MachinePolicy", "UserPolicy", "Process", "CurrentUser", "LocalMachine"} {
		if err := out.Write(object.NewCustom("Scope", object.EnumValue(typePolicyScope, scope), "ExecutionPolicy", policy)); err != nil {
			return err
		}
	}
	return nil
}

type setExecutionPolicy struct {
	ExecutionPolicy string `typename:"Microsoft.PowerShell.ExecutionPolicy" param:"mandatory pos=0 pipelinebyname" validate:"set=Unrestricted,RemoteSigned,AllSigned,Restricted,Default,Bypass,Undefined" help:"The policy."`
	Scope           string `typename:"Microsoft.PowerShell.ExecutionPolicyScope" param:"pos=1 pipelinebyname" validate:"set=Process,CurrentUser,LocalMachine,UserPolicy,MachinePolicy" help:"The scope."`
	Force           bool   `param:"" help:"Does not ask; nothing is asked."`
}

// Process refuses.
func (c *setExecutionPolicy) Process(context.Context, any, cmdlet.Out) error {
	e := object.NewException("System.PlatformNotSupportedException", "Operation is not supported on this platform: migsh runs every script. Leave Set-ExecutionPolicy out.")
	return object.NewErrorOf(e, "System.PlatformNotSupportedException", object.NotImplemented, nil)
}
