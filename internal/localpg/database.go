package localpg

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"maille/internal/fault"
)

// passwordFile is in the data folder, readable by the cluster's user alone.
const passwordFile = "maille.password"

// ensurePassword gives the superuser a random password for TCP, once. The role comes before the file: when we are
// killed in between, the next start finds no file and does both again.
func (c *Cluster) ensurePassword(ctx context.Context) error {
	path := filepath.Join(c.data(), passwordFile)
	content, err := os.ReadFile(path)
	if c.password = strings.TrimSpace(string(content)); err == nil && c.password != "" {
		return nil
	}
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	c.password = rand.Text()
	conn, err := c.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	// Utility statements take no parameters; rand.Text is letters and digits.
	if _, err := conn.Exec(ctx, "alter role "+pgx.Identifier{superuser}.Sanitize()+" password '"+c.password+"'"); err != nil {
		return err
	}
	return c.owner.write(path, c.password+"\n")
}

// ensureDatabase makes the database and PostGIS in it, when they are not there.
func (c *Cluster) ensureDatabase(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "database %q", c.options.Database)
	conn, err := c.connect(ctx, c.options.Database)
	if isAbsent(err) {
		if err := c.createDatabase(ctx); err != nil {
			return err
		}
		conn, err = c.connect(ctx, c.options.Database)
	}
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "create extension if not exists postgis")
	return err
}

// isAbsent: the server knows no such database (SQLSTATE 3D000).
func isAbsent(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code == "3D000"
}

func (c *Cluster) createDatabase(ctx context.Context) error {
	conn, err := c.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "create database "+pgx.Identifier{c.options.Database}.Sanitize())
	return err
}
