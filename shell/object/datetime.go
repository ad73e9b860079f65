package object

import (
	"fmt"
	"time"

	"migsh/shell/object/netfmt"
)

// Now returns the current local time.
func Now() DateTime { return DateTimeOf(time.Now()) }

// DateTimeOf converts a Go time: UTC times become UTC ones, all others local ones.
func DateTimeOf(t time.Time) DateTime {
	if t.Location() == time.UTC {
		return DateTime{Ticks: netfmt.TicksOf(t), Kind: KindUTC}
	}
	return DateTime{Ticks: netfmt.TicksOf(t.Local()), Kind: KindLocal}
}

// Time returns the instant; a DateTime of no kind is taken for local.
func (d DateTime) Time() time.Time {
	t := netfmt.TimeOf(d.Ticks)
	if d.Kind == KindUTC {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.Local)
}

// Clock returns the clock's reading as a Go time in UTC, whatever the kind.
func (d DateTime) Clock() time.Time { return netfmt.TimeOf(d.Ticks) }

// Format formats by a .NET format string that is known to be sound; for a faulty one it returns the invariant text.
func (d DateTime) Format(format string, c *netfmt.Culture) string {
	s, err := netfmt.Date(d.Ticks, int(d.Kind), format, c)
	if err != nil {
		return d.Format("", netfmt.Invariant)
	}
	return s
}

// String is the constant ("c") format.
func (t TimeSpan) String() string {
	s, _ := netfmt.Span(int64(t), "c", netfmt.Invariant) // "c" always works
	return s
}

// Duration converts to Go's; spans beyond 292 years are cut.
func (t TimeSpan) Duration() time.Duration {
	const most = int64(1<<63-1) / 100
	return time.Duration(max(-most, min(most, int64(t)))) * 100
}

// SpanOf converts a Go duration.
func SpanOf(d time.Duration) TimeSpan { return TimeSpan(d / 100) }

// String is the D format: 32 digits with hyphens.
func (g Guid) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", g[0:4], g[4:6], g[6:8], g[8:10], g[10:16])
}

// String prints the parts that were given.
func (v Version) String() string {
	s := fmt.Sprintf("%d.%d", v.Major, v.Minor)
	if v.Build >= 0 {
		s += fmt.Sprintf(".%d", v.Build)
		if v.Revision >= 0 {
			s += fmt.Sprintf(".%d", v.Revision)
		}
	}
	return s
}
