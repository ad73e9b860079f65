// Package core holds the cmdlets of the language and of Microsoft.PowerShell.Utility and .Management, one file for each family.
package core

import (
	"slices"

	"migsh/shell/cmdlet"
)

// Modules that PowerShell's own cmdlets belong to.
const (
	moduleCore       = "Microsoft.PowerShell.Core"
	moduleUtility    = "Microsoft.PowerShell.Utility"
	moduleManagement = "Microsoft.PowerShell.Management"
)

var declared []*cmdlet.Info

// declare registers a cmdlet of this package; each file calls it for its own.
func declare(spec cmdlet.Spec, make func() cmdlet.Cmdlet) bool {
	declared = append(declared, cmdlet.Declare(spec, make))
	return true
}

// Cmdlets lists the cmdlets of this package.
func Cmdlets() []*cmdlet.Info { return slices.Clone(declared) }
