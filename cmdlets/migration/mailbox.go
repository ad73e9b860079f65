package migration

import (
	"cmp"
	"context"
	"strings"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// mailboxCounts is what Get-MailboxStatistics and Get-MailboxFolderStatistics share.
type mailboxCounts struct {
	base
	Identity any  `param:"mandatory pos=0 pipeline pipelinebyname" complete:"user" help:"The mailbox: a migration user, or the address of any mailbox at the target."`
	Source   bool `param:"" help:"Count at the source of the migration user instead of at the target."`
}

// content looks into the mailbox and hands over what is there.
func (c *mailboxCounts) content(ctx context.Context, out cmdlet.Out, use func(migration.MailboxContent) error) error {
	return c.do(ctx, out, func(svc migration.Service) error {
		content, err := svc.MailboxFolders(ctx, migration.MailboxRequest{Identity: identityFrom(c.Identity), Source: c.Source})
		if err != nil {
			return err
		}
		for _, f := range content.Folders {
			if f.Fault != "" {
				if err := out.Warning("The folder '" + f.Name + "' can't be looked into: " + f.Fault); err != nil {
					return err
				}
			}
		}
		return use(content)
	})
}

type getMailboxStatistics struct{ mailboxCounts }

func (e *environment) getMailboxStatistics() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MailboxStatistics", Synopsis: "Counts the messages of a mailbox, at the target or at the source.", OutputTypes: []string{typeMailboxStatistics.Name},
	}, "DomainController", "Archive IncludeMoveHistory IncludeMoveReport IncludeSoftDeletedRecipients", func(b base) cmdlet.Cmdlet { return &getMailboxStatistics{mailboxCounts{base: b}} })
}

func (c *getMailboxStatistics) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.content(ctx, out, func(m migration.MailboxContent) error {
		return out.Write(object.Instance(typeMailboxStatistics, &m))
	})
}

// total adds something up over the folders.
func total[N ~int64](m *migration.MailboxContent, of func(migration.MailboxFolder) N) (sum N) {
	for _, f := range m.Folders {
		sum += of(f)
	}
	return sum
}

var typeMailboxStatistics = declare(exchange+"MailboxStatistics", func(m *migration.MailboxContent) string { return m.EmailAddress },
	object.Views{Table: []object.Column{{Property: "DisplayName", Width: 28}, {Property: "ItemCount", Width: 9, Right: true}, {Property: "TotalItemSize", Width: 28}, {Property: "FolderCount"}}},
	append([]property[migration.MailboxContent]{
		{"Identity", object.TypeString, func(m *migration.MailboxContent) any { return m.EmailAddress }},
		{"DisplayName", object.TypeString, func(m *migration.MailboxContent) any { return m.EmailAddress }},
		{"ServerName", object.TypeString, func(m *migration.MailboxContent) any { return m.Server }},
		{"ItemCount", object.TypeInt32, func(m *migration.MailboxContent) any {
			return number(total(m, func(f migration.MailboxFolder) int64 { return f.Items }))
		}},
		{"TotalItemSize", nil, func(m *migration.MailboxContent) any {
			return size(total(m, func(f migration.MailboxFolder) migration.ByteSize { return f.Size }))
		}},
		{"FolderCount", object.TypeInt32, func(m *migration.MailboxContent) any { return number(len(m.Folders)) }},
	}, blank[migration.MailboxContent]("StorageLimitStatus", "LastLogonTime", "DeletedItemCount")...)...)

type getMailboxFolderStatistics struct {
	mailboxCounts
	FolderScope                 string `param:"" values:"All,Archive,DeletedItems,Drafts,Inbox,JunkEmail,SentItems" help:"Only the folder of this use, and what is below it."`
	IncludeOldestAndNewestItems bool   `param:"" help:"Fill OldestItemReceivedDate and NewestItemReceivedDate."`
	ResultSize                  any    `param:"" help:"How many are shown at most: a number or Unlimited. 1000 is the default."`
}

func (e *environment) getMailboxFolderStatistics() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MailboxFolderStatistics", Synopsis: "Counts the messages of every folder of a mailbox, at the target or at the source.", OutputTypes: []string{typeMailboxFolder.Name},
	}, "DomainController SkipCount", "Archive IncludeAnalysis IncludeSoftDeletedRecipients", func(b base) cmdlet.Cmdlet { return &getMailboxFolderStatistics{mailboxCounts: mailboxCounts{base: b}} })
}

// scopes are the uses of folders by Exchange's names.
var scopes = map[string]string{"archive": `\Archive`, "deleteditems": `\Trash`, "drafts": `\Drafts`, "junkemail": `\Junk`, "sentitems": `\Sent`}

// mailboxFolder is a folder with what is below it.
type mailboxFolder struct {
	migration.MailboxFolder
	address  string
	allItems int64
	allSize  migration.ByteSize
	dates    bool
}

func (f *mailboxFolder) path() string { return "/" + strings.Join(f.Path, "/") }

func (c *getMailboxFolderStatistics) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	n, err := resultLimit(c.ResultSize)
	if err != nil {
		return report1(ctx, out, err)
	}
	return c.content(ctx, out, func(m migration.MailboxContent) error {
		folders := func(yield func(*mailboxFolder, error) bool) {
			for _, f := range m.Folders {
				if !inScope(f, m.Folders, c.FolderScope) {
					continue
				}
				entry := &mailboxFolder{MailboxFolder: f, address: m.EmailAddress, dates: c.IncludeOldestAndNewestItems}
				for _, g := range m.Folders {
					if below(g, f) {
						entry.allItems += g.Items
						entry.allSize += g.Size
					}
				}
				if !yield(entry, nil) {
					return
				}
			}
		}
		return limited(out, n, folders, func(f *mailboxFolder) any { return object.Instance(typeMailboxFolder, f) })
	})
}

// below tells whether f is the folder top or below it.
func below(f, top migration.MailboxFolder) bool {
	if len(f.Path) < len(top.Path) {
		return false
	}
	for i, name := range top.Path {
		if f.Path[i] != name {
			return false
		}
	}
	return true
}

func inScope(f migration.MailboxFolder, all []migration.MailboxFolder, scope string) bool {
	if scope == "" || strings.EqualFold(scope, "All") {
		return true
	}
	for _, top := range all {
		isTop := strings.EqualFold(scope, "Inbox") && strings.EqualFold(top.Name, "INBOX")
		if use := scopes[strings.ToLower(scope)]; use != "" && strings.EqualFold(top.Use, use) {
			isTop = true
		}
		if isTop && below(f, top) {
			return true
		}
	}
	return false
}

var typeMailboxFolder = declare(exchange+"MailboxFolderConfiguration", func(f *mailboxFolder) string { return f.address + f.path() },
	object.Views{Table: []object.Column{{Property: "FolderPath", Width: 36}, {Property: "ItemsInFolder", Width: 13, Right: true}, {Property: "FolderSize"}}},
	property[mailboxFolder]{"Identity", object.TypeString, func(f *mailboxFolder) any { return f.address + f.path() }},
	property[mailboxFolder]{"Name", object.TypeString, func(f *mailboxFolder) any { return f.Path[len(f.Path)-1] }},
	property[mailboxFolder]{"FolderPath", object.TypeString, func(f *mailboxFolder) any { return f.path() }},
	property[mailboxFolder]{"FolderType", object.TypeString, func(f *mailboxFolder) any { return cmp.Or(strings.TrimPrefix(f.Use, `\`), "User Created") }},
	property[mailboxFolder]{"ItemsInFolder", object.TypeInt32, func(f *mailboxFolder) any { return number(f.Items) }},
	property[mailboxFolder]{"FolderSize", nil, func(f *mailboxFolder) any { return size(f.Size) }},
	property[mailboxFolder]{"ItemsInFolderAndSubfolders", object.TypeInt32, func(f *mailboxFolder) any { return number(f.allItems) }},
	property[mailboxFolder]{"FolderAndSubfolderSize", nil, func(f *mailboxFolder) any { return size(f.allSize) }},
	property[mailboxFolder]{"OldestItemReceivedDate", object.TypeDateTime, func(f *mailboxFolder) any {
		if !f.dates {
			return nil
		}
		return utc(f.Oldest)
	}},
	property[mailboxFolder]{"NewestItemReceivedDate", object.TypeDateTime, func(f *mailboxFolder) any {
		if !f.dates {
			return nil
		}
		return utc(f.Newest)
	}},
)
