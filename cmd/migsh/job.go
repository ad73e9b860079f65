package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"migsh/cmdlets/core"
	"migsh/shell"
	"migsh/shell/cmdlet"
)

// beside is how a process for a background job is started: the program again, with the same state directory.
func (o *flags) beside() (*cmdlet.Process, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program to start a job with: %w", err)
	}
	args := []string{"-ServerMode", "-NoLogo", "-NoProfile", "-NonInteractive"}
	if o.home != "" {
		args = append(args, "-Home", o.home)
	}
	return &cmdlet.Process{Path: path, Args: args}, nil
}

// serveJob does the work of one background job. Ctrl-C at the terminal is not for it: who started it tells it to end by closing its
// input.
func (o *flags) serveJob(stdin io.Reader, stdout, stderr io.Writer, environ []string) int {
	signal.Ignore(os.Interrupt)
	// What scripts write past their session, such as [Console]::WriteLine, must not get among the answers.
	s := shell.New(shell.Options{Stdout: stderr, Stderr: stderr, Width: shell.Columns(lookup(environ, "COLUMNS")), Version: version, Home: programDir(), Beside: o.beside})
	st := o.register(s, environ)
	ctx := context.Background()
	code := 0
	if err := core.ServeJob(ctx, s.Commands(), stdin, stdout); err != nil {
		fmt.Fprintln(stderr, "migsh:", err)
		code = 1
	}
	if err := s.Close(); err != nil {
		fmt.Fprintln(stderr, "migsh: end the jobs:", err)
	}
	return st.finish(ctx, code, true, stderr)
}
