package migration

import (
	"strings"
	"testing"

	"migsh/shell/object"
)

// A user list is taken as bytes, text or lines; whatever else it is, no password of it is told.
func TestUserList(t *testing.T) {
	const list = "EmailAddress,UserName,Password\nann@contoso.com,ann,s3cret"
	for name, v := range map[string]any{
		"bytes": object.BytesToArray([]byte(list)), "text": list, "lines": object.NewArray("EmailAddress,UserName,Password", "ann@contoso.com,ann,s3cret"),
	} {
		got, err := userList(v)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var b strings.Builder
		items, _ := object.ItemsOf(got)
		for _, item := range items {
			b.WriteByte(item.(byte))
		}
		if b.String() != list {
			t.Errorf("%s: %q", name, b.String())
		}
	}
	for name, v := range map[string]any{
		"rows": object.NewArray(object.NewCustom("EmailAddress", "ann@contoso.com", "Password", "s3cret")), "a row": object.NewCustom("Password", "s3cret"),
		"a path": "s3cret", "a mixture": object.NewArray("s3cret", int32(1)),
	} {
		if got, err := userList(v); err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "ReadAllBytes") {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
