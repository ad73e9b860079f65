package repl

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hinshun/vt10x"

	"migsh/shell/cmdlet"
)

func TestProgressLines(t *testing.T) {
	record := func(id, parent int, activity string, percent int) cmdlet.Progress {
		return cmdlet.Progress{ID: id, ParentID: parent, Activity: activity, Percent: percent, SecondsRemaining: -1}
	}
	done := func(id int) cmdlet.Progress { return cmdlet.Progress{ID: id, ParentID: -1, Completed: true} }
	long := record(1, -1, strings.Repeat("日本", 30), -1)
	left := cmdlet.Progress{ID: 1, ParentID: -1, Activity: "Sync", Status: "user 3", Operation: "INBOX", Percent: 120, SecondsRemaining: 3725}
	tests := []struct {
		name    string
		records []cmdlet.Progress
		age     time.Duration
		want    []string
	}{
		{"young", []cmdlet.Progress{record(1, -1, "Copy", 5)}, 900 * time.Millisecond, nil},
		{"a second old", []cmdlet.Progress{record(1, -1, "Copy", 5)}, time.Second, []string{"Copy  [#-------------------]   5%"}},
		{"the latest counts", []cmdlet.Progress{record(1, -1, "Copy", 5), record(1, -1, "Copy", 50)}, time.Second, []string{"Copy  [##########----------]  50%"}},
		{"all there is", []cmdlet.Progress{left}, time.Second, []string{"Sync  [####################] 100%  user 3  INBOX…"}},
		{"too wide", []cmdlet.Progress{long}, time.Second, []string{strings.Repeat("日本", 12) + "…"}},
		{"children below parents", []cmdlet.Progress{record(1, -1, "a", -1), record(2, -1, "b", -1), record(3, 1, "a1", -1), record(4, 9, "orphan", -1)}, time.Second, []string{"a", "  a1", "b", "orphan"}},
		{"completed", []cmdlet.Progress{record(1, -1, "a", -1), record(2, 1, "b", -1), record(3, -1, "c", -1), done(1)}, time.Second, []string{"c"}},
		{"its own parent", []cmdlet.Progress{record(1, 1, "a", -1)}, time.Second, []string{"a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var p progress
			now := time.Unix(0, 0)
			for _, r := range test.records {
				p.take(r, now)
			}
			if got := p.lines(now.Add(test.age), 50, 24); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestProgressOnTheScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var written counter
		vt := vt10x.New(vt10x.WithSize(40, 10))
		written.vt = vt
		terminal := &Terminal{screen: &screen{out: &written, size: func() (int, int) { return 40, 10 }}, closed: make(chan struct{})}
		shows := func(want ...string) {
			t.Helper()
			var lines []string
			for line := range strings.Lines(vt.String()) {
				lines = append(lines, strings.TrimRight(line, " \n"))
			}
			for len(lines) > 0 && lines[len(lines)-1] == "" {
				lines = lines[:len(lines)-1]
			}
			if !slices.Equal(lines, want) {
				t.Errorf("the screen shows %q, want %q", lines, want)
			}
		}
		report := func(percent int) {
			terminal.Progress(cmdlet.Progress{ID: 1, ParentID: -1, Activity: "Copy", Percent: percent, SecondsRemaining: -1})
		}
		terminal.WriteHost("first", "", "", true)
		report(10)
		time.Sleep(900 * time.Millisecond)
		synctest.Wait()
		shows("first")
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		shows("first", "Copy  [##------------------]  10%")

		// Output goes above it.
		terminal.WriteHost("second", "", "", true)
		shows("first", "second")
		time.Sleep(progressInterval)
		synctest.Wait()
		shows("first", "second", "Copy  [##------------------]  10%")

		// An unfinished line is gone on with.
		terminal.WriteHost("thi", "", "", false)
		time.Sleep(progressInterval)
		synctest.Wait()
		shows("first", "second", "thi", "Copy  [##------------------]  10%")
		terminal.WriteHost("rd", "", "", true)
		shows("first", "second", "third")

		// However often it is told, it is drawn ten times a second.
		written.n = 0
		for i := range 1000 {
			report(i / 10)
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if written.n > 10 {
			t.Errorf("drawn %d times in a second", written.n)
		}
		if err := terminal.screen.endProgress(); err != nil {
			t.Fatal(err)
		}
		shows("first", "second", "third")
		close(terminal.closed)
		terminal.guard.wait()
	})
}

// counter counts what is written to a screen.
type counter struct {
	vt vt10x.Terminal
	n  int
}

func (c *counter) Write(b []byte) (int, error) {
	c.n++
	// The virtual terminal is not told of the kernel's turning LF into CR LF.
	_, err := c.vt.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))
	return len(b), err
}
