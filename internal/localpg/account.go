package localpg

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"maille/internal/fault"
)

// account is the user who owns the cluster's files and processes. PostgreSQL refuses to run as root.
type account struct {
	uid, gid int
	name     string
	switched bool // we are root, and drop to this user
}

// accountFor tells who owns, or is to own, a data folder.
func accountFor(data string) (account, error) {
	self := account{uid: os.Geteuid(), gid: os.Getegid()}
	uid, gid, exists := ownerOf(data)
	switch {
	case self.uid != 0 && exists && uid != self.uid:
		return self, fault.New(fault.Unavailable, "the PostgreSQL cluster in %s belongs to another user: start Maille as that user, or name another folder", data)
	case self.uid != 0:
		return self, nil
	case exists && uid != 0:
		return account{uid: uid, gid: gid, name: "#" + strconv.Itoa(uid), switched: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if a, ok := lookup(name); ok {
			return a, nil
		}
	}
	return self, fault.New(fault.Unavailable, "PostgreSQL does not run as root, and this machine has no user postgres or nobody: start Maille as a normal user")
}

func lookup(name string) (account, bool) {
	u, err := user.Lookup(name)
	if err != nil {
		return account{}, false
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	return account{uid: uid, gid: gid, name: name, switched: true}, err1 == nil && err2 == nil && uid != 0
}

func ownerOf(path string) (uid, gid int, ok bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}

// command is a program run as the account, in a session of its own: a Ctrl-C at the terminal is not for PostgreSQL.
// When ctx ends, the program and its children are killed.
func (a account) command(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.switched {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// environment passes what programs need to find their libraries and PROJ's grids. Another user's process gets none of
// our secrets, and no PGDATA or PGPORT misleads it.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// own gives a file or folder that we made to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// privateDir makes sure of a folder that the account alone may enter. Its parent may be open to all, so a folder that
// someone else put there first is refused.
func (a account) privateDir(path string) error {
	if err := os.Mkdir(path, 0o700); err == nil {
		return a.own(path)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	uid, _, _ := ownerOf(path)
	if a.switched && uid == 0 && info.IsDir() { // ours, from a start that was killed before the chown
		return a.own(path)
	}
	if !info.IsDir() || uid != a.uid || info.Mode().Perm()&0o077 != 0 {
		return fault.New(fault.Unavailable, "%s is not a private folder of the cluster's user: remove it", path).About(path)
	}
	return nil
}

// write replaces a file of the account in one step that survives a power cut.
func (a account) write(path, content string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // O_EXCL and 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if a.switched {
		if err := f.Chown(a.uid, a.gid); err != nil {
			return err
		}
	}
	if _, err := strings.NewReader(content).WriteTo(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
