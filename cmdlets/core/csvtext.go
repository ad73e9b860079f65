package core

import (
	"strings"

	"migsh/shell/object"
)

// csvReader reads records of delimited text as PowerShell does: fields in double quotes may hold delimiters and line ends, blanks
// before a field do not count, and a quote inside a field that does not begin with one is a character like any other.
type csvReader struct {
	text      string
	at        int
	delimiter byte
	wide      string // the delimiter where it is no ASCII character
}

func newCSVReader(text string, delimiter object.Char) *csvReader {
	r := &csvReader{text: text}
	if d := delimiter.String(); len(d) == 1 {
		r.delimiter = d[0]
	} else {
		r.wide = d
	}
	return r
}

// record reads the next record into fields; none at the end of the text. A blank line is one empty field.
func (r *csvReader) record(fields []string) []string {
	for r.at < len(r.text) {
		field, ended := r.field()
		if ended && field == "" && r.at >= len(r.text) && !r.afterNewline() {
			break // what follows the last delimiter of a text without a line end is no field
		}
		fields = append(fields, field)
		if ended {
			break
		}
	}
	return fields
}

func (r *csvReader) afterNewline() bool {
	c := r.text[r.at-1]
	return c == '\n' || c == '\r'
}

// isDelimiter tells whether the delimiter stands at i, and how long it is.
func (r *csvReader) isDelimiter(i int) (int, bool) {
	if r.wide == "" {
		return 1, r.text[i] == r.delimiter
	}
	return len(r.wide), strings.HasPrefix(r.text[i:], r.wide)
}

// field reads one field and what ends it; ended tells that it was the record's last.
func (r *csvReader) field() (field string, ended bool) {
	for r.at < len(r.text) && (r.text[r.at] == ' ' || r.text[r.at] == '\t') {
		if _, ok := r.isDelimiter(r.at); ok {
			break
		}
		r.at++
	}
	if r.at < len(r.text) && r.text[r.at] == '"' {
		if _, ok := r.isDelimiter(r.at); !ok {
			return r.quoted()
		}
	}
	start := r.at
	end, ended := r.skip()
	text := r.text[start:end]
	if i := strings.IndexAny(text, " \t"); i >= 0 && strings.Trim(text[i:], " \t") == "" {
		text = text[:i+1] // of trailing blanks the first stays
	}
	return text, ended
}

// skip passes over the rest of a field and its end, and tells where the field ended.
func (r *csvReader) skip() (end int, ended bool) {
	for i := r.at; i < len(r.text); i++ {
		if n, ok := r.isDelimiter(i); ok {
			r.at = i + n
			return i, false
		}
		switch r.text[i] {
		case '\n':
			r.at = i + 1
			return i, true
		case '\r':
			r.at = i + 1
			if r.at < len(r.text) && r.text[r.at] == '\n' {
				r.at++
			}
			return i, true
		}
	}
	end, r.at = len(r.text), len(r.text)
	return end, true
}

// quoted reads a field that begins with a quote.
func (r *csvReader) quoted() (string, bool) {
	r.at++
	var b strings.Builder
	for {
		i := strings.IndexByte(r.text[r.at:], '"')
		if i < 0 { // the quote is never closed
			b.WriteString(r.text[r.at:])
			r.at = len(r.text)
			return b.String(), true
		}
		b.WriteString(r.text[r.at : r.at+i])
		r.at += i + 1
		if r.at < len(r.text) && r.text[r.at] == '"' {
			b.WriteByte('"')
			r.at++
			continue
		}
		start := r.at
		end, ended := r.skip()
		rest := r.text[start:end]
		if strings.Trim(rest, " \t") != "" {
			b.WriteString(rest)
		}
		return b.String(), ended
	}
}

// csvTable turns records into objects that share one shape.
type csvTable struct {
	header   []string
	typeName string
	shape    *object.Shape
	names    []string // type names, where a #TYPE line gave one
	unnamed  int      // columns without a name
	warned   bool     // of these
}

// read reads the header, if it is not known, and hands over the objects.
func (t *csvTable) read(r *csvReader, warn func(string) error, write func(v any) error) error {
	if t.typeName == "" && strings.HasPrefix(r.text[r.at:], "#TYPE ") {
		end, _, _ := strings.Cut(r.text[r.at:], "\n")
		r.at = min(r.at+len(end)+1, len(r.text))
		t.typeName = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(end), "#TYPE "))
	}
	fields := make([]string, 0, 16)
	for t.header == nil && r.at < len(r.text) {
		fields = r.record(nil)
		for len(fields) > 1 && fields[len(fields)-1] == "" {
			fields = fields[:len(fields)-1]
		}
		switch {
		case len(fields) > 0 && strings.HasPrefix(fields[0], "#Fields: "):
			fields[0] = strings.TrimPrefix(fields[0], "#Fields: ")
			t.header = fields
		case len(fields) > 0 && strings.HasPrefix(fields[0], "#"):
		default:
			t.header = fields
		}
	}
	if t.header != nil && t.shape == nil {
		if err := t.check(); err != nil {
			return err
		}
	}
	for {
		fields = r.record(fields[:0])
		switch {
		case len(fields) == 0:
			return nil
		case len(fields) == 1 && fields[0] == "":
			continue
		}
		if t.unnamed > 0 && !t.warned {
			t.warned = true
			if err := warn("One or more headers were not specified. Default names starting with \"H\" have been used in place of any missing headers."); err != nil {
				return err
			}
		}
		if err := write(t.row(fields)); err != nil {
			return err
		}
	}
}

// check names the columns that have no name and refuses names that come twice.
func (t *csvTable) check() error {
	seen := map[string]bool{}
	names := make([]string, len(t.header))
	for i, name := range t.header {
		if name == "" {
			t.unnamed++
			name = "H" + object.ToString(int32(t.unnamed))
		}
		if key := strings.ToLower(name); seen[key] {
			e := object.NewException("System.Management.Automation.ExtendedTypeSystemException", "The member \"%s\" is already present.", name)
			return object.NewErrorOf(e, "AlreadyPresentPSMemberInfoInternalCollectionAdd", object.NotSpecified, nil)
		} else {
			seen[key] = true
		}
		names[i] = name
	}
	t.header, t.shape = names, object.NewShape(names...)
	if t.typeName != "" {
		t.names = []string{t.typeName, "CSV:" + t.typeName}
	}
	return nil
}

// row makes an object of a record; fields that are missing are null.
func (t *csvTable) row(fields []string) *object.Object {
	values := make([]any, len(t.header))
	for i := range values {
		if i < len(fields) {
			values[i] = fields[i]
		}
	}
	o := t.shape.New(values)
	o.TypeNames = t.names
	return o
}
