package migration

import (
	"strings"
	"testing"
	"time"
)

func TestContentFilter(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	years := "Received -ge '1/1/2021' -and Received -lt '1/1/2023'"
	for _, c := range []struct {
		filter   string
		received time.Time
		size     int64
		want     bool
	}{
		{"", day("2020-01-01 00:00"), 1, true},
		{years, day("2020-12-31 23:59"), 1, false},
		{years, day("2021-01-01 00:00"), 1, true},
		{years, day("2022-12-31 23:59"), 1, true},
		{years, day("2023-01-01 00:00"), 1, false},
		{years, time.Time{}, 1, true},
		{years, time.Date(2022, 12, 31, 23, 30, 0, 0, time.FixedZone("", -3600)), 1, false},
		{`(received -GE "2021-01-01 12:00")`, day("2021-01-01 11:59"), 1, false},
		{"Size -lt 25MB", day("2020-01-01 00:00"), 25 << 20, false},
		{"Size -le 25MB", day("2020-01-01 00:00"), 25 << 20, true},
		{"Size -gt '1 KB'", day("2020-01-01 00:00"), -1, true},
		{"-not (Size -gt 10)", day("2020-01-01 00:00"), 11, false},
		{"-not Size -gt 10 -and Received -ne '1/1/2020'", day("2020-01-01 00:00"), 5, false},
		{"Size -eq 1 -or Size -eq 2 -and Size -eq 3", day("2020-01-01 00:00"), 1, false}, // from left to right
		{"Size -eq 1 -or (Size -eq 2 -and Size -eq 3)", day("2020-01-01 00:00"), 1, true},
		{"Received -le '6/30/2020 3:04 PM'", day("2020-06-30 15:04"), 1, true},
	} {
		f, err := ParseContentFilter(c.filter)
		if err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		if got := f.Match(c.received, c.size); got != c.want {
			t.Errorf("%s of %v, %d bytes: %v", c.filter, c.received, c.size, got)
		}
	}
	for filter, why := range map[string]string{
		"Received": "no operator", "Received -ge": "no date", "Received -like '1/1/2021'": "no operator", "Received -ge '31/12/2021'": "no date",
		"Size -lt big": "no size", "Subject -eq 'x'": "no property", "(Size -lt 1": "parenthesis", "Size -lt 1)": "not expected",
		"Size -lt 1 -and": "breaks off", "Size -lt 1 Size -gt 2": "not expected", "-not": "breaks off", "Size -lt 99999999999GB": "no size",
	} {
		if _, err := ParseContentFilter(filter); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q", filter, err, why)
		}
	}
}

func FuzzContentFilter(f *testing.F) {
	f.Add("(Received -ge '1/1/2021') -and -not Size -lt 25MB")
	f.Fuzz(func(t *testing.T, text string) {
		if filter, err := ParseContentFilter(text); err == nil {
			filter.Match(time.Unix(0, 0), 1)
		}
	})
}
