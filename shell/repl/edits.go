package repl

import (
	"unicode"
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"
)

// motions are the keys that the library does nothing with.
var motions = map[string]prompt.KeyBindFunc{
	"\x1b[1;5D": wordLeft, "\x1bb": wordLeft, "\x1b[1;3D": wordLeft,
	"\x1b[1;5C": wordRight, "\x1bf": wordRight, "\x1b[1;3C": wordRight,
	"\x1bOH": lineStart, "\x1bOF": lineEnd,
	"\x1bd": func(b *prompt.Buffer) { deleteAfter(b, wordAfter(b)) },
	"\x1b\x7f": func(b *prompt.Buffer) {
		b.DeleteBeforeCursor(wordBefore(b))
	},
}

func lineStart(b *prompt.Buffer) {
	b.CursorLeft(utf8.RuneCountInString(b.Document().TextBeforeCursor()))
}
func lineEnd(b *prompt.Buffer)   { b.CursorRight(utf8.RuneCountInString(b.Document().TextAfterCursor())) }
func wordLeft(b *prompt.Buffer)  { b.CursorLeft(wordBefore(b)) }
func wordRight(b *prompt.Buffer) { b.CursorRight(wordAfter(b)) }

// wordBefore is how many characters lie between the start of the word before the cursor and the cursor.
func wordBefore(b *prompt.Buffer) int {
	r := []rune(b.Document().TextBeforeCursor())
	i := len(r)
	for i > 0 && !inWord(r[i-1]) {
		i--
	}
	for i > 0 && inWord(r[i-1]) {
		i--
	}
	return len(r) - i
}

// wordAfter is how many characters lie between the cursor and the end of the word after it.
func wordAfter(b *prompt.Buffer) int {
	r := []rune(b.Document().TextAfterCursor())
	i := 0
	for i < len(r) && !inWord(r[i]) {
		i++
	}
	for i < len(r) && inWord(r[i]) {
		i++
	}
	return i
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// deleteAfter deletes characters after the cursor. The library's own Delete counts bytes.
func deleteAfter(b *prompt.Buffer, n int) {
	n = min(n, utf8.RuneCountInString(b.Document().TextAfterCursor()))
	b.CursorRight(n)
	b.DeleteBeforeCursor(n)
}

// setText replaces the whole line and puts the cursor behind so many characters.
func setText(text string, cursor int) func(*prompt.Buffer) {
	return func(b *prompt.Buffer) {
		lineEnd(b)
		b.DeleteBeforeCursor(utf8.RuneCountInString(b.Text()))
		b.InsertText(text, false, true)
		b.CursorLeft(utf8.RuneCountInString(text) - cursor)
	}
}
