package migration

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/internal/wintz"
	"migsh/shell/cmdlet"
	"migsh/shell/complete"
)

// listed are the names that there are of a kind.
var listed = map[migration.Noun]func(context.Context, migration.Service) iter.Seq2[offer, error]{
	migration.NounEndpoint: func(ctx context.Context, svc migration.Service) iter.Seq2[offer, error] {
		return offers(svc.Endpoints(ctx, migration.EndpointQuery{}), func(e migration.Endpoint) offer { return offer{e.Name, e.RemoteServer} })
	},
	migration.NounBatch: func(ctx context.Context, svc migration.Service) iter.Seq2[offer, error] {
		return offers(svc.Batches(ctx, migration.BatchQuery{}), func(b migration.Batch) offer { return offer{b.Name, string(b.Status)} })
	},
	migration.NounUser: func(ctx context.Context, svc migration.Service) iter.Seq2[offer, error] {
		return offers(svc.Users(ctx, migration.UserQuery{}), func(u migration.User) offer { return offer{u.EmailAddress, string(u.Status)} })
	},
	migration.NounMailbox: func(ctx context.Context, svc migration.Service) iter.Seq2[offer, error] {
		return func(yield func(offer, error) bool) {
			for m, err := range svc.Mailboxes(ctx, migration.MailboxQuery{}) {
				if err != nil || !yield(offer{m.PrimarySMTPAddress, m.Name}, nil) || !yield(offer{m.Name, m.PrimarySMTPAddress}, nil) {
					return
				}
			}
		}
	},
}

// suggesting adds the names that may have been meant to the error of a name that nothing has.
func suggesting(ctx context.Context, svc migration.Service, err error) error {
	e, ok := errors.AsType[*migration.Error](err)
	if !ok || e.ID != migration.ErrNotFound || listed[e.Noun] == nil {
		return err
	}
	var names []string
	for o, err := range listed[e.Noun](ctx, svc) {
		if err != nil {
			break // there is an error to tell of already
		}
		names = append(names, o.name)
	}
	similar := cmdlet.Similar(e.Target, names)
	if len(similar) == 0 {
		return err
	}
	suggested := *e
	suggested.Remedy = "Did you mean '" + strings.Join(similar, "', '") + "'? " + e.Remedy
	return &suggested
}

// ProvideValues lets a session complete the names of endpoints, batches, users and time zones.
func ProvideValues(s cmdlet.Session, open Opener) {
	for name, noun := range map[string]migration.Noun{"endpoint": migration.NounEndpoint, "batch": migration.NounBatch, "user": migration.NounUser} {
		complete.Provide(s, name, namesOf(open, listed[noun]))
	}
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
	var names []offer
	var until time.Time
	return func(ctx context.Context, _ cmdlet.Session, prefix string) []complete.Item {
		if now := time.Now(); now.After(until) {
			svc, err := open(ctx)
			if err != nil {
				return nil
			}
			names = names[:0]
			for o, err := range list(ctx, svc) {
				if err != nil || len(names) == maxOffers {
					break
				}
				names = append(names, o)
			}
			slices.SortFunc(names, func(a, b offer) int { return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
			until = now.Add(staleAfter)
		}
		var items []complete.Item
		for _, o := range names {
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
