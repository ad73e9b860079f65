package servicetest

import (
	"strings"

	"migsh/internal/migration"
)

// Plans tell of every user of a batch, or of one, and of a mailbox that can't be opened why.
func testPlans(f *fixture) {
	f.endpoints()
	for _, u := range []string{"ann", "bob"} {
		f.mailbox(u, 6)
	}
	f.World.Server(SourceHost).SetPassword("bob", "other")
	_, err := f.Service.NewBatch(f.ctx, migration.NewBatchRequest{
		Name: "Wrong", SourceEndpoint: "source", CSVData: csv("ann"), BatchSettings: migration.BatchSettings{FolderMapping: []migration.FolderMapping{{From: "^(", To: "x"}}},
	})
	f.want("a regular expression that is none", err, migration.ErrInvalidValue, "'^(->x'", "regular expression")
	f.newBatch("B", false, "ann", "bob")
	must[migration.BatchResult](f)(f.Service.SetBatch(f.ctx, migration.SetBatchRequest{
		Identity: "B", FolderMapping: &[]migration.FolderMapping{{From: "Archive", To: "Old"}},
	}))
	plans := must[[]migration.MailboxPlan](f)(collect(f.Service.Plans(f.ctx, migration.PlanQuery{Batch: "b"})))
	if len(plans) != 2 || plans[0].PendingCount != 6 || plans[0].Result != migration.TestSuccess || plans[0].QuotaLimit != -1 {
		f.Fatalf("plans: %+v", plans)
	}
	if plans[1].Result != migration.TestFailed || !strings.Contains(plans[1].Message, "signing in") {
		f.Errorf("of a mailbox that can't be opened: %+v", plans[1])
	}
	f.noSecrets(plans)
	i := len(plans[0].Folders) - 1
	for plans[0].Folders[i].SourceFolder != "Archive" {
		i--
	}
	if plans[0].Folders[i].TargetFolder != "Old" || plans[0].Folders[i].PendingCount != 2 {
		f.Errorf("the plan of a folder: %+v", plans[0].Folders[i])
	}
	must[migration.BatchResult](f)(f.Service.StartBatch(f.ctx, migration.OrderBatchRequest{Identity: "B"}))
	f.idle("B")
	one := must[[]migration.MailboxPlan](f)(collect(f.Service.Plans(f.ctx, migration.PlanQuery{Identity: "ann@example.org"})))
	if len(one) != 1 || one[0].PendingCount != 0 || one[0].DecidedCount != 6 {
		f.Errorf("after the copy: %+v", one)
	}
	_, err = collect(f.Service.Plans(f.ctx, migration.PlanQuery{Identity: "nobody@example.org"}))
	f.want("a plan for nobody", err, migration.ErrNotFound, "'nobody@example.org'")
}

// The state of a bed is in memory: upkeep says that there is no file.
func testUpkeep(f *fixture) {
	_, err := f.Service.BackupStore(f.ctx, migration.BackupStoreRequest{})
	f.want("a backup", err, migration.ErrStore, "file")
	_, err = f.Service.TestStore(f.ctx, migration.TestStoreRequest{})
	f.want("a test", err, migration.ErrStore, "file")
	_, err = f.Service.OptimizeStore(f.ctx)
	f.want("optimizing", err, migration.ErrStore, "file")
}
