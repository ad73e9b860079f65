package lane

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"migsh/internal/mailbox"
)

// told reads responses to the end and tells each in a line.
func told(r *Reader) (got []string, err error) {
	for {
		resp, err := r.Next()
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return got, err
		}
		line := strings.TrimSpace(fmt.Sprintf("%s %d %s", resp.Tag, resp.Number, resp.Name))
		switch {
		case resp.Name == "FETCH":
			f := Fetched{Number: resp.Number}
			var bodies []string
			err = r.Fetch(&f, func(name string, b *Body) error {
				if b == nil {
					bodies = append(bodies, name+"=NIL")
					return nil
				}
				text, err := io.ReadAll(b)
				if int64(len(text)) != b.Len() && err == nil {
					err = fmt.Errorf("%d bytes of %d", len(text), b.Len())
				}
				bodies = append(bodies, fmt.Sprintf("%s=%s", name, text))
				return err
			})
			if err != nil {
				return append(got, line), err
			}
			line = fmt.Sprintf("%s %d [%v] %d", line, f.UID, f.Flags, f.Size)
			if !f.Date.IsZero() {
				line += " " + f.Date.Format(time.RFC3339)
			}
			if f.ModSeq > 0 {
				line += fmt.Sprint(" m", f.ModSeq)
			}
			line = strings.Join(append([]string{line}, bodies...), " ")
		case resp.IsStatus():
			s := r.Status(resp.Name)
			line += fmt.Sprintf(" [%s|%s] %s", s.Code, s.Args, s.Text)
		case resp.Name == "VANISHED":
			uids, earlier, err := r.Vanished()
			if err != nil {
				return append(got, line), err
			}
			line += fmt.Sprint(" ", uids, earlier)
		case resp.Name == "LIST":
			vals, err := r.Values()
			if err != nil {
				return append(got, line), err
			}
			for _, v := range vals {
				line += fmt.Sprintf(" %d:%s", v.Kind, v.Text)
			}
		}
		got = append(got, line)
	}
}

func TestReader(t *testing.T) {
	const wrong = "error"
	for _, test := range []struct {
		name, said string
		want       []string // "error" at the end: reading ends with one that is a grammar's or io.ErrUnexpectedEOF
	}{
		{"tagged", "L1 OK [APPENDUID 7 3:5] done\n", []string{"L1 0 OK [APPENDUID|7 3:5] done"}},
		{"no text", "L1 OK\n", []string{"L1 0 OK [|] "}},
		{"permanent flags", "* OK [PERMANENTFLAGS (\\Seen a]b \\*)] ok\n", []string{"* 0 OK [PERMANENTFLAGS|(\\Seen a]b \\*)] ok"}},
		{"braces in free text", "* OK look {5}\n* 1 EXISTS\n", []string{"* 0 OK [|] look {5}", "* 1 EXISTS"}},
		{"empty lines", "\n\n* 1 EXISTS\n", []string{"* 1 EXISTS"}},
		{"an invitation", "+ {3}\n* 1 EXISTS\n", []string{"+ 0", "* 1 EXISTS"}},
		{"unknown, with a literal", "* XODD a {12}\nab\n* OK\n z\n* 1 EXISTS\n", []string{"* 0 XODD", "* 1 EXISTS"}},
		{"list", "* LIST (\\A \\B) \"/\" {3}\na\"b\n* LIST () NIL a\\\"b\n", []string{"* 0 LIST 3: 1:/ 2:a\"b", "* 0 LIST", wrong}},
		{"fetch", "* 3 FETCH (UID 7 FLAGS (\\Seen x) INTERNALDATE \"01-Feb-2020 10:00:00 +0100\" RFC822.SIZE 4 MODSEQ (9) BODY[] {4}\nab\n)\n",
			[]string{"* 3 FETCH 7 [\\Seen x] 4 2020-02-01T10:00:00+01:00 m9 BODY[]=ab\n"}},
		{"fetch, blanks missing and doubled", "*  3 FETCH(UID  7  FLAGS () BODY[] \"a\\\"b\")\n", []string{`* 3 FETCH 7 [] -1 BODY[]=a"b`}},
		{"fetch, items behind the body", "* 3 FETCH (BODY[] {2}\nab UID 7)\n", []string{"* 3 FETCH 7 [] -1 BODY[]=ab"}},
		{"fetch, nothing", "* 3 FETCH (UID 7 BODY[] NIL)\n* 4 FETCH (UID 8 BODY[] {0}\n)\n", []string{"* 3 FETCH 7 [] -1 BODY[]=NIL", "* 4 FETCH 8 [] -1 BODY[]="}},
		{"fetch, unknown items", "* 3 FETCH (X-GM-LABELS (\"\\\\Sent\" {2}\nab) UID 7 X (a (b)))\n", []string{"* 3 FETCH 7 [] -1"}},
		{"fetch, strange values", "* 3 FETCH (RFC822.SIZE -1 FLAGS (a]b \"c d\") INTERNALDATE NIL UID 7 MODSEQ x)\n", []string{"* 3 FETCH 7 [a=5Db c=20d] -1"}},
		{"fetch, strange date", "* 3 FETCH (UID 7 INTERNALDATE \"Sat, 1 Feb 2020 10:00:00 +0100\")\n", []string{"* 3 FETCH 7 [] -1 2020-02-01T10:00:00+01:00"}},
		{"fetch, a date that is none", "* 3 FETCH (UID 7 INTERNALDATE \"31-Feb-2020 10:00:00 +0100\")\n", []string{"* 3 FETCH 7 [] -1"}},
		{"fetch, two sections", "* 3 FETCH (UID 7 BODY[HEADER.FIELDS (SUBJECT TO)] {2}\nab BODY[TEXT]<0> {1}\nc)\n", []string{"* 3 FETCH 7 [] -1 BODY[HEADER.FIELDS (SUBJECT TO)]=ab BODY[TEXT]<0>=c"}},
		{"binary", "* 3 FETCH (UID 7 BINARY[] ~{2}\n\x00b)\n", []string{"* 3 FETCH 7 [] -1 BINARY[]=\x00b"}},
		{"vanished", "* VANISHED (EARLIER) 1:3,9\n* VANISHED 7\n", []string{"* 0 VANISHED [{1 3} {9 9}] true", "* 0 VANISHED [{7 7}] false"}},
		{"vanished, all there ever were", "* VANISHED (EARLIER) 1:4294967295\n", []string{"* 0 VANISHED [{1 4294967295}] true"}},

		{"a literal cut short", "* 3 FETCH (UID 7 BODY[] {6}\nabcd)\n* 4 FETCH (UID 8 BODY[] {4}\nabcd)\n", []string{"* 3 FETCH", wrong}},
		{"a literal announced too short", "* 3 FETCH (UID 7 BODY[] {3}\nabcd)\n", []string{"* 3 FETCH", wrong}},
		{"an end within a literal", "* 3 FETCH (UID 7 BODY[] {6}\nab", []string{"* 3 FETCH", wrong}},
		{"an end behind a literal", "* 3 FETCH (UID 7 BODY[] {2}\nab", []string{"* 3 FETCH", wrong}},
		{"an end within a line", "* 3 FET", []string{wrong}},
		{"no parenthesis", "* 3 FETCH UID 7\n", []string{"* 3 FETCH", wrong}},
		{"a list without end", "* 3 FETCH (UID 7 FLAGS (a\n", []string{"* 3 FETCH", wrong}},
		{"text of a message", "Subject: hello\n", []string{"SUBJECT: 0 HELLO"}},
		{"vanished what", "* VANISHED x\n", []string{"* 0 VANISHED", wrong}},
		{"lists without number", "* LIST " + strings.Repeat("(", 200) + "\n", []string{"* 0 LIST", wrong}},
		{"a large number", "* 99999999999 EXISTS\n", []string{wrong}},
	} {
		t.Run(test.name, func(t *testing.T) {
			said := strings.ReplaceAll(test.said, "\n", "\r\n")
			for _, from := range []io.Reader{strings.NewReader(said), iotest.OneByteReader(strings.NewReader(said))} {
				got, err := told(NewReader(from))
				if err != nil {
					if !errors.Is(err, ErrGrammar) && !errors.Is(err, io.ErrUnexpectedEOF) {
						t.Errorf("error %v", err)
					}
					got = append(got, wrong)
				}
				for i := range got {
					got[i] = strings.ReplaceAll(got[i], "\r", "")
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("got  %q\nwant %q (%v)", got, test.want, err)
				}
			}
		})
	}
}

// TestReaderBoundsLines has a server send a line without end.
func TestReaderBoundsLines(t *testing.T) {
	r := NewReader(io.MultiReader(strings.NewReader("* LIST () \"/\" "), strings.NewReader(strings.Repeat("x", 10<<20)+"\r\n")))
	_, err := r.Next()
	if !errors.Is(err, ErrGrammar) || !strings.Contains(err.Error(), "longer than 8 MiB") || len(err.Error()) > 300 {
		t.Errorf("error %.400v", err)
	}
	r = NewReader(strings.NewReader("* VANISHED (EARLIER) " + strings.Repeat("1,", 1<<20) + "1\r\n* 1 EXISTS\r\n"))
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if uids, _, err := r.Vanished(); err != nil || len(uids) != 1<<20+1 {
		t.Errorf("a long line: %d UIDs, %v", len(uids), err)
	}
}

func TestWriter(t *testing.T) {
	zone := time.FixedZone("", -(9*3600 + 1800 + 17))
	for _, test := range []struct {
		flags  mailbox.Flags
		date   time.Time
		form   LiteralForm
		binary bool
		want   string
	}{
		{nil, time.Time{}, Synchronising, false, " {3}\r\nabc"},
		{mailbox.NewFlags(`\Seen`, "$x"), time.Date(2020, 2, 3, 4, 5, 6, 0, zone), NonSynchronising, false, ` ($x \Seen) " 3-Feb-2020 04:05:23 -0930" {3+}` + "\r\nabc"},
		{nil, time.Date(12020, 2, 3, 4, 5, 6, 0, zone), NonSynchronising, true, " ~{3+}\r\nabc"},
		{mailbox.Flags{"two words"}, time.Time{}, NonSynchronising, false, ""},
		{mailbox.Flags{"x)\r\nL2 DELETE INBOX"}, time.Time{}, NonSynchronising, false, ""},
	} {
		var out strings.Builder
		w := NewWriter(&out)
		err := w.Message(test.flags, test.date, 3, test.form, test.binary)
		if err == nil {
			err = errors.Join(w.Body(strings.NewReader("abcdef"), 3), w.Flush())
		}
		if out.String() != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%v %v: %q, %v; want %q", test.flags, test.date, out.String(), err, test.want)
		}
	}
	if err := NewWriter(io.Discard).Body(strings.NewReader("ab"), 3); err == nil {
		t.Error("a message that ends early is taken for whole")
	}
}

func TestNames(t *testing.T) {
	var n Names
	for _, test := range []struct{ raw, text, sent string }{
		{"inbox", "INBOX", "INBOX"},
		{"Entw&APw-rfe", "Entwürfe", `"Entw&APw-rfe"`},
		{"R&D", "R&D", `"R&D"`},
		{"R&-D", "R&D+", `"R&-D"`},
		{"Entw\xfcrfe", "Entwürfe+", "\"Entw\xfcrfe\""},
		{`a"b\`, `a"b\`, `"a\"b\\"`},
		{"a\r\nb", "a\r\nb", `"a&AA0ACg-b"`},
	} {
		if text := n.Text(test.raw); text != test.text {
			t.Errorf("%q is %q, want %q", test.raw, text, test.text)
		}
		if got := string(n.Append(nil, test.text)); got != test.sent {
			t.Errorf("%q is sent as %q, want %q", test.text, got, test.sent)
		}
	}
	if got := string(n.Append(nil, "Ä & Ö/x")); got != `"&AMQ- &- &ANY-/x"` {
		t.Errorf("a new name is sent as %q", got)
	}
}

// FuzzReader has a server say anything at all: it is read or refused, in bounded memory, and the same whichever way it is cut.
func FuzzReader(f *testing.F) {
	for _, said := range []string{
		"* 3 FETCH (UID 7 FLAGS (\\Seen x) INTERNALDATE \"01-Feb-2020 10:00:00 +0100\" RFC822.SIZE 4 MODSEQ (9) BODY[] {4}\r\nabcd)\r\nL1 OK done\r\n",
		"* LIST (\\A) \"/\" {3}\r\na\"b (CHILDINFO (\"x\"))\r\n* VANISHED (EARLIER) 1:3,9\r\n+ go on\r\n* OK [PERMANENTFLAGS (a \\*)] x\r\n",
		"* 3 FETCH (X-GM-LABELS (\"\\\\Sent\" {2}\r\nab) UID 7 BODY[HEADER.FIELDS (A)] NIL)\r\n",
	} {
		f.Add(said)
	}
	f.Fuzz(func(t *testing.T, said string) {
		whole, err := told(NewReader(strings.NewReader(said)))
		again, errAgain := told(NewReader(iotest.OneByteReader(strings.NewReader(said))))
		if !slices.Equal(whole, again) || (err == nil) != (errAgain == nil) {
			t.Errorf("read at once %q, %v; byte by byte %q, %v", whole, err, again, errAgain)
		}
	})
}
