package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// releaseChannel is notified with a release's name when it becomes the one that is served.
const releaseChannel = "maille_release"

// Overtaken is what a publication is about that another one came before.
const Overtaken = "pointer"

// Current is the manifest of the release that is served; nil before the first.
func (db *DB) Current(ctx context.Context) (m *release.Manifest, err error) {
	defer fault.Wrap(&err, "store.Current")
	return db.manifest(ctx, statement("current_manifest", nil))
}

// Release is the manifest of a release; nil when there is none of that name.
func (db *DB) Release(ctx context.Context, id string) (m *release.Manifest, err error) {
	defer fault.Wrap(&err, "store.Release %s", id)
	return db.manifest(ctx, statement("manifest", nil), id)
}

func (db *DB) manifest(ctx context.Context, sql string, args ...any) (*release.Manifest, error) {
	var text []byte
	found, err := db.one(ctx, sql, args, &text)
	if err != nil || !found {
		return nil, err
	}
	m := &release.Manifest{}
	return m, json.Unmarshal(text, m)
}

// Releases lists the releases, the newest first.
func (db *DB) Releases(ctx context.Context) (lines []ReleaseLine, err error) {
	defer fault.Wrap(&err, "store.Releases")
	return list(ctx, db, statement("releases", nil), nil, pgx.RowToStructByPos[ReleaseLine])
}

// ReleaseLine is a release in a list.
type ReleaseLine struct {
	Release   string    `json:"release"`
	Published time.Time `json:"published"`
	Previous  string    `json:"previous,omitempty"`
	Current   bool      `json:"current"`
}

// Publish makes a manifest the release that is served, in one transaction that also remakes the opendata views: whoever
// looks sees the old release or the new one, whole. It is Unavailable when another publication came first.
func (db *DB) Publish(ctx context.Context, m *release.Manifest, described map[string]*dataset.Dataset, changes []release.CommuneChange) (err error) {
	defer fault.Wrap(&err, "store.Publish %s", m.Release)
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return explained(ctx, transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := exec(ctx, tx, "set local lock_timeout = '30s'"); err != nil {
			return err
		}
		if err := follow(ctx, tx, m, described); err != nil {
			return err
		}
		return saveChanges(ctx, tx, changes)
	}))
}

// follow makes a manifest the release that is served.
func follow(ctx context.Context, tx pgx.Tx, m *release.Manifest, described map[string]*dataset.Dataset) error {
	tag, err := tx.Exec(ctx, statement("insert_release", nil), m.Release, m.Published, m.Previous, m.Text())
	if err == nil && tag.RowsAffected() == 1 {
		tag, err = tx.Exec(ctx, statement("point", nil), m.Release, m.Previous)
	}
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Unavailable, "another publication came first; run it again").About(Overtaken)
	}
	if err := remakeViews(ctx, tx, m, described); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, statement("notify", nil), releaseChannel, m.Release)
	return err
}

// remakeViews shows the release in schema opendata, and drops what it no longer has.
func remakeViews(ctx context.Context, tx pgx.Tx, m *release.Manifest, described map[string]*dataset.Dataset) error {
	rows, err := tx.Query(ctx, statement("views", nil), m.Previous)
	if err != nil {
		return err
	}
	old, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for i := range m.Datasets {
		d := described[m.Datasets[i].Dataset]
		if err := remakeView(ctx, tx, d, m.Datasets[i].Version); err != nil {
			return err
		}
		old = slices.DeleteFunc(old, func(view string) bool { return view == d.Relation() })
	}
	for _, view := range old {
		if err := dropView(ctx, tx, quote("opendata", view)); err != nil {
			return err
		}
	}
	return nil
}

// remakeView replaces a view in place where its columns allow, so that views which operators put over it live on.
func remakeView(ctx context.Context, tx pgx.Tx, d *dataset.Dataset, v release.Version) error {
	view := quote("opendata", d.Relation())
	query := fmt.Sprintf("view %s as select %s from %s", view, contentList(d), versionTable(v))
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return exec(ctx, tx, "create or replace "+query) })
	if hasCode(err, "42P16") { // invalid_table_definition: other columns
		if err = dropView(ctx, tx, view); err == nil {
			err = exec(ctx, tx, "create "+query)
		}
	}
	if err != nil {
		return err
	}
	return exec(ctx, tx, fmt.Sprintf("grant select on %s to maille_reader", view))
}

func dropView(ctx context.Context, tx pgx.Tx, view string) error {
	err := exec(ctx, tx, "drop view "+view)
	if hasCode(err, "2BP01") { // dependent_objects_still_exist
		name := strings.ReplaceAll(view, `"`, "")
		return fault.New(fault.Unavailable, "views of your own use %s, which changes or goes: drop them, publish, make them again", name).About(name).Because(err)
	}
	return err
}

// Watch calls look once it listens, and each time that another release becomes the current one, until its context ends or
// the connection breaks, which it returns. The connection is its own: one of the pool would go on listening afterwards, and
// is told to cancel a statement (see cancelInsteadOfClose) where there is none.
func (db *DB) Watch(ctx context.Context, look func()) (err error) {
	defer fault.Wrap(&err, "store.Watch")
	config := db.pool.Config().ConnConfig
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.DeadlineContextWatcherHandler{Conn: c.Conn()}
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fault.New(fault.Unavailable, "the database does not answer").Because(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "listen "+quote(releaseChannel)); err != nil {
		return explained(ctx, err)
	}
	for {
		look()
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return explained(ctx, err)
		}
	}
}
