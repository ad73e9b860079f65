package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// Resolver looks names up; *net.Resolver does.
type Resolver interface {
	LookupMX(ctx context.Context, domain string) ([]*net.MX, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

const (
	// cutoverDomains bounds the domains of a batch that are looked up.
	cutoverDomains = 50
	// cutoverNamed is how many users are named that were not synchronized since a change.
	cutoverNamed = 10
	// lookupTime bounds the look-up of one domain.
	lookupTime = 5 * time.Second
)

// domainUsers are the users of live batches whose addresses are in a domain.
type domainUsers struct {
	users           []migration.User
	sources, target map[string]bool // hosts
}

// Cutover implements migration.Service.
func (c *Control) Cutover(ctx context.Context, r migration.CutoverRequest) iter.Seq2[migration.Cutover, error] {
	return sequence(func(yield func(migration.Cutover) bool) error {
		domains, err := c.domains(ctx, r)
		if err != nil {
			return err
		}
		for _, domain := range slices.Sorted(maps.Keys(domains))[:min(len(domains), cutoverDomains)] {
			out, err := c.cutover(ctx, domain, domains[domain], r.ChangedTime)
			if err != nil {
				return err
			}
			if !yield(out) {
				return nil
			}
		}
		return nil
	})
}

// domains finds the domains that are asked for, with the users in them.
func (c *Control) domains(ctx context.Context, r migration.CutoverRequest) (map[string]*domainUsers, error) {
	if !r.ChangedTime.IsZero() && len(r.Domains) == 0 {
		return nil, migration.NewError(migration.ErrInvalidValue, "", "It must be said which domains were changed at that time.", "Name them with -Domain.")
	}
	batches, err := c.selectBatches(ctx, r.Batch)
	if err != nil {
		return nil, err
	}
	found := map[string]*domainUsers{}
	of := func(domain string) *domainUsers {
		if found[domain] == nil {
			found[domain] = &domainUsers{sources: map[string]bool{}, target: map[string]bool{}}
		}
		return found[domain]
	}
	for _, d := range r.Domains {
		of(strings.ToLower(strings.TrimSuffix(d, ".")))
	}
	now := c.now()
	for _, b := range batches {
		if b.Value.Analyze {
			continue
		}
		for item, err := range c.records.Users.Within(b.Value.GUID).All(ctx) {
			if err != nil {
				return nil, err
			}
			domain := strings.ToLower(item.Value.EmailAddress[strings.LastIndexByte(item.Value.EmailAddress, '@')+1:])
			if len(r.Domains) > 0 && found[domain] == nil {
				continue
			}
			d := of(domain)
			d.users = append(d.users, snapshot(&b.Value, &item.Value, now))
			d.sources[b.Value.SourceEndpoint], d.target[b.Value.TargetEndpoint] = true, true
		}
	}
	return found, nil
}

func (c *Control) cutover(ctx context.Context, domain string, d *domainUsers, said time.Time) (migration.Cutover, error) {
	out := migration.Cutover{Domain: domain, PointsTo: migration.PointsNowhere, UserCount: len(d.users)}
	for i, u := range d.users {
		if i == 0 || u.LastSuccessfulSyncTime.Before(out.LastSyncedTime) {
			out.LastSyncedTime = u.LastSuccessfulSyncTime
		}
	}
	within, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	hosts, err := c.lookUpMX(within, domain)
	if err != nil {
		if ctx.Err() != nil {
			return out, err
		}
		out.Fault = err.Error()
		return out, nil
	}
	out.MX = hosts
	if out.PointsTo, err = c.pointsTo(within, hosts, d); err != nil {
		return out, err
	}
	seen, err := c.observe(ctx, domain, hosts, said)
	if err != nil {
		return out, err
	}
	out.ChangedTime, out.ChangedBefore = seen.Since, seen.First
	for _, u := range d.users {
		if u.LastSuccessfulSyncTime.Before(seen.Since) {
			if out.NotSyncedCount++; out.NotSyncedCount <= cutoverNamed {
				out.NotSynced = append(out.NotSynced, u.EmailAddress)
			}
		}
	}
	return out, nil
}

// lookUpMX is the hosts that take a domain's mail, the preferred first.
func (c *Control) lookUpMX(ctx context.Context, domain string) ([]string, error) {
	if c.resolver == nil {
		return nil, errors.New("name resolution is off (MIGSH_DNS_SERVER)")
	}
	mx, err := c.resolver.LookupMX(ctx, domain)
	if err != nil {
		if missing, ok := errors.AsType[*net.DNSError](err); ok && missing.IsNotFound {
			return nil, fmt.Errorf("%s has no MX record", domain)
		}
		return nil, err
	}
	slices.SortStableFunc(mx, func(a, b *net.MX) int { return cmp.Or(cmp.Compare(a.Pref, b.Pref), strings.Compare(a.Host, b.Host)) })
	var hosts []string
	for _, m := range mx {
		hosts = append(hosts, strings.ToLower(strings.TrimSuffix(m.Host, ".")))
	}
	if len(hosts) == 0 {
		return nil, fmt.Errorf("%s has no MX record", domain)
	}
	return hosts, nil
}

// pointsTo tells whether one of the hosts is a source's, or a target's, by name or by address.
func (c *Control) pointsTo(ctx context.Context, hosts []string, d *domainUsers) (migration.CutoverPoint, error) {
	addresses := func(names []string) map[string]bool {
		out := map[string]bool{}
		for _, name := range names {
			out[name] = true
			found, err := c.resolver.LookupHost(ctx, name)
			if err != nil {
				continue // a name without an address is compared as a name
			}
			for _, a := range found {
				out[a] = true
			}
		}
		return out
	}
	at := addresses(hosts)
	same := func(endpoints map[string]bool) (bool, error) {
		for name := range endpoints {
			e, err := c.records.Endpoints.Get(ctx, migration.FoldName(name))
			if isNotFound(err) {
				continue
			}
			if err != nil {
				return false, err
			}
			for a := range addresses([]string{strings.ToLower(e.Value.RemoteServer)}) {
				if at[a] {
					return true, nil
				}
			}
		}
		return false, nil
	}
	if source, err := same(d.sources); source || err != nil {
		return migration.PointsToSource, err
	}
	if target, err := same(d.target); target || err != nil {
		return migration.PointsToTarget, err
	}
	return migration.PointsToElsewhere, nil
}

// observe notes which hosts a domain's mail goes to, and since when. A time that is said stands for what was seen.
func (c *Control) observe(ctx context.Context, domain string, hosts []string, said time.Time) (records.MX, error) {
	for {
		item, err := c.records.MX.Get(ctx, domain)
		if err != nil && !isNotFound(err) {
			return item.Value, err
		}
		now := item.Value
		switch {
		case isNotFound(err), now.Since.IsZero():
			item.Names = []string{domain}
			now = records.MX{Hosts: hosts, Since: c.now(), First: true}
		case !slices.Equal(now.Hosts, hosts):
			now = records.MX{Hosts: hosts, Since: c.now()}
		case said.IsZero():
			return now, nil
		}
		if !said.IsZero() {
			now.Since, now.First = said.UTC(), false
		}
		item.Value = now
		op, err := c.records.MX.Replace(item)
		if err != nil {
			return now, err
		}
		if _, err = c.records.Store.Update(ctx, op); errors.Is(err, store.ErrConflict) {
			continue
		}
		return now, err
	}
}

// observeAll looks at the domains of all batches, so that a change is known when it matters.
func (c *Control) observeAll(ctx context.Context) error {
	if c.resolver == nil {
		return nil
	}
	for _, err := range c.Cutover(ctx, migration.CutoverRequest{}) {
		if err != nil {
			return err
		}
	}
	return nil
}
