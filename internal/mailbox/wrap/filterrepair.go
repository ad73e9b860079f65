package wrap

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A repairFunc turns the values of an untagged response, given without its name, into ones that the library understands. It
// returns nil to drop the response.
type repairFunc func(f *Filter, vals []value) ([]value, error)

// repairs holds the responses that are read whole and put into strict form.
var repairs map[string]repairFunc

func init() { // a variable's own initialiser could not lead back to it
	repairs = map[string]repairFunc{
		"CAPABILITY": (*Filter).repairCapability,
		"ENABLED":    (*Filter).repairCapability,
		"FLAGS":      (*Filter).repairFlags,
		"ID":         (*Filter).repairID,
		"LIST":       (*Filter).repairList,
		"LSUB":       (*Filter).repairSubscribed,
		"NAMESPACE":  (*Filter).repairNamespace,
		"QUOTA":      (*Filter).repairQuota,
		"QUOTAROOT":  (*Filter).repairQuotaRoot,
		"STATUS":     (*Filter).repairStatus,
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

func (f *Filter) repairFlags(vals []value) ([]value, error) {
	if len(vals) != 1 {
		return nil, errShape
	}
	v, ok := f.checkFlags(vals[0])
	if !ok {
		return nil, errShape
	}
	return []value{v}, nil
}

// checkFlags makes every flag of a list an atom: bytes that the grammar forbids are written as "=" and two hexadecimal digits.
func (f *Filter) checkFlags(v value) (value, bool) {
	if v.is("NIL") {
		return value{kind: list}, true
	}
	if v.kind != list {
		return v, false
	}
	for i, flag := range v.list {
		if flag.kind == atom && validFlag(flag.text) {
			continue
		}
		if flag.kind == list {
			return v, false
		}
		v.list[i] = value{kind: atom, text: escapeFlag(flag.text)}
		f.note("escaped a flag that is not IMAP's grammar", flag.text)
	}
	return v, true
}

func validFlag(flag []byte) bool {
	if string(flag) == `\*` {
		return true
	}
	name := bytes.TrimPrefix(flag, []byte(`\`))
	for _, c := range name {
		if !flagByte(c) {
			return false
		}
	}
	return len(name) > 0
}

func flagByte(c byte) bool {
	return c > ' ' && c < 0x7f && !bytes.ContainsRune([]byte(`(){%*"\]`), rune(c))
}

func escapeFlag(flag []byte) []byte {
	var out []byte
	for i, c := range flag {
		if flagByte(c) || (i == 0 && c == '\\' && len(flag) > 1) {
			out = append(out, c)
		} else {
			out = fmt.Appendf(out, "=%02X", c)
		}
	}
	if len(out) == 0 {
		return []byte("=")
	}
	return out
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

// repairList treats "(attributes) delimiter name" with or without extended data behind it.
func (f *Filter) repairList(vals []value) ([]value, error) {
	if len(vals) < 3 || vals[2].kind == list {
		return nil, errShape
	}
	attrs, ok := f.checkFlags(vals[0])
	if !ok {
		return nil, errShape
	}
	vals[0] = attrs
	switch delimiter := vals[1]; {
	case delimiter.is("NIL"):
	case len(delimiter.text) == 0:
		vals[1] = value{kind: atom, text: []byte("NIL")}
		f.note("read an empty hierarchy delimiter as none", nil)
	case delimiter.kind == list || !oneRune(delimiter.text):
		return nil, errShape
	default:
		vals[1].kind = quoted
	}
	if len(vals) > 3 && vals[3].kind != list {
		text, ok := joinAtoms(vals[2:])
		if !ok {
			return nil, errShape
		}
		f.note("read a mailbox name with blanks but without quotes", text)
		vals = append(vals[:2], value{kind: quoted, text: text})
	}
	vals[2] = f.name(vals[2])
	if len(vals) > 3 && (len(vals) > 4 || !f.extendedData(vals[3])) {
		vals = vals[:3]
		f.note("dropped extended LIST data that is not understood", nil)
	}
	return vals, nil
}

func oneRune(text []byte) bool {
	r, size := utf8.DecodeRune(text)
	return r != utf8.RuneError && size == len(text)
}

func joinAtoms(vals []value) ([]byte, bool) {
	words := make([][]byte, 0, len(vals))
	for _, v := range vals {
		if v.kind != atom {
			return nil, false
		}
		words = append(words, v.text)
	}
	return bytes.Join(words, []byte(" ")), true
}

// extendedData reports whether the library can read a LIST response's fourth value: pairs of a tag and a value.
func (f *Filter) extendedData(v value) bool {
	if v.kind != list || len(v.list)%2 != 0 || !v.strict() {
		return false
	}
	for i := 0; i < len(v.list); i += 2 {
		tag, data := v.list[i], v.list[i+1]
		if tag.kind == list {
			return false
		}
		switch strings.ToUpper(string(tag.text)) {
		case "CHILDINFO":
			if data.kind != list {
				return false
			}
		case "OLDNAME":
			if data.kind != list || len(data.list) != 1 || data.list[0].kind == list {
				return false
			}
			data.list[0] = f.name(data.list[0])
		}
	}
	return true
}

// name gives a mailbox name the form that the library understands.
func (f *Filter) name(v value) value {
	raw := string(v.text)
	f.mu.Lock()
	shown := f.names.show(raw)
	f.mu.Unlock()
	if shown != raw {
		f.note("re-encoded a mailbox name that is not modified UTF-7", v.text)
	}
	return value{kind: quoted, text: []byte(shown)}
}

// repairSubscribed makes LSUB the LIST that the library asked for.
func (f *Filter) repairSubscribed(vals []value) ([]value, error) {
	f.mu.Lock()
	asked := f.opts.LSUB
	f.mu.Unlock()
	if !asked {
		f.note("dropped an LSUB response that was not asked for", nil)
		return nil, nil
	}
	vals, err := f.repairList(vals)
	if err != nil {
		return nil, err
	}
	f.out = append(append(f.out, "* LIST "...), appendValues(nil, vals)...)
	f.out = append(f.out, "\r\n"...)
	return nil, nil
}

func (f *Filter) repairNamespace(vals []value) ([]value, error) {
	if len(vals) != 3 {
		return nil, errShape
	}
	for _, class := range vals {
		if class.is("NIL") {
			continue
		}
		if class.kind != list {
			return nil, errShape
		}
		for _, ns := range class.list {
			if ns.kind != list || len(ns.list) < 2 || !ns.list[0].isString() || !ns.strict() {
				return nil, errShape
			}
			switch delimiter := ns.list[1]; {
			case delimiter.is("NIL"):
			case delimiter.isString() && len(delimiter.text) == 0:
				ns.list[1] = value{kind: atom, text: []byte("NIL")}
			case !delimiter.isString() || !oneRune(delimiter.text):
				return nil, errShape
			}
		}
	}
	return vals, nil
}

// repairQuota treats "root (resource usage limit …)".
func (f *Filter) repairQuota(vals []value) ([]value, error) {
	if len(vals) != 2 || vals[0].kind == list || vals[1].kind != list || len(vals[1].list)%3 != 0 {
		return nil, errShape
	}
	vals[0].kind = quoted
	for i, v := range vals[1].list {
		if _, ok := number(v.text); !v.strict() || v.kind != atom || (i%3 != 0 && !ok) {
			return nil, errShape
		}
	}
	return vals, nil
}

func (f *Filter) repairQuotaRoot(vals []value) ([]value, error) {
	if len(vals) == 0 {
		return nil, errShape
	}
	for i, v := range vals {
		if v.kind == list {
			return nil, errShape
		}
		vals[i].kind = quoted
	}
	vals[0] = f.name(vals[0])
	return vals, nil
}

// repairStatus leaves out the items whose values the library cannot read.
func (f *Filter) repairStatus(vals []value) ([]value, error) {
	if len(vals) != 2 || vals[0].kind == list || vals[1].kind != list {
		return nil, errShape
	}
	vals[0] = f.name(vals[0])
	var kept []value
	for items := vals[1].list; len(items) >= 2; items = items[2:] {
		item, v := items[0], items[1]
		if statusItem(item, v) {
			kept = append(kept, item, v)
		} else {
			f.note("dropped a STATUS item with a value that cannot be", append(append(bytes.Clone(item.text), ' '), v.append(nil)...))
		}
	}
	vals[1].list = kept
	return vals, nil
}

func statusItem(item, v value) bool {
	if item.kind != atom {
		return false
	}
	limit := int64(1<<32 - 1)
	switch strings.ToUpper(string(item.text)) {
	case "MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "DELETED":
	case "SIZE", "DELETED-STORAGE", "HIGHESTMODSEQ":
		limit = 1<<63 - 1
	case "APPENDLIMIT":
		if v.is("NIL") {
			return true
		}
	default:
		return false
	}
	n, ok := number(v.text)
	return ok && v.kind == atom && n <= limit
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
	if text := f.permanentFlags(rest); text != nil {
		return text
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
	case "PERMANENTFLAGS", "COPYUID": // the first in strict form was treated before, the second is never asked for
		return false
	}
	return true
}

func allNumbers(fields []string, limit int64) bool {
	for _, field := range fields {
		if n, ok := number([]byte(field)); !ok || n > limit {
			return false
		}
	}
	return true
}

// permanentFlags treats "[PERMANENTFLAGS (…)] text", in whose flags there may be brackets. It returns nil for anything else.
func (f *Filter) permanentFlags(rest []byte) []byte {
	const code = "[PERMANENTFLAGS "
	if len(rest) <= len(code) || !bytes.EqualFold(rest[:len(code)], []byte(code)) {
		return nil
	}
	vals := bytes.TrimLeft(rest[len(code):], " ")
	if len(vals) == 0 {
		return nil
	}
	v, text, err := parseValue(vals, 0)
	if err != nil || len(text) == 0 || text[0] != ']' {
		return nil
	}
	v, ok := f.checkFlags(v)
	if !ok {
		return nil
	}
	if text = bytes.TrimLeft(text[1:], " "); len(text) == 0 {
		text = []byte("-")
	}
	return fmt.Appendf(nil, " [PERMANENTFLAGS %s] %s", v.append(nil), text)
}
