package wrap

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// conversation is what client and server say, in turns; lines that begin with "C: " are the client's.
const conversation = `S: * OK hello
C: T1 LOGIN "terry" "s3cr\"et"
S: T1 NO bad password s3cr"et
C: T2 LOGIN {5}
S: + go
C: terry {7}
S: + go
C: s3cr"et
S: T2 OK in
C: T3 AUTHENTICATE PLAIN AHRlcnJ5AHMzY3IiZXQ=
S: T3 NO no
C: T4 AUTHENTICATE LOGIN
S: + VXNlcm5hbWU6
C: dGVycnk=
S: + UGFzc3dvcmQ6
C: czNjciJldA==
S: T4 OK in
C: T5 EXAMINE "INBOX"
S: * 2 EXISTS
S: T5 OK [READ-ONLY] done
C: T6 UID FETCH 1:2 (UID BODY.PEEK[])
S: * 1 FETCH (UID 1 BODY[] {16}
S: Subject: private)
S: * 2 FETCH (UID 2 BODY[] "Subject: also private")
S: T6 OK done
C: T7 APPEND "Sent" {16}
S: + go
C: Subject: hidden!
S: T7 OK done
`

func TestTraceHidesSecretsAndMail(t *testing.T) {
	var out bytes.Buffer
	server := &bytes.Buffer{}
	conn := NewTracer(&out).Conn(&scripted{Reader: server}, "imap.example.com", `s3cr"et`)
	for line := range strings.SplitSeq(strings.TrimSuffix(conversation, "\n"), "\n") {
		text := line[3:] + "\r\n"
		if line[0] == 'C' {
			if _, err := conn.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		server.WriteString(text)
		if _, err := io.ReadFull(conn, make([]byte, len(text))); err != nil {
			t.Fatal(err)
		}
	}
	got := out.String()
	for _, secret := range []string{`s3cr"et`, `s3cr\"et`, "AHRlcnJ5AHMzY3IiZXQ", "czNjciJldA", "dGVycnk", "UGFzc3dvcmQ6", "private", "hidden"} {
		if strings.Contains(got, secret) {
			t.Errorf("the trace shows %q", secret)
		}
	}
	for _, shown := range []string{`C: T1 LOGIN "terry" <redacted>`, "C: T3 AUTHENTICATE PLAIN <redacted>", `C: T5 EXAMINE "INBOX"`,
		"S: * 2 EXISTS", "S: * 1 FETCH (UID 1 BODY[] {16} <16 bytes>", `C: T7 APPEND "Sent" {16} <16 bytes>`, "S: T7 OK done"} {
		if !strings.Contains(got, shown) {
			t.Errorf("the trace lacks %q", shown)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestOpenTrace(t *testing.T) {
	if _, err := OpenTrace(filepath.Join(t.TempDir(), "missing", "trace")); err == nil || !strings.Contains(err.Error(), "MIGSH_TRACE") {
		t.Errorf("error %v, want one that names MIGSH_TRACE", err)
	}
	if NewTracer(io.Discard) == nil {
		t.Error("no tracer")
	}
	var none *Tracer
	conn := &scripted{}
	if none.Conn(conn, "x") != conn {
		t.Error("a nil Tracer changed the connection")
	}
}
