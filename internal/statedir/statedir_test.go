package statedir

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	type env map[string]string
	tests := []struct {
		name, goos, home string
		env              env
		want             string
		fails            bool
	}{
		{"flag first", "linux", "/a", env{"MIGSH_HOME": "/b", "HOME": "/u"}, "/a", false},
		{"relative flag", "linux", "a", nil, filepath.Join(here, "a"), false},
		{"environment", "linux", "", env{"MIGSH_HOME": "/b", "XDG_STATE_HOME": "/x", "HOME": "/u"}, "/b", false},
		{"xdg", "linux", "", env{"XDG_STATE_HOME": "/x", "HOME": "/u"}, "/x/migsh", false},
		{"relative xdg", "linux", "", env{"XDG_STATE_HOME": "x", "HOME": "/u"}, "/u/.local/state/migsh", false},
		{"home", "darwin", "", env{"HOME": "/u"}, "/u/.local/state/migsh", false},
		{"nothing", "linux", "", nil, "", true},
		{"windows", "windows", "", env{"LOCALAPPDATA": "/l", "HOME": "/u"}, "/l/migsh", false},
		{"windows, nothing", "windows", "", env{"HOME": "/u"}, "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if runtime.GOOS == "windows" {
				t.Skip("the paths of this table are not Windows's")
			}
			got, err := find(test.goos, test.home, func(name string) string { return test.env[name] })
			if string(got) != test.want || (err != nil) != test.fails {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
			if err != nil && !strings.Contains(err.Error(), "-Home") {
				t.Errorf("the error does not say what to do: %v", err)
			}
		})
	}
}

func TestMake(t *testing.T) {
	dir := Dir(filepath.Join(t.TempDir(), "a", "b"))
	for range 2 {
		if err := dir.Make(); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	if info, err := os.Stat(string(dir)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(string(dir), 0o770); err != nil {
		t.Fatal(err)
	}
	if err := dir.Make(); err == nil || !strings.Contains(err.Error(), "chmod 700 "+string(dir)) {
		t.Errorf("a directory that others can write: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Dir(filepath.Join(file, "x")).Make(); err == nil {
		t.Error("made a directory in a file")
	}
}

func TestPaths(t *testing.T) {
	d := Dir("/state")
	none := func(string) string { return "" }
	elsewhere := func(name string) string { return map[string]string{"MIGSH_KEY_FILE": "/keys/migsh"}[name] }
	got := []string{d.Store(), d.Socket(), d.History(), d.Log(), d.Outbox(), d.Reports(), d.Spool(), d.Key(none)}
	for i, name := range []string{"state.db", "socket", "history", "log", "outbox", "reports", "spool", "key"} {
		if want := filepath.Join("/state", name); got[i] != want {
			t.Errorf("%s, want %s", got[i], want)
		}
	}
	if got := d.Key(elsewhere); got != "/keys/migsh" {
		t.Errorf("the key elsewhere is %s", got)
	}
	sub := filepath.Join(t.TempDir(), "spool")
	if err := Sub(sub); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(sub); err != nil || !info.IsDir() {
		t.Errorf("%v, %v", info, err)
	}
}
