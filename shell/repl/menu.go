package repl

import (
	"context"
	"time"
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"

	"migsh/shell/format"
)

// Completion is what Tab offers: each item would stand in place of the bytes Start to End of the text.
type Completion struct {
	Start, End int
	Items      []Suggestion
}

// Suggestion is one item of a completion.
type Suggestion struct{ Text, Description string }

// A Completer completes a text at a cursor, counted in bytes. It ends when ctx does.
type Completer func(ctx context.Context, text string, cursor int) Completion

// completerPatience is how long Tab waits for a completer.
const completerPatience = 1500 * time.Millisecond

// completions runs completers, one at a time.
type completions struct{ busy chan struct{} }

// run asks the completer, and gives up when that takes too long.
func (c *completions) run(ctx context.Context, g *guard, fn Completer, text string, cursor int) Completion {
	if c.working() {
		return Completion{}
	}
	ctx, cancel := context.WithTimeout(ctx, completerPatience)
	defer cancel()
	busy, result := make(chan struct{}), make(chan Completion, 1)
	c.busy = busy
	g.start(func() {
		defer close(busy)
		result <- fn(ctx, text, cursor)
	})
	select {
	case r := <-result:
		<-busy
		return r
	case <-ctx.Done():
		return Completion{}
	}
}

func (c *completions) working() bool {
	select {
	case <-c.wait():
		return false
	default:
		return true
	}
}

// wait is closed when no completer works: the session is free.
func (c *completions) wait() <-chan struct{} {
	if c.busy == nil {
		c.busy = make(chan struct{})
		close(c.busy)
	}
	return c.busy
}

// menu is the open menu of suggestions. While it is open the word that they would replace is not in the library's buffer,
// which shows the highlighted one in its place.
type menu struct {
	open     bool
	items    []prompt.Suggest
	selected int
	// The line without suggestions.
	line   string
	cursor int
}

// openMenu asks for completions of the line. One is put in at once; several open the menu.
func (e *editor) openMenu() []byte {
	if e.request.complete == nil {
		return nil
	}
	before := e.request.before
	text := before + meant(e.text)
	cursor := len(before) + len(meant(runes(e.text, 0, e.cursor)))
	c := e.tasks.run(e.ctx, e.guard, e.request.complete, text, cursor)
	start, end := c.Start-len(before), c.End-len(before)
	line := text[len(before):]
	if len(c.Items) == 0 || start < 0 || end < start || end > len(line) || !utf8.RuneStart(append([]byte(line), 0)[start]) {
		return nil
	}
	head, tail := shown(line[:start]), shown(line[end:])
	at := utf8.RuneCountInString(head)
	columns, rows := e.size()
	width := format.Width(e.out.prefix)
	if len(c.Items) == 1 || columns-width < 16 || rows < 3 {
		item := shown(c.Items[0].Text)
		return e.do(setText(head+item+tail, at+utf8.RuneCountInString(item)))
	}
	e.menu = menu{open: true, selected: -1, line: e.text, cursor: e.cursor}
	for _, item := range c.Items[:min(len(c.Items), maxChoices)] {
		e.menu.items = append(e.menu.items, prompt.Suggest{Text: shown(item.Text), Description: item.Description})
	}
	e.keys = append([]key{{keyTab, keyControl}}, e.keys...)
	used := (width + format.Width(head+tail)) / columns
	return e.do(func(b *prompt.Buffer) {
		setText(head+tail, at)(b)
		// Suggestions replace what follows the last separator: nothing, if that is the character before the cursor.
		separator := "\x00"
		if at > 0 {
			separator = runes(head, at-1, at)
		}
		e.set(prompt.OptionCompletionWordSeparator(separator), prompt.OptionMaxSuggestion(uint16(max(1, min(maxMenu, rows-2-used)))))
	})
}

// choosing is what a key means while the menu is open.
func (e *editor) choosing(k key) []byte {
	m := &e.menu
	if k.class != keyText {
		switch k.text {
		case keyTab, keyDown, "\x1bOB", keyCtrlN:
			if m.selected++; m.selected >= len(m.items) {
				m.selected = -1 // the library has a place between the last and the first
				e.keys = append([]key{{keyTab, keyControl}}, e.keys...)
			}
			return []byte(keyTab)
		case keyBackTab, keyUp, "\x1bOA", keyCtrlP:
			if m.selected--; m.selected < 0 {
				if m.selected == -1 {
					e.keys = append([]key{{keyBackTab, keyControl}}, e.keys...)
				} else {
					m.selected = len(m.items) - 1
				}
			}
			return []byte(keyBackTab)
		}
	}
	line, cursor := m.line, m.cursor
	e.closeMenu()
	switch {
	case k.class == keyText:
		return []byte(k.text)
	case k.isEnter():
		return []byte(keyAccept)
	case k.text == keyEscape, k.text == keyCtrlG:
		// The library takes what is highlighted with whatever key comes; then the line as it was is put in its place.
		return e.do(setText(line, cursor))
	}
	e.keys = append([]key{k}, e.keys...)
	return []byte(keyAccept)
}

func (e *editor) closeMenu() {
	e.menu = menu{}
	e.set(prompt.OptionMaxSuggestion(0))
}
