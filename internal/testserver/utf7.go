package testserver

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Folder names go over the wire in modified UTF-7 (RFC 3501, section 5.1.3).

var utf7Base64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)

func encodeUTF7(name string) string {
	var out strings.Builder
	var wide []rune
	flush := func() {
		if len(wide) > 0 {
			var units []byte
			for _, unit := range utf16.Encode(wide) {
				units = binary.BigEndian.AppendUint16(units, unit)
			}
			out.WriteString("&" + utf7Base64.EncodeToString(units) + "-")
			wide = nil
		}
	}
	for _, r := range name {
		if r < ' ' || r > '~' {
			wide = append(wide, r)
			continue
		}
		flush()
		out.WriteRune(r)
		if r == '&' {
			out.WriteByte('-')
		}
	}
	flush()
	return out.String()
}

func decodeUTF7(name string) (string, error) {
	var out strings.Builder
	for rest := name; rest != ""; {
		plain, shifted, found := strings.Cut(rest, "&")
		out.WriteString(plain)
		if !found {
			break
		}
		encoded, after, found := strings.Cut(shifted, "-")
		if !found {
			return "", fmt.Errorf("folder name %q: a shift without end", name)
		}
		if encoded == "" {
			out.WriteByte('&')
		}
		bytes, err := utf7Base64.DecodeString(encoded)
		if err != nil || len(bytes)%2 != 0 {
			return "", fmt.Errorf("folder name %q: %q is no base64 of UTF-16", name, encoded)
		}
		units := make([]uint16, len(bytes)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(bytes[2*i:])
		}
		out.WriteString(string(utf16.Decode(units)))
		rest = after
	}
	return out.String(), nil
}
