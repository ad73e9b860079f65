package migration

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/internal/wintz"
	"migsh/shell/cmdlet"
	"migsh/shell/complete"
)

// ProvideValues lets a session complete the names of endpoints, batches, users and time zones.
func ProvideValues(s cmdlet.Session, open Opener) {
	complete.Provide(s, "endpoint", namesOf(open, func(ctx context.Context, svc migration.Service) iter.Seq2[offer, error] {
		return offers(svc.Endpoints(ctx, migration.EndpointQuery{}), func(e migration.Endpoint) offer {
			return offer{e.Name, e.RemoteServer}
		})
	}))
	complete.Provide(s, "batch", namesOf(open, func(ctx context.Context, svc migration.Service) iter.Seq2[offer, error] {
		return offers(svc.Batches(ctx, migration.BatchQuery{}), func(b migration.Batch) offer {
			return offer{b.Name, string(b.Status)}
		})
	}))
	complete.Provide(s, "user", namesOf(open, func(ctx context.Context, svc migration.Service) iter.Seq2[offer, error] {
		return offers(svc.Users(ctx, migration.UserQuery{}), func(u migration.User) offer {
			return offer{u.EmailAddress, string(u.Status)}
		})
	}))
	complete.Provide(s, "timezone", func(_ context.Context, _ cmdlet.Session, prefix string) []complete.Item {
		var items []complete.Item
		for _, z := range wintz.Zones() {
			for _, name := range []string{z.Windows, z.IANA} {
				if begins(name, prefix) {
					items = append(items, complete.Item{Text: name, ToolTip: z.Windows + ", " + z.IANA})
				}
			}
		}
		return items
	})
}

// offer is a name with what a menu tells of it.
type offer struct{ name, about string }

func offers[T any](list iter.Seq2[T, error], of func(T) offer) iter.Seq2[offer, error] {
	return func(yield func(offer, error) bool) {
		for v, err := range list {
			if !yield(of(v), err) || err != nil {
				return
			}
		}
	}
}

const (
	// staleAfter is how long names that were read serve further presses of the Tab key.
	staleAfter = 2 * time.Second
	// maxOffers bounds what one press of the Tab key reads.
	maxOffers = 10000
)

// namesOf offers the names of a list, read at most once in staleAfter. Where the list cannot be read nothing is offered: the
// command that is being typed will tell why.
func namesOf(open Opener, list func(ctx context.Context, svc migration.Service) iter.Seq2[offer, error]) complete.Values {
	var known []offer
	var until time.Time
	return func(ctx context.Context, _ cmdlet.Session, prefix string) []complete.Item {
		if now := time.Now(); now.After(until) {
			svc, err := open(ctx)
			if err != nil {
				return nil
			}
			known = known[:0]
			for o, err := range list(ctx, svc) {
				if err != nil || len(known) == maxOffers {
					break
				}
				known = append(known, o)
			}
			slices.SortFunc(known, func(a, b offer) int { return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
			until = now.Add(staleAfter)
		}
		var items []complete.Item
		for _, o := range known {
			if begins(o.name, prefix) {
				items = append(items, complete.Item{Text: o.name, ToolTip: o.about})
			}
		}
		return items
	}
}

func begins(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
