package repair

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

func mended(t testing.TB, message string, what Defects) string {
	t.Helper()
	var out bytes.Buffer
	if err := Copy(&out, func() (io.Reader, error) { return strings.NewReader(message), nil }, what); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRepair(t *testing.T) {
	long := strings.Repeat("x", 1200)
	for _, c := range []struct {
		name, message string
		defects       Defects
		want          string // "" is not looked at here
	}{
		{"nothing", "Subject: a\r\n\r\nb\r\n", 0, "Subject: a\r\n\r\nb\r\n"},
		{"empty", "", 0, ""},
		{"no body", "Subject: a\r\n", 0, "Subject: a\r\n"},
		{"NUL", "Subject: a\x00b\r\n\r\n\x00c\x00\r\n", NULs, "Subject: ab\r\n\r\nc\r\n"},
		{"only NUL", "\x00\x00", NULs | BadHeader, ""},
		{"bare LF", "Subject: a\n\nb\r\nc\n", LineEnds, "Subject: a\r\n\r\nb\r\nc\r\n"},
		{"bare CR", "Subject: a\r\n\r\nb\rc\r\r\n", LineEnds, "Subject: a\r\n\r\nb\r\nc\r\n\r\n"},
		{"UTF-8 in the header", "From: Zoë Ångström <z@example.org>\r\nSubject: plain é ü x\r\n\r\né\r\n", RawHeader,
			"From: =?utf-8?q?Zo=C3=AB_=C3=85ngstr=C3=B6m?= <z@example.org>\r\nSubject: plain =?utf-8?q?=C3=A9_=C3=BC?= x\r\n\r\né\r\n"},
		{"Latin-1 in quotes", "From: \"J\xf6rg\" <j@example.org>\r\nX: a;\r\n b=\"n\xefve\"\r\n\r\n", RawHeader,
			"From: =?iso-8859-1?q?J=F6rg?= <j@example.org>\r\nX: a;\r\n b=\"=?iso-8859-1?q?n=EFve?=\"\r\n\r\n"},
		{"a line that is no field", "From x@y Mon\r\nSubject: a\r\nno colon\r\nX : b\r\n\r\nc\r\n", BadHeader,
			"X-Invalid-Header: From x@y Mon\r\nSubject: a\r\nX-Invalid-Header: no colon\r\nX: b\r\n\r\nc\r\n"},
		{"a header that does not end", "Subject: a", BadHeader, "Subject: a\r\n"},
		{"no header at all", "just text\r\nand more\r\n\r\nend\r\n", BadHeader, "\r\njust text\r\nand more\r\n\r\nend\r\n"},
		{"long header with blanks", "Subject: " + strings.Repeat("word ", 300) + "\r\n\r\n", LongLines, ""},
		{"long header", "X-Long: " + long + "\r\n\r\nb\r\n", LongLines, ""},
		{"long body", "Subject: a\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + long + "é\r\nb\r\n", LongLines,
			"Subject: a\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapped(long+"é\r\nb\r\n")},
		{"long part", "Content-Type: multipart/mixed; boundary=q\r\n\r\npre\r\n--q\r\n\r\nshort\r\n--q\r\nContent-Type: text/plain\r\n\r\n" + long + "\r\n\r\n--q--\r\npost\r\n", LongLines,
			"Content-Type: multipart/mixed; boundary=q\r\n\r\npre\r\n--q\r\n\r\nshort\r\n--q\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
				wrapped(long+"\r\n") + "--q--\r\npost\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Inspect(strings.NewReader(c.message))
			if err != nil || d != c.defects {
				t.Errorf("the defects are %v (%v), want %v", d, err, c.defects)
			}
			got := mended(t, c.message, d)
			if c.want != "" && got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if again, err := Inspect(strings.NewReader(got)); err != nil || again != 0 {
				t.Errorf("repaired it still has: %v (%v)\n%.2000q", again, err, got)
			}
		})
	}
}

// wrapped is base64 in lines of 76 characters.
func wrapped(s string) string {
	var out strings.Builder
	for code := base64.StdEncoding.EncodeToString([]byte(s)); code != ""; {
		n := min(len(code), 76)
		out.WriteString(code[:n] + "\r\n")
		code = code[n:]
	}
	return out.String()
}

// What is folded and encoded reads as before.
func TestReversible(t *testing.T) {
	long := strings.Repeat("abcdefghi=", 200)
	m, err := mail.ReadMessage(strings.NewReader(mended(t, "X-Long: "+long+"\r\nSubject: "+strings.Repeat("w\xc3\xa9rd ", 300)+
		"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"+strings.Repeat("=C3=A9x", 300)+"\r\nend=20\r\n", RawHeader|LongLines)))
	if err != nil {
		t.Fatal(err)
	}
	var d mime.WordDecoder
	if got, err := d.DecodeHeader(m.Header.Get("X-Long")); err != nil || got != long {
		t.Errorf("X-Long reads %q, %v", got, err)
	}
	if got, err := d.DecodeHeader(m.Header.Get("Subject")); err != nil || strings.TrimSpace(got) != strings.TrimSpace(strings.Repeat("wérd ", 300)) {
		t.Errorf("Subject reads %q, %v", got, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || string(body) != strings.Repeat("éx", 300)+"\r\nend \r\n" {
		t.Errorf("the body reads %q, %v", body, err)
	}
}

func TestLadder(t *testing.T) {
	got := (NULs | RawHeader | LongLines).Ladder()
	want := []Defects{NULs, RawHeader, LongLines, NULs | RawHeader, NULs | RawHeader | LongLines}
	if len(got) != len(want) {
		t.Fatalf("the ladder is %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("rung %d repairs %q, want %q", i, got[i], want[i])
		}
	}
	if l := Defects(0).Ladder(); len(l) != 0 {
		t.Errorf("a sound message has the ladder %v", l)
	}
}

// A line that is cut in the buffer's middle is one line.
func TestLinesAcrossBuffers(t *testing.T) {
	for n := 64<<10 - 3; n < 64<<10+3; n++ {
		message := "Subject: a\r\n\r\n" + strings.Repeat("x", n) + "\r\nb\r\n"
		if d, err := Inspect(strings.NewReader(message)); err != nil || d != LongLines {
			t.Errorf("with a line of %d bytes the defects are %v, %v", n, d, err)
		}
		if got := mended(t, message, NULs); got != message {
			t.Errorf("with a line of %d bytes the message is altered", n)
		}
	}
}

// FuzzRepair: whatever the message, what was repaired is gone, and a sound message is not touched.
func FuzzRepair(f *testing.F) {
	f.Add([]byte("Subject: a\x00\n\nb\r"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\nc\r\n--q--"))
	f.Add([]byte("A: \"\xff\\"))
	f.Fuzz(func(t *testing.T, b []byte) {
		before, err := Inspect(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if before == 0 && mended(t, string(b), NULs|LineEnds|RawHeader|BadHeader|LongLines) != string(b) {
			t.Errorf("a sound message was altered")
		}
		for _, rung := range before.Ladder() {
			after, err := Inspect(strings.NewReader(mended(t, string(b), rung)))
			if err != nil {
				t.Fatal(err)
			}
			if left := after & rung & (NULs | LineEnds); left != 0 {
				t.Errorf("%v was repaired and is still there", left)
			}
		}
	})
}
