package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"migsh/internal/testserver"
)

// BenchmarkMemory looks at what the whole program holds in memory, and in its state, while it copies what is large in one
// way. Each is measured once: memory does not depend on how busy the machine is.
func BenchmarkMemory(b *testing.B) {
	for range b.N {
		w := newWorld(b)
		w.huge()
		w.many()
		w.long()
	}
}

// huge copies a mailbox whose largest message has 100 MB.
func (w *world) huge() {
	c := corpus{"huge", 200, around4KB}
	w.fill(w.source.Server, c.name, func(yield func(mail) bool) {
		c.mails(yield)
		yield(mail{folder: "INBOX", date: time.Unix(1_600_000_000, 0), head: []byte("Subject: huge\r\n\r\n"), length: 100 << 20})
	})
	peak, _ := w.copied(w.source, []string{c.name})
	w.report("a message of 100 MB", peak, 32)
}

// many copies 50 mailboxes at once.
func (w *world) many() {
	c := corpus{"many", 400, around4KB}
	var users []string
	for i := range 50 {
		users = append(users, fmt.Sprintf("many%d", i))
		w.fill(w.source.Server, users[i], c.mails)
	}
	peak, _ := w.copied(w.source, users)
	w.report("50 mailboxes at once", peak, 64)
}

// long copies half a million messages.
func (w *world) long() {
	c := corpus{"long", 500_000, func(*rand.Rand) int { return 700 }}
	source := w.target["mdbox"] // a Maildir of so many files would take long to make
	w.fill(source.Server, c.name, c.mails)
	peak, home := w.copied(source, []string{c.name})
	w.report("half a million messages", peak, 64)
	inUse := float64(stateInUse(w, filepath.Join(home, "state.db"))) / float64(c.messages)
	fmt.Printf("| state, bytes in use a message | ≤ 60 | %.1f |\n", inUse)
}

// copied copies the users to accounts of their own on the mdbox server and tells the peak of RssAnon in bytes.
func (w *world) copied(source *testserver.Dovecot, users []string) (peak int64, home string) {
	target := w.target["mdbox"]
	dir := filepath.Join(w.dir, w.fresh())
	if err := os.Mkdir(dir, 0o700); err != nil {
		w.Fatal(err)
	}
	rows, names := make([]string, len(users)), make([]string, len(users))
	for i, user := range users {
		names[i] = w.fresh()
		rows[i] = userRow(user, names[i])
	}
	run, err := w.prepare(dir, source.IMAPAddr(), target.IMAPAddr(), rows, fmt.Sprintf("-MaxConcurrentMigrations %d", len(users)))
	if err != nil {
		w.Fatal(err)
	}
	result, err := run(true)
	if err != nil {
		w.Fatal(err)
	}
	for i, user := range users {
		want, got := messages(w, source, user), messages(w, target, names[i])
		if want != got {
			w.Errorf("%s: %d messages of %d have arrived", user, got, want)
		}
	}
	return result.rssAnon, filepath.Join(dir, "home")
}

func (w *world) report(what string, peak int64, limit float64) {
	fmt.Printf("| RssAnon, %s, MB | ≤ %.0f | %.1f |\n", what, limit, float64(peak)/(1<<20))
}

// stateInUse is the size of a state without its free pages, in bytes.
func stateInUse(t testing.TB, file string) (inUse int64) {
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		inUse = tx.Size() - int64(db.Stats().FreePageN+db.Stats().PendingPageN)*int64(db.Info().PageSize)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return inUse
}
