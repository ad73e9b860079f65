// Package secret keeps passwords and tokens from appearing in clear: [Text]
// holds one in memory and shows it to nobody, [Keyring] seals it for the store
// with a key from a file that only its owner can read.
package secret

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// Errors of opening, found with errors.Is; the error itself names the key file.
var (
	// ErrKeyMissing: the value was sealed with a key that is not in the file.
	ErrKeyMissing = errors.New("the key that sealed this is not in the key file")
	// ErrForged: the value was not sealed with this key for this field: it
	// was altered, moved from elsewhere, or the key file is another.
	ErrForged = errors.New("the sealed value does not belong here")
)

// Sealed is a secret as it is stored: the form's version, the id of the key,
// and nonce and ciphertext in base64, parted by dots. It is safe to show, but
// says how long the secret is. "" is no secret at all.
type Sealed string

const version = "x1" // XChaCha20-Poly1305, 24 random bytes of nonce first

// KeyID tells which key sealed the value; "" if it is not a sealed value.
func (s Sealed) KeyID() string {
	parts := strings.Split(string(s), ".")
	if len(parts) != 3 || parts[0] != version {
		return ""
	}
	return parts[1]
}

// Seal seals the secret for one field of one record. It can be opened only
// under the same two names, so nobody who can write the store can make migsh
// send one mailbox's password to another's server.
func (k *Keyring) Seal(record, field string, secret Text) (Sealed, error) {
	if secret.IsZero() {
		return "", nil
	}
	key := k.keys[k.current]
	aead, err := key.cipher()
	if err != nil {
		return "", fmt.Errorf("seal %s of %s: %w", field, record, err)
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(*secret.bytes)+aead.Overhead())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the process instead
	data := aead.Seal(nonce, nonce, *secret.bytes, associated(record, field, k.current))
	return Sealed(version + "." + k.current + "." + base64.RawURLEncoding.EncodeToString(data)), nil
}

// Open gives the secret back that Seal sealed for this field of this record.
func (k *Keyring) Open(record, field string, sealed Sealed) (Text, error) {
	if sealed == "" {
		return Text{}, nil
	}
	fail := func(err error) (Text, error) {
		return Text{}, fmt.Errorf("open the sealed %s of %s: %w", field, record, err)
	}
	id := sealed.KeyID()
	if id == "" {
		return fail(fmt.Errorf("%w: it is not a sealed value", ErrForged))
	}
	key, ok := k.keys[id]
	if !ok {
		return fail(fmt.Errorf("%w: key %s is expected in %s. Put the key file back that belongs to this state, "+
			"or give the credentials again", ErrKeyMissing, id, k.path))
	}
	data, err := base64.RawURLEncoding.DecodeString(string(sealed[len(version)+len(id)+2:]))
	if err != nil {
		return fail(fmt.Errorf("%w: it is not base64", ErrForged))
	}
	aead, err := key.cipher()
	if err != nil {
		return fail(err)
	}
	if len(data) < aead.NonceSize() {
		return fail(fmt.Errorf("%w: it is too short", ErrForged))
	}
	plain, err := aead.Open(nil, data[:aead.NonceSize()], data[aead.NonceSize():], associated(record, field, id))
	if err != nil {
		return fail(fmt.Errorf("%w: it was altered, or sealed for another record, or key %s in %s is not the one "+
			"that sealed it. Give the credentials again", ErrForged, id, k.path))
	}
	return Text{&plain}, nil
}

// Reseal seals a value anew if an older key sealed it; ok tells whether. It is
// how a store is taken through a rotation, record by record.
func (k *Keyring) Reseal(record, field string, sealed Sealed) (fresh Sealed, ok bool, err error) {
	if sealed == "" || sealed.KeyID() == k.current {
		return sealed, false, nil
	}
	secret, err := k.Open(record, field, sealed)
	if err != nil {
		return "", false, err
	}
	defer secret.Wipe()
	fresh, err = k.Seal(record, field, secret)
	return fresh, err == nil, err
}

// associated binds a ciphertext to its place. Lengths go first so that no two
// places give the same bytes.
func associated(parts ...string) []byte {
	var b []byte
	for _, part := range parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}

func (k key) cipher() (cipher.AEAD, error) { return chacha20poly1305.NewX(k) }
