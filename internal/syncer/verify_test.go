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
}
