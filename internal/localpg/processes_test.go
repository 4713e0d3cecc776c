package localpg_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"maille/internal/localpg"
)

func TestAKilledProcessLeavesItsPostmasterToTheNext(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	first := spawn(t, o.Dir)
	first.ready(t)
	pid := postmasterOf(t, o.Dir)
	first.kill(t)
	if !isAlive(pid) {
		t.Fatal("the postmaster died with the process that started it")
	}
	c := start(t, o)
	if got := postmasterOf(t, o.Dir); got != pid {
		t.Errorf("postmaster %d was replaced by %d", pid, got)
	}
	do(t, c.URL(), "select postgis_version()")
	stop(t, c)
	if outlives(pid) {
		t.Error("the adopted postmaster is alive after the last Close: a killed process still counts as a user")
	}
}

func TestTheLastOneOutStopsThePostmaster(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	c := start(t, o)
	other := spawn(t, o.Dir)
	other.ready(t)
	pid := postmasterOf(t, o.Dir)
	stop(t, c)
	if !isAlive(pid) {
		t.Fatal("stopped under a living user")
	}
	other.leave(t)
	if outlives(pid) {
		t.Error("left running by its last user")
	}
}

func TestStartsAtTheSameInstant(t *testing.T) {
	t.Parallel()
	need(t)
	dir := testDir(t)
	var all []*process
	for range 4 {
		all = append(all, spawn(t, dir))
	}
	for _, p := range all {
		p.ready(t)
	}
	if got := len(postmasters(t, dir)); got != 1 {
		t.Errorf("%d postmasters", got)
	}
	for _, p := range all {
		p.leave(t)
	}
	if got := processesOf(t, dir); len(got) != 0 {
		t.Errorf("left running: %q", got)
	}
}

func TestStartsAndStopsInTurmoil(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	stop(t, start(t, o))
	done := make(chan error)
	for range 3 {
		go func() { // each finds the cluster stopped, stopping, starting or started
			for range 4 {
				c, err := localpg.Start(t.Context(), o)
				if err == nil {
					err = try(c.URL())
				}
				if err != nil {
					done <- err
					return
				}
				if err := c.Close(); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestCtrlCIsNotForPostgreSQL(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	start(t, o)
	ours, err1 := unix.Getsid(0)
	theirs, err2 := unix.Getsid(postmasterOf(t, o.Dir))
	if err1 != nil || err2 != nil || ours == theirs {
		t.Errorf("session %d of the terminal, session %d of the postmaster: %v %v", ours, theirs, err1, err2)
	}
}

func TestAKilledInitBeginsAgain(t *testing.T) {
	t.Parallel()
	need(t)
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	p := spawn(t, o.Dir)
	waitFor(filepath.Join(o.Dir, "init-*", "PG_VERSION"))
	for _, pid := range processIDs(t, o.Dir) { // initdb too, or it ends its work
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	p.kill(t)
	if _, err := os.Stat(filepath.Join(o.Dir, "data")); err == nil {
		t.Fatal("a half-made cluster is in place")
	}
	c := start(t, o)
	do(t, c.URL(), "select postgis_version()")
	if halves, _ := filepath.Glob(filepath.Join(o.Dir, "init-*")); len(halves) > 0 {
		t.Errorf("left behind: %v", halves)
	}
}
