package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// redacted is all that is ever shown of a secret.
const redacted = "********"

// A Text is a secret in memory, such as a password. However it is printed,
// logged or encoded, what it holds does not appear; Reveal is the one way to
// it. Copies of a Text share their bytes, so that Wipe clears them all. The
// zero value is no secret at all.
type Text struct {
	// Behind a pointer, fmt and reflection-based printers find an address.
	bytes *[]byte
}

// New keeps a copy of value.
func New(value string) Text {
	b := []byte(value)
	return Text{&b}
}

// Reveal returns the secret in clear, for the one place that hands it on to a
// server. The copy is the caller's not to keep.
func (t Text) Reveal() string {
	if t.bytes == nil {
		return ""
	}
	return string(*t.bytes)
}

// IsZero tells whether there is no secret, as opposed to an empty one.
func (t Text) IsZero() bool { return t.bytes == nil }

// Wipe overwrites the secret, in all copies of this Text; they reveal "" from
// then on. Go may have copied the bytes elsewhere, and what Reveal returned is
// beyond reach: this shortens exposure and does not end it. Not to be called
// while another goroutine reveals.
func (t Text) Wipe() {
	if t.bytes == nil {
		return
	}
	clear(*t.bytes)
	*t.bytes = nil
}

// String implements fmt.Stringer.
func (t Text) String() string {
	if t.IsZero() {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter, so that no verb shows more than String.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// errClear is what encoders get.
var errClear = errors.New("a secret is not encoded in clear: seal it first")

// MarshalText refuses: a secret goes out sealed or not at all. It also serves
// the encoders that ask for it (JSON, XML, gob).
func (t Text) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	return nil, errClear
}

// MarshalJSON refuses, except that no secret is null.
func (t Text) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return nil, errClear
}

// UnmarshalJSON takes a secret in from a request; null is none.
func (t *Text) UnmarshalJSON(data []byte) error {
	var value *string
	if err := json.Unmarshal(data, &value); err != nil {
		return errors.New("read a secret: it is not a JSON string") // without quoting it
	}
	*t = Text{}
	if value != nil {
		*t = New(*value)
	}
	return nil
}
