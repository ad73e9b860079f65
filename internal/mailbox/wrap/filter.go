package wrap

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"

	"migsh/internal/mailbox/token"
)

// Filter stands between an IMAP server and a client library for which any surprise is fatal, while the library greets and logs
// in; then the connection is parted from it. It understands lines and literals in both directions and lets through what the
// library needs for that; it repairs or drops the rest and notes what it did.
type Filter struct {
	net.Conn
	opts FilterOptions
	br   *bufio.Reader

	out     []byte // ready for the library
	outBuf  []byte // what out is cut from, used again
	dropped bool   // the rest of the current response is dropped

	mu     sync.Mutex // guards what follows: the library reads and writes in different goroutines
	client splitter
	tags   map[string]bool // commands without an answer yet
	notes  map[string]*Note
	bye    string
	alerts []string
	hide   map[string]bool
	auth   string       // tag of the AUTHENTICATE under way
	asked  literalAsked // the literal that the library waits to be invited to send
	refuse *refusal     // the command whose literal the server did not want
	last   string       // tag of the command whose answer is the last that the library's side reads
	parted bool         // that answer has come
}

// literalAsked is a synchronising literal that was announced to the server.
type literalAsked struct {
	tag     string
	waiting bool
}

// A refusal is a command that the server answered instead of inviting the library to send the literal announced. The library
// would give up the connection; so it is invited all the same, what it sends goes nowhere, and when it has ended the command it
// gets the server's answer.
type refusal struct {
	answer []byte
	over   bool          // ended is closed
	ended  chan struct{} // closed when the library has ended the command, or the connection is closed
}

// FilterOptions say what a Filter should do beyond repairing.
type FilterOptions struct {
	// Greeting is put before what the server says: its greeting, when someone else has read it already.
	Greeting string
	// Hide names capabilities that the library must not see.
	Hide []string
}

// Note is something odd that the server did and that the filter repaired.
type Note struct {
	What    string // the kind of oddity and what was done about it
	Example string // the first one seen
	Count   int
}

// NewFilter returns conn filtered.
func NewFilter(conn net.Conn, opts FilterOptions) *Filter {
	f := &Filter{
		Conn:  conn,
		opts:  opts,
		br:    bufio.NewReaderSize(io.MultiReader(strings.NewReader(opts.Greeting), conn), 32<<10),
		tags:  make(map[string]bool),
		notes: make(map[string]*Note),
		hide:  make(map[string]bool),
	}
	f.Hide(opts.Hide...)
	return f
}

// Hide keeps capabilities from the library, from the next time that the server lists them.
func (f *Filter) Hide(capabilities ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range capabilities {
		f.hide[strings.ToUpper(c)] = true
	}
}

// Part makes the answer to the command with this tag the last thing that is read: then Read returns io.EOF, Close leaves the
// connection open, and Rest gives what comes behind. From now on nothing is written any more. The caller sends the command, past
// the filter.
func (f *Filter) Part(tag string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = tag
}

// Rest reads what the server says behind the answer at which the connection was parted; nil if that has not come. The filter
// must not be read any more.
func (f *Filter) Rest() io.Reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.parted {
		return nil
	}
	ahead, _ := f.br.Peek(f.br.Buffered()) // is there already
	return io.MultiReader(bytes.NewReader(bytes.Clone(ahead)), f.Conn)
}

// Bye is the text of the server's BYE, or empty.
func (f *Filter) Bye() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bye
}

// Alerts are the texts that the server asked to be shown to the user.
func (f *Filter) Alerts() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.alerts)
}

// Notes lists what was repaired so far, sorted by kind.
func (f *Filter) Notes() []Note {
	f.mu.Lock()
	defer f.mu.Unlock()
	notes := make([]Note, 0, len(f.notes))
	for _, what := range slices.Sorted(maps.Keys(f.notes)) {
		notes = append(notes, *f.notes[what])
	}
	return notes
}

const maxNoteExample = 200

// Note adds to the notes; example is something that the server said.
func (f *Filter) Note(what string, example []byte) { f.note(what, example) }

// Alert adds to the alerts.
func (f *Filter) Alert(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alerts = append(f.alerts, text)
}

func (f *Filter) note(what string, example []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.notes[what]
	if n == nil {
		n = &Note{What: what, Example: printable(example[:min(len(example), maxNoteExample)])}
		f.notes[what] = n
	}
	n.Count++
}

func (f *Filter) Read(p []byte) (int, error) {
	for {
		switch {
		case f.hasParted():
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		case len(f.out) > 0:
			n := copy(p, f.out)
			f.out = f.out[n:]
			return n, nil
		}
		f.out = f.outBuf[:0]
		if err := f.next(); err != nil {
			f.out = nil
			return 0, err
		}
		f.outBuf = f.out[:0]
	}
}

// next reads one line and puts what the library should see of it into out.
func (f *Filter) next() error {
	if answer := f.refused(); answer != nil {
		f.emit(answer)
		return nil
	}
	line, err := f.readLine()
	if err != nil {
		return err
	}
	if f.dropped { // goes on after a literal
		return f.drop(line)
	}
	text := bytes.TrimRight(line, "\r\n")
	switch {
	case len(text) == 0:
		f.note("dropped an empty line", text)
		return nil
	case text[0] == '+':
		f.invitation(text)
		return nil
	case text[0] == '*':
		return f.untagged(line)
	default:
		return f.tagged(text)
	}
}

// readLine reads a line with its end.
func (f *Filter) readLine() ([]byte, error) {
	line, err := f.br.ReadSlice('\n')
	if err == nil {
		return line, nil
	}
	long := slices.Clone(line)
	for err == bufio.ErrBufferFull && len(long) < maxLine {
		line, err = f.br.ReadSlice('\n')
		long = append(long, line...)
	}
	if err == bufio.ErrBufferFull {
		return nil, fmt.Errorf("the server sent a line longer than %d MiB: %q…", maxLine>>20, long[:80])
	}
	if err == io.EOF && len(long) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return long, err
}

// emit gives the library a complete line.
func (f *Filter) emit(text ...[]byte) {
	for _, t := range text {
		f.out = append(f.out, t...)
	}
	f.out = append(f.out, '\r', '\n')
}

// drop swallows a line and the literal it announces.
func (f *Filter) drop(line []byte) error {
	n := token.Announced(line)
	f.dropped = n >= 0
	return f.discard(n)
}

func (f *Filter) discard(n int64) error {
	if n <= 0 {
		return nil
	}
	_, err := io.CopyN(io.Discard, f.br, n)
	return unexpected(err)
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// invitation passes a continuation request, if the library waits for one: any other is fatal to it.
func (f *Filter) invitation(text []byte) {
	f.mu.Lock()
	expected := f.asked.waiting || f.auth != ""
	f.asked.waiting = false
	f.mu.Unlock()
	if !expected {
		f.note("dropped a continuation request that nobody waited for", text)
		return
	}
	f.emit([]byte("+ "), bytes.TrimLeft(text[1:], " "))
}

// tagged passes the answer to a command, if there is such a command.
func (f *Filter) tagged(text []byte) error {
	tag, rest := word(text)
	kind, rest := word(bytes.TrimLeft(rest, " "))
	f.mu.Lock()
	known := f.tags[string(tag)]
	f.parted = f.last != "" && f.last == string(tag)
	parted := f.parted
	f.mu.Unlock()
	if parted {
		return nil
	}
	if !known || !isStatus(kind) {
		f.note("dropped a line that answers no command", text)
		return nil
	}
	words := f.statusText(rest)
	answer := slices.Concat(tag, []byte(" "), kind, words)

	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.tags, string(tag))
	if f.auth == string(tag) {
		f.auth = ""
	}
	if f.asked.waiting && f.asked.tag == string(tag) {
		f.asked.waiting = false
		f.refuse = &refusal{answer: answer, ended: make(chan struct{})}
		f.emit([]byte("+ refused"))
		return nil
	}
	f.emit(answer)
	return nil
}

// refused waits for the end of a command whose literal was refused, and returns the server's answer. It returns nil when there
// is no such command.
func (f *Filter) refused() []byte {
	f.mu.Lock()
	r := f.refuse
	f.mu.Unlock()
	if r == nil {
		return nil
	}
	<-r.ended
	f.mu.Lock()
	f.refuse = nil
	f.mu.Unlock()
	return r.answer
}

// untagged treats what starts with an asterisk.
func (f *Filter) untagged(line []byte) error {
	text := bytes.TrimRight(line, "\r\n")
	_, rest := word(text)
	rest = bytes.TrimLeft(rest, " ")
	kind, rest := word(rest)
	name := strings.ToUpper(string(kind))
	switch name {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		if name == "BYE" {
			f.mu.Lock()
			f.bye = printable(rest)
			f.mu.Unlock()
		}
		f.emit([]byte("* "), []byte(name), f.statusText(rest))
		return nil
	}
	if repair, ok := repairs[name]; ok {
		return f.repair(name, repair, line)
	}
	f.note("dropped an untagged response that is not understood", text)
	return f.drop(line)
}

// maxCollected bounds a response that is read whole in order to be repaired; none of these holds a message.
const maxCollected = 1 << 20

// repair reads a response whole and lets the library see what repair makes of its values.
func (f *Filter) repair(name string, repair repairFunc, line []byte) error {
	whole := bytes.Clone(line)
	for n := token.Announced(line); n >= 0; n = token.Announced(line) {
		if n > maxCollected || len(whole) > maxCollected {
			return fmt.Errorf("the server sent a %s response longer than %d bytes", name, maxCollected)
		}
		start := len(whole)
		whole = slices.Grow(whole, int(n))[:start+int(n)]
		if _, err := io.ReadFull(f.br, whole[start:]); err != nil {
			return unexpected(err)
		}
		var err error
		if line, err = f.readLine(); err != nil {
			return unexpected(err)
		}
		whole = append(whole, line...)
	}
	whole = bytes.TrimRight(whole, "\r\n")
	vals, err := parseValues(whole[1:]) // without the asterisk
	if err == nil && len(vals) > 0 {
		vals, err = repair(f, vals[1:])
	}
	if err != nil {
		f.note("dropped a "+name+" response that is not IMAP's grammar", whole)
		return nil
	}
	if vals == nil {
		return nil // dropped, and noted by whom dropped it
	}
	f.out = append(append(f.out, "* "...), name...)
	if len(vals) > 0 {
		f.out = append(f.out, ' ')
	}
	f.out = append(appendValues(f.out, vals), '\r', '\n')
	return nil
}

// Write passes the library's commands on.
func (f *Filter) Write(p []byte) (int, error) {
	var ready []byte
	f.mu.Lock()
	if f.last != "" {
		f.mu.Unlock()
		return len(p), nil
	}
	f.client.feed(p, func(line []byte, literal int64, within bool) {
		if !within {
			line = f.command(line)
		}
		if !f.swallowing() {
			ready = append(ready, line...)
			f.asked.waiting = literal >= 0 && !bytes.HasSuffix(bytes.TrimRight(line, "\r\n"), []byte("+}"))
		} else if literal < 0 {
			f.refuse.end()
		}
	}, func(piece []byte) {
		if !f.swallowing() {
			ready = append(ready, piece...)
		}
	})
	f.mu.Unlock()
	if len(ready) == 0 {
		return len(p), nil
	}
	if _, err := f.Conn.Write(ready); err != nil {
		return 0, err
	}
	return len(p), nil
}

// swallowing reports whether the library is sending what the server refused. The lock is held.
func (f *Filter) swallowing() bool { return f.refuse != nil && !f.refuse.over }

// end says that the command has ended. The filter's lock is held.
func (r *refusal) end() {
	if !r.over {
		r.over = true
		close(r.ended)
	}
}

func (f *Filter) hasParted() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.parted
}

// Close closes the connection, unless it has been parted from the filter.
func (f *Filter) Close() error {
	f.mu.Lock()
	if f.refuse != nil {
		f.refuse.end()
	}
	parted := f.parted
	f.mu.Unlock()
	if parted {
		return nil
	}
	return f.Conn.Close()
}

// command treats the first line of a command. The lock is held.
func (f *Filter) command(line []byte) []byte {
	tag, rest := word(line)
	name, _ := word(rest)
	if len(rest) == 0 || !isTag(tag) { // an answer in a SASL exchange
		if f.auth != "" && string(line) == "=\r\n" { // the library writes the empty answer as if it were an initial one (RFC 4959)
			return []byte("\r\n")
		}
		return line
	}
	f.tags[string(tag)] = true
	f.asked.tag = string(tag)
	if bytes.EqualFold(bytes.TrimRight(name, "\r\n"), []byte("AUTHENTICATE")) {
		f.auth = string(tag)
	}
	return line
}

// isTag reports whether a word is one of the tags that the library makes.
func isTag(w []byte) bool {
	if len(w) < 2 || w[0] != 'T' {
		return false
	}
	_, ok := token.Number(w[1:])
	return ok
}
