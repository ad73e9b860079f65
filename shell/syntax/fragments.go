package syntax

import "strings"

// ParseNumber reads a string as a number literal, as PowerShell does where a
// string stands for a number: "0x1F", "1kb", " -5 ". White space is nothing,
// and so the empty string is 0.
func ParseNumber(text string) (any, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return int32(0), true
	}
	p := newParser(NewSource("", text))
	p.signedNumbers = true
	t := p.nextToken()
	return t.number, t.Kind == TokNumber && t.number != nil && p.atEnd()
}

// ParseTypeName reads the name of a type as it would stand between brackets:
// "int[]", "System.Collections.Generic.List[string]". It gives nil if text is
// no such name.
func ParseTypeName(text string) (name *TypeName) {
	p := newParser(NewSource("", strings.TrimSpace(text)))
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(tooComplicated); !ok {
				panic(r)
			}
			name = nil
		}
	}()
	name = p.typeNameRule(true)
	if name == nil || len(p.errors) > 0 || name.extent.Text() != p.source.Text {
		return nil
	}
	return name
}

// ParseExpandable reads a text as what stands between double quotes, except
// that quotes in it need no escape.
func ParseExpandable(text string) (Expression, []*ParseError) {
	quoted := `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	block, errors := Parse("", quoted)
	if block.End != nil && len(block.End.Statements) == 1 {
		if p, ok := block.End.Statements[0].(*Pipeline); ok && p.Expression() != nil {
			return p.Expression(), errors
		}
	}
	return &ErrorExpression{expressionAt: exprAt(block.extent)}, errors
}
