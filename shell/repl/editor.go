package repl

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"

	"migsh/shell/format"
)

// errHungUp is the end of the terminal itself.
var errHungUp = errors.New("the terminal has hung up")

// errSilent is what the library's reader gets while there is no key for it.
var errSilent = errors.New("no key")

// An ending is how the reading of a line ended.
type ending int

const (
	entered     ending = iota
	interrupted        // Ctrl-C
	endOfInput         // Ctrl-D on an empty line, or no terminal any more
	stopped            // the context is done
	redrawn            // the library has to begin anew, in a window of another size
)

// Sequences that no terminal sends, for what only the library's own goroutine may do.
const (
	keyEdit    = "\x1b[9001~" // do editor.edit
	keyAccept  = "\x1b[9002~" // take the highlighted suggestion
	patience   = 50 * time.Millisecond
	chunk      = 4096
	maxMenu    = 10 // rows
	maxChoices = 1000
)

// request says how a line is to be read.
type request struct {
	prefix   string // the prompt; may hold colours
	history  []string
	complete Completer // nil: Tab does nothing
	before   string    // the lines of the statement above this one
}

// editor reads lines from a terminal. It is the console that go-prompt reads keys from: the library asks for them in a
// goroutine of its own, and one key is handed over when the one before has been drawn, so that the two never run at once.
type editor struct {
	tty    *tty
	screen *screen
	size   func() (columns, rows int)
	guard  *guard
	out    *writer
	lib    *prompt.Prompt

	// keys that have come and are not used.
	keys     []key
	splitter splitter
	buf      [chunk]byte

	ctx      context.Context
	request  request
	rendered chan struct{}
	silent   bool
	ending   ending
	redraw   chan struct{} // told by resized
	break_   chan struct{} // told by interrupt
	dead     error

	// text and cursor, in runes, as last drawn.
	text   string
	cursor int
	// resume is the line to go on with after it was left to be drawn anew.
	resume struct {
		text   string
		cursor int
	}
	// edit is what keyEdit does to the library's buffer.
	edit func(*prompt.Buffer)
	// entries are the history's entries that stand in the list shortened, by their short form.
	entries map[string]string

	menu   menu
	search search
	tasks  completions
}

// newEditor makes the editor; its restoring of the terminal is the guard's.
func newEditor(t *tty, s *screen, size func() (int, int), g *guard) *editor {
	e := &editor{
		tty: t, screen: s, size: size, guard: g,
		rendered: make(chan struct{}, 1), redraw: make(chan struct{}, 1), break_: make(chan struct{}, 1),
	}
	e.out = &writer{out: s.raw(), colours: s.colours, rendered: func() { signalled(e.rendered) }}
	bind := func(sequence string, fn prompt.KeyBindFunc) prompt.Option {
		return prompt.OptionAddASCIICodeBind(prompt.ASCIICodeBind{ASCIICode: []byte(sequence), Fn: fn})
	}
	options := []prompt.Option{
		prompt.OptionParser(e), prompt.OptionWriter(e.out),
		prompt.OptionLivePrefix(func() (string, bool) { return e.out.prefix, true }),
		prompt.OptionShowCompletionAtStart(),
		prompt.OptionMaxSuggestion(0),
		prompt.OptionPrefixTextColor(prompt.DefaultColor),
		prompt.OptionSuggestionBGColor(roleMenu), prompt.OptionDescriptionBGColor(roleMenu),
		prompt.OptionSelectedSuggestionBGColor(roleSelected), prompt.OptionSelectedDescriptionBGColor(roleSelected),
		prompt.OptionScrollbarBGColor(roleMenu), prompt.OptionScrollbarThumbColor(roleThumb),
		prompt.OptionPreviewSuggestionTextColor(rolePreview),
		bind(keyEdit, func(b *prompt.Buffer) { e.edit(b) }),
		bind(keyAccept, func(*prompt.Buffer) {}),
	}
	e.lib = prompt.New(func(string) {}, e.suggest, options...)
	return e
}

// set changes the living prompt; these options cannot fail.
func (e *editor) set(options ...prompt.Option) {
	for _, o := range options {
		_ = o(e.lib)
	}
}

// readLine reads one line.
func (e *editor) readLine(ctx context.Context, r request) (string, ending) {
	e.ctx, e.request = ctx, r
	e.entries = map[string]string{}
	list := make([]string, len(r.history))
	for i, entry := range r.history {
		list[i] = e.entry(entry)
	}
	stop := context.AfterFunc(ctx, e.tty.wake)
	defer stop()
	e.drain()
	e.resume.text, e.resume.cursor = "", 0
	e.setPrefix(r.prefix)
	for {
		text, cursor := e.resume.text, e.resume.cursor
		e.set(prompt.OptionHistory(slices.Clip(slices.Clone(list))), prompt.OptionInitialBufferText(text))
		if cursor < utf8.RuneCountInString(text) {
			e.later(setText(text, cursor))
		}
		text = e.lib.Input()
		if e.ending == redrawn {
			continue
		}
		for short, whole := range e.entries {
			text = strings.ReplaceAll(text, short, shown(whole))
		}
		return meant(text), e.ending
	}
}

// entry is an entry of the history as it stands in the line. One that would not fit into the window is shortened.
func (e *editor) entry(entry string) string {
	const most = 400
	if len(entry) <= most {
		return shown(entry)
	}
	head, _, _ := strings.Cut(entry, "\n")
	head = cut(head, 40)
	short := shown(head) + " ‹" + itoa(strings.Count(entry, "\n")+1) + " lines, " + itoa(len(entry)) + " bytes›"
	for n := 2; e.entries[short] != "" && e.entries[short] != entry; n++ {
		short = strings.TrimSuffix(short, "›") + " #" + itoa(n) + "›"
	}
	e.entries[short] = entry
	return short
}

// drain forgets requests from before the line.
func (e *editor) drain() {
	for _, c := range []chan struct{}{e.redraw, e.break_} {
		select {
		case <-c:
		default:
		}
	}
}

func (e *editor) setPrefix(styled string) {
	e.out.prefix, e.out.styled = plain(styled), styled
	if !e.screen.colours {
		e.out.styled = e.out.prefix
	}
}

// resized asks for the line to be drawn anew; any goroutine may.
func (e *editor) resized() { signalled(e.redraw); e.tty.wake() }

// interrupt is Ctrl-C from elsewhere; any goroutine may.
func (e *editor) interrupt() { signalled(e.break_); e.tty.wake() }

func signalled(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Setup begins a line.
func (e *editor) Setup() error {
	if err := e.tty.raw(); err != nil {
		e.dead = err
	}
	if e.ending == redrawn {
		// The terminal has wrapped the line anew: its beginning is so many rows above.
		columns, _ := e.size()
		up := (format.Width(e.out.prefix) + format.Width(runes(e.resume.text, 0, e.resume.cursor))) / columns
		e.out.muted = false
		e.out.move(up, 'A', 'B')
		e.out.WriteRawStr("\r")
		e.out.EraseDown()
	}
	e.out.WriteRawStr("\x1b[?2004h")
	e.out.ending = ""
	e.silent, e.ending = false, entered
	select {
	case <-e.rendered:
	default:
	}
	return nil
}

// TearDown ends a line. Before it is drawn anew the terminal stays as it is.
func (e *editor) TearDown() error {
	if e.ending == redrawn {
		return nil
	}
	e.out.WriteRawStr("\x1b[?2004l")
	return e.tty.restore()
}

// GetWinSize tells the window's size. Some containers say 0, by which the library would divide.
func (e *editor) GetWinSize() *prompt.WinSize {
	columns, rows := e.size()
	return &prompt.WinSize{Row: uint16(rows), Col: uint16(columns)}
}

// Read hands the library the next key.
func (e *editor) Read() ([]byte, error) {
	defer e.guard.caught()
	if e.silent {
		return nil, errSilent
	}
	<-e.rendered
	for {
		if b := e.step(); b != nil {
			return b, nil
		}
	}
}

// step waits for a key and translates it; nil where it is none for the library.
func (e *editor) step() []byte {
	switch {
	case e.dead != nil && len(e.keys) == 0:
		return e.finish(endOfInput)
	case e.ctx.Err() != nil:
		return e.finish(stopped)
	}
	select {
	case <-e.redraw:
		return e.redrawing()
	case <-e.break_:
		return e.finish(interrupted)
	default:
	}
	k, ok := e.nextKey()
	if !ok {
		return nil
	}
	return e.translate(k)
}

// nextKey takes a key from the queue, or reads what has come.
func (e *editor) nextKey() (key, bool) {
	if len(e.keys) == 0 {
		e.fill(patience)
	}
	if len(e.keys) == 0 {
		return key{}, false
	}
	k := e.keys[0]
	e.keys = e.keys[1:]
	if len(e.keys) == 0 {
		e.keys = nil
	}
	return k, true
}

// pasteSilence is how long a paste may pause before its end is given up.
const pasteSilence = time.Second

// fill reads all that has come into the queue, having waited for the first.
func (e *editor) fill(wait time.Duration) {
	idle := false
	for {
		n, err := e.tty.read(e.buf[:], wait)
		if err != nil {
			e.dead = err
			return
		}
		if n == 0 && idle {
			break
		}
		idle = n == 0
		e.splitter.feed(e.buf[:n])
		for k, ok := e.splitter.next(false); ok; k, ok = e.splitter.next(false) {
			e.queue(k)
		}
		wait = 0
		switch {
		case e.splitter.pasting:
			wait, idle = pasteSilence, idle || n == 0
		case e.splitter.waiting():
			wait = patience / 2 // a lone Escape or the beginning of a sequence
		case idle:
			return
		}
	}
	for k, ok := e.splitter.next(true); ok; k, ok = e.splitter.next(true) {
		e.queue(k)
	}
}

func (e *editor) queue(k key) {
	if k.class == keyPaste {
		e.keys = append(e.keys, k.lines()...)
		return
	}
	e.keys = append(e.keys, k)
}

// isEnter tells whether a key ends the line.
func (k key) isEnter() bool {
	return k.class != keyText && (k.text == keyEnter || k.text == keyNewline)
}

// takeLine takes a whole line from the queue, if one is there that was typed or pasted ahead and needs no editing.
func (e *editor) takeLine() (string, bool) {
	var text strings.Builder
	for i, k := range e.keys {
		switch {
		case k.isEnter():
			e.keys = e.keys[i+1:]
			return meant(text.String()), true
		case k.class != keyText:
			return "", false
		}
		text.WriteString(k.text)
	}
	return "", false
}

// dropTyped forgets what was typed or pasted ahead.
func (e *editor) dropTyped() { e.keys = nil }

// finish ends the line: the library gets its Enter.
func (e *editor) finish(how ending) []byte {
	e.ending, e.silent = how, true
	if how == interrupted {
		e.out.ending = "^C"
	}
	e.closeMenu()
	return []byte(keyNewline)
}

// redrawing leaves the library's Input, unseen, to enter it anew.
func (e *editor) redrawing() []byte {
	e.resume.text, e.resume.cursor = e.text, e.cursor
	if e.menu.open {
		e.resume.text, e.resume.cursor = e.menu.line, e.menu.cursor
		e.closeMenu()
	}
	e.out.muted = true
	e.ending, e.silent = redrawn, true
	return []byte(keyNewline)
}

// later puts an edit before all other keys.
func (e *editor) later(edit func(*prompt.Buffer)) {
	e.edit = edit
	e.keys = slices.Insert(e.keys, 0, key{keyEdit, keyControl})
}

// do has the library edit its buffer now.
func (e *editor) do(edit func(*prompt.Buffer)) []byte {
	e.edit = edit
	return []byte(keyEdit)
}

// translate says what a key means to the library.
func (e *editor) translate(k key) []byte {
	switch {
	case e.search.on:
		return e.searching(k)
	case e.menu.open:
		return e.choosing(k)
	case k.class == keyText:
		return []byte(k.text)
	case k.isEnter():
		return e.finish(entered)
	}
	switch k.text {
	case keyCtrlC:
		return e.finish(interrupted)
	case keyCtrlD:
		if e.text == "" {
			return e.finish(endOfInput)
		}
	case keyTab:
		return e.openMenu()
	case keyBackTab:
		return nil
	case keyEscape: // clears the line
		return e.do(setText("", 0))
	case keyCtrlR:
		return e.beginSearch()
	}
	if fn, ok := motions[k.text]; ok {
		return e.do(fn)
	}
	// The library would insert sequences that it does not know as text.
	b := []byte(k.text)
	if k.text != keyEdit && prompt.GetKey(b) == prompt.NotDefined {
		return nil
	}
	return b
}

// suggest is the library's completer: it is told the line with every key, and shows the menu while that is open.
func (e *editor) suggest(d prompt.Document) []prompt.Suggest {
	e.text, e.cursor = d.Text, utf8.RuneCountInString(d.TextBeforeCursor())
	return e.menu.items
}

// runes cuts a text by numbers of characters.
func runes(text string, from, to int) string {
	r := []rune(text)
	return string(r[min(from, len(r)):min(to, len(r))])
}
