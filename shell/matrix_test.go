package shell_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migsh/cmdlets"
	"migsh/shell"
)

// differing lists the expressions whose answer is not PowerShell's yet, as group:line.
const differing = "testdata/matrix-differing.txt"

// TestMatrix evaluates thousands of one-line expressions and compares values, types and errors with those of a real PowerShell. A
// line that is not on the list of differing ones must agree; go test -update rewrites the list.
func TestMatrix(t *testing.T) {
	data, err := os.ReadFile(differing)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	excused := map[string]bool{}
	for _, id := range strings.Fields(string(data)) {
		excused[id] = true
	}
	root, err := filepath.Abs(oracle + "/matrix")
	if err != nil {
		t.Fatal(err)
	}
	list, err := filepath.Abs(differing)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := filepath.Glob(filepath.Join(root, "expressions", "*.txt"))
	if err != nil || len(groups) == 0 {
		t.Fatalf("no expressions: %v", err)
	}
	var now []string
	total, agree := 0, 0
	for _, path := range groups {
		group := strings.TrimSuffix(filepath.Base(path), ".txt")
		expressions := readLines(t, path)
		want := readLines(t, filepath.Join(root, "answers", group+".txt"))
		got := evaluate(t, filepath.Join(root, "matrix.ps1"), path)
		if len(want) != len(expressions) {
			t.Fatalf("%s: %d answers to %d expressions", group, len(want), len(expressions))
		}
		for i := range expressions {
			total++
			answer := "(none)"
			if i < len(got) {
				answer = got[i]
			}
			id := fmt.Sprintf("%s:%d", group, i+1)
			switch {
			case answer == want[i]:
				agree++
			case !excused[id] && !*update:
				t.Errorf("%s %s\nwant %s\ngot  %s", id, expressions[i], want[i], answer)
			}
			if answer != want[i] {
				now = append(now, id)
			}
		}
	}
	t.Logf("%d of %d expressions agree (%.1f %%)", agree, total, 100*float64(agree)/float64(total))
	if *update {
		if err := os.WriteFile(list, []byte(strings.Join(now, "\n")+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// evaluate runs the recording script over a file of expressions, in an empty directory, as the answers were recorded.
func evaluate(t *testing.T, script, expressions string) []string {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, v := range []string{"TZ=UTC", "NO_COLOR=1", "TERM=dumb", "LANG=en_US.UTF-8", "LC_ALL=en_US.UTF-8"} {
		k, value, _ := strings.Cut(v, "=")
		t.Setenv(k, value)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // against hanging only
	defer cancel()
	var stdout, stderr bytes.Buffer
	s := shell.New(shell.Options{Stdout: &stdout, Stderr: &stderr, Width: 80, Version: "test"})
	cmdlets.Register(s.Register, nil)
	if out := s.RunFile(ctx, script, []string{expressions}, nil); out.Err != nil {
		t.Fatalf("%s: %v\n%s", expressions, out.Err, stderr.String())
	}
	return strings.Split(strings.TrimSuffix(stdout.String(), "\n"), "\n")
}
