package dotnet

import (
	"fmt"
	"math"
	"time"

	"migsh/shell/object"
	"migsh/shell/object/netfmt"
)

var (
	typeDayOfWeek    = object.NewEnum("System.DayOfWeek", false, []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}, nil)
	typeDateTimeKind = object.NewEnum("System.DateTimeKind", false, []string{"Unspecified", "Utc", "Local"}, nil)
	_                = object.NewEnum("System.Globalization.DateTimeStyles", true,
		[]string{"None", "AllowLeadingWhite", "AllowTrailingWhite", "AllowInnerWhite", "AllowWhiteSpaces", "NoCurrentDateDefault", "AdjustToUniversal", "AssumeLocal", "AssumeUniversal", "RoundtripKind"},
		[]int64{0, 1, 2, 4, 7, 8, 16, 32, 64, 128})
	typeStopwatch    = object.Declare(&object.Type{Name: "System.Diagnostics.Stopwatch"})
	typeTimeZone     = object.Declare(&object.Type{Name: "System.TimeZoneInfo"})
	typeDateTimeOffs = object.Declare(&object.Type{Name: "System.DateTimeOffset", IsValue: true, Interfaces: []*object.Type{object.Interface("System.IComparable"), object.Interface("System.IFormattable")}})
)

const (
	stylesAdjustToUniversal = 16
	stylesAssumeLocal       = 32
	stylesAssumeUniversal   = 64
	stylesRoundtrip         = 128
	mostTicks               = 3155378975999999999
)

func init() {
	object.Extend(object.TypeDateTime, dateMembers)
	object.Extend(object.TypeTimeSpan, spanMembers)
	columns := func(names ...string) (out []object.Column) {
		for _, n := range names {
			out = append(out, object.Column{Property: n})
		}
		return out
	}
	object.TypeTimeSpan.Views = object.Views{
		ListFirst: true, AutoSize: true, Table: columns("Days", "Hours", "Minutes", "Seconds", "Milliseconds"),
		List: columns("Days", "Hours", "Minutes", "Seconds", "Milliseconds", "Ticks", "TotalDays", "TotalHours", "TotalMinutes", "TotalSeconds", "TotalMilliseconds"),
	}
	object.TypeGuid.Views = object.Views{Table: columns("Guid")}
	object.TypeVersion.Views = object.Views{Table: []object.Column{{Property: "Major", Width: 6}, {Property: "Minor", Width: 6}, {Property: "Build", Width: 6}, {Property: "Revision", Width: 8}}}
	object.TypeRuntimeType.Views = object.Views{Table: []object.Column{
		{Property: "IsPublic", Width: 8}, {Header: "IsSerial", Property: "IsSerializable", Width: 8}, {Property: "Name", Width: 40}, {Property: "BaseType"},
	}}
	object.Extend(typeStopwatch, stopwatchMembers)
	object.Extend(typeDateTimeOffs, offsetMembers)
	object.Extend(typeTimeZone, timeZoneMembers)
	typeDateTimeOffs.Convert = func(v any) (any, bool, error) {
		switch v := v.(type) {
		case object.DateTime:
			return offsetOf(v), true, nil
		case string:
			d, err := object.ParseDateTime(v, netfmt.Invariant)
			if err != nil {
				return nil, false, nil
			}
			return offsetOf(d), true, nil
		}
		return nil, false, nil
	}
}

// shifted adds ticks to a date, within the calendar.
func shifted(d object.DateTime, ticks int64) (any, error) {
	sum := d.Ticks + ticks
	if sum < 0 || sum > mostTicks {
		return nil, outOfRange("The added or subtracted value results in an un-representable DateTime. (Parameter 'value')")
	}
	return object.DateTime{Ticks: sum, Kind: d.Kind}, nil
}

// scaled is value × unit in ticks, with .NET's rounding.
func scaled(value float64, unit int64) int64 {
	return int64(math.RoundToEven(value * float64(unit)))
}

func addMonths(d object.DateTime, months int) (any, error) {
	t := d.Clock()
	y, m, day := t.Date()
	total := y*12 + int(m) - 1 + months
	y, m = total/12, time.Month(total%12+1)
	if total < 12 || y > 9999 {
		return nil, outOfRange("The added or subtracted value results in an un-representable DateTime. (Parameter 'months')")
	}
	day = min(day, daysIn(y, int(m)))
	date := time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
	return object.DateTime{Ticks: netfmt.TicksOf(date) + d.Ticks%netfmt.TicksPerDay, Kind: d.Kind}, nil
}

func daysIn(y, m int) int { return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() }

func makeDate(kind int64, y, m, d, hh, mm, ss int, ticks int64) (any, error) {
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return nil, outOfRange("Year, Month, and Day parameters describe an un-representable DateTime.")
	}
	if hh < 0 || hh > 23 || mm < 0 || mm > 59 || ss < 0 || ss > 59 {
		return nil, outOfRange("Hour, Minute, and Second parameters describe an un-representable DateTime.")
	}
	t := time.Date(y, time.Month(m), d, hh, mm, ss, 0, time.UTC)
	return object.DateTime{Ticks: netfmt.TicksOf(t) + ticks, Kind: object.Kind(kind)}, nil
}

func toUTC(d object.DateTime) object.DateTime {
	if d.Kind == object.KindUTC {
		return d
	}
	return object.DateTime{Ticks: netfmt.TicksOf(d.Time().UTC()), Kind: object.KindUTC}
}

func toLocal(d object.DateTime) object.DateTime {
	if d.Kind == object.KindLocal {
		return d
	}
	return object.DateTime{Ticks: netfmt.TicksOf(netfmt.TimeOf(d.Ticks).In(time.Local)), Kind: object.KindLocal}
}

func formatDate(d object.DateTime, format string, c *netfmt.Culture) (any, error) {
	return object.FormatValue(d, format, c)
}

func dateMembers(t *object.Type) {
	clock := func(signature string, get func(t time.Time) int) {
		field(t, signature, func(d object.DateTime) any { return int32(get(d.Clock())) })
	}
	field(t, "datetime Date", func(d object.DateTime) any {
		return object.DateTime{Ticks: d.Ticks - d.Ticks%netfmt.TicksPerDay, Kind: d.Kind}
	})
	clock("int Day", time.Time.Day)
	field(t, "System.DayOfWeek DayOfWeek", func(d object.DateTime) any {
		return object.Enum{Type: typeDayOfWeek, Value: int64(d.Clock().Weekday())}
	})
	clock("int DayOfYear", time.Time.YearDay)
	clock("int Hour", time.Time.Hour)
	field(t, "System.DateTimeKind Kind", func(d object.DateTime) any { return object.Enum{Type: typeDateTimeKind, Value: int64(d.Kind)} })
	clock("int Millisecond", func(t time.Time) int { return t.Nanosecond() / 1_000_000 })
	clock("int Microsecond", func(t time.Time) int { return t.Nanosecond() / 1000 % 1000 })
	clock("int Nanosecond", func(t time.Time) int { return t.Nanosecond() % 1000 })
	clock("int Minute", time.Time.Minute)
	clock("int Month", func(t time.Time) int { return int(t.Month()) })
	clock("int Second", time.Time.Second)
	field(t, "long Ticks", func(d object.DateTime) any { return d.Ticks })
	field(t, "timespan TimeOfDay", func(d object.DateTime) any { return object.TimeSpan(d.Ticks % netfmt.TicksPerDay) })
	clock("int Year", time.Time.Year)
	property(t, "string DateTime", func(d object.DateTime) (any, error) { return formatDate(d, "F", object.CurrentCulture()) })
	t.Instance.Find("DateTime").Kind = object.KindScriptProperty

	method(t, "datetime Add(timespan value)", func(d object.DateTime, a args) (any, error) { return shifted(d, int64(a.span(0))) })
	for _, u := range []struct {
		name string
		unit int64
	}{{"Days", netfmt.TicksPerDay}, {"Hours", netfmt.TicksPerHour}, {"Microseconds", netfmt.TicksPerMicrosecond}, {"Milliseconds", netfmt.TicksPerMillisecond}, {"Minutes", netfmt.TicksPerMinute}, {"Seconds", netfmt.TicksPerSecond}} {
		method(t, "datetime Add"+u.name+"(double value)", func(d object.DateTime, a args) (any, error) {
			if math.Abs(a.float(0))*float64(u.unit) > mostTicks {
				return nil, outOfRange("The added or subtracted value results in an un-representable DateTime. (Parameter 'value')")
			}
			return shifted(d, scaled(a.float(0), u.unit))
		})
	}
	method(t, "datetime AddMonths(int months)", func(d object.DateTime, a args) (any, error) { return addMonths(d, a.int(0)) })
	method(t, "datetime AddTicks(long value)", func(d object.DateTime, a args) (any, error) { return shifted(d, a.int64(0)) })
	method(t, "datetime AddYears(int value)", func(d object.DateTime, a args) (any, error) { return addMonths(d, 12*a.int(0)) })
	method(t, "int CompareTo(System.Object value)", func(d object.DateTime, a args) (any, error) {
		c, err := object.Compare(d, a[0], false)
		return int32(c), err
	})
	method(t, "bool Equals(datetime value)", func(d object.DateTime, a args) (any, error) { return d.Ticks == a.date(0).Ticks, nil })
	method(t, "bool IsDaylightSavingTime()", func(d object.DateTime, _ args) (any, error) { return d.Kind != object.KindUTC && d.Time().IsDST(), nil })
	method(t, "timespan Subtract(datetime value)", func(d object.DateTime, a args) (any, error) { return object.TimeSpan(d.Ticks - a.date(0).Ticks), nil })
	method(t, "datetime Subtract(timespan value)", func(d object.DateTime, a args) (any, error) { return shifted(d, -int64(a.span(0))) })
	method(t, "long ToBinary()", func(d object.DateTime, _ args) (any, error) { return d.Ticks | int64(d.Kind)<<62, nil })
	method(t, "long ToFileTime()", func(d object.DateTime, _ args) (any, error) { return toUTC(d).Ticks - 504911232000000000, nil })
	method(t, "long ToFileTimeUtc()", func(d object.DateTime, _ args) (any, error) { return toUTC(d).Ticks - 504911232000000000, nil })
	method(t, "datetime ToLocalTime()", func(d object.DateTime, _ args) (any, error) { return toLocal(d), nil })
	for name, f := range map[string]string{"ToLongDateString": "D", "ToLongTimeString": "T", "ToShortDateString": "d", "ToShortTimeString": "t"} {
		method(t, "string "+name+"()", func(d object.DateTime, _ args) (any, error) { return formatDate(d, f, object.CurrentCulture()) })
	}
	method(t, "double ToOADate()", func(d object.DateTime, _ args) (any, error) {
		return float64(d.Ticks-599264352000000000) / float64(netfmt.TicksPerDay), nil
	})
	method(t, "string ToString()", func(d object.DateTime, _ args) (any, error) { return formatDate(d, "", object.CurrentCulture()) })
	method(t, "string ToString(string format)", func(d object.DateTime, a args) (any, error) { return formatDate(d, a.str(0), object.CurrentCulture()) })
	method(t, "string ToString(System.IFormatProvider provider)", func(d object.DateTime, a args) (any, error) { return formatDate(d, "", cultureOf(a[0])) })
	method(t, "string ToString(string format, System.IFormatProvider provider)", func(d object.DateTime, a args) (any, error) {
		return formatDate(d, a.str(0), cultureOf(a[1]))
	})
	method(t, "datetime ToUniversalTime()", func(d object.DateTime, _ args) (any, error) { return toUTC(d), nil })
	dateStatics(t)
}

func dateStatics(t *object.Type) {
	computed(t, "datetime Now", func() (any, error) { return object.Now(), nil })
	computed(t, "datetime UtcNow", func() (any, error) { return object.DateTimeOf(time.Now().UTC()), nil })
	computed(t, "datetime Today", func() (any, error) {
		n := object.Now()
		return object.DateTime{Ticks: n.Ticks - n.Ticks%netfmt.TicksPerDay, Kind: object.KindLocal}, nil
	})
	constant(t, "datetime MinValue", object.DateTime{})
	constant(t, "datetime MaxValue", object.DateTime{Ticks: mostTicks})
	constant(t, "datetime UnixEpoch", object.DateTime{Ticks: 621355968000000000, Kind: object.KindUTC})
	static(t, "int DaysInMonth(int year, int month)", func(a args) (any, error) {
		if a.int(1) < 1 || a.int(1) > 12 {
			return nil, outOfRange("Month must be between one and twelve. (Parameter 'month')")
		}
		if a.int(0) < 1 || a.int(0) > 9999 {
			return nil, outOfRange("Year must be between 1 and 9999. (Parameter 'year')")
		}
		return int32(daysIn(a.int(0), a.int(1))), nil
	})
	static(t, "bool IsLeapYear(int year)", func(a args) (any, error) {
		if a.int(0) < 1 || a.int(0) > 9999 {
			return nil, outOfRange("Year must be between 1 and 9999. (Parameter 'year')")
		}
		return daysIn(a.int(0), 2) == 29, nil
	})
	static(t, "int Compare(datetime t1, datetime t2)", func(a args) (any, error) {
		c, err := object.Compare(a[0], a[1], false)
		return int32(c), err
	})
	static(t, "datetime SpecifyKind(datetime value, System.DateTimeKind kind)", func(a args) (any, error) {
		return object.DateTime{Ticks: a.date(0).Ticks, Kind: object.Kind(a.enum(1))}, nil
	})
	static(t, "datetime FromFileTime(long fileTime)", func(a args) (any, error) {
		return toLocal(object.DateTime{Ticks: a.int64(0) + 504911232000000000, Kind: object.KindUTC}), nil
	})
	static(t, "datetime FromFileTimeUtc(long fileTime)", func(a args) (any, error) {
		return object.DateTime{Ticks: a.int64(0) + 504911232000000000, Kind: object.KindUTC}, nil
	})
	static(t, "datetime FromOADate(double d)", func(a args) (any, error) {
		return object.DateTime{Ticks: 599264352000000000 + scaled(a.float(0), netfmt.TicksPerDay)}, nil
	})
	static(t, "datetime FromBinary(long dateData)", func(a args) (any, error) {
		return object.DateTime{Ticks: a.int64(0) & (1<<62 - 1), Kind: object.Kind(uint64(a.int64(0)) >> 62)}, nil
	})
	parse := func(a args, c *netfmt.Culture, styles int64) (object.DateTime, error) {
		if a[0] == nil {
			return object.DateTime{}, nullArgument("s")
		}
		return parsedAs(styles, func(local bool) (int64, int, error) {
			if local {
				return netfmt.ParseDate(a.str(0), c, time.Now())
			}
			return netfmt.ParseDateUTC(a.str(0), c, time.Now())
		})
	}
	static(t, "datetime Parse(string s)", func(a args) (any, error) { return anyDate(parse(a, object.CurrentCulture(), 0)) })
	static(t, "datetime Parse(string s, System.IFormatProvider provider)", func(a args) (any, error) { return anyDate(parse(a, cultureOf(a[1]), 0)) })
	static(t, "datetime Parse(string s, System.IFormatProvider provider, System.Globalization.DateTimeStyles styles)", func(a args) (any, error) {
		return anyDate(parse(a, cultureOf(a[1]), a.enum(2)))
	})
	static(t, "bool TryParse(string s, [ref] datetime result)", func(a args) (any, error) {
		d, err := parse(a, object.CurrentCulture(), 0)
		return err == nil, a.out(1, d)
	})
	static(t, "bool TryParse(string s, System.IFormatProvider provider, System.Globalization.DateTimeStyles styles, [ref] datetime result)", func(a args) (any, error) {
		d, err := parse(a, cultureOf(a[1]), a.enum(2))
		return err == nil, a.out(3, d)
	})
	exact := func(s string, formats []string, c *netfmt.Culture, styles int64) (object.DateTime, error) {
		var first error
		for _, f := range formats {
			d, err := parsedAs(styles, func(local bool) (int64, int, error) { return netfmt.ParseDateExact(s, f, c, time.Now(), local) })
			if err == nil {
				return d, nil
			}
			if first == nil {
				first = err
			}
		}
		return object.DateTime{}, first
	}
	static(t, "datetime ParseExact(string s, string format, System.IFormatProvider provider)", func(a args) (any, error) {
		return anyDate(exact(a.str(0), []string{a.str(1)}, cultureOf(a[2]), 0))
	})
	static(t, "datetime ParseExact(string s, string format, System.IFormatProvider provider, System.Globalization.DateTimeStyles style)", func(a args) (any, error) {
		return anyDate(exact(a.str(0), []string{a.str(1)}, cultureOf(a[2]), a.enum(3)))
	})
	static(t, "datetime ParseExact(string s, string[] formats, System.IFormatProvider provider, System.Globalization.DateTimeStyles style)", func(a args) (any, error) {
		return anyDate(exact(a.str(0), texts(a.items(1)), cultureOf(a[2]), a.enum(3)))
	})
	static(t, "bool TryParseExact(string s, string format, System.IFormatProvider provider, System.Globalization.DateTimeStyles style, [ref] datetime result)", func(a args) (any, error) {
		d, err := exact(a.str(0), []string{a.str(1)}, cultureOf(a[2]), a.enum(3))
		return err == nil, a.out(4, d)
	})
	static(t, "bool TryParseExact(string s, string[] formats, System.IFormatProvider provider, System.Globalization.DateTimeStyles style, [ref] datetime result)", func(a args) (any, error) {
		d, err := exact(a.str(0), texts(a.items(1)), cultureOf(a[2]), a.enum(3))
		return err == nil, a.out(4, d)
	})
	constructor(t, "(long ticks)", func(a args) (any, error) { return ticksDate(a.int64(0), 0) })
	constructor(t, "(long ticks, System.DateTimeKind kind)", func(a args) (any, error) { return ticksDate(a.int64(0), a.enum(1)) })
	constructor(t, "(int year, int month, int day)", func(a args) (any, error) { return makeDate(0, a.int(0), a.int(1), a.int(2), 0, 0, 0, 0) })
	constructor(t, "(int year, int month, int day, int hour, int minute, int second)", func(a args) (any, error) {
		return makeDate(0, a.int(0), a.int(1), a.int(2), a.int(3), a.int(4), a.int(5), 0)
	})
	constructor(t, "(int year, int month, int day, int hour, int minute, int second, System.DateTimeKind kind)", func(a args) (any, error) {
		return makeDate(a.enum(6), a.int(0), a.int(1), a.int(2), a.int(3), a.int(4), a.int(5), 0)
	})
	constructor(t, "(int year, int month, int day, int hour, int minute, int second, int millisecond)", func(a args) (any, error) {
		return makeDate(0, a.int(0), a.int(1), a.int(2), a.int(3), a.int(4), a.int(5), int64(a.int(6))*netfmt.TicksPerMillisecond)
	})
	constructor(t, "(int year, int month, int day, int hour, int minute, int second, int millisecond, System.DateTimeKind kind)", func(a args) (any, error) {
		return makeDate(a.enum(7), a.int(0), a.int(1), a.int(2), a.int(3), a.int(4), a.int(5), int64(a.int(6))*netfmt.TicksPerMillisecond)
	})
	t.Constructors = append(t.Constructors, object.Overload{Call: func(any, []any) (any, error) { return object.DateTime{}, nil }, Returns: t})

	operator := func(signature string, fn func(a args) (any, error)) { static(t, signature, fn) }
	operator("datetime op_Addition(datetime d, timespan t)", func(a args) (any, error) { return shifted(a.date(0), int64(a.span(1))) })
	operator("datetime op_Subtraction(datetime d, timespan t)", func(a args) (any, error) { return shifted(a.date(0), -int64(a.span(1))) })
	operator("timespan op_Subtraction(datetime d1, datetime d2)", func(a args) (any, error) { return object.TimeSpan(a.date(0).Ticks - a.date(1).Ticks), nil })
}

func anyDate(d object.DateTime, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return d, nil
}

func ticksDate(ticks, kind int64) (any, error) {
	if ticks < 0 || ticks > mostTicks {
		return nil, outOfRange("Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks. (Parameter 'ticks')")
	}
	return object.DateTime{Ticks: ticks, Kind: object.Kind(kind)}, nil
}

// parsedAs applies DateTimeStyles to what a parser has read.
func parsedAs(styles int64, parse func(local bool) (int64, int, error)) (object.DateTime, error) {
	ticks, kind, err := parse(styles&(stylesAdjustToUniversal|stylesRoundtrip) == 0)
	if err != nil {
		return object.DateTime{}, throw("System.FormatException", "%s", err.Error())
	}
	d := object.DateTime{Ticks: ticks, Kind: object.Kind(kind)}
	if d.Kind != object.KindUnspecified {
		return d, nil
	}
	switch {
	case styles&stylesAssumeUniversal != 0:
		d.Kind = object.KindUTC
		if styles&stylesAdjustToUniversal == 0 {
			d = toLocal(d)
		}
	case styles&stylesAssumeLocal != 0:
		d.Kind = object.KindLocal
		if styles&stylesAdjustToUniversal != 0 {
			d = toUTC(d)
		}
	}
	return d, nil
}

func spanMembers(t *object.Type) {
	const day, hour, minute, second, milli = netfmt.TicksPerDay, netfmt.TicksPerHour, netfmt.TicksPerMinute, netfmt.TicksPerSecond, netfmt.TicksPerMillisecond
	part := func(name string, unit, modulo int64) {
		field(t, "int "+name, func(s object.TimeSpan) any {
			n := int64(s) / unit
			if modulo > 0 {
				n %= modulo
			}
			return int32(n)
		})
	}
	field(t, "long Ticks", func(s object.TimeSpan) any { return int64(s) })
	part("Days", day, 0)
	part("Hours", hour, 24)
	part("Milliseconds", milli, 1000)
	part("Microseconds", netfmt.TicksPerMicrosecond, 1000)
	field(t, "int Nanoseconds", func(s object.TimeSpan) any { return int32(int64(s) % 10 * 100) })
	part("Minutes", minute, 60)
	part("Seconds", second, 60)
	total := func(name string, unit float64) {
		field(t, "double Total"+name, func(s object.TimeSpan) any { return float64(s) / unit })
	}
	total("Days", float64(day))
	total("Hours", float64(hour))
	total("Milliseconds", float64(milli))
	total("Microseconds", 10)
	field(t, "double TotalNanoseconds", func(s object.TimeSpan) any { return float64(s) * 100 })
	total("Minutes", float64(minute))
	total("Seconds", float64(second))

	add := func(x, y object.TimeSpan) (any, error) {
		sum := x + y
		if (sum > x) != (y > 0) && y != 0 {
			return nil, throw("System.OverflowException", "TimeSpan overflowed because the duration is too long.")
		}
		return sum, nil
	}
	fromFloat := func(f float64) (any, error) {
		if math.IsNaN(f) {
			return nil, argument("TimeSpan does not accept floating point Not-a-Number values. (Parameter 'value')")
		}
		if math.Abs(f) > math.MaxInt64 {
			return nil, throw("System.OverflowException", "TimeSpan overflowed because the duration is too long.")
		}
		return object.TimeSpan(int64(f)), nil
	}
	method(t, "timespan Add(timespan ts)", func(s object.TimeSpan, a args) (any, error) { return add(s, a.span(0)) })
	method(t, "timespan Subtract(timespan ts)", func(s object.TimeSpan, a args) (any, error) { return add(s, -a.span(0)) })
	method(t, "int CompareTo(System.Object value)", func(s object.TimeSpan, a args) (any, error) {
		c, err := object.Compare(s, a[0], false)
		return int32(c), err
	})
	method(t, "timespan Divide(double divisor)", func(s object.TimeSpan, a args) (any, error) {
		return fromFloat(math.RoundToEven(float64(s) / a.float(0)))
	})
	method(t, "double Divide(timespan ts)", func(s object.TimeSpan, a args) (any, error) { return float64(s) / float64(a.span(0)), nil })
	method(t, "timespan Multiply(double factor)", func(s object.TimeSpan, a args) (any, error) {
		return fromFloat(math.RoundToEven(float64(s) * a.float(0)))
	})
	method(t, "timespan Duration()", func(s object.TimeSpan, _ args) (any, error) { return max(s, -s), nil })
	method(t, "timespan Negate()", func(s object.TimeSpan, _ args) (any, error) { return -s, nil })
	method(t, "bool Equals(timespan obj)", func(s object.TimeSpan, a args) (any, error) { return s == a.span(0), nil })
	format := func(s object.TimeSpan, f string, c *netfmt.Culture) (any, error) { return object.FormatValue(s, f, c) }
	method(t, "string ToString()", func(s object.TimeSpan, _ args) (any, error) { return s.String(), nil })
	method(t, "string ToString(string format)", func(s object.TimeSpan, a args) (any, error) { return format(s, a.str(0), object.CurrentCulture()) })
	method(t, "string ToString(string format, System.IFormatProvider formatProvider)", func(s object.TimeSpan, a args) (any, error) {
		return format(s, a.str(0), cultureOf(a[1]))
	})
	constant(t, "timespan Zero", object.TimeSpan(0))
	constant(t, "timespan MaxValue", object.TimeSpan(math.MaxInt64))
	constant(t, "timespan MinValue", object.TimeSpan(math.MinInt64))
	for name, unit := range map[string]int64{"Day": day, "Hour": hour, "Minute": minute, "Second": second, "Millisecond": milli} {
		constant(t, "long TicksPer"+name, unit)
		static(t, "timespan From"+name+"s(double value)", func(a args) (any, error) { return fromFloat(a.float(0) * float64(unit)) })
	}
	static(t, "timespan FromTicks(long value)", func(a args) (any, error) { return object.TimeSpan(a.int64(0)), nil })
	static(t, "timespan Parse(string s)", func(a args) (any, error) { return object.ParseTimeSpan(a.str(0)) })
	static(t, "timespan Parse(string input, System.IFormatProvider formatProvider)", func(a args) (any, error) { return object.ParseTimeSpan(a.str(0)) })
	static(t, "bool TryParse(string s, [ref] timespan result)", func(a args) (any, error) {
		s, err := object.ParseTimeSpan(a.str(0))
		return err == nil, a.out(1, s)
	})
	static(t, "int Compare(timespan t1, timespan t2)", func(a args) (any, error) {
		c, err := object.Compare(a[0], a[1], false)
		return int32(c), err
	})
	make := func(d, h, m, s, ms int) (any, error) {
		return object.TimeSpan(int64(d)*day + int64(h)*hour + int64(m)*minute + int64(s)*second + int64(ms)*milli), nil
	}
	t.Constructors = append(t.Constructors, object.Overload{Call: func(any, []any) (any, error) { return object.TimeSpan(0), nil }, Returns: t})
	constructor(t, "(long ticks)", func(a args) (any, error) { return object.TimeSpan(a.int64(0)), nil })
	constructor(t, "(int hours, int minutes, int seconds)", func(a args) (any, error) { return make(0, a.int(0), a.int(1), a.int(2), 0) })
	constructor(t, "(int days, int hours, int minutes, int seconds)", func(a args) (any, error) { return make(a.int(0), a.int(1), a.int(2), a.int(3), 0) })
	constructor(t, "(int days, int hours, int minutes, int seconds, int milliseconds)", func(a args) (any, error) {
		return make(a.int(0), a.int(1), a.int(2), a.int(3), a.int(4))
	})
	static(t, "timespan op_Addition(timespan t1, timespan t2)", func(a args) (any, error) { return add(a.span(0), a.span(1)) })
	static(t, "timespan op_Subtraction(timespan t1, timespan t2)", func(a args) (any, error) { return add(a.span(0), -a.span(1)) })
	static(t, "timespan op_Multiply(timespan timeSpan, double factor)", func(a args) (any, error) { return fromFloat(math.RoundToEven(float64(a.span(0)) * a.float(1))) })
	static(t, "timespan op_Multiply(double factor, timespan timeSpan)", func(a args) (any, error) { return fromFloat(math.RoundToEven(float64(a.span(1)) * a.float(0))) })
	static(t, "timespan op_Division(timespan timeSpan, double divisor)", func(a args) (any, error) { return fromFloat(math.RoundToEven(float64(a.span(0)) / a.float(1))) })
	static(t, "double op_Division(timespan t1, timespan t2)", func(a args) (any, error) { return float64(a.span(0)) / float64(a.span(1)), nil })
	static(t, "timespan op_UnaryNegation(timespan t)", func(a args) (any, error) { return -a.span(0), nil })
}

// stopwatch is the base value of a Stopwatch.
type stopwatch struct {
	running bool
	started time.Time
	before  time.Duration
}

func (s *stopwatch) elapsed() time.Duration {
	if s.running {
		return s.before + time.Since(s.started)
	}
	return s.before
}

// Text is the elapsed time.
func (s *stopwatch) Text() string { return object.SpanOf(s.elapsed()).String() }

func stopwatchMembers(t *object.Type) {
	field(t, "timespan Elapsed", func(s *stopwatch) any { return object.SpanOf(s.elapsed()) })
	field(t, "long ElapsedMilliseconds", func(s *stopwatch) any { return s.elapsed().Milliseconds() })
	field(t, "long ElapsedTicks", func(s *stopwatch) any { return s.elapsed().Nanoseconds() })
	field(t, "bool IsRunning", func(s *stopwatch) any { return s.running })
	start := func(s *stopwatch) {
		if !s.running {
			s.running, s.started = true, time.Now()
		}
	}
	method(t, "void Start()", func(s *stopwatch, _ args) (any, error) { start(s); return nil, nil })
	method(t, "void Stop()", func(s *stopwatch, _ args) (any, error) { s.before, s.running = s.elapsed(), false; return nil, nil })
	method(t, "void Reset()", func(s *stopwatch, _ args) (any, error) { *s = stopwatch{}; return nil, nil })
	method(t, "void Restart()", func(s *stopwatch, _ args) (any, error) { *s = stopwatch{}; start(s); return nil, nil })
	constructor(t, "()", func(args) (any, error) { return object.Instance(t, &stopwatch{}), nil })
	static(t, "System.Diagnostics.Stopwatch StartNew()", func(args) (any, error) {
		s := &stopwatch{}
		start(s)
		return object.Instance(t, s), nil
	})
	static(t, "long GetTimestamp()", func(args) (any, error) { return time.Now().UnixNano(), nil })
	constant(t, "long Frequency", int64(1_000_000_000))
}

// instant is the base value of a DateTimeOffset.
type instant struct{ time.Time }

// Format is DateTimeOffset.ToString.
func (i instant) Format(format string, c *netfmt.Culture) (string, error) {
	if format == "" {
		format = c.ShortDate + " " + c.LongTime + " zzz"
	}
	_, offset := i.Zone()
	s, err := netfmt.DateWithOffset(netfmt.TicksOf(i.Time), offset, format, c)
	if err != nil {
		return "", throw("System.FormatException", "%s", err.Error())
	}
	return s, nil
}

// Text is the invariant text.
func (i instant) Text() string {
	s, err := i.Format("", netfmt.Invariant)
	if err != nil {
		return i.String()
	}
	return s
}

// CompareTo orders instants.
func (i instant) CompareTo(other any) int {
	o, ok := other.(instant)
	if !ok {
		return 1
	}
	return i.Compare(o.Time)
}

// Equals tells whether two instants are the same moment.
func (i instant) Equals(other any) bool { o, ok := other.(instant); return ok && i.Equal(o.Time) }

func offsetOf(d object.DateTime) *object.Object {
	return object.Instance(typeDateTimeOffs, instant{d.Time()})
}

func offsetMembers(t *object.Type) {
	field(t, "datetime DateTime", func(i instant) any { return object.DateTime{Ticks: netfmt.TicksOf(i.Time)} })
	field(t, "datetime UtcDateTime", func(i instant) any { return object.DateTimeOf(i.UTC()) })
	field(t, "datetime LocalDateTime", func(i instant) any { return object.DateTimeOf(i.Local()) })
	field(t, "timespan Offset", func(i instant) any {
		_, s := i.Zone()
		return object.TimeSpan(int64(s) * netfmt.TicksPerSecond)
	})
	for name, get := range map[string]func(time.Time) int{
		"Year": time.Time.Year, "Month": func(t time.Time) int { return int(t.Month()) }, "Day": time.Time.Day, "Hour": time.Time.Hour, "Minute": time.Time.Minute, "Second": time.Time.Second,
	} {
		field(t, "int "+name, func(i instant) any { return int32(get(i.Time)) })
	}
	field(t, "long Ticks", func(i instant) any { return netfmt.TicksOf(i.Time) })
	method(t, "long ToUnixTimeSeconds()", func(i instant, _ args) (any, error) { return i.Unix(), nil })
	method(t, "long ToUnixTimeMilliseconds()", func(i instant, _ args) (any, error) { return i.UnixMilli(), nil })
	method(t, "System.DateTimeOffset ToUniversalTime()", func(i instant, _ args) (any, error) { return object.Instance(t, instant{i.UTC()}), nil })
	method(t, "System.DateTimeOffset ToLocalTime()", func(i instant, _ args) (any, error) { return object.Instance(t, instant{i.Local()}), nil })
	method(t, "string ToString()", func(i instant, _ args) (any, error) { return i.Format("", object.CurrentCulture()) })
	method(t, "string ToString(string format)", func(i instant, a args) (any, error) { return i.Format(a.str(0), object.CurrentCulture()) })
	computed(t, "System.DateTimeOffset Now", func() (any, error) { return object.Instance(t, instant{time.Now()}), nil })
	computed(t, "System.DateTimeOffset UtcNow", func() (any, error) { return object.Instance(t, instant{time.Now().UTC()}), nil })
	static(t, "System.DateTimeOffset FromUnixTimeSeconds(long seconds)", func(a args) (any, error) {
		return object.Instance(t, instant{time.Unix(a.int64(0), 0).UTC()}), nil
	})
	static(t, "System.DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)", func(a args) (any, error) {
		return object.Instance(t, instant{time.UnixMilli(a.int64(0)).UTC()}), nil
	})
	static(t, "System.DateTimeOffset Parse(string input)", func(a args) (any, error) { return object.Convert(a.str(0), t) })
	constructor(t, "(datetime dateTime)", func(a args) (any, error) { return offsetOf(a.date(0)), nil })
	constructor(t, "(datetime dateTime, timespan offset)", func(a args) (any, error) {
		offset := int(int64(a.span(1)) / netfmt.TicksPerSecond)
		c := a.date(0).Clock()
		zone := time.FixedZone("", offset)
		return object.Instance(t, instant{time.Date(c.Year(), c.Month(), c.Day(), c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), zone)}), nil
	})
}

// zoneBase is the base value of a TimeZoneInfo.
type zoneBase struct{ *time.Location }

func (z zoneBase) offset() int { _, s := time.Now().In(z.Location).Zone(); return s }

// Text is the zone's display name.
func (z zoneBase) Text() string {
	s := z.offset()
	sign := "+"
	if s < 0 {
		sign, s = "-", -s
	}
	return fmt.Sprintf("(UTC%s%02d:%02d) %s", sign, s/3600, s%3600/60, z.String())
}

func timeZoneMembers(t *object.Type) {
	field(t, "string Id", func(z zoneBase) any { return z.String() })
	field(t, "string DisplayName", func(z zoneBase) any { return z.Text() })
	field(t, "timespan BaseUtcOffset", func(z zoneBase) any {
		_, s := time.Date(time.Now().Year(), 1, 1, 0, 0, 0, 0, z.Location).Zone()
		return object.TimeSpan(int64(s) * netfmt.TicksPerSecond)
	})
	computed(t, "System.TimeZoneInfo Local", func() (any, error) { return object.Instance(t, zoneBase{time.Local}), nil })
	computed(t, "System.TimeZoneInfo Utc", func() (any, error) { return object.Instance(t, zoneBase{time.UTC}), nil })
	static(t, "System.TimeZoneInfo FindSystemTimeZoneById(string id)", func(a args) (any, error) {
		l, err := time.LoadLocation(a.str(0))
		if err != nil || a.str(0) == "" {
			return nil, throw("System.TimeZoneNotFoundException", "The time zone ID '%s' was not found on the local computer.", a.str(0))
		}
		return object.Instance(t, zoneBase{l}), nil
	})
	static(t, "datetime ConvertTimeFromUtc(datetime dateTime, System.TimeZoneInfo destinationTimeZone)", func(a args) (any, error) {
		return object.DateTime{Ticks: netfmt.TicksOf(netfmt.TimeOf(a.date(0).Ticks).In(of[zoneBase](a[1]).Location))}, nil
	})
	static(t, "datetime ConvertTime(datetime dateTime, System.TimeZoneInfo destinationTimeZone)", func(a args) (any, error) {
		return object.DateTime{Ticks: netfmt.TicksOf(a.date(0).Time().In(of[zoneBase](a[1]).Location))}, nil
	})
	static(t, "datetime ConvertTimeToUtc(datetime dateTime)", func(a args) (any, error) { return toUTC(a.date(0)), nil })
	static(t, "datetime ConvertTimeToUtc(datetime dateTime, System.TimeZoneInfo sourceTimeZone)", func(a args) (any, error) {
		c := a.date(0).Clock()
		in := time.Date(c.Year(), c.Month(), c.Day(), c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), of[zoneBase](a[1]).Location)
		return object.DateTimeOf(in.UTC()), nil
	})
}
