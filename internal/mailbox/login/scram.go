package login

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"
)

// scramMethod is SCRAM (RFC 5802, 7677). Where the server offers it, it is bound to the TLS connection by tls-unique, which is defined up to
// TLS 1.2; for TLS 1.3 the servers disagree about what stands in its place, and refuse what they don't expect.
func scramMethod(name string, hash scram.HashGeneratorFcn, c Credentials, o Offer) (Method, error) {
	client, err := hash.NewClient(c.Login, c.Password, c.AuthorizationID)
	if err != nil {
		return Method{}, fmt.Errorf("user name or password can't be written as SCRAM wants it: %w", err)
	}
	conversation := client.NewConversation()
	if strings.HasSuffix(name, plus) {
		conversation = client.NewConversationWithChannelBinding(scram.NewTLSUniqueBinding(o.TLS.TLSUnique))
	}
	return Method{
		Client: func() (sasl.Client, error) { return &scramClient{name, conversation}, nil },
		Proven: func() error {
			if !conversation.Valid() {
				return errors.New("the server took the login without proving that it knows the password")
			}
			return nil
		},
	}, nil
}

// plus ends the names of the mechanisms that are bound to the TLS connection.
const plus = "-PLUS"

type scramClient struct {
	name         string
	conversation *scram.ClientConversation
}

func (s *scramClient) Start() (mech string, ir []byte, err error) {
	first, err := s.conversation.Step("")
	return s.name, []byte(first), err
}

// mostIterations bounds the work that a server may ask of us: a tenth of a second or so.
const mostIterations = 1 << 20

func (s *scramClient) Next(challenge []byte) ([]byte, error) {
	for field := range strings.SplitSeq(string(challenge), ",") {
		if count, ok := strings.CutPrefix(field, "i="); ok {
			if n, err := strconv.Atoi(count); err != nil || n > mostIterations {
				return nil, fmt.Errorf("the server asks for %s rounds of SCRAM, more than any honest one", count)
			}
		}
	}
	answer, err := s.conversation.Step(string(challenge))
	return []byte(answer), err
}
