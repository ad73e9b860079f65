package syncer_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"migsh/internal/sample"
	"migsh/internal/syncer"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// A liar stands in front of a server and changes what it says. It follows the conversation: lies are told line by line, and never
// within a literal.
type liar struct {
	mu   sync.Mutex
	lies int  // how many may still be told
	ends bool // the connection ends in the middle of the literal after the lie
	// lie is what becomes of a line, with the command that it answers, or those that are under way if it has no tag: UID FETCH, for example.
	lie func(ops []string, line string) (said string, told bool)
}

// tell is a line as the liar tells it.
func (l *liar) tell(ops []string, line string) (said string, told bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lies == 0 {
		return line, false
	}
	said, told = l.lie(ops, line)
	if told {
		l.lies--
	}
	return said, told
}

// start stands in front of a server and returns the port.
func (l *liar) start(t *testing.T, addr string) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { l.serve(client, addr) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		running.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port
}

var (
	announcement = regexp.MustCompile(`\{(\d+)\+?\}\r\n$`)
	command      = regexp.MustCompile(`^(\w+) (UID \w+|\w+)`)
)

func (l *liar) serve(client net.Conn, addr string) {
	defer client.Close()
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	var mu sync.Mutex
	underWay := map[string]string{} // by tag
	up := make(chan struct{})
	go func() {
		defer close(up)
		defer server.Close()
		lines(server, client, func(line string) (string, bool) {
			if m := command.FindStringSubmatch(line); m != nil {
				mu.Lock()
				underWay[m[1]] = strings.ToUpper(m[2])
				mu.Unlock()
			}
			return line, true
		})
	}()
	lines(client, server, func(line string) (string, bool) {
		tag, _, _ := strings.Cut(line, " ")
		mu.Lock()
		ops := slices.Collect(maps.Values(underWay))
		if op := underWay[tag]; op != "" {
			ops = []string{op}
		}
		delete(underWay, tag)
		mu.Unlock()
		said, told := l.tell(ops, line)
		return said, !told || !l.ends
	})
	client.Close()
	server.Close()
	<-up
}

// lines copies a conversation line by line, literals as they are, until change says that it ends: then in the middle of the next literal.
func lines(to io.Writer, from io.Reader, change func(string) (string, bool)) {
	in := bufio.NewReader(from)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		said, more := change(line)
		if _, err := io.WriteString(to, said); err != nil {
			return
		}
		if m := announcement.FindStringSubmatch(line); m != nil {
			n, _ := strconv.ParseInt(m[1], 10, 64)
			if !more {
				n /= 2
			}
			if _, err := io.CopyN(to, in, n); err != nil {
				return
			}
		}
		if !more {
			return
		}
	}
}

// painBadInput has the source, and the target, say what no server may: whatever it is, it ends well with the next connection at the latest,
// with nothing lost, doubled or altered.
func painBadInput(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	box := testmail.Plain(5, 40)
	box.Folders = append(box.Folders, sample.Folder{Path: []string{"Work"}, Messages: testmail.Plain(6, 10).Folders[0].Messages})
	server.Fill(t, "bad", box)
	want := server.Snapshot(t, "bad")
	body := regexp.MustCompile(`BODY\[\] \{(\d+)\}`)
	during := func(op string, say func(line string) string) func([]string, string) (string, bool) {
		return func(now []string, line string) (string, bool) {
			said := line
			if slices.Contains(now, op) {
				said = say(line)
			}
			return said, said != line
		}
	}
	before := func(what string) func(string) string { return func(line string) string { return what + line } }
	changed := func(pattern, by string) func(string) string {
		re := regexp.MustCompile(pattern)
		return func(line string) string { return re.ReplaceAllString(line, by) }
	}
	refused := func(line string) string {
		return regexp.MustCompile(`^(\w+) OK .*`).ReplaceAllString(line, "$1 BAD what?")
	}
	type lie struct {
		name string
		on   string // s: the source, t: the target
		lie  func([]string, string) (string, bool)
		ends bool
	}
	lies := []lie{
		{"a literal cut short", "s", during("UID FETCH", func(line string) string { return strings.Replace(line, "BODY[]", "BODY[] ", 1) }), true},
		{"a literal too long", "s", during("UID FETCH", func(line string) string {
			return body.ReplaceAllStringFunc(line, func(s string) string {
				n, _ := strconv.Atoi(body.FindStringSubmatch(s)[1])
				return fmt.Sprintf("BODY[] {%d}", n+40)
			})
		}), false},
		{"a literal too short", "s", during("UID FETCH", func(line string) string {
			return body.ReplaceAllStringFunc(line, func(s string) string {
				n, _ := strconv.Atoi(body.FindStringSubmatch(s)[1])
				return fmt.Sprintf("BODY[] {%d}", n-40)
			})
		}), false},
		{"an answer to no command", "st", during("UID FETCH", before("Z9 OK done\r\n")), false},
		{"messages not asked for", "st", during("UID FETCH", before("* 1 FETCH (UID 999999 FLAGS () INTERNALDATE \" 1-Jan-2020 00:00:00 +0000\" RFC822.SIZE 3 BODY[] {3}\r\nxyz)\r\n")), false},
		{"an invitation out of turn", "st", during("UID FETCH", before("+ go on\r\n")), false},
		{"a line of 10 MB", "st", during("UID FETCH", before("* OK "+strings.Repeat("x", 10<<20)+"\r\n")), false},
		{"a FETCH of 10 MB", "st", during("UID FETCH", before("* 1 FETCH (FLAGS ("+strings.Repeat("x", 10<<20)+"))\r\n")), false},
		{"no IMAP", "st", during("UID FETCH", before("\x00\xff<html>\r\n")), false},
		{"a FETCH that does not end", "st", during("UID FETCH", before("* 2 FETCH (UID 2 FLAGS (\\Seen\r\n")), false},
		{"a flag out of grammar", "st", during("UID FETCH", before("* 1 FETCH (FLAGS (\\Seen {a] \"b c\"))\r\n")), false},
		{"a date out of grammar", "st", during("UID FETCH", before("* 1 FETCH (INTERNALDATE \"31-Foo-2020 99:00:00\")\r\n")), false},
		{"a UID of 0", "st", during("UID FETCH", before("* 1 FETCH (UID 0 FLAGS ())\r\n")), false},
		{"a UID too large", "st", during("UID FETCH", before("* 1 FETCH (UID 99999999999 FLAGS ())\r\n")), false},
		{"an APPEND answered twice", "t", during("APPEND", func(line string) string {
			if strings.Contains(line, "APPENDUID") {
				return line + line
			}
			return line
		}), false},
		{"APPENDUID out of grammar", "t", during("APPEND", changed(`APPENDUID \S+ [^]]+`, "APPENDUID x 5:1")), false},
		{"an APPEND of another number", "t", during("APPEND", changed(`(APPENDUID \S+) [^]]+`, "$1 1:999")), false},
		{"an APPEND cut", "t", during("APPEND", changed(`^(\w+) OK .*\r\n`, "$1 O")), true},
	}
	for op, on := range map[string]string{"NAMESPACE": "st", "ENABLE": "st", "LIST": "st", "STATUS": "st", "EXAMINE": "s", "SELECT": "t", "CREATE": "t",
		"SUBSCRIBE": "t", "NOOP": "st", "UID FETCH": "st", "APPEND": "t"} {
		lies = append(lies, lie{"BAD to " + op, on, during(op, refused), false})
	}
	// What is said when messages are listed may be said among their bodies, too.
	for _, c := range slices.Clone(lies) {
		if strings.Contains(c.name, "APPEND") || strings.HasPrefix(c.name, "BAD") || c.on == "s" {
			continue
		}
		inList := c.lie
		c.name, c.on = c.name+" among bodies", "s"
		c.lie = func(ops []string, line string) (string, bool) {
			if !strings.Contains(line, "BODY[]") {
				return line, false
			}
			return inList(ops, line)
		}
		lies = append(lies, c)
	}
	for i, c := range lies {
		if i%3 > 0 && c.on == "st" && !strings.HasPrefix(c.name, "BAD") && os.Getenv("MIGSH_SOAK") == "" {
			c.on = "s"
		}
		for _, side := range []string{"source", "target"} {
			if !strings.Contains(c.on, side[:1]) {
				continue
			}
			t.Run(c.name+"/"+side, func(t *testing.T) {
				l := &liar{lies: 1, lie: c.lie, ends: c.ends}
				port, user := l.start(t, server.IMAPAddr()), fmt.Sprintf("bad-%d-%s", i, side)
				server.AddUser(t, testserver.Account{Name: user, Password: "target-pass"})
				from, to := config(server, "bad", 0), config(server, user, 0)
				if side == "source" {
					from.Port = port
				} else {
					to.Port = port
				}
				from.HideCapabilities, to.HideCapabilities = []string{"COMPRESS=DEFLATE", "LIST-STATUS"}, []string{"COMPRESS=DEFLATE", "LIST-STATUS"}
				if i%2 == 0 {
					to.HideCapabilities = append(to.HideCapabilities, "MULTIAPPEND")
				}
				j := job(t, from, to)
				j.Window, j.Observer, j.RetryRefused = 20, nil, true
				clean := 0
				for n := 0; clean < 2; n++ { // the second one takes up what the first has left over
					r, err := syncer.Run(t.Context(), j)
					if err == nil && len(r.Faulty()) == 0 {
						clean++
						continue
					}
					if n > 3 {
						t.Fatalf("it does not come to an end: %v, %+v", err, r.Faulty())
					}
				}
				if l.lies > 0 {
					t.Error("the lie was not told")
				}
				for _, line := range testmail.Diff(want, server.Snapshot(t, user), testmail.Rules{ExtraFolders: true}) {
					t.Error(line)
				}
			})
		}
	}
}
