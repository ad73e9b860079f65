package secret

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func load(t *testing.T, path string) *Keyring {
	t.Helper()
	k, err := Load(path, false)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func seal(t *testing.T, k *Keyring, record, field, value string) Sealed {
	t.Helper()
	sealed, err := k.Seal(record, field, New(value))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantOpen(t *testing.T, k *Keyring, record, field string, sealed Sealed, want string) {
	t.Helper()
	got, err := k.Open(record, field, sealed)
	if err != nil || got.Reveal() != want || got.IsZero() {
		t.Errorf("Open = %q, %v; want %q", got.Reveal(), err, want)
	}
}

func TestSealOpen(t *testing.T) {
	k := load(t, filepath.Join(t.TempDir(), "key"))
	for _, value := range []string{"", password, "ä\x00\n", strings.Repeat("long", 10000)} {
		sealed := seal(t, k, "user/1", "Password", value)
		if value != "" && strings.Contains(string(sealed), value) {
			t.Errorf("sealed in clear: %s", sealed)
		}
		wantOpen(t, k, "user/1", "Password", sealed, value)
		if again := seal(t, k, "user/1", "Password", value); again == sealed {
			t.Error("sealing twice gives the same")
		}
	}
	if sealed, err := k.Seal("user/1", "Password", Text{}); sealed != "" || err != nil {
		t.Errorf("no secret is sealed as %q, %v", sealed, err)
	}
	if secret, err := k.Open("user/1", "Password", ""); !secret.IsZero() || err != nil {
		t.Errorf("no secret opens as %q, %v", secret.Reveal(), err)
	}
}

func TestOpenElsewhere(t *testing.T) {
	dir := t.TempDir()
	k, other := load(t, filepath.Join(dir, "key")), load(t, filepath.Join(dir, "other"))
	sealed := seal(t, k, "user/1", "Password", password)
	body := strings.LastIndexByte(string(sealed), '.') + 1
	altered := []byte(sealed)
	altered[len(altered)-5] ^= 1
	tests := []struct {
		name          string
		record, field string
		sealed        Sealed
		with          *Keyring
		want          error
	}{
		{"another record", "user/2", "Password", sealed, k, ErrForged},
		{"another field", "user/1", "TargetPassword", sealed, k, ErrForged},
		{"shifted names", "user/1P", "assword", sealed, k, ErrForged},
		{"altered", "user/1", "Password", Sealed(altered), k, ErrForged},
		{"cut", "user/1", "Password", sealed[:len(sealed)-8], k, ErrForged},
		{"cut to nothing", "user/1", "Password", sealed[:body], k, ErrForged},
		{"not base64", "user/1", "Password", sealed + "!", k, ErrForged},
		{"in clear", "user/1", "Password", password, k, ErrForged},
		{"another version", "user/1", "Password", "x9" + sealed[2:], k, ErrForged},
		{"another key", "user/1", "Password", sealed, other, ErrKeyMissing},
		{"a key of that name, but another", "user/1", "Password", sealed,
			&Keyring{path: "here", keys: map[string]key{k.current: other.keys[other.current]}, current: k.current}, ErrForged},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			secret, err := test.with.Open(test.record, test.field, test.sealed)
			if !errors.Is(err, test.want) || !secret.IsZero() {
				t.Fatalf("%q, %v; want %v", secret.Reveal(), err, test.want)
			}
			if strings.Contains(err.Error(), password) {
				t.Errorf("the error tells the secret: %v", err)
			}
			if test.want == ErrKeyMissing && !strings.Contains(err.Error(), other.Path()) {
				t.Errorf("the error does not name the key file: %v", err)
			}
		})
	}
}

func TestKeyFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	path := filepath.Join(dir, "key")
	if _, err := Load(path, true); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("a missing file that must be there: %v", err)
	}
	first := load(t, path)
	for name, want := range map[string]fs.FileMode{dir: 0o700, path: 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
	}
	sealed := seal(t, first, "r", "f", password)
	again, err := Load(path, true)
	if err != nil {
		t.Fatal(err)
	}
	wantOpen(t, again, "r", "f", sealed, password)
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("left in the directory: %v, %v", names, err)
	}

	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, true); err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
		t.Errorf("a file that others can read: %v", err)
	}
}

func TestKeyFileDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	load(t, path)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(sound)), "\n")
	keyLine := lines[len(lines)-1]
	for name, content := range map[string]string{
		"empty":     "",
		"no key":    header,
		"cut":       string(sound[:len(sound)-10]),
		"twice":     string(sound) + keyLine + "\n",
		"id":        "zz" + keyLine[2:],
		"long line": strings.Repeat("x", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path, true)
			if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), keyLine[9:30]) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// Several that start for the first time at once end up with one key.
func TestKeyFileRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			k, err := Load(path, false)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = k.Current()
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("different keys: %q", ids)
		}
	}
}

func TestRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	old := load(t, path)
	sealed := seal(t, old, "r", "f", password)
	rotated, err := old.Rotated()
	if err != nil {
		t.Fatal(err)
	}
	if rotated.Current() == old.Current() {
		t.Fatal("the key is the same")
	}
	k := load(t, path)
	if k.Current() != rotated.Current() {
		t.Errorf("the file's current key is %s, want %s", k.Current(), rotated.Current())
	}
	wantOpen(t, k, "r", "f", sealed, password)
	fresh, ok, err := k.Reseal("r", "f", sealed)
	if err != nil || !ok || fresh.KeyID() != k.Current() {
		t.Fatalf("Reseal = %s, %t, %v", fresh, ok, err)
	}
	if same, ok, err := k.Reseal("r", "f", fresh); same != fresh || ok || err != nil {
		t.Errorf("Reseal of what is new = %s, %t, %v", same, ok, err)
	}
	retained, err := k.Retain()
	if err != nil {
		t.Fatal(err)
	}
	k = load(t, path)
	wantOpen(t, retained, "r", "f", fresh, password)
	wantOpen(t, k, "r", "f", fresh, password)
	if _, err := k.Open("r", "f", sealed); !errors.Is(err, ErrKeyMissing) {
		t.Errorf("what the dropped key sealed: %v", err)
	}
	k.Wipe()
	if _, err := k.Open("r", "f", fresh); !errors.Is(err, ErrKeyMissing) {
		t.Errorf("after Wipe: %v", err)
	}
}

// A record keeps the sealed form, and nothing of it is in clear.
func TestSealedInRecord(t *testing.T) {
	k := load(t, filepath.Join(t.TempDir(), "key"))
	type stored struct {
		User     string
		Password Sealed
	}
	data, err := json.Marshal(stored{"ann", seal(t, k, "user/ann", "Password", password)})
	if err != nil || strings.Contains(string(data), password) {
		t.Fatalf("%s, %v", data, err)
	}
	var back stored
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, k, "user/ann", "Password", back.Password, password)
}
