package object

// TypeActionPreference is the type of -ErrorAction and of $ErrorActionPreference.
var TypeActionPreference = NewEnum("System.Management.Automation.ActionPreference", false,
	[]string{"SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend", "Break"}, nil)
