package core

import (
	"errors"
	"slices"
	"testing"
	"unicode/utf8"

	"migsh/shell/object"
)

func TestCSVRecords(t *testing.T) {
	for _, c := range []struct {
		name, text string
		delimiter  object.Char
		want       [][]string
	}{
		{"plain", "a,b\n1,2\n", ',', [][]string{{"a", "b"}, {"1", "2"}}},
		{"no line end", "a,b", ',', [][]string{{"a", "b"}}},
		{"quotes", "\"a,b\",\"say \"\"hi\"\"\"\n", ',', [][]string{{"a,b", `say "hi"`}}},
		{"line end inside", "\"a\r\nb\",c\r\n", ',', [][]string{{"a\r\nb", "c"}}},
		{"quote inside a field", "plain \"inner\" text,x\n", ',', [][]string{{`plain "inner" text`, "x"}}},
		{"blanks", " padded , \"quoted\" \n", ',', [][]string{{"padded ", "quoted"}}},
		{"empty fields", ",,\n", ',', [][]string{{"", "", ""}}},
		{"blank line", "a\n\nb\n", ',', [][]string{{"a"}, {""}, {"b"}}},
		{"semicolon", "a;b,c\n", ';', [][]string{{"a", "b,c"}}},
		{"tab", "a\tb\n", '\t', [][]string{{"a", "b"}}},
		{"open quote", "\"a,b\nc", ',', [][]string{{"a,b\nc"}}},
		{"wide delimiter", "a€b\n", '€', [][]string{{"a", "b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newCSVReader(c.text, c.delimiter)
			var got [][]string
			for {
				fields := r.record(nil)
				if len(fields) == 0 {
					break
				}
				got = append(got, fields)
			}
			if !slices.EqualFunc(got, c.want, slices.Equal[[]string]) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// FuzzCSV demands that reading ends, and that what is written reads as it was.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n1,2\n")
	f.Add("\"a\"\"b\",c\r\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		r := newCSVReader(text, ',')
		for fields := r.record(nil); len(fields) > 0; fields = r.record(nil) {
			w := csvWriting{text: ","}
			for i, field := range fields {
				w.field(i, field)
			}
			again := newCSVReader(string(w.line)+"\n", ',').record(nil)
			if !slices.Equal(fields, again) {
				t.Fatalf("wrote %q\nread  %q", fields, again)
			}
		}
	})
}

func TestJSON(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"a":1,"b":[true,null,"x"],"c":{"d":1.5}}`, `{"a":1,"b":[true,null,"x"],"c":{"d":1.5}}`},
		{"{ // comment\n 'a': [1,2,], }", `{"a":[1,2]}`},
		{`"\u00e9\ud83d\ude00\n"`, `"é😀\n"`},
		{`12345678901234567890123`, `12345678901234567890123`},
		{`[-0.5,1e20]`, `[-0.5,1E+20]`},
		{`"2024-03-07T04:05:06Z"`, `"2024-03-07T04:05:06Z"`},
	} {
		r := &jsonReader{text: c.text, maxDepth: 64}
		v, err := r.document()
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		w := &jsonWriter{maxDepth: 64, compress: true}
		if w.value(v, 0, 0); w.text.String() != c.want {
			t.Errorf("%s: got %s, want %s", c.text, w.text.String(), c.want)
		}
	}
	for _, text := range []string{"{", `{"a":}`, "not json", `{"a":1`, `"open`, "[1 2]", "1 2", `{"a" 1}`, "/* open"} {
		r := &jsonReader{text: text, maxDepth: 64}
		_, err := r.document()
		if _, ok := errors.AsType[*jsonError](err); !ok {
			t.Errorf("%s: %v, want a fault of the text", text, err)
		}
	}
	deep := &jsonReader{text: "[[[1]]]", maxDepth: 2}
	if _, err := deep.document(); err == nil {
		t.Error("a document deeper than allowed was taken")
	}
}

// FuzzJSON demands that what was read can be written and read again.
func FuzzJSON(f *testing.F) {
	f.Add(`{"a":[1,2.5,"x",null]}`)
	f.Add(`'\u0041' // x`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := (&jsonReader{text: text, maxDepth: 64, asHashtable: true, dates: "String"}).document()
		if err != nil || !utf8.ValidString(text) {
			return
		}
		w := &jsonWriter{maxDepth: 100}
		w.value(v, 0, 0)
		if _, err := (&jsonReader{text: w.text.String(), maxDepth: 64, asHashtable: true, dates: "String"}).document(); err != nil {
			t.Fatalf("%s\nfrom %q: %v", w.text.String(), text, err)
		}
	})
}

// FuzzClixml demands that reading foreign files ends in objects or an error.
func FuzzClixml(f *testing.F) {
	f.Add(`<Objs><Obj RefId="0"><TN RefId="0"><T>X</T></TN><MS><S N="a">b</S><Ref N="r" RefId="0" /></MS></Obj><TS>P1DT2H</TS></Objs>`)
	f.Add(`<Objs><Obj><DCT><En><S N="Key">k</S><Nil N="Value" /></En></DCT></Obj></Objs>`)
	f.Fuzz(func(t *testing.T, text string) {
		objects, err := readClixml(text, false)
		if err != nil && objects != nil {
			t.Fatalf("%q: both objects and the error %v", text, err)
		}
		for _, v := range objects {
			object.TypeNamesOf(v) // what was made can be looked at
		}
	})
}

func TestClixmlSpans(t *testing.T) {
	for _, span := range []object.TimeSpan{0, 10_000_000, 5_000_000, 937_840_000_000, -937_845_000_000, 1} {
		got, err := spanOfISO(isoSpan(span))
		if err != nil || got != span {
			t.Errorf("%v written as %s reads as %v, %v", span, isoSpan(span), got, err)
		}
	}
}
