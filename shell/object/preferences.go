package object

// TypeActionPreference is the type of -ErrorAction and of $ErrorActionPreference.
var TypeActionPreference = NewEnum("System.Management.Automation.ActionPreference", false,
	[]string{"SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend", "Break"}, nil)

// TypeCommandTypes is System.Management.Automation.CommandTypes.
var TypeCommandTypes = NewEnum("System.Management.Automation.CommandTypes", true,
	[]string{"Alias", "Function", "Filter", "Cmdlet", "ExternalScript", "Application", "Script", "Configuration", "All"},
	[]int64{1, 2, 4, 8, 16, 32, 64, 256, 383})
