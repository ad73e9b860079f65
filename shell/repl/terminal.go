package repl

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// Options of a terminal.
type Options struct {
	// In is where answers come from; a terminal, or anything else. Out is the terminal.
	In, Out *os.File
	// Lines reads In where it is read line by line; nil makes one.
	Lines *bufio.Reader
	// NonInteractive lets every question fail.
	NonInteractive bool
	// Getenv reads the environment: TERM, NO_COLOR, COLUMNS.
	Getenv func(name string) string
}

// Terminal is the host of a session whose output is a terminal. Its methods as a host are the session's; signals and
// [Terminal.Close] may come at any time.
type Terminal struct {
	options Options
	screen  *screen
	lines   *bufio.Reader
	guard   guard
	tty     *tty    // nil: lines are read plainly
	editor  *editor // nil with tty

	closed chan struct{}

	mu        sync.Mutex
	interrupt func() // ends the command that runs
	pressed   int    // how often Ctrl-C was pressed since it began
	reading   bool   // a line is being edited
	skip      atomic.Bool
	ended     context.Context
	end       context.CancelFunc
	code      int // exit code after a signal that ends the program
}

// Open takes the terminal.
func Open(o Options) *Terminal {
	t := &Terminal{options: o, lines: o.Lines, closed: make(chan struct{})}
	if t.lines == nil {
		t.lines = bufio.NewReader(o.In)
	}
	t.ended, t.end = context.WithCancel(context.Background())
	t.guard.leave = func() {
		if t.tty != nil {
			t.tty.leave()
		}
	}
	dumb := o.Getenv("TERM") == "dumb"
	t.screen = &screen{out: o.Out, size: t.size, colours: !dumb && o.Getenv("NO_COLOR") == ""}
	if dumb || o.NonInteractive || !term.IsTerminal(int(o.In.Fd())) {
		return t
	}
	// Where keys can't be had one by one, lines are read as the terminal edits them.
	if tty, err := openTTY(o.In); err == nil {
		t.tty = tty
		t.editor = newEditor(tty, t.screen, t.size, &t.guard)
	}
	return t
}

// IsTerminal tells whether a file is one.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Close gives the terminal back and waits for what still runs.
func (t *Terminal) Close() error {
	close(t.closed)
	t.end()
	t.guard.wait()
	return t.restore()
}

func (t *Terminal) restore() error {
	if t.tty == nil {
		return nil
	}
	return t.tty.restore()
}

// Stdout is the terminal for a session's output. It must not be written to behind its back.
func (t *Terminal) Stdout() io.Writer { return t.screen }

// Stderr is where errors go: the terminal too, unless w leads elsewhere, where no styles are wanted.
func (t *Terminal) Stderr(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok && IsTerminal(f) {
		return t.screen
	}
	return unstyled{w}
}

// unstyled drops SGR sequences.
type unstyled struct{ w io.Writer }

func (u unstyled) Write(b []byte) (int, error) {
	if _, err := u.w.Write(stripStyles(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Colours tells whether output may be coloured: the terminal knows how, and NO_COLOR is not set.
func (t *Terminal) Colours() bool { return t.screen.colours }

// size is the window's size. Where the kernel says nothing it is that of a VT100.
func (t *Terminal) size() (columns, rows int) {
	columns, rows, err := term.GetSize(int(t.options.Out.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

// Interactive tells whether questions can be asked.
func (t *Terminal) Interactive() bool { return !t.options.NonInteractive }

// Width is the window's, now.
func (t *Terminal) Width() int {
	columns, _ := t.size()
	return columns
}

// WriteHost shows text in colours by PowerShell's names.
func (t *Terminal) WriteHost(text, foreground, background string, newline bool) {
	if t.screen.colours {
		text = colour(text, foreground, background)
	}
	if newline {
		text += "\n"
	}
	// A terminal that is gone ends the session by a signal or at the next prompt.
	_, _ = io.WriteString(t.screen, text)
}

// ErrorText dresses the text of an error.
func (t *Terminal) ErrorText(text string) string { return t.dress(text, styleError) }

// MessageText dresses a warning, verbose or debug message.
func (t *Terminal) MessageText(text string) string { return t.dress(text, styleWarning) }

func (t *Terminal) dress(text, style string) string {
	if !t.screen.colours {
		return text
	}
	return eachLine(text, style)
}

// Progress takes a record of Write-Progress.
func (t *Terminal) Progress(p cmdlet.Progress) {
	if t.screen.report(p, time.Now()) {
		t.guard.start(t.tick)
	}
}

// tick draws the progress area, ten times a second, until nothing draws any more.
func (t *Terminal) tick() {
	ticker := time.NewTicker(progressInterval)
	defer ticker.Stop()
	for {
		select {
		case <-t.closed:
			return
		case now := <-ticker.C:
			// A terminal that is gone is noticed by what writes to it next.
			if again, _ := t.screen.refresh(now); !again {
				return
			}
		}
	}
}

// errNonInteractive is what questions fail with under -NonInteractive.
func errNonInteractive() error {
	e := object.NewException("System.Management.Automation.Host.HostException", "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.")
	return object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
}

// ReadLine asks for a line. Ctrl-C ends the command that asks.
func (t *Terminal) ReadLine(ctx context.Context, prompt string) (string, error) {
	if t.options.NonInteractive {
		return "", errNonInteractive()
	}
	line, end, err := t.line(ctx, request{prefix: prompt})
	if err != nil {
		return "", err
	}
	return t.answer(ctx, line, end)
}

// answer sorts out how an answer ended.
func (t *Terminal) answer(ctx context.Context, line string, end ending) (string, error) {
	switch end {
	case interrupted:
		t.cancel()
		return "", context.Canceled
	case stopped:
		return "", context.Canceled
	case endOfInput:
		return "", nil
	}
	return line, ctx.Err()
}

// line reads a line with the editor or without.
func (t *Terminal) line(ctx context.Context, r request) (string, ending, error) {
	// The lines above the last of a prompt are only output.
	if i := strings.LastIndexByte(r.prefix, '\n'); i >= 0 {
		if _, err := io.WriteString(t.screen, r.prefix[:i+1]); err != nil {
			return "", endOfInput, err
		}
		r.prefix = r.prefix[i+1:]
	}
	if err := t.screen.beginReading(); err != nil {
		return "", endOfInput, err
	}
	defer t.screen.endReading()
	if t.editor == nil {
		return t.plainLine(r.prefix)
	}
	// What stands on the line belongs to the prompt: its author has written it with Write-Host -NoNewline.
	written, err := t.screen.takeLine()
	if err != nil {
		return "", endOfInput, err
	}
	r.prefix = written + r.prefix
	t.setReading(true)
	defer t.setReading(false)
	text, end := t.editor.readLine(ctx, r)
	return text, end, nil
}

func (t *Terminal) setReading(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reading = on
}

// plainLine reads a line as the terminal, or whatever the input is, hands it over.
func (t *Terminal) plainLine(prompt string) (string, ending, error) {
	if _, err := io.WriteString(t.screen, prompt); err != nil {
		return "", endOfInput, err
	}
	line, err := t.lines.ReadString('\n')
	switch {
	case err == io.EOF && line == "":
		return "", endOfInput, nil
	case err != nil && err != io.EOF:
		return "", endOfInput, err
	}
	return strings.TrimRight(line, "\r\n"), entered, nil
}

// ReadSecret reads a line without showing it.
func (t *Terminal) ReadSecret(ctx context.Context, prompt, mask string) (string, error) {
	if t.options.NonInteractive {
		return "", errNonInteractive()
	}
	if err := t.screen.beginReading(); err != nil {
		return "", err
	}
	defer t.screen.endReading()
	switch {
	case t.editor == nil && term.IsTerminal(int(t.options.In.Fd())):
		if _, err := io.WriteString(t.screen, prompt); err != nil {
			return "", err
		}
		secret, err := term.ReadPassword(int(t.options.In.Fd()))
		if _, err := io.WriteString(t.screen, "\n"); err != nil {
			return "", err
		}
		if err != nil && err != io.EOF {
			return "", err
		}
		return string(secret), nil
	case t.editor == nil:
		line, _, err := t.plainLine(prompt)
		return line, err
	}
	t.setReading(true)
	defer t.setReading(false)
	secret, end, err := t.editor.readSecret(ctx, prompt, mask)
	if _, err := io.WriteString(t.screen, "\n"); err != nil {
		return "", err
	}
	if err != nil {
		return "", err
	}
	return t.answer(ctx, secret, end)
}

// Signals has the terminal answer the signals that concern it, until the returned function is called: Ctrl-C ends the command
// that runs, SIGTERM and SIGHUP everything.
func (t *Terminal) Signals() (stop func()) {
	c := make(chan os.Signal, 16)
	signal.Notify(c, signals...)
	done := make(chan struct{})
	t.guard.start(func() {
		for {
			select {
			case s := <-c:
				t.signalled(s)
			case <-done:
				return
			}
		}
	})
	return func() {
		signal.Stop(c)
		close(done)
	}
}

// signalled acts on a signal.
func (t *Terminal) signalled(s os.Signal) {
	switch {
	case redraws(s):
		if t.editor != nil {
			t.editor.resized()
		}
	case s == os.Interrupt:
		t.ctrlC()
	default:
		number, _ := s.(syscall.Signal)
		t.mu.Lock()
		again := t.code != 0
		t.code = 128 + int(number)
		t.mu.Unlock()
		if again {
			t.leave(128 + int(number))
		}
		t.cancel()
		t.end()
	}
}

// ctrlC is Ctrl-C while a command runs, or a SIGINT from elsewhere.
func (t *Terminal) ctrlC() {
	t.mu.Lock()
	t.skip.Store(true)
	running, reading := t.interrupt != nil, t.reading
	if running {
		t.pressed++
	}
	pressed := t.pressed
	t.mu.Unlock()
	switch {
	case reading:
		t.editor.interrupt()
	case running && pressed == 1:
		t.cancel()
	case running && pressed == 2:
		t.WriteHost("", "", "", true)
		t.WriteHost("The command has not ended yet. Press Ctrl-C once more to leave migsh without waiting for it.", "yellow", "", true)
	case running:
		t.leave(130)
	}
}

// cancel ends the command that runs.
func (t *Terminal) cancel() {
	t.mu.Lock()
	interrupt := t.interrupt
	t.mu.Unlock()
	if interrupt != nil {
		interrupt()
	}
}

// leave ends the program at once.
func (t *Terminal) leave(code int) {
	t.guard.leave()
	os.Exit(code)
}

// Do runs a command that Ctrl-C can end: its context is cancelled, and interrupt is called. What it leaves on the terminal
// besides output is cleared away.
func (t *Terminal) Do(ctx context.Context, interrupt func(), run func(ctx context.Context)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(t.ended, cancel)
	defer stop()
	t.mu.Lock()
	t.pressed = 0
	t.interrupt = func() {
		interrupt() // first: a cancelled context is then known to be Ctrl-C's
		cancel()
	}
	t.mu.Unlock()
	run(ctx)
	t.mu.Lock()
	echoed := t.pressed > 0
	t.interrupt = nil
	t.mu.Unlock()
	err := t.screen.endProgress()
	if echoed {
		// The terminal has shown ^C and left the cursor behind it.
		_, err = io.WriteString(t.screen, "\n")
	}
	return err
}

// Ended tells whether a signal has ended the program, and its exit code then.
func (t *Terminal) Ended() (code int, ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.code, t.code != 0
}
