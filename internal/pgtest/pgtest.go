// Package pgtest gives a test its own migrated database.
package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"maille/internal/fault"
	"maille/internal/store"
	"maille/migrations"
)

// serverVariable names a server to use instead of the shared local cluster; its role must be allowed to make databases
// and the extension.
const serverVariable = "MAILLE_TEST_DATABASE_URL"

// shared is this process's use of the server, begun by its first test.
var shared = sync.OnceValues(func() (*server, error) { return open(context.Background()) })

var serial atomic.Int64

// clone returns the URL of a fresh database, cloned from a template that migrate has prepared once for this content key
// (a digest of the migrations: another key is another template). PostGIS is there before migrate runs. The database is
// dropped when the test ends. Without PostgreSQL the test is skipped, or fails when CI=true.
func clone(tb testing.TB, key string, migrate func(ctx context.Context, url string) error) string {
	tb.Helper()
	s, err := shared()
	if err != nil {
		lack(tb, err)
	}
	name := fmt.Sprintf("%s%d", s.prefix(), serial.Add(1))
	if err := s.clone(tb.Context(), name, key, migrate); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the test's own is over
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			tb.Error(err)
		}
	})
	return s.url(name)
}

// URL is the address of a fresh database with Maille's migrations applied.
func URL(tb testing.TB) string {
	tb.Helper()
	return clone(tb, migrationsKey(), func(ctx context.Context, url string) error {
		_, err := store.Migrate(ctx, url, migrations.Files)
		return err
	})
}

// Open is a fresh database with Maille's migrations applied, closed when the test ends.
func Open(tb testing.TB, o store.Options) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), URL(tb), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	return db
}

// migrationsKey is a digest of the migrations: other files are another template.
var migrationsKey = sync.OnceValue(func() string {
	h := sha256.New()
	names, err := fs.Glob(migrations.Files, "*.sql")
	for _, name := range names {
		text, readErr := fs.ReadFile(migrations.Files, name)
		err = errors.Join(err, readErr)
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	if err != nil {
		panic(err) // embedded files
	}
	return hex.EncodeToString(h.Sum(nil))
})

// lack ends a test that has no server: a machine without PostgreSQL is fine at home, all else is a failure.
func lack(tb testing.TB, err error) {
	tb.Helper()
	if fault.KindOf(err) == fault.Unavailable && os.Getenv("CI") != "true" && !errors.Is(err, errNamed) {
		tb.Skip(fault.Message(err))
	}
	tb.Fatal(err)
}
