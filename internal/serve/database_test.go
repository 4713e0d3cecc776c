package serve_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func execute(t testing.TB, database, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
}

func query[T any](t testing.TB, database, sql string) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	defer conn.Close(context.Background())
	must(t, conn.QueryRow(t.Context(), sql).Scan(&v))
	return v
}

// busy counts the statements of Maille that the database is working at, or is sending the rows of.
func busy(t testing.TB, database string) int {
	t.Helper()
	return query[int](t, database, `select count(*) from pg_stat_activity
		where datname = current_database() and application_name = 'maille' and state <> 'idle'`)
}

// eventually waits until a state is there, and fails when it does not come.
func eventually(t testing.TB, within time.Duration, what string, reached func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !reached(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}
