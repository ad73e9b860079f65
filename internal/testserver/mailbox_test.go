package testserver

import (
	"slices"
	"strings"
	"testing"

	"migsh/internal/sample"
	"migsh/internal/testmail"
)

// What is filled in is what a snapshot shows, on every store, separator and
// prefix.
func TestFillAndSnapshot(t *testing.T) {
	for _, test := range []struct {
		name    string
		options DovecotOptions
		awkward testmail.AwkwardOptions
	}{
		{"maildir", DovecotOptions{}, testmail.AwkwardOptions{Avoid: "/."}},
		{"maildir dot prefix", DovecotOptions{Separator: ".", Prefix: "INBOX."}, testmail.AwkwardOptions{Avoid: "/."}},
		{"sdbox", DovecotOptions{Store: "sdbox"}, testmail.AwkwardOptions{Avoid: "/"}},
		{"mdbox dot", DovecotOptions{Store: "mdbox", Separator: "."}, testmail.AwkwardOptions{Avoid: "/."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := StartDovecot(t, test.options)
			test.awkward.Large = 5 << 20
			mailbox := testmail.Awkward(test.awkward)
			d.Fill(t, "ann", mailbox)
			before := d.Digest(t, "ann")
			rules := testmail.Rules{ExtraFolders: true}
			for _, line := range testmail.Diff(testmail.Of(mailbox), d.Snapshot(t, "ann"), rules) {
				t.Error(line)
			}
			if after := d.Digest(t, "ann"); !slices.Equal(before, after) {
				t.Errorf("a snapshot changes the mail:\n%s\nbefore:\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
			}
		})
	}
}

func TestFillCompany(t *testing.T) {
	t.Parallel()
	d := StartDovecot(t, DovecotOptions{})
	for _, mailbox := range sample.Company() {
		d.Fill(t, mailbox.Address, mailbox)
		for _, line := range testmail.Diff(testmail.Of(mailbox), d.Snapshot(t, mailbox.Address), testmail.Rules{}) {
			t.Errorf("%s: %s", mailbox.Address, line)
		}
	}
}

// Changes made by commands show in the snapshot.
func TestRun(t *testing.T) {
	t.Parallel()
	d := StartDovecot(t, DovecotOptions{})
	mailbox := testmail.Plain(1, 5)
	d.Fill(t, "ann", mailbox)
	d.Run(t, "ann", "SELECT INBOX", `STORE 2 FLAGS ($Changed \Seen)`, `STORE 3 +FLAGS (\Deleted)`, "EXPUNGE", "CREATE New")
	lines := testmail.Diff(testmail.Of(mailbox), d.Snapshot(t, "ann"), testmail.Rules{})
	want := []string{ // the fourth was marked as deleted before
		"INBOX: differs: UID 2, ", "INBOX: missing: UID 3, ", "INBOX: missing: UID 4, ", "New: folder not expected",
	}
	if len(lines) != len(want) {
		t.Fatalf("differences %q, want those that begin with %q", lines, want)
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("difference %q, want one that begins with %q", lines[i], want[i])
		}
	}
}

func TestUTF7(t *testing.T) {
	for name, wire := range map[string]string{
		"INBOX": "INBOX", "A & B": "A &- B", "Entwürfe": "Entw&APw-rfe", "日本語": "&ZeVnLIqe-", "📬": "&2D3c7A-",
		"~peter/mail/台北/日本語": "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
	} {
		if got := encodeUTF7(name); got != wire {
			t.Errorf("encodeUTF7(%q) = %q, want %q", name, got, wire)
		}
		if got, err := decodeUTF7(wire); got != name || err != nil {
			t.Errorf("decodeUTF7(%q) = %q, %v; want %q", wire, got, err, name)
		}
	}
	for _, wire := range []string{"&", "&ZeVnLIqe", "&Zg-", "&!!-"} {
		if got, err := decodeUTF7(wire); err == nil {
			t.Errorf("decodeUTF7(%q) = %q, want an error", wire, got)
		}
	}
}
