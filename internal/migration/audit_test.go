package migration

import (
	"strings"
	"testing"
	"time"
)

func TestAuditQuery(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	entry := AuditEntry{Time: at, Caller: `CONTOSO\Ann`, Cmdlet: "New-MigrationBatch", Object: "Staff [1]", Parameters: []AuditParameter{{"Name", "Staff [1]"}, {"AutoStart", "True"}}}
	yes, no := true, false
	for _, tt := range []struct {
		name  string
		query AuditQuery
		want  bool
	}{
		{"all", AuditQuery{}, true},
		{"cmdlet", AuditQuery{Cmdlets: []string{"Remove-MigrationBatch", "new-migrationbatch"}}, true},
		{"cmdlets like", AuditQuery{Cmdlets: []string{"*-MigrationBatch"}}, true},
		{"another cmdlet", AuditQuery{Cmdlets: []string{"Set-*"}}, false},
		{"object with brackets", AuditQuery{Objects: []string{"staff [1]"}}, true},
		{"object like", AuditQuery{Objects: []string{"Staff [?]"}}, true},
		{"caller with a backslash", AuditQuery{Callers: []string{`contoso\ann`}}, true},
		{"callers like", AuditQuery{Callers: []string{`*\ann`}}, true},
		{"parameter", AuditQuery{Parameters: []string{"autostart"}}, true},
		{"parameter that was not given", AuditQuery{Parameters: []string{"CSVData"}}, false},
		{"from the moment on", AuditQuery{From: at}, true},
		{"until the moment", AuditQuery{To: at}, false},
		{"those that succeeded", AuditQuery{Succeeded: &yes}, true},
		{"those that failed", AuditQuery{Succeeded: &no}, false},
	} {
		if got := tt.query.Selects(entry); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestAuditEntryIsBounded(t *testing.T) {
	long := strings.Repeat("ä", 10_000)
	e := AuditEntry{Error: long}
	for range 1000 {
		e.Parameters = append(e.Parameters, AuditParameter{"Name", long})
	}
	b := e.Bounded()
	if len(b.Parameters) != maxAuditFields || len(b.Parameters[0].Value) > MaxAuditText+3 || len(b.Error) > MaxAuditText+3 || !strings.HasSuffix(b.Error, "ä…") {
		t.Errorf("%d parameters, an error of %d bytes", len(b.Parameters), len(b.Error))
	}
	if len(e.Parameters[0].Value) != len(long) {
		t.Error("the entry itself was cut")
	}
}
