package interp

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	_ "migsh/shell/object/dotnet" // the members that scripts may use
	"migsh/shell/syntax"
)

// Display shows what scripts put out and do not keep: the end of every pipeline.
type Display interface {
	// Show shows an object of the output stream.
	Show(v any) error
	// Record shows an error, warning, verbose, debug or information record. The streams are syntax's.
	Record(stream syntax.Stream, v any) error
	// Progress shows a record of Write-Progress.
	Progress(p cmdlet.Progress) error
	// NativeError shows a line that a program has written to its standard error.
	NativeError(line string) error
	// Transcribe copies all that is shown to a writer from now on; nil ends that.
	Transcribe(to io.Writer) error
}

// Options configure an interpreter.
type Options struct {
	Host    cmdlet.Host
	Display Display
	// Render gives objects as the output shows them in that many columns, with so many elements of a collection, for programs and
	// files. It is called by several sessions at once.
	Render func(items []any, width, limit int, types *object.TypeTable) (string, error)
	// Beside is how a process of its own is started for a background job; nil where there can be none.
	Beside   func() (*cmdlet.Process, error)
	Location string    // current directory; the process's when empty
	Stdin    io.Reader // of native programs; nil: none
	Version  string    // of migsh
	Home     string    // $PSHOME
	Profile  string    // $PROFILE
	Cmdlets  []*cmdlet.Info

	using map[string]any // what $using: gives in a session apart
}

// Interp runs scripts. It is used by one goroutine; only Interrupt may be called from another.
type Interp struct {
	options   Options
	symbols   *symbols
	known     known
	kept      map[any]any // see [cmdlet.Session.Keep]
	automatic map[symbol]func(f *frame) (any, bool)
	builtins  map[symbol]func(f *frame) any
	shared    map[symbol]*variable
	global    *scope
	// namespaces are in use at the prompt: those of the last line that had using statements.
	namespaces []string
	top        *frame // runs in the global scope, below everything
	current    *frame
	warned     map[*variable]bool // preference variables whose values have been complained of
	cmdlets    map[string]*found
	infos      []*cmdlet.Info
	modules    modules
	errors     *object.List

	ctx       context.Context
	stop      atomic.Bool
	shielded  int // finally and clean blocks that run
	ok        bool
	exitCode  int
	hasExit   bool
	tries     int
	depth     int
	caught    *object.ErrorRecord
	anyStrict bool
	location  string
	types     map[string]*object.Type // that scripts have defined
	classes   map[*object.Type]*class // those that are classes
	typeData  object.TypeTable
	debug     *debugger // nil while nothing is watched
	debugger  debugger
	// describing are the functions whose dynamicparam block runs to describe them.
	describing map[*function]bool
}

// New makes an interpreter with its global scope.
func New(o Options) *Interp {
	in := &Interp{options: o, ok: true, ctx: context.Background(), symbols: &symbols{ids: map[string]symbol{}}}
	in.known = newKnown(in.symbols)
	in.automatic = in.known.automatics()
	in.location = o.Location
	if in.location == "" {
		if dir, err := os.Getwd(); err == nil {
			in.location = dir
		}
	}
	in.global = newScope(nil, nil)
	in.global.script = in.global
	in.global.aliases = map[string]*alias{}
	in.global.functions = map[string]*function{}
	in.modules.loading = map[string]bool{}
	in.debugger.in = in
	in.top = &frame{in: in, scope: in.global, streams: &streams{in: in}}
	in.top.out = sinkFunc(func(v any) error { return in.options.Display.Show(v) })
	in.current = in.top
	in.defineVariables()
	in.cmdlets = make(map[string]*found, len(o.Cmdlets)*2)
	in.Register(o.Cmdlets...)
	return in
}

// Register adds cmdlets and their aliases.
func (in *Interp) Register(infos ...*cmdlet.Info) {
	for _, info := range infos {
		in.cmdlets[strings.ToLower(info.Name)] = &found{info: info}
		in.infos = append(in.infos, info)
		for _, a := range info.Aliases {
			in.setAlias(in.global, &alias{name: a, target: info.Name})
		}
	}
}

// Close ends what cmdlets keep for the session, such as its jobs.
func (in *Interp) Close() error {
	var failed []error
	for _, kept := range in.kept {
		if c, ok := kept.(io.Closer); ok {
			failed = append(failed, c.Close())
		}
	}
	in.kept = nil
	return errors.Join(failed...)
}

// text renders objects for a program or a file.
func (in *Interp) text(items []any) (string, error) {
	limit := 4
	if v := in.global.lookup(in.symbols.of("FormatEnumerationLimit")); v != nil {
		if n, ok := object.Base(v.get()).(int32); ok {
			limit = int(n)
		}
	}
	return in.options.Render(items, in.options.Host.Width(), limit, &in.typeData)
}

// Interrupt asks what runs to end, as Ctrl-C does. It may be called from any goroutine.
func (in *Interp) Interrupt() { in.stop.Store(true) }

// interrupted answers the error that ends everything once Ctrl-C was pressed.
func (in *Interp) interrupted() error {
	if in.stop.Load() && in.shielded == 0 {
		return errInterrupted
	}
	return nil
}

// cancelled tells whether an error is how something that waited on the context tells that Ctrl-C has ended it.
func (in *Interp) cancelled(err error) bool {
	return errors.Is(err, context.Canceled) && in.ctx.Err() != nil
}

// uninterrupted runs what has to be done even after Ctrl-C.
func (in *Interp) uninterrupted(fn func() error) error {
	in.shielded++
	defer func() { in.shielded-- }()
	return fn()
}

// ErrInterrupted tells whether an error is the end by Ctrl-C.
func ErrInterrupted(err error) bool { return errors.Is(err, errInterrupted) }

// An Exit is the error with which Run ends when the script has said exit.
type Exit struct{ Code int }

func (e *Exit) Error() string { return "exit" }

// watch ties the interpreter to a context for the time of a run.
func (in *Interp) watch(ctx context.Context) func() {
	saved := in.ctx
	in.ctx = ctx
	in.stop.Store(false)
	stop := context.AfterFunc(ctx, in.Interrupt)
	return func() {
		stop()
		in.ctx = saved
	}
}

// Run runs a script text in the global scope: a line of the prompt, or the value of -Command. What it puts out goes to the
// display. It returns *Exit after exit, a record for an error that ended the text, and the record of parse errors.
func (in *Interp) Run(ctx context.Context, name, text string, input []any) error {
	b, err := in.parse(name, text)
	if err != nil {
		in.remember(in.top.recordOf(err))
		in.ok = false
		return err
	}
	if own := namespacesOf(b.ast); own != nil { // they take the place of those of earlier lines, as PowerShell has it
		b.usings, in.namespaces = own, own
	}
	defer in.watch(ctx)()
	out := in.top.out
	g := &frame{in: in, scope: in.global, code: b.codeFor(nil), out: out, streams: in.top.streams, call: &call{block: b}}
	if input != nil {
		g.call.input = &inputs{items: input}
	}
	return in.finishRun(g, func() error {
		if g.code.failed != nil {
			return g.code.failed
		}
		for _, l := range []*list{g.code.begin, g.code.process, g.code.end} {
			if l == nil {
				continue
			}
			if err := l.exec(g); err != nil {
				return err
			}
		}
		return nil
	})
}

// Aside runs what is no command of the user's, such as the function prompt: $? and $LASTEXITCODE stay as they are.
func (in *Interp) Aside(ctx context.Context, fn func() error) error {
	defer in.watch(ctx)()
	ok, code, has := in.ok, in.exitCode, in.hasExit
	err := in.sortOut(in.top, fn())
	in.ok, in.exitCode, in.hasExit = ok, code, has
	return err
}

// finishRun runs fn with g in force and sorts out how it ended.
func (in *Interp) finishRun(g *frame, fn func() error) error {
	saved, tries, depth := in.current, in.tries, in.depth
	in.current = g
	g.push()
	err := fn()
	g.pop()
	in.current, in.tries, in.depth = saved, tries, depth
	in.debugger.rest()
	return in.sortOut(g, err)
}

// sortOut turns the error that a run ended with into what the caller has to know.
func (in *Interp) sortOut(g *frame, err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *flow:
		if e.kind == flowExit {
			return &Exit{e.code}
		}
		return nil
	case *stopUpstream:
		return nil
	}
	if in.cancelled(err) {
		err = errInterrupted
	}
	if !catchable(err) {
		return err
	}
	in.ok = false
	r := g.recordOf(err)
	in.remember(r)
	return r
}

// RunFile runs a script file with arguments, in a script scope of its own.
func (in *Interp) RunFile(ctx context.Context, path string, args []cmdlet.Arg, input []any) error {
	defer in.watch(ctx)()
	fn, err := in.loadScript(path)
	if err != nil {
		in.ok = false
		r := in.top.recordOf(err)
		in.remember(r)
		return r
	}
	return in.finishRun(in.top, func() error {
		pipe := &pipelineRun{length: 1}
		s := newFunctionStage(stageBase{f: in.top, pipe: pipe, out: in.top.out, streams: in.top.streams}, fn, args, false, filepath.Base(path))
		s.name = path
		err := s.prepare()
		if err == nil {
			err = s.runAll(invocation{input: input})
		}
		if err2 := s.finish(); err == nil {
			err = err2
		}
		return err
	})
}

// OK is $?: whether the last statement went well.
func (in *Interp) OK() bool { return in.ok }

// LastExitCode is $LASTEXITCODE.
func (in *Interp) LastExitCode() int { return in.exitCode }

func (in *Interp) setExitCode(code int) {
	in.exitCode, in.hasExit = code, true
}

// exitDefault is the code of a bare exit.
func (in *Interp) exitDefault() int {
	if in.hasExit {
		return in.exitCode
	}
	return 0
}

// maxErrors bounds $Error.
const maxErrors = 256

// remember puts a record at the head of $Error, once.
func (in *Interp) remember(r *object.ErrorRecord) {
	if len(in.errors.Items) > 0 && in.errors.Items[0] == any(r) {
		return
	}
	in.errors.Items = append(in.errors.Items, nil)
	copy(in.errors.Items[1:], in.errors.Items)
	in.errors.Items[0] = r
	if len(in.errors.Items) > maxErrors {
		in.errors.Items = in.errors.Items[:maxErrors]
	}
}

// show is where a stream ends that nothing redirects.
func (in *Interp) show(kind syntax.Stream, v any) error { return in.options.Display.Record(kind, v) }

func (in *Interp) progress(p cmdlet.Progress) error { return in.options.Display.Progress(p) }

// resolvePath makes a path of a script absolute.
func (in *Interp) resolvePath(path string) string {
	switch {
	case path == "~" || strings.HasPrefix(path, "~/"):
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, path[1:])
		}
	case filepath.IsAbs(path):
		return filepath.Clean(path)
	}
	return filepath.Join(in.location, path)
}

// loadScript reads and parses a script file.
func (in *Interp) loadScript(path string) (*function, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, object.RecordOf(object.NewException("System.IO.FileNotFoundException", "Could not find file '%s'.", path))
	}
	b, err := in.parse(path, strings.TrimPrefix(string(data), "\ufeff"))
	if err != nil {
		return nil, err
	}
	if err := in.meets(b.ast.Requirements, filepath.Base(path)); err != nil {
		return nil, err
	}
	fn := newFunction(filepath.Base(path), b, nil, cmdlet.KindExternalScript)
	fn.path = path
	return fn, nil
}
