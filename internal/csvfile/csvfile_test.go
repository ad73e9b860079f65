package csvfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"migsh/internal/migration"
)

const head = "EmailAddress,UserName,Password\n"

func TestParseRows(t *testing.T) {
	ann := Row{Number: 1, EmailAddress: "ann@example.org", UserName: "ann", Password: "pw"}
	tests := []struct {
		name, text string
		want       []Row
	}{
		{"plain", head + "ann@example.org,ann,pw\n", []Row{ann}},
		{"CRLF", strings.ReplaceAll(head+"ann@example.org,ann,pw\n", "\n", "\r\n"), []Row{ann}},
		{"no newline at the end", head + "ann@example.org,ann,pw", []Row{ann}},
		{"blank lines", head + "\n   \nann@example.org,ann,pw\n\n  \n", []Row{ann}},
		{"any order", "Password,EmailAddress,UserName\npw,ann@example.org,ann\n", []Row{ann}},
		{"any case", "emailaddress,USERNAME,password\nann@example.org,ann,pw\n", []Row{ann}},
		{"spaces around the address", head + " ann@example.org ,ann,pw\n", []Row{ann}},
		{"optional columns", "EmailAddress,UserName,Password,UserRoot,TargetUserName,TargetPassword\nann@example.org,adm,pw,/users/ann,ann2,\"x,y\"\n",
			[]Row{{1, "ann@example.org", "adm", "pw", "/users/ann", "ann2", "x,y"}}},
		{"quotes", head + `ann@example.org,"a""n,n"," "` + "\n", []Row{{Number: 1, EmailAddress: "ann@example.org", UserName: `a"n,n`, Password: " "}}},
		{"line break in quotes", head + "ann@example.org,ann,\"p\nw\"\n", []Row{{Number: 1, EmailAddress: "ann@example.org", UserName: "ann", Password: "p\nw"}}},
		{"Mirapoint", head + "ann@example.org,#ann@example.org#admin#,pw\n", []Row{{Number: 1, EmailAddress: "ann@example.org", UserName: "#ann@example.org#admin#", Password: "pw"}}},
		{"corrected MigrationErrors.csv", "EmailAddress,UserName,Password,ErrorMessage\nann@example.org,ann,pw,wrong password\n", []Row{ann}},
		{"empty password", head + "ann@example.org,ann,\n", []Row{{Number: 1, EmailAddress: "ann@example.org", UserName: "ann"}}},
	}
	for _, p := range []string{"1091990", "007", "1e5", " lead", "trail ", "Pa$$word1", "pässwörd€", "TRUE", "=1+1"} {
		tests = append(tests, struct {
			name, text string
			want       []Row
		}{"password " + p, head + "ann@example.org,ann," + p + "\n",
			[]Row{{Number: 1, EmailAddress: "ann@example.org", UserName: "ann", Password: migration.Secret(p)}}})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.text), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Warnings) != 0 {
				t.Errorf("warnings %v, want none", f.Warnings)
			}
			if len(f.Rows) != len(tt.want) {
				t.Fatalf("%d rows, want %d", len(f.Rows), len(tt.want))
			}
			for i, r := range f.Rows {
				if r != tt.want[i] {
					t.Errorf("row %d: %+v with password %q, want %+v", i, r, r.Password.Reveal(), tt.want[i])
				}
			}
		})
	}
}

func TestParseFaults(t *testing.T) {
	tests := []struct {
		name, text string
		id         migration.ErrorID
		faults     int
		says       []string
	}{
		{"nothing", "", migration.ErrCSVEmpty, 1, []string{"can't be empty"}},
		{"blank", " \r\n\n", migration.ErrCSVEmpty, 1, []string{"can't be empty"}},
		{"header only", head, migration.ErrCSVEmpty, 1, []string{"can't be empty", "no row"}},
		{"no header", "Terry Adams,terry,pw\nAnn,ann,pw\n", migration.ErrCSVHeader, 1,
			[]string{"first row is not a header", "EmailAddress, UserName, Password expected"}},
		{"semicolons", "EmailAddress;UserName;Password\nann@example.org;ann;pw\n", migration.ErrCSVHeader, 1, []string{"separated by semicolons"}},
		{"one column missing", "EmailAddress,Password\nann@example.org,pw\n", migration.ErrCSVColumn, 1,
			[]string{`"UserName" is missing from the CSV file`}},
		{"two columns missing", "EmailAddress\nann@example.org\n", migration.ErrCSVColumn, 2,
			[]string{`"UserName" is missing from the CSV file`, `"Password" is missing from the CSV file`}},
		{"space in a name", "Email Address,UserName,Password\nann@example.org,ann,pw\n", migration.ErrCSVColumn, 1,
			[]string{`"EmailAddress" is missing`, `write it EmailAddress`}},
		{"misspelt", "EmailAdress,UserNmae,Password\na@b.c,ann,pw\n", migration.ErrCSVColumn, 2, []string{"EmailAdress", "UserNmae"}},
		{"unknown column", "EmailAddress,UserName,Password,Phone\na@b.c,ann,pw,1\n", migration.ErrCSVUnknown, 1,
			[]string{`"Phone" is unknown`, "-AllowUnknownColumnsInCsv"}},
		{"missing and unknown", "EmailAddress,UserName,Phone\na@b.c,ann,1\n", migration.ErrCSVInvalid, 2, []string{`"Password"`, `"Phone"`}},
		{"column twice", "EmailAddress,UserName,Password,password\na@b.c,ann,pw,pw\n", migration.ErrCSVInvalid, 1, []string{"twice"}},
		{"field counts", head + "a@b.c,ann\nb@b.c,bob,pw,x\nc@b.c,cy,pw\n", migration.ErrCSVFieldCount, 2,
			[]string{"Row 1 has the wrong number of columns", "Expected number: 3", "Actual number: 2", "Row 2", "Actual number: 4"}},
		{"header and field count", "EmailAddress,UserName\na@b.c\n", migration.ErrCSVInvalid, 2, []string{`"Password"`, "Row 1"}},
		{"bare quote", head + "a@b.c,an\"n,pw\nb@b.c,bob,pw\n", migration.ErrCSVSyntax, 1, []string{"Row 1", "quotation mark"}},
		{"open quote", head + "a@b.c,ann,\"pw\nb@b.c,bob,pw\n", migration.ErrCSVSyntax, 1, []string{"Row 1", "not closed"}},
		{"Latin-1", head + "a@b.c,ann,p\xe4\n", migration.ErrCSVEncoding, 1, []string{"line 2", "0xE4", "UTF-8"}},
		{"binary", "PK\x03\x04\x00\x00", migration.ErrCSVEncoding, 1, []string{"not text"}},
		{"too big", strings.Repeat("x", MaxBytes+1), migration.ErrCSVTooBig, 1, []string{"10 MB"}},
		{"half a UTF-16 unit", "\xff\xfeE\x00m", migration.ErrCSVEncoding, 1, []string{"odd number"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.text), Options{})
			if f != nil || err == nil {
				t.Fatalf("Parse = %v, %v, want an error and no file", f, err)
			}
			if !errors.Is(err, tt.id) {
				t.Errorf("id %s, want %s: %v", migration.AsError(err).ID, tt.id, err)
			}
			if n := len(migration.AsError(err).Faults); n != tt.faults {
				t.Errorf("%d faults, want %d: %v", n, tt.faults, err)
			}
			for _, s := range tt.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
			if strings.Contains(err.Error(), "pw") {
				t.Errorf("%q shows a password", err)
			}
		})
	}
}

func TestRowWarnings(t *testing.T) {
	f, err := Parse([]byte(head+"ann@example.org,ann,pw\nnobody,x,pw\nANN@example.org,ann2,pw\n,y,pw\nbob@example.org,bob,pw\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Rows) != 2 || f.Rows[1].EmailAddress != "bob@example.org" || f.Rows[1].Number != 5 {
		t.Errorf("rows %+v, want rows 1 and 5", f.Rows)
	}
	want := []struct {
		row int
		id  string
	}{{2, WarningBadAddress}, {3, WarningRepeatedAddress}, {4, WarningBadAddress}}
	for i, w := range f.Warnings {
		if i >= len(want) || w.Row != want[i].row || w.ID != want[i].id || !strings.Contains(w.Message, fmt.Sprintf("Row %d", w.Row)) {
			t.Errorf("warning %d is %+v", i, w)
		}
	}
	if len(f.Warnings) != len(want) {
		t.Errorf("%d warnings, want %d", len(f.Warnings), len(want))
	}
}

func TestUnknownColumnsAllowed(t *testing.T) {
	f, err := Parse([]byte("EmailAddress,Phone,UserName,Password,Room\na@b.c,1,ann,pw,2\n"), Options{AllowUnknownColumns: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.Ignored, ","); got != "Phone,Room" {
		t.Errorf("ignored %q, want Phone,Room", got)
	}
	if f.Rows[0].UserName != "ann" || f.Rows[0].Password != "pw" {
		t.Errorf("row %+v", f.Rows[0])
	}
	if _, err := Parse([]byte("EmailAddress,Phone\na@b.c,1\n"), Options{AllowUnknownColumns: true}); !errors.Is(err, migration.ErrCSVColumn) {
		t.Errorf("a missing column gives %v", err)
	}
}

func TestEncodings(t *testing.T) {
	text := head + "zoë@example.org,zoë,pä€𝄞\n"
	encode := func(order binary.AppendByteOrder, bom bool) []byte {
		var out []byte
		if bom {
			out = order.AppendUint16(out, 0xFEFF)
		}
		for _, u := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, u)
		}
		return out
	}
	for name, data := range map[string][]byte{
		"UTF-8":                []byte(text),
		"UTF-8 with BOM":       append([]byte{0xEF, 0xBB, 0xBF}, text...),
		"UTF-16LE with BOM":    encode(binary.LittleEndian, true),
		"UTF-16BE with BOM":    encode(binary.BigEndian, true),
		"UTF-16LE without BOM": encode(binary.LittleEndian, false),
		"UTF-16BE without BOM": encode(binary.BigEndian, false),
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse(data, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if f.Rows[0].EmailAddress != "zoë@example.org" || f.Rows[0].Password != "pä€𝄞" {
				t.Errorf("row %+v, password %q", f.Rows[0], f.Rows[0].Password.Reveal())
			}
		})
	}
}

func manyRows(n int) []byte {
	var b bytes.Buffer
	b.WriteString(head)
	for i := range n {
		fmt.Fprintf(&b, "user%d@example.org,user%d,password-%d\n", i, i, i)
	}
	return b.Bytes()
}

func TestRowLimit(t *testing.T) {
	f, err := Parse(manyRows(MaxRows), Options{})
	if err != nil || len(f.Rows) != MaxRows {
		t.Fatalf("50,000 rows: %v", err)
	}
	_, err = Parse(manyRows(MaxRows+1), Options{})
	if !errors.Is(err, migration.ErrCSVTooManyRows) || !strings.Contains(err.Error(), "more than 50,000 rows") || !strings.Contains(err.Error(), "50,001") {
		t.Errorf("50,001 rows: %v", err)
	}
}

func TestManyFaultsAreCounted(t *testing.T) {
	_, err := Parse([]byte(head+strings.Repeat("x\n", 350)), Options{})
	e := migration.AsError(err)
	if len(e.Faults) != listed || !strings.Contains(e.Message, "250 faults more") {
		t.Errorf("%d faults listed: …%s", len(e.Faults), e.Message[len(e.Message)-60:])
	}
}

func BenchmarkParse50000(b *testing.B) {
	data := manyRows(MaxRows)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse(data, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + "ann@example.org,ann,pw\n"))
	f.Add([]byte("EmailAddress;UserName\n\"a\"\"b\";\n"))
	f.Add([]byte("\xff\xfeE\x00\x3c\xd8"))
	f.Add([]byte(head + "a@b.c,\"x\ny\",\n,,\nq\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data, Options{AllowUnknownColumns: len(data)%2 == 0})
		if err != nil {
			e := migration.AsError(err)
			if file != nil || e.ID == migration.ErrInternal || len(e.Faults) == 0 || e.Message == "" {
				t.Fatalf("a refused file gives %v and %#v", file, err)
			}
			return
		}
		seen := map[string]bool{}
		for _, r := range file.Rows {
			key := migration.FoldName(r.EmailAddress)
			if migration.CheckAddress(r.EmailAddress) != nil || seen[key] || r.Number < 1 {
				t.Fatalf("row %+v should not be among the usable ones", r)
			}
			seen[key] = true
		}
	})
}
