package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestErrorTellsAll(t *testing.T) {
	e := NewError(QuotaExceeded, "APPEND", nil)
	e.Server, e.Login, e.Folder, e.UID, e.Code, e.Text = "imap.example.org:993", "anna", "Sent", 7, "OVERQUOTA", "Quota exceeded"
	want := `APPEND "Sent" UID 7 at imap.example.org:993 as anna: QuotaExceeded: the server says [OVERQUOTA] "Quota exceeded"; ` +
		`raise the quota of the mailbox or make room in it; the copy then goes on by itself`
	if got := e.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestClassOf(t *testing.T) {
	lost := fmt.Errorf("copy: %w", NewError(ConnectionLost, "FETCH", io.ErrUnexpectedEOF))
	for _, c := range []struct {
		err  error
		want Class
	}{
		{lost, Reconnect},
		{NewError(AuthenticationFailed, "LOGIN", nil), Person},
		{NewError(Throttled, "FETCH", nil), Later},
		{context.Canceled, Reconnect},
		{errors.New("else"), Internal},
	} {
		if got := ClassOf(c.err); got != c.want {
			t.Errorf("%v is of class %v, want %v", c.err, got, c.want)
		}
	}
	if !IsID(lost, ConnectionLost) || IsID(lost, Stalled) || !errors.Is(lost, io.ErrUnexpectedEOF) {
		t.Error("the kind or the cause is lost in wrapping")
	}
	for id, k := range kinds {
		if k.fix == "" || k.class == Internal {
			t.Errorf("%s has no advice or no class", id)
		}
	}
}
