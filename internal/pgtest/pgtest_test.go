package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/pgtest"
)

// fresh is a key that no earlier run has used.
func fresh() string { return fmt.Sprint("pgtest ", os.Getpid(), time.Now().UnixNano()) }

func nothing(context.Context, string) error { return nil }

// counted is a migration that makes a table, and counts its runs.
func counted(runs *atomic.Int32) func(context.Context, string) error {
	return func(ctx context.Context, url string) error {
		runs.Add(1)
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "create table place (at geometry)")
		return err
	}
}

func ask(t *testing.T, url, sql string) (answer string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql, pgx.QueryExecModeSimpleProtocol).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

const places = "select count(*)::text from place"

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	var runs atomic.Int32
	key := fresh()
	one, two := pgtest.New(t, key, counted(&runs)), pgtest.New(t, key, counted(&runs))
	ask(t, one, "insert into place values (st_point(2.4, 48.6)) returning 'done'")
	if got := ask(t, one, places); got != "1" {
		t.Errorf("rows in the first = %s", got)
	}
	if got := ask(t, two, places); got != "0" {
		t.Errorf("rows in the second = %s", got)
	}
	if got := runs.Load(); got != 1 {
		t.Errorf("migrated %d times", got)
	}
	pgtest.New(t, key+" changed", counted(&runs))
	if got := runs.Load(); got != 2 {
		t.Errorf("another key, and still %d migrations", got)
	}
}

func TestATemplateIsMadeOnceByManyAtATime(t *testing.T) {
	var runs atomic.Int32
	key := fresh()
	t.Run("many", func(t *testing.T) {
		for i := range 4 {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				if got := ask(t, pgtest.New(t, key, counted(&runs)), places); got != "0" {
					t.Errorf("rows = %s", got)
				}
			})
		}
	})
	if got := runs.Load(); got != 1 {
		t.Errorf("migrated %d times", got)
	}
}

func TestADatabaseGoesWithItsTest(t *testing.T) {
	admin := pgtest.New(t, "", nothing)
	var gone string
	t.Run("one", func(t *testing.T) {
		address := pgtest.New(t, "", nothing)
		gone = nameOf(t, address)
		conn, err := pgx.Connect(t.Context(), address) // left open: it must not keep the database
		if err != nil || conn.Ping(t.Context()) != nil {
			t.Fatal(err)
		}
	})
	if exists(t, admin, gone) {
		t.Errorf("%s stands after its test", gone)
	}
}

func TestAFailedMigrationLeavesNoTemplate(t *testing.T) {
	pgtest.New(t, "", nothing) // skips without a server
	key := fresh()
	failure := errors.New("no such column")
	if err := pgtest.Clone(t.Context(), key, func(context.Context, string) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("error = %v", err)
	}
	var runs atomic.Int32
	if got := ask(t, pgtest.New(t, key, counted(&runs)), places); got != "0" {
		t.Errorf("rows = %s", got)
	}
}

func TestDatabasesOfTheDeadAreSwept(t *testing.T) {
	ownCluster(t)
	admin := pgtest.New(t, "", nothing)
	other := run(t, "hang")
	name := other.says(t, "database ")
	if err := pgtest.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !exists(t, admin, name) {
		t.Fatal("swept under a living process")
	}
	if err := other.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.cmd.Wait() // "signal: killed"
	for range 100 {      // the server needs a moment to see that the process is gone
		if err := pgtest.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !exists(t, admin, name) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%s stands after its process was killed", name)
}

func TestOldTemplatesAreSwept(t *testing.T) {
	ownCluster(t)
	key := fresh()
	admin := pgtest.New(t, key, nothing)
	template := pgtest.Template(key)
	folder := ask(t, admin, "select current_setting('data_directory') || '/base/' || oid from pg_database where datname = '"+template+"'")
	old := time.Now().Add(-8 * 24 * time.Hour)
	if err := os.Chtimes(filepath.Join(folder, "PG_VERSION"), old, old); err != nil {
		t.Fatal(err)
	}
	if err := pgtest.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if exists(t, admin, template) {
		t.Error("a template of last week stands")
	}
}

func TestWithoutPostgreSQL(t *testing.T) {
	nowhere := "MAILLE_PG_BIN=" + t.TempDir()
	for _, c := range []struct{ why, want, ci, server string }{
		{"at home a test is skipped, with the reason", "--- SKIP", "", ""},
		{"in CI it fails", "--- FAIL", "true", ""},
		{"a server that is named must be there", "--- FAIL", "", "postgres://nobody@127.0.0.1:1/none"},
	} {
		t.Run(c.why, func(t *testing.T) {
			out, _ := command("once", nowhere, "CI="+c.ci, "MAILLE_TEST_DATABASE_URL="+c.server).CombinedOutput()
			if !strings.Contains(string(out), c.want) {
				t.Errorf("want %s:\n%s", c.want, out)
			}
			if c.server == "" && !strings.Contains(string(out), "MAILLE_PG_BIN") {
				t.Errorf("no reason:\n%s", out)
			}
		})
	}
}

func TestANamedServerIsUsed(t *testing.T) {
	server := pgtest.New(t, "", nothing)
	temp := t.TempDir()
	out, err := command("once", "MAILLE_TEST_DATABASE_URL="+server, "TMPDIR="+temp).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if found, _ := filepath.Glob(filepath.Join(temp, "maille-test-*")); len(found) > 0 {
		t.Errorf("a cluster was made as well: %v", found)
	}
}

// ownCluster skips a test that needs the rights, or the files, of a cluster of ours.
func ownCluster(t *testing.T) {
	t.Helper()
	if os.Getenv("MAILLE_TEST_DATABASE_URL") != "" {
		t.Skip("the server that the environment names is its owner's business")
	}
}

func nameOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}

func exists(t *testing.T, admin, name string) bool {
	t.Helper()
	return ask(t, admin, "select count(*)::text from pg_database where datname = '"+name+"'") == "1"
}

// other is this test binary run as another process.
type other struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func command(role string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.v", "-test.run=^TestInAnotherProcess$")
	cmd.Env = append(append(os.Environ(), roleVariable+"="+role), env...)
	return cmd
}

func run(t *testing.T, role string, env ...string) *other {
	t.Helper()
	cmd := command(role, env...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return &other{cmd, bufio.NewScanner(stdout)}
}

// says waits for a line and returns what follows its prefix.
func (o *other) says(t *testing.T, prefix string) string {
	t.Helper()
	for o.lines.Scan() {
		if rest, ok := strings.CutPrefix(o.lines.Text(), prefix); ok {
			return rest
		}
	}
	t.Fatalf("the other process never says %q", prefix)
	return ""
}
