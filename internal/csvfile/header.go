package csvfile

import (
	"fmt"
	"slices"
	"strings"

	"migsh/internal/migration"
)

// column is what a field of a row can be.
type column int

const (
	colIgnored column = iota
	colEmailAddress
	colUserName
	colPassword
	colUserRoot
	colTargetUserName
	colTargetPassword
)

// known are the columns with a meaning, by the name that Exchange or migsh gives them. ErrorMessage is the column that
// MigrationErrors.csv has besides: the corrected file can be handed in as it is.
var known = []struct {
	name     string
	is       column
	required bool
}{
	{"EmailAddress", colEmailAddress, true},
	{"UserName", colUserName, true},
	{"Password", colPassword, true},
	{"UserRoot", colUserRoot, false},
	{"TargetUserName", colTargetUserName, false},
	{"TargetPassword", colTargetPassword, false},
	{"ErrorMessage", colIgnored, false},
}

// header tells what each field of a row is.
type header struct {
	names   []string
	columns []column
	ignored []string
}

// readHeader finds out which field is what. It is false when the row names no column at all and is no header.
func readHeader(record []string, allowUnknown bool, faults *faultList) (header, bool) {
	h := header{names: slices.Clone(record), columns: make([]column, len(record))}
	where := map[string]int{} // known name → field
	var unknown []int
	for i, name := range h.names {
		k := slices.IndexFunc(known, func(c struct {
			name     string
			is       column
			required bool
		}) bool {
			return strings.EqualFold(c.name, strings.TrimSpace(name))
		})
		if k < 0 {
			unknown = append(unknown, i)
			continue
		}
		if j, twice := where[known[k].name]; twice {
			faults.add(migration.Fault{
				ID: migration.ErrCSVInvalid, Column: known[k].name,
				Message: fmt.Sprintf(`"%s" stands in the header twice, as column %d and column %d.`, known[k].name, j+1, i+1),
			})
			continue
		}
		where[known[k].name] = i
		h.columns[i] = known[k].is
	}
	if len(where) == 0 && !slices.ContainsFunc(h.names, func(n string) bool { return resembles(n) != "" }) {
		faults.add(noHeader(h.names))
		return h, false
	}
	for _, c := range known {
		if _, there := where[c.name]; there || !c.required {
			continue
		}
		message := fmt.Sprintf(`"%s" is missing from the CSV file.`, c.name)
		if i := slices.IndexFunc(unknown, func(i int) bool { return resembles(h.names[i]) == c.name }); i >= 0 {
			message += fmt.Sprintf(` The column "%s" may be meant: write it %s.`, h.names[unknown[i]], c.name)
			unknown = slices.Delete(unknown, i, i+1)
		}
		faults.add(migration.Fault{ID: migration.ErrCSVColumn, Column: c.name, Message: message})
	}
	for _, i := range unknown {
		name := h.names[i]
		if allowUnknown {
			h.ignored = append(h.ignored, name)
			continue
		}
		message := fmt.Sprintf(`The column "%s" is unknown.`, name)
		if name == "" {
			message = fmt.Sprintf("Column %d of the header has no name.", i+1)
		} else if like := resembles(name); like != "" {
			message += " Is " + like + " meant?"
		}
		faults.add(migration.Fault{
			ID: migration.ErrCSVUnknown, Column: name,
			Message: message + " Correct or remove it, or pass over such columns with -AllowUnknownColumnsInCsv $true.",
		})
	}
	return h, true
}

// noHeader is the fault of a first row that names no column at all.
func noHeader(fields []string) migration.Fault {
	message := "The first row is not a header: EmailAddress, UserName, Password expected."
	if len(fields) == 1 {
		for _, sep := range []struct{ mark, name string }{{";", "semicolons"}, {"\t", "tabs"}} {
			parts := strings.Split(fields[0], sep.mark)
			if len(parts) > 1 && slices.ContainsFunc(parts, func(p string) bool { return resembles(strings.Trim(p, `" `)) != "" }) {
				message += " Its fields are separated by " + sep.name + "; separate them by commas."
			}
		}
	}
	return migration.Fault{ID: migration.ErrCSVHeader, Message: message}
}

// row makes a Row of a record that has as many fields as the header. Strings are copied: the record is used again.
func (h header) row(number int, record []string) Row {
	row := Row{Number: number}
	for i, field := range record {
		switch h.columns[i] {
		case colEmailAddress:
			row.EmailAddress = strings.Clone(strings.TrimSpace(field))
		case colUserName:
			row.UserName = strings.Clone(field)
		case colPassword:
			row.Password = migration.Secret(strings.Clone(field))
		case colUserRoot:
			row.UserRoot = strings.Clone(field)
		case colTargetUserName:
			row.TargetUserName = strings.Clone(field)
		case colTargetPassword:
			row.TargetPassword = migration.Secret(strings.Clone(field))
		}
	}
	return row
}

// resembles is the known column that a name is probably meant to be, or empty.
func resembles(name string) string {
	plain := func(s string) string {
		return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "", ".", "", "\u00a0", "").Replace(s))
	}
	n := plain(name)
	if n == "" {
		return ""
	}
	for _, c := range known {
		if d := distance(n, plain(c.name)); d == 0 || d <= 2 && d*3 < len(c.name) {
			return c.name
		}
	}
	synonyms := map[string]string{"email": "EmailAddress", "mail": "EmailAddress", "user": "UserName", "login": "UserName", "pass": "Password", "pwd": "Password"}
	return synonyms[n]
}

// distance is the number of letters to add, drop or replace to make b out of a (Levenshtein).
func distance(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
