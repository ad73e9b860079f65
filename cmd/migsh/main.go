// Command migsh is a PowerShell-style shell for moving mailboxes.
package main

import (
	"os"
	"runtime/debug"
)

// gcPercent is how much garbage may gather, in per cent of what lives. A little less than Go's usual 100 costs no time that can be
// measured and keeps scripts with large tables below half of PowerShell's memory.
const gcPercent = 70

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}
