package store

import (
	"fmt"
	"strings"
)

// Key joins names to a key, escaping each.
func Key(names ...string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(Escape(name))
	}
	return b.String()
}

// Prefix is Key with a slash at the end: everything below these names.
func Prefix(names ...string) string {
	if len(names) == 0 {
		return ""
	}
	return Key(names...) + "/"
}

// Number writes n as a segment that sorts as n does.
func Number(n uint64) string { return fmt.Sprintf("%016x", n) }

// emptyName is the segment that stands for the name "".
const emptyName = "="

const upperHex = "0123456789ABCDEF"

// Escape turns any name into one segment of a key: letters, digits and "-_.@+"
// stay, any other byte becomes "=XX" in upper-case hexadecimal. Different
// names give different segments.
func Escape(name string) string {
	if name == "" {
		return emptyName
	}
	i := 0
	for i < len(name) && plain(name[i]) {
		i++
	}
	if i == len(name) {
		return name
	}
	var b strings.Builder
	b.Grow(len(name) + 8)
	b.WriteString(name[:i])
	for ; i < len(name); i++ {
		if c := name[i]; plain(c) {
			b.WriteByte(c)
		} else {
			b.WriteByte('=')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}

// Unescape gives the name back that Escape turned into segment. Anything that
// Escape does not produce is ErrInvalid.
func Unescape(segment string) (string, error) {
	if segment == emptyName {
		return "", nil
	}
	if segment == "" {
		return "", fmt.Errorf("key segment %q: %w: it is empty", segment, ErrInvalid)
	}
	if strings.IndexByte(segment, '=') < 0 {
		for i := range len(segment) {
			if !plain(segment[i]) {
				return "", fmt.Errorf("key segment %q: %w: byte %q is not escaped", segment, ErrInvalid, segment[i])
			}
		}
		return segment, nil
	}
	b := make([]byte, 0, len(segment))
	for i := 0; i < len(segment); i++ {
		c := segment[i]
		switch {
		case plain(c):
			b = append(b, c)
			continue
		case c == '=' && i+2 < len(segment):
			hi, lo := strings.IndexByte(upperHex, segment[i+1]), strings.IndexByte(upperHex, segment[i+2])
			if hi >= 0 && lo >= 0 && !plain(byte(hi<<4|lo)) {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		return "", fmt.Errorf("key segment %q: %w: byte %q at %d is not as Escape writes it", segment, ErrInvalid, c, i)
	}
	return string(b), nil
}

func plain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	switch c {
	case '-', '_', '.', '@', '+':
		return true
	}
	return false
}

// Names splits a key, or a part of one, into the names that Key joined.
func Names(key string) ([]string, error) {
	segments := strings.Split(key, "/")
	for i, segment := range segments {
		name, err := Unescape(segment)
		if err != nil {
			return nil, err
		}
		segments[i] = name
	}
	return segments, nil
}

// ValidKey tells why key is not one, as an ErrInvalid.
func ValidKey(key string) error {
	if key == "" {
		return fmt.Errorf("key %q: %w: it is empty", key, ErrInvalid)
	}
	if len(key) > MaxKey {
		return fmt.Errorf("key %.40q…: %w: it has %d bytes, the limit is %d", key, ErrInvalid, len(key), MaxKey)
	}
	if _, err := Names(key); err != nil {
		return fmt.Errorf("key %q: %w", key, err)
	}
	return nil
}

// ValidPrefix tells why prefix is not one, as an ErrInvalid.
func ValidPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	segments, ok := strings.CutSuffix(prefix, "/")
	if !ok {
		return fmt.Errorf("prefix %q: %w: it must end in a slash", prefix, ErrInvalid)
	}
	return ValidKey(segments)
}

// ValidUpdate tells why the operations cannot be one update, as an ErrInvalid.
func ValidUpdate(ops []Op) error {
	if len(ops) == 0 {
		return fmt.Errorf("update: %w: it has no operations", ErrInvalid)
	}
	if len(ops) > MaxOps {
		return fmt.Errorf("update: %w: it has %d operations, the limit is %d", ErrInvalid, len(ops), MaxOps)
	}
	size := 0
	for i := range ops {
		op := &ops[i]
		if err := ValidKey(op.Key); err != nil {
			return err
		}
		switch {
		case op.Kind > OpDelete:
			return fmt.Errorf("update of %s: %w: unknown operation %d", op.Key, ErrInvalid, op.Kind)
		case op.Kind == OpCheck && !op.Cond:
			return fmt.Errorf("update of %s: %w: a check without a revision", op.Key, ErrInvalid)
		case len(op.Value) > MaxValue:
			return fmt.Errorf("update of %s: %w: the value has %d bytes, the limit is %d", op.Key, ErrInvalid, len(op.Value), MaxValue)
		}
		size += len(op.Key) + len(op.Value)
	}
	if size > MaxBytes {
		return fmt.Errorf("update of %s and %d more: %w: %d bytes together, the limit is %d", ops[0].Key, len(ops)-1, ErrInvalid, size, MaxBytes)
	}
	return distinct(ops)
}

// distinct refuses a key that occurs twice: what should happen would depend on
// an order that not every store keeps inside an update.
func distinct(ops []Op) error {
	twice := func(key string) error {
		return fmt.Errorf("update of %s: %w: the key occurs twice", key, ErrInvalid)
	}
	if len(ops) <= 8 {
		for i := range ops {
			for j := range i {
				if ops[i].Key == ops[j].Key {
					return twice(ops[i].Key)
				}
			}
		}
		return nil
	}
	seen := make(map[string]struct{}, len(ops))
	for i := range ops {
		if _, dup := seen[ops[i].Key]; dup {
			return twice(ops[i].Key)
		}
		seen[ops[i].Key] = struct{}{}
	}
	return nil
}
