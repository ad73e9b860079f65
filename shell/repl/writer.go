package repl

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	prompt "github.com/c-bata/go-prompt"
)

// writer is go-prompt's output: VT100 sequences, collected until Flush and written in one go.
type writer struct {
	out     io.Writer
	buf     bytes.Buffer
	colours bool
	// muted drops everything, while a line is left and entered again after a resize.
	muted bool
	// rendered is told after every Flush.
	rendered func()
	// prefix is the prompt without its colours, as the library knows it, and styled the same with them.
	prefix, styled string
	// ending is written after the text of the line that ends.
	ending string
}

// tooSmallMessage is what the library puts on an erased screen when the line does not fit into the window.
const tooSmallMessage = "Your console window is too small..."

func (w *writer) WriteRaw(data []byte)    { w.buf.Write(data) }
func (w *writer) WriteRawStr(data string) { w.buf.WriteString(data) }
func (w *writer) Write(data []byte)       { w.WriteStr(string(data)) }

// WriteStr writes text without control sequences, the prompt's own colours apart.
func (w *writer) WriteStr(text string) {
	if text == tooSmallMessage {
		// The screen is not wiped: what it shows stays until the line fits again.
		w.buf.Reset()
		return
	}
	if text == w.prefix {
		w.buf.WriteString(w.styled)
		return
	}
	if line, ok := strings.CutSuffix(text, "\n"); ok {
		w.buf.WriteString(picture(line) + w.ending + "\n")
		return
	}
	w.buf.WriteString(strings.ReplaceAll(picture(text), "\x1b", "?"))
}

// Flush writes what was collected and tells that the line has been drawn.
func (w *writer) Flush() error {
	defer w.rendered()
	defer w.buf.Reset()
	if w.muted {
		return nil
	}
	_, err := w.out.Write(w.buf.Bytes())
	return err
}

func (w *writer) csi(format string, args ...any) { fmt.Fprintf(&w.buf, "\x1b["+format, args...) }

// move moves the cursor n times in a direction, backwards where n is negative.
func (w *writer) move(n int, forward, backward byte) {
	switch {
	case n > 0:
		w.csi("%d%c", n, forward)
	case n < 0:
		w.csi("%d%c", -n, backward)
	}
}

func (w *writer) EraseScreen()      { w.csi("2J") }
func (w *writer) EraseUp()          { w.csi("1J") }
func (w *writer) EraseDown()        { w.csi("J") }
func (w *writer) EraseStartOfLine() { w.csi("1K") }
func (w *writer) EraseEndOfLine()   { w.csi("K") }
func (w *writer) EraseLine()        { w.csi("2K") }

func (w *writer) ShowCursor() { w.csi("?25h") }
func (w *writer) HideCursor() { w.csi("?25l") }

// CursorGoTo moves to a row and column counted from 1; 0 and 0 are the upper left corner too.
func (w *writer) CursorGoTo(row, col int) { w.csi("%d;%dH", max(row, 1), max(col, 1)) }

func (w *writer) CursorUp(n int)       { w.move(n, 'A', 'B') }
func (w *writer) CursorDown(n int)     { w.move(n, 'B', 'A') }
func (w *writer) CursorForward(n int)  { w.move(n, 'C', 'D') }
func (w *writer) CursorBackward(n int) { w.move(n, 'D', 'C') }

func (w *writer) AskForCPR()    { w.csi("6n") }
func (w *writer) SaveCursor()   { w.csi("s") }
func (w *writer) UnSaveCursor() { w.csi("u") }

func (w *writer) ScrollDown() { w.buf.WriteString("\x1bD") }
func (w *writer) ScrollUp()   { w.buf.WriteString("\x1bM") }

// SetTitle and ClearTitle leave the window's title alone.

func (w *writer) SetTitle(string) {}
func (w *writer) ClearTitle()     {}

func (w *writer) SetColor(fg, bg prompt.Color, _ bool) { w.SetDisplayAttributes(fg, bg) }

// The roles of the parts that the library draws, told to it as colours.
const (
	roleMenu     = prompt.LightGray // a suggestion and its description
	roleSelected = prompt.White     // the highlighted one
	rolePreview  = prompt.Green     // it, where it would stand
	roleThumb    = prompt.DarkGray
)

// SetDisplayAttributes chooses a look by the role.
func (w *writer) SetDisplayAttributes(fg, bg prompt.Color, _ ...prompt.DisplayAttribute) {
	switch {
	case bg == roleSelected:
		w.csi("0;7m")
	case bg == roleThumb && w.colours:
		w.csi("0;100m")
	case bg == roleMenu && w.colours:
		w.csi("0;97;44m")
	case fg == rolePreview && w.colours:
		w.csi("0;36m")
	default:
		w.csi("0m")
	}
}
