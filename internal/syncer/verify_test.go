package syncer

import (
	"io"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
)

func TestVerify(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.deliver("INBOX", 0, 9)
	w.deliver("A", 9, 12)
	w.sync(t)
	v, err := Verify(t.Context(), w.job(), 1)
	if err != nil || v.Checked != 12 || v.Same != 12 || len(v.Missing)+len(v.Altered) != 0 {
		t.Errorf("a good copy: %+v, %v", v, err)
	}
	if v, err := Verify(t.Context(), w.job(), 3); err != nil || v.Checked != 4 {
		t.Errorf("every third: %+v, %v", v, err)
	}
	w.target.Remove("INBOX", 2)
	w.target.SetHooks(membox.Hooks{Body: func(folder string, uid mailbox.UID, r io.Reader) io.Reader {
		if folder == "INBOX" && uid == 5 {
			return io.MultiReader(strings.NewReader("X"), r)
		}
		return r
	}})
	w.target.RemoveFolder("A")
	v, err = Verify(t.Context(), w.job(), 1)
	if err != nil || v.Checked != 12 || v.Same != 7 || len(v.Missing) != 4 || len(v.Altered) != 1 || v.Altered[0].SourceUID != 5 || v.Altered[0].Folder != "INBOX" {
		t.Errorf("a spoilt copy: %+v, %v", v, err)
	}
	source, err := w.source.OpenSource(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	w.source.Renumber("A")
	if err := Describe(t.Context(), source, v.Altered); err != nil || v.Altered[0].Subject != "Message 4" || v.Altered[0].Sender != "Anna <anna@example.org>" {
		t.Errorf("described as %+v, %v", v.Altered, err)
	}
	if err := Describe(t.Context(), source, v.Missing); err != nil || v.Missing[0].Subject != "" || v.Missing[3].Subject != "Message 1" {
		t.Errorf("described as %+v, %v", v.Missing, err)
	}
}
