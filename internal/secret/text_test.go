package secret

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const password = "Tr0ub4dor&3"

type account struct {
	User     string
	Password Text
	Other    *Text
}

// What a secret must not appear in, however it is printed.
func TestTextShowsNothing(t *testing.T) {
	secret := New(password)
	account := account{"ann", secret, &secret}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T", "%t", "%10.3s"} {
		for _, value := range []any{secret, &secret, account, &account, []Text{secret}, map[string]Text{"a": secret}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	fmt.Fprintln(&out, secret, account)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("message", "direct", secret, "pointer", &secret, "struct", account, "group", slog.GroupValue(slog.Any("in", secret)))
	}
	_ = json.NewEncoder(&out).Encode(account)
	_ = xml.NewEncoder(&out).Encode(account)
	_ = gob.NewEncoder(&out).Encode(account)
	fmt.Fprint(&out, fmt.Errorf("login as %v: %w", account, errClear))
	if !strings.Contains(out.String(), redacted) {
		t.Error("nothing was printed at all")
	}
	for _, form := range []string{password, fmt.Sprintf("%x", password), fmt.Sprintf("%X", password), fmt.Sprint([]byte(password))} {
		if strings.Contains(out.String(), form) {
			t.Errorf("printed as %q in:\n%s", form, out.String())
		}
	}
}

func TestTextEncode(t *testing.T) {
	if _, err := json.Marshal(New(password)); err == nil {
		t.Error("a secret was encoded as JSON")
	}
	if _, err := json.Marshal(map[string]Text{"a": New("")}); err == nil {
		t.Error("an empty secret was encoded as JSON")
	}
	if data, err := json.Marshal(account{User: "ann"}); err != nil || string(data) != `{"User":"ann","Password":null,"Other":null}` {
		t.Errorf("no secret: %s, %v", data, err)
	}
	var got account
	if err := json.Unmarshal([]byte(`{"Password":"Tr0ub4dor&3","Other":null}`), &got); err != nil || got.Password.Reveal() != password || got.Other != nil {
		t.Errorf("taken in: %q, %v", got.Password.Reveal(), err)
	}
	err := json.Unmarshal([]byte(`{"Password":123456}`), &got)
	if err == nil || strings.Contains(err.Error(), "123456") {
		t.Errorf("taken in what is no string: %v", err)
	}
}

func TestTextWipe(t *testing.T) {
	secret := New(password)
	copied := secret
	bytes := *secret.bytes
	secret.Wipe()
	if copied.Reveal() != "" || secret.Reveal() != "" {
		t.Error("revealed after Wipe")
	}
	for _, b := range bytes {
		if b != 0 {
			t.Error("bytes left after Wipe")
		}
	}
	Text{}.Wipe()
	if !(Text{}).IsZero() || New("").IsZero() {
		t.Error("no secret and an empty one are taken for each other")
	}
}
