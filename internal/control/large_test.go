package control

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
	"migsh/internal/migration/servicetest"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store/boltstore"
)

// A long list becomes a batch with every row in it; in the soak test, one as long as it may be.
func TestLargeBatch(t *testing.T) {
	rows := 5000
	if os.Getenv("MIGSH_SOAK") != "" {
		rows = csvfile.MaxRows
	}
	c := onDisk(t, 0)
	ctx := t.Context()
	twoEndpoints(t, c)
	out, err := c.NewBatch(ctx, migration.NewBatchRequest{
		Name: "all", SourceEndpoint: "source", TargetEndpoint: "target", CSVData: manyRows(rows), AutoStart: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Batch.TotalCount != rows || out.Batch.Status != migration.BatchStarting {
		t.Errorf("%d users, %s", out.Batch.TotalCount, out.Batch.Status)
	}
	last, err := firstOf(c.Users(ctx, migration.UserQuery{Identity: migration.Identity(fmt.Sprintf("user%d@example.org", rows-1))}))
	if err != nil || last.Row != rows {
		t.Errorf("the last row: %+v, %v", last, err)
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

// A batch for which there is no room is not made at all, and what there was before is untouched.
func TestFullStore(t *testing.T) {
	c := onDisk(t, 4<<20)
	ctx := t.Context()
	twoEndpoints(t, c)
	small := migration.NewBatchRequest{Name: "small", SourceEndpoint: "source", TargetEndpoint: "target", CSVData: manyRows(3)}
	if _, err := c.NewBatch(ctx, small); err != nil {
		t.Fatal(err)
	}
	large := small
	large.Name, large.CSVData = "large", manyRows(20_000)
	_, err := c.NewBatch(ctx, large)
	if !errors.Is(err, migration.ErrStore) || !strings.Contains(err.Error(), "no room left") {
		t.Fatalf("a batch too large for the store: %v", err)
	}
	var names []string
	for b, err := range c.Batches(ctx, migration.BatchQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, b.Name)
		if b.TotalCount != 3 {
			t.Errorf("%s has %d users, want 3", b.Name, b.TotalCount)
		}
	}
	if len(names) != 1 {
		t.Errorf("the batches are %v", names)
	}
	if err := c.records.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.RemoveBatch(ctx, migration.RemoveBatchRequest{Identity: "small"}); err != nil {
		t.Errorf("removing in a store that was full: %v", err)
	}
	if _, err := c.NewBatch(ctx, small); err != nil {
		t.Errorf("a batch for which there is room again: %v", err)
	}
}

func manyRows(n int) migration.CSVData {
	var csv bytes.Buffer
	csv.WriteString("EmailAddress,UserName,Password\n")
	for i := range n {
		fmt.Fprintf(&csv, "user%d@example.org,user%d,password-%d\n", i, i, i)
	}
	return csv.Bytes()
}

func firstOf[T any](all iter.Seq2[T, error]) (first T, err error) {
	for v, err := range all {
		return v, err
	}
	return first, nil
}

// twoEndpoints makes "source" and "target", the latter with an administrator.
func twoEndpoints(t testing.TB, c *Control) {
	t.Helper()
	for _, r := range []migration.NewEndpointRequest{
		{Name: "source", RemoteServer: servicetest.SourceHost},
		{Name: "target", RemoteServer: servicetest.TargetHost, Credentials: &migration.Credential{UserName: "root", Password: "x"}},
	} {
		if _, err := c.NewEndpoint(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

// onDisk makes a service on a store of its own on disk that may have so many bytes (0: any number), without an engine.
func onDisk(t testing.TB, size int64) *Control {
	dir := t.TempDir()
	keys, err := secret.Load(filepath.Join(dir, "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	st, err := boltstore.Open(t.Context(), filepath.Join(dir, "state.db"), boltstore.Options{Schema: records.Schema, MaxSize: size})
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

// BenchmarkNewBatch50000 makes a batch of as many rows as a list may have.
func BenchmarkNewBatch50000(b *testing.B) {
	data := manyRows(csvfile.MaxRows)
	for b.Loop() {
		c := onDisk(b, 0)
		twoEndpoints(b, c)
		if _, err := c.NewBatch(b.Context(), migration.NewBatchRequest{Name: "all", SourceEndpoint: "source", TargetEndpoint: "target", CSVData: data}); err != nil {
			b.Fatal(err)
		}
	}
}
