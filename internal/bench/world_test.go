package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migsh/internal/testserver"
)

// flushing has the servers write mail to the disk as they do in earnest.
const flushing = "mail_fsync = optimized\nmail_max_userip_connections = 200\n"

// A world is the servers of the bench and what fills and asks them.
type world struct {
	testing.TB
	dir            string
	migsh          string                         // the built program
	source         *testserver.Dovecot            // Maildir
	target         map[string]*testserver.Dovecot // by kind of store
	users, changes int
}

func newWorld(t testing.TB) *world {
	w := &world{TB: t, dir: t.TempDir()}
	for _, program := range []string{"mbsync", "interimap", "doveadm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is missing; `make bench` installs it: %v", program, err)
		}
	}
	w.migsh = filepath.Join(w.dir, "migsh")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", w.migsh, "migsh/cmd/migsh").CombinedOutput(); err != nil {
		t.Fatalf("building migsh: %v\n%s", err, out)
	}
	w.source = testserver.StartDovecot(t, testserver.DovecotOptions{Extra: flushing})
	w.target = map[string]*testserver.Dovecot{
		"mdbox":   testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox", Extra: flushing}),
		"maildir": testserver.StartDovecot(t, testserver.DovecotOptions{Extra: flushing}),
	}
	return w
}

// fresh is the name of an account that nobody has used yet: removing mail from an earlier run would slow the next one down.
func (w *world) fresh() string {
	w.users++
	return fmt.Sprintf("run%d", w.users)
}

// fill puts a corpus into the source's mailbox of that name.
func (w *world) fill(server *testserver.Server, user string, mails func(func(mail) bool)) {
	c, err := dial(server.IMAPAddr(), user)
	if err != nil {
		w.Fatal(err)
	}
	for _, f := range folders[1:] {
		if err := c.do(fmt.Sprintf("CREATE \"%s\"", f.name), nil); err != nil && !strings.Contains(err.Error(), "EXISTS") {
			w.Fatal(err)
		}
	}
	a := newAppender(c, nil)
	for m := range mails {
		if err := a.add(`"`+m.folder+`"`, m.flags, m.date.Format(dateTime), int64(m.length), m.open(), nil); err != nil {
			w.Fatal(err)
		}
	}
	if err := a.close(); err != nil {
		w.Fatal(err)
	}
}

const dateTime = "_2-Jan-2006 15:04:05 -0700"

// change brings 100 new messages to all folders of the source and changes the flags of 200.
func (w *world) change(user string, round int) {
	rng := rand.New(rand.NewPCG(uint64(round), 11))
	w.fill(w.source.Server, user, func(yield func(mail) bool) {
		for i := range 100 {
			if !yield(newMail(rng, round*1000+i, fmt.Sprintf("new%d", round), folders[i%(len(folders)-1)].name, 3000)) {
				return
			}
		}
	})
	c, err := dial(w.source.IMAPAddr(), user)
	if err != nil {
		w.Fatal(err)
	}
	defer c.close()
	for _, f := range []string{"INBOX", "Archive"} {
		if err := c.do("SELECT "+f, nil); err != nil {
			w.Fatal(err)
		}
		first := 1 + (round*100)%200
		if err := c.do(fmt.Sprintf(`STORE %d:%d +FLAGS.SILENT (\Answered round%d)`, first, first+99, round), nil); err != nil {
			w.Fatal(err)
		}
	}
}

// count fails unless the target holds as many messages as the source.
func (w *world) count(tool string, target *testserver.Dovecot, user, sourceUser string) {
	want, got := messages(w, w.source, sourceUser), messages(w, target, user)
	if want != got {
		w.Errorf("%s left %d messages of %d in %s", tool, got, want, user)
	}
}

func messages(t testing.TB, server *testserver.Dovecot, user string) (sum int) {
	c, err := dial(server.IMAPAddr(), user)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	err = c.do(`LIST "" "*" RETURN (STATUS (MESSAGES))`, func(line string) {
		if _, rest, ok := cutLast(line, "(MESSAGES "); ok {
			var n int
			fmt.Sscanf(rest, "%d", &n)
			sum += n
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// behind returns the address of a server behind a round trip of that time.
func behind(t testing.TB, server *testserver.Server, roundTrip time.Duration) *testserver.Proxy {
	p := testserver.NewProxy(t, server.IMAPAddr())
	p.UseAll(testserver.Link{Delay: roundTrip / 2})
	return p
}

func write(t testing.TB, file, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
