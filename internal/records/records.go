// Package records keeps the nouns of a migration in the store: what control writes down of an administrator's wishes, and what
// the engine writes down of what has become of them. It knows keys, forms and the order of writes, and no rules but those that
// package migration states.
//
// # Layout
//
//	config/migration                    the configuration
//	password/relay                      the relay's password, sealed
//	endpoint/<name>                     an endpoint, its administrator's password sealed
//	batch/<name>                        a batch: settings and last order; it makes everything below its GUID count
//	user/<batch GUID>/<address>         a row: credentials sealed, state, figures
//	folders/<batch GUID>/<address>/<n>  its folder counts, in pieces
//	report/<batch GUID>/<address>       the latest lines of its story
//	warning/<batch GUID>/<n>            the rows left out of a batch, in pieces
//	claim/<pair>                        which user has a pair of mailboxes
//
// Names stand folded (lower case) in keys. A batch of many users is written users first and batch last, so a creation that was cut
// off leaves only what [Records.Sweep] finds by its GUID.
package records

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"migsh/internal/connect"
	"migsh/internal/migration"
	"migsh/internal/secret"
	"migsh/store"
)

// Endpoint is an endpoint as stored.
type Endpoint struct {
	migration.Endpoint
	Password secret.Sealed `json:",omitempty"`
	// OAuthSecrets are migration.OAuthSecrets as JSON.
	OAuthSecrets secret.Sealed `json:",omitempty"`
}

// Batch is a batch as stored. It has no status: see [Records.Batch].
type Batch struct {
	Name           string
	GUID           string
	SourceEndpoint string
	TargetEndpoint string
	SubmittedBy    string `json:",omitempty"`
	CSVName        string `json:",omitempty"`
	// Analyze: the mailboxes are counted, and nothing is copied. Such a batch claims no pairs.
	Analyze bool `json:",omitempty"`
	migration.BatchSettings
	Order migration.Order `json:",omitzero"`
	// SyncWanted is when an incremental sync of all was last asked for.
	SyncWanted time.Time `json:",omitzero"`
	// LastNumber is that of the last order given to the batch or one of its users.
	LastNumber   uint64 `json:",omitempty"`
	WarningCount int    `json:",omitempty"`
	CreationTime time.Time
	StartTime    time.Time `json:",omitzero"`
	// Touched is when an administrator last changed the batch or gave an order to one of its users.
	Touched time.Time `json:",omitzero"`
	// Damage is why the record can't be read, empty if it can.
	Damage string `json:"-"`
}

// User is a row as stored.
type User struct {
	EmailAddress   string
	GUID           string
	Row            int
	UserName       string        `json:",omitempty"`
	UserRoot       string        `json:",omitempty"`
	TargetUserName string        `json:",omitempty"`
	Password       secret.Sealed `json:",omitempty"`
	TargetPassword secret.Sealed `json:",omitempty"`
	Pair           string        // key of the pair of mailboxes

	migration.UserState
	migration.Schedule
	Order      migration.Order `json:",omitzero"`
	SyncWanted time.Time       `json:",omitzero"`

	Fault         *migration.UserFault `json:",omitempty"`
	NextRetryTime time.Time            `json:",omitzero"`
	NextSyncTime  time.Time            `json:",omitzero"`
	LastSyncTime  time.Time            `json:",omitzero"` // end of the last successful pass
	LastCheckTime time.Time            `json:",omitzero"` // begin of the last pass
	CopiedTime    time.Time            `json:",omitzero"` // end of the initial copy
	FinishedTime  time.Time            `json:",omitzero"`

	Figures Figures
	// Damage is why the record can't be read, empty if it can.
	Damage string `json:"-"`
}

// Figures are what a user's passes have come to so far.
type Figures struct {
	Folder      string `json:",omitempty"` // at work on
	Folders     int    `json:",omitempty"`
	ItemsTotal  int64  `json:",omitempty"` // at the source; 0 with Counted false: not known
	Counted     bool   `json:",omitempty"`
	BytesTotal  int64  `json:",omitempty"` // of what was found to be copied
	ItemsDone   int64  `json:",omitempty"` // of ItemsTotal: at the target, left out or refused
	Synced      int64  `json:",omitempty"` // at the target
	Transferred int64  `json:",omitempty"` // messages sent, over all passes
	Bytes       int64  `json:",omitempty"` // sent, over all passes
	Skipped     int64  `json:",omitempty"`

	Worked  time.Duration `json:",omitempty"` // time in passes
	Queued  time.Duration `json:",omitempty"` // time waiting for a slot
	Stalled time.Duration `json:",omitempty"` // time waiting for a server
	Rate    int64         `json:",omitempty"` // bytes a minute, of late

	Day      string `json:",omitempty"` // the last on which something was sent
	DayBytes int64  `json:",omitempty"` // sent on it
}

// Mailbox is a mailbox of the list, with the password that opens it at the target.
type Mailbox struct {
	migration.Mailbox
	Password secret.Sealed `json:",omitempty"`
}

// MX is where the mail of a domain was seen to go, zero if the record can't be read.
type MX struct {
	Hosts []string // in order of preference
	Since time.Time
	// First: nothing was seen before, so that the time of the change may be earlier.
	First bool `json:",omitempty"`
}

// Claim says who has a pair of mailboxes.
type Claim struct {
	BatchGUID string
	BatchName string
	Address   string
	// Lost: the record can't be read.
	Lost bool `json:"-"`
}

// Records is the migration's part of a store.
type Records struct {
	Store     store.Store
	Endpoints store.Collection[Endpoint]
	Batches   store.Collection[Batch]
	Users     store.Collection[User]
	Claims    store.Collection[Claim]
	Reports   store.Collection[[]migration.ReportLine]
	Ceilings  store.Collection[Ceiling] // by GUID of the endpoint
	Audit     store.Collection[migration.AuditEntry]
	MX        store.Collection[MX] // by domain
	Mailboxes store.Collection[Mailbox]
	folders   store.Collection[[]migration.FolderCount]
	warnings  store.Collection[[]migration.ValidationWarning]
	config    store.Collection[migration.Config]
	passwords store.Collection[secret.Sealed]
	keys      *secret.Keyring
}

// New finds the records in a store. Keys seal and open the passwords in them.
func New(s store.Store, keys *secret.Keyring) *Records {
	return &Records{
		Store:     s,
		Endpoints: store.NewCollection[Endpoint](s, "endpoint").Salvaging(salvageEndpoint),
		Batches:   store.NewCollection[Batch](s, "batch").Salvaging(salvageBatch),
		Users:     store.NewCollection[User](s, "user").Salvaging(salvageUser),
		Claims:    store.NewCollection[Claim](s, "claim").Salvaging(func([]string, []byte, error) Claim { return Claim{Lost: true} }),
		Ceilings:  store.NewCollection[Ceiling](s, "ceiling").Salvaging(func([]string, []byte, error) Ceiling { return Ceiling{} }),
		Reports:   store.NewCollection[[]migration.ReportLine](s, "report").Salvaging(salvageReport),
		Mailboxes: store.NewCollection[Mailbox](s, "mailbox").Salvaging(salvageMailbox),
		MX:        store.NewCollection[MX](s, "mx").Salvaging(func([]string, []byte, error) MX { return MX{} }),
		Audit:     store.NewCollection[migration.AuditEntry](s, "audit").Salvaging(salvageAudit),
		folders:   store.NewCollection[[]migration.FolderCount](s, "folders").Salvaging(func([]string, []byte, error) []migration.FolderCount { return nil }),
		warnings:  store.NewCollection[[]migration.ValidationWarning](s, "warning").Salvaging(salvageWarnings),
		config:    store.NewCollection[migration.Config](s, "config").Salvaging(salvageConfig),
		passwords: store.NewCollection[secret.Sealed](s, "password").Salvaging(func([]string, []byte, error) secret.Sealed { return "damaged" }),
		keys:      keys,
	}
}

// ConfigPrefix is below which the configuration is kept, for watches.
const ConfigPrefix = "config/"

const configName = "migration"

// Config is the configuration, the default one before anybody has set anything.
func (r *Records) Config(ctx context.Context) (migration.Config, error) {
	item, err := r.config.Get(ctx, configName)
	if errors.Is(err, store.ErrNotFound) {
		return migration.DefaultConfig(), nil
	}
	return item.Value, err
}

// SetConfig lets change alter the configuration, once or, if somebody else was faster, again.
func (r *Records) SetConfig(ctx context.Context, change func(*migration.Config) error) (migration.Config, error) {
	op, err := r.config.Create(migration.DefaultConfig(), configName)
	if err != nil {
		return migration.Config{}, err
	}
	if _, err := r.Store.Update(ctx, op); err != nil && !errors.Is(err, store.ErrConflict) {
		return migration.Config{}, err
	}
	item, err := r.config.Modify(ctx, func(c *migration.Config) error {
		c.Damage = "" // what is written is whole
		return change(c)
	}, configName)
	return item.Value, err
}

const relayName = "relay"

// SetRelayPassword seals and keeps the password of the relay for notifications; none is no password.
func (r *Records) SetRelayPassword(ctx context.Context, password migration.Secret) error {
	sealed, err := r.Seal(password, r.passwords.Key(relayName), FieldPassword)
	if err != nil {
		return err
	}
	op, err := r.passwords.Set(sealed, relayName)
	if err != nil {
		return err
	}
	_, err = r.Store.Update(ctx, op)
	return err
}

// Relay is where notification mail is handed to, with the password decrypted, and who is told if a batch names nobody. When only the
// password can't be had, the error comes with the rest.
func (r *Records) Relay(ctx context.Context) (recipients []string, relay migration.Relay, password migration.Secret, err error) {
	config, err := r.Config(ctx)
	if err != nil {
		return nil, relay, "", err
	}
	item, err := r.passwords.Get(ctx, relayName)
	if err != nil && !isNotFound(err) {
		return config.NotificationEmails, config.Relay, "", err
	}
	password, err = r.Open(item.Value, r.passwords.Key(relayName), FieldPassword)
	return config.NotificationEmails, config.Relay, password, err
}

// UserKey names a user's record within Users, Reports and folders.
func UserKey(batchGUID, address string) []string {
	return []string{batchGUID, migration.FoldName(address)}
}

// Seal encrypts a password for a field of a record; none stays none.
func (r *Records) Seal(password migration.Secret, key, field string) (secret.Sealed, error) {
	if password == "" {
		return "", nil
	}
	sealed, err := r.keys.Seal(key, field, secret.New(password.Reveal()))
	if err != nil {
		return "", migration.NewError(migration.ErrSecretsLocked, "", "A password can't be encrypted.",
			"Make the key file of the state directory available again.").Because(err)
	}
	return sealed, nil
}

// Open decrypts what Seal has made for the same field.
func (r *Records) Open(sealed secret.Sealed, key, field string) (migration.Secret, error) {
	text, err := r.keys.Open(key, field, sealed)
	if err != nil {
		return "", migration.NewError(migration.ErrSecretsLocked, "", "A stored password can't be decrypted: "+err.Error()+".",
			"Put the key file back that belongs to the state directory, or give the credentials again.").Because(err)
	}
	return migration.Secret(text.Reveal()), nil
}

// Fields that hold secrets.
const (
	FieldPassword       = "Password"
	FieldTargetPassword = "TargetPassword"
	FieldOAuthSecrets   = "OAuthSecrets"
)

// Row is what a user's record says about logging in, decrypted.
func (r *Records) Row(batchGUID string, u User) (connect.Row, error) {
	key := r.Users.Key(UserKey(batchGUID, u.EmailAddress)...)
	password, err := r.Open(u.Password, key, FieldPassword)
	if err != nil {
		return connect.Row{}, err
	}
	target, err := r.Open(u.TargetPassword, key, FieldTargetPassword)
	if err != nil {
		return connect.Row{}, err
	}
	return connect.Row{
		EmailAddress: u.EmailAddress, UserName: u.UserName, Password: password, TargetUserName: u.TargetUserName, TargetPassword: target,
	}, nil
}

// Keys are the secrets of an endpoint, decrypted.
func (r *Records) Keys(e Endpoint) (keys connect.Keys, err error) {
	at := r.Endpoints.Key(migration.FoldName(e.Name))
	if keys.Password, err = r.Open(e.Password, at, FieldPassword); err != nil || e.OAuthSecrets == "" {
		return keys, err
	}
	text, err := r.Open(e.OAuthSecrets, at, FieldOAuthSecrets)
	if err != nil {
		return keys, err
	}
	if err := json.Unmarshal([]byte(text.Reveal()), &keys.OAuth); err != nil {
		return keys, fmt.Errorf("read the token secrets of endpoint '%s': %w", e.Name, err)
	}
	return keys, nil
}

// SealOAuth encrypts what an endpoint's tokens are asked for with; nothing stays nothing.
func (r *Records) SealOAuth(endpoint string, s migration.OAuthSecrets) (secret.Sealed, error) {
	if s == (migration.OAuthSecrets{}) {
		return "", nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return r.Seal(migration.Secret(text), r.Endpoints.Key(migration.FoldName(endpoint)), FieldOAuthSecrets)
}

// KeepRefreshToken puts the refresh token that a token service has given in place of another into the endpoint, unless somebody else
// has put in a third one meanwhile, or removed the endpoint.
func (r *Records) KeepRefreshToken(ctx context.Context, endpoint string, old, current migration.Secret) error {
	_, err := r.Endpoints.Modify(ctx, func(e *Endpoint) error {
		if err := e.Intact(); err != nil {
			return err
		}
		keys, err := r.Keys(*e)
		if err != nil || keys.OAuth.RefreshToken != old {
			return err
		}
		keys.OAuth.RefreshToken = current
		e.OAuthSecrets, err = r.SealOAuth(e.Name, keys.OAuth)
		return err
	}, migration.FoldName(endpoint))
	if isNotFound(err) {
		return nil
	}
	return err
}

// FindEndpoint finds an endpoint by name or GUID, and refuses one whose record is damaged.
func (r *Records) FindEndpoint(ctx context.Context, id migration.Identity) (store.Item[Endpoint], error) {
	item, err := r.AnyEndpoint(ctx, id)
	if err == nil {
		err = item.Value.Intact()
	}
	return item, err
}

// AnyEndpoint finds an endpoint by name or GUID, also one whose record is damaged.
func (r *Records) AnyEndpoint(ctx context.Context, id migration.Identity) (store.Item[Endpoint], error) {
	return find(ctx, r.Endpoints, migration.NounEndpoint, "Get-MigrationEndpoint lists those that exist.", id,
		func(e Endpoint) (string, string) { return e.Name, e.GUID })
}

// FindBatch finds a batch by name or GUID, and refuses one whose record is damaged.
func (r *Records) FindBatch(ctx context.Context, id migration.Identity) (store.Item[Batch], error) {
	item, err := r.AnyBatch(ctx, id)
	if err == nil {
		err = item.Value.Intact()
	}
	return item, err
}

// AnyBatch finds a batch by name or GUID, also one whose record is damaged.
func (r *Records) AnyBatch(ctx context.Context, id migration.Identity) (store.Item[Batch], error) {
	return find(ctx, r.Batches, migration.NounBatch, "Get-MigrationBatch lists those that exist.", id,
		func(b Batch) (string, string) { return b.Name, b.GUID })
}

func find[T any](ctx context.Context, c store.Collection[T], noun migration.Noun, remedy string, id migration.Identity, names func(T) (name, guid string)) (store.Item[T], error) {
	if !id.IsGUID() {
		item, err := c.Get(ctx, migration.FoldName(string(id)))
		if errors.Is(err, store.ErrNotFound) {
			err = migration.NotFound(noun, id, remedy)
		}
		return item, err
	}
	for item, err := range c.All(ctx) {
		if err != nil {
			return store.Item[T]{}, err
		}
		if id.Matches(names(item.Value)) {
			return item, nil
		}
	}
	return store.Item[T]{}, migration.NotFound(noun, id, remedy)
}

// AllBatches lists the batches by time of creation.
func (r *Records) AllBatches(ctx context.Context) ([]store.Item[Batch], error) {
	var all []store.Item[Batch]
	for item, err := range r.Batches.All(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	slices.SortStableFunc(all, func(a, b store.Item[Batch]) int {
		return cmp.Or(a.Value.CreationTime.Compare(b.Value.CreationTime), cmp.Compare(a.Value.Name, b.Value.Name))
	})
	return all, nil
}

// InForce is the order that holds for a user of a batch at a time, and whether it waits for its StartAfter.
func (b *Batch) InForce(u *User, now time.Time) (order migration.Order, held bool) {
	schedule := u.Over(b.Schedule)
	order = migration.InForce(b.Order, u.Order, schedule, now)
	return order, migration.Held(order, schedule, now)
}

// QueuedSince is since when a queued user waits for a slot: since the order in force, or since its StartAfter if that came later.
func (b *Batch) QueuedSince(u *User, now time.Time) time.Time {
	order, _ := b.InForce(u, now)
	if start := u.Over(b.Schedule).StartAfter; start.After(order.At) {
		return start
	}
	return order.At
}

// Wanted tells whether a sync was asked for that the user has not begun yet.
func (b *Batch) Wanted(u *User) bool {
	return b.SyncWanted.After(u.LastCheckTime) || u.SyncWanted.After(u.LastCheckTime)
}

// Settled is the user's state under the order in force: what is shown, and what the engine begins from.
func (b *Batch) Settled(u *User, now time.Time) migration.UserState {
	order, _ := b.InForce(u, now)
	s := u.Settle(order)
	if order.Kind == migration.OrderStart && b.Wanted(u) {
		s = s.WantsSync()
	}
	return s
}
