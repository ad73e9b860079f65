package service

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"migsh/internal/control"
	"migsh/internal/engine"
	"migsh/internal/migration"
	"migsh/internal/migration/servicetest"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store/memstore"
)

func TestServiceThroughHTTP(t *testing.T) {
	logged := new(syncBuffer)
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	servicetest.Run(t, func(t *testing.T) servicetest.Bed {
		bed := open(t)
		bed.Service = through(t, NewHandler(bed.Service), logged)
		return bed
	})
	for _, password := range []string{"pw-", "tp-", "admin-secret"} {
		if text := logged.String(); strings.Contains(text, password) {
			t.Errorf("a password was logged: %s", text)
		}
	}
}

// open makes a service with an engine behind it.
func open(t *testing.T) servicetest.Bed {
	keys, err := secret.Load(filepath.Join(t.TempDir(), "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	world, st := servicetest.NewWorld(), memstore.New()
	r := records.New(st, keys)
	service, err := control.New(t.Context(), r, world, control.Options{})
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
}

// through serves h in memory and gives its client.
func through(t *testing.T, h http.Handler, logged io.Writer) migration.Service {
	l := newPipes()
	server := &http.Server{Handler: h, ErrorLog: log.New(logged, "", 0)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	transport := &http.Transport{DialContext: l.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return NewClient(&http.Client{Transport: transport}, "http://localhost/")
}

// pipes is a listener in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Net: "unix", Name: "pipe"} }

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Every method of the service is in the table, under its own name.
func TestMethods(t *testing.T) {
	var names []string
	for _, m := range methods {
		names = append(names, reflect.ValueOf(m).FieldByName("name").String())
	}
	slices.Sort(names)
	var want []string
	for m := range reflect.TypeFor[migration.Service]().Methods() {
		want = append(want, m.Name)
	}
	if !slices.Equal(names, want) {
		t.Errorf("the table has %v\nthe service has %v", names, want)
	}
}

// A scripted service answers as its fields say; what it isn't scripted for panics.
type scripted struct {
	migration.Service
	users  func(context.Context, migration.UserQuery) iter.Seq2[migration.User, error]
	config func(context.Context) (migration.Config, error)
}

func (s scripted) Users(ctx context.Context, q migration.UserQuery) iter.Seq2[migration.User, error] {
	return s.users(ctx, q)
}

func (s scripted) Config(ctx context.Context) (migration.Config, error) { return s.config(ctx) }

// Who leaves a list early, or whose context ends, ends the work at the other side; and a value is there as soon as it was given.
func TestLeavingEndsTheWork(t *testing.T) {
	for name, leave := range map[string]func(cancel func()) (stay bool){
		"break":  func(func()) bool { return false },
		"cancel": func(cancel func()) bool { cancel(); return true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan error, 1)
				s := through(t, NewHandler(scripted{users: func(ctx context.Context, _ migration.UserQuery) iter.Seq2[migration.User, error] {
					return func(yield func(migration.User, error) bool) {
						yield(migration.User{EmailAddress: "ann@example.org"}, nil)
						<-ctx.Done()
						ended <- ctx.Err()
					}
				}}), t.Output())
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				for u, err := range s.Users(ctx, migration.UserQuery{}) {
					if err != nil {
						if !errors.Is(err, context.Canceled) || ctx.Err() == nil {
							t.Errorf("the list ended with %v", err)
						}
						break
					}
					if u.EmailAddress != "ann@example.org" {
						t.Errorf("%+v", u)
					}
					if !leave(cancel) {
						break
					}
				}
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("the work ended with %v", err)
				}
			})
		})
	}
}

// A call that is waiting at the other side ends with its context.
func TestCancelledCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, ended := make(chan struct{}), make(chan struct{})
		s := through(t, NewHandler(scripted{config: func(ctx context.Context) (migration.Config, error) {
			close(begun)
			<-ctx.Done()
			close(ended)
			return migration.Config{}, ctx.Err()
		}}), t.Output())
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-begun
			cancel()
		}()
		if _, err := s.Config(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the call ended with %v", err)
		}
		<-ended
	})
}

func TestErrorsTravel(t *testing.T) {
	full := migration.NewError(migration.ErrNotFound, "x", "The user 'x' can't be found.", "Look with Get-MigrationUser.").Because(io.ErrClosedPipe)
	full.Faults = []migration.Fault{{ID: migration.ErrCSVColumn, Row: 2, Column: "c", Message: "m"}}
	for _, tt := range []struct {
		name string
		err  error
		id   migration.ErrorID
		says string
	}{
		{"whole", full, migration.ErrNotFound, "can't be found"},
		{"foreign", errors.New("disk on fire"), migration.ErrInternal, "disk on fire"},
		{"the server ends", context.Canceled, migration.ErrService, "is ending"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := through(t, NewHandler(scripted{
				config: func(context.Context) (migration.Config, error) { return migration.Config{}, tt.err },
				users: func(context.Context, migration.UserQuery) iter.Seq2[migration.User, error] {
					return func(yield func(migration.User, error) bool) {
						_ = yield(migration.User{}, nil) && yield(migration.User{}, tt.err)
					}
				},
			}), t.Output())
			_, atOnce := s.Config(t.Context())
			var later error
			n := 0
			for _, err := range s.Users(t.Context(), migration.UserQuery{}) {
				n++
				later = err
			}
			if n != 2 {
				t.Errorf("the list yields %d times, want a value and an error", n)
			}
			for _, err := range []error{atOnce, later} {
				if !errors.Is(err, tt.id) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%v, want %s and %q", err, tt.id, tt.says)
				}
			}
			if e := migration.AsError(atOnce); tt.err == full && (e.Error() != full.Error() || e.Category != full.Category || e.Target != "x" ||
				e.Detail != full.Detail || !reflect.DeepEqual(e.Faults, full.Faults)) {
				t.Errorf("%#v, want %#v", e, full)
			}
		})
	}
}

// Whatever else comes back is an error, and half an answer is none.
func TestBrokenAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		kind   string
		status int
		body   string
		values int
		says   string
	}{
		{"another program", "text/html", 404, "<html>", 0, "404 Not Found"},
		{"cut between lines", streamType, 200, `{"value":{"EmailAddress":"a"}}` + "\n", 1, "broke off"},
		{"cut in a line", streamType, 200, `{"value":{"EmailAddress":"a"}}` + "\n" + `{"value":{"Em`, 1, "broke off"},
		{"nothing", streamType, 200, "", 0, "broke off"},
		{"no JSON", streamType, 200, "\x00", 0, "broke off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := through(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", tt.kind)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}), t.Output())
			n, last := 0, error(nil)
			for _, err := range s.Users(t.Context(), migration.UserQuery{}) {
				if last = err; err == nil {
					n++
				}
			}
			if n != tt.values || !errors.Is(last, migration.ErrService) || !strings.Contains(last.Error(), tt.says) {
				t.Errorf("%d values, then %v; want %d and %q", n, last, tt.values, tt.says)
			}
		})
	}
	empty := through(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", streamType)
		_, _ = io.WriteString(w, `{"end":true}`)
	}), t.Output())
	if _, err := empty.Config(t.Context()); !errors.Is(err, migration.ErrService) {
		t.Errorf("a call without an answer gives %v", err)
	}
	nobody := NewClient(&http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("connection refused")
	}}}, "http://localhost")
	if _, err := nobody.Config(t.Context()); !errors.Is(err, migration.ErrService) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("a call to nobody gives %v", err)
	}
}

func TestRefusedRequests(t *testing.T) {
	h := NewHandler(scripted{config: func(context.Context) (migration.Config, error) { return migration.DefaultConfig(), nil }})
	for _, tt := range []struct {
		name, method, path, kind, body string
		status                         int
		says                           string
	}{
		{"good", "POST", "/v1/Config", "application/json; charset=utf-8", "{}", 200, `{"end":true}`},
		{"a form of a foreign page", "POST", "/v1/Config", "text/plain", "{}", 400, "MigrationInvalidValue"},
		{"get", "GET", "/v1/Config", contentType, "", 405, ""},
		{"unknown method", "POST", "/v1/Frobnicate", contentType, "{}", 404, ""},
		{"unknown field", "POST", "/v1/Config", contentType, `{"Colour":1}`, 400, "Colour"},
		{"no JSON", "POST", "/v1/Users", contentType, "x", 400, "can't be read"},
		{"bad value", "POST", "/v1/Users", contentType, `{"Status":"Sleepy"}`, 400, "Sleepy"},
		{"too big", "POST", "/v1/CheckCSV", contentType, `{"CSVData":"` + strings.Repeat("A", maxRequest) + `"}`, 400, "Divide the user list"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("%d %s, want %d and %q", w.Code, w.Body, tt.status, tt.says)
			}
		})
	}
}
