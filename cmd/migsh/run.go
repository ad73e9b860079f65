package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf16"

	"migsh/cmdlets"
	"migsh/cmdlets/migration"
	"migsh/shell"
	"migsh/shell/object"
)

// version is migsh's own; releases set it when they link.
var version = "0.1.0-dev"

// Run is the whole program: arguments, standard files and environment in, exit code out.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) int {
	o, err := parseFlags(args)
	if err != nil {
		var u *usageError
		if errors.As(err, &u) {
			fmt.Fprint(stderr, u.text+"\n")
			fmt.Fprint(stdout, "\n"+usage)
			return u.code
		}
		fmt.Fprintln(stderr, err)
		return 1
	}
	object.UseCulture(culture(environ))
	if err := provideModulePath(environ); err != nil {
		fmt.Fprintln(stderr, "migsh:", err)
		return 1
	}
	switch {
	case o.help:
		fmt.Fprint(stdout, usage)
		return 0
	case o.version:
		fmt.Fprintln(stdout, "migsh "+version)
		return 0
	case o.check:
		return syntaxCheck(o.args, stdout, stderr)
	}
	if o.directory != "" {
		if err := os.Chdir(o.directory); err != nil {
			fmt.Fprintf(stderr, "migsh: -WorkingDirectory: %v. Name a directory that exists.\n", err)
			return 1
		}
	}
	if o.job {
		return o.serveJob(stdin, stdout, stderr, environ)
	}
	if out := terminalOf(stdout); out != nil {
		return o.runAt(out, stdin, stderr, environ)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s := shell.New(shell.Options{
		Stdin: stdin, Stdout: stdout, Stderr: stderr, Width: shell.Columns(lookup(environ, "COLUMNS")),
		Interactive: !o.nonInteractive, Version: version, Home: programDir(),
		Profile: profilePath(func(name string) string { return lookup(environ, name) }), Beside: o.beside,
	})
	st := o.register(s, environ)
	code, interrupted := o.run(ctx, s, stdin)
	if err := s.Close(); err != nil {
		fmt.Fprintln(stderr, "migsh: end the jobs:", err)
	}
	return st.finish(ctx, code, interrupted, stderr)
}

// provideModulePath sets $env:PSModulePath to PowerShell's own directories where nobody has set it.
func provideModulePath(environ []string) error {
	if lookup(environ, "PSModulePath") != "" {
		return nil
	}
	var dirs []string
	home, err := os.UserHomeDir()
	switch {
	case err == nil && runtime.GOOS == "windows":
		dirs = append(dirs, filepath.Join(home, "Documents", "PowerShell", "Modules"))
	case err == nil:
		dirs = append(dirs, filepath.Join(home, ".local", "share", "powershell", "Modules"))
	}
	if runtime.GOOS != "windows" {
		dirs = append(dirs, "/usr/local/share/powershell/Modules")
	}
	return os.Setenv("PSModulePath", strings.Join(dirs, string(filepath.ListSeparator)))
}

// culture is the name of the culture that the environment asks for, as .NET reads it: LC_ALL, then LC_MESSAGES, then LANG; none
// and C stand for the invariant one.
func culture(environ []string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		value, _, _ := strings.Cut(lookup(environ, name), ".")
		if value == "C" || value == "POSIX" {
			return ""
		}
		if value != "" {
			return strings.ReplaceAll(value, "_", "-")
		}
	}
	return ""
}

// register gives a session its commands, and the state that they work on.
func (o *flags) register(s *shell.Session, environ []string) *state {
	st := &state{home: o.home, environ: environ}
	cmdlets.Register(s.Register, st.open)
	migration.ProvideValues(s.Commands(), st.open)
	migration.ExplainMissing(s.Commands())
	return st
}

// run does what the flags ask for and tells the exit code, and whether Ctrl-C ended it.
func (o *flags) run(ctx context.Context, s *shell.Session, stdin io.Reader) (code int, interrupted bool) {
	var out shell.Outcome
	switch {
	case o.hasFile && o.file == "-", o.hasCommand && o.command == "-", !o.hasFile && !o.hasCommand:
		out = s.RunInput(ctx)
	case o.hasFile:
		path, err := filepath.Abs(o.file)
		if err != nil {
			return 64, false
		}
		out = s.RunFile(ctx, path, o.args, piped(s, stdin, scriptText(path)))
		return out.ExitCode(), out.Interrupted
	default:
		out = s.Execute(ctx, o.command, piped(s, stdin, o.command))
	}
	code = out.ExitCode()
	if code == 0 && !out.Exit && !out.OK {
		code = 1 // the last command failed
	}
	return code, out.Interrupted
}

// piped reads what was piped to the program, for $input of a script that takes it; a terminal and a null device give nothing.
func piped(s *shell.Session, stdin io.Reader, text string) []any {
	if !shell.TakesInput(text) {
		return nil
	}
	if f, ok := stdin.(*os.File); ok {
		st, err := f.Stat()
		if err != nil || st.Mode()&os.ModeCharDevice != 0 {
			return nil
		}
	}
	if stdin == nil {
		return nil
	}
	return s.InputLines()
}

// scriptText reads a script to look at it; one that cannot be read says so when it is run.
func scriptText(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(data)
}

// programDir is where the program lies, $PSHOME.
func programDir() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Dir(path)
}

func lookup(environ []string, name string) string {
	for _, e := range environ {
		if k, v, ok := strings.Cut(e, "="); ok && k == name {
			return v
		}
	}
	return ""
}

// syntaxCheck parses files and prints a line of JSON for each; the exit code is 1 if any has errors.
func syntaxCheck(files []string, stdout, stderr io.Writer) int {
	code := 0
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintf(stderr, "migsh: -SyntaxCheck: %v\n", err)
			code = 1
			continue
		}
		report := shell.CheckSyntax(file, string(text))
		if len(report.Errors) > 0 {
			code = 1
		}
		if err := encoder.Encode(report); err != nil {
			fmt.Fprintf(stderr, "migsh: -SyntaxCheck: %v\n", err)
			return 1
		}
	}
	return code
}

// decodeCommand reads -EncodedCommand: base64 of UTF-16.
func decodeCommand(s string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(data)%2 != 0 {
		return "", &usageError{code: 64, text: "Cannot process the command because the value specified with -EncodedCommand is not properly encoded. The value must be Base64 encoded."}
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = uint16(data[2*i]) | uint16(data[2*i+1])<<8
	}
	return string(utf16.Decode(units)), nil
}
