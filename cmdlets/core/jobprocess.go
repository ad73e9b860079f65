package core

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/interp"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// A background job runs in a further process of migsh, which [ServeJob] is the heart of. The two speak in lines of JSON: the work to
// do on the process's standard input, what it puts out on its standard output. Values go as CLIXML. The process ends when its input
// does, so that it never outlives the one that started it.

// jobDepth is how many levels of contained objects travel between the processes.
const jobDepth = 8

// jobGrace is how long a process that was told to end may take before it is killed.
const jobGrace = 5 * time.Second

// wireWork is [cmdlet.Work] on its way to the process.
type wireWork struct {
	Initialization, Script, Location string
	Input, Arguments                 string // lists
	Using                            map[string]string
}

// wireRecord is one thing that the process has put out, or its end.
type wireRecord struct {
	Stream   syntax.Stream `json:",omitempty"`
	Value    string        `json:",omitempty"`
	Text     string        `json:",omitempty"` // of a record
	Tags     []string      `json:",omitempty"`
	Host     *cmdlet.HostMessage
	Error    *wireError       `json:",omitempty"`
	Progress *cmdlet.Progress `json:",omitempty"`
	// Ended is the last of all; Error is then what has ended the work.
	Ended bool `json:",omitempty"`
}

// wireError is an error record on its way.
type wireError struct {
	Message, ID, Command, Category, Activity, Reason string
	TargetName, TargetType, Details, Action, Stack   string
	Thrown                                           bool
	Position                                         *wirePosition `json:",omitempty"`
}

// wirePosition is where an error happened.
type wirePosition struct {
	CommandName, Line, File, Text                string
	LineNumber, Column, EndLineNumber, EndColumn int
}

// toWire is a value as text.
func toWire(v any) (string, error) {
	var b strings.Builder
	b.WriteString("<Objs>")
	w := &clixmlWriter{w: &b, private: true}
	if err := w.value("", v, jobDepth, ""); err != nil {
		return "", err
	}
	b.WriteString("</Objs>")
	return b.String(), nil
}

func fromWire(text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	items, err := readClixml(text, true)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return items[0], nil
}

func listToWire(items []any) (string, error) {
	if items == nil {
		return "", nil
	}
	return toWire(object.NewList(items...))
}

func listFromWire(text string) ([]any, error) {
	v, err := fromWire(text)
	if v == nil || err != nil {
		return nil, err
	}
	items, _ := object.ItemsOf(v)
	return items, nil
}

func errorToWire(r *object.ErrorRecord) *wireError {
	e := &wireError{
		Message: r.Exception.Message, ID: r.ID, Command: r.Command, Category: string(r.Category), Activity: r.Activity, Reason: r.ReasonText(),
		Details: r.Details, Action: r.Action, Stack: r.StackTrace, Thrown: r.Thrown,
	}
	e.TargetName, e.TargetType = r.TargetText()
	if i := r.Invocation; i != nil {
		e.Position = &wirePosition{
			CommandName: i.CommandName, Line: i.Line, File: i.File, LineNumber: i.LineNumber, Column: i.Column,
			EndLineNumber: i.EndLineNumber, EndColumn: i.EndColumn, Text: i.Text,
		}
	}
	return e
}

func (e *wireError) record() *object.ErrorRecord {
	x := object.NewException("System.Management.Automation.RemoteException", "%s", e.Message)
	r := object.NewErrorOf(x, e.ID, object.Category(e.Category), nil)
	r.Command, r.Activity, r.Reason, r.TargetName, r.TargetType = e.Command, e.Activity, e.Reason, e.TargetName, e.TargetType
	r.Details, r.Action, r.StackTrace, r.Thrown = e.Details, e.Action, e.Stack, e.Thrown
	if p := e.Position; p != nil {
		r.Invocation = &object.InvocationInfo{
			CommandName: p.CommandName, Line: p.Line, File: p.File, LineNumber: p.LineNumber, Column: p.Column,
			EndLineNumber: p.EndLineNumber, EndColumn: p.EndColumn, Text: p.Text,
		}
	}
	return r
}

// processWork is work that a further process does. The work is serialized at once; a value that cannot be is an error.
func processWork(p *cmdlet.Process, w cmdlet.Work, to *job) (func(ctx context.Context) error, error) {
	wire := wireWork{Initialization: w.Initialization, Script: w.Script, Location: w.Location, Using: map[string]string{}}
	var err error
	if wire.Input, err = listToWire(w.Input); err != nil {
		return nil, err
	}
	if wire.Arguments, err = listToWire(w.Arguments); err != nil {
		return nil, err
	}
	for key, v := range w.Using {
		if wire.Using[key], err = toWire(v); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) error { return runProcess(ctx, p, wire, to) }, nil
}

// runProcess starts the process, hands it the work and passes on what it puts out, until it has ended.
func runProcess(ctx context.Context, p *cmdlet.Process, work wireWork, to *job) (failed error) {
	cmd := exec.CommandContext(ctx, p.Path, p.Args...)
	cmd.Env = p.Env
	input, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("start a process for the job: %w", err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start a process for the job: %w", err)
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	cmd.Cancel, cmd.WaitDelay = input.Close, jobGrace
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start a process for the job: %w", err)
	}
	ended := false
	// A process that cannot take its work says why, or ends without a word; both are seen below.
	_ = json.NewEncoder(input).Encode(work)
	for d := json.NewDecoder(output); !ended; {
		var r wireRecord
		if err := d.Decode(&r); err != nil {
			break
		}
		ended = r.Ended
		if err := r.deliver(to); err != nil {
			failed = err
		}
	}
	_ = input.Close() // it may be closed already
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !ended:
		text := strings.TrimSpace(complaints.String())
		if text == "" && err != nil {
			text = err.Error()
		}
		return object.NewError("PSSessionStateBroken", object.OperationStopped, nil, "The background process reported an error with the following message: %s.", strings.TrimSuffix(text, "."))
	}
	return failed
}

// deliver enters a record at the job that it is of. At the end it returns the error that has ended the work.
func (r *wireRecord) deliver(to *job) error {
	switch {
	case r.Ended && r.Error != nil:
		return r.Error.record()
	case r.Ended:
		return nil
	case r.Progress != nil:
		return to.Progress(*r.Progress)
	case r.Error != nil:
		return to.Record(syntax.StreamError, r.Error.record())
	}
	var v any = r.Text
	if r.Stream == syntax.StreamOutput || r.Stream == syntax.StreamInformation && r.Host == nil {
		var err error
		if v, err = fromWire(r.Value); err != nil {
			return fmt.Errorf("read what the job has put out: %w", err)
		}
		if o, ok := v.(*object.Object); ok && r.Stream == syntax.StreamOutput {
			o.Set("RunspaceId", to.instance)
		}
	}
	if r.Host != nil {
		v = r.Host
	}
	if r.Stream != syntax.StreamOutput {
		v = interp.NewRecord(r.Stream, v, r.Tags...)
	}
	return to.Record(r.Stream, v)
}

// jobServer sends what the job puts out.
type jobServer struct {
	mu  sync.Mutex
	out *json.Encoder
}

func (s *jobServer) send(r wireRecord) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Encode(r)
}

// Record implements [cmdlet.Streams].
func (s *jobServer) Record(stream syntax.Stream, v any) error {
	r := wireRecord{Stream: stream}
	switch stream {
	case syntax.StreamError:
		if record, ok := v.(*object.ErrorRecord); ok {
			r.Error = errorToWire(record)
			return s.send(r)
		}
	case syntax.StreamWarning, syntax.StreamVerbose, syntax.StreamDebug:
		r.Text = object.ToString(v)
		return s.send(r)
	case syntax.StreamInformation:
		v, r.Host, r.Tags = informationOf(v)
	}
	if r.Host == nil {
		text, err := toWire(v)
		if err != nil {
			return err
		}
		r.Value = text
	}
	return s.send(r)
}

// Progress implements [cmdlet.Streams].
func (s *jobServer) Progress(p cmdlet.Progress) error { return s.send(wireRecord{Progress: &p}) }

// informationOf takes an information record apart: what it says, or what Write-Host has said, and its tags.
func informationOf(v any) (data any, host *cmdlet.HostMessage, tags []string) {
	data, _ = readProperty(nil, v, "MessageData")
	if o, ok := data.(*object.Object); ok {
		host, _ = o.Base.(*cmdlet.HostMessage)
	}
	list, _ := readProperty(nil, v, "Tags")
	items, _ := object.ItemsOf(list)
	for _, t := range items {
		tags = append(tags, object.ToString(t))
	}
	return data, host, tags
}

// ServeJob does the work of one background job that comes over in, and sends what it puts out over out. It ends with the job, or as
// soon as in ends.
func ServeJob(ctx context.Context, s cmdlet.Session, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := json.NewDecoder(in)
	var wire wireWork
	if err := lines.Decode(&wire); err != nil {
		return fmt.Errorf("read the job's work: %w", err)
	}
	go func() { // ends with the process at the latest
		defer cancel()
		var more json.RawMessage
		for lines.Decode(&more) == nil {
		}
	}()
	server := &jobServer{out: json.NewEncoder(out)}
	err := serveWork(ctx, s, wire, server)
	end := wireRecord{Ended: true}
	if err != nil && !errors.Is(err, context.Canceled) {
		end.Error = errorToWire(object.RecordOf(err))
	}
	return server.send(end)
}

func serveWork(ctx context.Context, s cmdlet.Session, wire wireWork, to cmdlet.Streams) error {
	w := cmdlet.Work{Initialization: wire.Initialization, Script: wire.Script, Location: wire.Location, Using: map[string]any{}}
	var err error
	if w.Input, err = listFromWire(wire.Input); err != nil {
		return err
	}
	if w.Arguments, err = listFromWire(wire.Arguments); err != nil {
		return err
	}
	for key, text := range wire.Using {
		if w.Using[key], err = fromWire(text); err != nil {
			return err
		}
	}
	run, err := s.Apart(w, to)
	if err != nil {
		return err
	}
	return run(ctx)
}
