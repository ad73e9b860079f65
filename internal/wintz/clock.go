package wintz

import "time"

// Occurrence says how often a clock of a zone shows a time.
type Occurrence int

// The occurrences. On the night when clocks are put forward an hour is skipped; when they are put back an hour comes twice.
const (
	Once Occurrence = iota
	Skipped
	Twice
)

// Instant is when the clock in a zone shows what the fields of clock say, whatever clock's own zone. A time that the clock skips is as much
// later as the clock is put forward, as if it had not been; of a time that comes twice it is the first.
func Instant(clock time.Time, zone *time.Location) (time.Time, Occurrence) {
	wall := time.Date(clock.Year(), clock.Month(), clock.Day(), clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), time.UTC)
	offset := func(at time.Time) time.Duration {
		_, seconds := at.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	// A day before and a day after, the zone's offset is that of before and after the change that may be near.
	before, after := wall.Add(-offset(wall.AddDate(0, 0, -1))), wall.Add(-offset(wall.AddDate(0, 0, 1)))
	shows := func(at time.Time) bool { return at.Add(offset(at)).Equal(wall) }
	switch {
	case shows(before) && shows(after) && !before.Equal(after):
		if after.Before(before) {
			return after, Twice
		}
		return before, Twice
	case shows(before):
		return before, Once
	case shows(after):
		return after, Once
	}
	return before, Skipped
}
