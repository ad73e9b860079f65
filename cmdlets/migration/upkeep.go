package migration

import (
	"context"
	"path/filepath"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

type backupStore struct {
	base
	Path  string `param:"pos=0" help:"The file to write, or a directory that gets a file named after the time. Left out, the directory backups of the state."`
	Force bool   `param:"" help:"Write over a file that is there."`
}

func (e *environment) backupStore() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Backup-MigrationStore", Synopsis: "Writes a copy of migsh's state to a file, while batches go on.",
		ShouldProcess: true, Impact: cmdlet.ImpactLow, OutputTypes: []string{typeStoreBackup.Name},
	}, "", "", func(b base) cmdlet.Cmdlet { return &backupStore{base: b} })
}

func (c *backupStore) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	target := "the state"
	path := located(out, c.Path)
	if path != "" {
		target += ", to " + path
	}
	if ok, err := out.ShouldProcess(target, "Backup-MigrationStore"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		backup, err := svc.BackupStore(ctx, migration.BackupStoreRequest{Path: path, Replace: c.Force})
		if err != nil {
			return err
		}
		if err := out.Verbose("The credentials in the copy are sealed with the key in '" + backup.KeyFile + "': keep a copy of that file too, at another place."); err != nil {
			return err
		}
		return out.Write(object.Instance(typeStoreBackup, &backup))
	})
}

// located makes a path that the administrator has given absolute, from where the session is.
func located(out cmdlet.Out, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(out.Session().Location(), path)
}

type testStore struct {
	base
	Path string `param:"pos=0 pipelinebyname" alias:"FullName" help:"A backup to test instead of the state itself."`
}

func (e *environment) testStore() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Test-MigrationStore", Synopsis: "Reads migsh's state, or a backup of it, to its end and tells whether anything is wrong.",
		OutputTypes: []string{typeStoreTest.Name},
	}, "", "", func(b base) cmdlet.Cmdlet { return &testStore{base: b} })
}

func (c *testStore) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.do(ctx, out, func(svc migration.Service) error {
		test, err := svc.TestStore(ctx, migration.TestStoreRequest{Path: located(out, c.Path)})
		if err != nil {
			return err
		}
		return out.Write(object.Instance(typeStoreTest, &test))
	})
}

type optimizeStore struct{ base }

func (e *environment) optimizeStore() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Optimize-MigrationStore", Synopsis: "Gives back to the disk what migsh's state no longer uses.",
		ShouldProcess: true, Impact: cmdlet.ImpactMedium, OutputTypes: []string{typeStoreTest.Name},
	}, "", "", func(b base) cmdlet.Cmdlet { return &optimizeStore{b} })
}

func (c *optimizeStore) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if ok, err := out.ShouldProcess("the state", "Optimize-MigrationStore"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		test, err := svc.OptimizeStore(ctx)
		if err != nil {
			return err
		}
		return out.Write(object.Instance(typeStoreTest, &test))
	})
}

var typeStoreBackup = declare(exchange+"MigrationStoreBackup", func(b *migration.StoreBackup) string { return b.Path },
	object.Views{Default: []string{"Path", "Size", "CreationTime", "KeyFile"}},
	property[migration.StoreBackup]{"Path", object.TypeString, func(b *migration.StoreBackup) any { return b.Path }},
	property[migration.StoreBackup]{"Size", nil, func(b *migration.StoreBackup) any { return size(b.Size) }},
	property[migration.StoreBackup]{"CreationTime", object.TypeDateTime, func(b *migration.StoreBackup) any { return utc(b.CreationTime) }},
	property[migration.StoreBackup]{"KeyFile", object.TypeString, func(b *migration.StoreBackup) any { return b.KeyFile }},
)

var typeStoreTest = declare(exchange+"MigrationStoreTest", func(t *migration.StoreTest) string { return t.Path },
	object.Views{Default: []string{"Path", "Result", "Message", "FileSize", "InUse", "Free", "Freed"}},
	property[migration.StoreTest]{"Path", object.TypeString, func(t *migration.StoreTest) any { return t.Path }},
	property[migration.StoreTest]{"Result", enumTestResult, func(t *migration.StoreTest) any { return named(enumTestResult, t.Result) }},
	property[migration.StoreTest]{"Message", object.TypeString, func(t *migration.StoreTest) any { return t.Message }},
	property[migration.StoreTest]{"FileSize", nil, func(t *migration.StoreTest) any { return size(t.FileSize) }},
	property[migration.StoreTest]{"InUse", nil, func(t *migration.StoreTest) any { return size(t.InUse) }},
	property[migration.StoreTest]{"Free", nil, func(t *migration.StoreTest) any { return size(t.Free) }},
	property[migration.StoreTest]{"Freed", nil, func(t *migration.StoreTest) any { return size(t.Freed) }},
)
