package control

import (
	"context"
	"path/filepath"
	"testing"

	"migsh/internal/engine"
	"migsh/internal/migration/servicetest"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store/memstore"
)

func TestService(t *testing.T) {
	servicetest.Run(t, func(t *testing.T) servicetest.Bed {
		keys, err := secret.Load(filepath.Join(t.TempDir(), "key"), false)
		if err != nil {
			t.Fatal(err)
		}
		world, st := servicetest.NewWorld(), memstore.New()
		r := records.New(st, keys)
		service, err := New(t.Context(), r, world, Options{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- engine.New(r, world, engine.Options{}).Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("the engine ended with: %v", err)
			}
			if err := st.Close(); err != nil {
				t.Error(err)
			}
		})
		return servicetest.Bed{Service: service, World: world}
	})
}
