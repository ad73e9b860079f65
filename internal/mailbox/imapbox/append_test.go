package imapbox

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/testserver"
)

// appendAll appends messages of the given lengths to INBOX and tells their fates, and at last the error, if any.
func appendAll(t *testing.T, target mailbox.Target, lengths ...int) (got []string) {
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		for _, n := range lengths {
			out := &mailbox.Outgoing{At: mailbox.At{Folder: "INBOX", UIDValidity: 7}, Length: int64(n), Body: strings.NewReader(strings.Repeat("x", n))}
			if !yield(out, nil) {
				return
			}
		}
	}
	for r, err := range target.Append(t.Context(), msgs) {
		switch {
		case err != nil:
			got = append(got, "error "+idOf(err))
		case r.Err != nil:
			got = append(got, fmt.Sprintf("%v %s", r.Fate, idOf(r.Err)))
		default:
			got = append(got, fmt.Sprintf("%v %d", r.Fate, r.UID))
		}
	}
	return got
}

func TestAppendFaults(t *testing.T) {
	const small, large = 100, 200000
	const asking = "IMAP4rev1 UIDPLUS NAMESPACE LITERAL- AUTH=PLAIN SASL-IR" // for an invitation to send the large ones
	const batches = scriptedCaps + " MULTIAPPEND"
	for _, test := range []struct {
		name    string
		caps    string
		says    map[string]string
		lengths []int
		want    []string
		dead    bool // the session does not outlive it
	}{
		{"all well", "", nil, []int{small, large, small}, []string{"stored 101", "stored 101", "stored 101"}, false},
		{"too large for the announced limit", scriptedCaps + " APPENDLIMIT=1000", nil, []int{small, large, small}, []string{"stored 101", "refused MessageTooLarge", "stored 101"}, false},
		{"too large before the literal", asking, map[string]string{"APPEND INBOX {200000}": "{tag} NO [TOOBIG] Message too large\r\n"},
			[]int{large, small, large}, []string{"refused MessageTooLarge", "stored 101", "refused MessageTooLarge"}, false},
		{"over quota before the literal", asking, map[string]string{"APPEND INBOX {200000}": "{tag} NO [OVERQUOTA] Quota exceeded\r\n"},
			[]int{small, large}, []string{"stored 101", "not stored QuotaExceeded", "error QuotaExceeded"}, false},
		{"folder gone before the literal", asking, map[string]string{"APPEND INBOX {200000}": "{tag} NO [TRYCREATE] No such mailbox\r\n"},
			[]int{large}, []string{"not stored FolderMissing", "error FolderMissing"}, false},
		{"virus", asking, map[string]string{"APPEND INBOX {200000}": "{tag} NO message contains a virus\r\n"},
			[]int{large, small}, []string{"refused MessageRefused", "stored 101"}, false},
		{"BAD before the literal", asking, map[string]string{"APPEND INBOX {200000}": "{tag} BAD Parse error\r\n"},
			[]int{small, large}, []string{"stored 101", "refused ProtocolError", "error ProtocolError"}, true},
		{"closed before the literal", asking, map[string]string{"APPEND INBOX {200000}": "<close>"},
			[]int{small, large, small}, []string{"stored 101", "error ConnectionLost"}, true},
		{"silence before the literal", asking, map[string]string{"APPEND INBOX {200000}": "<wait>"},
			[]int{large, small}, []string{"error Stalled"}, true},
		{"throttled", asking, map[string]string{"APPEND INBOX {200000}": "{tag} NO [LIMIT] Rate limit hit\r\n"},
			[]int{large}, []string{"not stored Throttled", "error Throttled"}, false},

		// With LITERAL+ the refusal comes while the message is on its way.
		{"too large, early", "", map[string]string{"APPEND INBOX {20000000+}": "{tag} NO [TOOBIG] Message too large\r\n<deaf>"},
			[]int{small, 100 * large}, []string{"stored 101", "refused MessageTooLarge", "error ConnectionLost"}, true},
		{"over quota, early", "", map[string]string{"APPEND INBOX {20000000+}": "{tag} NO [OVERQUOTA] Quota exceeded\r\n<deaf>"},
			[]int{100 * large}, []string{"not stored QuotaExceeded", "error QuotaExceeded"}, true},
		{"BAD, early", "", map[string]string{"APPEND INBOX {20000000+}": "{tag} BAD Parse error\r\n<deaf>"},
			[]int{small, 100 * large}, []string{"stored 101", "refused ProtocolError", "error ProtocolError"}, true},
		{"silence", "", map[string]string{"APPEND INBOX {20000000+}": "<wait>"}, []int{small, 100 * large}, []string{"stored 101", "unsettled Stalled", "error Stalled"}, true},

		{"a batch", batches, map[string]string{"APPEND": "<append>OK [APPENDUID 7 101:103] done"}, []int{small, large, small}, []string{"stored 101", "stored 102", "stored 103"}, false},
		{"a batch without UIDs", batches, map[string]string{"APPEND": "<append>OK done"}, []int{small, small}, []string{"stored 0", "stored 0"}, false},
		{"a batch with too few UIDs", batches, map[string]string{"APPEND": "<append>OK [APPENDUID 7 101] done"}, []int{small, small}, []string{"stored 0", "stored 0"}, false},
		{"a batch in any order", batches, map[string]string{"APPEND": "<append>OK [APPENDUID 7 105,101:102] done"}, []int{1, 2, 3}, []string{"stored 105", "stored 101", "stored 102"}, false},
		{"a batch refused", batches, map[string]string{"APPEND": "<append>NO message contains a virus"}, []int{small, large}, []string{"not stored MessageRefused", "not stored MessageRefused"}, false},
		{"a batch of one refused", batches, map[string]string{"APPEND": "<append>NO message contains a virus"}, []int{small}, []string{"refused MessageRefused"}, false},
		{"a batch over quota", batches, map[string]string{"APPEND": "<append>NO [OVERQUOTA] full"}, []int{small, small},
			[]string{"not stored QuotaExceeded", "not stored QuotaExceeded", "error QuotaExceeded"}, false},
		{"BAD to a batch", batches, map[string]string{"APPEND": "<append>BAD what"}, []int{small, small}, []string{"unsettled ProtocolError", "unsettled ProtocolError", "error ProtocolError"}, true},
		{"a batch refused early", batches, map[string]string{"APPEND": "{tag} NO [TOOBIG] Message too large\r\n<deaf>"}, []int{100 * large},
			[]string{"refused MessageTooLarge", "error ConnectionLost"}, true},
		{"cut behind a batch", batches, map[string]string{"APPEND": "<append><close>"}, []int{small, small}, []string{"unsettled ConnectionLost", "unsettled ConnectionLost", "error ConnectionLost"}, true},
		{"too large within a batch", batches + " APPENDLIMIT=1000", map[string]string{"APPEND": "<append>OK done"}, []int{small, large, small}, []string{"stored 0", "refused MessageTooLarge", "stored 0"}, false},
		{"read-only", "", map[string]string{"SELECT": "* OK [UIDVALIDITY 7] .\r\n{tag} OK [READ-ONLY] done\r\n"}, []int{small}, []string{"error AccessDenied"}, false},
		{"another UIDVALIDITY", "", map[string]string{"SELECT": "* OK [UIDVALIDITY 8] .\r\n"}, []int{small}, []string{"error UIDValidityChanged"}, false},
	} {
		compressed := func(t *testing.T, compress bool) {
			s := &script{caps: cmp.Or(test.caps, scriptedCaps) + " COMPRESS=DEFLATE", says: test.says, deflates: compress}
			cfg := s.start(t)
			cfg.Idle, cfg.Compress = 300*time.Millisecond, compress
			target, err := OpenTarget(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer target.Close()
			if got := appendAll(t, target, test.lengths...); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			_, err = target.Open(t.Context(), "Other")
			if dead := mailbox.ClassOf(err) == mailbox.Reconnect; (err != nil) != test.dead || dead != test.dead {
				t.Errorf("afterwards: %v; want a dead session: %v", err, test.dead)
			}
			for _, c := range s.commands() {
				if strings.Contains(c, "xxx") {
					t.Errorf("the server took the message for a command: %.40q", c)
				}
			}
		}
		t.Run(test.name, func(t *testing.T) { compressed(t, false) })
		if !slices.Contains(test.lengths, 100*large) { // on its way, it is too small to be refused before it is sent whole
			t.Run(test.name+", compressed", func(t *testing.T) { compressed(t, true) })
		}
	}
}

// TestAppendAfterCut has the connection end when a message has been sent whole but not answered: its fate is open.
func TestAppendAfterCut(t *testing.T) {
	s := &script{caps: "IMAP4rev1 UIDPLUS AUTH=PLAIN SASL-IR LITERAL+", says: map[string]string{"APPEND INBOX {100+}": "<close>"}}
	target, err := OpenTarget(t.Context(), s.start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if got, want := appendAll(t, target, 100), []string{"unsettled ConnectionLost", "error ConnectionLost"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAppendSends looks at the command itself: flags that the folder keeps, keywords that the grammar allows, the date with its
// zone, and the folder opened first.
func TestAppendSends(t *testing.T) {
	s := &script{}
	target, err := OpenTarget(t.Context(), s.start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	zone := time.FixedZone("", -(9*3600 + 1800 + 17))
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		out := &mailbox.Outgoing{
			At: mailbox.At{Folder: `Entwürfe "&" \ Co`}, Length: 1, Body: strings.NewReader("x"),
			Flags: mailbox.NewFlags(`\Seen`, `\Unheard`, "$Forwarded", "two words", "br]acket", "ümlaut", `\Recent`),
			Date:  time.Date(2020, 2, 3, 4, 5, 6, 0, zone),
		}
		if yield(out, nil) {
			out.Body, out.Date, out.Flags = strings.NewReader("x"), time.Date(12020, 1, 1, 0, 0, 0, 0, time.UTC), nil
			yield(out, nil)
		}
	}
	for r, err := range target.Append(t.Context(), msgs) {
		if err != nil || r.Fate != mailbox.Stored {
			t.Fatal(r, err)
		}
	}
	want := []string{
		`SELECT "Entw&APw-rfe \"&-\" \\ Co"`,
		`APPEND "Entw&APw-rfe \"&-\" \\ Co" ($Forwarded \Seen) " 3-Feb-2020 04:05:23 -0930" {1+}`,
		`APPEND "Entw&APw-rfe \"&-\" \\ Co" {1+}`,
	}
	if got := s.commands(); !slices.Equal(got, want) {
		t.Errorf("the server heard %q\nwant %q", got, want)
	}
}

// TestAppendToKnownFolder: what another session has found need not be asked for where messages go in batches.
func TestAppendToKnownFolder(t *testing.T) {
	for caps, want := range map[string]string{
		scriptedCaps + " MULTIAPPEND": `APPEND INBOX {3+}`,
		scriptedCaps:                  `SELECT INBOX`,
	} {
		s := &script{caps: caps, says: map[string]string{"APPEND": "<append>OK [APPENDUID 7 101] done"}}
		target, err := OpenTarget(t.Context(), s.start(t))
		if err != nil {
			t.Fatal(err)
		}
		defer target.Close()
		target.Known("INBOX", mailbox.Opened{Status: mailbox.Status{UIDValidity: 7}, AnyKeyword: true})
		if got := appendAll(t, target, 3); !slices.Equal(got, []string{"stored 101"}) {
			t.Errorf("%s: %q", caps, got)
		}
		if got := s.commands(); got[0] != want {
			t.Errorf("%s: the server heard %q first, want %q", caps, got, want)
		}
	}
}

// TestAppendWaitsForTheSource has the source pause for longer than the guard allows a server to.
func TestAppendWaitsForTheSource(t *testing.T) {
	cfg := (&script{}).start(t)
	cfg.Idle = 100 * time.Millisecond
	target, err := OpenTarget(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	pause := func() { <-time.After(3 * cfg.Idle) } // the source's time, which nothing else can stand for
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		for range 2 {
			pause()
			slow := io.MultiReader(strings.NewReader(strings.Repeat("x", 100000)), after{pause}, strings.NewReader("y"))
			if !yield(&mailbox.Outgoing{At: mailbox.At{Folder: "INBOX"}, Length: 100001, Body: slow}, nil) {
				return
			}
		}
	}
	for r, err := range target.Append(t.Context(), msgs) {
		if err != nil || r.Fate != mailbox.Stored {
			t.Fatalf("%+v, %v", r, err)
		}
	}
}

// after is an empty reader that takes its time.
type after struct{ wait func() }

func (a after) Read([]byte) (int, error) {
	a.wait()
	return 0, io.EOF
}

func TestCreateFaults(t *testing.T) {
	for _, test := range []struct {
		name, folder, use string
		caps              string
		says              map[string]string
		created           bool
		id                mailbox.ID
		heard             []string
	}{
		{"exists, by code", "A", "", "", map[string]string{"CREATE": "{tag} NO [ALREADYEXISTS] is there\r\n"}, false, "", []string{"CREATE \"A\"", `SELECT "A"`}},
		{"exists, by words", "A", "", "", map[string]string{"CREATE": "{tag} NO Mailbox already exists\r\n", "LIST": "* LIST () \"/\" A\r\n"}, false, "",
			[]string{"CREATE \"A\"", `SELECT "A"`, "LIST \"\" \"A\""}},
		{"refused", "A", "", "", map[string]string{"CREATE": "{tag} NO [CANNOT] Invalid name\r\n"}, false, mailbox.FolderRefused, []string{"CREATE \"A\"", `SELECT "A"`, "LIST \"\" \"A\""}},
		{"a character refused", "a.b", "", "", map[string]string{"CREATE": "{tag} NO [CANNOT] Character not allowed in mailbox name: '.'\r\n"}, false,
			mailbox.FolderRefused, []string{"CREATE \"a.b\"", `SELECT "a.b"`, "LIST \"\" \"a.b\""}},
		{"BAD", "A", "", "", map[string]string{"CREATE": "{tag} BAD Invalid name\r\n"}, false, mailbox.FolderRefused, []string{"CREATE \"A\"", `SELECT "A"`, "LIST \"\" \"A\""}},
		{"parents wanted", "A/B/C", "", "", map[string]string{"CREATE \"A/B/C\"": "{tag} NO [TRYCREATE] no parent\r\n"}, false, mailbox.FolderMissing,
			[]string{"CREATE \"A/B/C\"", `SELECT "A/B/C"`, "LIST \"\" \"A/B/C\"", "CREATE \"A\"", "CREATE \"A/B\"", "CREATE \"A/B/C\"", "LIST \"\" \"A/B/C\""}},
		{"special use", "Sent", `\Sent`, scriptedCaps + " SPECIAL-USE CREATE-SPECIAL-USE", nil, true, "", []string{`CREATE "Sent" (USE (\Sent))`, `SELECT "Sent"`}},
		{"special use refused", "Sent", `\Sent`, scriptedCaps + " SPECIAL-USE CREATE-SPECIAL-USE", map[string]string{`CREATE "Sent" (`: "{tag} NO [USEATTR] taken\r\n"}, true, "",
			[]string{`CREATE "Sent" (USE (\Sent))`, `SELECT "Sent"`, `CREATE "Sent"`, `SELECT "Sent"`}},
		{"special use unknown to the server", "Sent", `\Sent`, "", nil, true, "", []string{`CREATE "Sent"`, `SELECT "Sent"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &script{caps: test.caps, says: test.says}
			target, err := OpenTarget(t.Context(), s.start(t))
			if err != nil {
				t.Fatal(err)
			}
			defer target.Close()
			opened, err := target.Create(t.Context(), test.folder, test.use)
			created := opened != nil
			if created != test.created || test.id == "" && err != nil || test.id != "" && !mailbox.IsID(err, test.id) {
				t.Errorf("created %v, error %v; want %v, %s", created, err, test.created, test.id)
			}
			if got := s.commands(); !slices.Equal(got, test.heard) {
				t.Errorf("the server heard %q\nwant %q", got, test.heard)
			}
		})
	}
}

func TestStoreKeepsToTheFoldersFlags(t *testing.T) {
	s := &script{says: map[string]string{"SELECT": "* OK [PERMANENTFLAGS (\\Seen known)] .\r\n* OK [UIDVALIDITY 7] .\r\n", "UID STORE 2 ": "{tag} NO no\r\n"}}
	target, err := OpenTarget(t.Context(), s.start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	results, err := target.Store(t.Context(), mailbox.At{Folder: "INBOX"}, []mailbox.FlagChange{
		{UIDs: mailbox.UIDs(1), Add: mailbox.NewFlags(`\Seen`, "known", "unknown")},
		{UIDs: mailbox.UIDs(2), Remove: mailbox.NewFlags(`\Seen`)},
		{UIDs: mailbox.UIDs(3), Add: mailbox.NewFlags("known")},
	})
	if err != nil || len(results) != 3 {
		t.Fatal(results, err)
	}
	if !mailbox.IsID(results[0], mailbox.FlagRefused) || !strings.Contains(results[0].Error(), "unknown") || !mailbox.IsID(results[1], mailbox.FlagRefused) || results[2] != nil {
		t.Errorf("results %q", results)
	}
	want := []string{"SELECT INBOX", `UID STORE 1 +FLAGS.SILENT (\Seen known)`, `UID STORE 2 -FLAGS.SILENT (\Seen)`, `UID STORE 3 +FLAGS.SILENT (known)`}
	got := s.commands()
	for i := range got { // the order of flags is of no interest
		got[i] = strings.Replace(got[i], `(known \Seen)`, `(\Seen known)`, 1)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the server heard %q\nwant %q", got, want)
	}
}

func TestPieces(t *testing.T) {
	var scattered mailbox.UIDSet
	for u := mailbox.UID(1); u < 5000; u += 2 {
		scattered.Add(u)
	}
	for _, test := range []struct {
		set   mailbox.UIDSet
		limit int
	}{
		{nil, 10}, {mailbox.UIDs(1, 2, 3), 2}, {mailbox.UIDSet{{First: 1, Last: 25}}, 10}, {mailbox.UIDsFrom(7), 10}, {scattered, 1 << 30}, {scattered, 99},
		{mailbox.UIDSet{{First: mailbox.MaxUID, Last: mailbox.MaxUID}}, 1}, {mailbox.UIDSet{{First: 1, Last: mailbox.MaxUID - 1}}, 1 << 31},
	} {
		var joined mailbox.UIDSet
		for _, p := range pieces(test.set, test.limit) {
			if text := p.String(); len(text) > maxSetText {
				t.Errorf("a piece takes %d bytes", len(text))
			}
			if p.Max() != mailbox.MaxUID && p.Len() > test.limit {
				t.Errorf("a piece of %v has %d UIDs, want at most %d", test.set, p.Len(), test.limit)
			}
			for _, r := range p {
				joined.AddRange(r)
			}
		}
		if !slices.Equal(joined, test.set) {
			t.Errorf("the pieces of %.60s make %.60s", test.set, joined)
		}
	}
}

var errTest = errors.New("the source broke off")

// TestAppendBreaksOff has a body fail in the middle of a large message with answers to earlier ones outstanding.
func TestAppendBreaksOff(t *testing.T) {
	s := &script{}
	target, err := OpenTarget(t.Context(), s.start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		for range 3 {
			if !yield(&mailbox.Outgoing{At: mailbox.At{Folder: "INBOX"}, Length: 10, Body: strings.NewReader("0123456789")}, nil) {
				return
			}
		}
		broken := io.MultiReader(strings.NewReader(strings.Repeat("x", 100000)), failing{})
		yield(&mailbox.Outgoing{At: mailbox.At{Folder: "INBOX"}, Length: 200000, Body: broken}, nil)
	}
	var stored int
	var last error
	for r, err := range target.Append(t.Context(), msgs) {
		if last = err; err == nil && r.Fate == mailbox.Stored {
			stored++
		}
	}
	if stored != 3 || !errors.Is(last, errTest) {
		t.Errorf("%d stored, then %v; want 3, then the source's error", stored, last)
	}
	if _, err := target.Open(t.Context(), "INBOX"); mailbox.ClassOf(err) != mailbox.Reconnect {
		t.Errorf("afterwards: %v; want a dead session", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errTest }

// TestAppendToFullMailbox fills a real mailbox to its limits.
func TestAppendToFullMailbox(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{Quota: "1M", QuotaMaxMail: "400k"})
	cfg := account(server, newUser())
	cfg.HideCapabilities = []string{"MULTIAPPEND", "LITERAL+"} // so that the refusal comes before the message
	target, err := OpenTarget(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	fates := func(sizes ...int) (got []string) {
		msgs := func(yield func(*mailbox.Outgoing, error) bool) {
			for _, n := range sizes {
				body := "Subject: x\r\n\r\n" + strings.Repeat("0123456789\r\n", n/12)
				if !yield(&mailbox.Outgoing{At: mailbox.At{Folder: "INBOX"}, Length: int64(len(body)), Body: strings.NewReader(body)}, nil) {
					return
				}
			}
		}
		for r, err := range target.Append(t.Context(), msgs) {
			switch {
			case err != nil:
				got = append(got, "error "+idOf(err))
			case r.Err != nil:
				got = append(got, r.Fate.String()+" "+idOf(r.Err))
			default:
				got = append(got, r.Fate.String())
			}
		}
		return got
	}
	const k = 1 << 10
	if got, want := fates(100*k, 500*k, 100*k), []string{"stored", "refused MessageTooLarge", "stored"}; !slices.Equal(got, want) {
		t.Errorf("too large: %q, want %q", got, want)
	}
	if got, want := fates(390*k, 390*k, 390*k), []string{"stored", "stored", "not stored QuotaExceeded", "error QuotaExceeded"}; !slices.Equal(got, want) {
		t.Errorf("over quota: %q, want %q", got, want)
	}
	quotas, err := target.Quota(t.Context())
	if err != nil || len(quotas) == 0 || quotas[0].Resource != "STORAGE" || quotas[0].Limit != 1<<20 || quotas[0].Used < 900*k || quotas[0].Used > quotas[0].Limit {
		t.Errorf("quota %+v, %v", quotas, err)
	}
}

// FuzzAppendAnswer reads answers to APPEND: each message has a UID of its own, which can be asked for.
func FuzzAppendAnswer(f *testing.F) {
	for _, said := range []string{
		"L1 OK [APPENDUID 7 101:103] done\r\n", "L1 OK [APPENDUID 7 3,9:8,12] done\r\n", "L1 OK [APPENDUID 4294967296 1] done\r\n",
		"L1 OK [APPENDUID 7 5,5] done\r\n", "L1 OK [APPENDUID 7] done\r\n", "L1 NO [TOOBIG (x)] no\r\n", "L1 BAD [APPENDUID 0 0:1\r\n",
	} {
		f.Add(said)
	}
	f.Fuzz(func(t *testing.T, said string) {
		r := lane.NewReader(strings.NewReader(said))
		resp, err := r.Next()
		if err != nil || !resp.IsStatus() {
			return
		}
		status := r.Status(resp.Name)
		_, uids := appendUIDs(status)
		again, ok := lane.ParseUIDs(uids.String())
		if len(uids) > 0 && (!ok || !slices.Equal(uids, mailbox.UIDSet(again))) {
			t.Errorf("%q gives %v, which is read again as %v", said, uids, again)
		}
		for i, a := range uids {
			if slices.ContainsFunc(uids[:i], func(b mailbox.UIDRange) bool { return a.First <= b.Last && b.First <= a.Last }) {
				t.Errorf("%q gives a UID to two messages: %v", said, uids)
			}
		}
	})
}

// TestAppendUIDs keeps what a server tells of stored messages from being taken for more than it is.
func TestAppendUIDs(t *testing.T) {
	for args, want := range map[string]string{
		"7 101:103": "7 101:103", "7 3,8:9": "7 3,8:9", "7 9:8": "7 8:9",
		"7 9,3": "7 9,3", "7 5,5": "0 ", "7 5,1:9": "0 ", "7 1:4,4:5": "0 ", "4294967296 1": "0 ", "7 0": "0 ", "7 1:*": "0 ", "x 1": "0 ", "7": "0 ", "": "0 ",
	} {
		validity, uids := appendUIDs(lane.Status{Kind: "OK", Code: "APPENDUID", Args: args})
		if got := fmt.Sprintf("%d %s", validity, uids); got != want {
			t.Errorf("APPENDUID %s is read as %q, want %q", args, got, want)
		}
	}
}

// TestStoreFaults changes flags in a folder that this session has seen, and that has changed since.
func TestStoreFaults(t *testing.T) {
	const opens = "* OK [PERMANENTFLAGS (\\Seen)] .\r\n* OK [UIDVALIDITY 7] .\r\n"
	for _, test := range []struct{ name, again, want string }{
		{"as before", opens, ""},
		{"renumbered", "* OK [UIDVALIDITY 8] .\r\n", string(mailbox.UIDValidityChanged)},
		{"gone", "{tag} NO [NONEXISTENT] no such mailbox\r\n", string(mailbox.FolderMissing)},
		{"read-only", opens + "{tag} OK [READ-ONLY] done\r\n", string(mailbox.AccessDenied)},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &script{says: map[string]string{"SELECT": opens, `SELECT "A"`: test.again}}
			box, err := OpenTarget(t.Context(), s.start(t))
			if err != nil {
				t.Fatal(err)
			}
			defer box.Close()
			target := box.(*target)
			seen := mailbox.Opened{PermanentFlags: mailbox.NewFlags(`\Seen`)}
			seen.UIDValidity = 7
			target.remember("A", seen)
			_, err = target.Store(t.Context(), mailbox.At{Folder: "A", UIDValidity: 7}, []mailbox.FlagChange{{UIDs: mailbox.UIDs(1), Add: mailbox.NewFlags(`\Seen`)}})
			got := ""
			if err != nil {
				got = idOf(err)
			}
			if got != test.want {
				t.Errorf("Store: %v, want %q", err, test.want)
			}
			if _, err := target.Open(t.Context(), "INBOX"); err != nil {
				t.Errorf("the session ended: %v", err)
			}
		})
	}
}
