package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
		execute(t, conn, "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())")
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
