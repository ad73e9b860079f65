package migration

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// The parameters of Get-Mailbox and Get-Recipient.
type mailboxSearch struct {
	base
	Identity             any      `param:"set=Identity pos=0 pipeline pipelinebyname" complete:"user" help:"The mailbox's address, alias, name or GUID. Left out, all that are known are listed."`
	Anr                  string   `param:"set=AnrSet" help:"Only those whose name, display name, alias or address begins so."`
	Filter               string   `param:"" help:"Only those of which this is true, such as \"Alias -like 'a*' -and RecipientTypeDetails -eq 'UserMailbox'\". There are -gt, -ge, -lt, -le, -ne and -notlike too, -or, -not and parentheses."`
	RecipientTypeDetails []string `param:"" values:"UserMailbox,SharedMailbox" help:"Only mailboxes of these kinds."`
	SortBy               string   `param:"" validate:"set=Name,DisplayName,Alias" help:"The property to sort by. They are sorted by address otherwise."`
	ResultSize           any      `param:"" help:"How many are shown at most: a number or Unlimited. 1000 is the default."`
}

// find hands out the mailboxes that are asked for.
func (c *mailboxSearch) find(ctx context.Context, out cmdlet.Out) error {
	n, err := resultLimit(c.ResultSize)
	if err != nil {
		return report1(ctx, out, err)
	}
	condition, err := parseFilter(c.Filter)
	if err != nil {
		return report1(ctx, out, err)
	}
	q := migration.MailboxQuery{}
	if c.Identity != nil {
		q.Identity = identityFrom(c.Identity)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		var found []any
		for m, err := range svc.Mailboxes(ctx, q) {
			if err != nil {
				return err
			}
			if err := warnOfDamage(out, m.Damage); err != nil {
				return err
			}
			o := object.Instance(typeMailbox, &m)
			if len(c.RecipientTypeDetails) > 0 && !slices.ContainsFunc(c.RecipientTypeDetails, func(k string) bool { return strings.EqualFold(k, kindOf(&m)) }) {
				continue
			}
			if c.Anr != "" && !slices.ContainsFunc([]string{m.Name, m.DisplayName, m.Alias, m.PrimarySMTPAddress}, func(s string) bool { return begins(s, c.Anr) }) {
				continue
			}
			fits, err := condition.holds(o)
			if err != nil {
				return err
			}
			if fits {
				found = append(found, o)
			}
		}
		if c.SortBy != "" {
			slices.SortStableFunc(found, func(a, b any) int {
				return strings.Compare(strings.ToLower(propertyText(a, c.SortBy)), strings.ToLower(propertyText(b, c.SortBy)))
			})
		}
		all := func(yield func(any, error) bool) {
			for _, o := range found {
				if !yield(o, nil) {
					return
				}
			}
		}
		return limited(out, n, all, func(o any) any { return o })
	})
}

func propertyText(o any, name string) string {
	v, _, err := object.Property(o, name)
	if err != nil {
		return ""
	}
	return object.ToString(v)
}

type getMailbox struct{ mailboxSearch }

func (e *environment) getMailbox() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-Mailbox", Synopsis: "Lists the target mailboxes of the migration.", DefaultSet: "AnrSet", OutputTypes: []string{typeMailbox.Name},
	}, "DomainController", "Archive IncludeInactiveMailbox MailboxPlan Migration OrganizationalUnit SoftDeletedMailbox", func(b base) cmdlet.Cmdlet { return &getMailbox{mailboxSearch{base: b}} })
}

func (c *getMailbox) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.find(ctx, out)
}

type getRecipient struct {
	mailboxSearch
	RecipientType []string `param:"" values:"UserMailbox" help:"Only recipients of these types. All that are known are mailboxes."`
}

func (e *environment) getRecipient() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-Recipient", Synopsis: "Lists the target mailboxes of the migration, by any of their addresses.", DefaultSet: "AnrSet", OutputTypes: []string{typeMailbox.Name},
	}, "DomainController", "IncludeSoftDeletedRecipients OrganizationalUnit", func(b base) cmdlet.Cmdlet { return &getRecipient{mailboxSearch: mailboxSearch{base: b}} })
}

func (c *getRecipient) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if len(c.RecipientType) > 0 && !slices.ContainsFunc(c.RecipientType, func(k string) bool { return strings.EqualFold(k, "UserMailbox") }) {
		return nil
	}
	return c.find(ctx, out)
}

type newMailbox struct {
	base
	Name                      string `param:"mandatory pos=0 pipeline pipelinebyname" validate:"notnullorempty length=1,64" help:"The mailbox's name."`
	UserPrincipalName         string `param:"set=User mandatory;set=Shared" help:"The login at the target server, and the address unless -PrimarySmtpAddress says another."`
	MicrosoftOnlineServicesID string `param:"set=MicrosoftOnlineServicesID mandatory" help:"The same as -UserPrincipalName."`
	Password                  any    `param:"set=User mandatory;set=MicrosoftOnlineServicesID mandatory;set=Shared" help:"The password at the target, as [securestring]. It stands in for TargetPassword in user lists and is kept sealed."`
	Shared                    bool   `param:"set=Shared mandatory" help:"A mailbox of several persons."`
	PrimarySMTPAddress        string `param:"" name:"PrimarySmtpAddress" help:"The address. Left out, the UserPrincipalName."`
	Alias                     string `param:"" validate:"length=1,64" help:"A short name. Left out, what stands before the @ of the address."`
	DisplayName               string `param:"" validate:"length=1,256" help:"The name that is shown. Left out, the Name."`
	FirstName                 string `param:"" help:"With -LastName: the DisplayName, where that is left out."`
	LastName                  string `param:"" help:"With -FirstName: the DisplayName, where that is left out."`
}

func (e *environment) newMailbox() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "New-Mailbox", Synopsis: "Puts a mailbox of the target into the list of those that are known.", DefaultSet: "User", ShouldProcess: true, OutputTypes: []string{typeMailbox.Name},
	}, "Force Initials ResetPasswordOnNextLogon", "Archive Equipment MailboxPlan MailboxRegion OrganizationalUnit RoleAssignmentPolicy Room",
		func(b base) cmdlet.Cmdlet { return &newMailbox{base: b} })
}

func (c *newMailbox) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if ok, err := out.ShouldProcess(c.Name, "New-Mailbox"); err != nil || !ok {
		return err
	}
	login := cmp.Or(c.UserPrincipalName, c.MicrosoftOnlineServicesID)
	address := cmp.Or(c.PrimarySMTPAddress, login)
	local, _, _ := strings.Cut(address, "@")
	r := migration.SetMailboxRequest{
		Name: &c.Name, Alias: new(cmp.Or(c.Alias, local)), DisplayName: new(cmp.Or(c.DisplayName, strings.TrimSpace(c.FirstName+" "+c.LastName), c.Name)),
		PrimarySMTPAddress: &address, UserName: &login, Shared: c.Shared,
	}
	if c.Password != nil {
		secret, err := secretFrom(c.Password)
		if err != nil {
			return report1(ctx, out, err)
		}
		r.Password = &secret
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		m, err := svc.SetMailbox(ctx, r)
		if err != nil {
			return err
		}
		if err := out.Verbose("The mailbox is in the list. On the server it is made with the server's own means."); err != nil {
			return err
		}
		return out.Write(object.Instance(typeMailbox, &m))
	})
}

type setMailbox struct {
	base
	Identity            any      `param:"mandatory pos=0 pipeline pipelinebyname" complete:"user" help:"The mailbox's address, alias, name or GUID."`
	Name                *string  `param:"" validate:"length=1,64" help:"Another name."`
	Alias               *string  `param:"" validate:"length=1,64" help:"Another alias."`
	DisplayName         *string  `param:"" validate:"length=1,256" help:"Another name to be shown."`
	EmailAddresses      []string `param:"" help:"All its addresses, as SMTP:primary@contoso.com and smtp:other@contoso.com. A user list may name any of them."`
	WindowsEmailAddress *string  `param:"" help:"The primary address."`
}

func (e *environment) setMailbox() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Set-Mailbox", Synopsis: "Changes a mailbox of the list of those that are known.", ShouldProcess: true,
	}, "CustomAttribute1 DeliverToMailboxAndForward Force ForwardingAddress ForwardingSmtpAddress GrantSendOnBehalfTo HiddenFromAddressListsEnabled IssueWarningQuota Languages LitigationHoldEnabled MaxReceiveSize MaxSendSize ProhibitSendQuota ProhibitSendReceiveQuota RetentionPolicy Type",
		"", func(b base) cmdlet.Cmdlet { return &setMailbox{base: b} })
}

func (c *setMailbox) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.SetMailboxRequest{Identity: identityFrom(c.Identity), Name: c.Name, Alias: c.Alias, DisplayName: c.DisplayName, PrimarySMTPAddress: c.WindowsEmailAddress}
	if out.Bound("EmailAddresses") {
		others := []string{}
		for _, a := range c.EmailAddresses {
			kind, address, typed := strings.Cut(a, ":")
			switch {
			case typed && kind == "SMTP":
				r.PrimarySMTPAddress = &address
			case typed && strings.EqualFold(kind, "smtp"):
				others = append(others, address)
			case !typed:
				others = append(others, a)
			}
		}
		r.EmailAddresses = &others
	}
	if ok, err := out.ShouldProcess(string(r.Identity), "Set-Mailbox"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		_, err := svc.SetMailbox(ctx, r)
		return err
	})
}

func kindOf(m *migration.Mailbox) string {
	if m.Shared {
		return "SharedMailbox"
	}
	return "UserMailbox"
}

var typeMailbox = declare(exchange+"Mailbox", func(m *migration.Mailbox) string { return m.Name },
	object.Views{Table: []object.Column{{Property: "Name", Width: 26}, {Property: "Alias", Width: 20}, {Property: "PrimarySmtpAddress"}}},
	append([]property[migration.Mailbox]{
		{"Identity", typeUserID, func(m *migration.Mailbox) any { return identityOf(typeUserID, m.PrimarySMTPAddress, m.GUID) }},
		{"Name", object.TypeString, func(m *migration.Mailbox) any { return m.Name }},
		{"Alias", object.TypeString, func(m *migration.Mailbox) any { return m.Alias }},
		{"DisplayName", object.TypeString, func(m *migration.Mailbox) any { return m.DisplayName }},
		{"PrimarySmtpAddress", object.TypeString, func(m *migration.Mailbox) any { return m.PrimarySMTPAddress }},
		{"WindowsEmailAddress", object.TypeString, func(m *migration.Mailbox) any { return m.PrimarySMTPAddress }},
		{"UserPrincipalName", object.TypeString, func(m *migration.Mailbox) any { return cmp.Or(m.UserName, m.PrimarySMTPAddress) }},
		{"EmailAddresses", nil, func(m *migration.Mailbox) any {
			all := []string{"SMTP:" + m.PrimarySMTPAddress}
			for _, a := range m.EmailAddresses {
				all = append(all, "smtp:"+a)
			}
			return texts(all)
		}},
		{"RecipientType", object.TypeString, func(*migration.Mailbox) any { return "UserMailbox" }},
		{"RecipientTypeDetails", object.TypeString, func(m *migration.Mailbox) any { return kindOf(m) }},
		{"Registered", object.TypeBoolean, func(m *migration.Mailbox) any { return m.Registered }},
		{"Guid", object.TypeGuid, func(m *migration.Mailbox) any { return guid(m.GUID) }},
		{"IsValid", object.TypeBoolean, func(m *migration.Mailbox) any { return m.Damage == "" }},
	}, blank[migration.Mailbox]("Database", "ProhibitSendQuota", "ExternalDirectoryObjectId")...)...)
