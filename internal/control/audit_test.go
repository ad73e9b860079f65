package control

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"migsh/internal/migration"
	"migsh/internal/migration/servicetest"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store"
	"migsh/store/memstore"
)

// The log stays as long as it may be, and entries go when they are too old.
func TestAuditIsBounded(t *testing.T) {
	st := memstore.New()
	defer st.Close()
	keys, err := secret.Load(filepath.Join(t.TempDir(), "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := records.New(st, keys)
	c, err := New(t.Context(), r, servicetest.NewWorld(), Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	var ops []store.Op
	for i := range migration.MaxAuditLog + 1234 {
		at := now.Add(time.Duration(i-100_000) * time.Second)
		op, err := r.Audit.Create(migration.AuditEntry{Time: at, Object: "old"}, store.Number(uint64(at.UnixNano())))
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, op)
	}
	for part := range slices.Chunk(ops, store.MaxOps) {
		if _, err := st.Update(t.Context(), part...); err != nil {
			t.Fatal(err)
		}
	}
	stored := func() (n int) {
		for _, err := range r.Audit.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	for range 2 { // at the same moment
		if err := c.Audit(t.Context(), migration.AuditEntry{Object: "new"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := stored(); n < migration.MaxAuditLog || n > migration.MaxAuditLog+1 {
		t.Errorf("%d entries are kept, want %d", n, migration.MaxAuditLog)
	}
	if e, err := firstOf(c.AuditLog(t.Context(), migration.AuditQuery{})); err != nil || e.Object != "new" {
		t.Errorf("the latest entry: %+v, %v", e, err)
	}

	now = now.Add(migration.AuditAge + time.Hour)
	for e, err := range c.AuditLog(t.Context(), migration.AuditQuery{}) {
		t.Errorf("after 90 days there still is %+v, %v", e, err)
		break
	}
	for range auditSlack {
		if err := c.Audit(t.Context(), migration.AuditEntry{Object: "later"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := stored(); n != auditSlack {
		t.Errorf("%d entries are kept after 90 days, want %d", n, auditSlack)
	}
}
