package interp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// nativeStage is a program as a command of a pipeline. What is piped to it is its standard input, as lines of text; its
// output is lines of text.
type nativeStage struct {
	stageBase
	path  string
	args  []cmdlet.Arg
	input bytes.Buffer
	pend  []any
}

func newNativeStage(b stageBase, path string, args []cmdlet.Arg) *nativeStage {
	return &nativeStage{stageBase: b, path: path, args: args}
}

// findProgram looks for a program along $env:PATH.
func (in *Interp) findProgram(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// executableSuffix tells programs by their name where the system does.
func executableSuffix(name string) bool {
	if runtime.GOOS != "windows" {
		return false
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".exe", ".com", ".bat", ".cmd":
		return true
	}
	return false
}

func (s *nativeStage) prepare() error { return nil }
func (s *nativeStage) begin() error   { return nil }

// write keeps what is piped to the program, as text.
func (s *nativeStage) write(v any) error {
	if text, ok := v.(string); ok && len(s.pend) == 0 {
		s.input.WriteString(text + "\n")
		return nil
	}
	s.pend = append(s.pend, v)
	return nil
}

func (s *nativeStage) run() error { return s.execute(nil) }

func (s *nativeStage) end() error {
	if !s.piped {
		return nil
	}
	if len(s.pend) > 0 {
		text, err := s.f.in.text(s.pend)
		if err != nil {
			return err
		}
		s.input.WriteString(text)
	}
	return s.execute(&s.input)
}

func (s *nativeStage) finish() error { return nil }

// arguments are the words for the program: parameters as typed, collections element by element.
func (s *nativeStage) arguments() []string {
	var out []string
	for _, a := range s.args {
		switch {
		case a.Name != "" && a.HasValue:
			out = append(out, a.Text+s.f.text(a.Value))
			continue
		case a.Name != "":
			out = append(out, a.Text)
			continue
		}
		if items, ok := object.ItemsOf(a.Value); ok {
			for _, item := range items {
				out = append(out, object.ToString(item))
			}
			continue
		}
		out = append(out, object.ToString(a.Value))
	}
	return out
}

// execute runs the program and waits for it.
func (s *nativeStage) execute(stdin io.Reader) error {
	in := s.f.in
	cmd := exec.CommandContext(in.ctx, s.path, s.arguments()...)
	cmd.Dir = in.location
	cmd.Stdin = stdin
	if stdin == nil && in.options.Stdin != nil {
		cmd.Stdin = in.options.Stdin
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return s.failed(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return s.failed(err)
	}
	lines := bufio.NewReader(stdout)
	var writeErr error
	for {
		line, err := lines.ReadString('\n')
		if line != "" && writeErr == nil {
			writeErr = s.out.write(strings.TrimRight(line, "\r\n"))
		}
		if err != nil {
			break
		}
	}
	err = cmd.Wait()
	for _, line := range strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n") {
		if line == "" && stderr.Len() == 0 {
			break
		}
		if err := s.errorLine(line); err != nil && writeErr == nil {
			writeErr = err
		}
	}
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		return s.failed(err)
	}
	in.setExitCode(code)
	if code != 0 {
		s.pipe.failed = true
	}
	if writeErr != nil {
		return writeErr
	}
	return in.interrupted()
}

// errorLine passes on a line of standard error: as it is to the host, as an error record where the stream is redirected.
func (s *nativeStage) errorLine(line string) error {
	e := object.NewException("System.Management.Automation.RemoteException", "%s", line)
	r := object.NewErrorOf(e, "NativeCommandError", object.NotSpecified, line)
	r.Activity = filepath.Base(s.path)
	if s.streams.redirected(syntax.StreamError) {
		return s.streams.write(syntax.StreamError, r)
	}
	return s.f.in.options.Display.NativeError(line)
}

func (s *nativeStage) failed(err error) error {
	e := object.NewException("System.Management.Automation.ApplicationFailedException", "Program '%s' failed to run: %s", filepath.Base(s.path), err)
	e.Cause = err
	return s.f.place(object.NewErrorOf(e, "NativeCommandFailed", object.ResourceUnavailable, nil))
}
