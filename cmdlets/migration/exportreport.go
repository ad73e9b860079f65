package migration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/internal/report"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

type exportReport struct {
	base
	Identity  any    `param:"mandatory pos=0 pipeline pipelinebyname" complete:"batch" help:"The batch's name or GUID."`
	Path      string `param:"pos=1" help:"The file to write: .html is one page with everything in it, .csv a row for every user. Left out, NAME.html in the current directory."`
	NoClobber bool   `param:"" help:"Don't write over a file that is there."`
}

func (e *environment) exportReport() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Export-MigrationReport", Synopsis: "Writes the report of a batch to a file, as a page or as a table.", ShouldProcess: true, OutputTypes: []string{"System.IO.FileInfo"},
	}, "DomainController Partition", "CsvStream ReportId RowCount StartingRowIndex", func(b base) cmdlet.Cmdlet { return &exportReport{base: b} })
}

func (c *exportReport) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	id := identityFrom(c.Identity)
	path := c.Path
	if path == "" {
		path = strings.Map(func(r rune) rune {
			if strings.ContainsRune(`<>:"/\|?*`, r) {
				return '_'
			}
			return r
		}, string(id)) + ".html"
	}
	path = located(out, path)
	var write func(io.Writer, report.Batch) error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".html", ".htm":
		write = report.Page
	case ".csv":
		write = func(w io.Writer, b report.Batch) error {
			users := make([]migration.User, len(b.Users))
			for i, u := range b.Users {
				users[i] = u.User
			}
			return report.Statistics(w, users)
		}
	default:
		return report1(ctx, out, migration.NewError(migration.ErrInvalidValue, path, fmt.Sprintf("'%s' has neither the ending .html nor .csv.", path), "Name the file with one of them."))
	}
	if ok, err := out.ShouldProcess(path, "Export-MigrationReport"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		b, err := report.Gather(ctx, svc, id, time.Now())
		if err != nil {
			return err
		}
		if err := c.writeFile(path, func(w io.Writer) error { return write(w, b) }); err != nil {
			return migration.NewError(migration.ErrInvalidValue, path, fmt.Sprintf("The report can't be written: %v.", err), "Name another file with -Path.").Because(err)
		}
		return out.Write(object.NewFile(path, false))
	})
}

func (c *exportReport) writeFile(path string, write func(io.Writer) error) error {
	flags := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if c.NoClobber {
		flags |= os.O_EXCL
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
