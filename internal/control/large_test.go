package control

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
	"migsh/internal/migration/servicetest"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store/boltstore"
)

// A list as long as it may be becomes a batch, with every row in it.
func TestLargestBatch(t *testing.T) {
	if testing.Short() {
		t.Skip("50,000 rows take seconds")
	}
	c := onDisk(t)
	ctx := t.Context()
	for _, r := range []migration.NewEndpointRequest{
		{Name: "source", RemoteServer: servicetest.SourceHost},
		{Name: "target", RemoteServer: servicetest.TargetHost, Credentials: &migration.Credential{UserName: "root", Password: "x"}},
	} {
		if _, err := c.NewEndpoint(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	var csv bytes.Buffer
	csv.WriteString("EmailAddress,UserName,Password\n")
	for i := range csvfile.MaxRows {
		fmt.Fprintf(&csv, "user%d@example.org,user%d,password-%d\n", i, i, i)
	}
	out, err := c.NewBatch(ctx, migration.NewBatchRequest{
		Name: "all", SourceEndpoint: "source", TargetEndpoint: "target", CSVData: csv.Bytes(), AutoStart: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Batch.TotalCount != csvfile.MaxRows || out.Batch.Status != migration.BatchStarting {
		t.Errorf("%d users, %s", out.Batch.TotalCount, out.Batch.Status)
	}
	if u, _, err := firstUser(c, t, "user49999@example.org"); err != nil || u.Row != csvfile.MaxRows {
		t.Errorf("the last row: %+v, %v", u, err)
	}
	if _, err := c.StopBatch(ctx, migration.OrderBatchRequest{Identity: "all"}); err != nil {
		t.Fatal(err)
	}
	if err := c.RemoveBatch(ctx, migration.RemoveBatchRequest{Identity: "all"}); err != nil {
		t.Fatal(err)
	}
	for item, err := range c.records.Users.All(ctx) {
		t.Fatalf("%v is still there, %v", item.Names, err)
	}
}

func firstUser(c *Control, t *testing.T, id migration.Identity) (migration.User, bool, error) {
	for u, err := range c.Users(t.Context(), migration.UserQuery{Identity: id}) {
		return u, true, err
	}
	return migration.User{}, false, nil
}

// onDisk makes a service on a store of its own on disk, without an engine.
func onDisk(t testing.TB) *Control {
	dir := t.TempDir()
	keys, err := secret.Load(filepath.Join(dir, "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	st, err := boltstore.Open(t.Context(), filepath.Join(dir, "state.db"), boltstore.Options{Schema: records.Schema})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := New(t.Context(), records.New(st, keys), servicetest.NewWorld(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
