package imapbox

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/migration"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestCompressed copies between real servers that compress, with TLS and without: all arrives, fewer bytes than the messages have go
// over the line in the direction that counts, no round trip is added, and the trace shows words, not what goes over the line.
func TestCompressed(t *testing.T) {
	dovecot := testserver.StartDovecot(t, testserver.DovecotOptions{Compress: true})
	mdbox := testserver.StartDovecot(t, testserver.DovecotOptions{Compress: true, Store: "mdbox"})
	for _, test := range []struct {
		name     string
		from, to func(t *testing.T) compressing
	}{
		{"plain to TLS", plainly(dovecot), secured(mdbox)},
		{"TLS to plain", secured(mdbox), plainly(dovecot)},
		{"Dovecot to Cyrus", plainly(dovecot), cyrus},
		{"Cyrus to Dovecot", cyrus, plainly(dovecot)},
	} {
		t.Run(test.name, func(t *testing.T) {
			user, other := newUser(), newUser()
			from, to := test.from(t), test.to(t)
			from.AddUser(t, testserver.Account{Name: user, Password: "source-pass"})
			to.AddUser(t, testserver.Account{Name: other, Password: "target-pass"})
			from.Base().Fill(t, user, testmail.Plain(9, 120))
			want := from.Base().Snapshot(t, user)
			var size int64
			for _, f := range want.Folders {
				for _, m := range f.Messages {
					size += int64(m.Size)
				}
			}
			var trace bytes.Buffer
			tracer := wrap.NewTracer(&trace)
			compressed := func(s compressing, user, password string) Config {
				return Config{
					Server: s.Base().Host, Port: s.Base().IMAPPort, Security: s.security, AcceptUntrustedCertificates: true, Compress: true,
					Credentials: Credentials{Login: user, Password: password}, Meter: new(wrap.Meter), Tracer: tracer,
				}
			}
			fromCfg, toCfg := compressed(from, user, "source-pass"), compressed(to, other, "target-pass")
			source, err := OpenSource(t.Context(), fromCfg)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			if n, most := trips(trace.String()), 2+map[migration.Security]int{migration.SecurityTls: 2}[from.security]; n > most {
				t.Errorf("the login takes %d round trips, want at most %d:\n%s", n, most, trace.String())
			}
			target, err := OpenTarget(t.Context(), toCfg)
			if err != nil {
				t.Fatal(err)
			}
			defer target.Close()
			if s, d := source.Info(), target.Info(); !s.Compressed || !d.Compressed || len(s.Remarks)+len(d.Remarks) > 0 {
				t.Errorf("compressed: %v, %v; remarks %q, %q", s.Compressed, d.Compressed, s.Remarks, d.Remarks)
			}
			copyMailbox(t, source, target)
			for _, err := range []error{source.Close(), target.Close()} {
				if err != nil {
					t.Error(err)
				}
			}
			for _, line := range testmail.Diff(want, to.Base().Snapshot(t, other), testmail.Rules{ExtraFolders: true}) {
				t.Error(line)
			}
			for direction, n := range map[string]int64{"received": fromCfg.Meter.Received(), "sent": toCfg.Meter.Sent()} {
				if n > size*9/10 {
					t.Errorf("%d bytes were %s for messages of %d", n, direction, size)
				}
				t.Logf("%s: %d bytes for messages of %d", direction, n, size)
			}
			for _, words := range []string{"COMPRESS DEFLATE", " UID FETCH ", " BODY[] {", " APPEND ", " LOGOUT"} {
				if !strings.Contains(trace.String(), words) {
					t.Errorf("the trace does not show %q", words)
				}
			}
			for _, hidden := range []string{`\x`, "source-pass", "target-pass", "Message-ID"} {
				if strings.Contains(trace.String(), hidden) {
					t.Errorf("the trace shows %q", hidden)
				}
			}
		})
	}
}

// TestCompressedWire looks at what goes over the line, which nobody can read.
func TestCompressedWire(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{Compress: true})
	user := newUser()
	server.Fill(t, user, testmail.Plain(3, 50))
	for _, compress := range []bool{false, true} {
		cfg := account(server, user)
		cfg.Compress, cfg.Meter = compress, new(wrap.Meter)
		source, err := OpenSource(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer source.Close()
		before := cfg.Meter.Received()
		for range source.List(t.Context(), mailbox.At{Folder: "INBOX"}, mailbox.Query{}) {
		}
		if n := cfg.Meter.Received() - before; (n < 2000) != compress {
			t.Errorf("compress %v: a list of 50 messages took %d bytes", compress, n)
		}
	}
}

// TestCompressionAbsent has servers that don't compress, for whatever reason, be spoken to as they are, and it is said.
func TestCompressionAbsent(t *testing.T) {
	const offered = scriptedCaps + " COMPRESS=DEFLATE"
	for _, test := range []struct {
		name, caps, answer string
		hide               []string
		want               string
	}{
		{"not offered", scriptedCaps, "", nil, "offers no compression"},
		{"hidden", offered, "", []string{"COMPRESS=DEFLATE"}, "offers no compression"},
		{"another algorithm", scriptedCaps + " COMPRESS=LZ4", "", nil, "offers no compression"},
		{"NO", offered, "{tag} NO out of memory\r\n", nil, "refuses to compress: out of memory"},
		{"BAD", offered, "{tag} BAD what?\r\n", nil, "refuses to compress: what?"},
		{"active", offered, "{tag} NO [COMPRESSIONACTIVE] DEFLATE active via TLS\r\n", nil, "TLS compresses the connection already"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &script{caps: test.caps, says: withMessages(map[string]string{askBodies: bodyLine(11, "aaaa") + bodyLine(12, "bbbb") + bodyLine(13, "cccc")})}
			if test.answer != "" {
				s.says["COMPRESS"] = test.answer
			}
			cfg := s.start(t)
			cfg.Compress, cfg.HideCapabilities = true, test.hide
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			info := source.Info()
			if info.Compressed || len(info.Remarks) != 1 || !strings.Contains(info.Remarks[0], test.want) {
				t.Errorf("compressed %v, remarks %q, want %q", info.Compressed, info.Remarks, test.want)
			}
			if got := outcome(t.Context(), source); !slices.Equal(got, []string{"11 aaaa", "12 bbbb", "13 cccc"}) {
				t.Errorf("read %q", got)
			}
			report, err := Probe(t.Context(), cfg)
			if err != nil || !slices.ContainsFunc(report.Warnings, func(w string) bool { return strings.Contains(w, test.want) }) {
				t.Errorf("the test of the server: %v, warnings %q", err, report.Warnings)
			}
		})
	}
}

// TestCompressionDamaged has servers say what is no compressed stream, or not to its end: the connection is given up, as at any bad
// input, and what to do is said where it may be the compression's fault.
func TestCompressionDamaged(t *testing.T) {
	for _, test := range []struct {
		name string
		says map[string]string
		want []string
		fix  bool
	}{
		{"plain text", map[string]string{askBodies: bodyLine(11, "aaaa") + "<raw>* 2 FETCH (FLAGS ())\r\n<wait>"}, []string{"11 aaaa", "error ProtocolError"}, true},
		{"noise", map[string]string{askBodies: bodyLine(11, "aaaa") + "<raw>" + strings.Repeat("\xff", 50) + "<wait>"}, []string{"11 aaaa", "error ProtocolError"}, true},
		{"its end, then more", map[string]string{askBodies: bodyLine(11, "aaaa") + "<raw>\x03\x00more<wait>"}, []string{"11 aaaa", "error ProtocolError"}, true},
		{"its end", map[string]string{askBodies: bodyLine(11, "aaaa") + "<raw>\x03\x00<close>"}, []string{"11 aaaa", "error ConnectionLost"}, false},
		{"cut within a block", map[string]string{askBodies: bodyLine(11, "aaaa") + "<raw>\x00\x10\x00\xef\xff* 2 FE<close>"}, []string{"11 aaaa", "error ConnectionLost"}, false},
		{"silence within a block", map[string]string{askBodies: bodyLine(11, "aaaa") + "<raw>\x00\x10\x00\xef\xff* 2 FE<wait>"}, []string{"11 aaaa", "error Stalled"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &script{deflates: true, caps: scriptedCaps + " COMPRESS=DEFLATE", says: withMessages(test.says)}
			cfg := s.start(t)
			cfg.Compress = true
			if strings.HasPrefix(test.name, "silence") {
				cfg.Idle = 300 * time.Millisecond
			}
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			if got := outcome(t.Context(), source); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			_, err = source.Folders(t.Context(), "")
			e, ok := errors.AsType[*mailbox.Error](err)
			if !ok || e.Class != mailbox.Reconnect || strings.Contains(e.Fix, "-Compress $false") != test.fix {
				t.Errorf("afterwards: %v, fix %q", err, e.Fix)
			}
		})
	}
	t.Run("at once", func(t *testing.T) {
		s := &script{caps: scriptedCaps + " COMPRESS=DEFLATE", says: map[string]string{"COMPRESS": "{tag} OK but I don't\r\n* 1 EXISTS\r\n* 2 EXISTS\r\n"}}
		cfg := s.start(t)
		cfg.Compress = true
		source, err := OpenSource(t.Context(), cfg)
		if err == nil { // what stands behind the answer is read with the first command
			_, err = source.Folders(t.Context(), "")
			source.Close()
		}
		wantFault(t, err, mailbox.ProtocolError, "-Compress $false")
	})
}

// TestDeflateBomb has a server say in a few kilobytes what fills memory: what bounds a line bounds it here, too.
func TestDeflateBomb(t *testing.T) {
	var bomb bytes.Buffer
	out, err := flate.NewWriter(&bomb, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(out, "* 2 FETCH (FLAGS (")
	for range 200 {
		io.WriteString(out, strings.Repeat("x", 1<<20))
	}
	out.Flush()
	s := &script{deflates: true, caps: scriptedCaps + " COMPRESS=DEFLATE", says: withMessages(map[string]string{askBodies: "<raw>" + bomb.String() + "<wait>"})}
	cfg := s.start(t)
	cfg.Compress, cfg.Meter = true, new(wrap.Meter)
	source, err := OpenSource(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if got := outcome(t.Context(), source); !slices.Equal(got, []string{"error ProtocolError"}) {
		t.Errorf("got %q", got)
	}
	runtime.ReadMemStats(&after)
	if n := cfg.Meter.Received(); n > 1<<18 {
		t.Errorf("%d bytes were received", n)
	}
	if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 100 {
		t.Errorf("%d MB were allocated for it", n)
	}
}

func plainly(s testserver.Any) func(*testing.T) compressing {
	return func(*testing.T) compressing { return compressing{s, migration.SecurityNone} }
}

func secured(s testserver.Any) func(*testing.T) compressing {
	return func(*testing.T) compressing { return compressing{s, migration.SecurityTls} }
}

// cyrus starts a server that needs root.
func cyrus(t *testing.T) compressing {
	return compressing{testserver.StartCyrus(t, testserver.CyrusOptions{}), migration.SecurityNone}
}

// compressing is a server, and how it is reached.
type compressing struct {
	testserver.Any
	security migration.Security
}
