package servicetest

import (
	"errors"
	"strings"

	"migsh/internal/migration"
)

// With Validate every mailbox that can't be opened is named before anything exists.
func testValidate(f *fixture) {
	f.endpoints()
	for _, u := range []string{"ann", "bob", "cyd"} {
		f.mailbox(u, 1)
	}
	f.World.Server(SourceHost).SetPassword("bob", "other")
	f.World.Server(TargetHost).SetPassword("cyd@example.org", "other")
	r := migration.NewBatchRequest{Name: "B", SourceEndpoint: "source", CSVData: csv("ann", "bob", "cyd", "dan"), Validate: true, AutoStart: true}
	_, err := f.Service.NewBatch(f.ctx, r)
	f.want("rows that can't be opened", err, migration.ErrMailbox, "3 of 4 rows", "Row 2 (bob@example.org)", "source login 'bob'", "Row 3 (cyd@example.org)",
		"target login 'cyd@example.org'", "Row 4 (dan@example.org)", "Nothing was created")
	e, _ := errors.AsType[*migration.Error](err)
	if len(e.Faults) != 3 || e.Faults[0].Row != 2 || strings.Contains(err.Error(), "ann@") {
		f.Errorf("the faults: %+v", e.Faults)
	}
	f.noSecrets(e)
	if all := must[[]migration.Batch](f)(collect(f.Service.Batches(f.ctx, migration.BatchQuery{}))); len(all) != 0 {
		f.Errorf("%d batches after the refusal", len(all))
	}
	f.World.Server(SourceHost).SetPassword("bob", "pw-bob")
	r.CSVData = csv("ann", "bob")
	if made := must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, r)); made.Batch.TotalCount != 2 {
		f.Errorf("the batch: %+v", made.Batch.Counts)
	}
	if p := f.idle("B"); p.Status != migration.BatchSynced {
		f.Errorf("it ends %s", p.Status)
	}
	if open, _, _ := f.World.Server(SourceHost).Sessions(); open != 0 {
		f.Errorf("%d sessions are left open", open)
	}
}
