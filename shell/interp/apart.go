package interp

import (
	"context"
	"io"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// Apart implements [cmdlet.Apartness].
func (s *session) Apart(w cmdlet.Work, to cmdlet.Streams) (func(ctx context.Context) error, error) {
	parent := s.in
	o := parent.options
	o.Host = &apartHost{width: parent.options.Host.Width(), to: to}
	o.Display = apartDisplay{to}
	o.Stdin = nil
	o.Cmdlets = parent.infos[:len(parent.infos):len(parent.infos)]
	if o.Location = w.Location; o.Location == "" {
		o.Location = parent.location
	}
	child := New(o)
	// Information is carried whatever this session's preference: who receives it decides.
	child.top.streams.sinks[syntax.StreamInformation] = sinkFunc(func(v any) error { return o.Display.Record(syntax.StreamInformation, v) })
	c := &copier{to: child, seen: map[any]any{}}
	child.options.using = make(map[string]any, len(w.Using))
	for key, v := range w.Using {
		child.options.using[key] = c.copy(v)
	}
	if style := parent.global.lookup(parent.symbols.of("PSStyle")); style != nil {
		if err := child.session().SetVariable("PSStyle", "global", style.get()); err != nil {
			return nil, err
		}
	}
	body, err := child.parse("", w.Script)
	if err != nil {
		return nil, err
	}
	var start *block
	if w.Initialization != "" {
		if start, err = child.parse("", w.Initialization); err != nil {
			return nil, err
		}
	}
	i := invocation{args: c.items(w.Arguments), input: c.items(w.Input), piped: body.ast.Process != nil && w.Input != nil}
	if w.HasUnder {
		i.under = []any{c.copy(w.Under)}
	}
	return func(ctx context.Context) error {
		err := child.runApart(ctx, start, body, i)
		if failed := child.Close(); err == nil {
			err = failed
		}
		return err
	}, nil
}

// runApart runs a block as the whole work of the interpreter.
func (in *Interp) runApart(ctx context.Context, start, body *block, i invocation) error {
	defer in.watch(ctx)()
	err := in.finishRun(in.top, func() error {
		if start != nil {
			if err := in.newScriptBlock(start, nil).invoke(in.top.out, invocation{dotted: true}); err != nil {
				return err
			}
		}
		return in.newScriptBlock(body, nil).invoke(in.top.out, i)
	})
	switch e := err.(type) {
	case nil, *Exit:
		return nil
	case *object.ErrorRecord:
		return (&copier{}).copy(e).(*object.ErrorRecord)
	}
	if ErrInterrupted(err) {
		return context.Canceled
	}
	return err
}

// Using implements [cmdlet.Apartness].
func (s *session) Using(body object.ScriptBlock, nested bool) (map[string]any, error) {
	sb, ok := body.(*scriptBlock)
	if !ok {
		return nil, nil
	}
	f := s.in.current
	values := map[string]any{}
	var failed error
	syntax.Inspect(sb.block.ast, func(n syntax.Node) bool {
		if failed != nil {
			return false
		}
		if c, ok := n.(*syntax.Command); ok && nested && isParallelLoop(c) {
			return false
		}
		u, ok := n.(*syntax.Using)
		if !ok {
			return true
		}
		key := usingKey(u)
		if _, known := values[key]; known {
			return false
		}
		v, err := f.usingValue(sb.block, u, key)
		if err != nil {
			failed = err
			return false
		}
		values[key] = v
		return false
	})
	return values, failed
}

// usingValue is what $using: stands for: an expression over a variable of the caller's or, in a session apart, what it was given
// under the same name.
func (f *frame) usingValue(b *block, u *syntax.Using, key string) (any, error) {
	v := variableOf(u.SubExpression)
	if v == nil || !f.has(v) {
		if x, ok := f.in.options.using[key]; ok {
			return x, nil
		}
		e := object.NewException(runtimeException, "The value of the using variable '%s' cannot be retrieved because it has not been set in the local session.", u.Extent().Text())
		r := object.NewErrorOf(e, "UsingVariableIsUndefined", object.InvalidOperation, nil)
		r.Invocation = f.invocationAt(u)
		return nil, f.place(r)
	}
	e := u.SubExpression
	if v.Splatted {
		whole := *v
		whole.Splatted = false
		e = &whole
	}
	x, err := (&compiler{in: f.in, block: b}).expr(e)(f)
	return plain(x), err
}

// has tells whether the frame sees a variable.
func (f *frame) has(v *syntax.Variable) bool {
	s := f.in.symbols.of(v.Name)
	if v.Scope == syntax.ScopeDrive || f.scope.lookup(s) != nil {
		return true
	}
	_, automatic := f.in.automatic[s]
	return automatic || f.in.builtins[s] != nil || equalFold(v.Name, "true") || equalFold(v.Name, "false") || equalFold(v.Name, "null")
}

// variableOf is the variable that a chain of members and elements begins with.
func variableOf(e syntax.Expression) *syntax.Variable {
	for {
		switch n := e.(type) {
		case *syntax.Variable:
			return n
		case *syntax.MemberAccess:
			e = n.Target
		case *syntax.Index:
			e = n.Target
		default:
			return nil
		}
	}
}

// usingKey is the name under which a session apart finds a value.
func usingKey(u *syntax.Using) string { return strings.ToLower(u.SubExpression.Extent().Text()[1:]) }

// isParallelLoop recognizes ForEach-Object -Parallel.
func isParallelLoop(c *syntax.Command) bool {
	name, ok := c.Elements[0].(*syntax.StringConstant)
	if !ok {
		return false
	}
	switch strings.ToLower(name.Value) {
	case "foreach-object", "foreach", "%":
	default:
		return false
	}
	for _, e := range c.Elements[1:] {
		if p, ok := e.(*syntax.CommandParameter); ok && len(p.Name) >= 2 && strings.HasPrefix("parallel", strings.ToLower(p.Name)) {
			return true
		}
	}
	return false
}

// Adopt implements [cmdlet.Apartness].
func (s *session) Adopt(v any) any { return (&copier{to: s.in}).copy(v) }

// Beside implements [cmdlet.Apartness].
func (s *session) Beside() (*cmdlet.Process, error) {
	if s.in.options.Beside == nil {
		return nil, object.NewError("IPCPwshExecutableNotFound", object.NotInstalled, nil,
			"Background jobs cannot be started here: the program does not say how to start a further process of it. Use Start-ThreadJob.")
	}
	return s.in.options.Beside()
}

// apartDisplay hands on what a session apart puts out; its collections are copied, since the session may go on to change them.
type apartDisplay struct{ to cmdlet.Streams }

func (d apartDisplay) Show(v any) error { return d.Record(syntax.StreamOutput, v) }

func (d apartDisplay) Record(stream syntax.Stream, v any) error {
	return d.to.Record(stream, (&copier{}).copy(v))
}

func (d apartDisplay) Progress(p cmdlet.Progress) error { return d.to.Progress(p) }

func (d apartDisplay) Transcribe(io.Writer) error {
	return object.NewError("NotSupported", object.NotImplemented, nil, "A job has no display that could be transcribed. Transcribe the session that receives what it puts out.")
}

func (d apartDisplay) NativeError(line string) error {
	e := object.NewException("System.Management.Automation.RemoteException", "%s", line)
	return d.to.Record(syntax.StreamError, object.NewErrorOf(e, "NativeCommandError", object.NotSpecified, line))
}

// apartHost is the world outside for a session apart: nobody to ask, and what it says is a record.
type apartHost struct {
	width int
	to    cmdlet.Streams
}

func (h *apartHost) Interactive() bool { return false }
func (h *apartHost) Width() int        { return h.width }

func (h *apartHost) ReadLine(context.Context, string) (string, error) {
	return "", errNonInteractive()
}

func (h *apartHost) ReadSecret(context.Context, string, string) (string, error) {
	return "", errNonInteractive()
}

func (h *apartHost) Choose(context.Context, string, string, []cmdlet.Choice, int) (int, error) {
	return 0, errNonInteractive()
}

func (h *apartHost) WriteHost(text, foreground, background string, newline bool) {
	m := &cmdlet.HostMessage{Text: text, Foreground: foreground, Background: background, NoNewline: !newline}
	// A host cannot refuse what it is told to write; the work ends at its next record if nobody takes them.
	_ = h.to.Record(syntax.StreamInformation, NewRecord(syntax.StreamInformation, m, "PSHOST"))
}
