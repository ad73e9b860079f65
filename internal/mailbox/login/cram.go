package login

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"

	"github.com/emersion/go-sasl"
)

const cramMD5 = "CRAM-MD5"

// cram is CRAM-MD5 (RFC 2195).
type cram struct{ login, password string }

func beginCRAM(c Credentials, _ Offer) (Method, error) {
	return always(cram{c.Login, c.Password}), nil
}

var _ sasl.Client = cram{}

func (c cram) Start() (mech string, ir []byte, err error) { return cramMD5, nil, nil }

func (c cram) Next(challenge []byte) ([]byte, error) {
	mac := hmac.New(md5.New, []byte(c.password))
	mac.Write(challenge)
	return []byte(c.login + " " + hex.EncodeToString(mac.Sum(nil))), nil
}
