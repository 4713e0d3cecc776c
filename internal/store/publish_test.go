package store_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

var migrations = os.DirFS("../../migrations")

func containsSecret(err error) bool { return strings.Contains(err.Error(), "secret") }

// edition is a release of versions of one dataset or more.
func edition(name, previous string, versions ...release.Version) *release.Manifest {
	m := &release.Manifest{Release: name, Published: noon, Previous: previous, Code: "test"}
	for _, v := range versions {
		m.Datasets = append(m.Datasets, release.Entry{Version: v, Since: name, SinceTime: noon})
	}
	return m
}

func byName(all ...*dataset.Dataset) map[string]*dataset.Dataset {
	named := map[string]*dataset.Dataset{}
	for _, d := range all {
		named[d.Name] = d
	}
	return named
}

func publish(t *testing.T, db *store.DB, m *release.Manifest, all ...*dataset.Dataset) {
	t.Helper()
	if err := db.Publish(t.Context(), m, byName(all...), nil); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	return one[string](t, conn, "select coalesce(string_agg(nom, ' ' order by nom), '') from opendata.lieux")
}

func TestPublishing(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d, other := describe(t, plain), describe(t, described{name: "autres-lieux", columns: plain.columns})
	if m, err := db.Current(t.Context()); m != nil || err != nil {
		t.Errorf("before the first: %v, %v", m, err)
	}
	old, more := load(t, db, d, row(1, nil, "a", "Ancien")), load(t, db, other, row(1, nil, "a", "x"))
	publish(t, db, edition("2026-11-22.1", "", old, more), d, other)
	execute(t, conn, "create view public.mine as select nom from opendata.lieux") // an operator's own
	fresh := load(t, db, d, row(1, nil, "a", "Nouveau"))
	if got := names(t, conn); got != "Ancien" {
		t.Errorf("before it is published: %s", got)
	}
	publish(t, db, edition("2026-11-22.2", "2026-11-22.1", fresh), d)
	if got, mine := names(t, conn), one[string](t, conn, "select nom from public.mine"); got != "Nouveau" || mine != "Nouveau" {
		t.Errorf("after: %s, %s", got, mine)
	}
	if got := one[string](t, conn, "select string_agg(viewname, ' ') from pg_views where schemaname = 'opendata'"); got != "lieux" {
		t.Errorf("views = %s", got)
	}
	current, err := db.Current(t.Context())
	if err != nil || current.Release != "2026-11-22.2" || current.Datasets[0].Version != fresh {
		t.Errorf("%+v, %v", current, err)
	}
	if m, err := db.Release(t.Context(), "2026-11-22.1"); err != nil || len(m.Datasets) != 2 || !m.Published.Equal(noon) {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err := db.Release(t.Context(), "2020-01-01.1"); m != nil || err != nil {
		t.Errorf("%+v, %v", m, err)
	}
	list, err := db.Releases(t.Context())
	if err != nil || len(list) != 2 || !list[0].Current || list[0].Previous != "2026-11-22.1" || list[1].Current {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestAPublisherThatComesSecond(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, plain)
	v, w := load(t, db, d, row(1, nil, "a", "un")), load(t, db, d, row(1, nil, "a", "deux"))
	publish(t, db, edition("2026-11-22.1", "", v), d)
	for _, m := range []*release.Manifest{edition("2026-11-22.9", "", w), edition("2026-11-22.1", "", w), edition("2026-11-22.1", "2026-11-22.1", w)} {
		err := db.Publish(t.Context(), m, byName(d), nil)
		if fault.KindOf(err) != fault.Unavailable || fault.Message(err) != "another publication came first; run it again" {
			t.Errorf("%s after %q: %v", m.Release, m.Previous, err)
		}
	}
	var wg sync.WaitGroup
	results := make(chan error, 4)
	for range cap(results) { // all at once, of the same name
		wg.Go(func() { results <- db.Publish(t.Context(), edition("2026-11-22.2", "2026-11-22.1", w), byName(d), nil) })
	}
	wg.Wait()
	won := 0
	for range cap(results) {
		switch err := <-results; {
		case err == nil:
			won++
		case fault.KindOf(err) != fault.Unavailable:
			t.Errorf("%v", err)
		}
	}
	if won != 1 || names(t, conn) != "deux" || one[int](t, conn, "select count(*) from maille.release") != 2 {
		t.Errorf("%d won; %s is served", won, names(t, conn))
	}
}

func TestAPublicationThatFailsLeavesTheLastRelease(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, plain)
	publish(t, db, edition("2026-11-22.1", "", load(t, db, d, row(1, nil, "a", "un"))), d)
	gone := release.Version{Dataset: d.Name, ID: "000000000000", Hash: "00"}
	if err := db.Publish(t.Context(), edition("2026-11-22.2", "2026-11-22.1", gone), byName(d), nil); err == nil {
		t.Error("a version without a table is published")
	}
	if m, err := db.Current(t.Context()); err != nil || m.Release != "2026-11-22.1" || names(t, conn) != "un" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestColumnsThatChange(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, plain)
	publish(t, db, edition("2026-11-22.1", "", load(t, db, d, row(1, nil, "a", "un"))), d)
	renamed := describe(t, described{name: plain.name, columns: []string{"id string", "titre string"}})
	second := edition("2026-11-22.2", "2026-11-22.1", load(t, db, renamed, row(1, nil, "a", "un")))
	execute(t, conn, "create view public.mine as select nom from opendata.lieux")
	err := db.Publish(t.Context(), second, byName(renamed), nil)
	if fault.KindOf(err) != fault.Unavailable || fault.Message(err) != "views of your own use opendata.lieux, which changes or goes: drop them, publish, make them again" {
		t.Errorf("%v", err)
	}
	if names(t, conn) != "un" {
		t.Error("the last release is not served")
	}
	execute(t, conn, "drop view public.mine")
	publish(t, db, second, renamed)
	if got := one[string](t, conn, "select titre from opendata.lieux"); got != "un" {
		t.Errorf("titre = %s", got)
	}
}

func TestTheReaderSeesWhatIsPublishedAndNothingElse(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d, shapes := describe(t, plain), describe(t, contours)
	v, w := load(t, db, d, row(1, nil, "a", "un")), load(t, db, shapes, row(1, square(t, 2, 48, 3, 49), "91"))
	draft := draftOf(t, db, d)
	defer abandon(t, draft)
	publish(t, db, edition("2026-11-22.1", "", v, w), d, shapes)
	execute(t, conn, "set role maille_reader")
	if names(t, conn) != "un" || one[string](t, conn, "select ST_GeometryType(geometry) from opendata.contours") != "ST_MultiPolygon" {
		t.Error("what is published is not read")
	}
	for _, sql := range []string{
		"select * from maille.load", "select * from maille.release", "select * from maille.issue", "select * from " + draft.Table(),
		"select * from " + pgx.Identifier{"data", v.String()}.Sanitize(), "select * from public.maille_migration",
		"delete from opendata.lieux", "update opendata.lieux set nom = 'x'", "insert into opendata.lieux values ('b', 'x')",
		"create table opendata.x ()", "create table public.x ()", "create schema x",
	} {
		if _, err := conn.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestTheServerReadsAndWritesNothing(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, plain)
	v := load(t, db, d, row(1, nil, "a", "un"))
	publish(t, db, edition("2026-11-22.1", "", v), d)
	table := pgx.Identifier{"data", v.String()}.Sanitize()
	execute(t, conn, "set role maille_server")
	if got := one[string](t, conn, "select nom from "+table); got != "un" {
		t.Errorf("it reads %q", got)
	}
	if got := one[string](t, conn, "select release from maille.pointer"); got != "2026-11-22.1" {
		t.Errorf("the release is %q", got)
	}
	for _, sql := range []string{"delete from " + table, "update maille.pointer set release = null", "delete from maille.load",
		"create table draft.x ()", "create table data.x ()"} {
		if _, err := conn.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestTheOperatorsViewsInOpendataStay(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, plain)
	execute(t, conn, "create view opendata.mine as select 1 as one")
	publish(t, db, edition("2026-11-22.1", "", load(t, db, d, row(1, nil, "a", "un"))), d)
	publish(t, db, edition("2026-11-22.2", "2026-11-22.1", load(t, db, d, row(1, nil, "a", "deux"))), d)
	if got := one[int](t, conn, "select one from opendata.mine"); got != 1 || names(t, conn) != "deux" {
		t.Errorf("%d, %s", got, names(t, conn))
	}
}

func TestWatchIsTold(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, plain)
	v := load(t, db, d, row(1, nil, "a", "un"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told, ended := make(chan *release.Manifest), make(chan error, 1)
	go func() {
		ended <- db.Watch(ctx, func() {
			m, err := db.Current(ctx)
			if err != nil {
				t.Error(err)
			}
			told <- m
		})
	}()
	if m := <-told; m != nil { // it listens: whatever comes after this look is told
		t.Errorf("told of %s", m.Release)
	}
	publish(t, db, edition("2026-11-22.1", "", v), d)
	if m := <-told; m == nil || m.Release != "2026-11-22.1" {
		t.Errorf("told of %v", m)
	}
	for _, status := range []string{release.Refused, release.Failed} { // feeds tell of them
		if err := db.SaveAttempt(t.Context(), release.Attempt{At: noon, Status: status}); err != nil {
			t.Error(err)
		}
		<-told
	}
	start := time.Now()
	cancel()
	if err := <-ended; fault.KindOf(err) != fault.Canceled || time.Since(start) > time.Second {
		t.Errorf("it ended with %v after %v", err, time.Since(start))
	}
	eventually(t, conn, "select not exists (select from pg_stat_activity where query like 'listen%' and datname = current_database())")
}

func TestWatchSaysThatItsConnectionBroke(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	ended := make(chan error, 1)
	go func() { ended <- db.Watch(t.Context(), func() {}) }()
	listening := "from pg_stat_activity where query like 'listen%' and state = 'idle' and datname = current_database()"
	eventually(t, conn, "select exists (select "+listening+")")
	execute(t, conn, "select pg_terminate_backend(pid) "+listening)
	if err := <-ended; fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v: %v", fault.KindOf(err), err)
	}
}

func TestMigratingTwiceAndAtOnce(t *testing.T) {
	t.Parallel()
	_, conn, url := openURL(t, store.Options{})
	if applied, err := store.Migrate(t.Context(), url, migrations); len(applied) != 0 || err != nil {
		t.Errorf("again: %v, %v", applied, err)
	}
	execute(t, conn, "drop schema maille, draft, data, opendata, river cascade; drop table public.maille_migration")
	var wg sync.WaitGroup
	var mu sync.Mutex
	var all []string
	for range 3 {
		wg.Go(func() {
			applied, err := store.Migrate(t.Context(), url, migrations)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, applied...)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(all) == 0 || all[0] != "0001_create_catalogue.sql" || strings.Count(strings.Join(all, " "), "0001") != 1 {
		t.Errorf("applied = %v", all)
	}
	if n := one[int](t, conn, "select count(*) from maille.pointer"); n != 1 {
		t.Errorf("%d pointers", n)
	}
}
