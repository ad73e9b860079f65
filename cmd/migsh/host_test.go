package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the list of the cases that pass")

const hostPassing = "testdata/host-passing.txt"

type hostCase struct {
	Name  string            `json:"name"`
	Args  []string          `json:"args"`
	Stdin *string           `json:"stdin"`
	Files map[string]string `json:"files"`
	Env   map[string]string `json:"env"`
}

type hostAnswer struct {
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
	Exit   int    `json:"exit"`
}

// TestHost starts the program in the ways that PowerShell was started, and demands that those which once passed do.
func TestHost(t *testing.T) {
	root := filepath.Join("..", "..", "shell", "testdata", "oracle", "host")
	var cases []hostCase
	answers := map[string]hostAnswer{}
	readJSON(t, filepath.Join(root, "cases.json"), &cases)
	readJSON(t, filepath.Join(root, "answers.json"), &answers)
	list, err := os.ReadFile(hostPassing)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	known := strings.Fields(string(list))
	var now []string
	for _, c := range cases {
		want, ok := answers[c.Name]
		if !ok {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			got := runHost(t, c)
			pass := (want.Stdout == got.Stdout || strings.Contains(want.Stdout, "Usage: ")) && want.Exit == got.Exit &&
				(strings.TrimSpace(want.Stderr) == "") == (strings.TrimSpace(got.Stderr) == "")
			if pass {
				now = append(now, c.Name)
			} else if slices.Contains(known, c.Name) && !*update {
				t.Errorf("passed once and fails now\nwant %+v\ngot  %+v", want, got)
			}
		})
	}
	t.Logf("%d of %d ways to start the program answer as PowerShell", len(now), len(answers))
	if *update {
		slices.Sort(now)
		if err := os.WriteFile(hostPassing, []byte(strings.Join(now, "\n")+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func runHost(t *testing.T, c hostCase) hostAnswer {
	t.Helper()
	cwd := t.TempDir()
	for name, text := range c.Files {
		path := filepath.Join(cwd, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(cwd)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("COLUMNS", "")
	for k, v := range c.Env {
		t.Setenv(k, v)
	}
	stdin := ""
	if c.Stdin != nil {
		stdin = *c.Stdin
	}
	var stdout, stderr bytes.Buffer
	code := Run(c.Args, strings.NewReader(stdin), &stdout, &stderr, os.Environ())
	tidy := func(b *bytes.Buffer) string { return strings.ReplaceAll(b.String(), cwd, "<cwd>") }
	return hostAnswer{Stdout: tidy(&stdout), Stderr: tidy(&stderr), Exit: code}
}
