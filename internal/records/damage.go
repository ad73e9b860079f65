package records

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"migsh/internal/migration"
)

// guidOf and nameOf find a GUID and a name in what is left of a record.
var (
	guidOf = regexp.MustCompile(`"GUID":("[0-9a-fA-F-]{36}")`)
	nameOf = regexp.MustCompile(`"Name":("(?:[^"\\]|\\.)*")`)
)

// salvageText is the text that field finds in what is left of a record, empty if it finds none.
func salvageText(field *regexp.Regexp, data []byte) (text string) {
	m := field.FindSubmatch(data)
	if m == nil || json.Unmarshal(m[1], &text) != nil {
		return ""
	}
	return text
}

func salvageGUID(data []byte) string { return salvageText(guidOf, data) }

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

// salvageEndpoint is what can be said of an endpoint whose record can't be read. It has room, so that those who wait for it are told.
func salvageEndpoint(names []string, data []byte, why error) Endpoint {
	e := Endpoint{Endpoint: migration.Endpoint{
		Name: names[len(names)-1], GUID: salvageGUID(data), EndpointType: migration.TypeIMAP,
		MaxConcurrentMigrations: migration.DefaultMaxConcurrentMigrations, MaxConcurrentIncrementalSyncs: migration.DefaultMaxConcurrentIncrementalSyncs,
	}}
	e.Damage = endpointDamage(e.Name, why).Error()
	return e
}

func endpointDamage(name string, why error) *migration.Error {
	return migration.NewError(migration.ErrCorrupted, name, fmt.Sprintf("The migration endpoint '%s' is corrupted: its record can't be read (%s).", name, why),
		fmt.Sprintf("Make it anew under the same name: New-MigrationEndpoint -Name '%s'. The batches that use it then go on.", name))
}

// Intact is the error of an endpoint whose record is damaged.
func (e *Endpoint) Intact() error {
	if e.Damage == "" {
		return nil
	}
	return migration.NewError(migration.ErrCorrupted, e.Name, e.Damage, "")
}

// salvageConfig is the configuration when its record can't be read: the defaults, but that no batch is put away for its age.
func salvageConfig(_ []string, _ []byte, why error) migration.Config {
	c := migration.DefaultConfig()
	c.Retention = migration.Retention{Synced: -1, Stopped: -1, Completed: -1}
	c.Damage = fmt.Sprintf("The configuration can't be read (%s): the defaults hold, there is no target endpoint, no mail is sent and no batch put away. "+
		"Give the settings again with Set-MigrationConfig, or put a backup of the state back.", why)
	return c
}

// salvageReport is a report that can't be read.
func salvageReport(names []string, _ []byte, why error) []migration.ReportLine {
	user := names[len(names)-1]
	return []migration.ReportLine{{Level: "Warning", User: user, Message: fmt.Sprintf("What was reported before of %s can't be read (%s).", user, why)}}
}

// salvageWarnings stands for warnings of a batch that can't be read.
func salvageWarnings(_ []string, _ []byte, why error) []migration.ValidationWarning {
	return []migration.ValidationWarning{{
		ID: string(migration.ErrCorrupted), Message: fmt.Sprintf("Why some rows were left out of the batch can't be read (%s). Their file, given again with Set-MigrationBatch -AddUsers -CSVData, is checked anew.", why),
	}}
}

// salvageAudit is what can be said of a command whose entry in the audit log can't be read: when it was given.
func salvageAudit(names []string, _ []byte, why error) migration.AuditEntry {
	e := migration.AuditEntry{Damage: fmt.Sprintf("What was done then is lost: the entry of the audit log can't be read (%s).", why)}
	if at, err := strconv.ParseUint(names[len(names)-1], 16, 63); err == nil {
		e.Time = time.Unix(0, int64(at)).UTC()
	}
	e.Error = e.Damage
	return e
}

// salvageMailbox is what can be said of a mailbox of the list whose record can't be read.
func salvageMailbox(names []string, data []byte, why error) Mailbox {
	guid := names[len(names)-1]
	m := Mailbox{Mailbox: migration.Mailbox{Name: cmp.Or(salvageText(nameOf, data), "lost-"+guid[:min(len(guid), 8)]), GUID: guid, Registered: true}}
	m.Damage = fmt.Sprintf("The mailbox '%s' of the list is corrupted: its record can't be read (%s). Make it anew under that name: "+
		"New-Mailbox -Name '%[1]s' with its address and password.", m.Name, why)
	return m
}

// Intact is the error of a mailbox whose record is damaged.
func (m *Mailbox) Intact() error {
	if m.Damage == "" {
		return nil
	}
	return migration.NewError(migration.ErrCorrupted, m.Name, m.Damage, "")
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
