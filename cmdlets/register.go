// Package cmdlets is the one list of the commands that migsh has.
package cmdlets

import (
	"migsh/cmdlets/core"
	"migsh/cmdlets/demo"
	"migsh/cmdlets/migration"
	"migsh/shell/cmdlet"
)

// Register hands over every compiled cmdlet. open gives the migration service when the first command asks for it.
func Register(add func(infos ...*cmdlet.Info), open migration.Opener) {
	add(core.Cmdlets()...)
	add(migration.Commands(open)...)
	add(demo.Cmdlets()...)
}
