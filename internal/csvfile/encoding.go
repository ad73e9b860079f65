package csvfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"migsh/internal/migration"
)

// toUTF8 makes UTF-8 without a byte order mark of UTF-8 or UTF-16. Other encodings are refused, not guessed: a password that is
// read wrong locks its user out.
func toUTF8(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE, 0, 0}), bytes.HasPrefix(data, []byte{0, 0, 0xFE, 0xFF}):
		return nil, badEncoding("The CSV file is UTF-32.")
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return fromUTF16(data[2:], binary.BigEndian)
	case len(data) >= 4 && data[0] != 0 && data[1] == 0 && data[2] != 0 && data[3] == 0:
		return fromUTF16(data, binary.LittleEndian)
	case len(data) >= 4 && data[0] == 0 && data[1] != 0 && data[2] == 0 && data[3] != 0:
		return fromUTF16(data, binary.BigEndian)
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, badEncoding(fmt.Sprintf("The CSV file holds a null character in line %d: it is not text.", lineOf(data, i)))
	}
	if !utf8.Valid(data) {
		i := 0
		for i < len(data) {
			r, n := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			i += n
		}
		return nil, badEncoding(fmt.Sprintf("The CSV file is neither UTF-8 nor UTF-16: line %d holds the byte 0x%02X.", lineOf(data, i), data[i]))
	}
	return data, nil
}

func fromUTF16(data []byte, order binary.ByteOrder) ([]byte, error) {
	if len(data)%2 != 0 {
		return nil, badEncoding("The CSV file is UTF-16 and has an odd number of bytes: its end is missing.")
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i += 2 {
		u := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(u) {
			low := rune(0)
			if i+3 < len(data) {
				low = rune(order.Uint16(data[i+2:]))
			}
			if u = utf16.DecodeRune(u, low); u == utf8.RuneError {
				return nil, badEncoding(fmt.Sprintf("The CSV file is UTF-16 and damaged in line %d.", lineOf(out, len(out))))
			}
			i += 2
		}
		if u == 0 {
			return nil, badEncoding(fmt.Sprintf("The CSV file holds a null character in line %d: it is not text.", lineOf(out, len(out))))
		}
		out = utf8.AppendRune(out, u)
	}
	return out, nil
}

func lineOf(data []byte, at int) int { return 1 + bytes.Count(data[:at], []byte{'\n'}) }

func badEncoding(message string) error {
	return refuse(migration.Fault{ID: migration.ErrCSVEncoding, Message: message},
		"Save it as UTF-8; in Excel choose 'CSV UTF-8 (Comma delimited)'.")
}
