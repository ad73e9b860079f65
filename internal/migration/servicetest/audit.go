package servicetest

import (
	"fmt"
	"strings"

	"migsh/internal/migration"
)

// What was given last comes first, and only what is asked for.
func testAudit(f *fixture) {
	list := func(q migration.AuditQuery) string {
		f.Helper()
		var names []string
		for _, e := range must[[]migration.AuditEntry](f)(collect(f.Service.AuditLog(f.ctx, q))) {
			names = append(names, e.Object)
		}
		return strings.Join(names, " ")
	}
	if got := list(migration.AuditQuery{}); got != "" {
		f.Errorf("at first: %s", got)
	}
	for i, caller := range []string{"ann", "bob", "ann"} {
		err := f.Service.Audit(f.ctx, migration.AuditEntry{
			Caller: caller, Cmdlet: "Set-MigrationBatch", Object: fmt.Sprint("batch", i), Parameters: []migration.AuditParameter{{Name: "SyncNow", Value: "True"}},
		})
		if err != nil {
			f.Fatal(err)
		}
	}
	for _, tt := range []struct {
		query migration.AuditQuery
		want  string
	}{
		{migration.AuditQuery{}, "batch2 batch1 batch0"},
		{migration.AuditQuery{Callers: []string{"ANN"}}, "batch2 batch0"},
		{migration.AuditQuery{Cmdlets: []string{"Remove-*"}}, ""},
		{migration.AuditQuery{Parameters: []string{"SyncNow"}, Objects: []string{"batch1"}}, "batch1"},
	} {
		if got := list(tt.query); got != tt.want {
			f.Errorf("%+v: %q, want %q", tt.query, got, tt.want)
		}
	}
	all := must[[]migration.AuditEntry](f)(collect(f.Service.AuditLog(f.ctx, migration.AuditQuery{})))
	if all[0].Time.IsZero() || all[0].Caller != "ann" || len(all[0].Parameters) != 1 {
		f.Errorf("the entry: %+v", all[0])
	}
}
