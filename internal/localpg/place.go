package localpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"maille/internal/fault"
)

// pointer is the file in Dir that names the folder where the cluster really is, when it is not Dir.
const pointer = "place"

// elsewhere are the parents of relocated clusters, the best first.
var elsewhere = []string{"/var/lib/maille", "/var/tmp/maille"}

// settle finds the folder and the account of the cluster that belongs to dir. Root's cluster runs as a user who may be
// unable to enter dir (a checkout under /root): it then lives elsewhere, and dir's own modes stay as they are.
func settle(ctx context.Context, dir string, install installation) (home string, owner account, err error) {
	if dir, err = resolve(dir); err != nil {
		return "", owner, err
	}
	home, settled := remembered(dir)
	if owner, err = accountFor(filepath.Join(home, "data")); err != nil || settled || !owner.switched {
		return home, owner, err
	}
	problem := owner.tryOut(ctx, dir, install)
	if problem == nil {
		return dir, owner, nil
	}
	home, err = relocate(ctx, dir, owner, install)
	if err != nil {
		return "", owner, fault.New(fault.Unavailable, "user %s, who is to run PostgreSQL, can enter neither %s nor %s", owner.name, dir, strings.Join(elsewhere, " nor ")).
			Because(errors.Join(problem, err))
	}
	owner, err = accountFor(filepath.Join(home, "data"))
	return home, owner, err
}

func resolve(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// remembered tells where an earlier start put the cluster of dir, or dir itself.
func remembered(dir string) (home string, settled bool) {
	if content, err := os.ReadFile(filepath.Join(dir, pointer)); err == nil {
		home := strings.TrimSpace(string(content))
		if info, err := os.Stat(home); err == nil && info.IsDir() {
			return home, true
		}
	}
	_, err := os.Stat(filepath.Join(dir, "data"))
	return dir, err == nil
}

// relocate makes a folder elsewhere, named after dir so that it is found even without its pointer.
func relocate(ctx context.Context, dir string, owner account, install installation) (string, error) {
	var problems []error
	for _, parent := range elsewhere {
		home := filepath.Join(parent, digest(dir))
		err := errors.Join(openDir(parent), openDir(home))
		if err == nil {
			err = owner.tryOut(ctx, home, install)
		}
		if err == nil {
			return home, account{}.write(filepath.Join(dir, pointer), home+"\n")
		}
		problems = append(problems, err)
	}
	return "", errors.Join(problems...)
}

// openDir makes sure of a folder of ours through which others may pass.
func openDir(path string) error {
	if err := os.Mkdir(path, 0o711); err == nil {
		return os.Chmod(path, 0o711) // whatever the umask: it is ours, and new
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if uid, _, _ := ownerOf(path); !info.IsDir() || uid != os.Geteuid() {
		return fault.New(fault.Unavailable, "%s is not a folder of this user", path)
	}
	return nil
}

// tryOut asks the kernel rather than compute modes and ACLs: can the account own a folder in dir and run PostgreSQL there?
func (a account) tryOut(ctx context.Context, dir string, install installation) error {
	probe, err := os.MkdirTemp(dir, "probe-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(probe)
	if err := a.own(probe); err != nil {
		return err
	}
	return a.command(ctx, probe, install.program("postgres"), "--version").Run()
}

// socketPath is the longest name that PostgreSQL gives a socket.
const socketPath = "/.s.PGSQL.65535"

// maxSocket is what sun_path holds without its final NUL: 107 bytes on Linux, 103 on macOS.
const maxSocket = 103

// socketDir tells where the sockets of home belong: there, or under the system's temporary folder when the path is too
// long for the kernel or has a character that splits a list of hosts or of folders.
func socketDir(home string, owner account) string {
	natural := filepath.Join(home, "run")
	if len(natural)+len(socketPath) <= maxSocket && !strings.ContainsAny(natural, ",\"'\\\n") {
		return natural
	}
	temp := os.TempDir()
	if short := filepath.Join(temp, "maille-"+digest(home)); !owner.switched && len(short)+len(socketPath) <= maxSocket {
		return short
	}
	return filepath.Join("/tmp", "maille-"+digest(home)) // root's TMPDIR may be closed to the account
}

func digest(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:6])
}
