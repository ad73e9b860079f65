package core

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Date", Module: moduleUtility, DefaultSet: "DateAndFormat", Synopsis: "Gets the current date and time.",
		OutputTypes: []string{"System.String", "System.DateTime"},
	}, func() cmdlet.Cmdlet { return &getDate{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-Date", Module: moduleUtility, ShouldProcess: true, Synopsis: "Changes the system time; migsh refuses to.",
	}, func() cmdlet.Cmdlet { return &setDate{} })
	_ = declare(cmdlet.Spec{
		Name: "New-TimeSpan", Module: moduleUtility, DefaultSet: "Date", Synopsis: "Creates a TimeSpan object.", OutputTypes: []string{"System.TimeSpan"},
	}, func() cmdlet.Cmdlet { return &newTimeSpan{} })
	_ = declare(cmdlet.Spec{
		Name: "Start-Sleep", Module: moduleUtility, Aliases: []string{"sleep"}, DefaultSet: "Seconds", Synopsis: "Suspends the activity for the specified period of time.",
	}, func() cmdlet.Cmdlet { return &startSleep{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-TimeZone", Module: moduleManagement, Aliases: []string{"gtz"}, DefaultSet: "Name", Synopsis: "Gets the current time zone or a list of available time zones.",
		OutputTypes: []string{"System.TimeZoneInfo"},
	}, func() cmdlet.Cmdlet { return &getTimeZone{} })
)

const (
	ticksPerMillisecond = 10_000
	ticksPerSecond      = 1000 * ticksPerMillisecond
)

type getDate struct {
	Date            *object.DateTime `param:"set=DateAndFormat,DateAndUFormat pos=0 pipeline pipelinebyname" alias:"LastWriteTime" help:"The date; now where none is given."`
	UnixTimeSeconds *float64         `typename:"System.Int64" param:"set=UnixTimeSecondsAndFormat,UnixTimeSecondsAndUFormat mandatory" alias:"UnixTime" help:"The date as seconds since 1 January 1970."`
	Year            *int32           `param:"" validate:"range=1,9999" help:"The year."`
	Month           *int32           `param:"" validate:"range=1,12" help:"The month."`
	Day             *int32           `param:"" validate:"range=1,31" help:"The day of the month."`
	Hour            *int32           `param:"" validate:"range=0,23" help:"The hour."`
	Minute          *int32           `param:"" validate:"range=0,59" help:"The minute."`
	Second          *int32           `param:"" validate:"range=0,59" help:"The second."`
	Millisecond     *int32           `param:"" validate:"range=0,999" help:"The millisecond."`
	DisplayHint     string           `typename:"Microsoft.PowerShell.Commands.DisplayHintType" param:"" validate:"set=Date,Time,DateTime" values:"Date,DateTime,Time" help:"What of it is shown."`
	UFormat         string           `param:"set=DateAndUFormat,UnixTimeSecondsAndUFormat mandatory" help:"A format as Unix's date command takes it."`
	Format          string           `param:"set=DateAndFormat,UnixTimeSecondsAndFormat" values:"FileDate,FileDateUniversal,FileDateTime,FileDateTimeUniversal" help:"A .NET format string."`
	AsUTC           bool             `param:"" help:"Converts to Coordinated Universal Time."`
}

var typeDisplayHint = object.NewEnum("Microsoft.PowerShell.Commands.DisplayHintType", false, []string{"Date", "Time", "DateTime"}, nil)

// Process puts the date out, or its text.
func (c *getDate) Process(_ context.Context, _ any, out cmdlet.Out) error {
	d := object.Now()
	switch {
	case c.UnixTimeSeconds != nil:
		d = object.DateTimeOf(time.UnixMicro(int64(*c.UnixTimeSeconds * 1e6)).Local())
		d.Kind = object.KindLocal
	case c.Date != nil:
		d = *c.Date
	}
	d = c.adjust(d)
	if c.AsUTC {
		d = object.DateTimeOf(d.Time().UTC())
	}
	switch {
	case c.UFormat != "":
		return out.Write(unixFormat(d, c.UFormat))
	case c.Format != "":
		return c.format(d, out)
	}
	o := object.Wrap(d)
	hint := "DateTime"
	if c.DisplayHint != "" {
		hint = c.DisplayHint
	}
	o.Set("DisplayHint", object.EnumValue(typeDisplayHint, hint))
	return out.Write(o)
}

// adjust replaces the parts that were given.
func (c *getDate) adjust(d object.DateTime) object.DateTime {
	t := d.Clock()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	parts := []*int{&year, (*int)(&month), &day, &hour, &minute, &second}
	changed := false
	for i, given := range []*int32{c.Year, c.Month, c.Day, c.Hour, c.Minute, c.Second} {
		if given != nil {
			*parts[i], changed = int(*given), true
		}
	}
	nanos := t.Nanosecond()
	if c.Millisecond != nil {
		nanos, changed = int(*c.Millisecond)*1e6, true
	}
	if !changed {
		return d
	}
	made := time.Date(year, month, day, hour, minute, second, nanos, time.UTC) // 31 February is 2 or 3 March
	return object.DateTime{Ticks: object.DateTimeOf(made).Ticks, Kind: d.Kind}
}

func (c *getDate) format(d object.DateTime, out cmdlet.Out) error {
	format := c.Format
	switch strings.ToLower(format) {
	case "filedate":
		format = "yyyyMMdd"
	case "filedateuniversal":
		d, format = object.DateTimeOf(d.Time().UTC()), "yyyyMMddZ"
	case "filedatetime":
		format = "yyyyMMddTHHmmssffff"
	case "filedatetimeuniversal":
		d, format = object.DateTimeOf(d.Time().UTC()), "yyyyMMddTHHmmssffffZ"
	}
	text, err := object.FormatValue(d, format, object.CurrentCulture())
	if err != nil {
		return err
	}
	return out.Write(text)
}

// unixFormat formats as Unix's date command does: letters behind a percent sign stand for parts of the date.
func unixFormat(d object.DateTime, format string) string {
	t := d.Clock()
	net := func(f string) string { return d.Format(f, object.CurrentCulture()) }
	year, week := t.ISOWeek()
	hour12 := (t.Hour()+11)%12 + 1
	var b strings.Builder
	format = strings.TrimPrefix(format, "+")
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		switch format[i] {
		case 'A':
			b.WriteString(net("dddd"))
		case 'a':
			b.WriteString(net("ddd"))
		case 'B':
			b.WriteString(net("MMMM"))
		case 'b', 'h':
			b.WriteString(net("MMM"))
		case 'C':
			fmt.Fprintf(&b, "%02d", t.Year()/100)
		case 'c':
			b.WriteString(net("ddd dd MMM yyyy HH:mm:ss"))
		case 'D', 'x':
			b.WriteString(net("MM'/'dd'/'yy"))
		case 'd':
			fmt.Fprintf(&b, "%02d", t.Day())
		case 'e':
			fmt.Fprintf(&b, "%2d", t.Day())
		case 'F':
			b.WriteString(net("yyyy-MM-dd"))
		case 'G':
			fmt.Fprintf(&b, "%04d", year)
		case 'g':
			fmt.Fprintf(&b, "%02d", year%100)
		case 'H':
			fmt.Fprintf(&b, "%02d", t.Hour())
		case 'I':
			fmt.Fprintf(&b, "%02d", hour12)
		case 'j':
			fmt.Fprintf(&b, "%03d", t.YearDay())
		case 'k':
			fmt.Fprintf(&b, "%2d", t.Hour())
		case 'l':
			fmt.Fprintf(&b, "%2d", hour12)
		case 'M':
			fmt.Fprintf(&b, "%02d", t.Minute())
		case 'm':
			fmt.Fprintf(&b, "%02d", int(t.Month()))
		case 'n':
			b.WriteByte('\n')
		case 'p':
			b.WriteString(net("tt"))
		case 'R':
			b.WriteString(net("HH:mm"))
		case 'r':
			b.WriteString(net("hh:mm:ss tt"))
		case 'S':
			fmt.Fprintf(&b, "%02d", t.Second())
		case 's':
			b.WriteString(strconv.FormatInt(d.Time().Unix(), 10))
		case 'T', 'X':
			b.WriteString(net("HH:mm:ss"))
		case 't':
			b.WriteByte('\t')
		case 'U', 'W':
			b.WriteString(strconv.Itoa(t.YearDay() / 7))
		case 'u':
			b.WriteString(strconv.Itoa((int(t.Weekday())+6)%7 + 1))
		case 'V', 'v':
			fmt.Fprintf(&b, "%02d", week)
		case 'w':
			b.WriteString(strconv.Itoa(int(t.Weekday())))
		case 'Y':
			fmt.Fprintf(&b, "%04d", t.Year())
		case 'y':
			fmt.Fprintf(&b, "%02d", t.Year()%100)
		case 'Z':
			b.WriteString(net("zz"))
		case '%':
			b.WriteByte('%')
		default:
			b.WriteByte(format[i])
		}
	}
	return b.String()
}

type setDate struct {
	Date        *object.DateTime `param:"set=Date mandatory pos=0 pipelinebyname" help:"The date."`
	Adjust      *object.TimeSpan `param:"set=Adjust mandatory pos=0 pipelinebyname" help:"By how much to change the clock."`
	DisplayHint string           `typename:"Microsoft.PowerShell.Commands.DisplayHintType" param:"" validate:"set=Date,Time,DateTime" help:"What of it is shown."`
}

// Process refuses: the clock is the system's.
func (*setDate) Process(context.Context, any, cmdlet.Out) error {
	return object.NewError("SetDateNotSupported", object.PermissionDenied, nil, "migsh does not change the system's clock. Use the operating system's own tools, such as timedatectl.")
}

type newTimeSpan struct {
	Start        *object.DateTime `param:"set=Date pos=0 pipeline pipelinebyname" alias:"LastWriteTime" help:"The beginning; now where none is given."`
	End          *object.DateTime `param:"set=Date pos=1 pipelinebyname" help:"The end; now where none is given."`
	Days         int32            `param:"set=Time" help:"Days."`
	Hours        int32            `param:"set=Time" help:"Hours."`
	Minutes      int32            `param:"set=Time" help:"Minutes."`
	Seconds      int32            `param:"set=Time" help:"Seconds."`
	Milliseconds int32            `param:"set=Time" help:"Milliseconds."`
}

// Process puts out the span between two dates, or of the parts given.
func (c *newTimeSpan) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if out.ParameterSet() == "Time" {
		seconds := ((int64(c.Days)*24+int64(c.Hours))*60+int64(c.Minutes))*60 + int64(c.Seconds)
		return out.Write(object.TimeSpan(seconds*ticksPerSecond + int64(c.Milliseconds)*ticksPerMillisecond))
	}
	now := object.Now()
	start, end := now, now
	if c.Start != nil {
		start = *c.Start
	}
	if c.End != nil {
		end = *c.End
	}
	return out.Write(object.TimeSpan(end.Ticks - start.Ticks))
}

type startSleep struct {
	Seconds      float64          `param:"set=Seconds mandatory pos=0 pipeline pipelinebyname" validate:"range=0,2147483" help:"How long, in seconds."`
	Milliseconds int32            `param:"set=Milliseconds mandatory pipelinebyname" alias:"ms" validate:"range=0,2147483647" help:"How long, in milliseconds."`
	Duration     *object.TimeSpan `param:"set=FromTimeSpan mandatory pos=0 pipeline" alias:"ts" help:"How long."`
}

// Process waits, or until Ctrl-C.
func (c *startSleep) Process(ctx context.Context, _ any, _ cmdlet.Out) error {
	d := time.Duration(c.Seconds*float64(time.Second)) + time.Duration(c.Milliseconds)*time.Millisecond
	if c.Duration != nil {
		if d = c.Duration.Duration(); d < 0 {
			return object.NewError("InvalidTimeSpan", object.InvalidArgument, nil, "The value of -Duration must not be negative.")
		}
	}
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type getTimeZone struct {
	ID            []string `name:"Id" param:"set=Id mandatory pipelinebyname" help:"The zone's id, such as Europe/Berlin."`
	ListAvailable bool     `param:"set=ListAvailable" help:"Lists all zones; not supported."`
	Name          []string `param:"set=Name pos=0 pipelinebyname pipeline" help:"The zone's name."`
}

// Process describes the zones asked for, or the system's.
func (c *getTimeZone) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.ListAvailable {
		return object.NewError("ListAvailableNotSupported", object.NotImplemented, nil, "Get-TimeZone cannot list zones here. Ask for one by its id: Get-TimeZone -Id Europe/Berlin.")
	}
	names := append(c.ID, c.Name...)
	if len(names) == 0 {
		return out.Write(timeZone(time.Local))
	}
	for _, n := range names {
		zone, err := time.LoadLocation(n)
		if err != nil {
			e := object.NewException("System.TimeZoneNotFoundException", "The time zone ID '%s' was not found on the local computer.", n)
			if err := out.Error(object.NewErrorOf(e, "TimeZoneNotFound", object.ObjectNotFound, n)); err != nil {
				return err
			}
			continue
		}
		if err := out.Write(timeZone(zone)); err != nil {
			return err
		}
	}
	return nil
}

// timeZone describes a zone as it is now.
func timeZone(zone *time.Location) any {
	now := time.Now().In(zone)
	winter := time.Date(now.Year(), time.January, 1, 0, 0, 0, 0, zone)
	summer := time.Date(now.Year(), time.July, 1, 0, 0, 0, 0, zone)
	_, a := winter.Zone()
	_, b := summer.Zone()
	standard, daylight := winter, summer
	if a > b {
		standard, daylight = summer, winter
	}
	name, offset := standard.Zone()
	daylightName, _ := daylight.Zone()
	id := zone.String()
	if id == "Local" {
		id = name
	}
	span := object.SpanOf(time.Duration(offset) * time.Second)
	sign := "+"
	if offset < 0 {
		sign = "-"
	}
	abs := max(offset, -offset)
	return object.NewCustom(
		"Id", id, "HasIanaId", true, "DisplayName", fmt.Sprintf("(UTC%s%02d:%02d) %s", sign, abs/3600, abs/60%60, id),
		"StandardName", name, "DaylightName", daylightName, "BaseUtcOffset", span, "SupportsDaylightSavingTime", a != b,
	)
}
