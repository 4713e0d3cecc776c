package localpg_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/localpg"
)

// fakePostgreSQL is a bin folder whose programs only tell a version.
func fakePostgreSQL(t *testing.T, version, postgis string) string {
	t.Helper()
	dir := t.TempDir()
	script := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script("initdb", "exit 1")
	script("postgres", "echo 'postgres (PostgreSQL) "+version+"'")
	script("pg_config", "echo '"+dir+"/share'")
	if postgis != "" {
		if err := os.MkdirAll(filepath.Join(dir, "share", "extension"), 0o755); err != nil {
			t.Fatal(err)
		}
		control := fmt.Sprintf("comment = 'PostGIS'\ndefault_version = '%s'\nrelocatable = false\n", postgis)
		if err := os.WriteFile(filepath.Join(dir, "share", "extension", "postgis.control"), []byte(control), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWhatTheMachineLacksInOneSentence(t *testing.T) {
	for _, c := range []struct{ why, bin, want string }{
		{"no binaries", t.TempDir(), "MAILLE_PG_BIN is "},
		{"an old server", fakePostgreSQL(t, "14.9 (Debian 14.9-1)", "3.4.0"), "PostgreSQL 14 is too old, Maille needs 15 or later: "},
		{"no PostGIS", fakePostgreSQL(t, "16.2", ""), "PostgreSQL 16 has no PostGIS: "},
		{"an old PostGIS", fakePostgreSQL(t, "17.1", "3.2.9"), "PostGIS 3.2 of PostgreSQL 17 is too old, Maille needs 3.3 or later: "},
		{"an ancient PostGIS", fakePostgreSQL(t, "17.1", "2.5.1"), "PostGIS 2.5 of PostgreSQL 17 is too old"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Setenv("MAILLE_PG_BIN", c.bin)
			_, err := localpg.Start(t.Context(), localpg.Options{Dir: filepath.Join(t.TempDir(), "pg")})
			if got := fault.Message(err); fault.KindOf(err) != fault.Unavailable || !strings.HasPrefix(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("%v: %q, want %q…", fault.KindOf(err), got, c.want)
			}
		})
	}
}

func TestEnough(t *testing.T) {
	for _, c := range []struct{ why, version, postgis string }{
		{"the oldest of both", "15.0", "3.3.0"},
		{"a beta", "19beta1", "4.0.0dev"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Setenv("MAILLE_PG_BIN", fakePostgreSQL(t, c.version, c.postgis))
			if err := localpg.Look(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMemoryIsShared(t *testing.T) {
	const gib = 1 << 30
	for _, c := range []struct {
		why    string
		memory uint64
		want   []string
	}{
		{"a small virtual machine", 2 * gib, []string{"shared_buffers = '512MB'", "work_mem = '8MB'", "effective_cache_size = '1024MB'"}},
		{"a big one: beyond 2 GB the kernel caches as well", 64 * gib, []string{"shared_buffers = '2048MB'", "\nwork_mem = '64MB'", "maintenance_work_mem = '1024MB'"}},
		{"an unknown one", 0, []string{"shared_buffers = '128MB'", "\nwork_mem = '4MB'"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			got := localpg.Settings(c.memory, false, 20001, "/run/o'clock")
			for _, want := range append(c.want, "unix_socket_directories = '/run/o''clock'", "port = 20001", "fsync = on") {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
		})
	}
}
