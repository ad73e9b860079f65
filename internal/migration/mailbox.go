package migration

import (
	"slices"
	"strings"
)

// Mailbox is a mailbox at the target as the list of migsh knows it. Making one here makes none on the server: IMAP has no command for that.
type Mailbox struct {
	Name               string
	Alias              string
	DisplayName        string
	PrimarySMTPAddress string
	// EmailAddresses are the other addresses of the same mailbox, any of which a user list may name.
	EmailAddresses []string `json:",omitempty"`
	// UserName is the login at the target; empty: the primary address.
	UserName string `json:",omitempty"`
	Shared   bool   `json:",omitempty"`
	// Registered: it was made with New-Mailbox. Others are known from user lists only.
	Registered bool `json:",omitempty"`
	GUID       string
	// Damage is what is wrong with its record and what to do about it, empty if nothing is.
	Damage string `json:",omitempty"`
}

// Has tells whether an address is the mailbox's.
func (m Mailbox) Has(address string) bool {
	return FoldName(m.PrimarySMTPAddress) == FoldName(address) ||
		slices.ContainsFunc(m.EmailAddresses, func(a string) bool { return FoldName(a) == FoldName(address) })
}

// Matches tells whether an identity means the mailbox: an address, its alias, name or GUID.
func (m Mailbox) Matches(id Identity) bool {
	folded := FoldName(string(id))
	return m.Has(string(id)) || strings.EqualFold(m.GUID, string(id)) || FoldName(m.Alias) == folded || FoldName(m.Name) == folded
}

// MailboxQuery selects mailboxes; the zero value all.
type MailboxQuery struct {
	Identity Identity `json:",omitempty"`
}

// SetMailboxRequest makes a mailbox, or changes what is not nil of one.
type SetMailboxRequest struct {
	// Identity is the mailbox that is changed; empty makes one.
	Identity           Identity  `json:",omitempty"`
	Name               *string   `json:",omitempty"`
	Alias              *string   `json:",omitempty"`
	DisplayName        *string   `json:",omitempty"`
	PrimarySMTPAddress *string   `json:",omitempty"`
	EmailAddresses     *[]string `json:",omitempty"`
	UserName           *string   `json:",omitempty"`
	Password           *Secret   `json:",omitempty"`
	Shared             bool      `json:",omitempty"`
}
