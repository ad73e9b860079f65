package core

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"migsh/shell/object"
)

// textEncoding is an encoding of files, by the names of -Encoding.
type textEncoding struct {
	name string
	bom  []byte
	put  func(dst []byte, r rune) []byte
	get  func(data []byte) string
}

func latin1(limit rune) func(dst []byte, r rune) []byte {
	return func(dst []byte, r rune) []byte {
		if r > limit {
			r = '?'
		}
		return append(dst, byte(r))
	}
}

func putUTF16(order func(dst []byte, u uint16) []byte) func(dst []byte, r rune) []byte {
	return func(dst []byte, r rune) []byte {
		for _, u := range utf16.Encode([]rune{r}) {
			dst = order(dst, u)
		}
		return dst
	}
}

func littleEndian(dst []byte, u uint16) []byte { return append(dst, byte(u), byte(u>>8)) }
func bigEndian(dst []byte, u uint16) []byte    { return append(dst, byte(u>>8), byte(u)) }

func getUTF16(data []byte, high, low int) string {
	units := make([]uint16, 0, len(data)/2)
	for i := 0; i+1 < len(data); i += 2 {
		units = append(units, uint16(data[i+high])<<8|uint16(data[i+low]))
	}
	return string(utf16.Decode(units))
}

func getLatin1(data []byte) string {
	var b strings.Builder
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return b.String()
}

func getASCII(data []byte) string {
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return utf8.RuneError
		}
		return r
	}, getLatin1(data))
}

func getUTF8(data []byte) string { return strings.ToValidUTF8(string(data), "\uFFFD") }

func getUTF32(data []byte) string {
	var b strings.Builder
	for ; len(data) >= 4; data = data[4:] {
		b.WriteRune(rune(data[0]) | rune(data[1])<<8 | rune(data[2])<<16 | rune(data[3])<<24)
	}
	return b.String()
}

var textEncodings = map[string]*textEncoding{
	"utf8":             {name: "utf8", put: utf8.AppendRune, get: getUTF8},
	"utf8bom":          {name: "utf8BOM", bom: []byte("\xef\xbb\xbf"), put: utf8.AppendRune, get: getUTF8},
	"unicode":          {name: "unicode", bom: []byte("\xff\xfe"), put: putUTF16(littleEndian), get: func(data []byte) string { return getUTF16(data, 1, 0) }},
	"bigendianunicode": {name: "bigendianunicode", bom: []byte("\xfe\xff"), put: putUTF16(bigEndian), get: func(data []byte) string { return getUTF16(data, 0, 1) }},
	"utf32": {name: "utf32", bom: []byte("\xff\xfe\x00\x00"), get: getUTF32, put: func(dst []byte, r rune) []byte {
		return append(dst, byte(r), byte(r>>8), byte(r>>16), byte(r>>24))
	}},
	"bigendianutf32": {name: "bigendianutf32", bom: []byte("\x00\x00\xfe\xff"), put: func(dst []byte, r rune) []byte {
		return append(dst, byte(r>>24), byte(r>>16), byte(r>>8), byte(r))
	}, get: func(data []byte) string {
		var b strings.Builder
		for ; len(data) >= 4; data = data[4:] {
			b.WriteRune(rune(data[3]) | rune(data[2])<<8 | rune(data[1])<<16 | rune(data[0])<<24)
		}
		return b.String()
	}},
	"ascii":  {name: "ascii", put: latin1(0x7f), get: getASCII},
	"latin1": {name: "latin1", put: latin1(0xff), get: getLatin1},
	"windows-1252": {name: "windows-1252", put: func(dst []byte, r rune) []byte {
		if b, ok := charmap.Windows1252.EncodeRune(r); ok {
			return append(dst, b)
		}
		return append(dst, '?')
	}, get: func(data []byte) string {
		var b strings.Builder
		for _, c := range data {
			b.WriteRune(charmap.Windows1252.DecodeByte(c))
		}
		return b.String()
	}},
}

var encodingAliases = map[string]string{
	"": "utf8", "default": "utf8", "oem": "utf8", "utf8nobom": "utf8", "utf-8": "utf8", "65001": "utf8", "utf-16": "unicode", "utf-16le": "unicode",
	"1200": "unicode", "utf-16be": "bigendianunicode", "1201": "bigendianunicode", "utf-32": "utf32", "12000": "utf32",
	"us-ascii": "ascii", "20127": "ascii", "iso-8859-1": "latin1", "28591": "latin1", "ansi": "windows-1252", "1252": "windows-1252",
}

// encodingByName finds an encoding by what -Encoding was given.
func encodingByName(name string) (*textEncoding, error) {
	key := strings.ToLower(name)
	if alias, ok := encodingAliases[key]; ok {
		key = alias
	}
	if e, ok := textEncodings[key]; ok {
		return e, nil
	}
	text := "'" + name + "' is not a supported encoding name. For information on defining a custom encoding, see the documentation for the Encoding.RegisterProvider method. (Parameter 'name')"
	if _, err := strconv.Atoi(name); err == nil {
		text = "No data is available for encoding " + name + ". For information on defining a custom encoding, see the documentation for the Encoding.RegisterProvider method."
	}
	e := object.NewException("System.Management.Automation.ParameterBindingException", "Cannot process argument transformation on parameter 'Encoding'. %s", text)
	return nil, object.NewErrorOf(e, "ParameterArgumentTransformationError", object.InvalidData, nil)
}

// writer encodes text written to it; fresh files begin with the byte order mark.
func (e *textEncoding) writer(w io.Writer, fresh bool) io.Writer {
	x := &encoder{w: w, e: e}
	if fresh {
		x.pending = e.bom
	}
	if e.name == "utf8" {
		return w
	}
	return x
}

type encoder struct {
	w       io.Writer
	e       *textEncoding
	pending []byte // the mark still to be written
	rest    []byte // an unfinished character
}

func (x *encoder) Write(b []byte) (int, error) {
	data := append(x.rest, b...)
	out := append([]byte(nil), x.pending...)
	x.pending = nil
	for len(data) > 0 && (utf8.FullRune(data)) {
		r, n := utf8.DecodeRune(data)
		out = x.e.put(out, r)
		data = data[n:]
	}
	x.rest = bytes.Clone(data)
	if _, err := x.w.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// decodeText reads a file's bytes: by its byte order mark, else by the encoding given.
func decodeText(data []byte, e *textEncoding) string {
	for _, name := range []string{"utf8bom", "utf32", "unicode", "bigendianunicode", "bigendianutf32"} {
		marked := textEncodings[name]
		if bytes.HasPrefix(data, marked.bom) {
			return marked.get(data[len(marked.bom):])
		}
	}
	return e.get(data)
}
