package records

import (
	"fmt"
	"regexp"

	"migsh/internal/migration"
)

// guidOf finds a GUID in what is left of a record.
var guidOf = regexp.MustCompile(`"GUID":"([0-9a-fA-F-]{36})"`)

func salvageGUID(data []byte) string {
	if m := guidOf.FindSubmatch(data); m != nil {
		return string(m[1])
	}
	return ""
}

// salvageBatch is what can be said of a batch whose record can't be read.
func salvageBatch(names []string, data []byte, why error) Batch {
	return Batch{Name: names[len(names)-1], GUID: salvageGUID(data), Damage: why.Error()}
}

// salvageUser is what can be said of a user whose record can't be read.
func salvageUser(names []string, data []byte, why error) User {
	u := User{
		EmailAddress: names[len(names)-1], GUID: salvageGUID(data), UserState: migration.UserState{Status: migration.UserCorrupted}, Damage: why.Error(),
	}
	e := migration.AsError(u.Intact())
	u.Fault = &migration.UserFault{ID: string(e.ID), Type: migration.FaultPermanent, Message: e.Message, Remedy: e.Remedy}
	return u
}

// Intact is the error of a batch whose record is damaged.
func (b *Batch) Intact() error {
	if b.Damage == "" {
		return nil
	}
	return migration.NewError(migration.ErrCorrupted, b.Name, fmt.Sprintf("The migration batch '%s' is corrupted: its record can't be read (%s).", b.Name, b.Damage),
		fmt.Sprintf("Remove it with Remove-MigrationBatch '%s' -Force and make it anew: what was copied is remembered, and nothing is copied twice.", b.Name))
}

// Intact is the error of a user whose record is damaged.
func (u *User) Intact() error {
	if u.Damage == "" {
		return nil
	}
	return migration.NewError(migration.ErrCorrupted, u.EmailAddress, fmt.Sprintf("The migration user '%s' is corrupted: its record can't be read (%s).", u.EmailAddress, u.Damage),
		fmt.Sprintf("Remove it with Remove-MigrationUser '%s' and put it into a batch again: nothing is copied twice.", u.EmailAddress))
}
