// Package localpg runs a private PostgreSQL cluster made of the machine's own binaries.
package localpg

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"maille/internal/fault"
)

// superuser is the one role of the cluster: everyone who may open its socket may do anything with it.
const superuser = "maille"

// patience bounds how long Close waits for others and for a shutdown, whose checkpoint may have gigabytes to write.
const patience = 2 * time.Minute

// Options says where a cluster belongs and what it holds. The zero value of every field but Dir is the safe one.
type Options struct {
	Dir      string       // where the cluster belongs; made when absent, with its parents
	Database string       // the database to make, with PostGIS; "maille" when empty
	Volatile bool         // for tests: nothing is flushed to disk, and a cluster that does not start is made anew
	Logger   *slog.Logger // nil is silent
}

// Cluster is a living PostgreSQL that this process uses, and may share with others.
type Cluster struct {
	options Options
	install installation
	owner   account
	home    string // holds the data, the log and the locks: Dir, or another folder when Dir cannot be
	users   *os.File

	postmaster postmaster
	password   string

	leaving sync.Once
	left    error
}

// Start gives the living cluster of o.Dir: it makes it, starts it or adopts it as needed, then makes the database.
// It is Unavailable when the machine lacks PostgreSQL or PostGIS. Whoever gets a Cluster must Close it.
func Start(ctx context.Context, o Options) (_ *Cluster, err error) {
	defer fault.Wrap(&err, "localpg.Start %s", o.Dir)
	c, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	lock, err := hold(ctx, filepath.Join(c.home, "lock"))
	if err != nil {
		return nil, err
	}
	defer release(lock)
	// One becomes a user before the cluster is looked at: from here on nobody may stop it.
	if c.users, err = share(filepath.Join(c.home, "users")); err != nil {
		return nil, err
	}
	if err := c.rise(ctx); err != nil {
		patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if also := c.leave(patient); also != nil {
			c.options.Logger.Error("the private PostgreSQL was left running", "dir", c.home, "error", also)
		}
		return nil, err
	}
	return c, nil
}

// prepare finds the binaries, the folder and the user of the cluster.
func prepare(ctx context.Context, o Options) (*Cluster, error) {
	if o.Database == "" {
		o.Database = "maille"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	installs, err := installations(ctx)
	if err != nil {
		return nil, err
	}
	c := &Cluster{options: o}
	if c.home, c.owner, err = settle(ctx, o.Dir, installs[0]); err != nil {
		return nil, err
	}
	c.install, err = choose(installs, c.data())
	return c, err
}

// rise brings the cluster and its database to life; the caller holds the lock.
func (c *Cluster) rise(ctx context.Context) error {
	if err := c.ensureData(ctx); err != nil {
		return err
	}
	if err := c.ensurePostmaster(ctx); err != nil {
		return err
	}
	if err := c.ensurePassword(ctx); err != nil {
		return err
	}
	return c.ensureDatabase(ctx)
}

func (c *Cluster) data() string { return filepath.Join(c.home, "data") }

// URL connects to the database over the Unix socket as superuser. It holds no secret: the socket's folder is private.
func (c *Cluster) URL() string { return c.url(c.options.Database) }

func (c *Cluster) url(database string) string {
	query := url.Values{"host": {c.postmaster.sockets}, "port": {strconv.Itoa(c.postmaster.port)}}
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}

// TCPURL connects to the database over loopback, for psql and QGIS. It carries the password: never log it.
func (c *Cluster) TCPURL() string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, c.password), Path: "/" + c.options.Database,
		Host: "127.0.0.1:" + strconv.Itoa(c.postmaster.port), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Port is the TCP port on 127.0.0.1.
func (c *Cluster) Port() int { return c.postmaster.port }

// Close leaves the cluster, and stops it when no other living process uses it. Closing twice is harmless.
func (c *Cluster) Close() error {
	c.leaving.Do(func() { c.left = c.close() })
	return c.left
}

func (c *Cluster) close() (err error) {
	defer fault.Wrap(&err, "localpg.Close %s", c.home)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	lock, err := hold(ctx, filepath.Join(c.home, "lock"))
	if err != nil {
		release(c.users)
		return err
	}
	defer release(lock)
	return c.leave(ctx)
}

// leave stops the postmaster when this was its last user; the caller holds the lock.
func (c *Cluster) leave(ctx context.Context) error {
	defer release(c.users)
	if !alone(c.users) {
		return nil
	}
	return c.stop(ctx)
}
