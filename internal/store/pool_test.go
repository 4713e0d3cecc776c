package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/store"
)

var world = geo.BBox{West: -180, South: -90, East: 180, North: 90}

// large is a version that does not fit in the buffers between here and PostgreSQL, and a pool of few connections.
func large(t *testing.T, o store.Options) (*store.DB, *dataset.Dataset, release.Version, *pgx.Conn) {
	t.Helper()
	loader, conn, url := openURL(t, store.Options{})
	d := describe(t, dots)
	v := load(t, loader, d, scatter(60_000)...)
	return dial(t, url, o), d, v, conn
}

func TestStoppingEarlyGivesTheConnectionBack(t *testing.T) {
	t.Parallel()
	db, d, v, _ := large(t, store.Options{Connections: 1})
	for range 50 {
		for _, err := range db.Features(t.Context(), v, d, dataset.Query{Geometry: dataset.AsGeoJSON}) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	answersQuickly(t, db, v, d)
}

func TestAContextThatEndsGivesTheConnectionBack(t *testing.T) {
	t.Parallel()
	db, d, v, _ := large(t, store.Options{Connections: 1})
	canceled := 0
	for range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		var last error
		for _, err := range db.Features(ctx, v, d, dataset.Query{}) {
			cancel()
			last = err
		}
		cancel()
		switch {
		case fault.KindOf(last) == fault.Canceled:
			canceled++
		case last != nil: // nil where all of the answer was on its way before the cancel
			t.Errorf("%v: %v", fault.KindOf(last), last)
		}
	}
	if canceled == 0 {
		t.Error("no statement was cancelled")
	}
	answersQuickly(t, db, v, d)
}

func answersQuickly(t *testing.T, db *store.DB, v release.Version, d *dataset.Dataset) {
	t.Helper()
	start := time.Now()
	if got := read(t, db, v, d, dataset.Query{Limit: 5}); len(got) != 5 {
		t.Errorf("%d features", len(got))
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	db, d, v, _ := large(t, store.Options{Connections: 1, Queue: 2})
	const callers = 20
	var wg sync.WaitGroup
	refused := make(chan error, callers)
	for _, err := range db.Features(t.Context(), v, d, dataset.Query{}) { // holds the only connection
		if err != nil {
			t.Fatal(err)
		}
		for range callers {
			wg.Go(func() {
				if _, err := db.Current(t.Context()); err != nil {
					refused <- err
				}
			})
		}
		for range callers - 2 { // two wait
			err := <-refused
			if fault.KindOf(err) != fault.Unavailable || fault.Message(err) != "too many requests are waiting for the database" {
				t.Errorf("%v", err)
			}
		}
		break
	}
	wg.Wait()
	if len(refused) > 0 {
		t.Errorf("one more was refused: %v", <-refused)
	}
}

func TestWaitingForAConnectionHasAnEnd(t *testing.T) {
	t.Parallel()
	db, d, v, _ := large(t, store.Options{Connections: 1, Wait: 300 * time.Millisecond})
	for range db.Features(t.Context(), v, d, dataset.Query{}) {
		if _, err := db.Current(t.Context()); fault.Message(err) != "no connection to the database came free in time" || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := db.Current(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		break
	}
}

func TestAStatementHasAnEnd(t *testing.T) {
	t.Parallel()
	db, d, v, conn := large(t, store.Options{StatementTimeout: 30 * time.Millisecond})
	release := lockTable(t, conn, v)
	defer release()
	for _, err := range db.Features(t.Context(), v, d, dataset.Query{}) {
		if fault.KindOf(err) != fault.Unavailable || fault.Message(err) != "the database took too long over this" {
			t.Errorf("%v", err)
		}
	}
}

// lockTable makes every read of a version wait.
func lockTable(t *testing.T, conn *pgx.Conn, v release.Version) (unlock func()) {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err == nil {
		_, err = tx.Exec(t.Context(), "lock table "+pgx.Identifier{"data", v.String()}.Sanitize()+" in access exclusive mode")
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback(context.Background()) }
}

func TestCountsAreExactRememberedAndHaveABudget(t *testing.T) {
	t.Parallel()
	db, d, v, conn := large(t, store.Options{CountBudget: 400 * time.Millisecond})
	count := func(q dataset.Query) (int64, bool) {
		n, known, err := db.Count(t.Context(), v, d, q)
		if err != nil {
			t.Fatal(err)
		}
		return n, known
	}
	asked := dataset.Query{BBox: &geo.BBox{West: 0, South: 0, East: 10, North: 10}}
	exact := int64(len(read(t, db, v, d, asked)))
	if n, known := count(asked); n != exact || !known {
		t.Errorf("%d, %v; want %d", n, known, exact)
	}
	unlock := lockTable(t, conn, v)
	if n, known := count(asked); n != exact || !known {
		t.Errorf("it is not remembered: %d, %v", n, known)
	}
	if n, known := count(dataset.Query{}); n != 60_000 || !known {
		t.Errorf("all: %d, %v", n, known)
	}
	if n, known := count(dataset.Query{BBox: &world}); known {
		t.Errorf("beyond the budget: %d", n)
	}
	unlock()
	if n, known := count(dataset.Query{BBox: &world}); known {
		t.Errorf("that the budget ran out is not remembered: %d", n)
	}
	if n := len(read(t, db, v, d, dataset.Query{BBox: &world, Limit: 10})); n != 10 {
		t.Errorf("a page without a count has %d features", n)
	}
}

func TestABudgetTooSmallToSayIsStillOne(t *testing.T) {
	t.Parallel()
	db, d, v, conn := large(t, store.Options{CountBudget: time.Nanosecond})
	defer lockTable(t, conn, v)()
	if n, known, err := db.Count(t.Context(), v, d, dataset.Query{BBox: &world}); known || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestACallerWhoLeavesACountIsNotRemembered(t *testing.T) {
	t.Parallel()
	db, d, v, conn := large(t, store.Options{Connections: 1, CountBudget: time.Minute})
	unlock := lockTable(t, conn, v)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := db.Count(ctx, v, d, dataset.Query{BBox: &world}); err == nil {
		t.Error("it counted")
	}
	unlock()
	if n, known, err := db.Count(t.Context(), v, d, dataset.Query{BBox: &world}); n != 60_000 || !known || err != nil {
		t.Errorf("%d, %v, %v", n, known, err)
	}
}

func TestADatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url     string
		kind    fault.Kind
		message string
	}{
		{"postgres://u:secret@127.0.0.1:1/x", fault.Unavailable, "the database does not answer at 127.0.0.1, port 1"},
		{"postgres://u:secret@[::/x", fault.Invalid, "the database's address cannot be read"},
	} {
		_, err := store.Open(t.Context(), c.url, store.Options{})
		if fault.KindOf(err) != c.kind || fault.Message(err) != c.message || containsSecret(err) {
			t.Errorf("%v", err)
		}
		if _, err := store.Migrate(t.Context(), c.url, migrations); err == nil || containsSecret(err) {
			t.Errorf("%v", err)
		}
	}
}
