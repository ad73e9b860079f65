package repl

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"
)

// guard starts goroutines that leave no terminal raw when they panic.
type guard struct {
	leave   func() // gives the terminal back for good
	running sync.WaitGroup
}

// start runs fn in a goroutine of its own.
func (g *guard) start(fn func()) {
	g.running.Go(func() {
		defer g.caught()
		fn()
	})
}

// caught, deferred, ends the program after a panic as Go does, with the terminal given back before.
func (g *guard) caught() {
	r := recover()
	if r == nil {
		return
	}
	g.leave()
	fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", r, debug.Stack())
	os.Exit(2)
}

// wait waits for all that was started.
func (g *guard) wait() { g.running.Wait() }
