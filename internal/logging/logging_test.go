package logging

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/internal/secret"
)

const password = "Tr0ub4dor&3"

func TestRedaction(t *testing.T) {
	var out bytes.Buffer
	log := New(&out, nil)
	text := secret.New(password)
	log.With("TargetPassword", password).WithGroup("login").Info("hello",
		"password", password, "admin_password", password, "Client-Secret", password, "accessToken", password,
		"credentials", []string{password}, "pass", password, "Authorization", "Bearer "+password,
		"text", text, "struct", struct{ A secret.Text }{text}, "pointer", &text,
		slog.Group("credential", "user", password, "n", 1),
		"url", "imap://ann:"+password+"@host/", "err", fmt.Errorf("dial: %w", errors.New("imap://ann:"+password+"@host:143")))
	if strings.Contains(out.String(), password) {
		t.Errorf("in clear: %s", out.String())
	}
	if want := "imap://ann:" + redacted + "@host:143"; !strings.Contains(out.String(), want) {
		t.Errorf("%s\nis without %s", out.String(), want)
	}

	out.Reset()
	log.Info("hello", "user", "ann", "passed", 3, "author", "bo", "url", "imap://host:143/a@b", "mailbox", "INBOX", "compass", "N")
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"user": "ann", "passed": 3.0, "author": "bo", "url": "imap://host:143/a@b", "mailbox": "INBOX", "compass": "N", "msg": "hello", "level": "INFO",
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
}

func TestLevel(t *testing.T) {
	var out bytes.Buffer
	New(&out, nil).Debug("hidden")
	if out.Len() > 0 {
		t.Errorf("logged below the level: %s", &out)
	}
	New(&out, slog.LevelDebug).Debug("shown")
	if !strings.Contains(out.String(), "shown") {
		t.Error("not logged at the level")
	}
}

func TestFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "log")
	log, closer, err := Open(dir, Options{MaxSize: 1, Keep: 2})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 10000)
	for i := range 250 { // 2.5 MB
		log.Info(long, "i", i)
	}
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "migsh.log"))
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() > 1<<20 || info.Size() == 0 {
		t.Errorf("the log file: %v, %v", info, err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) < 2 {
		t.Errorf("no file was put aside: %v, %v", names, err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", info.Mode(), err)
	}
}
