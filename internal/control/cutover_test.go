package control

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migsh/internal/migration"
	"migsh/internal/migration/servicetest"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store/memstore"
)

// names is a DNS.
type names struct {
	mx    map[string][]*net.MX
	hosts map[string][]string
}

func (n *names) LookupMX(_ context.Context, domain string) ([]*net.MX, error) {
	if mx, ok := n.mx[domain]; ok {
		return mx, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: domain, IsNotFound: true}
}

func (n *names) LookupHost(_ context.Context, host string) ([]string, error) {
	if a, ok := n.hosts[host]; ok {
		return a, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// From before the change to the day on which the batch may be completed.
func TestCutover(t *testing.T) {
	st := memstore.New()
	defer st.Close()
	keys, err := secret.Load(filepath.Join(t.TempDir(), "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	dns := &names{mx: map[string][]*net.MX{"example.org": {{Host: "backup.example.org.", Pref: 20}, {Host: "mx.example.org.", Pref: 10}}},
		hosts: map[string][]string{"mx.example.org": {"192.0.2.1"}, servicetest.SourceHost: {"192.0.2.1"}, servicetest.TargetHost: {"192.0.2.2"}}}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := records.New(st, keys)
	c, err := New(t.Context(), r, servicetest.NewWorld(), Options{Now: func() time.Time { return now }, Resolver: dns})
	if err != nil {
		t.Fatal(err)
	}
	twoEndpoints(t, c)
	if _, err := c.NewBatch(t.Context(), migration.NewBatchRequest{Name: "B", SourceEndpoint: "source", TargetEndpoint: "target", AutoStart: true,
		CSVData: migration.CSVData("EmailAddress,UserName,Password\nann@Example.org,ann,pw\nbob@example.org,bob,pw\ncyd@example.net,cyd,pw\n")}); err != nil {
		t.Fatal(err)
	}
	synced := func(names ...string) {
		t.Helper()
		for item, err := range r.Users.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				if !strings.HasPrefix(item.Value.EmailAddress, name) {
					continue
				}
				if _, err := r.Users.Modify(t.Context(), func(u *records.User) error { u.LastSyncTime = now; return nil }, item.Names...); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	ask := func(point migration.CutoverPoint, says string) migration.Cutover {
		t.Helper()
		for v, err := range c.Cutover(t.Context(), migration.CutoverRequest{Batch: "B", Domains: []string{"EXAMPLE.org."}}) {
			if err != nil {
				t.Fatal(err)
			}
			concern := v.Concern(now)
			if v.Domain != "example.org" || v.PointsTo != point || (says == "") != (concern == "") || !strings.Contains(concern, says) || v.UserCount != 2 {
				t.Errorf("%s: %+v: %s, want %s: %s", now.Format("2 Jan 15:04"), v, concern, point, says)
			}
			return v
		}
		t.Fatal("no answer")
		return migration.Cutover{}
	}
	if v := ask(migration.PointsToSource, "still points at the source (mx.example.org, backup.example.org)"); !v.ChangedBefore {
		t.Error("it is taken for a change that nothing was known before")
	}
	synced("ann", "bob")

	now = now.Add(5 * 24 * time.Hour)
	dns.mx["example.org"] = []*net.MX{{Host: servicetest.TargetHost + ".", Pref: 10}}
	if err := c.observeAll(t.Context()); err != nil { // the hourly look
		t.Fatal(err)
	}
	changed := now
	now = now.Add(10 * time.Hour)
	if v := ask(migration.PointsToTarget, "was changed at 2026-01-06T00:00:00Z: until 2026-01-09T00:00:00Z mail may still arrive"); !v.ChangedTime.Equal(changed) || v.ChangedBefore {
		t.Errorf("changed at %s", v.ChangedTime)
	}
	now = now.Add(72 * time.Hour)
	if v := ask(migration.PointsToTarget, "2 of 2 mailboxes in example.org were not synchronized since"); v.NotSyncedCount != 2 {
		t.Errorf("not synced: %+v", v)
	}
	synced("ann")
	ask(migration.PointsToTarget, "1 of 2 mailboxes in example.org were not synchronized since its MX record was changed: bob@example.org")
	synced("bob")
	if v := ask(migration.PointsToTarget, ""); !v.Ready(now) || !v.LastSyncedTime.Equal(now) {
		t.Errorf("at last: %+v", v)
	}

	// Somewhere else, such as a filter; and what nobody has seen can be said.
	dns.mx["filtered.example"] = []*net.MX{{Host: "filter.example.", Pref: 1}}
	first := func(r migration.CutoverRequest) (migration.Cutover, error) { return firstOf(c.Cutover(t.Context(), r)) }
	v, err := first(migration.CutoverRequest{Domains: []string{"filtered.example"}})
	if err != nil || v.PointsTo != migration.PointsToElsewhere || !strings.Contains(v.Concern(now), "not known when") {
		t.Errorf("an unknown change: %+v, %v", v, err)
	}
	v, err = first(migration.CutoverRequest{Domains: []string{"filtered.example"}, ChangedTime: now.Add(-80 * time.Hour)})
	if err != nil || !v.Ready(now) {
		t.Errorf("a change that was said: %+v %s, %v", v, v.Concern(now), err)
	}
	if v, err = first(migration.CutoverRequest{Domains: []string{"filtered.example"}}); err != nil || !v.Ready(now) {
		t.Errorf("what was said is forgotten: %+v, %v", v, err)
	}
	v, err = first(migration.CutoverRequest{Domains: []string{"example.net"}})
	if err != nil || v.PointsTo != migration.PointsNowhere || !strings.Contains(v.Concern(now), "has no MX record") {
		t.Errorf("a domain without a record: %+v, %v", v, err)
	}
	if _, err := first(migration.CutoverRequest{ChangedTime: now}); err == nil {
		t.Error("a time without a domain is taken")
	}
}
