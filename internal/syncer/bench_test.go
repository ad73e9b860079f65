package syncer

import (
	"testing"

	"migsh/internal/mailbox/membox"
)

// BenchmarkCopy is the syncer's own share of a copy: two mailboxes in memory, 20,000 small messages.
func BenchmarkCopy(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := newWorld(membox.Options{}, membox.Options{Group: 100})
		w.change = func(j *Job) { j.Window, j.Observer = 0, nil }
		w.deliver("INBOX", 0, 20000)
		b.StartTimer()
		w.sync(b)
	}
}
