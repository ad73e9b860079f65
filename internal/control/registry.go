package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// Mailboxes implements migration.Service.
func (c *Control) Mailboxes(ctx context.Context, q migration.MailboxQuery) iter.Seq2[migration.Mailbox, error] {
	return sequence(func(yield func(migration.Mailbox) bool) error {
		registered, err := c.registered(ctx)
		if err != nil {
			return err
		}
		var all []migration.Mailbox
		known := map[string]bool{}
		for _, m := range registered {
			all = append(all, m.Value.Mailbox)
			if m.Value.Damage != "" {
				continue
			}
			for _, a := range append([]string{m.Value.PrimarySMTPAddress}, m.Value.EmailAddresses...) {
				known[migration.FoldName(a)] = true
			}
		}
		for user, err := range c.records.Users.All(ctx) {
			if err != nil {
				return err
			}
			address := user.Value.EmailAddress
			if known[migration.FoldName(address)] {
				continue
			}
			known[migration.FoldName(address)] = true
			local, _, _ := strings.Cut(address, "@")
			all = append(all, migration.Mailbox{Name: local, Alias: local, DisplayName: local, PrimarySMTPAddress: address, UserName: user.Value.TargetUserName, GUID: user.Value.GUID})
		}
		slices.SortFunc(all, func(a, b migration.Mailbox) int {
			return cmp.Compare(migration.FoldName(a.PrimarySMTPAddress), migration.FoldName(b.PrimarySMTPAddress))
		})
		found := false
		for _, m := range all {
			if q.Identity != "" && !m.Matches(q.Identity) {
				continue
			}
			found = true
			if !yield(m) {
				return nil
			}
		}
		if q.Identity != "" && !found {
			return mailboxNotFound(q.Identity)
		}
		return nil
	})
}

func mailboxNotFound(id migration.Identity) error {
	return migration.NotFound(migration.NounMailbox, id, "Get-Mailbox lists those that are known; New-Mailbox adds one.")
}

func (c *Control) registered(ctx context.Context) ([]store.Item[records.Mailbox], error) {
	var all []store.Item[records.Mailbox]
	for item, err := range c.records.Mailboxes.All(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

// SetMailbox implements migration.Service.
func (c *Control) SetMailbox(ctx context.Context, r migration.SetMailboxRequest) (migration.Mailbox, error) {
	c.creating.Lock()
	defer c.creating.Unlock()
	all, err := c.registered(ctx)
	if err != nil {
		return migration.Mailbox{}, records.Explain(err)
	}
	item := store.Item[records.Mailbox]{Value: records.Mailbox{Mailbox: migration.Mailbox{GUID: newGUID(), Registered: true, Shared: r.Shared}}}
	if r.Identity != "" {
		i := slices.IndexFunc(all, func(m store.Item[records.Mailbox]) bool { return m.Value.Matches(r.Identity) })
		if i < 0 {
			return migration.Mailbox{}, mailboxNotFound(r.Identity)
		}
		item = all[i]
		if err := item.Value.Intact(); err != nil {
			return migration.Mailbox{}, err
		}
		all = slices.Delete(all, i, i+1)
	} else if i := slices.IndexFunc(all, func(m store.Item[records.Mailbox]) bool {
		return m.Value.Damage != "" && r.Name != nil && sameName(m.Value.Name, *r.Name)
	}); i >= 0 { // it takes the place of the damaged one
		item.Names, item.Revision, item.Value.GUID = all[i].Names, all[i].Revision, all[i].Value.GUID
	}
	m := &item.Value
	set(&m.Name, r.Name)
	set(&m.Alias, r.Alias)
	set(&m.DisplayName, r.DisplayName)
	set(&m.PrimarySMTPAddress, r.PrimarySMTPAddress)
	set(&m.EmailAddresses, r.EmailAddresses)
	set(&m.UserName, r.UserName)
	if err := migration.CheckName("mailbox", m.Name); err != nil {
		return migration.Mailbox{}, err
	}
	addresses := append([]string{m.PrimarySMTPAddress}, m.EmailAddresses...)
	if err := checkAddresses(addresses); err != nil {
		return migration.Mailbox{}, err
	}
	for _, other := range all {
		if i := slices.IndexFunc(addresses, other.Value.Has); i >= 0 {
			return migration.Mailbox{}, migration.NewError(migration.ErrAlreadyExists, addresses[i],
				fmt.Sprintf("The address '%s' already exists: the mailbox '%s' has it.", addresses[i], other.Value.Name), "Give another one.")
		}
	}
	m.Alias, m.DisplayName = cmp.Or(m.Alias, m.Name), cmp.Or(m.DisplayName, m.Name)
	item.Names = []string{m.GUID}
	if r.Password != nil {
		if m.Password, err = c.records.Seal(*r.Password, c.records.Mailboxes.Key(item.Names...), records.FieldPassword); err != nil {
			return migration.Mailbox{}, err
		}
	}
	op, err := c.records.Mailboxes.Replace(item)
	if err == nil {
		_, err = c.records.Store.Update(ctx, op)
	}
	return m.Mailbox, records.Explain(err)
}

// lookUp lets the list of mailboxes fill in how rows are opened at the target: any address of a mailbox may stand in a row. It returns
// what to tell of the list.
func (c *Control) lookUp(ctx context.Context, rows []csvfile.Row) (notes []string, err error) {
	registered, err := c.registered(ctx)
	if err != nil || len(registered) == 0 {
		return nil, err
	}
	byAddress := map[string]*store.Item[records.Mailbox]{}
	for i := range registered {
		if damage := registered[i].Value.Damage; damage != "" {
			notes = append(notes, damage)
			continue
		}
		for _, a := range append([]string{registered[i].Value.PrimarySMTPAddress}, registered[i].Value.EmailAddresses...) {
			byAddress[migration.FoldName(a)] = &registered[i]
		}
	}
	var errs []error
	for i := range rows {
		m := byAddress[migration.FoldName(rows[i].EmailAddress)]
		if m == nil {
			continue
		}
		if login := cmp.Or(m.Value.UserName, m.Value.PrimarySMTPAddress); rows[i].TargetUserName == "" && !strings.EqualFold(login, rows[i].EmailAddress) {
			rows[i].TargetUserName = login
		}
		if rows[i].TargetPassword == "" && m.Value.Password != "" {
			password, err := c.records.Open(m.Value.Password, c.records.Mailboxes.Key(m.Names...), records.FieldPassword)
			if err != nil {
				errs = append(errs, err)
				break
			}
			rows[i].TargetPassword = password
		}
	}
	return notes, errors.Join(errs...)
}
