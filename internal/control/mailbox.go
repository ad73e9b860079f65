package control

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
	"migsh/internal/records"
)

// MailboxFolders implements migration.Service.
func (c *Control) MailboxFolders(ctx context.Context, r migration.MailboxRequest) (migration.MailboxContent, error) {
	place, err := c.findMailbox(ctx, r)
	if err != nil {
		return migration.MailboxContent{}, records.Explain(err)
	}
	reader, err := c.openMailbox(ctx, place, r.Source)
	if err == nil {
		defer func() { err = errors.Join(err, reader.Close()) }()
		var folders []migration.MailboxFolder
		if folders, err = contents(ctx, reader, place.root); err == nil {
			return migration.MailboxContent{EmailAddress: place.address, Server: place.account.Endpoint.Address(), Folders: folders}, nil
		}
	}
	if ctx.Err() != nil {
		return migration.MailboxContent{}, context.Cause(ctx)
	}
	side := connect.TargetSide
	if r.Source {
		side = connect.SourceSide
	}
	f := connect.UserFault(err, side, place.account.Login, place.address)
	return migration.MailboxContent{}, migration.NewError(migration.ErrMailbox, place.address, f.Summary(), "").Because(err)
}

// A place is a mailbox and the login that opens it.
type place struct {
	address string
	account connect.Account
	root    string // UserRoot
}

// findMailbox finds the mailbox that is meant: a migration user's, or at the target of new batches anybody's.
func (c *Control) findMailbox(ctx context.Context, r migration.MailboxRequest) (place, error) {
	batch, user, err := c.findUser(ctx, r.Identity)
	var endpoint string
	row := connect.Row{EmailAddress: string(r.Identity)}
	p := place{address: string(r.Identity)}
	switch {
	case err == nil:
		if row, err = c.records.Row(batch.Value.GUID, user.Value); err != nil {
			return p, err
		}
		p.address, endpoint = user.Value.EmailAddress, batch.Value.TargetEndpoint
		if r.Source {
			endpoint, p.root = batch.Value.SourceEndpoint, user.Value.UserRoot
		}
	case errors.Is(err, migration.ErrNotFound) && !r.Source:
		config, err := c.records.Config(ctx)
		if err != nil {
			return p, err
		}
		if endpoint = config.TargetEndpoint; endpoint == "" {
			return p, migration.NewError(migration.ErrNoTarget, p.address, fmt.Sprintf("'%s' is no migration user, and there is no target endpoint to look for the mailbox at.", p.address),
				"Name one with Set-MigrationConfig -TargetEndpoint.")
		}
	default:
		return p, err
	}
	e, err := c.records.FindEndpoint(ctx, migration.Identity(endpoint))
	if err != nil {
		return p, err
	}
	keys, err := c.records.Keys(e.Value)
	if err != nil {
		return p, err
	}
	account := connect.TargetAccount
	if r.Source {
		account = connect.SourceAccount
	}
	var ok bool
	if p.account, ok = account(e.Value.Endpoint, keys, row); !ok {
		return p, migration.NewError(migration.ErrMailbox, p.address,
			fmt.Sprintf("Nobody can open the mailbox '%s': its row has no password, and the endpoint '%s' has no administrator.", p.address, e.Value.Name),
			fmt.Sprintf("Give it one with Set-MigrationEndpoint '%s' -Credentials.", e.Value.Name))
	}
	return p, nil
}

func (c *Control) openMailbox(ctx context.Context, p place, source bool) (mailbox.Reader, error) {
	if source {
		return c.connector.Source(p.account)(ctx)
	}
	return c.connector.Target(p.account)(ctx)
}

// contents counts the messages of every folder that is the mailbox's own.
func contents(ctx context.Context, reader mailbox.Reader, userRoot string) ([]migration.MailboxFolder, error) {
	info := reader.Info()
	_, folders, err := foldermap.AtRoot(ctx, reader, userRoot)
	if err != nil {
		return nil, err
	}
	var list []migration.MailboxFolder
	for _, f := range folders {
		if !f.Selectable() || userRoot == "" && others(info, f.Name) {
			continue
		}
		entry, err := contentOf(ctx, reader, f)
		if err != nil {
			return nil, err
		}
		list = append(list, entry)
	}
	return list, nil
}

// others tells whether a folder belongs to somebody else.
func others(info mailbox.Info, name string) bool {
	return slices.ContainsFunc(slices.Concat(info.Others, info.Shared), func(n mailbox.Namespace) bool {
		return n.Prefix != "" && strings.HasPrefix(name, n.Prefix)
	})
}

func contentOf(ctx context.Context, reader mailbox.Reader, f mailbox.Folder) (migration.MailboxFolder, error) {
	out := migration.MailboxFolder{Name: f.Name, Path: f.Path(), Use: f.Use}
	if f.StatusErr != nil {
		out.Fault = f.StatusErr.Error()
		return out, nil
	}
	if f.Status != nil && f.Status.Messages == 0 {
		return out, nil
	}
	for m, err := range reader.List(ctx, mailbox.At{Folder: f.Name}, mailbox.Query{}) {
		if err != nil {
			if e, ok := errors.AsType[*mailbox.Error](err); ok && e.Class == mailbox.PerFolder {
				out.Fault = err.Error()
				return out, nil
			}
			return out, err
		}
		out.Items++
		out.Size += migration.ByteSize(max(0, m.Size))
		if out.Oldest.IsZero() || m.Date.Before(out.Oldest) {
			out.Oldest = m.Date
		}
		if m.Date.After(out.Newest) {
			out.Newest = m.Date
		}
	}
	return out, nil
}
