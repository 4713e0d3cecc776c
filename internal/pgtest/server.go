package pgtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/localpg"
)

// server is a PostgreSQL where this process makes databases.
type server struct {
	admin *url.URL // of a database that always stands
	token int32    // names this process on the server
	// alive holds the advisory lock of the token: the server lets go of it when this process dies, however it dies.
	alive *pgx.Conn
}

// errNamed marks a failure of the server that the environment names, which is never a reason to skip.
var errNamed = errors.New("the server is named by " + serverVariable)

// open finds the server, adopts or starts it, and sweeps what dead processes left there.
func open(ctx context.Context) (_ *server, err error) {
	defer fault.Wrap(&err, "pgtest")
	address := os.Getenv(serverVariable)
	if address == "" {
		return borrow(ctx)
	}
	s, err := enrol(ctx, address)
	if err != nil {
		return nil, errors.Join(errNamed, err)
	}
	return s, nil
}

// borrow uses the cluster that all test processes of this user share. It is never given back here: the end of the
// process does that, and the keeper stops the cluster after the last one.
func borrow(ctx context.Context) (*server, error) {
	dir, err := sharedDir()
	if err != nil {
		return nil, err
	}
	c, err := localpg.Start(ctx, options(dir))
	if err != nil {
		return nil, err
	}
	if err := startKeeper(dir); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	s, err := enrol(ctx, c.URL())
	if err != nil {
		return nil, err
	}
	return s, s.sweepTemplates(ctx)
}

func options(dir string) localpg.Options { return localpg.Options{Dir: dir, Volatile: true} }

// sharedDir is in a folder open to all, so one that someone else put there is refused.
func sharedDir() (string, error) {
	dir := filepath.Join(os.TempDir(), "maille-test-"+strconv.Itoa(os.Geteuid()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || !ok || int(stat.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s belongs to someone else", dir)
	}
	return dir, nil
}

// enrol takes a token that no living process has, and drops the databases of those that died.
func enrol(ctx context.Context, address string) (*server, error) {
	admin, err := url.Parse(address)
	if err != nil || admin.Scheme == "" {
		return nil, errors.New("the server's address is not a URL: postgres://user@host/database") // which may hold a password
	}
	s := &server{admin: admin}
	if s.alive, err = pgx.Connect(ctx, address); err != nil {
		return nil, err
	}
	for ours := false; !ours; {
		s.token = rand.Int32()
		if err := s.alive.QueryRow(ctx, "select pg_try_advisory_lock($1, $2)", livenessLocks, s.token).Scan(&ours); err != nil {
			return nil, err
		}
	}
	return s, s.sweep(ctx)
}

// url is that of another database on the server.
func (s *server) url(database string) string {
	u := *s.admin
	u.Path = "/" + database
	return u.String()
}

// run carries out statements one by one, on a connection of its own so that tests make databases side by side.
func (s *server) run(ctx context.Context, statements ...string) error {
	return run(ctx, s.admin.String(), statements...)
}

func run(ctx context.Context, address string, statements ...string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
