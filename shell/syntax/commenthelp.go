package syntax

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// A CommentHelp is the help that a script or function has in its comments.
type CommentHelp struct {
	Synopsis, Description, Notes     string
	Component, Role, Functionality   string
	ForwardTarget, ForwardCategory   string
	RemoteRunspace, ExternalHelpFile string
	Examples, Inputs, Outputs, Links []string

	// Parameters holds the text of .PARAMETER sections by the parameter's
	// name in upper case.
	Parameters map[string]string
	// BesideParameters holds, for each parameter in their order, what the
	// comments next to its declaration say.
	BesideParameters []string
}

// Help reads the comments of a function that are its help: right before it,
// or first or last in its body. It gives nil if there are none.
func (f *FunctionDefinition) Help() *CommentHelp {
	tokens := tokensOf(f.extent.Source)
	parameters := f.Parameters
	if f.Body.Params != nil {
		parameters = f.Body.Params.Parameters
	}
	first := firstToken(tokens, f.extent, 0)
	finish := func(h *CommentHelp) *CommentHelp {
		h.BesideParameters = besideParameters(tokens, parameters, first)
		return h
	}
	if h := parseHelp(commentsBefore(tokens, first, helpProximity)); h != nil {
		return finish(h)
	}
	begin := firstToken(tokens, f.Body.extent, 0) + 1
	if h := f.Body.helpWithin(tokens, begin, lastToken(tokens, f.extent, first)); h != nil {
		return finish(h)
	}
	return nil
}

// Help reads the comments of a script or script block that are its help:
// first or last in it. It gives nil if there are none.
func (b *ScriptBlock) Help() *CommentHelp {
	tokens := tokensOf(b.extent.Source)
	begin, end := 0, len(tokens)-1
	if !b.script {
		begin = firstToken(tokens, b.extent, 0) + 1
		end = lastToken(tokens, b.extent, begin)
	}
	h := b.helpWithin(tokens, begin, end)
	if h != nil && b.Params != nil {
		h.BesideParameters = besideParameters(tokens, b.Params.Parameters, begin)
	}
	return h
}

// helpProximity is how many lines may lie between help and what it is of.
const helpProximity = 2

// helpWithin looks for help among the tokens of a block.
func (b *ScriptBlock) helpWithin(tokens []Token, begin, end int) *CommentHelp {
	for begin < len(tokens) {
		comments := commentsFrom(tokens, &begin)
		if len(comments) == 0 {
			break
		}
		h := parseHelp(comments)
		if h == nil {
			continue
		}
		// At the top of a script it may be that of the first function.
		if b.script && b.End != nil && b.End.Unnamed && len(b.End.Statements) > 0 {
			if f, ok := b.End.Statements[0].(*FunctionDefinition); ok {
				last := comments[len(comments)-1]
				if f.extent.startLine()-last.extent.endLine() <= helpProximity {
					break
				}
			}
		}
		return h
	}
	if end < 0 || end >= len(tokens) {
		return nil
	}
	return parseHelp(commentsBefore(tokens, end, tokens[end].extent.startLine()))
}

// firstToken is the index of the first token that does not lie before e;
// lastToken that of the last that does not lie after it.
func firstToken(tokens []Token, e Extent, from int) int {
	for from < len(tokens) && tokens[from].extent.end <= e.start {
		from++
	}
	return from
}

func lastToken(tokens []Token, e Extent, from int) int {
	for from < len(tokens) && tokens[from].extent.start < e.end {
		from++
	}
	return from - 1
}

// commentsFrom gathers comments on adjoining lines, from a token on, and
// moves behind them.
func commentsFrom(tokens []Token, from *int) []Token {
	var comments []Token
	lastLine := math.MaxInt
	for ; *from < len(tokens); *from++ {
		t := tokens[*from]
		if t.extent.startLine() > lastLine {
			break
		}
		if t.Kind == TokComment {
			comments = append(comments, t)
			lastLine = t.extent.endLine() + 1
		} else if t.Kind != TokNewLine {
			break
		}
	}
	return comments
}

// commentsBefore gathers the comments on adjoining lines before a token, the
// last of them no farther away than so many lines.
func commentsBefore(tokens []Token, at, proximity int) []Token {
	if at >= len(tokens) {
		return nil
	}
	var comments []Token
	firstLine := tokens[at].extent.startLine() - proximity
	for _, t := range slices.Backward(tokens[:at]) {
		if t.extent.endLine() < firstLine {
			break
		}
		if t.Kind == TokComment {
			comments = append(comments, t)
			firstLine = t.extent.startLine() - 1
		} else if t.Kind != TokNewLine {
			break
		}
	}
	slices.Reverse(comments)
	return comments
}

// besideParameters gathers what the comments around each parameter say.
func besideParameters(tokens []Token, parameters []*Parameter, from int) []string {
	texts := make([]string, len(parameters))
	for i, parameter := range parameters {
		first := firstToken(tokens, parameter.extent, from)
		lines := commentLines(commentsBefore(tokens, first, helpProximity))
		last := lastToken(tokens, parameter.extent, first)
		for j := first; j < last; j++ {
			if tokens[j].Kind == TokComment {
				lines = append(lines, commentLines(tokens[j:j+1])...)
			}
		}
		next := last + 1
		lines = append(lines, commentLines(commentsFrom(tokens, &next))...)
		at := -1
		texts[i] = helpSection(lines, &at)
	}
	return texts
}

// commentLines is the text of comments, line by line, without their signs.
func commentLines(comments []Token) []string {
	var lines []string
	for _, c := range comments {
		text := c.Text()
		if body, ok := strings.CutPrefix(text, "<#"); ok {
			body = strings.TrimSuffix(body, "#>")
			body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
			lines = append(lines, strings.Split(body, "\n")...)
		} else {
			lines = append(lines, strings.TrimLeft(text, "#"))
		}
	}
	return lines
}

// helpDirective reads a line like .PARAMETER Name. Word is in upper case;
// hasArgument tells whether something follows it.
func helpDirective(line string) (word, argument string, hasArgument, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), ".")
	if !ok {
		return "", "", false, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !isLetterOrDigit(r) && r != '_' })
	if end < 0 {
		return strings.ToUpper(rest), "", false, rest != ""
	}
	word, argument = rest[:end], strings.TrimSpace(rest[end:])
	if r := rune(rest[end]); word == "" || r < 0x80 && !unicode.IsSpace(r) {
		return "", "", false, false
	}
	return strings.ToUpper(word), argument, true, true
}

// helpSection reads the lines of a section, up to the next directive. The
// blanks that its first line begins with are taken from all.
func helpSection(lines []string, at *int) string {
	var b strings.Builder
	blanks, begun := 0, false
	for *at++; *at < len(lines); *at++ {
		line := lines[*at]
		if !begun && strings.TrimSpace(line) == "" {
			continue
		}
		if _, _, _, ok := helpDirective(line); ok {
			*at--
			break
		}
		text := strings.TrimLeft(line, " \t\u00A0")
		leading := []rune(line[:len(line)-len(text)])
		if !begun {
			blanks, begun = len(leading), true
		}
		b.WriteString(string(leading[min(blanks, len(leading)):]))
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return b.String()
}

// parseHelp reads comments that are help; nil if they are not.
func parseHelp(comments []Token) *CommentHelp {
	lines := commentLines(comments)
	h := &CommentHelp{Parameters: make(map[string]string)}
	found := false
	for i := 0; i < len(lines); i++ {
		word, argument, hasArgument, ok := helpDirective(lines[i])
		if !ok {
			if strings.TrimSpace(lines[i]) != "" {
				return nil
			}
			continue
		}
		found = true
		read := h.section
		if hasArgument {
			read = func(word string, lines []string, i *int) bool { return h.named(word, argument, lines, i) }
		}
		if !read(word, lines, &i) {
			return nil
		}
	}
	if !found {
		return nil
	}
	return h
}

// named reads a directive with an argument.
func (h *CommentHelp) named(word, argument string, lines []string, i *int) bool {
	switch word {
	case "PARAMETER":
		name := strings.ToUpper(argument)
		text := helpSection(lines, i)
		if _, ok := h.Parameters[name]; !ok {
			h.Parameters[name] = text
		}
	case "FORWARDHELPTARGETNAME":
		h.ForwardTarget = argument
	case "FORWARDHELPCATEGORY":
		h.ForwardCategory = argument
	case "REMOTEHELPRUNSPACE":
		h.RemoteRunspace = argument
	case "EXTERNALHELP":
		h.ExternalHelpFile = argument
	default:
		return false
	}
	return true
}

// section reads a directive without an argument.
func (h *CommentHelp) section(word string, lines []string, i *int) bool {
	switch word {
	case "SYNOPSIS":
		h.Synopsis = helpSection(lines, i)
	case "DESCRIPTION":
		h.Description = helpSection(lines, i)
	case "NOTES":
		h.Notes = helpSection(lines, i)
	case "LINK":
		h.Links = append(h.Links, strings.TrimSpace(helpSection(lines, i)))
	case "EXAMPLE":
		h.Examples = append(h.Examples, helpSection(lines, i))
	case "INPUTS":
		h.Inputs = append(h.Inputs, helpSection(lines, i))
	case "OUTPUTS":
		h.Outputs = append(h.Outputs, helpSection(lines, i))
	case "COMPONENT":
		h.Component = strings.TrimSpace(helpSection(lines, i))
	case "ROLE":
		h.Role = strings.TrimSpace(helpSection(lines, i))
	case "FUNCTIONALITY":
		h.Functionality = strings.TrimSpace(helpSection(lines, i))
	default:
		return false
	}
	return true
}
