package testserver

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Digest implements [Any]. In a maildir the names carry the flags and whether a client has seen the message as new; the other
// stores keep their flags in files that change by being read, which are left out, like every cache and index.
func (d *Dovecot) Digest(t testing.TB, user string) []string {
	t.Helper()
	return digest(t, filepath.Join(d.mailDir(), user), "dovecot")
}

// digest goes through the files below a directory, except those whose names begin with one of the words.
func digest(t testing.TB, dir string, except ...string) []string {
	t.Helper()
	var lines []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		for _, word := range except {
			if strings.HasPrefix(path.Base(name), word) {
				return nil
			}
		}
		file, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		defer file.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, file); err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		lines = append(lines, fmt.Sprintf("%s %x", name, sum.Sum(nil)))
		return nil
	})
	if err != nil {
		t.Fatalf("the mail in %s: %v", dir, err)
	}
	return lines
}
