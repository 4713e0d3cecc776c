package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"maille/internal/fault"
)

// The names of our databases begin so, and all names that we make are letters, digits and underscores.
const (
	testPrefix     = "maille_test_"
	templatePrefix = "maille_template_"
)

// The classes of our advisory locks, which all processes take in the same database.
const (
	livenessLocks int32 = 0x6d61696c // a process is alive
	templateLocks int32 = 0x6d61696d // a template is being made
)

func (s *server) prefix() string { return fmt.Sprintf("%s%d_", testPrefix, s.token) }

func templateName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return templatePrefix + hex.EncodeToString(sum[:8])
}

// clone makes a database from the template of a key, which it makes first when it is not there.
func (s *server) clone(ctx context.Context, name, key string, migrate func(context.Context, string) error) (err error) {
	defer fault.Wrap(&err, "pgtest: clone")
	template := templateName(key)
	create := "create database " + name + " template " + template
	err = s.run(ctx, create)
	if !isAbsent(err) {
		return err
	}
	if err := s.prepare(ctx, template, migrate); err != nil {
		return err
	}
	return s.run(ctx, create)
}

// prepare makes a template. It has another name until it is whole, and only one process makes it.
func (s *server) prepare(ctx context.Context, template string, migrate func(context.Context, string) error) (err error) {
	defer fault.Wrap(&err, "prepare %s", template)
	conn, err := pgx.Connect(ctx, s.admin.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx) // lets go of the lock
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1, hashtext($2))", templateLocks, template); err != nil {
		return err
	}
	var made bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", template).Scan(&made); err != nil || made {
		return err
	}
	half := templatePrefix + "half_" + strings.TrimPrefix(template, templatePrefix)
	if err := s.run(ctx, "drop database if exists "+half+" with (force)", "create database "+half); err != nil {
		return err
	}
	if err := s.fill(ctx, half, migrate); err != nil {
		return err
	}
	// No connection may be open while it is cloned: the server sees that there is none.
	return s.run(ctx,
		"alter database "+half+" with allow_connections false",
		"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '"+half+"'",
		"alter database "+half+" rename to "+template,
	)
}

func (s *server) fill(ctx context.Context, database string, migrate func(context.Context, string) error) error {
	address := s.url(database)
	if err := run(ctx, address, "create extension if not exists postgis"); err != nil {
		return err
	}
	if err := migrate(ctx, address); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (s *server) drop(ctx context.Context, name string) (err error) {
	defer fault.Wrap(&err, "pgtest: drop")
	return s.run(ctx, "drop database if exists "+name+" with (force)")
}

// isAbsent: the server knows no such database (SQLSTATE 3D000).
func isAbsent(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code == "3D000"
}
