package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"migsh/internal/migration"
	"migsh/internal/statedir"
	"migsh/shell"
	"migsh/shell/cmdlet"
	"migsh/shell/complete"
	"migsh/shell/repl"
)

// terminalOf gives the terminal that the output goes to, as a file; nil where it goes elsewhere.
func terminalOf(w io.Writer) *os.File {
	if f, ok := w.(*os.File); ok && repl.IsTerminal(f) {
		return f
	}
	return nil
}

// runAt runs the program with its output at a terminal: a script or a command with live progress and colours, else the
// prompt.
func (o *flags) runAt(out *os.File, stdin io.Reader, stderr io.Writer, environ []string) int {
	in, ok := stdin.(*os.File)
	if !ok {
		fmt.Fprintln(stderr, "migsh: the standard input is no file")
		return 1
	}
	getenv := func(name string) string { return lookup(environ, name) }
	lines := bufio.NewReader(in)
	t := repl.Open(repl.Options{In: in, Out: out, Lines: lines, NonInteractive: o.nonInteractive, Getenv: getenv})
	stop := t.Signals()
	errs := t.Stderr(stderr)
	profile := profilePath(getenv)
	s := shell.New(shell.Options{
		Stdin: lines, Stdout: t.Stdout(), Stderr: errs, Host: t, Interactive: !o.nonInteractive,
		Version: version, Home: programDir(), Profile: profile, Beside: o.beside,
	})
	p := &console{flags: o, terminal: t, session: s, state: o.register(s, environ), in: in, errs: errs, getenv: getenv}
	code := p.run(context.Background(), profile)
	stop()
	if err := t.Close(); err != nil {
		fmt.Fprintln(stderr, "migsh: give back the terminal:", err)
	}
	return code
}

// console is the program at a terminal.
type console struct {
	flags    *flags
	terminal *repl.Terminal
	session  *shell.Session
	state    *state
	in       *os.File
	errs     io.Writer
	getenv   func(string) string
	leaving  bool // without waiting for batches
}

// do runs something that Ctrl-C can end.
func (p *console) do(ctx context.Context, run func(ctx context.Context)) {
	if err := p.terminal.Do(ctx, p.session.Interrupt, run); err != nil {
		fmt.Fprintln(p.errs, "migsh:", err)
	}
}

// run does what the flags ask for, and tells the exit code.
func (p *console) run(ctx context.Context, profile string) int {
	o, code, interrupted := p.flags, 0, false
	if !o.noProfile && exists(profile) {
		var out shell.Outcome
		p.do(ctx, func(ctx context.Context) {
			out = p.session.Execute(ctx, ". '"+strings.ReplaceAll(profile, "'", "''")+"'", nil)
		})
		if out.Exit {
			return p.finish(ctx, out.ExitCode(), false)
		}
	}
	prompting := repl.IsTerminal(p.in) && !o.nonInteractive
	if o.hasFile || o.hasCommand || !prompting {
		p.do(ctx, func(ctx context.Context) { code, interrupted = o.run(ctx, p.session, p.in) })
	}
	if prompting && (o.noExit || !o.hasFile && !o.hasCommand) {
		p.do(ctx, p.resume)
		code, interrupted = p.terminal.Run(ctx, prompter{p.session}, p.loop()), p.leaving
	}
	if signal, ended := p.terminal.Ended(); ended {
		code, interrupted = signal, true
	}
	return p.finish(ctx, code, interrupted)
}

// finish ends the jobs, waits for batches and closes the state.
func (p *console) finish(ctx context.Context, code int, interrupted bool) int {
	if err := p.session.Close(); err != nil {
		fmt.Fprintln(p.errs, "migsh: end the jobs:", err)
	}
	p.do(ctx, func(ctx context.Context) { code = p.state.finish(ctx, code, interrupted, p.errs) })
	return code
}

// resume opens the state, so that batches which were started go on while somebody sits at the prompt, and names them. A state that
// cannot be opened is told, and tried again by the first migration cmdlet.
func (p *console) resume(ctx context.Context) {
	svc, err := p.state.open(ctx)
	if err != nil {
		fmt.Fprintln(p.errs, p.terminal.MessageText("WARNING: "+err.Error()))
		return
	}
	for b, err := range svc.Batches(ctx, migration.BatchQuery{}) {
		if err != nil {
			fmt.Fprintln(p.errs, p.terminal.MessageText("WARNING: "+err.Error()))
			return
		}
		if b.Status.Busy() {
			fmt.Fprintf(p.errs, "Batch '%s' goes on: it is %s. Wait-MigrationBatch '%[1]s' follows it.\n", b.Name, b.Status)
		}
	}
}

// loop says how the prompt is to be.
func (p *console) loop() repl.Loop {
	l := repl.Loop{Complete: completer(p.session), BeforeExit: p.beforeExit}
	if !p.flags.noLogo {
		l.Banner = "migsh " + version + "\nGet-Help about_migsh tells how to begin."
	}
	dir, err := statedir.Find(p.flags.home, p.getenv)
	if err == nil {
		err = dir.Make()
	}
	if err != nil {
		fmt.Fprintln(p.errs, p.terminal.MessageText("WARNING: "+err.Error()+". What is typed will be forgotten at the end."))
		return l
	}
	l.History = dir.History()
	return l
}

// beforeExit asks what is to become of batches that are at work.
func (p *console) beforeExit(ctx context.Context) (ok bool) {
	svc := p.state.service()
	if svc == nil {
		return true
	}
	var busy []string
	for b, err := range svc.Batches(ctx, migration.BatchQuery{}) {
		if err != nil {
			fmt.Fprintln(p.errs, p.terminal.ErrorText("migsh: look for batches at work: "+err.Error()))
			break
		}
		if b.Status.Busy() {
			busy = append(busy, fmt.Sprintf("'%s' (%s)", b.Name, b.Status))
		}
	}
	if len(busy) == 0 {
		return true
	}
	const cancel = 2
	answer, err := p.terminal.Choose(ctx, "At work: "+strings.Join(busy, ", ")+".",
		"Batches are copied only while migsh runs. What is copied is kept, and the next start of migsh goes on from there.",
		[]cmdlet.Choice{
			{Label: "&Wait", Help: "Wait until no batch is at work, then leave."},
			{Label: "&Leave", Help: "Leave now; every mailbox reaches a checkpoint first."},
			{Label: "&Cancel", Help: "Stay at the prompt."},
		}, cancel)
	if err != nil || answer == cancel {
		return false
	}
	p.leaving = answer == 1
	return true
}

// prompter is the session as the prompt uses it.
type prompter struct{ *shell.Session }

func (p prompter) Run(ctx context.Context, text string) repl.Result {
	out := p.Execute(ctx, text, nil)
	return repl.Result{Exit: out.Exit, Code: out.Code, Interrupted: out.Interrupted}
}

// completer answers Tab.
func completer(s *shell.Session) repl.Completer {
	return func(ctx context.Context, text string, cursor int) repl.Completion {
		from, to, items := complete.Complete(ctx, s.Commands(), text, cursor)
		c := repl.Completion{Start: from, End: to}
		for _, item := range items {
			description, _, _ := strings.Cut(strings.TrimSpace(item.ToolTip), "\n")
			if description == item.Text || description == item.ListItem {
				description = ""
			}
			c.Items = append(c.Items, repl.Suggestion{Text: item.Text, Description: description})
		}
		return c
	}
}

// profilePath is $PROFILE: profile.ps1 in migsh's directory among the user's settings; "" where there is no such place.
func profilePath(getenv func(string) string) string {
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = ""
		if home := getenv("HOME"); home != "" {
			dir = filepath.Join(home, ".config")
		}
	}
	if runtime.GOOS == "windows" {
		dir = getenv("APPDATA")
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "migsh", "profile.ps1")
}

func exists(path string) bool {
	if path == "" {
		return false
	}
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
