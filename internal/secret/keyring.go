package secret

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// A Keyring is the keys of one key file. The last key seals; all open. It is
// safe for concurrent use until Wipe.
type Keyring struct {
	path    string
	keys    map[string]key
	current string
}

type key []byte

const header = "# Keys that seal the credentials in migsh's state. Without this file they cannot be read.\n" +
	"# Keep a copy apart from the state. One key a line, the last one seals.\n"

// Load reads the key file. When there is none it is made, with one new key,
// readable for this user alone; but not if must is true, which says that
// something was sealed already: then a new key would be of no use, and the
// error names the file that is missing.
func Load(path string, must bool) (*Keyring, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if must {
			return nil, fmt.Errorf("the key file %s is missing, and credentials are sealed with its key. "+
				"Put it back, or name its place in MIGSH_KEY_FILE: %w", path, err)
		}
		return create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	defer clear(data)
	if err := private(path); err != nil {
		return nil, err
	}
	return parse(path, data)
}

// private refuses a key file that others can read.
func private(path string) error {
	if runtime.GOOS == "windows" {
		return nil // there the directory's access list protects it
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("look at the key file: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("the key file %s can be read by others (mode %04o). Look into who may have read it, "+
			"then: chmod 600 %s", path, mode, path)
	}
	return nil
}

func parse(path string, data []byte) (*Keyring, error) {
	k := &Keyring{path: path, keys: make(map[string]key)}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, text, _ := strings.Cut(line, " ")
		bytes, err := base64.RawStdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil || len(bytes) != chacha20poly1305.KeySize || !validID(id) || k.keys[id] != nil {
			// The line is not quoted: it may be half a key.
			return nil, fmt.Errorf("the key file %s is damaged in line %d. Put a sound copy in its place", path, n)
		}
		k.keys[id], k.current = bytes, id
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the key file %s: %w", path, err)
	}
	if k.current == "" {
		return nil, fmt.Errorf("the key file %s has no key. Put a sound copy in its place", path)
	}
	return k, nil
}

func validID(id string) bool {
	_, err := hex.DecodeString(id)
	return err == nil && len(id) == 8
}

// create makes a key file with one key.
func create(path string) (*Keyring, error) {
	k := &Keyring{path: path, keys: make(map[string]key)}
	k.add()
	err := k.write(os.Link)
	if errors.Is(err, fs.ErrExist) {
		return Load(path, true) // somebody else was faster: that key it is
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

// add adds a new key, which seals from now on.
func (k *Keyring) add() {
	bytes, id := make([]byte, chacha20poly1305.KeySize), make([]byte, 4)
	_, _ = rand.Read(bytes) // never fails: crypto/rand ends the process instead
	_, _ = rand.Read(id)
	name := hex.EncodeToString(id)
	if k.keys[name] != nil {
		k.add()
		return
	}
	k.keys[name], k.current = bytes, name
}

// write writes the file beside its place, lets put move it there, and returns
// once the disk has it: what is sealed next must not outlive its key.
func (k *Keyring) write(put func(from, to string) error) error {
	var b bytes.Buffer
	b.WriteString(header)
	line := func(id string) {
		fmt.Fprintf(&b, "%s %s\n", id, base64.RawStdEncoding.EncodeToString(k.keys[id]))
	}
	for _, id := range slices.Sorted(maps.Keys(k.keys)) {
		if id != k.current {
			line(id)
		}
	}
	line(k.current)
	defer clear(b.Bytes())

	dir := filepath.Dir(k.path)
	err := os.MkdirAll(dir, 0o700)
	var file *os.File
	if err == nil {
		file, err = os.CreateTemp(dir, ".key-*") // of mode 0600
	}
	if err != nil {
		return fmt.Errorf("write the key file %s: %w", k.path, err)
	}
	_, err = file.Write(b.Bytes())
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = put(file.Name(), k.path)
	}
	if removeErr := os.Remove(file.Name()); !errors.Is(removeErr, fs.ErrNotExist) {
		err = errors.Join(err, removeErr)
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return fmt.Errorf("write the key file %s: %w", k.path, err)
	}
	return nil
}

// syncDir makes the disk have the directory's names.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // which keeps names in a journal, and opens no directories
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Path is the key file's.
func (k *Keyring) Path() string { return k.path }

// Current is the id of the key that seals.
func (k *Keyring) Current() string { return k.current }

// Rotated returns the keyring with a new key that seals, written to the file
// beside the older ones. What they sealed stays readable; Reseal moves it on.
func (k *Keyring) Rotated() (*Keyring, error) {
	next := &Keyring{path: k.path, keys: make(map[string]key, len(k.keys)+1)}
	maps.Copy(next.keys, k.keys)
	next.add()
	if err := next.write(os.Rename); err != nil {
		return nil, err
	}
	return next, nil
}

// Retain drops all keys from keyring and file but the current one, after
// everything was resealed.
func (k *Keyring) Retain() (*Keyring, error) {
	next := &Keyring{path: k.path, keys: map[string]key{k.current: k.keys[k.current]}, current: k.current}
	if err := next.write(os.Rename); err != nil {
		return nil, err
	}
	return next, nil
}

// Wipe overwrites the keys in memory, shared with the keyring this one was
// rotated from.
func (k *Keyring) Wipe() {
	for id, bytes := range k.keys {
		clear(bytes)
		delete(k.keys, id)
	}
}
