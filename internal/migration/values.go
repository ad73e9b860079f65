package migration

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limit is a number that may be Unlimited, as Exchange's Unlimited<Int32>. In JSON it is a number or "Unlimited".
type Limit int

// Unlimited is no limit.
const Unlimited Limit = -1

// ParseLimit reads a number or the word unlimited.
func ParseLimit(text string) (Limit, error) {
	text = strings.TrimSpace(text)
	if strings.EqualFold(text, "unlimited") {
		return Unlimited, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, NewError(ErrInvalidValue, text, fmt.Sprintf("'%s' is neither a number nor 'Unlimited'.", text), "")
	}
	return Limit(n), nil
}

// String is the number or "Unlimited".
func (l Limit) String() string {
	if l == Unlimited {
		return "Unlimited"
	}
	return strconv.Itoa(int(l))
}

// Allows tells whether one more fits when n are there.
func (l Limit) Allows(n int) bool { return l == Unlimited || n < int(l) }

// Less orders limits with Unlimited above every number.
func (l Limit) Less(other Limit) bool {
	if l == Unlimited {
		return false
	}
	return other == Unlimited || l < other
}

// MarshalJSON writes a number or "Unlimited".
func (l Limit) MarshalJSON() ([]byte, error) {
	if l == Unlimited {
		return []byte(`"Unlimited"`), nil
	}
	return []byte(strconv.Itoa(int(l))), nil
}

// UnmarshalJSON reads a number or "Unlimited".
func (l *Limit) UnmarshalJSON(data []byte) error {
	v, err := ParseLimit(strings.Trim(string(data), `"`))
	if err != nil {
		return err
	}
	*l = v
	return nil
}

// Secret is a password on its way from an administrator to where it is sealed. It prints and logs as stars; only JSON carries it,
// because a request must. No result and no stored noun has one.
type Secret string

const stars = "********"

// String is stars.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return stars
}

// GoString is stars.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// LogValue is stars.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText gives the password itself, to JSON. One that isn't UTF-8 would arrive as another one and is refused.
func (s Secret) MarshalText() ([]byte, error) {
	if !utf8.ValidString(string(s)) {
		return nil, NewError(ErrInvalidValue, "Password", "The password is not valid UTF-8 and can't be sent.", "Type it again.")
	}
	return []byte(s), nil
}

// Reveal gives the password itself.
func (s Secret) Reveal() string { return string(s) }

// Fingerprint puts the SHA-256 digest of a certificate, with or without colons, into the form in which it is kept.
func Fingerprint(text string) (string, error) {
	plain := strings.ToUpper(strings.NewReplacer(":", "", " ", "", "-", "").Replace(text))
	if digits, err := hex.DecodeString(plain); err != nil || len(digits) != 32 {
		return "", NewError(ErrInvalidValue, text, "'"+text+"' is no fingerprint of a certificate.",
			"Give the SHA-256 digest, 64 hexadecimal digits with or without colons, as openssl x509 -fingerprint -sha256 shows it.")
	}
	return plain, nil
}

// CSVData is the content of a user list, passwords and all. It prints and logs as its length only.
type CSVData []byte

// String is the length.
func (d CSVData) String() string { return fmt.Sprintf("%d bytes of CSV", len(d)) }

// GoString is the length.
func (d CSVData) GoString() string { return d.String() }

// LogValue is the length.
func (d CSVData) LogValue() slog.Value { return slog.StringValue(d.String()) }

// Credential is a user name with its password.
type Credential struct {
	UserName string
	Password Secret
}

// ByteSize is a number of bytes. It prints as Exchange's sizes do: 120.5 MB (126,353,408 bytes).
type ByteSize int64

// String is the size in the largest unit that leaves a whole part, with the exact number of bytes.
func (b ByteSize) String() string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	v, u := float64(b), 0
	for v >= 1024 && u < len(units)-1 {
		v, u = v/1024, u+1
	}
	text := strconv.FormatFloat(v, 'f', 3, 64)
	if v >= 1 {
		// Four significant digits, as Exchange prints them.
		text = strconv.FormatFloat(v, 'g', 4, 64)
	}
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return fmt.Sprintf("%s %s (%s bytes)", text, units[u], Thousands(int64(b)))
}

// ParseByteSize reads a number of bytes, or one with KB, MB, GB or TB; Unlimited is 0.
func ParseByteSize(text string) (ByteSize, error) {
	text = strings.TrimSpace(text)
	if strings.EqualFold(text, "Unlimited") {
		return 0, nil
	}
	n, err := parseSize(text)
	if err != nil {
		return 0, NewError(ErrInvalidValue, text, fmt.Sprintf("'%s' is no size.", text), "Write bytes, a number with KB, MB, GB or TB, or Unlimited.").Because(err)
	}
	return ByteSize(n), nil
}

// Thousands is n with a comma between groups of three digits.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

var (
	_ json.Marshaler   = Limit(0)
	_ json.Unmarshaler = new(Limit)
	_ slog.LogValuer   = Secret("")
)
