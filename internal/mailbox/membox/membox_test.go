package membox_test

import (
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/mailboxtest"
	"migsh/internal/mailbox/membox"
)

func TestObligations(t *testing.T) {
	for name, opts := range map[string]membox.Options{
		"modern":  {},
		"groups":  {Group: 7},
		"courier": {Delimiter: '.', Prefix: "INBOX.", NoUIDPlus: true, NoCondStore: true, NoSpecialUse: true, NoListStatus: true},
		"limited": {Quota: 1 << 30, AppendLimit: 100 << 20, Keywords: []string{"$Forwarded"},
			Shared: []mailbox.Namespace{{Prefix: "shared/", Delimiter: '/'}}},
	} {
		t.Run(name, func(t *testing.T) {
			mailboxtest.Run(t, func(t *testing.T) mailboxtest.Box {
				m := membox.New(opts)
				return mailboxtest.Box{Source: m.OpenSource, Target: m.OpenTarget}
			})
		})
	}
}
