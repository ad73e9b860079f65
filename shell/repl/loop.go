package repl

import (
	"context"
	"io"
	"strings"
)

// Session is the shell that the prompt works for.
type Session interface {
	// Run runs a statement and shows what it puts out.
	Run(ctx context.Context, text string) Result
	// Incomplete tells whether a text needs more lines before it can run.
	Incomplete(text string) bool
	// Prompt is the text that a line is typed behind.
	Prompt(ctx context.Context) string
	// Interrupt ends what runs; it may be called from any goroutine.
	Interrupt()
}

// Result tells how a statement ended.
type Result struct {
	// Exit tells that it said exit, with Code.
	Exit bool
	Code int
	// Interrupted tells that Ctrl-C ended it.
	Interrupted bool
}

// Loop is what one run of the prompt needs besides the session.
type Loop struct {
	// Banner is shown first.
	Banner string
	// History is the file of what was typed; empty: none.
	History string
	// Complete answers Tab; nil: nothing does.
	Complete Completer
	// BeforeExit is asked before exit and Ctrl-D end the loop; nil means yes.
	BeforeExit func(ctx context.Context) (ok bool)
}

// Run reads statements and runs them until exit, the end of the input or a signal. It returns the exit code.
func (t *Terminal) Run(ctx context.Context, s Session, l Loop) int {
	defer t.guard.caught()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(t.ended, cancel)
	defer stop()
	t.note(l.Banner)
	h, err := openHistory(l.History)
	t.warn(err)
	defer func() { t.warn(h.close()) }()
	for {
		text, end := t.statement(ctx, s, l, h)
		if code, ended := t.Ended(); ended || ctx.Err() != nil {
			return code
		}
		result := Result{Exit: end == endOfInput}
		switch {
		case end == interrupted:
			continue
		case end == entered && strings.TrimSpace(text) != "":
			t.warn(h.add(text))
			t.warn(t.Do(ctx, s.Interrupt, func(ctx context.Context) { result = s.Run(ctx, text) }))
		}
		if result.Interrupted {
			t.dropTyped()
		}
		if code, ended := t.Ended(); ended {
			return code
		}
		if result.Exit && t.mayExit(ctx, s, l) {
			return result.Code & 0xff
		}
	}
}

// note shows a message of the prompt's own.
func (t *Terminal) note(text string) {
	if text != "" {
		t.WriteHost(text, "", "", true)
	}
}

// warn shows what went wrong beside the session, which goes on.
func (t *Terminal) warn(err error) {
	if err != nil {
		t.note(t.MessageText("WARNING: " + err.Error()))
	}
}

// mayExit asks whether the loop may end.
func (t *Terminal) mayExit(ctx context.Context, s Session, l Loop) bool {
	if l.BeforeExit == nil {
		return true
	}
	ok := false
	t.warn(t.Do(ctx, s.Interrupt, func(ctx context.Context) { ok = l.BeforeExit(ctx) }))
	_, ended := t.Ended()
	return ok || ended
}

func (t *Terminal) dropTyped() {
	if t.editor != nil {
		t.editor.dropTyped()
	}
}

const (
	continuation = ">> "
	// Below this a statement that was pasted is looked at after every line whether it is complete.
	smallStatement = 16 << 10
)

// statement reads lines until they make a statement.
func (t *Terminal) statement(ctx context.Context, s Session, l Loop, h *history) (string, ending) {
	prompt := t.prompt(ctx, s)
	text, check := "", 0
	for {
		line, end := t.nextLine(ctx, request{prefix: prompt, history: h.entries, complete: l.Complete, before: text})
		if end != entered {
			return text, end
		}
		text += line
		// Looking at a large paste after every line would take time by the square of its size, so that is done each time it has
		// grown by an eighth: the statements between run together.
		if len(text) < smallStatement || len(text) >= check || !t.lineWaits() {
			if !s.Incomplete(text) {
				return text, entered
			}
			check = len(text) + len(text)/8
		}
		text += "\n"
		prompt = continuation
	}
}

// prompt is the session's, asked while no completer uses the session.
func (t *Terminal) prompt(ctx context.Context, s Session) string {
	if t.editor != nil {
		<-t.editor.tasks.wait()
	}
	var text string
	t.warn(t.Do(ctx, s.Interrupt, func(ctx context.Context) { text = s.Prompt(ctx) }))
	return text
}

// nextLine takes a line that was pasted or typed ahead, or else has one edited.
func (t *Terminal) nextLine(ctx context.Context, r request) (string, ending) {
	if t.skip.Swap(false) {
		t.dropTyped()
	}
	if t.editor != nil {
		if line, ok := t.editor.takeLine(); ok {
			// Shown as if it had been typed.
			if _, err := io.WriteString(t.screen, r.prefix+picture(shown(line))+"\n"); err != nil {
				return "", endOfInput
			}
			return line, entered
		}
	}
	line, end, err := t.line(ctx, r)
	if err != nil {
		return "", endOfInput
	}
	if t.editor != nil {
		<-t.editor.tasks.wait()
	}
	return line, end
}

// lineWaits tells whether a whole line is there already.
func (t *Terminal) lineWaits() bool {
	if t.editor == nil {
		return t.lines.Buffered() > 0
	}
	for _, k := range t.editor.keys {
		switch {
		case k.isEnter():
			return true
		case k.class != keyText:
			return false
		}
	}
	return false
}
