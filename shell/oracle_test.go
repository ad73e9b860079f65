package shell_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/cmdlets"
	"migsh/shell"
)

var update = flag.Bool("update", false, "rewrite the list of the cases that pass")

const (
	oracle  = "testdata/oracle"
	passing = "testdata/passing.txt"
)

// record is what PowerShell answered to a case.
type record struct {
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
	Exit   int    `json:"exit"`
}

// TestOracle runs the scripts that a real PowerShell has answered, and demands that those pass that have passed once:
// testdata/passing.txt lists them, with "+stderr" where the text on stderr is the same too. go test -update rewrites it.
func TestOracle(t *testing.T) {
	cases := findCases(t)
	known := readPassing(t)
	var now []string
	passed, texts, withText := 0, 0, 0
	for _, name := range cases {
		want := readRecord(t, name)
		got, panicked := runCase(t, name)
		ok := panicked == nil && got.Stdout == want.Stdout && got.Exit == want.Exit && (got.Stderr == "") == (want.Stderr == "")
		same := ok && got.Stderr == want.Stderr
		if want.Stderr != "" {
			withText++
		}
		line := name
		if ok {
			passed++
			if want.Stderr != "" && same {
				texts++
				line += " +stderr"
			}
			now = append(now, line)
		}
		before, listed := known[name]
		switch {
		case *update || !listed:
		case panicked != nil:
			t.Errorf("%s passed once and panics now: %v", name, panicked)
		case !ok:
			t.Errorf("%s passed once and fails now\n%s", name, difference(want, got))
		case before && !same:
			t.Errorf("%s: stderr was right once\nwant %s\ngot  %s", name, want.Stderr, got.Stderr)
		}
	}
	t.Logf("%d of %d cases pass (%.1f %%); of %d with text on stderr %d have it letter for letter",
		passed, len(cases), 100*float64(passed)/float64(len(cases)), withText, texts)
	if *update {
		slices.Sort(now)
		if err := os.WriteFile(passing, []byte(strings.Join(now, "\n")+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func findCases(t *testing.T) []string {
	t.Helper()
	var names []string
	root := filepath.Join(oracle, "cases")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".ps1") {
			rel, _ := filepath.Rel(root, path)
			names = append(names, strings.TrimSuffix(filepath.ToSlash(rel), ".ps1"))
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases below %s: %v", root, err)
	}
	return names
}

func readRecord(t *testing.T, name string) record {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(oracle, "golden", filepath.FromSlash(name)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// readPassing reads the list; the value tells whether stderr was right too.
func readPassing(t *testing.T) map[string]bool {
	t.Helper()
	data, err := os.ReadFile(passing)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, line := range strings.Fields(strings.ReplaceAll(string(data), " +stderr", "+stderr")) {
		name, text := strings.CutSuffix(line, "+stderr")
		known[name] = text
	}
	return known
}

// runCase runs one script in process, in an empty directory, with the environment of the records.
func runCase(t *testing.T, name string) (got record, panicked any) {
	t.Helper()
	base := t.TempDir()
	cwd := filepath.Join(base, "cwd")
	script := filepath.Join(base, "case.ps1")
	text, err := os.ReadFile(filepath.Join(oracle, "cases", filepath.FromSlash(name)+".ps1"))
	if err == nil {
		err = os.Mkdir(cwd, 0o777)
	}
	if err == nil {
		err = os.WriteFile(script, text, 0o666)
	}
	back, wdErr := os.Getwd()
	if err == nil {
		err = wdErr
	}
	if err == nil {
		err = os.Chdir(cwd)
	}
	if err != nil {
		t.Fatal(err)
	}
	environ := os.Environ()
	os.Setenv("HOME", base)
	os.Setenv("COLUMNS", "120")
	os.Setenv("NO_COLOR", "1")
	os.Setenv("TZ", "UTC")
	defer func() {
		panicked = recover()
		os.Clearenv()
		for _, e := range environ {
			k, v, _ := strings.Cut(e, "=")
			os.Setenv(k, v)
		}
		if err := os.Chdir(back); err != nil {
			t.Fatal(err)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // against hanging only
	defer cancel()
	var stdout, stderr bytes.Buffer
	s := shell.New(shell.Options{Stdout: &stdout, Stderr: &stderr, Width: 120, Version: "test"})
	cmdlets.Register(s.Register, nil)
	out := s.RunFile(ctx, script, nil, nil)
	tidy := func(b *bytes.Buffer) string {
		return strings.NewReplacer(cwd, "<cwd>", base, "<case>").Replace(b.String())
	}
	return record{Stdout: tidy(&stdout), Stderr: tidy(&stderr), Exit: out.ExitCode()}, nil
}

func difference(want, got record) string {
	var b strings.Builder
	w, g := strings.Split(want.Stdout, "\n"), strings.Split(got.Stdout, "\n")
	for i := range max(len(w), len(g)) {
		x, y := "(end)", "(end)"
		if i < len(w) {
			x = w[i]
		}
		if i < len(g) {
			y = g[i]
		}
		if x != y {
			fmt.Fprintf(&b, "line %d of stdout\nwant %q\ngot  %q\n", i+1, x, y)
			break
		}
	}
	if want.Exit != got.Exit {
		fmt.Fprintf(&b, "exit code %d, want %d\n", got.Exit, want.Exit)
	}
	if (want.Stderr == "") != (got.Stderr == "") {
		fmt.Fprintf(&b, "stderr %q, want %q\n", got.Stderr, want.Stderr)
	}
	return b.String()
}
