package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"maille/internal/fault"
)

// ensureData makes the data folder when there is none. It is made beside its place and renamed, so that a folder called
// data is always whole.
func (c *Cluster) ensureData(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(c.data(), "PG_VERSION")); err == nil {
		return nil
	}
	if _, err := os.Lstat(c.data()); err == nil {
		return fault.New(fault.Unavailable, "%s is not a PostgreSQL cluster: move it away", c.data()).About(c.data())
	}
	halves, _ := filepath.Glob(filepath.Join(c.home, "init-*")) // the pattern is well formed
	for _, half := range halves {
		// Left by a process that was killed. Its initdb may still write for a moment: what remains goes next time.
		_ = os.RemoveAll(half)
	}
	return c.create(ctx)
}

func (c *Cluster) create(ctx context.Context) (err error) {
	half, err := os.MkdirTemp(c.home, "init-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(half)
	if err := c.owner.own(half); err != nil {
		return err
	}
	c.options.Logger.Info("making a private PostgreSQL cluster", "dir", c.home, "version", c.install.major)
	initdb := c.owner.command(ctx, half, c.install.program("initdb"), c.initArguments(half)...)
	if output, err := initdb.CombinedOutput(); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("initdb: %w\n%s", err, output))
	}
	if err := c.configure(half); err != nil {
		return err
	}
	if err := os.Rename(half, c.data()); err != nil {
		return err
	}
	return flush(c.home)
}

func (c *Cluster) initArguments(dir string) []string {
	args := []string{
		"--pgdata=" + dir, "--username=" + superuser, "--auth=trust", // pg_hba.conf is replaced before any start
		"--encoding=UTF8", "--no-instructions",
		"--locale=C", // text sorts by code point, alike on all machines
		"--lc-ctype=" + ctype(),
	}
	if c.options.Volatile {
		return append(args, "--no-sync")
	}
	return append(args, "--data-checksums")
}

// ctype makes lower() and ILIKE know accented letters, which C alone does not.
func ctype() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8" // has no C.UTF-8
	}
	return "C.UTF-8"
}

// hba lets whoever may open the socket in, since its folder is private, and asks all others for the password.
const hba = `# Written by Maille when it made this cluster.
local  all  all                trust
host   all  all  127.0.0.1/32  scram-sha-256
`

// configure makes the cluster private, and has it read our settings file. What a person writes below the include, or
// sets with ALTER SYSTEM, wins over it.
func (c *Cluster) configure(dir string) error {
	conf, err := os.ReadFile(filepath.Join(dir, "postgresql.conf"))
	if err != nil {
		return err
	}
	own := string(conf) + "\n# Maille writes this file at each start; settings below this line win over it.\ninclude = '" + settingsFile + "'\n"
	return errors.Join(
		c.owner.write(filepath.Join(dir, "postgresql.conf"), own),
		c.owner.write(filepath.Join(dir, "pg_hba.conf"), hba),
		c.owner.write(filepath.Join(dir, settingsFile), ""),
	)
}

// flush makes the names in a folder survive a power cut.
func flush(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
