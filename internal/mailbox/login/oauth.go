package login

import (
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
)

const xoauth2 = "XOAUTH2"

// A bearer shows an OAuth access token. A server that refuses it first sends why, as JSON, and says NO only after an answer: go-sasl's
// client breaks off there, and Exchange Online and Gmail know XOAUTH2, which it has not.
type bearer struct {
	mechanism, first, answer string
}

// gs2 writes a name as GS2 headers want it (RFC 5801).
var gs2 = strings.NewReplacer("=", "=3D", ",", "=2C")

func oauthBearer(c Credentials, o Offer) (Method, error) { // RFC 7628
	first := "n,a=" + gs2.Replace(c.user()) + ",\x01"
	if o.Host != "" {
		first += "host=" + o.Host + "\x01port=" + strconv.Itoa(o.Port) + "\x01"
	}
	return always(bearer{sasl.OAuthBearer, first + "auth=Bearer " + c.Password + "\x01\x01", "\x01"}), nil
}

// beginXOAuth2 is Google's and Microsoft's forerunner of OAUTHBEARER.
func beginXOAuth2(c Credentials, _ Offer) (Method, error) {
	return always(bearer{xoauth2, "user=" + c.user() + "\x01auth=Bearer " + c.Password + "\x01\x01", ""}), nil
}

var _ sasl.Client = bearer{}

func (b bearer) Start() (mech string, ir []byte, err error) { return b.mechanism, []byte(b.first), nil }

func (b bearer) Next([]byte) ([]byte, error) { return []byte(b.answer), nil }
