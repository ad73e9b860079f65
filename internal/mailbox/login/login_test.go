package login

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"

	"migsh/internal/migration"
)

// TestMethods says for what is offered which ways are gone, in which order.
func TestMethods(t *testing.T) {
	own := Credentials{Login: "ann", Password: "s3cret!"}
	other := Credentials{Login: "root", Password: "s3cret!", AuthorizationID: "ann"}
	token := Credentials{Login: "ann", Password: "t0ken", Authentication: migration.AuthenticationOAuth}
	windows := Credentials{Login: `DOM\ann`, Password: "s3cret!", Authentication: migration.AuthenticationNtlm}
	secured, newer := &tls.ConnectionState{TLSUnique: []byte("twelve bytes")}, &tls.ConnectionState{Version: tls.VersionTLS13}
	for _, test := range []struct {
		name        string
		credentials Credentials
		offered     string // + stands for the protocol's command
		tls         *tls.ConnectionState
		clear       bool
		want        string // the methods, or what the error says
	}{
		{"all of it", own, "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS NTLM XOAUTH2 +", secured, false,
			"SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN command LOGIN CRAM-MD5"},
		{"no binding with TLS 1.3", own, "SCRAM-SHA-256-PLUS SCRAM-SHA-256", newer, false, "SCRAM-SHA-256"},
		{"no binding without TLS", own, "SCRAM-SHA-256-PLUS SCRAM-SHA-256", nil, false, "SCRAM-SHA-256"},
		{"in clear, not decided", own, "PLAIN LOGIN +", nil, false, "error: takes the password only in clear"},
		{"in clear, not decided, with a proof", own, "PLAIN CRAM-MD5 SCRAM-SHA-1 +", nil, false, "SCRAM-SHA-1 CRAM-MD5"},
		{"in clear, decided", own, "PLAIN LOGIN +", nil, true, "PLAIN LOGIN command LOGIN"},
		{"nothing", own, "GSSAPI", secured, true, "error: it offers GSSAPI"},
		{"tokens only", own, "XOAUTH2", secured, false, "error: takes no password"},
		{"for somebody else", other, "LOGIN CRAM-MD5 SCRAM-SHA-256 PLAIN +", secured, false, "SCRAM-SHA-256 PLAIN"},
		{"for somebody else without PLAIN", other, "LOGIN +", secured, false, `error: acting for "ann" needs AUTH=PLAIN`},
		{"token", token, "PLAIN XOAUTH2 OAUTHBEARER +", secured, false, "OAUTHBEARER XOAUTH2"},
		{"token at Exchange Online", token, "PLAIN XOAUTH2", secured, false, "XOAUTH2"},
		{"token in clear", token, "XOAUTH2", nil, false, "error: only in clear"},
		{"token nowhere", token, "PLAIN +", secured, false, "error: neither OAUTHBEARER nor XOAUTH2"},
		{"NTLM", windows, "PLAIN NTLM +", nil, false, "NTLM"},
		{"NTLM nowhere", windows, "PLAIN +", secured, false, "error: does not offer NTLM"},
	} {
		names := strings.Fields(test.offered)
		plus := slices.Contains(names, "+")
		methods, err := Methods(test.credentials, Offer{Mechanisms: slices.DeleteFunc(names, func(n string) bool { return n == "+" }), Command: plus, TLS: test.tls, Clear: test.clear})
		var got []string
		for _, m := range methods {
			got = append(got, m.Name)
		}
		if said, fails := strings.CutPrefix(test.want, "error: "); fails {
			absent, ok := errors.AsType[*Absent](err)
			if !ok || !strings.Contains(absent.Text, said) || absent.Fix == "" {
				t.Errorf("%s: %v, %+v; want an error that says %q and what to do", test.name, got, err, said)
			}
		} else if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
	}
}

// TestExchanges plays the examples of the specifications.
func TestExchanges(t *testing.T) {
	first := func(c Credentials, mechanism string) (string, func([]byte) ([]byte, error)) {
		methods, err := Methods(c, Offer{Mechanisms: []string{mechanism}, Clear: true, Host: "server.example.com", Port: 143})
		if err != nil {
			t.Fatal(err)
		}
		client, err := methods[0].Client()
		if err != nil {
			t.Fatal(err)
		}
		name, ir, err := client.Start()
		if err != nil || name != mechanism {
			t.Fatalf("begins %s: %v, want %s", name, err, mechanism)
		}
		return string(ir), client.Next
	}
	t.Run("CRAM-MD5", func(t *testing.T) { // RFC 2195, section 2
		_, next := first(Credentials{Login: "tim", Password: "tanstaaftanstaaf"}, "CRAM-MD5")
		answer, err := next([]byte("<1896.697170952@postoffice.reston.mci.net>"))
		if want := "tim b913a602c7eda7a495b4e6e7334d3890"; string(answer) != want || err != nil {
			t.Errorf("%q, %v; want %q", answer, err, want)
		}
	})
	t.Run("OAUTHBEARER", func(t *testing.T) { // RFC 7628, section 4.1
		token := Credentials{Login: "user@example.com", Password: "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", Authentication: migration.AuthenticationOAuth}
		ir, next := first(token, "OAUTHBEARER")
		if want := "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"; ir != want {
			t.Errorf("%q, want %q", ir, want)
		}
		if answer, err := next([]byte(`{"status":"invalid_token"}`)); string(answer) != "\x01" || err != nil {
			t.Errorf("the server's reason is answered by %q, %v", answer, err)
		}
	})
	t.Run("XOAUTH2", func(t *testing.T) { // developers.google.com/workspace/gmail/imap/xoauth2-protocol
		ir, next := first(Credentials{Login: "someuser@example.com", Password: "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg", Authentication: migration.AuthenticationOAuth}, "XOAUTH2")
		if want := "user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01"; ir != want {
			t.Errorf("%q, want %q", ir, want)
		}
		if answer, err := next([]byte(`{"status":"401"}`)); len(answer) != 0 || answer == nil || err != nil {
			t.Errorf("the server's reason is answered by %q, %v", answer, err)
		}
	})
	t.Run("NTLM", func(t *testing.T) { // the challenge is MS-NLMP's, 4.2.4.3
		ir, next := first(Credentials{Login: `Domain\User`, Password: "Password", Authentication: migration.AuthenticationNtlm}, "NTLM")
		if !strings.HasPrefix(ir, "NTLMSSP\x00\x01") {
			t.Errorf("begins %q", ir)
		}
		challenge := "NTLMSSP\x00\x02\x00\x00\x00\x0c\x00\x0c\x008\x00\x00\x003\x82\x8a\xa2\x01#Eg\x89\xab\xcd\xef\x00\x00\x00\x00\x00\x00\x00\x00$\x00$\x00D\x00\x00\x00\x06\x00p\x17\x00\x00\x00\x0f" +
			"S\x00e\x00r\x00v\x00e\x00r\x00\x02\x00\x0c\x00D\x00o\x00m\x00a\x00i\x00n\x00\x01\x00\x0c\x00S\x00e\x00r\x00v\x00e\x00r\x00\x00\x00\x00\x00"
		answer, err := next([]byte(challenge))
		if err != nil || !strings.HasPrefix(string(answer), "NTLMSSP\x00\x03") || !strings.Contains(string(answer), "U\x00s\x00e\x00r\x00") || strings.Contains(string(answer), "P\x00a\x00s\x00s") {
			t.Errorf("%q, %v", answer, err)
		}
		if _, err := next(nil); err == nil {
			t.Error("no challenge is taken for one")
		}
	})
	t.Run("SCRAM-SHA-1 that wears us out", func(t *testing.T) {
		ir, next := first(Credentials{Login: "user", Password: "pencil"}, "SCRAM-SHA-1")
		nonce := ir[strings.Index(ir, "r=")+2:]
		if _, err := next([]byte("r=" + nonce + "x,s=QSXCR+Q6sek8bf92,i=2000000000")); err == nil || !strings.Contains(err.Error(), "2000000000") {
			t.Errorf("two thousand million rounds: %v", err)
		}
	})
}

// TestSCRAMIsProven demands that a server's OK alone is not enough.
func TestSCRAMIsProven(t *testing.T) {
	methods, err := Methods(Credentials{Login: "user", Password: "pencil"}, Offer{Mechanisms: []string{"SCRAM-SHA-256"}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := methods[0].Client()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Start(); err != nil {
		t.Fatal(err)
	}
	if err := methods[0].Proven(); err == nil {
		t.Error("a server that has shown nothing counts as proven")
	}
}
