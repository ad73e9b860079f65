package imapbox

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"migsh/internal/mailbox"
)

// atOnce makes calls at the same time and waits for them.
func atOnce(n int, call func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { call(i) })
	}
	wg.Wait()
}

// Calls that are made at the same time ask all their questions before the first is answered, and each hears its own answer.
func TestCallsShareRoundTrips(t *testing.T) {
	const calls = 8
	s := &script{says: map[string]string{}, together: 2 * calls, gathered: []string{"EXAMINE", "UID FETCH"}}
	for i := range calls {
		s.says[fmt.Sprintf("UID FETCH %d:", 10+i)] = fmt.Sprintf("* 1 FETCH (UID %d FLAGS () INTERNALDATE \"01-Jan-2020 00:00:00 +0000\" RFC822.SIZE 5)\r\n", 10+i)
	}
	source, err := OpenSource(t.Context(), s.start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	atOnce(calls, func(i int) {
		at := mailbox.At{Folder: fmt.Sprintf("F%d", i), UIDValidity: 7}
		uid := mailbox.UID(10 + i)
		var got []mailbox.UID
		for m, err := range source.List(t.Context(), at, mailbox.Query{UIDs: mailbox.UIDSet{{First: uid, Last: 99}}}) {
			if err != nil {
				t.Error(err)
			}
			got = append(got, m.UID)
		}
		if len(got) != 1 || got[0] != uid {
			t.Errorf("%s lists %d, want %d", at.Folder, got, uid)
		}
	})
}

// The same at a target, whose folders are made and opened: one that is refused or not there does not concern the others.
func TestTargetCallsShareRoundTrips(t *testing.T) {
	const calls = 6
	for _, gathered := range []string{"CREATE", "SELECT", "SUBSCRIBE"} {
		s := &script{says: map[string]string{
			`CREATE "F1"`: "{tag} NO [ALREADYEXISTS] there\r\n", `CREATE "F2"`: "{tag} NO [CANNOT] never\r\n",
			`SELECT "F2"`: "{tag} NO [NONEXISTENT] no\r\n", `SUBSCRIBE "F2"`: "{tag} NO no\r\n",
		}, together: calls, gathered: []string{gathered}}
		target, err := OpenTarget(t.Context(), s.start(t))
		if err != nil {
			t.Fatal(err)
		}
		atOnce(calls, func(i int) {
			folder := fmt.Sprintf("F%d", i)
			var err error
			switch gathered {
			case "CREATE":
				var created bool
				created, err = target.Create(t.Context(), folder, "")
				if want := i != 1 && i != 2; created != want {
					t.Errorf("CREATE %s: created is %v, want %v", folder, created, want)
				}
			case "SELECT":
				var opened mailbox.Opened
				opened, err = target.Open(t.Context(), folder)
				if i != 2 && opened.UIDNext != 100 {
					t.Errorf("SELECT %s: %+v", folder, opened)
				}
			case "SUBSCRIBE":
				err = target.Subscribe(t.Context(), folder)
			}
			if refused := mailbox.ClassOf(err) == mailbox.PerFolder && err != nil; refused != (i == 2) || err != nil && !refused {
				t.Errorf("%s %s: %v", gathered, folder, err)
			}
		})
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A call that is given up after it has asked leaves the others their answers.
func TestCallGivenUp(t *testing.T) {
	s := &script{says: map[string]string{"UID FETCH 5": "* 1 FETCH (UID 5 FLAGS () INTERNALDATE \"01-Jan-2020 00:00:00 +0000\" RFC822.SIZE 5)\r\n"},
		together: 3, gathered: []string{"EXAMINE"}}
	source, err := OpenSource(t.Context(), s.start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	ctx, giveUp := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := source.Open(t.Context(), "A")
		first <- err
	}()
	s.await(t, `EXAMINE "A"`)
	second := make(chan error, 1)
	go func() {
		_, err := source.Open(ctx, "B")
		second <- err
	}()
	s.await(t, `EXAMINE "B"`)
	giveUp()
	if err := <-second; err == nil {
		t.Error("a call that was given up has no error")
	}
	for m, err := range source.List(t.Context(), mailbox.At{Folder: "C", UIDValidity: 7}, mailbox.Query{UIDs: mailbox.UIDs(5)}) {
		if err != nil || m.UID != 5 {
			t.Errorf("the list behind it: %+v, %v", m, err)
		}
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
}
