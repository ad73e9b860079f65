package wrap

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"migsh/internal/mailbox/token"
)

// A repairFunc turns the values of an untagged response, given without its name, into ones that the library understands. It
// returns nil to drop the response.
type repairFunc func(f *Filter, vals []value) ([]value, error)

// repairs holds the responses that are read whole and put into strict form.
var repairs map[string]repairFunc

func init() { // a variable's own initialiser could not lead back to it
	repairs = map[string]repairFunc{
		"CAPABILITY": (*Filter).repairCapability,
		"ID":         (*Filter).repairID,
	}
}

var errShape = errors.New("not the shape of this response")

// capability is what may stand in a list of capabilities.
var capability = regexp.MustCompile(`^[!#$&'+,\-./0-9:;<=>?@A-Z^_` + "`" + `a-z|~]+$`)

func (f *Filter) repairCapability(vals []value) ([]value, error) {
	var names []string
	for _, v := range vals {
		if v.kind != atom {
			return nil, errShape
		}
		names = append(names, string(v.text))
	}
	kept := []value{}
	for _, name := range f.capabilities(names) {
		kept = append(kept, value{kind: atom, text: []byte(name)})
	}
	return kept, nil
}

// revision2 lists what IMAP4rev2 includes of extensions that the library and we make use of.
var revision2 = []string{"NAMESPACE", "UNSELECT", "UIDPLUS", "ENABLE", "SASL-IR", "LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE", "LITERAL-"}

// capabilities leaves out what is hidden and what is no capability. IMAP4rev2 is hidden from the library when the server speaks
// IMAP4rev1 too, and its parts shown instead: the library, once it has seen IMAP4rev2, sends names in UTF-8 without having
// enabled that (go-imap issue 610), and escapes "&" in them as rev1 demands and rev2 forbids.
func (f *Filter) capabilities(names []string) []string {
	f.mu.Lock()
	hide := maps.Clone(f.hide)
	f.mu.Unlock()
	has := make(map[string]bool)
	for _, name := range names {
		has[strings.ToUpper(name)] = true
	}
	kept := make([]string, 0, len(names))
	keep := func(name string) {
		if !hide[strings.ToUpper(name)] {
			kept = append(kept, name)
		}
	}
	for _, name := range names {
		switch {
		case !capability.MatchString(name):
			f.note("dropped what cannot be a capability", []byte(name))
		case strings.EqualFold(name, "IMAP4rev2") && has["IMAP4REV1"]:
			for _, part := range revision2 {
				if !has[part] {
					keep(part)
				}
			}
		default:
			keep(name)
		}
	}
	return kept
}

// repairID replaces NIL values by empty strings.
func (f *Filter) repairID(vals []value) ([]value, error) {
	if len(vals) == 1 && vals[0].is("NIL") {
		return vals, nil
	}
	if len(vals) != 1 || vals[0].kind != list || len(vals[0].list)%2 != 0 {
		return nil, errShape
	}
	for i, v := range vals[0].list {
		switch {
		case v.is("NIL"):
			vals[0].list[i] = value{kind: quoted}
		case v.kind == atom:
			vals[0].list[i].kind = quoted
		case v.kind == list:
			return nil, errShape
		}
	}
	return vals, nil
}

// codePattern is a response code and the text behind it.
var codePattern = regexp.MustCompile(`^\[([A-Za-z][A-Za-z0-9.=/_+-]*)(?: ([^\]]*))?\](.*)$`)

// statusText gives what follows OK, NO, BAD, BYE or PREAUTH the form that the library understands, with a leading blank.
func (f *Filter) statusText(rest []byte) []byte {
	rest = bytes.TrimLeft(bytes.ReplaceAll(rest, []byte("\r"), []byte(" ")), " ")
	if len(rest) == 0 {
		return nil
	}
	if rest[0] != '[' {
		return append([]byte(" "), rest...)
	}
	m := codePattern.FindSubmatch(rest)
	if m == nil {
		f.note("put aside a response code that is not IMAP's grammar", rest)
		return append([]byte(" - "), rest...)
	}
	name, args, text := strings.ToUpper(string(m[1])), string(m[2]), bytes.TrimLeft(m[3], " ")
	if len(text) == 0 {
		text = []byte("-")
	}
	if !codeArguments(name, args) {
		f.note("put aside a response code whose value cannot be", rest)
		return append([]byte(" - "), rest...)
	}
	switch name {
	case "ALERT":
		f.mu.Lock()
		f.alerts = append(f.alerts, printable(text))
		f.mu.Unlock()
	case "CAPABILITY":
		args = strings.Join(f.capabilities(strings.Fields(args)), " ")
	}
	if args != "" {
		args = " " + args
	}
	return fmt.Appendf(nil, " [%s%s] %s", name, args, text)
}

// codeArguments reports whether the library can read a response code's arguments. It passes over those of codes it does not know.
func codeArguments(name, args string) bool {
	fields := strings.Fields(args)
	switch name {
	case "UIDNEXT", "UIDVALIDITY":
		return len(fields) == 1 && allNumbers(fields, 1<<32-1)
	case "APPENDUID":
		return len(fields) == 2 && allNumbers(fields, 1<<32-1)
	case "HIGHESTMODSEQ":
		return len(fields) == 1 && allNumbers(fields, 1<<63-1)
	case "PERMANENTFLAGS", "COPYUID": // belong to folders, of which the library hears nothing
		return false
	}
	return true
}

func allNumbers(fields []string, limit int64) bool {
	for _, field := range fields {
		if n, ok := token.Number([]byte(field)); !ok || n > limit {
			return false
		}
	}
	return true
}
