package main

import (
	"os"
	"strings"
	"testing"
)

// TestQuickstart runs the demonstration of the README, twice on one state directory: it must leave nothing behind that stops it.
func TestQuickstart(t *testing.T) {
	script, err := os.ReadFile("../../examples/quickstart.ps1")
	if err != nil {
		t.Fatal(err)
	}
	p := newProgram(t)
	p.env = append(p.env, "COLUMNS=80") // an ordinary terminal, which the counts of each folder must fit
	for range 2 {
		out := p.ok(string(script), "")
		for _, want := range []string{"500 messages in 5 mailboxes", "Quickstart                 Synced", "Status               : Completed", "FinalizedCount       : 5",
			"SourceFolder                TargetFolder                SourceCount TargetCount\n", "日本語/議事録               日本語/議事録                         5           5\n"} {
			if !strings.Contains(out, want) {
				t.Errorf("the output lacks %q:\n%s", want, out)
			}
		}
		if strings.Contains(out, " Pending\n") || strings.Contains(out, " Failed\n") {
			t.Errorf("not everything arrived:\n%s", out)
		}
	}
}
