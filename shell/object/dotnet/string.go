package dotnet

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"migsh/shell/object"
)

var (
	typeStringComparison = object.NewEnum("System.StringComparison", false, []string{"CurrentCulture", "CurrentCultureIgnoreCase", "InvariantCulture", "InvariantCultureIgnoreCase", "Ordinal", "OrdinalIgnoreCase"}, nil)
	_                    = object.NewEnum("System.StringSplitOptions", true, []string{"None", "RemoveEmptyEntries", "TrimEntries"}, nil)
	_                    = object.NewEnum("System.Text.NormalizationForm", false, []string{"FormC", "FormD", "FormKC", "FormKD"}, []int64{1, 2, 5, 6})
	typeTypeCode         = object.NewEnum("System.TypeCode", false, []string{"Empty", "Object", "DBNull", "Boolean", "Char", "SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Single", "Double", "Decimal", "DateTime", "String"},
		[]int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18})
)

// The values of StringSplitOptions.
const (
	removeEmpty = 1
	trimEntries = 2
)

func init() {
	object.Extend(object.TypeString, stringMembers)
}

// units are a string's UTF-16 units, by which .NET counts; for ASCII they are its bytes.
type units struct {
	s    string
	wide []uint16 // nil for ASCII
}

func unitsOf(s string) units {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return units{s, utf16.Encode([]rune(s))}
		}
	}
	return units{s, nil}
}

func (u units) len() int {
	if u.wide != nil {
		return len(u.wide)
	}
	return len(u.s)
}

func (u units) slice(from, to int) string {
	if u.wide != nil {
		return string(utf16.Decode(u.wide[from:to]))
	}
	return u.s[from:to]
}

func (u units) at(i int) object.Char {
	if u.wide != nil {
		return object.Char(u.wide[i])
	}
	return object.Char(u.s[i])
}

// index converts a position in bytes to one in units.
func (u units) index(byteIndex int) int {
	if byteIndex < 0 || u.wide == nil {
		return byteIndex
	}
	return len(utf16.Encode([]rune(u.s[:byteIndex])))
}

func ignoresCase(comparison int64) bool { return comparison%2 == 1 }

// find is IndexOf from position from on, in units; -1 if what is not there.
func find(s, what string, from int, comparison int64) int {
	u := unitsOf(s)
	rest := u.slice(from, u.len())
	if ignoresCase(comparison) {
		rest, what = strings.ToUpper(rest), strings.ToUpper(what)
	}
	i := strings.Index(rest, what)
	if i < 0 {
		return -1
	}
	return from + unitsOf(rest).index(i)
}

func findLast(s, what string, comparison int64) int {
	t := s
	if ignoresCase(comparison) {
		t, what = strings.ToUpper(t), strings.ToUpper(what)
	}
	return unitsOf(t).index(strings.LastIndex(t, what))
}

func checkFrom(s string, from int) error {
	if from < 0 || from > unitsOf(s).len() {
		return outOfRange("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'startIndex')")
	}
	return nil
}

func charSet(items []any) string {
	var b strings.Builder
	for _, c := range items {
		b.WriteRune(rune(c.(object.Char)))
	}
	return b.String()
}

func isSpace(r rune) bool { return unicode.IsSpace(r) }

func trim(s string, set []any, left, right bool) string {
	cut := isSpace
	if len(set) > 0 {
		chars := charSet(set)
		cut = func(r rune) bool { return strings.ContainsRune(chars, r) }
	}
	if left {
		s = strings.TrimLeftFunc(s, cut)
	}
	if right {
		s = strings.TrimRightFunc(s, cut)
	}
	return s
}

// splitBy splits at separators; without any, at blanks.
func splitBy(s string, separators []string, count int, options int64) *object.Array {
	out := &object.Array{Elem: object.TypeString, Items: []any{}}
	if count == 0 {
		return out
	}
	add := func(p string) {
		if options&trimEntries != 0 {
			p = strings.TrimSpace(p)
		}
		if p != "" || options&removeEmpty == 0 {
			out.Items = append(out.Items, p)
		}
	}
	rest := s
	for count < 0 || len(out.Items) < count-1 {
		at, width := nextSeparator(rest, separators)
		if at < 0 {
			break
		}
		add(rest[:at])
		rest = rest[at+width:]
	}
	if options&removeEmpty != 0 && count > 0 {
		for {
			at, width := nextSeparator(rest, separators)
			if at != 0 {
				break
			}
			rest = rest[width:]
		}
	}
	add(rest)
	return out
}

func nextSeparator(s string, separators []string) (at, width int) {
	if len(separators) == 0 {
		for i, r := range s {
			if isSpace(r) {
				return i, len(string(r))
			}
		}
		return -1, 0
	}
	at = -1
	for _, sep := range separators {
		if sep == "" {
			continue
		}
		if i := strings.Index(s, sep); i >= 0 && (at < 0 || i < at) {
			at, width = i, len(sep)
		}
	}
	return at, width
}

func texts(items []any) []string {
	out := make([]string, len(items))
	for i, v := range items {
		out[i] = object.ToString(v)
	}
	return out
}

func upper(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToUpper(r) }, s)
}

func lower(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(r) }, s)
}

func compareOrdinal(a, b string) int {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] != y[i] {
			return int(x[i]) - int(y[i])
		}
	}
	return len(x) - len(y)
}

func compareBy(a, b string, comparison int64) int {
	switch {
	case comparison == 4:
		return compareOrdinal(a, b)
	case comparison == 5:
		return compareOrdinal(upper(a), upper(b))
	}
	return object.CompareStrings(a, b, ignoresCase(comparison))
}

func stringMembers(t *object.Type) {
	method(t, "System.Object Clone()", func(s string, _ args) (any, error) { return s, nil })
	method(t, "int CompareTo(System.Object value)", func(s string, a args) (any, error) {
		if a[0] == nil {
			return int32(1), nil
		}
		v, ok := object.Base(a[0]).(string)
		if !ok {
			return nil, argument("Object must be of type String.")
		}
		return int32(object.CompareStrings(s, v, false)), nil
	})
	method(t, "int CompareTo(string strB)", func(s string, a args) (any, error) {
		if a[0] == nil {
			return int32(1), nil
		}
		return int32(object.CompareStrings(s, a.str(0), false)), nil
	})
	method(t, "bool Contains(string value)", func(s string, a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("value")
		}
		return strings.Contains(s, a.str(0)), nil
	})
	method(t, "bool Contains(string value, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		return find(s, a.str(0), 0, a.enum(1)) >= 0, nil
	})
	method(t, "bool Contains(char value)", func(s string, a args) (any, error) { return strings.ContainsRune(s, a.char(0)), nil })
	method(t, "bool Contains(char value, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		return find(s, string(a.char(0)), 0, a.enum(1)) >= 0, nil
	})
	method[string](t, "void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)", func(s string, a args) (any, error) {
		u, from, to, n := unitsOf(s), a.int(0), a.int(2), a.int(3)
		dest := a[1].(*object.Array)
		if from < 0 || to < 0 || n < 0 || from+n > u.len() || to+n > len(dest.Items) {
			return nil, outOfRange("Index and count must refer to a location within the string. (Parameter 'sourceIndex')")
		}
		for i := range n {
			dest.Items[to+i] = u.at(from + i)
		}
		return nil, nil
	})
	method(t, "bool EndsWith(string value)", func(s string, a args) (any, error) { return strings.HasSuffix(s, a.str(0)), nil })
	method(t, "bool EndsWith(string value, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		v := a.str(0)
		if ignoresCase(a.enum(1)) {
			return strings.HasSuffix(upper(s), upper(v)), nil
		}
		return strings.HasSuffix(s, v), nil
	})
	method(t, "bool EndsWith(string value, bool ignoreCase, cultureinfo culture)", func(s string, a args) (any, error) {
		if a.bool(1) {
			return strings.HasSuffix(upper(s), upper(a.str(0))), nil
		}
		return strings.HasSuffix(s, a.str(0)), nil
	})
	method(t, "bool EndsWith(char value)", func(s string, a args) (any, error) { return strings.HasSuffix(s, string(a.char(0))), nil })
	method[string](t, "System.Text.StringRuneEnumerator EnumerateRunes()", nil)
	method(t, "bool Equals(System.Object obj)", func(s string, a args) (any, error) { v, ok := object.Base(a[0]).(string); return ok && v == s, nil })
	method(t, "bool Equals(string value)", func(s string, a args) (any, error) { v, ok := a[0].(string); return ok && v == s, nil })
	method(t, "bool Equals(string value, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		return a[0] != nil && compareBy(s, a.str(0), a.enum(1)) == 0, nil
	})
	method(t, "System.CharEnumerator GetEnumerator()", func(s string, _ args) (any, error) {
		return newEnumerator("System.CharEnumerator", object.CharArray(s).Items), nil
	})
	method(t, "int GetHashCode()", func(s string, _ args) (any, error) { return hashText(s), nil })
	convertibleMembers(t)
	method(t, "System.TypeCode GetTypeCode()", func(string, args) (any, error) { return object.EnumValue(typeTypeCode, "String"), nil })
	method(t, "int IndexOf(char value)", func(s string, a args) (any, error) { return int32(find(s, string(a.char(0)), 0, 4)), nil })
	method(t, "int IndexOf(char value, int startIndex)", func(s string, a args) (any, error) {
		if err := checkFrom(s, a.int(1)); err != nil {
			return nil, err
		}
		return int32(find(s, string(a.char(0)), a.int(1), 4)), nil
	})
	method(t, "int IndexOf(char value, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		return int32(find(s, string(a.char(0)), 0, a.enum(1))), nil
	})
	method(t, "int IndexOf(string value)", func(s string, a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("value")
		}
		return int32(find(s, a.str(0), 0, 0)), nil
	})
	method(t, "int IndexOf(string value, int startIndex)", func(s string, a args) (any, error) {
		if err := checkFrom(s, a.int(1)); err != nil {
			return nil, err
		}
		return int32(find(s, a.str(0), a.int(1), 0)), nil
	})
	method(t, "int IndexOf(string value, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		return int32(find(s, a.str(0), 0, a.enum(1))), nil
	})
	method(t, "int IndexOf(string value, int startIndex, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		if err := checkFrom(s, a.int(1)); err != nil {
			return nil, err
		}
		return int32(find(s, a.str(0), a.int(1), a.enum(2))), nil
	})
	method(t, "int IndexOfAny(char[] anyOf)", func(s string, a args) (any, error) {
		return int32(unitsOf(s).index(strings.IndexAny(s, charSet(a.items(0))))), nil
	})
	method(t, "int IndexOfAny(char[] anyOf, int startIndex)", func(s string, a args) (any, error) {
		if err := checkFrom(s, a.int(1)); err != nil {
			return nil, err
		}
		u := unitsOf(s)
		rest := u.slice(a.int(1), u.len())
		i := unitsOf(rest).index(strings.IndexAny(rest, charSet(a.items(0))))
		if i >= 0 {
			i += a.int(1)
		}
		return int32(i), nil
	})
	method(t, "string Insert(int startIndex, string value)", func(s string, a args) (any, error) {
		u := unitsOf(s)
		if a.int(0) < 0 || a.int(0) > u.len() {
			return nil, outOfRange("Specified argument was out of the range of valid values. (Parameter 'startIndex')")
		}
		return u.slice(0, a.int(0)) + a.str(1) + u.slice(a.int(0), u.len()), nil
	})
	method(t, "bool IsNormalized()", func(s string, _ args) (any, error) { return norm.NFC.IsNormalString(s), nil })
	method(t, "bool IsNormalized(System.Text.NormalizationForm normalizationForm)", func(s string, a args) (any, error) {
		return normalForm(a.enum(0)).IsNormalString(s), nil
	})
	method(t, "int LastIndexOf(char value)", func(s string, a args) (any, error) { return int32(findLast(s, string(a.char(0)), 4)), nil })
	method(t, "int LastIndexOf(string value)", func(s string, a args) (any, error) { return int32(findLast(s, a.str(0), 0)), nil })
	method(t, "int LastIndexOf(string value, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		return int32(findLast(s, a.str(0), a.enum(1))), nil
	})
	method(t, "int LastIndexOf(string value, int startIndex)", func(s string, a args) (any, error) {
		u := unitsOf(s)
		return int32(findLast(u.slice(0, max(0, min(u.len(), a.int(1)+1))), a.str(0), 0)), nil
	})
	method(t, "int LastIndexOfAny(char[] anyOf)", func(s string, a args) (any, error) {
		return int32(unitsOf(s).index(strings.LastIndexAny(s, charSet(a.items(0))))), nil
	})
	method(t, "string Normalize()", func(s string, _ args) (any, error) { return norm.NFC.String(s), nil })
	method(t, "string Normalize(System.Text.NormalizationForm normalizationForm)", func(s string, a args) (any, error) {
		return normalForm(a.enum(0)).String(s), nil
	})
	method(t, "string PadLeft(int totalWidth)", func(s string, a args) (any, error) { return pad(s, a.int(0), ' ', true) })
	method(t, "string PadLeft(int totalWidth, char paddingChar)", func(s string, a args) (any, error) { return pad(s, a.int(0), a.char(1), true) })
	method(t, "string PadRight(int totalWidth)", func(s string, a args) (any, error) { return pad(s, a.int(0), ' ', false) })
	method(t, "string PadRight(int totalWidth, char paddingChar)", func(s string, a args) (any, error) { return pad(s, a.int(0), a.char(1), false) })
	method(t, "string Remove(int startIndex, int count)", func(s string, a args) (any, error) {
		u, from, n := unitsOf(s), a.int(0), a.int(1)
		switch {
		case from < 0:
			return nil, outOfRange("StartIndex cannot be less than zero. (Parameter 'startIndex')")
		case n < 0:
			return nil, outOfRange("count ('%d') must be a non-negative value. (Parameter 'count')\nActual value was %d.", n, n)
		case from+n > u.len():
			return nil, outOfRange("count ('%d') must be less than or equal to '%d'. (Parameter 'count')\nActual value was %d.", n, u.len()-from, n)
		}
		return u.slice(0, from) + u.slice(from+n, u.len()), nil
	})
	method(t, "string Remove(int startIndex)", func(s string, a args) (any, error) {
		u := unitsOf(s)
		switch {
		case a.int(0) < 0:
			return nil, outOfRange("StartIndex cannot be less than zero. (Parameter 'startIndex')")
		case a.int(0) > u.len():
			return nil, outOfRange("startIndex ('%d') must be less than or equal to '%d'. (Parameter 'startIndex')\nActual value was %d.", a.int(0), u.len(), a.int(0))
		}
		return u.slice(0, a.int(0)), nil
	})
	method(t, "string Replace(string oldValue, string newValue, bool ignoreCase, cultureinfo culture)", func(s string, a args) (any, error) {
		if a.bool(2) {
			return replaceFold(s, a.str(0), a.str(1))
		}
		return strings.ReplaceAll(s, a.str(0), a.str(1)), nil
	})
	method(t, "string Replace(string oldValue, string newValue, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		if ignoresCase(a.enum(2)) {
			return replaceFold(s, a.str(0), a.str(1))
		}
		return strings.ReplaceAll(s, a.str(0), a.str(1)), nil
	})
	method(t, "string Replace(char oldChar, char newChar)", func(s string, a args) (any, error) {
		return strings.ReplaceAll(s, string(a.char(0)), string(a.char(1))), nil
	})
	method(t, "string Replace(string oldValue, string newValue)", func(s string, a args) (any, error) {
		if a.str(0) == "" {
			if a[0] == nil {
				return nil, nullArgument("oldValue")
			}
			return nil, argument("The value cannot be an empty string. (Parameter 'oldValue')")
		}
		return strings.ReplaceAll(s, a.str(0), a.str(1)), nil
	})
	method(t, "string ReplaceLineEndings()", func(s string, _ args) (any, error) { return lineEndings(s, "\n"), nil })
	method(t, "string ReplaceLineEndings(string replacementText)", func(s string, a args) (any, error) { return lineEndings(s, a.str(0)), nil })
	method(t, "string[] Split(Params char[] separator)", func(s string, a args) (any, error) {
		return splitBy(s, texts(a.items(0)), -1, 0), nil
	})
	method[string](t, "string[] Split(Params System.ReadOnlySpan[char] separator)", nil)
	method(t, "string[] Split(char separator, int count, System.StringSplitOptions options = None)", func(s string, a args) (any, error) {
		return splitCounted(s, []string{string(a.char(0))}, a.int(1), a.enum(2))
	})
	method(t, "string[] Split(char separator, System.StringSplitOptions options = None)", func(s string, a args) (any, error) {
		return splitBy(s, []string{string(a.char(0))}, -1, a.enum(1)), nil
	})
	method(t, "string[] Split(char[] separator, int count)", func(s string, a args) (any, error) {
		return splitCounted(s, texts(a.items(0)), a.int(1), 0)
	})
	method(t, "string[] Split(char[] separator, System.StringSplitOptions options)", func(s string, a args) (any, error) {
		return splitBy(s, texts(a.items(0)), -1, a.enum(1)), nil
	})
	method(t, "string[] Split(char[] separator, int count, System.StringSplitOptions options)", func(s string, a args) (any, error) {
		return splitCounted(s, texts(a.items(0)), a.int(1), a.enum(2))
	})
	method(t, "string[] Split(string separator, System.StringSplitOptions options = None)", func(s string, a args) (any, error) {
		if a.str(0) == "" {
			return splitBy(s, []string{""}, -1, a.enum(1)), nil
		}
		return splitBy(s, []string{a.str(0)}, -1, a.enum(1)), nil
	})
	method(t, "string[] Split(string separator, int count, System.StringSplitOptions options = None)", func(s string, a args) (any, error) {
		return splitCounted(s, []string{a.str(0)}, a.int(1), a.enum(2))
	})
	method(t, "string[] Split(string[] separator, System.StringSplitOptions options)", func(s string, a args) (any, error) {
		return splitBy(s, texts(a.items(0)), -1, a.enum(1)), nil
	})
	method(t, "string[] Split(string[] separator, int count, System.StringSplitOptions options)", func(s string, a args) (any, error) {
		return splitCounted(s, texts(a.items(0)), a.int(1), a.enum(2))
	})
	method(t, "bool StartsWith(string value)", func(s string, a args) (any, error) { return strings.HasPrefix(s, a.str(0)), nil })
	method(t, "bool StartsWith(string value, System.StringComparison comparisonType)", func(s string, a args) (any, error) {
		if ignoresCase(a.enum(1)) {
			return strings.HasPrefix(upper(s), upper(a.str(0))), nil
		}
		return strings.HasPrefix(s, a.str(0)), nil
	})
	method(t, "bool StartsWith(string value, bool ignoreCase, cultureinfo culture)", func(s string, a args) (any, error) {
		if a.bool(1) {
			return strings.HasPrefix(upper(s), upper(a.str(0))), nil
		}
		return strings.HasPrefix(s, a.str(0)), nil
	})
	method(t, "bool StartsWith(char value)", func(s string, a args) (any, error) { return strings.HasPrefix(s, string(a.char(0))), nil })
	method(t, "string Substring(int startIndex)", func(s string, a args) (any, error) {
		u, from := unitsOf(s), a.int(0)
		switch {
		case from < 0:
			return nil, outOfRange("StartIndex cannot be less than zero. (Parameter 'startIndex')")
		case from > u.len():
			return nil, outOfRange("startIndex cannot be larger than length of string. (Parameter 'startIndex')")
		}
		return u.slice(from, u.len()), nil
	})
	method(t, "string Substring(int startIndex, int length)", func(s string, a args) (any, error) {
		u, from, n := unitsOf(s), a.int(0), a.int(1)
		switch {
		case from < 0:
			return nil, outOfRange("StartIndex cannot be less than zero. (Parameter 'startIndex')")
		case from > u.len():
			return nil, outOfRange("startIndex cannot be larger than length of string. (Parameter 'startIndex')")
		case n < 0:
			return nil, outOfRange("Length cannot be less than zero. (Parameter 'length')")
		case from+n > u.len():
			return nil, outOfRange("Index and length must refer to a location within the string. (Parameter 'length')")
		}
		return u.slice(from, from+n), nil
	})
	method(t, "char[] ToCharArray()", func(s string, _ args) (any, error) { return object.CharArray(s), nil })
	method(t, "char[] ToCharArray(int startIndex, int length)", func(s string, a args) (any, error) {
		u := unitsOf(s)
		if a.int(0) < 0 || a.int(1) < 0 || a.int(0)+a.int(1) > u.len() {
			return nil, outOfRange("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'startIndex')")
		}
		return object.CharArray(u.slice(a.int(0), a.int(0)+a.int(1))), nil
	})
	method(t, "string ToLower()", func(s string, _ args) (any, error) { return lower(s), nil })
	method(t, "string ToLower(cultureinfo culture)", func(s string, _ args) (any, error) { return lower(s), nil })
	method(t, "string ToLowerInvariant()", func(s string, _ args) (any, error) { return lower(s), nil })
	method(t, "string ToString()", func(s string, _ args) (any, error) { return s, nil })
	method(t, "string ToString(System.IFormatProvider provider)", func(s string, _ args) (any, error) { return s, nil })
	method(t, "string ToUpper()", func(s string, _ args) (any, error) { return upper(s), nil })
	method(t, "string ToUpper(cultureinfo culture)", func(s string, _ args) (any, error) { return upper(s), nil })
	method(t, "string ToUpperInvariant()", func(s string, _ args) (any, error) { return upper(s), nil })
	for _, end := range []struct {
		name        string
		left, right bool
	}{{"Trim", true, true}, {"TrimEnd", false, true}, {"TrimStart", true, false}} {
		method(t, "string "+end.name+"()", func(s string, _ args) (any, error) { return trim(s, nil, end.left, end.right), nil })
		method(t, "string "+end.name+"(char trimChar)", func(s string, a args) (any, error) {
			return trim(s, []any{a[0]}, end.left, end.right), nil
		})
		method(t, "string "+end.name+"(Params char[] trimChars)", func(s string, a args) (any, error) {
			return trim(s, a.items(0), end.left, end.right), nil
		})
	}
	indexer(t, "char Chars(int index)", func(s string, a args) (any, error) {
		u := unitsOf(s)
		if a.int(0) < 0 || a.int(0) >= u.len() {
			return nil, throw("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
		}
		return u.at(a.int(0)), nil
	})
	field(t, "int Length", func(s string) any { return int32(unitsOf(s).len()) })

	constant(t, "string Empty", "")
	static(t, "bool IsNullOrEmpty(string value)", func(a args) (any, error) { return a.str(0) == "", nil })
	static(t, "bool IsNullOrWhiteSpace(string value)", func(a args) (any, error) { return strings.TrimSpace(a.str(0)) == "", nil })
	static(t, "int Compare(string strA, string strB)", func(a args) (any, error) {
		return int32(object.CompareStrings(a.str(0), a.str(1), false)), nil
	})
	static(t, "int Compare(string strA, string strB, bool ignoreCase)", func(a args) (any, error) {
		return int32(object.CompareStrings(a.str(0), a.str(1), a.bool(2))), nil
	})
	static(t, "int Compare(string strA, string strB, System.StringComparison comparisonType)", func(a args) (any, error) {
		return int32(compareBy(a.str(0), a.str(1), a.enum(2))), nil
	})
	static(t, "int Compare(string strA, string strB, bool ignoreCase, cultureinfo culture)", func(a args) (any, error) {
		return int32(object.CompareStrings(a.str(0), a.str(1), a.bool(2))), nil
	})
	static(t, "int CompareOrdinal(string strA, string strB)", func(a args) (any, error) { return int32(compareOrdinal(a.str(0), a.str(1))), nil })
	static(t, "string Concat(System.Object arg0)", func(a args) (any, error) { return netText(a[0]), nil })
	static(t, "string Concat(Params System.Object[] args)", func(a args) (any, error) {
		var b strings.Builder
		for _, v := range a.items(0) {
			b.WriteString(netText(v))
		}
		return b.String(), nil
	})
	static(t, "string Concat(Params string[] values)", func(a args) (any, error) { return strings.Join(texts(a.items(0)), ""), nil })
	static(t, "string Copy(string str)", func(a args) (any, error) { return a.str(0), nil })
	static(t, "bool Equals(string a, string b)", func(a args) (any, error) { return a[0] == a[1], nil })
	static(t, "bool Equals(string a, string b, System.StringComparison comparisonType)", func(a args) (any, error) {
		return compareBy(a.str(0), a.str(1), a.enum(2)) == 0, nil
	})
	static(t, "string Format(string format, Params System.Object[] args)", func(a args) (any, error) {
		return object.FormatNet(a.str(0), a.items(1), object.CurrentCulture())
	})
	static(t, "string Format(System.IFormatProvider provider, string format, Params System.Object[] args)", func(a args) (any, error) {
		return object.FormatNet(a.str(1), a.items(2), cultureOf(a[0]))
	})
	static(t, "string Intern(string str)", func(a args) (any, error) { return a.str(0), nil })
	static(t, "string IsInterned(string str)", func(a args) (any, error) { return a.str(0), nil })
	static(t, "string Create(int length, TState state, System.Buffers.SpanAction[char,TState] action)", nil)
	static(t, "int GetHashCode(System.ReadOnlySpan[char] value)", nil)
	static(t, "string Join(char separator, Params System.Object[] values)", func(a args) (any, error) {
		return joinValues(string(a.char(0)), a.items(1)), nil
	})
	static(t, "string Join(string separator, Params string[] value)", func(a args) (any, error) { return strings.Join(texts(a.items(1)), a.str(0)), nil })
	static(t, "string Join(string separator, string[] value, int startIndex, int count)", func(a args) (any, error) {
		items := texts(a.items(1))
		from, n := a.int(2), a.int(3)
		if from < 0 || n < 0 || from+n > len(items) {
			return nil, outOfRange("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'startIndex')")
		}
		return strings.Join(items[from:from+n], a.str(0)), nil
	})
	static(t, "string Join(string separator, Params System.Object[] values)", func(a args) (any, error) { return joinValues(a.str(0), a.items(1)), nil })
	constructor(t, "(char c, int count)", func(a args) (any, error) {
		if a.int(1) < 0 {
			return nil, outOfRange("'count' must be non-negative. (Parameter 'count')")
		}
		return strings.Repeat(string(a.char(0)), a.int(1)), nil
	})
	constructor(t, "(char[] value)", func(a args) (any, error) { return charsText(a.items(0)), nil })
	constructor(t, "(char[] value, int startIndex, int length)", func(a args) (any, error) {
		items := a.items(0)
		if a.int(1) < 0 || a.int(2) < 0 || a.int(1)+a.int(2) > len(items) {
			return nil, outOfRange("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'startIndex')")
		}
		return charsText(items[a.int(1) : a.int(1)+a.int(2)]), nil
	})
}

// netText is v.ToString().
func netText(v any) string {
	s, err := object.FormatValue(v, "", object.CurrentCulture())
	if err != nil {
		return object.CultureString(v)
	}
	return s
}

func joinValues(separator string, items []any) string {
	parts := make([]string, len(items))
	for i, v := range items {
		parts[i] = netText(v)
	}
	return strings.Join(parts, separator)
}

// charsText puts UTF-16 units together, pairing surrogates.
func charsText(items []any) string {
	u := make([]uint16, len(items))
	for i, c := range items {
		u[i] = uint16(c.(object.Char))
	}
	return string(utf16.Decode(u))
}

func splitCounted(s string, separators []string, count int, options int64) (any, error) {
	if count < 0 {
		return nil, outOfRange("count ('%d') must be a non-negative value. (Parameter 'count')\nActual value was %d.", count, count)
	}
	return splitBy(s, separators, count, options), nil
}

func pad(s string, width int, with rune, left bool) (any, error) {
	if width < 0 {
		return nil, outOfRange("Non-negative number required. (Parameter 'totalWidth')")
	}
	fill := strings.Repeat(string(with), max(0, width-unitsOf(s).len()))
	if left {
		return fill + s, nil
	}
	return s + fill, nil
}

func replaceFold(s, old, with string) (any, error) {
	if old == "" {
		return nil, argument("The value cannot be an empty string. (Parameter 'oldValue')")
	}
	runes, find := []rune(s), []rune(upper(old))
	var b strings.Builder
	for i := 0; i < len(runes); {
		if i+len(find) <= len(runes) && slices.EqualFunc(runes[i:i+len(find)], find, func(x, y rune) bool { return unicode.ToUpper(x) == y }) {
			b.WriteString(with)
			i += len(find)
			continue
		}
		b.WriteRune(runes[i])
		i++
	}
	return b.String(), nil
}

func lineEndings(s, with string) string {
	return strings.NewReplacer("\r\n", with, "\r", with, "\n", with, "\f", with, "\u0085", with, "\u2028", with, "\u2029", with).Replace(s)
}

func normalForm(form int64) norm.Form {
	switch form {
	case 2:
		return norm.NFD
	case 5:
		return norm.NFKC
	case 6:
		return norm.NFKD
	}
	return norm.NFC
}

func hashText(s string) int32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return int32(h.Sum32())
}
