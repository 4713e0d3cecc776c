package pgtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"maille/internal/pgtest"
)

const roleVariable = "MAILLE_PGTEST_ROLE"

// TestInAnotherProcess is what the tests of this package run as another process.
func TestInAnotherProcess(t *testing.T) {
	role := os.Getenv(roleVariable)
	if role == "" {
		t.Skip("only for the other tests of this package")
	}
	address := pgtest.New(t, "", nothing)
	fmt.Println("\ndatabase " + nameOf(t, address))
	if got := ask(t, address, "select st_srid(st_setsrid(st_point(2, 48), 4326))::text"); got != "4326" {
		t.Errorf("srid = %s", got)
	}
	if role == "hang" {
		time.Sleep(time.Minute)
	}
}

// privateTemp is a temporary folder that PostgreSQL's user may enter, where another process has a cluster of its own.
func privateTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "maille-pgtest-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// pidFiles are there while a cluster lives.
func pidFiles(temp string) []string {
	found, _ := filepath.Glob(filepath.Join(temp, "maille-test-*", "data", "postmaster.pid"))
	return found
}

func waitForEnd(t *testing.T, temp string) {
	t.Helper()
	for range 1000 {
		if len(pidFiles(temp)) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the cluster outlives its last process")
}

func TestTheClusterEndsWithItsLastProcess(t *testing.T) {
	pgtest.New(t, "", nothing) // skips without PostgreSQL
	temp := privateTemp(t)
	env := []string{"TMPDIR=" + temp, "MAILLE_TEST_DATABASE_URL="}
	killed := run(t, "hang", env...)
	killed.says(t, "database ")
	if out, err := command("once", env...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(pidFiles(temp)) != 1 {
		t.Fatal("the first to leave stopped the cluster")
	}
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.cmd.Wait() // "signal: killed"
	waitForEnd(t, temp)
}

func TestProcessesComeAndGo(t *testing.T) {
	pgtest.New(t, "", nothing)
	temp := privateTemp(t)
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			for range 3 { // each finds the cluster of the others absent, starting, alive or stopping
				out, err := command("once", "TMPDIR="+temp, "MAILLE_TEST_DATABASE_URL=").CombinedOutput()
				if err != nil {
					t.Errorf("%v\n%s", err, out)
				}
				time.Sleep(time.Duration(i*100) * time.Millisecond)
			}
		})
	}
	all.Wait()
	waitForEnd(t, temp)
}
