package secret_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"migsh/internal/logging"
	"migsh/internal/secret"
	"migsh/store"
	"migsh/store/boltstore"
)

// A password goes through keyring, store and log; afterwards no file of the
// state directory has it in clear.
func TestNowhereInClear(t *testing.T) {
	const password = "correct-horse-battery-staple"
	home := t.TempDir()
	k, err := secret.Load(filepath.Join(home, "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	log, logFile, err := logging.Open(filepath.Join(home, "log"), logging.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := boltstore.Open(t.Context(), filepath.Join(home, "state.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	type user struct {
		Name     string
		Password secret.Sealed
	}
	users := store.NewCollection[user](s, "user")
	clear := secret.New(password)
	sealed, err := k.Seal(users.Key("ann"), "Password", clear)
	if err != nil {
		t.Fatal(err)
	}
	op, err := users.Create(user{"ann", sealed}, "ann")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	log.Info("user added", "name", "ann", "secret", clear, "value", clear, "password", password, "sealed", sealed)
	item, err := users.Get(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := k.Open(users.Key("ann"), "Password", item.Value.Password); err != nil || opened.Reveal() != password {
		t.Errorf("opened: %v", err)
	}
	for _, close := range []func() error{s.Close, logFile.Close} {
		if err := close(); err != nil {
			t.Fatal(err)
		}
	}

	files := 0
	err = filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(password)) {
			t.Errorf("%s has the password in clear", path)
		}
		if filepath.Base(path) != "key" && !bytes.Contains(data, []byte("ann")) {
			t.Errorf("%s does not have even the name: nothing was tried", path)
		}
		return err
	})
	if err != nil || files != 3 {
		t.Errorf("%d files, %v; want key, log and store", files, err)
	}
}
