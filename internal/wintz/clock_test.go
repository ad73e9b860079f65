package wintz

import (
	"testing"
	"time"
)

func TestInstant(t *testing.T) {
	for _, tt := range []struct {
		zone, clock, want string
		occurrence        Occurrence
	}{
		{"W. Europe Standard Time", "2026-01-15 12:00", "2026-01-15 11:00", Once},
		{"W. Europe Standard Time", "2026-07-15 12:00", "2026-07-15 10:00", Once},
		{"W. Europe Standard Time", "2026-03-29 01:59", "2026-03-29 00:59", Once},
		{"W. Europe Standard Time", "2026-03-29 02:30", "2026-03-29 01:30", Skipped}, // 03:30 by the new clock
		{"W. Europe Standard Time", "2026-03-29 03:00", "2026-03-29 01:00", Once},
		{"W. Europe Standard Time", "2026-10-25 01:59", "2026-10-24 23:59", Once},
		{"W. Europe Standard Time", "2026-10-25 02:30", "2026-10-25 00:30", Twice},
		{"W. Europe Standard Time", "2026-10-25 03:00", "2026-10-25 02:00", Once},
		{"Pacific Standard Time", "2026-03-08 02:30", "2026-03-08 10:30", Skipped},
		{"Pacific Standard Time", "2026-11-01 01:30", "2026-11-01 08:30", Twice},
		{"Lord Howe Standard Time", "2026-10-04 02:15", "2026-10-03 15:45", Skipped}, // half an hour
		{"India Standard Time", "2026-03-29 02:30", "2026-03-28 21:00", Once},
		{"UTC", "2026-03-29 02:30", "2026-03-29 02:30", Once},
		{"America/Sao_Paulo", "2018-11-04 00:30", "2018-11-04 03:30", Skipped}, // at midnight
	} {
		zone, _, err := Load(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		clock, err := time.Parse("2006-01-02 15:04", tt.clock)
		if err != nil {
			t.Fatal(err)
		}
		got, occurrence := Instant(clock, zone)
		if text := got.UTC().Format("2006-01-02 15:04"); text != tt.want || occurrence != tt.occurrence {
			t.Errorf("%s in %s: %s (%d), want %s (%d)", tt.clock, tt.zone, text, occurrence, tt.want, tt.occurrence)
		}
	}
}
