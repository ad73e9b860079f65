package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"migsh/internal/migration"
)

// The limits of a file.
const (
	MaxRows  = migration.DefaultMaxCSVRows
	MaxBytes = 10 << 20
)

// Row is one user of the list.
type Row struct {
	// Number counts the data rows from 1.
	Number       int
	EmailAddress string
	// UserName, Password and UserRoot open the source, exactly as they stand in the file.
	UserName string
	Password migration.Secret
	UserRoot string
	// TargetUserName and TargetPassword open the target when the endpoint's administrator doesn't.
	TargetUserName string
	TargetPassword migration.Secret
}

// File is what was read.
type File struct {
	// Columns is the header as it stands, Ignored those of its columns that mean nothing here.
	Columns, Ignored []string
	// Rows that can be used; those with a warning are not among them.
	Rows     []Row
	Warnings []migration.ValidationWarning
}

// Options loosen or tighten the rules.
type Options struct {
	// AllowUnknownColumns passes over columns that mean nothing here, instead of refusing the file.
	AllowUnknownColumns bool
	// MaxRows is the most rows to take; 0 is [MaxRows].
	MaxRows int
	// Domains are those that addresses may be in, in any case; none means any.
	Domains []string
}

// Ids of warnings about rows.
const (
	WarningBadAddress      = "BadAddress"
	WarningRepeatedAddress = "RepeatedAddress"
	WarningNoUserName      = "NoUserName"
	WarningForeignDomain   = "ForeignDomain"
)

// Parse reads a list. The error is a *migration.Error with all faults that refuse the file.
func Parse(data []byte, o Options) (*File, error) {
	if o.MaxRows == 0 {
		o.MaxRows = MaxRows
	}
	if len(data) > MaxBytes {
		return nil, refuse(migration.Fault{
			ID: migration.ErrCSVTooBig,
			Message: fmt.Sprintf("The CSV file is too big: it has %.1f MB, and at most %d MB are allowed.",
				float64(len(data))/(1<<20), MaxBytes>>20),
		}, "Divide it among several batches.")
	}
	data, err := toUTF8(data)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, refuse(migration.Fault{ID: migration.ErrCSVEmpty, Message: "The CSV file can't be empty."},
			"Its first row names the columns: EmailAddress,UserName,Password; every further row is a user.")
	}

	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	var faults faultList

	record, err := r.Read()
	if err != nil {
		faults.add(syntaxFault(0, err))
		return nil, faults.err()
	}
	h, ok := readHeader(record, o.AllowUnknownColumns, &faults)
	if !ok {
		return nil, faults.err()
	}

	file := &File{Columns: h.names, Ignored: h.ignored}
	first := map[string]int{} // folded address → number of its first row
	rows := 0
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if len(record) == 1 && len(h.names) > 1 && strings.TrimSpace(record[0]) == "" {
			continue // a blank line
		}
		rows++
		switch {
		case err != nil:
			faults.add(syntaxFault(rows, err))
		case len(record) != len(h.names):
			faults.add(migration.Fault{
				ID:  migration.ErrCSVFieldCount,
				Row: rows,
				Message: fmt.Sprintf("Row %d has the wrong number of columns. Expected number: %d. Actual number: %d.",
					rows, len(h.names), len(record)),
			})
		case faults.empty() && rows <= o.MaxRows:
			file.take(h.row(rows, record), first, o.Domains)
		}
	}
	if rows > o.MaxRows {
		faults.add(migration.Fault{
			ID:      migration.ErrCSVTooManyRows,
			Message: fmt.Sprintf("The CSV file has more than %s rows: it has %s.", migration.Thousands(int64(o.MaxRows)), migration.Thousands(int64(rows))),
		})
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	if rows == 0 {
		return nil, refuse(migration.Fault{
			ID: migration.ErrCSVEmpty, Message: "The list of users can't be empty: the CSV file has a header and no row.",
		}, "Add a row for every user.")
	}
	return file, nil
}

// take puts a row among the usable ones or warns of it.
func (f *File) take(row Row, first map[string]int, domains []string) {
	warn := func(id, message string) {
		f.Warnings = append(f.Warnings, migration.ValidationWarning{
			Row: row.Number, EmailAddress: row.EmailAddress, ID: id, Message: message,
		})
	}
	if err := migration.CheckAddress(row.EmailAddress); err != nil {
		warn(WarningBadAddress, fmt.Sprintf("Row %d is left out: %s", row.Number, migration.AsError(err).Message))
		return
	}
	_, domain, _ := strings.Cut(row.EmailAddress, "@")
	if len(domains) > 0 && !slices.ContainsFunc(domains, func(d string) bool { return strings.EqualFold(d, domain) }) {
		warn(WarningForeignDomain, fmt.Sprintf("Row %d is left out: '%s' is not in an accepted domain of the target: %s. Correct the address, or accept its domain with Set-MigrationConfig -AcceptedDomains.",
			row.Number, row.EmailAddress, strings.Join(domains, ", ")))
		return
	}
	key := migration.FoldName(row.EmailAddress)
	if n, seen := first[key]; seen {
		warn(WarningRepeatedAddress, fmt.Sprintf("Row %d is left out: '%s' stands in row %d already.", row.Number, row.EmailAddress, n))
		return
	}
	first[key] = row.Number
	f.Rows = append(f.Rows, row)
}

func syntaxFault(row int, err error) migration.Fault {
	where := fmt.Sprintf("Row %d", row)
	if row == 0 {
		where = "The header row"
	}
	why := err.Error()
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		where += fmt.Sprintf(" (line %d, column %d)", p.Line, p.Column)
		switch {
		case errors.Is(p.Err, csv.ErrBareQuote):
			why = `a quotation mark stands inside a field that is not quoted; put the whole field in quotation marks and double those inside it`
		case errors.Is(p.Err, csv.ErrQuote):
			why = `a quoted field is not closed, or text follows its closing quotation mark; double the quotation marks inside a quoted field`
		default:
			why = p.Err.Error()
		}
	}
	return migration.Fault{ID: migration.ErrCSVSyntax, Row: row, Message: where + " can't be read as CSV: " + why + "."}
}
