package migration

import (
	"context"
	"fmt"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/internal/wintz"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// dates are when something starts and ends.
type dates struct {
	StartAfter    *object.DateTime `param:"allownull" help:"When the copy starts. A time without a zone is in the batch's time zone; $null takes the date away."`
	CompleteAfter *object.DateTime `param:"allownull" help:"When the copy is completed. A time without a zone is in the batch's time zone; $null takes the date away."`
}

// given tells whether one of the dates was, be it $null.
func (d *dates) given(out cmdlet.Out) bool {
	return out.Bound("StartAfter") || out.Bound("CompleteAfter")
}

// read gives the moments that are meant, nil for those that were not given. A date of $null is the zero time.
func (d *dates) read(out cmdlet.Out, zone *time.Location) (start, complete *time.Time, err error) {
	if start, err = dated(out, "StartAfter", d.StartAfter, zone); err != nil {
		return nil, nil, err
	}
	complete, err = dated(out, "CompleteAfter", d.CompleteAfter, zone)
	return start, complete, err
}

// dated is the moment that a parameter means. It warns of a time that the clock skips or shows twice.
func dated(out cmdlet.Out, name string, d *object.DateTime, zone *time.Location) (*time.Time, error) {
	if d == nil {
		if out.Bound(name) {
			return &time.Time{}, nil
		}
		return nil, nil
	}
	at, occurrence := occurrence(*d, zone)
	var warning string
	switch occurrence {
	case wintz.Skipped:
		warning = fmt.Sprintf("-%s: the clock of %s skips that time, because it is put forward then; %s is meant.", name, zone, at.In(zone).Format("15:04 MST"))
	case wintz.Twice:
		warning = fmt.Sprintf("-%s: the clock of %s shows that time twice, because it is put back then; the first, %s, is meant.", name, zone, at.In(zone).Format("15:04 MST"))
	default:
		return &at, nil
	}
	return &at, out.Warning(warning)
}

// zoneOf finds a time zone by name; none given is UTC.
func zoneOf(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	zone, _, err := wintz.Load(name)
	if err != nil {
		return nil, migration.NewError(migration.ErrInvalidValue, name, strings.ToUpper(err.Error()[:1])+err.Error()[1:]+".", "")
	}
	return zone, nil
}

// zoneOfBatch is the zone in which a batch reads and shows its dates.
func zoneOfBatch(ctx context.Context, svc migration.Service, id migration.Identity) (*time.Location, error) {
	zone := time.UTC
	for b, err := range svc.Batches(ctx, migration.BatchQuery{Identity: id}) {
		if err != nil {
			return nil, err
		}
		if zone, err = zoneOf(b.TimeZone); err != nil {
			return nil, err
		}
	}
	return zone, nil
}

// occurrence reads a date: one with a kind means that clock, one without is on the clock of zone.
func occurrence(d object.DateTime, zone *time.Location) (time.Time, wintz.Occurrence) {
	if d.Kind != object.KindUnspecified {
		return d.Time().UTC(), wintz.Once
	}
	at, occurrence := wintz.Instant(d.Clock(), zone)
	return at.UTC(), occurrence
}

// instant is a date that nobody needs to be warned of.
func instant(d object.DateTime, zone *time.Location) time.Time {
	at, _ := occurrence(d, zone)
	return at
}
