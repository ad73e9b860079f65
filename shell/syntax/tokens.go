package syntax

import "slices"

// ParseTokens is [Parse] that also gives the tokens of the text in their
// order, among them comments, line ends and the end itself. What is within
// strings is not cut further; the tree tells.
func ParseTokens(name, text string) (*ScriptBlock, []Token, []*ParseError) {
	p := newParser(NewSource(name, text))
	p.keep = true
	block := p.script()
	return block, p.tokens, p.errors
}

// tokensOf are the tokens of a source, read once.
func tokensOf(s *Source) []Token {
	s.tokensOnce.Do(func() {
		p := newParser(s)
		p.keep = true
		p.script()
		s.tokens = p.tokens
	})
	return s.tokens
}

// FirstAndLast is what the variables $^ and $$ hold after a text with these
// tokens was run: its first and last word. They are empty where there is
// none.
func FirstAndLast(tokens []Token) (first, last string) {
	word := func(t *Token) bool {
		switch t.Kind {
		case TokNewLine, TokLineContinuation, TokComment, TokEndOfInput:
			return false
		}
		return true
	}
	for i := range tokens {
		if word(&tokens[i]) {
			first = tokens[i].Says()
			break
		}
	}
	for i := range slices.Backward(tokens) {
		if word(&tokens[i]) {
			last = tokens[i].Says()
			break
		}
	}
	return first, last
}

// Says is what a string token says, else how the token is written.
func (t *Token) Says() string {
	if t.isString() {
		return t.Value
	}
	return t.Text()
}

// UnknownCommand stands for a command whose name is not constant.
const UnknownCommand = "<expr>"

// CommandNames lists the names of all commands below a node in the order in
// which they stand in the text, [UnknownCommand] where a name is not
// constant.
func CommandNames(n Node) []string {
	var commands []*Command
	Inspect(n, func(n Node) bool {
		if c, ok := n.(*Command); ok {
			commands = append(commands, c)
		}
		return true
	})
	slices.SortStableFunc(commands, func(a, b *Command) int { return int(a.extent.start - b.extent.start) })
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = UnknownCommand
		if name, ok := c.Elements[0].(*StringConstant); ok {
			names[i] = name.Value
		}
	}
	return names
}
