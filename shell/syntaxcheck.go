package shell

import "migsh/shell/syntax"

// SyntaxReport is what -SyntaxCheck prints for a file.
type SyntaxReport struct {
	File   string        `json:"file"`
	Errors []SyntaxError `json:"errors"`
	// Commands are the names of the commands called, in the order of the text; "<expr>" where the name is no constant.
	Commands []string `json:"commands"`
}

// SyntaxError is one fault of a script.
type SyntaxError struct {
	Message    string `json:"message"`
	ErrorID    string `json:"errorId"`
	Line       int    `json:"line"`
	Column     int    `json:"column"`
	Incomplete bool   `json:"incomplete"`
}

// CheckSyntax parses a script without running it.
func CheckSyntax(file, text string) SyntaxReport {
	tree, errs := syntax.Parse(file, text)
	r := SyntaxReport{File: file, Errors: []SyntaxError{}, Commands: []string{}}
	for _, e := range errs {
		at := e.Extent.Start()
		r.Errors = append(r.Errors, SyntaxError{Message: e.Message, ErrorID: e.ErrorID, Line: at.Line, Column: at.Column, Incomplete: e.Incomplete})
	}
	syntax.Inspect(tree, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.Command); ok {
			name := c.Name()
			if name == "" {
				name = "<expr>"
			}
			r.Commands = append(r.Commands, name)
		}
		return true
	})
	return r
}
