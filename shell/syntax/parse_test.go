package syntax_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/shell/syntax"
)

const oracle = "../testdata/oracle"

// parseError is an error as real PowerShell told it.
type parseError struct {
	Message    string `json:"message"`
	ErrorID    string `json:"errorId"`
	Incomplete bool   `json:"incomplete"`
	Line       int    `json:"line"`
	Column     int    `json:"column"`
	EndLine    int    `json:"endLine"`
	EndColumn  int    `json:"endColumn"`
}

func toldErrors(errors []*syntax.ParseError) []parseError {
	told := make([]parseError, len(errors))
	for i, e := range errors {
		start, end := e.Extent.Start(), e.Extent.End()
		told[i] = parseError{e.Message, e.ErrorID, e.Incomplete, start.Line, start.Column, end.Line, end.Column}
	}
	return told
}

func indent(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every error of the scripts with faults is told as PowerShell told it.
func TestParseErrors(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(oracle, "parse-errors", "*.ps1"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts to read: %v", err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".ps1")
		t.Run(name, func(t *testing.T) {
			script, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			record, err := os.ReadFile(filepath.Join(oracle, "golden", "parse-errors", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var golden struct {
				Parse *struct {
					All []parseError `json:"all"`
				} `json:"parse"`
			}
			if err := json.Unmarshal(record, &golden); err != nil {
				t.Fatal(err)
			}
			want := []parseError{}
			if golden.Parse != nil {
				want = append(want, golden.Parse.All...)
			}
			_, errors := syntax.Parse(path, strings.TrimPrefix(string(script), "\ufeff"))
			if got, want := indent(t, toldErrors(errors)), indent(t, want); got != want {
				t.Errorf("%s\ngot  %s\nwant %s", script, got, want)
			}
		})
	}
}

// All scripts that real PowerShell ran are right.
func TestParseCases(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(oracle, "cases", "*", "*.ps1"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts to read: %v", err)
	}
	for _, path := range paths {
		script, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, errors := syntax.Parse(path, strings.TrimPrefix(string(script), "\ufeff"))
		for _, e := range errors {
			t.Errorf("%v\n%s", e, e.Extent.Source.Line(e.Extent.Start().Line))
		}
	}
}

// The one-line expressions are right unless PowerShell's answer was an error
// of its parser.
func TestParseMatrix(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(oracle, "matrix", "expressions", "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no expressions to read: %v", err)
	}
	for _, path := range paths {
		expressions := readLines(t, path)
		answers := readLines(t, filepath.Join(oracle, "matrix", "answers", filepath.Base(path)))
		for i, expression := range expressions {
			var got string
			if _, errors := syntax.Parse("", expression); len(errors) > 0 {
				got = errors[0].ErrorID + ": " + errors[0].Message
			}
			if want := parserAnswer(answers[i], expression); got != want {
				t.Errorf("%s:%d: %s\ngot  %q\nwant %q", filepath.Base(path), i+1, expression, got, want)
			}
		}
	}
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"), "\n")
}

// parserAnswer is the id and message of a recorded error that the parser told
// of the expression itself; empty if the answer is none.
func parserAnswer(answer, expression string) string {
	rest, ok := strings.CutPrefix(answer, "error ")
	if !ok {
		return ""
	}
	id, text, ok := strings.Cut(rest, ",Microsoft.PowerShell.Commands.InvokeExpressionCommand: At line:")
	if !ok || !strings.Contains(text, `\n+ `+expression+`\n`) {
		return ""
	}
	return id + ": " + text[strings.LastIndex(text, `~\n`)+len(`~\n`):]
}
