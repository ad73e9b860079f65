// Package core holds the cmdlets of the language and of Microsoft.PowerShell.Utility and .Management, one file for each family.
package core

import (
	"slices"
	"sync"

	"migsh/shell/cmdlet"
)

// Modules that PowerShell's own cmdlets belong to.
const (
	moduleCore       = "Microsoft.PowerShell.Core"
	moduleUtility    = "Microsoft.PowerShell.Utility"
	moduleManagement = "Microsoft.PowerShell.Management"
)

var declared []func() *cmdlet.Info

// declare registers a cmdlet of this package; each file calls it for its own. The tags are read in [Cmdlets], when all types
// that they name are there.
func declare(spec cmdlet.Spec, make func() cmdlet.Cmdlet) bool {
	declared = append(declared, func() *cmdlet.Info { return cmdlet.Declare(spec, make) })
	return true
}

var infos = sync.OnceValue(func() []*cmdlet.Info {
	list := make([]*cmdlet.Info, len(declared))
	for i, read := range declared {
		list[i] = read()
	}
	return list
})

// Cmdlets lists the cmdlets of this package.
func Cmdlets() []*cmdlet.Info { return slices.Clone(infos()) }

// withoutEffect warns of parameters that were given and do nothing here, and says why.
func withoutEffect(out cmdlet.Out, why string, parameters ...string) error {
	for _, p := range parameters {
		if !out.Bound(p) {
			continue
		}
		if err := out.Warning("-" + p + " has no effect: " + why); err != nil {
			return err
		}
	}
	return nil
}
