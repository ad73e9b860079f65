//go:build unix

package repl

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"migsh/shell/cmdlet"
	"migsh/shell/repl/repltest"
)

// asChild in the environment makes the test binary a prompt whose session is [scripted].
const asChild = "MIGSH_REPL_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

func child() int {
	t := Open(Options{In: os.Stdin, Out: os.Stdout, Getenv: os.Getenv})
	stop := t.Signals()
	code := t.Run(context.Background(), scripted{t}, Loop{Complete: complete, BeforeExit: func(ctx context.Context) bool {
		answer, err := t.Choose(ctx, "", "Leave?", []cmdlet.Choice{{Label: "&Yes"}, {Label: "&No"}}, 0)
		return err == nil && answer == 0
	}})
	stop()
	if err := t.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return code
}

// complete misbehaves as the word before the cursor says.
func complete(ctx context.Context, text string, cursor int) Completion {
	switch word := text[strings.LastIndexAny(text[:cursor], " \n")+1 : cursor]; word {
	case "panic":
		panic("in a completer")
	case "slow":
		<-ctx.Done()
	case "many":
		c := Completion{Start: cursor - len(word), End: cursor}
		for i := range 5000 {
			c.Items = append(c.Items, Suggestion{fmt.Sprintf("item%d", i+1), "a description that is rather long\nand has lines"})
		}
		return c
	case "'My Ba":
		return Completion{}
	case "Ba":
		return Completion{strings.Index(text, "'"), cursor, []Suggestion{{"'My Batch'", ""}, {"'My Backup'", ""}}}
	}
	return Completion{}
}

// scripted is a session of a few commands.
type scripted struct{ t *Terminal }

func (s scripted) Incomplete(text string) bool   { return strings.HasSuffix(text, "{") }
func (s scripted) Prompt(context.Context) string { return "> " }
func (s scripted) Interrupt()                    {}

func (s scripted) Run(ctx context.Context, text string) Result {
	show := func(v any, err error) { s.t.note(fmt.Sprintf("<%v> %v", v, err)) }
	choices := []cmdlet.Choice{{Label: "&Yes", Help: "Do it."}, {Label: "Yes to &All", Help: "Do all."}, {Label: "&No", Help: "Leave it."}}
	switch text {
	case "ask":
		show(s.t.ReadLine(ctx, "Your\nname: "))
	case "secret":
		show(s.t.ReadSecret(ctx, "Password: ", "*"))
	case "choose":
		show(s.t.Choose(ctx, "Confirm", "Are you sure?", choices, 0))
	case "progress":
		s.t.Progress(cmdlet.Progress{ID: 1, ParentID: -1, Activity: "Copying", Percent: 40, SecondsRemaining: -1})
		<-ctx.Done()
		s.t.note("ended")
	case "title":
		s.t.WriteHost("\x1b]0;migsh\x07in \x1b[1mbold\x1b[0m: ", "", "", false)
	case "clear":
		s.t.WriteHost("rest\x1b[H\x1b[2J\x1b[3J", "", "", false)
	case "stubborn":
		s.t.note("begun")
		<-ctx.Done()
		s.t.note("told")
		select {}
	case "panic":
		panic("in a command")
	case "panic elsewhere":
		s.t.guard.start(func() { panic("elsewhere") })
		show(s.t.ReadLine(ctx, "never: "))
	case "exit":
		return Result{Exit: true, Code: 5}
	default:
		show(text, nil)
	}
	return Result{Interrupted: ctx.Err() != nil}
}

func start(t *testing.T) *repltest.Screen {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asChild+"=1", "TERM=xterm", "NO_COLOR=1")
	s := repltest.Start(t, cmd)
	s.WaitFor(">")
	return s
}

func TestQuestions(t *testing.T) {
	s := start(t)
	s.Type("ask\r")
	s.WaitFor("Your\nname:")
	s.Type("Grx\x7füße\t\r")
	s.WaitFor("name: Grüße\n<Grüße> <nil>\n>")
	s.Type("ask\r")
	s.WaitFor("name:")
	s.Type("half\x03")
	s.WaitFor("name: half^C\n<> context canceled\n>")

	s.Type("secret\r")
	s.WaitFor("Password:")
	s.Type("geheim\x7f\x7f")
	s.WaitFor("Password: ****")
	s.Type("!\r")
	s.WaitFor("Password: *****\n<gehe!> <nil>\n>")
	s.Type("secret\r")
	s.WaitFor("Password:")
	s.Type("ab\x15cd\r")
	s.WaitFor("Password: **\n<cd> <nil>\n>")
	s.Type("secret\r")
	s.WaitFor("Password:")
	s.Type("ab\x03")
	s.WaitFor("Password: **\n<> context canceled\n>")

	s.Type("choose\r")
	s.WaitFor("Confirm\nAre you sure?\n[Y] Yes  [A] Yes to All  [N] No  [?] Help (default is \"Y\"):")
	s.Type("?\r")
	s.WaitFor("Y - Do it.\nA - Do all.\nN - Leave it.\n[Y] Yes  [A] Yes to All  [N] No  [?] Help (default is \"Y\"):")
	s.Type("what\rn\r")
	s.WaitFor("<2> <nil>\n>")
	s.Type("choose\r\r")
	s.WaitFor("<0> <nil>\n>")

	s.Type("exit\r")
	s.WaitFor("Leave?\n[Y] Yes  [N] No  [?] Help (default is \"Y\"):")
	s.Type("n\r")
	s.WaitFor(">")
	s.Type("exit\r\r")
	if code := s.Exit(); code != 5 {
		t.Errorf("exit code %d", code)
	}
}

func TestProgressIsErased(t *testing.T) {
	s := start(t)
	s.Type("progress\r")
	s.WaitFor("> progress\nCopying  [########------------]  40%")
	s.Type("\x03")
	s.WaitFor("ended\n\n>")
	if strings.Contains(s.Text(), "Copying") {
		t.Errorf("still there:\n%s", s.Text())
	}
	s.Type("\x04\r")
	s.Exit()
}

func TestPanicsLeaveTheTerminalWhole(t *testing.T) {
	for _, keys := range []string{"panic\r", "panic elsewhere\r", "panic\t"} {
		t.Run(fmt.Sprintf("%q", keys), func(t *testing.T) {
			s := start(t)
			s.Type(keys)
			if code := s.Exit(); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			if !strings.Contains(s.Output(), "panic: ") || !strings.Contains(s.Output(), "goroutine ") {
				t.Errorf("the panic is not told: %q", s.Output())
			}
		})
	}
}

func TestStubbornCommand(t *testing.T) {
	s := start(t)
	s.Type("stubborn\r")
	s.WaitFor("begun")
	s.Type("\x03")
	s.WaitFor("begun\n^Ctold")
	s.Type("\x03")
	s.WaitUntil("the way out", func(screen string) bool { return strings.Contains(screen, "Press Ctrl-C once more to leave") })
	s.Type("\x03")
	if code := s.Exit(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
}

// What a command leaves on the line stands before the prompt; what takes no room there, or clears the screen, does no harm.
func TestUnfinishedLine(t *testing.T) {
	s := start(t)
	s.Type("title\r")
	s.WaitFor("in bold: >")
	s.Type("ab\x7f\r")
	s.WaitFor("> title\nin bold: > a\n<a> <nil>\n>")
	s.Type("clear\r")
	s.WaitUntil("an empty screen", func(screen string) bool { return screen == ">" })
	s.Type("ab\r")
	s.WaitUntil("the answer", func(screen string) bool { return screen == "> ab\n<ab> <nil>\n>" })
	s.Type("\x04\r")
	s.Exit()
}

func TestSlowCompleterIsGivenUp(t *testing.T) {
	s := start(t)
	s.Type("slow\t and on\r")
	s.WaitFor("> slow and on\n<slow and on> <nil>\n>")
	s.Type("\x04\r")
	s.Exit()
}

func TestMenu(t *testing.T) {
	s := start(t)
	s.Type("many\t")
	s.WaitUntil("the first", func(screen string) bool { return strings.HasPrefix(screen, "> item1\n") })
	s.Type("\x1b[Z")
	s.WaitUntil("the last", func(screen string) bool { return strings.HasPrefix(screen, "> item1000\n") })
	s.Type("\t")
	s.WaitUntil("the first again", func(screen string) bool { return strings.HasPrefix(screen, "> item1\n") })
	s.Type("\x1b[B\x1b[B\x1b[A")
	s.WaitUntil("the second", func(screen string) bool { return strings.HasPrefix(screen, "> item2\n") })
	s.Resize(100, 12)
	s.WaitUntil("the line without the menu", func(screen string) bool { return strings.HasSuffix(screen, "> many") })
	s.Type("\x03")
	s.WaitFor("> many^C\n>")
	s.Type("x 'My Ba\t\t\r.\r")
	s.WaitFor("> x 'My Backup'.\n<x 'My Backup'.> <nil>\n>")
	s.Resize(12, 3) // no room for a menu
	s.Type("many\t")
	s.WaitUntil("the first", func(screen string) bool { return strings.HasSuffix(screen, "item1") })
	s.Type("\x03\x04\r")
	s.Exit()
}

func TestLongLines(t *testing.T) {
	s := start(t)
	long := strings.Repeat("0123456789", 30) // 300 columns: four rows
	s.Type(long)
	s.WaitFor("> " + long[:78] + "\n" + long[78:158] + "\n" + long[158:238] + "\n" + long[238:])
	s.Type("\x01x\x05y\r")
	s.WaitUntil("the echo", func(screen string) bool {
		return strings.Contains(strings.ReplaceAll(screen, "\n", ""), "<x"+long+"y> <nil>")
	})
	// A line that does not fit into the window wipes nothing, and is whole all the same.
	huge := strings.Repeat("abcdefghij", 300)
	s.Type(huge + "\r")
	s.WaitUntil("the echo", func(screen string) bool {
		return strings.HasSuffix(strings.ReplaceAll(screen, "\n", ""), "abcdefghij> <nil>>")
	})
	if !strings.Contains(strings.NewReplacer("\r", "", "\n", "").Replace(s.Output()), "<"+huge+"> <nil>") {
		t.Error("the line did not arrive whole")
	}
	if strings.Contains(s.Output(), "too small") {
		t.Error("the library says that the window is too small")
	}
	s.Type("\x1b[A")
	s.WaitUntil("the line, recalled in short", func(screen string) bool {
		return strings.HasSuffix(screen, "…  ‹1 lines, 3000 bytes›") || strings.HasSuffix(screen, "… ‹1 lines, 3000 bytes›")
	})
	s.Type("\x03\x04\r")
	s.Exit()
}

func TestNoWindowSize(t *testing.T) {
	s := start(t)
	s.Resize(0, 0)
	s.Type("ab\r")
	s.WaitFor("<ab> <nil>\n>")
	s.Type("\x04\r")
	s.Exit()
}

// Without keys one by one, as on a pipe, lines are read plainly.
func TestPlainInput(t *testing.T) {
	in, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString("first\n  second {\r\n}\nlast"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	terminal := Open(Options{In: in, Out: out, Lines: bufio.NewReader(in), Getenv: func(string) string { return "" }})
	if code := terminal.Run(t.Context(), scripted{terminal}, Loop{}); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if err := terminal.Close(); err != nil {
		t.Error(err)
	}
	got, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	if want := "> <first> <nil>\n> >> <  second {\n}> <nil>\n> <last> <nil>\n> "; string(got) != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
