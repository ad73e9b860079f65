package wintz

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryZoneLoads(t *testing.T) {
	if len(zones) < 130 {
		t.Errorf("only %d zones", len(zones))
	}
	for _, z := range zones {
		loc, name, err := Load(strings.ToUpper(z.Windows))
		if err != nil || name != z.Windows {
			t.Errorf("Load(%s) = %q, %v", z.Windows, name, err)
			continue
		}
		if same, _, err := Load(z.IANA); err != nil || same.String() != loc.String() {
			t.Errorf("Load(%s) = %v, %v, want %v", z.IANA, same, err, loc)
		}
	}
}

func TestLoad(t *testing.T) {
	january, july := time.Date(2024, 1, 15, 12, 0, 0, 0, time.UTC), time.Date(2024, 7, 15, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name, proper   string
		winter, summer int // hours east of UTC
	}{
		{"Pacific Standard Time", "Pacific Standard Time", -8, -7},
		{"pacific standard time", "Pacific Standard Time", -8, -7},
		{"America/Los_Angeles", "America/Los_Angeles", -8, -7},
		{"europe/berlin", "Europe/Berlin", 1, 2},
		{"W. Europe Standard Time", "W. Europe Standard Time", 1, 2},
		{"Tokyo Standard Time", "Tokyo Standard Time", 9, 9},
		{"UTC", "UTC", 0, 0},
		{"", "UTC", 0, 0},
	}
	for _, tt := range tests {
		loc, proper, err := Load(tt.name)
		if err != nil || proper != tt.proper {
			t.Errorf("Load(%q) = %q, %v, want %q", tt.name, proper, err, tt.proper)
			continue
		}
		for at, want := range map[time.Time]int{january: tt.winter, july: tt.summer} {
			if _, offset := at.In(loc).Zone(); offset != want*3600 {
				t.Errorf("%s at %s is %d s east of UTC, want %d h", tt.name, at, offset, want)
			}
		}
	}
}

func TestUnknownNameOffersOthers(t *testing.T) {
	for typed, near := range map[string]string{
		"Pacific Standart Time": "Pacific Standard Time",
		"Amerika/Los Angeles":   "America/Los_Angeles",
		"Europe/Berlinn":        "Europe/Berlin",
	} {
		_, _, err := Load(typed)
		if err == nil || !strings.Contains(err.Error(), "'"+near+"'") {
			t.Errorf("Load(%q) gives %v, want an offer of %s", typed, err, near)
		}
	}
	for _, typed := range []string{"xyzzy", "Local", "../../etc/passwd"} {
		if loc, _, err := Load(typed); err == nil {
			t.Errorf("Load(%q) = %v, want an error", typed, loc)
		}
	}
}

func TestTableIsSorted(t *testing.T) {
	if !slices.IsSortedFunc(zones, func(a, b Zone) int { return strings.Compare(strings.ToLower(a.Windows), strings.ToLower(b.Windows)) }) {
		t.Error("the table is not sorted; run go generate")
	}
}
