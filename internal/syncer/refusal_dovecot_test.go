package syncer_test

import (
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox/mailboxtest"
	"migsh/internal/migration"
	"migsh/internal/sample"
	"migsh/internal/syncer"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestRefusedOnItsWay has a server refuse messages before they are sent whole, which costs the connection: the pass goes on over
// another one, and says which messages were refused and what they are.
func TestRefusedOnItsWay(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{QuotaMaxMail: "400k", Compress: true})
	plain := testmail.Plain(7, 60).Folders[0].Messages
	large := func(subject string, size int) sample.Message {
		return sample.NewMessage(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
			[]byte("From: ann@contoso.edu\r\nSubject: "+subject+"\r\n\r\n"+strings.Repeat(strings.Repeat("x", 70)+"\r\n", size/72)))
	}
	box := sample.Mailbox{Folders: []sample.Folder{{Path: []string{"INBOX"}}}}
	add := func(messages ...sample.Message) {
		box.Folders[0].Messages = append(box.Folders[0].Messages, messages...)
	}
	add(plain[:30]...)
	add(large("half", 500_000))
	add(plain[30:40]...)
	add(large("film 1", 3<<20), large("film 2", 2<<20))
	add(plain[40:]...)
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	source.Fill(t, "large", box)
	for _, rung := range mailboxtest.Rungs {
		t.Run(rung.Name, func(t *testing.T) {
			from, to := config(source, "large", 0), config(server, "large-"+strings.ReplaceAll(rung.Name, " ", "-"), 0)
			to.HideCapabilities, to.Compress = rung.Hide, rung.Compress
			j := job(t, from, to)
			r := pass(t, j)
			if r.Copied != 60 || r.Skipped != 3 {
				t.Errorf("%d copied, %d skipped", r.Copied, r.Skipped)
			}
			t.Logf("%d connections", r.Connections)
			var subjects []string
			for item, err := range syncer.Items(t.Context(), j.Store, j.Pair) {
				if err != nil {
					t.Fatal(err)
				}
				if item.Kind != migration.SkippedLargeItem {
					t.Errorf("%+v", item)
				}
				subjects = append(subjects, item.Subject)
			}
			if got := strings.Join(subjects, "|"); got != "half|film 1|film 2" {
				t.Errorf("left behind: %q", got)
			}
		})
	}
}
