package core

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Select-String", Module: moduleUtility, Aliases: []string{"sls"}, DefaultSet: "File", Synopsis: "Finds text in strings and files.",
	OutputTypes: []string{"Microsoft.PowerShell.Commands.MatchInfo", "System.Boolean", "System.String"},
}, func() cmdlet.Cmdlet { return &selectString{} })

var (
	typeMatchInfo        = object.Declare(&object.Type{Name: "Microsoft.PowerShell.Commands.MatchInfo", Base: object.TypeObject})
	typeMatchInfoContext = object.Declare(&object.Type{Name: "Microsoft.PowerShell.Commands.MatchInfoContext", Base: object.TypeObject})
)

func init() {
	typeMatchInfo.ToString = func(v any) string { return v.(*object.Object).Base.(*matchInfo).text("") }
	typeMatchInfo.Views.Custom = typeMatchInfo.ToString
	object.Extend(typeMatchInfo, func(t *object.Type) {
		addProperty(t, "IgnoreCase", object.TypeBoolean, func(m *matchInfo) any { return m.ignoreCase })
		addProperty(t, "LineNumber", object.TypeInt32, func(m *matchInfo) any { return int32(m.number) })
		addProperty(t, "Line", object.TypeString, func(m *matchInfo) any { return m.line })
		addProperty(t, "Filename", object.TypeString, func(m *matchInfo) any { return m.filename() })
		addProperty(t, "Path", object.TypeString, func(m *matchInfo) any { return m.shownPath() })
		addProperty(t, "Pattern", object.TypeString, func(m *matchInfo) any { return m.pattern })
		addProperty(t, "Context", typeMatchInfoContext, func(m *matchInfo) any {
			if m.context == nil {
				return nil
			}
			return object.Instance(typeMatchInfoContext, m.context)
		})
		addProperty(t, "Matches", object.TypeObjectArray, func(m *matchInfo) any { return object.NewArray(m.matches...) })
		addMethod(t, "RelativePath", object.TypeString, []object.Param{{Name: "directory", Type: object.TypeString}}, func(m *matchInfo, args []any) any {
			return m.relative(object.ToString(args[0]))
		})
		addMethod(t, "ToString", object.TypeString, nil, func(m *matchInfo, _ []any) any { return m.text("") })
		addMethod(t, "ToString", object.TypeString, []object.Param{{Name: "directory", Type: object.TypeString}}, func(m *matchInfo, args []any) any {
			return m.text(object.ToString(args[0]))
		})
	})
	object.Extend(typeMatchInfoContext, func(t *object.Type) {
		lines := func(name string, get func(c *matchContext) []string) {
			addProperty(t, name, object.ArrayOf(object.TypeString), func(c *matchContext) any {
				a := &object.Array{Elem: object.TypeString}
				for _, l := range get(c) {
					a.Items = append(a.Items, l)
				}
				return a
			})
		}
		lines("PreContext", func(c *matchContext) []string { return c.before })
		lines("PostContext", func(c *matchContext) []string { return c.after })
		lines("DisplayPreContext", func(c *matchContext) []string { return c.before })
		lines("DisplayPostContext", func(c *matchContext) []string { return c.after })
	})
}

// matchInfo is one line that matched.
type matchInfo struct {
	ignoreCase bool
	number     int
	line, path string // path is empty for what was piped in
	location   string
	pattern    string
	matches    []any
	context    *matchContext
}

// matchContext are the lines around a match.
type matchContext struct{ before, after []string }

func (m *matchInfo) filename() string {
	if m.path == "" {
		return "InputStream"
	}
	return filepath.Base(m.path)
}

func (m *matchInfo) shownPath() string {
	if m.path == "" {
		return "InputStream"
	}
	return m.path
}

func (m *matchInfo) relative(dir string) string {
	if rest, ok := strings.CutPrefix(m.path, strings.TrimSuffix(dir, "/")+"/"); ok && dir != "" {
		return rest
	}
	return m.shownPath()
}

// text is the line with its place, and the context below and above it.
func (m *matchInfo) text(dir string) string {
	place := func(number int) string {
		if m.path == "" {
			return ""
		}
		if dir == "" {
			dir = m.location
		}
		return fmt.Sprintf("%s:%d:", m.relative(dir), number)
	}
	if m.context == nil {
		return place(m.number) + m.line
	}
	var lines []string
	for i, l := range m.context.before {
		lines = append(lines, "  "+place(m.number-len(m.context.before)+i)+l)
	}
	lines = append(lines, "> "+place(m.number)+m.line)
	for i, l := range m.context.after {
		lines = append(lines, "  "+place(m.number+1+i)+l)
	}
	return strings.Join(lines, "\n")
}

type selectString struct {
	Culture       string   `param:"" help:"The culture by whose rules -SimpleMatch finds texts: a name, Current, Invariant or Ordinal."`
	InputObject   any      `param:"set=Object,ObjectRaw mandatory pipeline allownull allowempty" help:"The texts to search."`
	Pattern       []string `param:"mandatory pos=0" help:"The regular expressions, or with -SimpleMatch the texts, to find."`
	Path          []string `param:"set=File,FileRaw mandatory pos=1 pipelinebyname wildcards" help:"The files to search."`
	LiteralPath   []string `param:"set=LiteralFile,LiteralFileRaw mandatory pipelinebyname" alias:"PSPath,LP" help:"The files to search, their names taken as they are."`
	Raw           bool     `param:"set=ObjectRaw,FileRaw,LiteralFileRaw mandatory" help:"Puts out the lines alone."`
	SimpleMatch   bool     `param:"" help:"Takes the patterns for plain text."`
	CaseSensitive bool     `param:"" help:"Tells small letters from capitals."`
	Quiet         bool     `param:"set=Object,File,LiteralFile" help:"Tells only whether there is a match."`
	List          bool     `param:"" help:"Stops at the first match of each file."`
	NoEmphasis    bool     `param:"" help:"Leaves matches unmarked, as they are anyway."`
	Include       []string `param:"" validate:"notnullorempty" help:"Names of files to search."`
	Exclude       []string `param:"" validate:"notnullorempty" help:"Names of files to leave out."`
	NotMatch      bool     `param:"" help:"Finds the lines that do not match."`
	AllMatches    bool     `param:"" help:"Finds each match of a line, not only the first."`
	Encoding      string   `param:"" validate:"notnullorempty" complete:"encoding" typename:"System.Text.Encoding" help:"The files' encoding."`
	Context       []int32  `param:"" validate:"notnullorempty count=1,2 range=0,2147483647" help:"How many lines before and after a match to show."`

	regexes []*object.Regex
	culture *object.Collation // nil: character by character
	found   bool
	stream  lineSearch
}

// Begin compiles the patterns.
func (c *selectString) Begin(_ context.Context, out cmdlet.Out) error {
	if err := c.readCulture(); err != nil {
		return err
	}
	options := int64(0)
	if !c.CaseSensitive {
		options = object.RegexIgnoreCase
	}
	for _, p := range c.Pattern {
		if c.SimpleMatch {
			c.regexes = append(c.regexes, nil)
			continue
		}
		r, err := object.CompileRegex(p, options)
		if err != nil {
			e := object.NewException("System.ArgumentException", "The string %s is not a valid regular expression: %s", p, object.RecordOf(err).Exception.Message)
			return object.NewErrorOf(e, "InvalidRegex", object.InvalidArgument, nil)
		}
		c.regexes = append(c.regexes, r)
	}
	c.stream = c.search("", out)
	return nil
}

// readCulture reads -Culture, which regular expressions have no use for.
func (c *selectString) readCulture() (err error) {
	switch strings.ToLower(c.Culture) {
	case "":
		return nil
	case "ordinal", "current", "invariant":
	default:
		c.culture, err = collationOf(c.Culture)
	}
	if err == nil && !c.SimpleMatch {
		err = object.NewError("CannotSpecifyCultureWithoutSimpleMatch", object.InvalidArgument, nil, "You can only specify -Culture together with -SimpleMatch. Add -SimpleMatch, or leave -Culture out.")
	}
	return err
}

// Process searches an object's text, or the files.
func (c *selectString) Process(_ context.Context, in any, out cmdlet.Out) error {
	if len(c.Path) == 0 && len(c.LiteralPath) == 0 {
		return c.object(in, out)
	}
	for _, path := range append(slices.Clone(c.Path), c.LiteralPath...) {
		files, err := matchingFiles(out.Session(), path, len(c.LiteralPath) > 0)
		if err != nil {
			return err
		}
		for _, f := range files {
			if c.left(f) {
				continue
			}
			if err := c.file(f, out); err != nil {
				return err
			}
			if c.Quiet && c.found {
				return cmdlet.ErrStopped
			}
		}
	}
	return nil
}

func (c *selectString) left(file string) bool {
	name := filepath.Base(file)
	return len(c.Include) > 0 && !matchesAny(name, c.Include) || matchesAny(name, c.Exclude)
}

// object searches what was piped in: a file's content, or the object's text.
func (c *selectString) object(in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	if in == nil {
		return nil
	}
	if f, ok := filePath(in); ok {
		return c.file(f, out)
	}
	items := []any{in}
	if in == c.InputObject {
		if list, ok := object.ItemsOf(in); ok {
			items = list
		}
	}
	for _, v := range items {
		if err := c.stream.line(object.ToString(v)); err != nil {
			return err
		}
	}
	return nil
}

// filePath is the path of a file object.
func filePath(v any) (string, bool) {
	t := object.TypeOf(v)
	if t == nil || t.Name != "System.IO.FileInfo" {
		return "", false
	}
	path, ok := readProperty(nil, v, "FullName")
	return object.ToString(path), ok
}

func (c *selectString) file(path string, out cmdlet.Out) error {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil
	}
	text := ""
	if err == nil {
		text, err = readTextFile(path, c.Encoding)
	}
	if err != nil {
		e := object.NewException("System.ArgumentException", "The file %s cannot be read: %s", path, object.RecordOf(readError(path, err)).Exception.Message)
		return out.Error(object.NewErrorOf(e, "ProcessingFile", object.InvalidArgument, path))
	}
	s := c.search(path, out)
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if err := s.line(strings.TrimSuffix(line, "\r")); err != nil {
			return err
		}
		if s.done {
			break
		}
		text = rest
	}
	return s.finish()
}

// End puts out matches whose context was still open.
func (c *selectString) End(context.Context, cmdlet.Out) error { return c.stream.finish() }

// lineSearch searches the lines of one file, or all that is piped in.
type lineSearch struct {
	c             *selectString
	out           cmdlet.Out
	path          string
	number        int
	before, after int
	recent        []string     // lines that may become context
	open          []*matchInfo // matches whose context is not complete
	done          bool
}

func (c *selectString) search(path string, out cmdlet.Out) lineSearch {
	s := lineSearch{c: c, out: out, path: path}
	if len(c.Context) > 0 {
		s.before, s.after = int(c.Context[0]), int(c.Context[len(c.Context)-1])
	}
	return s
}

// line searches the next line.
func (s *lineSearch) line(text string) error {
	s.number++
	if s.done {
		return nil
	}
	for _, m := range s.open {
		m.context.after = append(m.context.after, text)
	}
	for len(s.open) > 0 && len(s.open[0].context.after) >= s.after {
		if err := s.put(s.open[0]); err != nil {
			return err
		}
		s.open = s.open[1:]
	}
	m, err := s.c.match(text)
	if err != nil {
		return err
	}
	if m != nil {
		s.c.found = true
		m.path, m.number, m.line, m.location = s.path, s.number, text, s.out.Session().Location()
		switch {
		case len(s.c.Context) == 0:
			if err := s.put(m); err != nil {
				return err
			}
		default:
			m.context = &matchContext{before: slices.Clone(s.recent)}
			if s.after == 0 {
				if err := s.put(m); err != nil {
					return err
				}
			} else {
				s.open = append(s.open, m)
			}
		}
		if s.c.List || s.c.Quiet {
			s.done = true
		}
	}
	if s.before > 0 {
		s.recent = append(s.recent, text)
		if len(s.recent) > s.before {
			s.recent = s.recent[1:]
		}
	}
	return nil
}

func (s *lineSearch) finish() error {
	for _, m := range s.open {
		if err := s.put(m); err != nil {
			return err
		}
	}
	s.open = nil
	return nil
}

func (s *lineSearch) put(m *matchInfo) error {
	switch {
	case s.c.Quiet:
		return s.out.Write(true)
	case s.c.Raw:
		return s.out.Write(m.line)
	}
	return s.out.Write(object.Instance(typeMatchInfo, m))
}

// match tries the patterns on a line; nil where none fits, or with -NotMatch where one does.
func (c *selectString) match(text string) (*matchInfo, error) {
	for i, p := range c.Pattern {
		matches, ok, err := c.find(text, p, c.regexes[i])
		if err != nil {
			return nil, err
		}
		switch {
		case !ok:
		case c.NotMatch:
			return nil, nil
		default:
			return &matchInfo{ignoreCase: !c.CaseSensitive, pattern: p, matches: matches}, nil
		}
	}
	if c.NotMatch {
		return &matchInfo{ignoreCase: !c.CaseSensitive, pattern: c.Pattern[len(c.Pattern)-1]}, nil
	}
	return nil, nil
}

// find finds one pattern in a line.
func (c *selectString) find(text, pattern string, r *object.Regex) ([]any, bool, error) {
	if r == nil {
		if c.culture != nil {
			return nil, c.culture.Contains(text, pattern, !c.CaseSensitive), nil
		}
		if c.CaseSensitive {
			return nil, strings.Contains(text, pattern), nil
		}
		return nil, strings.Contains(strings.ToLower(text), strings.ToLower(pattern)), nil
	}
	m, err := r.FindStringMatch(text)
	if err != nil || m == nil {
		return nil, false, err
	}
	matches := []any{object.NewMatch(r, m)}
	for c.AllMatches {
		if m, err = r.FindNextMatch(m); err != nil {
			return nil, false, err
		}
		if m == nil {
			break
		}
		matches = append(matches, object.NewMatch(r, m))
	}
	return matches, true, nil
}
