package imapbox

import (
	"slices"

	"github.com/emersion/go-imap/v2"

	"migsh/internal/mailbox"
)

// capabilities are what a session may make use of, decided once after logging in.
type capabilities struct {
	all []string // as advertised, sorted

	namespace        bool
	id               bool
	uidPlus          bool
	condStore        bool
	listExtended     bool
	listStatus       bool
	specialUse       bool
	createSpecialUse bool
	quota            bool
	enable           bool
	qresync          bool
	multiAppend      bool
	literalPlus      bool  // any literal without waiting
	literalMinus     bool  // literals of up to 4096 bytes without waiting
	binary           bool  // literal8, which may hold NUL
	appendLimit      int64 // for every folder, in bytes; 0: none or not told
	folderLimits     bool  // STATUS tells each folder's APPENDLIMIT
	objectID         bool  // messages and folders have identities that outlive their names
	deflate          bool  // COMPRESS
}

func decide(set imap.CapSet) capabilities {
	c := capabilities{
		namespace:        set.Has(imap.CapNamespace),
		id:               set.Has(imap.CapID),
		uidPlus:          set.Has(imap.CapUIDPlus),
		condStore:        set.Has(imap.CapCondStore),
		listExtended:     set.Has(imap.CapListExtended),
		listStatus:       set.Has(imap.CapListStatus) && set.Has(imap.CapListExtended),
		specialUse:       set.Has(imap.CapSpecialUse),
		createSpecialUse: set.Has(imap.CapCreateSpecialUse),
		quota:            set.Has(imap.CapQuota),
		enable:           set.Has(imap.CapEnable),
		qresync:          set.Has(imap.CapQResync),
		multiAppend:      set.Has(imap.CapMultiAppend),
		literalPlus:      set.Has(imap.CapLiteralPlus),
		literalMinus:     set.Has(imap.CapLiteralMinus),
		binary:           set.Has(imap.CapBinary),
		objectID:         set.Has(imap.CapObjectID),
		deflate:          set.Has("COMPRESS=DEFLATE"),
	}
	if limit, ok := set.AppendLimit(); ok && limit != nil {
		c.appendLimit = int64(*limit)
	} else if ok {
		c.folderLimits = true
	}
	for name := range set {
		c.all = append(c.all, string(name))
	}
	slices.Sort(c.all)
	return c
}

func (c capabilities) features() mailbox.Features {
	return mailbox.Features{
		UIDPlus:          c.uidPlus,
		CondStore:        c.condStore,
		AtomicBatch:      c.batches(),
		Quota:            c.quota,
		Binary:           c.binary,
		SpecialUse:       c.specialUse,
		CreateSpecialUse: c.createSpecialUse,
		Namespaces:       c.namespace,
		Subscriptions:    true, // by LIST-EXTENDED, else by LSUB
	}
}

// batches tells whether messages are appended in batches: many with one command, whole or not at all. Without literals that
// need no invitation, a batch would save nothing.
func (c capabilities) batches() bool { return c.multiAppend && (c.literalPlus || c.literalMinus) }
