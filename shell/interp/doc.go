// Package interp runs PowerShell's script language.
//
// A script block is compiled once, when it first runs, from its syntax tree into closures ([compiler]). Variables that the
// block assigns have slots in its scope; all others are looked up along the chain of dynamic scopes. A block that runs in
// the scope of its caller (dot-sourced, or given to ForEach-Object) is compiled a second time, for that scope's layout.
//
// A pipeline is pushed: each command hands its objects to the next one's process step, all in one goroutine. Errors that end
// a command travel as Go errors: *object.ErrorRecord for PowerShell's errors, *flow for break, continue, return and exit.
//
// The package knows the language only. What shows results is behind [Display], the machine behind cmdlet.Host.
package interp
