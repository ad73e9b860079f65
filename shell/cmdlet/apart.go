package cmdlet

import (
	"context"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// Work is what a session apart is to do: a script block's text and what it is given.
type Work struct {
	// Initialization runs first, in the session's global scope; empty where there is none.
	Initialization string
	Script         string
	// Under is $_ where HasUnder is set.
	Under    any
	HasUnder bool
	// Input is $input, or what is piped to the block's process block.
	Input     []any
	Arguments []any
	// Using are the values of $using:, by their text as [Apartness.Using] gives them.
	Using map[string]any
	// Location is the current directory; empty means the caller's.
	Location string
}

// Streams take what a session apart puts out. They are called by the goroutine that runs it, and what they return ends it.
type Streams interface {
	Record(stream syntax.Stream, v any) error
	Progress(p Progress) error
}

// Apartness is the part of a session that makes others beside it.
type Apartness interface {
	// Apart makes a session with the same commands as this one and with variables, functions, modules and a location of its own.
	// What the work holds is copied before Apart returns, and what it puts out before to gets it, so that the two sessions share no
	// collection. run may be called once, from any goroutine; it returns the error that ended the work, and nothing of the session
	// is left when it has returned.
	Apart(w Work, to Streams) (run func(ctx context.Context) error, err error)
	// Using evaluates what a block refers to with $using:, in the caller's scope. nested tells to leave out the blocks of
	// ForEach-Object -Parallel inside, which refer to the variables of the block around them.
	Using(body object.ScriptBlock, nested bool) (map[string]any, error)
	// Adopt makes a value that came from a session apart one of this session: its script blocks run here.
	Adopt(v any) any
	// Beside makes the command that starts a process with a session of its own, which serves one background job over its standard
	// input and output.
	Beside() (*Process, error)
}

// Process is how another process of the same program is started.
type Process struct {
	Path string
	Args []string
	Env  []string // nil: this process's
}
