package control

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"migsh/internal/migration"
	"migsh/internal/report"
	"migsh/internal/statedir"
)

// keepReport writes the report of a batch that is about to be removed: it stays when the batch is gone.
func (c *Control) keepReport(ctx context.Context, b migration.Batch) error {
	if c.reports == "" {
		return nil
	}
	r, err := report.Gather(ctx, c, migration.Identity(b.GUID), c.now())
	if err != nil {
		return err
	}
	if err := statedir.Sub(c.reports); err != nil {
		return err
	}
	path := filepath.Join(c.reports, fileName(b.Name)+"-"+r.Made.Format("20060102-150405")+".html")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("keep the report: %w", err)
	}
	return errors.Join(report.Page(f, r), f.Close())
}

// fileName is a name of a batch as that of a file, on every system.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '_'
		}
		return r
	}, name)
}
