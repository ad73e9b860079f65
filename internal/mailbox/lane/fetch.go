package lane

import (
	"bytes"
	"strconv"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/token"
)

// Flags are a message's flags.
type Flags = mailbox.Flags

// Fetched is what a FETCH response tells of a message besides its content.
type Fetched struct {
	Number uint32 // the message's place in the folder
	UID    mailbox.UID
	Flags  Flags
	Date   time.Time
	Size   int64 // RFC822.SIZE; -1 when it is not told
	ModSeq uint64
	// EmailID tells the same message in two folders or under another UID (RFC 8474); empty without OBJECTID.
	EmailID string
	// Identity and Labels are Gmail's X-GM-MSGID and X-GM-LABELS, the labels as they stand, without that of the open folder.
	Identity uint64
	Labels   []string

	HasFlags  bool // FLAGS came
	HasDate   bool // INTERNALDATE came, though perhaps none that can be read
	HasLabels bool // X-GM-LABELS came
}

// Fetch reads the rest of a FETCH response into f, and calls body for each body section in its place, with f as far as it is
// known by then. name is the item's in capitals ("BODY[]", "BODY[HEADER]"); b is nil where the server says NIL. What body leaves
// unread is passed over; its error is returned as it is, and then the response is not read to its end.
func (r *Reader) Fetch(f *Fetched, body func(name string, b *Body) error) error {
	*f = Fetched{Number: f.Number, Size: -1}
	r.blanks()
	if len(r.line) == 0 || r.line[0] != '(' {
		return grammar("FETCH %.80q", r.line)
	}
	r.line = r.line[1:]
	for {
		r.blanks()
		if len(r.line) == 0 {
			return grammar("a FETCH response does not end")
		}
		if r.line[0] == ')' {
			if len(bytes.TrimSpace(r.line[1:])) > 0 {
				return grammar("behind a FETCH response there is %.80q", r.line[1:])
			}
			r.line = nil
			return nil
		}
		name, ok := r.item()
		if !ok {
			return grammar("FETCH %.80q", r.line)
		}
		r.blanks()
		if len(r.line) == 0 {
			return grammar("%s has no value", name)
		}
		if err := r.fetchItem(f, name, body); err != nil {
			return err
		}
	}
}

// item cuts off an item's name such as UID, or BODY[HEADER.FIELDS (DATE)]<0>.
func (r *Reader) item() (string, bool) {
	end := bytes.IndexAny(r.line, " ([)")
	if end <= 0 {
		return "", false
	}
	if r.line[end] == '[' {
		section := bytes.IndexByte(r.line, ']')
		if section < 0 {
			return "", false
		}
		if end = bytes.IndexAny(r.line[section:], " (\"{)"); end < 0 {
			end = len(r.line)
		} else {
			end += section
		}
	}
	name := intern(r.line[:end])
	r.line = r.line[end:]
	return name, true
}

func (r *Reader) fetchItem(f *Fetched, name string, body func(string, *Body) error) error {
	switch name {
	case "UID":
		if n, ok := r.digits(); ok && n > 0 && n <= int64(mailbox.MaxUID) {
			f.UID = mailbox.UID(n)
			return nil
		} else if ok {
			return grammar("UID %d", n)
		}
	case "RFC822.SIZE":
		if n, ok := r.digits(); ok {
			f.Size = n
			return nil
		}
	case "FLAGS":
		f.HasFlags = true
		return r.fetchFlags(f)
	case "INTERNALDATE":
		f.HasDate = true
		return r.fetchDate(f)
	case "MODSEQ":
		if n, ok := r.modSeq(); ok {
			f.ModSeq = n
			return nil
		}
		fallthrough
	case "EMAILID":
		v, err := r.value(0)
		if err == nil && v.Kind == List && len(v.List) == 1 {
			v = v.List[0]
		}
		switch n, ok := v.Number(); {
		case err != nil:
		case name == "EMAILID" && (v.Kind == List || v.Is("NIL")): // it has none
		case name == "EMAILID":
			f.EmailID = string(v.Text)
		case ok:
			f.ModSeq = uint64(n)
		default:
			r.note("dropped a FETCH attribute with a value that cannot be", v.Text)
		}
		return err
	case "X-GM-MSGID":
		v, err := r.value(0)
		if err != nil {
			return err
		}
		if f.Identity, err = strconv.ParseUint(string(v.Text), 10, 64); err != nil {
			r.note("dropped a FETCH attribute with a value that cannot be", append([]byte(name+" "), v.Text...))
		}
		return nil
	case "X-GM-LABELS":
		f.HasLabels = true
		return r.fetchLabels(f)
	default:
		if isBody(name) {
			return r.fetchBody(name, body)
		}
		r.note("dropped a FETCH attribute that was not asked for", []byte(name))
		_, err := r.value(0)
		return err
	}
	v, err := r.value(0)
	if err == nil {
		r.note("dropped a FETCH attribute with a value that cannot be", append([]byte(name+" "), v.Text...))
	}
	return err
}

func isBody(name string) bool {
	return len(name) > 5 && name[:5] == "BODY[" || len(name) > 7 && name[:7] == "BINARY[" || name == "RFC822" || name == "RFC822.HEADER" || name == "RFC822.TEXT"
}

// digits cuts off a number if there is one, whole.
func (r *Reader) digits() (int64, bool) {
	end := 0
	for end < len(r.line) && r.line[end] >= '0' && r.line[end] <= '9' {
		end++
	}
	if end < len(r.line) && r.line[end] != ' ' && r.line[end] != ')' {
		return 0, false
	}
	n, ok := token.Number(r.line[:end])
	if ok {
		r.line = r.line[end:]
	}
	return n, ok
}

// modSeq cuts off a number in parentheses if there is one, whole.
func (r *Reader) modSeq() (uint64, bool) {
	end := bytes.IndexByte(r.line, ')')
	if end < 0 || r.line[0] != '(' {
		return 0, false
	}
	n, ok := token.Number(r.line[1:end])
	if ok {
		r.line = r.line[end+1:]
	}
	return uint64(n), ok
}

// flagsKnown is how many lists of flags are remembered.
const flagsKnown = 64

// fetchFlags reads a list of flags. Most messages have the same as one before.
func (r *Reader) fetchFlags(f *Fetched) error {
	end := bytes.IndexByte(r.line, ')')
	if flags, known := r.flags[string(r.line[:end+1])]; known {
		f.Flags = flags
		r.line = r.line[end+1:]
		return nil
	}
	line := r.line
	v, err := r.value(0)
	if err != nil {
		return err
	}
	names, ok := r.flagNames(v)
	if !ok {
		r.note("dropped a FETCH attribute with a value that cannot be", v.Text)
		return nil
	}
	f.Flags = mailbox.NewFlags(names...)
	if end > 0 && len(line)-len(r.line) == end+1 {
		if r.flags == nil || len(r.flags) == flagsKnown {
			r.flags = make(map[string]Flags)
		}
		r.flags[string(line[:end+1])] = f.Flags
	}
	return nil
}

// flagNames are the flags of a list, those that are out of grammar written so that they are not.
func (r *Reader) flagNames(v Value) ([]string, bool) {
	if v.Is("NIL") {
		return nil, true
	}
	if v.Kind != List {
		return nil, false
	}
	names := make([]string, 0, len(v.List))
	for _, e := range v.List {
		if e.Kind == List {
			return nil, false
		}
		if e.Kind != Atom || !ValidFlag(string(e.Text)) && string(e.Text) != `\*` {
			r.note("escaped a flag that is not IMAP's grammar", e.Text)
			e.Text = escapeFlag(e.Text)
		}
		names = append(names, string(e.Text))
	}
	return names, true
}

// fetchLabels reads a list of labels.
func (r *Reader) fetchLabels(f *Fetched) error {
	v, err := r.value(0)
	if err != nil {
		return err
	}
	for _, label := range v.List {
		if label.Kind != List {
			f.Labels = append(f.Labels, string(label.Text))
		}
	}
	return nil
}

// Flags reads the flags of a value, such as that of a FLAGS response or of PERMANENTFLAGS.
func (r *Reader) Flags(v Value) ([]string, bool) { return r.flagNames(v) }

func (r *Reader) fetchDate(f *Fetched) error {
	if len(r.line) >= dateLength && r.line[0] == '"' {
		if t, ok := r.zones.date(r.line[1 : dateLength-1]); ok && r.line[dateLength-1] == '"' {
			f.Date = t
			r.line = r.line[dateLength:]
			return nil
		}
	}
	v, err := r.value(0)
	if err != nil {
		return err
	}
	t, odd, ok := parseDate(v)
	switch {
	case !ok:
		r.note("dropped a FETCH attribute with a value that cannot be", append([]byte("INTERNALDATE "), v.Text...))
	case odd:
		r.note("read a date in a form of the server's own", v.Text)
	}
	f.Date = t
	return nil
}

func (r *Reader) fetchBody(name string, body func(string, *Body) error) error {
	var b *Body
	if r.atLiteral() {
		n := token.Announced(r.line)
		r.line = nil
		b = &Body{r: r, size: n, left: n}
		r.body = b
	} else {
		v, err := r.value(0)
		switch {
		case err != nil:
			return err
		case v.Kind == List:
			return grammar("%s is a list", name)
		case !v.Is("NIL"):
			b = &Body{text: v.Text, size: int64(len(v.Text)), left: int64(len(v.Text))}
		}
	}
	if err := body(name, b); err != nil {
		return err
	}
	if b != nil {
		return b.finish()
	}
	return nil
}
