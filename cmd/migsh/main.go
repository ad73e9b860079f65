// Command migsh is a PowerShell-style shell for moving mailboxes.
package main

import "os"

func main() {
	os.Exit(Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}
