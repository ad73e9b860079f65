package login

import (
	"errors"

	"github.com/Azure/go-ntlmssp"
	"github.com/emersion/go-sasl"
)

const ntlm = "NTLM"

// negotiation is NTLM, version 2 (MS-NLMP): what Exchange calls secure password authentication.
type negotiation struct{ login, password string }

func beginNTLM(c Credentials, _ Offer) (Method, error) {
	return always(negotiation{c.Login, c.Password}), nil
}

var _ sasl.Client = negotiation{}

func (n negotiation) Start() (mech string, ir []byte, err error) {
	first, err := ntlmssp.NewNegotiateMessage("", "")
	return ntlm, first, err
}

func (n negotiation) Next(challenge []byte) ([]byte, error) {
	if len(challenge) == 0 {
		return nil, errors.New("the server sent no NTLM challenge")
	}
	return ntlmssp.NewAuthenticateMessage(challenge, n.login, n.password, nil)
}
