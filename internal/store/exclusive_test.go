package store_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/store"
)

func TestOneAtATimeAmongPrograms(t *testing.T) {
	t.Parallel()
	db, _, url := openURL(t, store.Options{Connections: 1, StatementTimeout: 100 * time.Millisecond}) // the lock takes none of the pool, and may be waited for
	others := []*store.DB{db, dial(t, url, store.Options{}), dial(t, url, store.Options{})}
	var inside, most, done atomic.Int64
	var wg sync.WaitGroup
	for _, db := range others {
		wg.Go(func() {
			err := db.Exclusive(t.Context(), func(ctx context.Context) error {
				most.Store(max(most.Load(), inside.Add(1)))
				time.Sleep(150 * time.Millisecond)
				inside.Add(-1)
				done.Add(1)
				return ctx.Err()
			})
			if err != nil {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 || done.Load() != 3 {
		t.Errorf("%d at once, %d done", most.Load(), done.Load())
	}
}

func TestAHolderThatIsKilledLetsGo(t *testing.T) {
	t.Parallel()
	db, conn, _ := openURL(t, store.Options{})
	err := db.Exclusive(t.Context(), func(ctx context.Context) error {
		terminateLockHolders(t, conn)
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Second):
			t.Error("it goes on without the lock")
		}
		return ctx.Err()
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
	if err := db.Exclusive(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("the next: %v", err)
	}
}

func terminateLockHolders(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	execute(t, conn, "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())")
}

func TestWaitingEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	db, _, _ := openURL(t, store.Options{})
	own := errors.New("its own")
	err := db.Exclusive(t.Context(), func(ctx context.Context) error {
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		if err := db.Exclusive(short, func(context.Context) error { t.Error("two at once"); return nil }); err == nil || short.Err() == nil {
			t.Errorf("%v", err)
		}
		return own
	})
	if !errors.Is(err, own) {
		t.Errorf("%v", err)
	}
}

// TestAJobWhoseConnectionBreaksEnds: others see then that nobody does it, and do.
func TestAJobWhoseConnectionBreaksEnds(t *testing.T) {
	t.Parallel()
	db, conn, _ := openURL(t, store.Options{})
	err := db.DoJob(t.Context(), 7, func(ctx context.Context) error {
		if abandoned(t, db, 7) {
			t.Error("it is abandoned while it is done")
		}
		terminateLockHolders(t, conn)
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Second):
			t.Error("it goes on without the lock")
		}
		return ctx.Err()
	})
	if fault.KindOf(err) != fault.Unavailable || !abandoned(t, db, 7) {
		t.Errorf("%v", err)
	}
	if err := db.DoJob(t.Context(), 7, func(context.Context) error { return nil }); err != nil || !abandoned(t, db, 7) {
		t.Errorf("the next: %v", err)
	}
}

func abandoned(t *testing.T, db *store.DB, id int64) (free bool) {
	t.Helper()
	if err := db.Abandoned(t.Context(), id, func() error { free = true; return nil }); err != nil {
		t.Error(err)
	}
	return free
}

// TestALockOutlivesIdleServersAndNotItsMachine: no server ends what holds a lock for being idle, and each looks whether it lives.
func TestALockOutlivesIdleServersAndNotItsMachine(t *testing.T) {
	t.Parallel()
	_, conn, url := openURL(t, store.Options{})
	execute(t, conn, "do $$ begin execute format('alter database %I set idle_session_timeout = 200', current_database()); end $$")
	db := dial(t, url, store.Options{})
	err := db.Exclusive(t.Context(), func(ctx context.Context) error {
		time.Sleep(600 * time.Millisecond)
		return ctx.Err()
	})
	if err != nil {
		t.Error(err)
	}
	lock, err := db.LockSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close(context.Background())
	_, remote := lock.PgConn().Conn().(*net.TCPConn)
	for name, want := range map[string]string{"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3", "tcp_user_timeout": "60000"} {
		got := ""
		if err := lock.QueryRow(t.Context(), "select setting from pg_settings where name = $1", name).Scan(&got); err != nil || remote && got != want {
			t.Errorf("%s is %q, want %s: %v", name, got, want, err)
		}
	}
}

// TestWhoWaitsSaysSo: whatever is run, an operator is told that it waits.
func TestWhoWaitsSaysSo(t *testing.T) {
	t.Parallel()
	db, _, url := openURL(t, store.Options{})
	said := make(chan string, 8)
	waiting := dial(t, url, store.Options{Log: slog.New(slog.NewTextHandler(told(said), nil))})
	err := db.Exclusive(t.Context(), func(ctx context.Context) error {
		short, cancel := context.WithCancel(ctx)
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- waiting.Exclusive(short, func(context.Context) error { return nil }) }()
		select {
		case line := <-said:
			if !strings.Contains(line, "waiting for another program to end") {
				t.Error(line)
			}
		case <-time.After(10 * time.Second):
			t.Error("it waits and does not say so")
		}
		cancel()
		<-ended
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// told is a log that a test waits for.
type told chan string

func (t told) Write(line []byte) (int, error) { t <- string(line); return len(line), nil }
