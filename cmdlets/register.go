// Package cmdlets is the one list of the commands that migsh has.
package cmdlets

import (
	"migsh/cmdlets/core"
	"migsh/shell/cmdlet"
)

// Register hands over every compiled cmdlet.
func Register(add func(infos ...*cmdlet.Info)) {
	add(core.Cmdlets()...)
}
