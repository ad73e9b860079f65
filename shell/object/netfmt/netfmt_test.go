package netfmt

import (
	"math"
	"testing"
	"time"
)

// What PowerShell 7 on Linux answers in en-US.
func TestNumberFormats(t *testing.T) {
	tests := []struct {
		n      Number
		format string
		want   string
	}{
		{FromInt(12345, 32), "", "12345"}, {FromInt(12345, 32), "N", "12,345.000"}, {FromInt(-5, 32), "D3", "-005"}, {FromInt(255, 32), "x8", "000000ff"},
		{FromInt(-1, 32), "X", "FFFFFFFF"}, {FromInt(5, 32), "B", "101"}, {FromInt(12345, 32), "C", "$12,345.00"}, {FromInt(12345, 32), "E", "1.234500E+004"},
		{FromInt(12345, 32), "0%", "1234500%"}, {FromInt(0, 32), "#", ""}, {FromInt(0, 32), "+0;-0;zero", "zero"}, {FromInt(-5, 32), "(0);-", "-"},
		{FromInt(123456789012, 64), "#,##0.00", "123,456,789,012.00"}, {FromInt(255, 32), "P0", "25,500%"},
		{FromFloat(0.5, 64), "F0", "0"}, {FromFloat(0.5, 64), "0", "1"}, {FromFloat(-0.005, 64), "F1", "-0.0"}, {FromFloat(-0.005, 64), "0", "-0"}, {FromFloat(-0.005, 64), "#", ""},
		{FromFloat(1234567.891, 64), "N0", "1,234,568"}, {FromFloat(1e20, 64), "F1", "100000000000000000000.0"}, {FromFloat(1e20, 64), "g", "1e+20"}, {FromFloat(0.30000000000000004, 64), "R", "0.30000000000000004"},
		{FromFloat(1e-5, 64), "E3", "1.000E-005"}, {FromFloat(12.345, 64), "0.0e+0", "1.2e+1"}, {FromFloat(math.Inf(1), 64), "N2", "∞"},
		{FromDecimal("12.345"), "F1", "12.3"}, {FromDecimal("1.10"), "", "1.10"}, {FromDecimal("12.345"), "P1", "1,234.5%"}, {FromDecimal("-0.001"), "0.00", "0.00"},
	}
	for _, tt := range tests {
		if got, err := tt.n.Format(tt.format, EnUS); err != nil || got != tt.want {
			t.Errorf("%+v as %q is %q, %v; want %q", tt.n, tt.format, got, err, tt.want)
		}
	}
	for _, spec := range []string{"M", "y", "o", "u", "D"} {
		if got, err := FromFloat(1.5, 64).Format(spec, EnUS); err == nil {
			t.Errorf("%q formats a double as %q", spec, got)
		}
	}
}

func TestDates(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	tests := []struct{ in, want string }{
		{"2026-01-02", "2026-01-02T00:00:00.0000000"}, {"2026-01-02T03:04:05.678", "2026-01-02T03:04:05.6780000"}, {"1/2/2026", "2026-01-02T00:00:00.0000000"},
		{"1.5", "2026-01-05T00:00:00.0000000"}, {"March 4, 2026 3:06 PM", "2026-03-04T15:06:00.0000000"}, {"4 Mar 2026", "2026-03-04T00:00:00.0000000"},
		{"12:30", "2026-11-21T12:30:00.0000000"}, {"March 2026", "2026-03-01T00:00:00.0000000"}, {"Wed, 04 Mar 2026", "2026-03-04T00:00:00.0000000"},
	}
	for _, tt := range tests {
		ticks, kind, err := ParseDate(tt.in, Invariant, now)
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		if got, err := Date(ticks, kind, "o", Invariant); err != nil || got != tt.want {
			t.Errorf("%q is %s, %v; want %s", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{"", "abc", "-0.5", "2026-13-01", "2026-02-30", "10000000000", "25:00"} {
		if ticks, _, err := ParseDate(in, Invariant, now); err == nil {
			t.Errorf("%q is no date, yet read as %d", in, ticks)
		}
	}
}

func TestDateFormats(t *testing.T) {
	ticks, _, err := ParseDate("2026-03-04T15:06:07.089", Invariant, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{
		"": "3/4/2026 3:06:07\u202fPM", "d": "3/4/2026", "D": "Wednesday, March 4, 2026", "t": "3:06\u202fPM", "s": "2026-03-04T15:06:07", "r": "Wed, 04 Mar 2026 15:06:07 GMT",
		"M": "March 4", "yyyyMMddTHHmmssfff": "20260304T150607089", "%d": "4", "'at' h tt": "at 3 PM", "F1": "1", "N3": "N3", `yyyy\-MM`: "2026-03",
	} {
		if got, err := Date(ticks, Unspecified, format, EnUS); err != nil || got != want {
			t.Errorf("%q gives %q, %v; want %q", format, got, err, want)
		}
	}
	for _, format := range []string{"0", "%", "0%", "ffffffff", "'open"} {
		if got, err := Date(ticks, Unspecified, format, EnUS); err == nil {
			t.Errorf("%q is no format, yet gives %q", format, got)
		}
	}
}

func TestSpans(t *testing.T) {
	for in, want := range map[string]string{
		"1.02:03:04": "1.02:03:04", "-00:30": "-00:30:00", "6": "6.00:00:00", "0:5": "00:05:00", "1:2:3:4": "1.02:03:04", "00:00:05.5": "00:00:05.5000000",
	} {
		ticks, err := ParseSpan(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if got, err := Span(ticks, "c", Invariant); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "abc", "25:00", "1:60", "1,234", "2026-01-02"} {
		if ticks, err := ParseSpan(in); err == nil {
			t.Errorf("%q is no time span, yet read as %d", in, ticks)
		}
	}
	if got, err := Span(937840000000, `d\.hh\:mm`, EnUS); err != nil || got != "1.02:03" {
		t.Errorf("custom span: %q, %v", got, err)
	}
}

// Whatever a date is written as, reading it back must give it again.
func TestDateRoundTrip(t *testing.T) {
	for _, c := range []*Culture{Invariant, EnUS, enGB, deDE, frFR, jaJP} {
		const ticks = int64(639029198450000000)
		for _, format := range []string{"yyyy-MM-dd HH:mm:ss", "d", "dd MMM yyyy HH:mm:ss"} {
			text, err := Date(ticks, Unspecified, format, c)
			if err != nil {
				t.Fatal(err)
			}
			back, _, err := ParseDateExact(text, format, c, time.Now(), true)
			if err != nil {
				t.Errorf("%s: %q by %q: %v", c.Name, text, format, err)
				continue
			}
			if again, err := Date(back, Unspecified, format, c); err != nil || again != text {
				t.Errorf("%s: %q reads back as %q, %v", c.Name, text, again, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-01-02T03:04:05Z", "1/2", "March 4", "-1.02:03:04.5", "12:30 PM", "4. März", "::", "1e5+"} {
		f.Add(s, "yyyy-MM-dd")
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s, format string) {
		if ticks, kind, err := ParseDate(s, EnUS, now); err == nil {
			if _, err := Date(ticks, kind, "o", Invariant); err != nil {
				t.Errorf("%q was read as a date that cannot be written: %v", s, err)
			}
		}
		if ticks, err := ParseSpan(s); err == nil {
			if back, err := ParseSpan(mustSpan(t, ticks)); err != nil || back != ticks {
				t.Errorf("%q: %d became %d, %v", s, ticks, back, err)
			}
		}
		// None of these may panic, whatever comes out.
		_, _, _ = ParseDateExact(s, format, EnUS, now, true)
		_, _ = Date(639029198450000000, Local, format, EnUS)
		_, _ = Span(937840000000, format, EnUS)
		_, _ = FromFloat(1234.5, 64).Format(format, EnUS)
	})
}

func mustSpan(t *testing.T, ticks int64) string {
	s, err := Span(ticks, "c", Invariant)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Days and months stand in the order of the culture.
func TestParseDateInCulture(t *testing.T) {
	now := time.Date(2026, 5, 6, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ culture, in, want string }{
		{"en-US", "1/2/2021", "2021-01-02"}, {"en-GB", "1/2/2021", "2021-02-01"}, {"de-DE", "31.12.2023", "2023-12-31"}, {"fr-FR", "31/12/23", "2023-12-31"},
		{"de-DE", "2023-12-31", "2023-12-31"}, {"de-DE", "3.4.", "2026-04-03"}, {"en-US", "3/4", "2026-03-04"}, {"ja-JP", "21/2/3", "2021-02-03"}, {"ja-JP", "2021/2/3", "2021-02-03"},
		{"", "1/2/2021", "2021-01-02"}, {"de-DE", "3. April 2021", "2021-04-03"}, {"en-GB", "12/2021", "2021-12-01"},
	} {
		c, ok := CultureByName(tt.culture)
		if !ok {
			t.Fatal(tt.culture)
		}
		ticks, _, err := ParseDate(tt.in, c, now)
		if err != nil {
			t.Errorf("%s in %s: %v", tt.in, tt.culture, err)
			continue
		}
		if got := TimeOf(ticks).Format(time.DateOnly); got != tt.want {
			t.Errorf("%s in %s: %s, want %s", tt.in, tt.culture, got, tt.want)
		}
	}
	if _, _, err := ParseDate("12/31/2023", enGB, now); err == nil {
		t.Error("a month 31 is taken")
	}
}
