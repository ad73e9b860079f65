//go:build !unix

// Package repltest plays the person at a terminal, on systems that have pseudo-terminals.
package repltest
