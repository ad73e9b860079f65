package mailbox

import (
	"slices"
	"strings"
)

// Special-use attributes (RFC 6154, RFC 8457).
const (
	UseAll       = `\All`
	UseArchive   = `\Archive`
	UseDrafts    = `\Drafts`
	UseFlagged   = `\Flagged`
	UseImportant = `\Important`
	UseJunk      = `\Junk`
	UseSent      = `\Sent`
	UseTrash     = `\Trash`
)

// Folder attributes that bear on copying (RFC 3501, RFC 5258).
const (
	AttrNoSelect    = `\Noselect`
	AttrNonExistent = `\NonExistent`
	AttrNoInferiors = `\Noinferiors`
)

// A Folder is an entry in a server's list.
type Folder struct {
	// Name is the server's own name for the folder, as text (UTF-8); it is what the methods of Reader and Target
	// take. A name that is not valid in the protocol's encoding stands as the bytes that the server sent.
	// INBOX is always in capitals.
	Name string
	// Delimiter separates the levels of Name; 0 when the folder has no hierarchy.
	Delimiter rune
	// Attributes as the server gave them, special uses included.
	Attributes []string
	// Use is the folder's special use (one of the Use constants), "" if it has none.
	Use string
	// View: the folder only shows messages that other folders hold.
	View bool
	// Subscribed is meaningful only with Features.Subscriptions.
	Subscribed bool
	// Status is nil for folders that can't be opened, and when StatusErr is set.
	Status    *Status
	StatusErr error
}

// Path is Name cut at the delimiter.
func (f Folder) Path() []string {
	if f.Delimiter == 0 {
		return []string{f.Name}
	}
	return strings.Split(f.Name, string(f.Delimiter))
}

// Has tells whether the folder has an attribute, in any case.
func (f Folder) Has(attr string) bool {
	return slices.ContainsFunc(f.Attributes, func(a string) bool { return strings.EqualFold(a, attr) })
}

// Selectable tells whether the folder can hold messages.
func (f Folder) Selectable() bool { return !f.Has(AttrNoSelect) && !f.Has(AttrNonExistent) }
