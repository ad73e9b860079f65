//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"migsh/shell/repl/repltest"
)

// start starts migsh at a terminal, in a home of its own whose name is short.
func start(t *testing.T, args ...string) *repltest.Screen {
	t.Helper()
	return startIn(t, t.TempDir(), args...)
}

func startIn(t *testing.T, home string, args ...string) *repltest.Screen {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-NoLogo"}, args...)...)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), runAsMigsh+"=1", "HOME="+home, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "MIGSH_HOME="+filepath.Join(home, "state"), "TERM=xterm", "NO_COLOR=")
	s := repltest.Start(t, cmd)
	return s
}

const ps = "PS />"

func TestPromptRunsStatements(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Type("6 * 7\r") // text and Enter in one read
	s.WaitFor(ps + " 6 * 7\n42\n" + ps)
	s.Type("if (1) {\r")
	s.WaitFor(">>")
	s.Type("'in' + 'side'\r}\r")
	s.WaitFor(ps + " if (1) {\n>> 'in' + 'side'\n>> }\ninside\n" + ps)
	s.Type("exit 3\r")
	if code := s.Exit(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
}

func TestPromptEndsAtCtrlD(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Type("ab\x02\x04") // Ctrl-B, Ctrl-D: in a line it deletes
	s.WaitFor(ps + " a")
	s.Type("\x7f")
	s.WaitFor(ps)
	s.Type("\x04")
	if code := s.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestCtrlCAtThePrompt(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Type("'never'")
	s.WaitFor(ps + " 'never'")
	s.Type("\x03")
	s.WaitFor(ps + " 'never'^C\n" + ps)
	s.Type("while (1) {\r")
	s.WaitFor(">>")
	s.Type("\x03")
	s.WaitFor(ps + " while (1) {\n>> ^C\n" + ps)
	s.Type("'still ' + 'here'\r")
	s.WaitFor("still here\n" + ps)
	s.Type("exit\r")
	s.Exit()
}

func TestCtrlCEndsTheCommand(t *testing.T) {
	for _, command := range []string{"Start-Sleep 1000", "while ($true) {}", "1..3 | ForEach-Object { Start-Sleep 1000 }", "try { Start-Sleep 1000 } catch { 'caught' }"} {
		t.Run(command, func(t *testing.T) {
			s := start(t)
			s.WaitFor(ps)
			s.Type("Write-Host begun; " + command + "\r")
			s.WaitFor(ps + " Write-Host begun; " + command + "\nbegun")
			s.Type("\x03")
			s.WaitFor("begun\n^C\n" + ps)
			s.Type("exit\r")
			if code := s.Exit(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestCtrlCAtAQuestion(t *testing.T) {
	s := start(t)
	for _, test := range []struct{ command, question string }{
		{"Read-Host What", "What:"},
		{"Remove-Variable", "cmdlet Remove-Variable at command pipeline position 1\nSupply values for the following parameters:\nName[0]:"},
		{"Set-Variable x 1 -Confirm", "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is \"Y\"):"},
	} {
		s.WaitFor(ps)
		s.Type(test.command + "; 'never'\r")
		s.WaitFor(test.question)
		s.Type("\x03")
		s.WaitFor(test.question + " ^C\n" + ps)
	}
	s.Type("exit\r")
	s.Exit()
}

func TestTypedAheadIsKept(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Type("Write-Host begun; Start-Sleep -Milliseconds 300\r")
	s.WaitFor("begun")
	s.Type("'first'.Length\r'second'.Len")
	s.WaitFor(ps + " 'first'.Length\n5\n" + ps + " 'second'.Len")
	s.Type("gth\r")
	s.WaitFor("6\n" + ps)
	s.Type("exit\r")
	s.Exit()
}

// paste is text as a terminal sends it from its clipboard.
func paste(text string) string {
	return "\x1b[200~" + strings.ReplaceAll(text, "\n", "\r") + "\x1b[201~"
}

func TestPaste(t *testing.T) {
	const lines = 3000
	var statements, block strings.Builder
	for i := range lines {
		fmt.Fprintf(&statements, "$n += %d\n", i)
		fmt.Fprintf(&block, "\t$m += %d\n", i)
	}
	sum := lines * (lines - 1) / 2
	for _, test := range []struct{ name, text, show string }{
		{"statements", statements.String(), "$n"},
		{"one statement", "foreach ($once in 1) {\n" + block.String() + "}\n", "$m"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t)
			s.WaitFor(ps)
			go s.Type(paste(test.text) + "\"sum \" + " + test.show + "\r")
			s.WaitUntil("the sum", func(screen string) bool { return strings.Contains(screen, fmt.Sprintf("\nsum %d\n", sum)) })
			s.Type("exit\r")
			s.Exit()
		})
	}
}

func TestPasteStaysInTheLineUntilEnter(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Type(paste("'a\tb'.Length"))
	s.WaitFor(ps + " 'a b'.Length")
	s.Type("\r")
	s.WaitFor("3\n" + ps)
	s.Type(paste("'one'\n'two'"))
	s.WaitFor(ps + " 'one'\none\n" + ps + " 'two'")
	s.Type("\x03exit\r")
	s.Exit()
}

func TestCtrlCDropsTheRestOfAPaste(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Type(paste("'first'\nWrite-Host begun; Start-Sleep 1000\n'third'\n'fourth'\n"))
	s.WaitFor("begun")
	s.Type("\x03")
	s.WaitFor("^C\n" + ps)
	s.Type("'after'.Length\r")
	s.WaitFor(ps + " 'after'.Length\n5\n" + ps)
	if strings.Contains(s.Text(), "third") {
		t.Errorf("the paste went on:\n%s", s.Text())
	}
	s.Type("exit\r")
	s.Exit()
}

func TestCompletion(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Type("Start-Sl\t")
	s.WaitFor(ps + " Start-Sleep")
	s.Type(" -\t")
	s.WaitUntil("the menu", func(screen string) bool {
		return strings.HasPrefix(screen, ps+" Start-Sleep -Seconds\n") && strings.Contains(screen, "-Milliseconds   ")
	})
	s.Type("\t")
	s.WaitUntil("the second", func(screen string) bool { return strings.HasPrefix(screen, ps+" Start-Sleep -Milliseconds\n") })
	s.Type("\r") // accepts only
	s.WaitFor(ps + " Start-Sleep -Milliseconds")
	s.Type(" 1; 'do' + 'ne'\r")
	s.WaitFor("done\n" + ps)
	s.Type("Start-Sleep -\t\t\t\x1b[Z")
	s.WaitUntil("the second", func(screen string) bool { return strings.Contains(screen, ps+" Start-Sleep -Milliseconds\n") })
	s.Type("\x07")
	s.WaitFor(ps + " Start-Sleep -")
	s.Type("\x03exit\r")
	s.Exit()
}

func TestHistory(t *testing.T) {
	home := t.TempDir()
	s := startIn(t, home)
	s.WaitFor(ps)
	s.Type("'alpha'.Length\r'beta'.Length\r")
	s.WaitFor("4\n" + ps)
	s.Type("if (1) {\r'gamma'.Length }\r")
	s.WaitFor("5\n" + ps)
	s.Type("$password = 'correct horse'\r'beta'.Length\r")
	s.WaitFor("4\n" + ps)
	s.Type("exit\r")
	s.Exit()

	path := filepath.Join(home, "state", "history")
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(stored), "'alpha'.Length\n'beta'.Length\nif (1) {`\n'gamma'.Length }\n'beta'.Length\nexit\n"; got != want {
		t.Errorf("stored %q, want %q", got, want)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}

	s = startIn(t, home)
	s.WaitFor(ps)
	s.Type("\x1b[A\x1b[A\x1b[A") // exit, beta (once, where it was last), gamma
	s.WaitFor(ps + " if (1) {↵'gamma'.Length }")
	s.Type("\r")
	s.WaitFor("5\n" + ps)
	s.Type("\x12alp")
	s.WaitFor("(reverse-i-search)'alp': 'alpha'.Length")
	s.Type("\r")
	s.WaitFor(ps + " 'alpha'.Length\n5\n" + ps)
	s.Type("\x12LENGTH\x12")
	s.WaitUntil("the second hit", func(screen string) bool {
		return strings.HasSuffix(screen, "(reverse-i-search)'LENGTH': if (1) {↵'gamma'.Length }")
	})
	s.Type("\x07exit\r")
	s.Exit()
}

func TestPromptFunctionAndProfile(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, ".config", "migsh")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "profile.ps1"), []byte("function prompt { Write-Host -NoNewline \"in \"; \"`e[1m$($x = 1)mine`e[0m> \" }\n$fromProfile = 'pro' + 'file'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startIn(t, home)
	s.WaitFor("in mine>")
	s.Type("$fromProfile\r")
	s.WaitFor("in mine> $fromProfile\nprofile\nin mine>")
	s.Type("ls /nowhere -ErrorAction Ignore; $?\r") // the prompt leaves $? alone
	s.WaitUntil("$?", func(screen string) bool {
		return strings.HasSuffix(screen, "in mine>") && strings.Contains(screen, "False\n")
	})
	s.Type("exit\r")
	s.Exit()

	s = startIn(t, home, "-NoProfile")
	s.WaitFor(ps)
	s.Type("exit\r")
	s.Exit()
}

func TestTerminalIsWholeAfterSignals(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGTERM, 143}, {syscall.SIGHUP, 129}} {
		t.Run(test.signal.String()+" at the prompt", func(t *testing.T) {
			s := start(t)
			s.WaitFor(ps)
			s.Type("half a li")
			s.WaitFor(ps + " half a li")
			s.Signal(test.signal)
			if code := s.Exit(); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
		})
		t.Run(test.signal.String()+" during a command", func(t *testing.T) {
			s := start(t)
			s.WaitFor(ps)
			s.Type("Write-Host begun; Start-Sleep 1000\r")
			s.WaitFor("begun")
			s.Signal(test.signal)
			if code := s.Exit(); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
		})
	}
}

func TestTerminalIsCookedDuringCommands(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	if s.Cooked() {
		t.Error("the prompt reads from a cooked terminal")
	}
	s.Type("Write-Host begun; Start-Sleep 1000\r")
	s.WaitFor("begun")
	if !s.Cooked() {
		t.Error("a command runs at a raw terminal")
	}
	s.Type("\x03")
	s.WaitFor("^C\n" + ps)
	s.Type("exit\r")
	s.Exit()
}

func TestTheTerminalGoesAway(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Hangup()
	if code := s.Wait(); code != 129 {
		t.Errorf("exit code %d, want 129", code)
	}
}

func TestResizeStorm(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	for i := range 60 {
		s.Type(fmt.Sprintf("$n += %d\r", i))
		for j := range 5 {
			s.Resize(60+(i*7+j*13)%60, 10+(i+j)%20)
		}
	}
	s.Resize(80, 24)
	s.Type("\"sum \" + $n\r")
	s.WaitUntil("the sum", func(screen string) bool { return strings.Contains(screen, "sum 1770") })
	s.Type("exit\r")
	s.Exit()
}

func TestResizeKeepsTheLine(t *testing.T) {
	s := start(t)
	s.WaitFor(ps)
	s.Type("'one two'.Length\x1b[D\x1b[D")
	s.WaitUntil("the line", func(screen string) bool { return screen == ps+" 'one two'.Length" })
	s.Resize(100, 30)
	s.Type("X")
	s.WaitFor(ps + " 'one two'.LengXth")
	s.Type("\x7f\r")
	s.WaitFor("7\n" + ps)
	s.Type("'x' * 90\r")
	s.WaitFor(strings.Repeat("x", 90) + "\n" + ps)
	s.Type("exit\r")
	s.Exit()
}

func TestDumbTerminal(t *testing.T) {
	home := t.TempDir()
	cmd := exec.Command(os.Args[0], "-NoLogo")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), runAsMigsh+"=1", "HOME="+home, "MIGSH_HOME="+filepath.Join(home, "state"), "TERM=dumb")
	s := repltest.Start(t, cmd)
	s.WaitFor(ps)
	s.Type("if (1) {\r")
	s.WaitFor(">>")
	s.Type("throw 'it'}\r")
	s.WaitUntil("the error", func(screen string) bool {
		return strings.Contains(screen, "Exception: ") && strings.HasSuffix(screen, ps)
	})
	s.Type("\x04")
	s.Exit()
	if strings.Contains(s.Output(), "\x1b") {
		t.Errorf("escape sequences: %q", s.Output())
	}
}

func TestColours(t *testing.T) {
	for _, test := range []struct {
		env     string
		colours bool
	}{{"NO_COLOR=", true}, {"NO_COLOR=1", false}} {
		t.Run(test.env, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-NoProfile", "-Command", "Write-Host -ForegroundColor Green ok; Write-Warning careful; throw 'it'")
			cmd.Env = append(os.Environ(), runAsMigsh+"=1", "HOME="+t.TempDir(), "TERM=xterm", test.env)
			s := repltest.Start(t, cmd)
			if code := s.Exit(); code != 1 {
				t.Errorf("exit code %d", code)
			}
			for _, styled := range []string{"\x1b[92mok\x1b[0m", "\x1b[33;1mWARNING: careful\x1b[0m", "\x1b[31;1mException: "} {
				if got := strings.Contains(s.Output(), styled); got != test.colours {
					t.Errorf("%q: %v, want %v\n%q", styled, got, test.colours, s.Output())
				}
			}
		})
	}
}
