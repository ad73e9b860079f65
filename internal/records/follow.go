package records

import (
	"context"
	"iter"
	"sync"

	"migsh/internal/migration"
	"migsh/store"
)

// News is one change that [Records.Follow] tells. Exactly one of the pointers is set, unless Synced; Gone means that the record
// was deleted and only its names are known.
type News struct {
	Batch    *store.Item[Batch]
	User     *store.Item[User]
	Endpoint *store.Item[Endpoint]
	Config   *migration.Config
	Gone     bool
	// Synced: everything that existed at the start has been told.
	Synced bool
}

// Follow yields batches, users, endpoints and the configuration as they are, then one News that is Synced, then every change, until
// ctx ends. It ends after the first error. Users come without their sealed passwords.
func (r *Records) Follow(ctx context.Context) iter.Seq2[News, error] {
	return func(yield func(News, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		type told struct {
			news News
			err  error
		}
		channel := make(chan told)
		tell := func(n News, err error) bool {
			select {
			case channel <- told{n, err}:
				return err == nil
			case <-ctx.Done():
				return false
			}
		}
		var watchers sync.WaitGroup
		defer watchers.Wait()
		defer cancel()
		watch(ctx, &watchers, r.Batches, tell, func(i *store.Item[Batch]) News { return News{Batch: i} })
		watch(ctx, &watchers, r.Users, tell, func(i *store.Item[User]) News {
			i.Value.Password, i.Value.TargetPassword = "", ""
			return News{User: i}
		})
		watch(ctx, &watchers, r.Endpoints, tell, func(i *store.Item[Endpoint]) News { return News{Endpoint: i} })
		watch(ctx, &watchers, r.config, tell, func(i *store.Item[migration.Config]) News { return News{Config: &i.Value} })

		for open := 4; ; {
			select {
			case t := <-channel:
				if t.err == nil && t.news.Synced {
					if open--; open > 0 {
						continue
					}
				}
				if !yield(t.news, t.err) || t.err != nil {
					return
				}
			case <-ctx.Done():
				yield(News{}, context.Cause(ctx))
				return
			}
		}
	}
}

// A Feed is [Records.Follow] in a goroutine of its own, for those who wait for other things too.
type Feed struct {
	// News is closed when the feed has ended.
	News   <-chan News
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// Feed begins to follow; Close it at the end.
func (r *Records) Feed(ctx context.Context) *Feed {
	ctx, cancel := context.WithCancel(ctx)
	news := make(chan News, 256)
	f := &Feed{News: news, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		defer close(news)
		for n, err := range r.Follow(ctx) {
			if err != nil {
				f.err = err
				return
			}
			select {
			case news <- n:
			case <-ctx.Done():
				f.err = context.Cause(ctx)
				return
			}
		}
	}()
	return f
}

// Close ends the feed and tells what had ended it before.
func (f *Feed) Close() error {
	f.cancel()
	<-f.done
	return f.err
}

func watch[T any](ctx context.Context, watchers *sync.WaitGroup, c store.Collection[T], tell func(News, error) bool, news func(*store.Item[T]) News) {
	watchers.Go(func() {
		for change, err := range c.Watch(ctx) {
			if err != nil {
				tell(News{}, err)
				return
			}
			n := News{Synced: true}
			if change.Kind != store.Synced {
				n = news(&change.Item)
				n.Gone = change.Kind == store.Deleted
			}
			if !tell(n, nil) {
				return
			}
		}
	})
}

// A Mirror is a picture of the records in memory, kept up by [Mirror.Apply]. It belongs to one goroutine.
type Mirror struct {
	Config    migration.Config
	Endpoints map[string]*store.Item[Endpoint] // by folded name
	Batches   map[string]*store.Item[Batch]    // by GUID
	// Users by the batch's GUID and the folded address.
	Users map[string]map[string]*store.Item[User]

	guids map[string]string // of batches by folded name
}

// NewMirror makes an empty picture.
func NewMirror() *Mirror {
	return &Mirror{
		Config:    migration.DefaultConfig(),
		Endpoints: map[string]*store.Item[Endpoint]{},
		Batches:   map[string]*store.Item[Batch]{},
		Users:     map[string]map[string]*store.Item[User]{},
		guids:     map[string]string{},
	}
}

// Apply puts a change into the picture. News that is older than what is there changes nothing.
func (m *Mirror) Apply(n News) {
	switch {
	case n.Config != nil && n.Gone:
		m.Config = migration.DefaultConfig()
	case n.Config != nil:
		m.Config = *n.Config
	case n.Endpoint != nil && n.Gone:
		delete(m.Endpoints, n.Endpoint.Names[0])
	case n.Endpoint != nil:
		m.Endpoints[n.Endpoint.Names[0]] = n.Endpoint
	case n.Batch != nil:
		name := n.Batch.Names[0]
		if guid, known := m.guids[name]; known && (n.Gone || guid != n.Batch.Value.GUID) {
			delete(m.Batches, guid)
			delete(m.guids, name)
		}
		if !n.Gone {
			m.Batches[n.Batch.Value.GUID] = n.Batch
			m.guids[name] = n.Batch.Value.GUID
		}
	case n.User != nil:
		m.applyUser(n.User, n.Gone)
	}
}

func (m *Mirror) applyUser(item *store.Item[User], gone bool) {
	batch, address := item.Names[0], item.Names[1]
	users := m.Users[batch]
	old := users[address]
	switch {
	case old != nil && old.Revision > item.Revision:
	case gone:
		delete(users, address)
		if len(users) == 0 {
			delete(m.Users, batch)
		}
	default:
		if users == nil {
			users = map[string]*store.Item[User]{}
			m.Users[batch] = users
		}
		users[address] = item
	}
}
