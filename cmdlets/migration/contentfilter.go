package migration

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/shell/object"
	"migsh/shell/object/netfmt"
)

// filterDate finds the dates of a content filter.
var filterDate = regexp.MustCompile(`(?i)(\bReceived\s+-\w+\s+)('[^']*'|"[^"]*")`)

// inCulture writes the dates of a content filter, which are in the form of a culture, in the one that is the same everywhere.
func inCulture(filter, culture string) (string, error) {
	if culture == "" {
		return filter, nil
	}
	c, ok := netfmt.CultureByName(culture)
	if !ok {
		return "", migration.NewError(migration.ErrInvalidValue, culture, fmt.Sprintf("How dates are written in the culture '%s' is not known.", culture),
			"Leave -ContentFilterLanguage out and write the dates as year-month-day.")
	}
	var failed error
	out := filterDate.ReplaceAllStringFunc(filter, func(text string) string {
		m := filterDate.FindStringSubmatch(text)
		date, err := object.ParseDateTime(strings.Trim(m[2], `'"`), c)
		if err != nil {
			failed = migration.NewError(migration.ErrInvalidValue, m[2], fmt.Sprintf("%s is no date in the culture '%s'.", m[2], c.Name),
				"Write it as that culture does, or leave -ContentFilterLanguage out and write it as year-month-day.").Because(err)
			return text
		}
		return m[1] + "'" + utcOf(date).Format("2006-01-02 15:04:05") + "'"
	})
	return out, failed
}

// utcOf is the moment of a date, which is in UTC unless it names a zone.
func utcOf(d object.DateTime) time.Time {
	if d.Kind == object.KindUnspecified {
		return d.Clock()
	}
	return d.Time().UTC()
}
