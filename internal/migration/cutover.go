package migration

import (
	"fmt"
	"strings"
	"time"
)

// CutoverWait is how long after the change of the MX record senders may still deliver to the old server.
const CutoverWait = 72 * time.Hour

// CutoverPoint is where the mail of a domain is delivered to.
type CutoverPoint string

// The points.
const (
	PointsToSource    CutoverPoint = "Source"
	PointsToTarget    CutoverPoint = "Target"
	PointsToElsewhere CutoverPoint = "Elsewhere" // such as a filter in front of one of them
	PointsNowhere     CutoverPoint = "Nowhere"   // there is no MX record, or it can't be looked up
)

// Cutover is how far the change of a domain to the new server is.
type Cutover struct {
	Domain   string
	MX       []string     `json:",omitempty"` // the hosts that take its mail, the first first
	PointsTo CutoverPoint // where they are
	// ChangedTime is when the MX record was changed, as it was seen or said. With ChangedBefore it is only known that it was not later.
	ChangedTime   time.Time `json:",omitzero"`
	ChangedBefore bool      `json:",omitempty"`
	// UserCount users have addresses in the domain. NotSyncedCount of them were not synchronized since the change; NotSynced names some.
	UserCount, NotSyncedCount int
	NotSynced                 []string  `json:",omitempty"`
	LastSyncedTime            time.Time `json:",omitzero"`  // of the user that was synchronized longest ago
	Fault                     string    `json:",omitempty"` // why the record can't be looked up
}

// Ready tells whether nothing can arrive at the source any more that is not at the target.
func (c Cutover) Ready(now time.Time) bool { return c.Concern(now) == "" }

// Concern says why completing would be too early, empty if it is not.
func (c Cutover) Concern(now time.Time) string {
	switch {
	case c.PointsTo == PointsNowhere:
		return fmt.Sprintf("The MX record of %s can't be looked up: %s.", c.Domain, c.Fault)
	case c.PointsTo == PointsToSource:
		return fmt.Sprintf("The MX record of %s still points at the source (%s): mail goes on arriving there. Change it first, then wait 72 hours.", c.Domain, strings.Join(c.MX, ", "))
	case c.ChangedBefore && now.Sub(c.ChangedTime) < CutoverWait:
		return fmt.Sprintf("It is not known when the MX record of %s was changed (%s now). Wait 72 hours after the change; Test-MigrationCutover -ChangedTime notes when that was.", c.Domain, strings.Join(c.MX, ", "))
	case now.Sub(c.ChangedTime) < CutoverWait:
		return fmt.Sprintf("The MX record of %s was changed at %s: until %s mail may still arrive at the source.", c.Domain,
			c.ChangedTime.UTC().Format(time.RFC3339), c.ChangedTime.Add(CutoverWait).UTC().Format(time.RFC3339))
	case c.NotSyncedCount > 0:
		return fmt.Sprintf("%d of %d mailboxes in %s were not synchronized since its MX record was changed: %s. Set-MigrationBatch -SyncNow does it.",
			c.NotSyncedCount, c.UserCount, c.Domain, strings.Join(c.NotSynced, ", "))
	}
	return ""
}

// CutoverRequest asks how far domains are.
type CutoverRequest struct {
	Batch   Identity `json:",omitempty"` // the domains of its users, and only they; empty: of all batches
	Domains []string `json:",omitempty"` // only these
	// ChangedTime notes when the MX records of Domains were changed.
	ChangedTime time.Time `json:",omitzero"`
}
