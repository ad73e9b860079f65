package dotnet

import (
	"regexp"
	"strconv"
	"strings"

	"migsh/shell/object"
)

var (
	typeWildcard        = object.Declare(&object.Type{Name: "System.Management.Automation.WildcardPattern", Short: "wildcardpattern"})
	_                   = object.NewEnum("System.Management.Automation.WildcardOptions", true, []string{"None", "Compiled", "IgnoreCase", "CultureInvariant"}, []int64{0, 1, 2, 4})
	typeSemanticVersion = object.Declare(&object.Type{Name: "System.Management.Automation.SemanticVersion", Short: "semver", Interfaces: []*object.Type{object.Interface("System.IComparable")}})
)

func init() {
	// The text of a custom object is PowerShell's, not .NET's: its own method knows none.
	object.Extend(object.TypePSCustomObject, func(t *object.Type) {
		method(t, "string ToString()", func(_ *object.Object, _ args) (any, error) { return "", nil })
	})
	object.Extend(typeWildcard, wildcardMembers)
	object.Extend(typeSemanticVersion, semverMembers)
	typeSemanticVersion.Convert = func(v any) (any, bool, error) {
		if o, ok := v.(object.Version); ok {
			return object.Instance(typeSemanticVersion, semver{int(o.Major), int(o.Minor), max(0, int(o.Build)), "", ""}), true, nil
		}
		return object.Parsed(v, typeSemanticVersion, "InvalidCastConstructorException", parseSemver)
	}
}

// wildcard is the base value of a WildcardPattern.
type wildcard struct {
	*object.Wildcard
	pattern string
}

func wildcardMembers(t *object.Type) {
	method(t, "bool IsMatch(string input)", func(w wildcard, a args) (any, error) { return w.Match(a.str(0)), nil })
	static(t, "string Escape(string pattern)", func(a args) (any, error) { return object.EscapeWildcards(a.str(0)), nil })
	static(t, "string Unescape(string pattern)", func(a args) (any, error) { return object.UnescapeWildcards(a.str(0)), nil })
	static(t, "bool ContainsWildcardCharacters(string pattern)", func(a args) (any, error) { return object.HasWildcards(a.str(0)), nil })
	make := func(pattern string, options int64) (any, error) {
		w, err := object.NewWildcard(pattern, options&2 != 0)
		if err != nil {
			return nil, err
		}
		return object.Instance(t, wildcard{w, pattern}), nil
	}
	static(t, "wildcardpattern Get(string pattern, System.Management.Automation.WildcardOptions options)", func(a args) (any, error) { return make(a.str(0), a.enum(1)) })
	constructor(t, "(string pattern)", func(a args) (any, error) { return make(a.str(0), 0) })
	constructor(t, "(string pattern, System.Management.Automation.WildcardOptions options)", func(a args) (any, error) { return make(a.str(0), a.enum(1)) })
}

// semver is the base value of a SemanticVersion.
type semver struct {
	major, minor, patch int
	pre, build          string
}

// Text is the version with its labels.
func (v semver) Text() string {
	s := strconv.Itoa(v.major) + "." + strconv.Itoa(v.minor) + "." + strconv.Itoa(v.patch)
	if v.pre != "" {
		s += "-" + v.pre
	}
	if v.build != "" {
		s += "+" + v.build
	}
	return s
}

// Equals leaves the build label out, as the order does.
func (v semver) Equals(other any) bool { return v.CompareTo(other) == 0 }

// CompareTo orders versions by semver.org's rules: a pre-release comes before its release.
func (v semver) CompareTo(other any) int {
	o, ok := other.(semver)
	if !ok {
		return 1
	}
	for _, d := range []int{v.major - o.major, v.minor - o.minor, v.patch - o.patch} {
		if d != 0 {
			return max(-1, min(1, d))
		}
	}
	switch {
	case v.pre == o.pre:
		return 0
	case v.pre == "":
		return 1
	case o.pre == "":
		return -1
	}
	x, y := strings.Split(v.pre, "."), strings.Split(o.pre, ".")
	for i := range min(len(x), len(y)) {
		m, errM := strconv.Atoi(x[i])
		n, errN := strconv.Atoi(y[i])
		c := strings.Compare(x[i], y[i])
		switch {
		case errM == nil && errN == nil:
			c = max(-1, min(1, m-n))
		case errM == nil:
			c = -1
		case errN == nil:
			c = 1
		}
		if c != 0 {
			return c
		}
	}
	return max(-1, min(1, len(x)-len(y)))
}

var semverForm = regexp.MustCompile(`^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$`)

func parseSemver(s string) (*object.Object, error) {
	m := semverForm.FindStringSubmatch(s)
	if m == nil {
		return nil, throw("System.FormatException", "Input string was not in a correct format.")
	}
	part := func(i int) int {
		n, err := strconv.Atoi(m[i])
		if err != nil {
			return 0 // left out
		}
		return n
	}
	return object.Instance(typeSemanticVersion, semver{part(1), part(2), part(3), m[4], m[5]}), nil
}

func semverMembers(t *object.Type) {
	field(t, "int Major", func(v semver) any { return int32(v.major) })
	field(t, "int Minor", func(v semver) any { return int32(v.minor) })
	field(t, "int Patch", func(v semver) any { return int32(v.patch) })
	field(t, "string PreReleaseLabel", func(v semver) any { return nilIfEmpty(v.pre) })
	field(t, "string BuildLabel", func(v semver) any { return nilIfEmpty(v.build) })
	method(t, "int CompareTo(System.Object version)", func(v semver, a args) (any, error) {
		o, err := object.Convert(a[0], t)
		if err != nil || o == nil {
			return int32(1), err
		}
		return int32(v.CompareTo(o.(*object.Object).Base)), nil
	})
	method(t, "string ToString()", func(v semver, _ args) (any, error) { return v.Text(), nil })
	static(t, "semver Parse(string version)", func(a args) (any, error) { return parseSemver(a.str(0)) })
	static(t, "bool TryParse(string version, [ref] semver result)", func(a args) (any, error) {
		o, err := parseSemver(a.str(0))
		if err != nil {
			return false, a.out(1, nil)
		}
		return true, a.out(1, o)
	})
	constructor(t, "(string version)", func(a args) (any, error) { return parseSemver(a.str(0)) })
	constructor(t, "(int major, int minor, int patch)", func(a args) (any, error) {
		return object.Instance(t, semver{a.int(0), a.int(1), a.int(2), "", ""}), nil
	})
}

func nilIfEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}
