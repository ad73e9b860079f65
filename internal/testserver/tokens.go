package testserver

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Tokens is an OAuth token service, which a [Dovecot] started with it asks
// whether a token is good. It knows one application, with client credentials,
// refresh tokens and sign-ins by way of another device, and one service account.
type Tokens struct {
	// TokenURI, DeviceURI and IntrospectURI are its addresses.
	TokenURI, DeviceURI, IntrospectURI string
	// ClientID and ClientSecret are the application's. Its own tokens open every
	// mailbox.
	ClientID, ClientSecret string

	key *rsa.PrivateKey

	mu       sync.Mutex
	lifetime time.Duration
	away     int // the status that every question gets, if not 0
	access   map[string]access
	refresh  map[string]string // refresh token → user
	devices  map[string]string // device code → user, empty while nobody has signed in
	asked    []string          // the grants that tokens were asked for, in order
	made     int
}

type access struct {
	user  string // empty: all
	until time.Time
}

// AnyUser is the user name that a token for every mailbox is introspected as.
const AnyUser = "*"

// StartTokens starts a token service on a loopback port; it ends with the test.
func StartTokens(t testing.TB) *Tokens {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &Tokens{
		ClientID: "migsh-test", ClientSecret: "application-s3cret", key: key, lifetime: time.Hour,
		access: map[string]access{}, refresh: map[string]string{}, devices: map[string]string{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /device", s.device)
	mux.HandleFunc("POST /introspect", s.introspect)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.TokenURI, s.DeviceURI, s.IntrospectURI = server.URL+"/token", server.URL+"/device", server.URL+"/introspect"
	return s
}

// SetLifetime says how long tokens are good that are given out from now on.
func (s *Tokens) SetLifetime(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lifetime = d
}

// SetAway has the service answer every application with an HTTP status; 0
// brings it back.
func (s *Tokens) SetAway(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = status
}

// SetSecret changes the application's secret.
func (s *Tokens) SetSecret(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ClientSecret = secret
}

// Expire makes every access token bad.
func (s *Tokens) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}

// Revoke makes every access token and every refresh token bad.
func (s *Tokens) Revoke() {
	s.Expire()
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refresh)
}

// RefreshToken makes a refresh token for a user's mailbox. It is good once: with
// each access token comes another.
func (s *Tokens) RefreshToken(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := s.name("refresh")
	s.refresh[token] = user
	return token
}

// SignIn is somebody who enters a code. It reports whether there is such a code.
func (s *Tokens) SignIn(code, user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	device := "device-" + strings.TrimPrefix(code, "CODE-")
	if _, there := s.devices[device]; !there {
		return false
	}
	s.devices[device] = user
	return true
}

// ServiceAccountKey is the key file of the service account.
func (s *Tokens) ServiceAccountKey() string {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		panic("testserver: " + err.Error()) // an RSA key can be written
	}
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "robot@project.example.com", "private_key_id": "key1", "token_uri": s.TokenURI,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})),
	})
	if err != nil {
		panic("testserver: " + err.Error()) // so can strings
	}
	return string(file)
}

// Asked lists the grants that tokens were asked for, in order.
func (s *Tokens) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// name makes a new name. The lock is held.
func (s *Tokens) name(kind string) string {
	s.made++
	return fmt.Sprintf("%s-%s-%d", kind, rand.Text(), s.made)
}

func (s *Tokens) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	grant := r.PostFormValue("grant_type")
	grant = grant[strings.LastIndexByte(grant, ':')+1:]
	s.asked = append(s.asked, grant)
	if s.away != 0 {
		w.WriteHeader(s.away)
		return
	}
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	ours := id == s.ClientID && (secret == s.ClientSecret || secret == "" && grant != "client_credentials")
	if grant != "jwt-bearer" && !ours {
		refuse(w, http.StatusUnauthorized, "invalid_client", "The application is unknown or its secret is wrong.")
		return
	}
	switch grant {
	case "client_credentials":
		s.give(w, "", false)
	case "refresh_token":
		user, good := s.refresh[r.PostFormValue("refresh_token")]
		if !good {
			refuse(w, http.StatusBadRequest, "invalid_grant", "The refresh token has expired or was revoked.")
			return
		}
		delete(s.refresh, r.PostFormValue("refresh_token"))
		s.give(w, user, true)
	case "device_code":
		user, known := s.devices[r.PostFormValue("device_code")]
		switch {
		case !known:
			refuse(w, http.StatusBadRequest, "expired_token", "The code is not good any more.")
		case user == "":
			refuse(w, http.StatusBadRequest, "authorization_pending", "")
		default:
			delete(s.devices, r.PostFormValue("device_code"))
			s.give(w, user, true)
		}
	case "jwt-bearer":
		user, err := s.assertion(r.PostFormValue("assertion"))
		if err != nil {
			refuse(w, http.StatusBadRequest, "invalid_grant", err.Error())
			return
		}
		s.give(w, user, false)
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", grant)
	}
}

// give answers with a new access token. The lock is held.
func (s *Tokens) give(w http.ResponseWriter, user string, refreshable bool) {
	token := s.name("access")
	s.access[token] = access{user, time.Now().Add(s.lifetime)}
	answer := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(s.lifetime.Seconds())}
	if refreshable {
		next := s.name("refresh")
		s.refresh[next] = user
		answer["refresh_token"] = next
	}
	reply(w, http.StatusOK, answer)
}

// assertion checks what a service account has signed, and tells for whom it asks.
func (s *Tokens) assertion(jwt string) (user string, err error) {
	signed, signature, _ := cutLast(jwt, ".")
	_, claims, _ := strings.Cut(signed, ".")
	sum := sha256.Sum256([]byte(signed))
	bare, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return "", fmt.Errorf("bad signature: %w", err)
	}
	if err := rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], bare); err != nil {
		return "", fmt.Errorf("bad signature: %w", err)
	}
	text, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil {
		return "", err
	}
	var said struct {
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		Scope    string `json:"scope"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return "", err
	}
	if said.Subject == "" || said.Audience != s.TokenURI || said.Scope == "" {
		return "", fmt.Errorf("asked for %+v", said)
	}
	return said.Subject, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (s *Tokens) device(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := rand.Text()
	s.devices["device-"+code] = ""
	reply(w, http.StatusOK, map[string]any{
		"device_code": "device-" + code, "user_code": "CODE-" + code, "verification_uri": "http://" + r.Host + "/enter", "expires_in": 600, "interval": 1,
	})
}

// introspect tells whether a token is good (RFC 7662).
func (s *Tokens) introspect(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, known := s.access[r.PostFormValue("token")]
	if !known || time.Now().After(a.until) {
		reply(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	user := a.user
	if user == "" {
		user = AnyUser
	}
	reply(w, http.StatusOK, map[string]any{"active": true, "username": user})
}

func refuse(w http.ResponseWriter, status int, code, text string) {
	reply(w, status, map[string]any{"error": code, "error_description": text})
}

func reply(w http.ResponseWriter, status int, answer map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // whoever asked has gone
}
