package localpg_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/localpg"
)

func TestRootNeverRunsPostgreSQL(t *testing.T) {
	t.Parallel()
	asRoot(t)
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	start(t, o)
	uid, _ := ownersOf(t, filepath.Join(o.Dir, "data"))
	if uid == 0 {
		t.Error("the data belong to root")
	}
	if got := realUser(t, postmasterOf(t, o.Dir)); got != uid {
		t.Errorf("the postmaster runs as %d, its data belong to %d", got, uid)
	}
}

func TestAFolderClosedToTheUserStaysClosed(t *testing.T) {
	t.Parallel()
	asRoot(t)
	closed := testDir(t)
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	o := localpg.Options{Dir: filepath.Join(closed, ".maille", "pg"), Volatile: true}
	c := start(t, o)
	home := homeOf(t, o.Dir)
	t.Cleanup(func() { os.RemoveAll(home) })
	if strings.HasPrefix(home, closed) {
		t.Fatalf("the cluster is in %s, where its user cannot go", home)
	}
	do(t, c.URL(), "create table kept as select 91 as code")
	stop(t, c)
	if mode := modeOf(t, closed); mode != 0o700 {
		t.Errorf("mode of the user's folder = %o", mode)
	}
	c = start(t, o)
	if got := ask(t, c.URL(), "select code::text from kept"); got != "91" {
		t.Errorf("found again through its pointer, code = %s", got)
	}
	stop(t, c)

	moved := closed + "-moved"
	if err := os.Rename(closed, moved); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(moved) })
	c = start(t, localpg.Options{Dir: filepath.Join(moved, ".maille", "pg"), Volatile: true})
	if got := ask(t, c.URL(), "select code::text from kept"); got != "91" {
		t.Errorf("after the checkout moved, code = %s", got)
	}
}

func TestPathsThatASocketCannotTake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ why, name string }{
		{"longer than sun_path", strings.Repeat("commune/", 14)},
		{"a comma, a quote and a space", "l'offre, par maille"},
	} {
		t.Run(c.why, func(t *testing.T) {
			o := localpg.Options{Dir: filepath.Join(testDir(t), c.name), Volatile: true}
			cluster := start(t, o)
			sockets := ask(t, cluster.URL(), "show unix_socket_directories")
			t.Cleanup(func() { os.RemoveAll(sockets) })
			if strings.Contains(sockets, filepath.Base(c.name)) {
				t.Errorf("sockets are in %s", sockets)
			}
			if mode := modeOf(t, sockets); mode != 0o700 {
				t.Errorf("mode of %s = %o", sockets, mode)
			}
			stop(t, cluster)
			if again := ask(t, start(t, o).URL(), "show unix_socket_directories"); again != sockets {
				t.Errorf("sockets moved from %s to %s", sockets, again)
			}
		})
	}
}

func TestASocketFolderOfSomeoneElseIsRefused(t *testing.T) {
	t.Parallel()
	need(t)
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	if err := os.Mkdir(filepath.Join(o.Dir, "run"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(o.Dir, "run"), 0o777); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(filepath.Join(o.Dir, "run"), 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	_, err := localpg.Start(t.Context(), o)
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "not a private folder") {
		t.Errorf("error = %v", err)
	}
}
