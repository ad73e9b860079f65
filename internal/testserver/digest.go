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

// Digest returns one line for each file of a user's mail, with its path and the
// digest of its bytes: compare two to know that nothing touched the mail in
// between. In a maildir the names carry the flags and whether a client has seen
// the message as new; the other stores keep their flags in files that change by
// being read, which are left out, like every cache and index.
func (d *Dovecot) Digest(t testing.TB, user string) []string {
	t.Helper()
	home := filepath.Join(d.mailDir(), user)
	var lines []string
	err := fs.WalkDir(os.DirFS(home), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(path.Base(name), "dovecot") {
			return err
		}
		file, err := os.Open(filepath.Join(home, name))
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
		t.Fatalf("the mail of %s: %v", user, err)
	}
	return lines
}
