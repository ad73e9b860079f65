package repl

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// search is the incremental search through the history, Ctrl-R.
type search struct {
	on    bool
	query string
	at    int // index of the hit in the history; len(history): none yet
	// The line before the search.
	line   string
	cursor int
}

func (e *editor) beginSearch() []byte {
	if len(e.request.history) == 0 {
		return nil
	}
	e.search = search{on: true, at: len(e.request.history), line: e.text, cursor: e.cursor}
	return e.showHit(e.text, e.cursor)
}

// showHit shows the search's prompt and a line.
func (e *editor) showHit(line string, cursor int) []byte {
	e.setPrefix("(reverse-i-search)'" + e.search.query + "': ")
	return e.do(setText(line, cursor))
}

// endSearch goes back to the ordinary prompt.
func (e *editor) endSearch(line string, cursor int) []byte {
	e.search = search{}
	e.setPrefix(e.request.prefix)
	return e.do(setText(line, cursor))
}

// searching is what a key means during the search.
func (e *editor) searching(k key) []byte {
	s := &e.search
	if k.class == keyText {
		s.query += k.text
		return e.find(min(s.at, len(e.request.history)-1), -1)
	}
	switch k.text {
	case keyCtrlR:
		return e.find(s.at-1, -1)
	case keyCtrlS:
		return e.find(s.at+1, 1)
	case keyBackspace, keyCtrlH:
		if _, size := utf8.DecodeLastRuneInString(s.query); size > 0 {
			s.query = s.query[:len(s.query)-size]
		}
		return e.find(len(e.request.history)-1, -1)
	case keyCtrlG, keyCtrlC:
		return e.endSearch(s.line, s.cursor)
	case keyEscape, keyTab, keyBackTab:
	default:
		// Any other key ends the search with the hit in the line, and does what it does there.
		e.keys = slices.Insert(e.keys, 0, k)
	}
	return e.endSearch(e.text, e.cursor)
}

// find looks for the query from an entry on, towards older (-1) or newer (1) ones. Upper and lower case are the same.
func (e *editor) find(from, step int) []byte {
	s, query := &e.search, strings.ToLower(meant(e.search.query))
	list := e.request.history
	for i := from; query != "" && i >= 0 && i < len(list); i += step {
		entry := list[i]
		at := strings.Index(strings.ToLower(entry), query)
		if at < 0 || s.at < len(list) && i != s.at && entry == list[s.at] {
			continue
		}
		s.at = i
		line := e.entry(entry)
		return e.showHit(line, min(utf8.RuneCountInString(line), utf8.RuneCountInString(entry[:min(at, len(entry))])))
	}
	return e.showHit(e.text, e.cursor)
}
