package repl

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// maxHistory is how many entries are kept, as $MaximumHistoryCount of PSReadLine.
const maxHistory = 4096

// history is what was typed, oldest first, each statement once, where it was typed last. Its file holds an entry a line;
// inside an entry a line feed is preceded by a backtick, as in PSReadLine's file.
type history struct {
	entries []string
	file    *os.File // nil: kept in memory only
}

// openHistory reads the history of earlier sessions. An empty path: there is none.
func openHistory(path string) (*history, error) {
	h := &history{}
	if path == "" {
		return h, nil
	}
	stored, err := h.load(path)
	if err != nil {
		return h, err
	}
	if stored > 2*maxHistory {
		if err := rewrite(path, h.entries); err != nil {
			return h, err
		}
	}
	h.file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return h, fmt.Errorf("open the history: %w. What is typed will be forgotten at the end", err)
	}
	// An older file may be open to others.
	if err := h.file.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return h, fmt.Errorf("close the history to others: %w", err)
	}
	return h, nil
}

// load reads the file and tells how many entries it holds, duplicates included.
func (h *history) load(path string) (stored int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the history: %w. What is typed will be forgotten at the end", err)
	}
	defer f.Close()
	var all []string
	var entry strings.Builder
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadString('\n')
		text, more := strings.CutSuffix(strings.TrimSuffix(line, "\n"), "`")
		entry.WriteString(text)
		if more && err == nil {
			entry.WriteByte('\n')
			continue
		}
		if entry.Len() > 0 {
			all = append(all, entry.String())
		}
		entry.Reset()
		if err != nil {
			break
		}
	}
	// The last of each counts.
	seen := make(map[string]bool, len(all))
	for _, e := range slices.Backward(all) {
		if !seen[e] && len(h.entries) < maxHistory {
			seen[e] = true
			h.entries = append(h.entries, e)
		}
	}
	slices.Reverse(h.entries)
	return len(all), nil
}

// rewrite puts the entries into a new file in place of the old.
func rewrite(path string, entries []string) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("shorten the history: %w", err)
	}
	w := bufio.NewWriter(temp)
	for _, e := range entries {
		// bufio's first error is kept for Flush.
		_, _ = w.WriteString(stored(e))
	}
	err = errors.Join(w.Flush(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("shorten the history: %w", errors.Join(err, os.Remove(temp.Name())))
	}
	return nil
}

// stored is an entry as the file has it.
func stored(entry string) string { return strings.ReplaceAll(entry, "\n", "`\n") + "\n" }

// add remembers an entry. What may hold a secret can be recalled until the end of the session and is not stored.
func (h *history) add(entry string) error {
	entry = strings.TrimRight(entry, " \t\n")
	if strings.TrimSpace(entry) == "" || strings.HasSuffix(entry, "`") {
		return nil
	}
	if n := len(h.entries); n > 0 && h.entries[n-1] == entry {
		return nil
	}
	if i := slices.Index(h.entries, entry); i >= 0 {
		h.entries = slices.Delete(h.entries, i, i+1)
	}
	h.entries = append(h.entries, entry)
	if len(h.entries) > maxHistory {
		h.entries = slices.Delete(h.entries, 0, len(h.entries)-maxHistory)
	}
	if h.file == nil || secretive(entry) {
		return nil
	}
	if _, err := h.file.WriteString(stored(entry)); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	return nil
}

func (h *history) close() error {
	if h.file == nil {
		return nil
	}
	return h.file.Close()
}

// sensitive finds words that go with secrets, as PSReadLine does, and what carries a password without any of them: addresses with
// one inside, the constructors of credentials, secure strings from text.
var sensitive = regexp.MustCompile(`(?i)passw|passphrase|pwd\b|asplaintext|-asp|-securestring|token|api_?key|secret|credential\]|credential\(|pscredential|networkcredential|-credentials?[\s:]+["'@]|[a-z]+://[^\s/@:]+:[^\s/@]+@`)

// secretive tells whether a statement may hold a secret.
func secretive(entry string) bool { return sensitive.MatchString(entry) }
