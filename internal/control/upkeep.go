package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/statedir"
	"migsh/internal/syncer"
	"migsh/store"
)

// upkeep gives the store as one that lives in a file.
func (c *Control) upkeep() (store.Upkeep, error) {
	if u, ok := c.records.Store.(store.Upkeep); ok {
		return u, nil
	}
	return nil, migration.NewError(migration.ErrStore, "", "The state is not kept in a file of migsh's own.", "Use the means of the system that keeps it.")
}

// BackupStore implements migration.Service.
func (c *Control) BackupStore(ctx context.Context, r migration.BackupStoreRequest) (migration.StoreBackup, error) {
	u, err := c.upkeep()
	if err != nil {
		return migration.StoreBackup{}, err
	}
	now := c.now()
	path, err := c.backupPath(r.Path, u.Path())
	if err != nil {
		return migration.StoreBackup{}, err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, now.Format("state-20060102-150405.db"))
	}
	if err := u.BackupTo(ctx, path, r.Replace); err != nil {
		return migration.StoreBackup{}, backupError(ctx, path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return migration.StoreBackup{}, backupError(ctx, path, err)
	}
	return migration.StoreBackup{Path: path, Size: migration.ByteSize(info.Size()), CreationTime: now, KeyFile: c.keyFile}, nil
}

// backupPath is where a copy is to go.
func (c *Control) backupPath(path, original string) (string, error) {
	if path == "" {
		if c.backups == "" {
			return "", migration.NewError(migration.ErrInvalidValue, "", "There is no directory for backups.", "Name a file with -Path.")
		}
		if err := statedir.Sub(c.backups); err != nil {
			return "", migration.NewError(migration.ErrStore, c.backups, "The directory for backups can't be made: "+err.Error()+".", "Name a file elsewhere with -Path.").Because(err)
		}
		return c.backups, nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", migration.NewError(migration.ErrInvalidValue, path, err.Error(), "").Because(err)
	}
	if path == original {
		return "", migration.NewError(migration.ErrInvalidValue, path, fmt.Sprintf("'%s' is the state itself.", path), "Name another file.")
	}
	return path, nil
}

func backupError(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	const elsewhere = "Name another file with -Path, such as Backup-MigrationStore -Path /other/disk/state.db."
	switch {
	case errors.Is(err, fs.ErrExist):
		return migration.NewError(migration.ErrAlreadyExists, path, fmt.Sprintf("The file '%s' already exists; nothing was written.", path),
			"Name another one, or write over it with -Force.").Because(err)
	case errors.Is(err, store.ErrFull):
		return migration.NewError(migration.ErrStore, path, fmt.Sprintf("There is no room for the backup on the disk of '%s'; nothing of it was left, and the state is as it was.", path), elsewhere).Because(err)
	case errors.Is(err, store.ErrReadOnly):
		return migration.NewError(migration.ErrStore, path, fmt.Sprintf("The place of '%s' can't be written; the state is as it was.", path), elsewhere).Because(err)
	case errors.Is(err, fs.ErrNotExist):
		return migration.NewError(migration.ErrInvalidValue, path, fmt.Sprintf("There is no directory '%s'.", filepath.Dir(path)),
			fmt.Sprintf("Make it first: New-Item -ItemType Directory '%s'.", filepath.Dir(path))).Because(err)
	}
	return records.Explain(err)
}

// TestStore implements migration.Service.
func (c *Control) TestStore(ctx context.Context, r migration.TestStoreRequest) (migration.StoreTest, error) {
	u, err := c.upkeep()
	if err != nil {
		return migration.StoreTest{}, err
	}
	out := migration.StoreTest{Path: u.Path(), Result: migration.TestSuccess}
	var usage store.Usage
	if r.Path == "" {
		if err = u.Check(ctx); err == nil {
			usage, err = u.Usage()
		}
	} else {
		if out.Path, err = filepath.Abs(r.Path); err == nil {
			usage, err = u.CheckCopy(ctx, out.Path)
		}
	}
	damage, damaged := errors.AsType[*store.DamagedError](err)
	switch {
	case ctx.Err() != nil:
		return out, context.Cause(ctx)
	case damaged && r.Path != "":
		out.Result, out.Message = migration.TestFailed, "The file can't serve as a backup: "+strings.ReplaceAll(damage.Cause.Error(), "\n", "; ")+"."
		return out, nil
	case damaged:
		out.Result, out.Message = migration.TestFailed, strings.ReplaceAll(damage.Error(), "\n", "; ")+"."
		return out, nil
	case errors.Is(err, fs.ErrNotExist):
		return out, migration.NewError(migration.ErrNotFound, out.Path, fmt.Sprintf("The file '%s' can't be found.", out.Path), "").Because(err)
	case err != nil:
		return out, records.Explain(err)
	}
	describeUsage(&out, usage)
	if r.Path != "" {
		return out, nil
	}
	spoiled, err := c.spoiledRecords(ctx)
	if err != nil {
		return out, records.Explain(err)
	}
	if len(spoiled) > 0 {
		more := ""
		if n := len(spoiled) - spoiledNamed; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		out.Result = migration.TestFailed
		out.Message = fmt.Sprintf("The file is whole, but %d of its records can't be read: %s%s. What is lost, and what to do, is told where each is listed, such as by Get-MigrationBatch; all else goes on.",
			len(spoiled), strings.Join(spoiled[:min(len(spoiled), spoiledNamed)], ", "), more)
	}
	return out, nil
}

// spoiledNamed is how many records that can't be read are named.
const spoiledNamed = 10

// spoiledRecords are the keys of the records that can't be read.
func (c *Control) spoiledRecords(ctx context.Context) (keys []string, err error) {
	for record, err := range c.records.Store.Scan(ctx, "") {
		if err != nil {
			return nil, err
		}
		if !json.Valid(record.Value) && !syncer.IsPage(record) {
			keys = append(keys, record.Key)
		}
	}
	return keys, nil
}

func describeUsage(out *migration.StoreTest, usage store.Usage) {
	out.FileSize, out.InUse, out.Free = migration.ByteSize(usage.FileSize), migration.ByteSize(usage.InUse), migration.ByteSize(usage.Free)
	out.Message = "All pages and records were read; nothing is wrong."
}

// OptimizeStore implements migration.Service.
func (c *Control) OptimizeStore(ctx context.Context) (migration.StoreTest, error) {
	u, err := c.upkeep()
	if err != nil {
		return migration.StoreTest{}, err
	}
	out := migration.StoreTest{Path: u.Path(), Result: migration.TestSuccess}
	before, err := u.Usage()
	if err == nil {
		err = u.Compact(ctx)
	}
	var after store.Usage
	if err == nil {
		after, err = u.Usage()
	}
	switch {
	case ctx.Err() != nil:
		return out, context.Cause(ctx)
	case errors.Is(err, store.ErrFull):
		return out, migration.NewError(migration.ErrStore, out.Path, fmt.Sprintf("The disk has no room for the new file beside the old one, which takes %v; the state is as it was.",
			migration.ByteSize(before.InUse)), "Make as much room on that disk, and give the command again.").Because(err)
	case err != nil:
		return out, records.Explain(err)
	}
	describeUsage(&out, after)
	out.Freed = max(0, migration.ByteSize(before.FileSize-after.FileSize))
	out.Message = fmt.Sprintf("The file was written anew; %v were given back to the disk.", out.Freed)
	return out, nil
}
