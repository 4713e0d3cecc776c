package localpg_test

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"maille/internal/fault"
	"maille/internal/localpg"
)

func TestStartGivesADatabaseWithPostGIS(t *testing.T) {
	t.Parallel()
	c := start(t, localpg.Options{Dir: testDir(t), Database: "essonne"})
	for _, q := range []struct{ why, sql, want string }{
		{"the database is the one asked for", "select current_database()", "essonne"},
		{"PostGIS answers", "select st_astext(st_point(2.4, 48.6))", "POINT(2.4 48.6)"},
		{"text is UTF-8", "show server_encoding", "UTF8"},
		{"text sorts by code point", "select string_agg(x, '' order by x) from unnest(array['é','z','A','a']) x", "Aazé"},
		{"accented letters have a lower case", "select lower('ÉVRY')", "évry"},
		{"our settings file is read", "show jit", "off"},
		{"our settings file is read to its end", "show synchronous_commit", "on"},
		{"data survive a power cut", "show fsync", "on"},
		{"data have checksums", "show data_checksums", "on"},
		{"the network is shut out", "show listen_addresses", "127.0.0.1"},
	} {
		if got := ask(t, c.URL(), q.sql); got != q.want {
			t.Errorf("%s: %s = %q, want %q", q.why, q.sql, got, q.want)
		}
	}
	if dir := ask(t, c.URL(), "show data_directory"); modeOf(t, dir) != 0o700 {
		t.Errorf("mode of %s = %o", dir, modeOf(t, dir))
	}
	if dir := ask(t, c.URL(), "show unix_socket_directories"); modeOf(t, dir) != 0o700 {
		t.Errorf("the socket asks for no password and its folder %s has mode %o", dir, modeOf(t, dir))
	}
}

func TestTCPAsksForThePassword(t *testing.T) {
	t.Parallel()
	c := start(t, localpg.Options{Dir: testDir(t), Volatile: true})
	if got := ask(t, c.TCPURL(), "select inet_server_port()"); got != strconv.Itoa(c.Port()) {
		t.Errorf("port over TCP = %s, want %d", got, c.Port())
	}
	u, err := url.Parse(c.TCPURL())
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []*url.Userinfo{url.User("maille"), url.UserPassword("maille", "wrong")} {
		u.User = user
		if err := try(u.String()); err == nil {
			t.Errorf("connected as %q", user)
		}
	}
	password := filepath.Join(ask(t, c.URL(), "show data_directory"), "maille.password")
	if mode := modeOf(t, password); mode != 0o600 {
		t.Errorf("mode of the password file = %o", mode)
	}
}

func TestCloseStopsAndStartFindsTheDataAgain(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	c := start(t, o)
	port, password := c.Port(), c.TCPURL()
	do(t, c.URL(), "create table kept as select 91 as code")
	pid := postmasterOf(t, o.Dir)
	stop(t, c)
	if outlives(pid) {
		t.Fatalf("postmaster %d is alive after the last Close", pid)
	}

	c = start(t, o)
	if got := ask(t, c.URL(), "select code::text from kept"); got != "91" {
		t.Errorf("code = %s", got)
	}
	if c.Port() != port || c.TCPURL() != password {
		t.Errorf("TCP address changed from %d to %d for no reason", port, c.Port())
	}
	stop(t, c)

	taken, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c = start(t, o)
	if c.Port() == port {
		t.Errorf("port %d belongs to another program", port)
	}
	if got := ask(t, c.TCPURL(), "select code::text from kept"); got != "91" {
		t.Errorf("on the new port, code = %s", got)
	}
}

func TestABigLogMakesRoom(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: testDir(t), Volatile: true}
	stop(t, start(t, o))
	log := filepath.Join(homeOf(t, o.Dir), "server.log")
	if err := os.Truncate(log, 11<<20); err != nil {
		t.Fatal(err)
	}
	start(t, o)
	info, err := os.Stat(log)
	if err != nil || info.Size() == 0 || info.Size() > 1<<20 {
		t.Errorf("log after a start: %v, %v", info, err)
	}
	if old, err := os.Stat(log + ".1"); err != nil || old.Size() < 11<<20 {
		t.Errorf("the older log: %v, %v", old, err)
	}
}

func TestStalePidFiles(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: testDir(t)} // a volatile cluster that does not start would be made anew
	stop(t, start(t, o))
	data := filepath.Join(homeOf(t, o.Dir), "data")
	uid, gid := ownersOf(t, data)
	impostor := sleeper(t, uid, gid) // PostgreSQL itself gives up when the number belongs to a process of its own user
	for _, c := range []struct {
		why string
		pid int
	}{
		{"a dead process", deadPid(t)},
		{"another program has its number", impostor},
		{"this very process has its number", os.Getpid()},
	} {
		t.Run(c.why, func(t *testing.T) {
			lines := strconv.Itoa(c.pid) + "\n" + data + "\n1700000000\n20001\n/nowhere\n127.0.0.1\n  1 2\nready   \n"
			file := filepath.Join(data, "postmaster.pid")
			if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(file, uid, gid); err != nil {
				t.Fatal(err)
			}
			stop(t, start(t, o))
		})
	}
	if !isAlive(impostor) {
		t.Error("the program that had the number was killed")
	}
}

func TestACrashedPostmasterIsReplaced(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: testDir(t)}
	c := start(t, o)
	do(t, c.URL(), "create table kept as select 91 as code")
	crashed := postmasterOf(t, o.Dir)
	if err := syscall.Kill(crashed, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	again := start(t, o)
	if got := ask(t, again.URL(), "select code::text from kept"); got != "91" {
		t.Errorf("code = %s", got)
	}
}

func TestABrokenCluster(t *testing.T) {
	t.Parallel()
	for _, volatile := range []bool{true, false} {
		t.Run("volatile="+strconv.FormatBool(volatile), func(t *testing.T) {
			o := localpg.Options{Dir: testDir(t), Volatile: true}
			stop(t, start(t, o))
			control := filepath.Join(homeOf(t, o.Dir), "data", "global", "pg_control")
			if err := os.Truncate(control, 10); err != nil {
				t.Fatal(err)
			}
			o.Volatile = volatile
			c, err := localpg.Start(t.Context(), o)
			if volatile {
				if err != nil {
					t.Fatal(err)
				}
				stop(t, c)
				return
			}
			if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "server.log") {
				t.Errorf("error = %v", err)
			}
			if info, err := os.Stat(control); err != nil || info.Size() != 10 {
				t.Errorf("a person's data were touched: %v, %v", info, err)
			}
		})
	}
}

func TestAnotherMajorIsLeftAlone(t *testing.T) {
	t.Parallel()
	need(t)
	dir := testDir(t)
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	version := filepath.Join(data, "PG_VERSION")
	if err := os.WriteFile(version, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Volatile: true})
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "made by PostgreSQL 9") {
		t.Errorf("error = %v", err)
	}
	if files, err := os.ReadDir(data); err != nil || len(files) != 1 {
		t.Errorf("the folder was touched: %v, %v", files, err)
	}
}

func TestAStrangeFolderIsLeftAlone(t *testing.T) {
	t.Parallel()
	need(t)
	dir := testDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "data", "holidays"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Volatile: true})
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "not a PostgreSQL cluster") {
		t.Errorf("error = %v", err)
	}
}

func TestACanceledStartLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	need(t)
	for _, moment := range []struct{ why, file string }{
		{"while initdb works", "init-*/PG_VERSION"},
		{"as the postmaster is launched", "server.log"},
		{"while the postmaster starts", "data/postmaster.pid"},
	} {
		t.Run(moment.why, func(t *testing.T) {
			o := localpg.Options{Dir: testDir(t), Volatile: true}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				waitFor(filepath.Join(o.Dir, moment.file))
				cancel()
			}()
			c, err := localpg.Start(ctx, o)
			if err == nil {
				stop(t, c)
				t.Fatal("started after the caller left")
			}
			if fault.KindOf(err) != fault.Canceled {
				t.Errorf("error = %v", err)
			}
			if orphans := processesOf(t, o.Dir); len(orphans) > 0 {
				t.Errorf("orphans: %q", orphans)
			}
			if halves, _ := filepath.Glob(filepath.Join(o.Dir, "init-*")); len(halves) > 0 {
				t.Errorf("left behind: %v", halves)
			}
			stop(t, start(t, o))
		})
	}
}
