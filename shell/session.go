package shell

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/format"
	"migsh/shell/interp"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
	"migsh/shell/syntax"
)

// Options configure a session.
type Options struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Width of the output in columns; 0 means 80.
	Width int
	// Interactive allows prompts; they read Stdin unless Host does better.
	Interactive bool
	// Host replaces the plain one. One that is a [Terminal] gets the output as it comes, with its styles.
	Host cmdlet.Host
	// Version of migsh, for $PSVersionTable.
	Version string
	// Home is the directory of the program, $PSHOME; Profile is $PROFILE.
	Home, Profile string
	// Location is the current directory; the process's when empty.
	Location string
	// Beside is how a further process of the program is started that serves a background job; nil where there can be none.
	Beside func() (*cmdlet.Process, error)
}

// Terminal is a host that shows its output to somebody, in a window whose width may change.
type Terminal interface {
	cmdlet.Host
	// ErrorText and MessageText dress the text of an error, and of a warning, verbose or debug message.
	ErrorText(text string) string
	MessageText(text string) string
	// Progress takes a record of Write-Progress.
	Progress(p cmdlet.Progress)
}

// Session is one running shell. It is used by one goroutine at a time; Interrupt may be called from any.
type Session struct {
	options Options
	interp  *interp.Interp
	host    cmdlet.Host
	// terminal is the host where that is one, else nil.
	terminal Terminal
	input    *bufio.Reader
	out      *pacedWriter
	errs     io.Writer
	printer  *format.Printer
	width    int // the printer's

	transcript *transcript
	style      psStyle
}

// New makes a session without commands; see [Session.Register].
func New(o Options) *Session {
	if o.Width <= 0 {
		o.Width = 80
	}
	if o.Stdin == nil {
		o.Stdin = strings.NewReader("")
	}
	s := &Session{options: o, input: bufio.NewReader(o.Stdin), host: o.Host, transcript: &transcript{}}
	var out io.Writer
	if s.host == nil {
		s.host = &plainHost{s}
	}
	if t, ok := s.host.(Terminal); ok {
		s.terminal = t
	}
	out, s.errs = rendered{o.Stdout, &s.style, s.terminal != nil}, rendered{o.Stderr, &s.style, s.terminal != nil}
	s.out, s.errs = newPacedWriter(copied{out, s.transcript}), copied{s.errs, s.transcript}
	s.style.settle = s.out.Flush
	dotnet.SetConsole(s.input, s.out, s.errs)
	s.interp = interp.New(interp.Options{
		Host: s.host, Display: &display{s}, Render: render, Beside: o.Beside, Location: o.Location, Version: o.Version, Home: o.Home, Profile: o.Profile,
	})
	s.fit()
	if err := s.interp.Session().SetVariable("PSStyle", "global", object.Instance(typePSStyle, &s.style)); err != nil {
		panic("shell: a new session refuses a variable: " + err.Error())
	}
	return s
}

// Close ends what the session has running, such as its jobs. It is not used afterwards.
func (s *Session) Close() error { return s.interp.Close() }

// fit makes the printer for the output's width, which a terminal may have changed since the last command.
func (s *Session) fit() {
	if w := s.host.Width(); s.printer == nil || w != s.width {
		s.width = w
		s.printer = format.NewPrinter(s.out, s.settings())
	}
}

// flushShown has a terminal show at once what was put out.
func (s *Session) flushShown(err error) error {
	if err != nil || s.terminal == nil {
		return err
	}
	return s.out.Flush()
}

// settings are those of the output.
func (s *Session) settings() format.Settings {
	return format.Settings{
		Width: s.host.Width() - 1, // the last column stays free, as some terminals would wrap behind it
		Limit: s.enumerationLimit, Patience: 300 * time.Millisecond,
		Error: func(r *object.ErrorRecord) string { return s.errorText(r, s.host.Width()) },
		Types: s.interp.Session().TypeData(),
	}
}

// errorText renders an error as $ErrorView wants it.
func (s *Session) errorText(r *object.ErrorRecord, width int) string {
	v, _ := s.interp.Session().Variable("ErrorView", "")
	return format.ErrorText(object.ToString(v), r, width)
}

// enumerationLimit is $FormatEnumerationLimit, or 4 where that is no number.
func (s *Session) enumerationLimit() int {
	v, _ := s.interp.Session().Variable("FormatEnumerationLimit", "")
	if n, ok := object.Base(v).(int32); ok {
		return int(n)
	}
	return 4
}

// Register adds cmdlets.
func (s *Session) Register(infos ...*cmdlet.Info) { s.interp.Register(infos...) }

// Prompt is what the user's function prompt gives, or PowerShell's own prompt. $? and $LASTEXITCODE stay as they are.
func (s *Session) Prompt(ctx context.Context) string {
	commands := s.Commands()
	if info, ok := commands.Command("prompt"); !ok || info.Kind != cmdlet.KindFunction {
		return "PS " + commands.Location() + "> "
	}
	var text strings.Builder
	err := s.interp.Aside(ctx, func() error {
		return commands.Evaluate(ctx, "prompt", func(v any) error {
			text.WriteString(object.ToString(v))
			return nil
		})
	})
	if flushErr := s.out.Flush(); err != nil || flushErr != nil || text.Len() == 0 {
		return "PS>" // PowerShell's for a prompt that fails or is empty
	}
	return text.String()
}

// Commands is the session as cmdlets see it, for completion and help.
func (s *Session) Commands() cmdlet.Session { return s.interp.Session() }

// Interrupt ends what runs, as Ctrl-C does.
func (s *Session) Interrupt() { s.interp.Interrupt() }

// Outcome tells how a script, command or line ended.
type Outcome struct {
	// OK is $? at the end.
	OK bool
	// Exit tells that the script has said exit, with Code.
	Exit bool
	Code int
	// Err is the error that ended it, which has been shown; nil where it ran to its end.
	Err error
	// Interrupted tells that Ctrl-C ended it.
	Interrupted bool
}

// ExitCode is the program's exit code after a script file: exit's code, 1 after an error that ended it, 130 after Ctrl-C.
func (o Outcome) ExitCode() int {
	switch {
	case o.Interrupted:
		return 130
	case o.Exit:
		return o.Code & 0xff
	case o.Err != nil:
		return 1
	}
	return 0
}

// Execute runs a piece of text in the global scope, such as a line of the prompt, and shows what it puts out. input is what
// $input gives; nil: nothing.
func (s *Session) Execute(ctx context.Context, text string, input []any) Outcome {
	s.fit()
	start := time.Now()
	out := s.outcome(s.interp.Run(ctx, "", text, input))
	if s.options.Interactive {
		cmdlet.HistoryOf(s.Commands()).Add(cmdlet.HistoryEntry{Line: strings.TrimRight(text, "\r\n"), Failed: !out.OK, Start: start, End: time.Now()})
	}
	return out
}

// RunFile runs a script file with the words of a command line as its arguments.
func (s *Session) RunFile(ctx context.Context, path string, words []string, input []any) Outcome {
	return s.outcome(s.interp.RunFile(ctx, path, interp.Words(words), input))
}

// outcome shows what is left to show of a run and sorts out how it ended.
func (s *Session) outcome(err error) Outcome {
	o := Outcome{OK: s.interp.OK()}
	if closeErr := s.printer.Close(); err == nil {
		err = closeErr
	}
	var exit *interp.Exit
	switch {
	case err == nil:
	case errors.As(err, &exit):
		o.Exit, o.Code = true, exit.Code
	case interp.ErrInterrupted(err):
		o.Interrupted, o.OK = true, false
	default:
		o.Err, o.OK = err, false
		s.showError(object.RecordOf(err))
	}
	if err := s.out.Flush(); err != nil && o.Err == nil {
		o.Err, o.OK = err, false
	}
	return o
}

// showError renders an error to the error output.
func (s *Session) showError(r *object.ErrorRecord) {
	text := strings.TrimRight(s.errorText(r, s.host.Width()), "\n")
	if s.terminal != nil {
		text = s.terminal.ErrorText(text)
	}
	// Nothing can be told about a failing error output, nor where to.
	_, _ = io.WriteString(s.errs, text+"\n")
}

// Incomplete tells whether a text needs more lines before it can run.
func (s *Session) Incomplete(text string) bool {
	_, errs := syntax.Parse("", text)
	return syntax.IsIncomplete(errs)
}

// RunInput runs the lines of the standard input as they come, each statement as soon as it is complete.
func (s *Session) RunInput(ctx context.Context) Outcome {
	last := Outcome{OK: true}
	var pending strings.Builder
	for {
		line, err := s.input.ReadString('\n')
		pending.WriteString(line)
		if text := pending.String(); strings.TrimSpace(text) != "" && (err != nil || !s.Incomplete(text)) {
			pending.Reset()
			last = s.Execute(ctx, text, nil)
			if last.Exit || last.Interrupted {
				return last
			}
		}
		if err != nil {
			return last
		}
	}
}

// InputLines reads the rest of the standard input, for $input.
func (s *Session) InputLines() []any {
	var lines []any
	for {
		line, err := s.input.ReadString('\n')
		if line != "" {
			lines = append(lines, strings.TrimRight(line, "\r\n"))
		}
		if err != nil {
			return lines
		}
	}
}
