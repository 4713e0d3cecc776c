package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/datasets"
	"maille/internal/dataset"
	"maille/internal/pgtest"
	"maille/schemas"
)

const childMirror = "MAILLE_BENCH_MIRROR"

// BenchmarkFrance ingests all of France from the national files, in a process of its own, and reports the memory that this
// process had at its height. The limit, in the same run, is what the same machine needs to build the same tables by hand:
// for each source, a raw binary COPY of its rows, then the table in its order with its indexes; for each derived dataset,
// its SELECT into a table, then the same. copy/sources and select/derived are shares of that speed.
func BenchmarkFrance(b *testing.B) {
	mirror, err := filepath.Abs("../../../shared/data/mirror")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(mirror); err != nil {
		b.Skip("the national files are not here: ", err)
	}
	for b.Loop() {
		url := pgtest.URL(b)
		child := exec.CommandContext(b.Context(), os.Args[0], "-test.run", "^TestBenchChild$", "-test.v")
		child.Env = append(os.Environ(), childMirror+"="+mirror, "MAILLE_DATABASE_URL="+url)
		start := time.Now()
		if out, err := child.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/ingest")
		b.ReportMetric(float64(child.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024, "MiB-resident")
		l := newLimit(b, url)
		l.run(b)
		b.ReportMetric(l.sources.Seconds()/l.took(b, false), "copy/sources")
		b.ReportMetric(l.derived.Seconds()/l.took(b, true), "select/derived")
	}
}

// TestBenchChild is the process that BenchmarkFrance measures.
func TestBenchChild(t *testing.T) {
	mirror := os.Getenv(childMirror)
	if mirror == "" {
		t.Skip("it is the child of BenchmarkFrance")
	}
	t.Chdir(t.TempDir())
	for _, command := range []string{"migrate", "ingest"} {
		if code, _, stderr := maille(t, command, "--profile", "france", "--mirror", mirror); code != exitOK {
			t.Fatal(stderr)
		}
	}
}

// limit builds the tables of an ingested country by hand.
type limit struct {
	conn             *pgx.Conn
	registry         *dataset.Registry
	sources, derived time.Duration
}

func newLimit(b *testing.B, url string) *limit {
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close(context.Background()) })
	r, err := dataset.Load(dataset.Files{Datasets: datasets.Files, Schemas: schemas.Files})
	if err != nil {
		b.Fatal(err)
	}
	return &limit{conn: conn, registry: r}
}

// run takes the datasets in their order, so that what a derived one reads stands in schema hand.
func (l *limit) run(b *testing.B) {
	l.exec(b, "create schema hand", "set search_path = hand, public", "set work_mem = '256MB'", "set maintenance_work_mem = '256MB'",
		"set max_parallel_workers_per_gather = 0", "set jit = off")
	for _, d := range l.registry.All() {
		l.exec(b, fmt.Sprintf("create view %s as select * from %s", quoted("hand", d.Relation()), l.version(b, d)))
		if d.IsDerived() {
			l.derived += l.build(b, d, "raw", l.selected(b, d))
		} else {
			l.sources += l.build(b, d, "raw", l.copied(b, d))
		}
	}
}

// selected times the dataset's own SQL into a table.
func (l *limit) selected(b *testing.B, d *dataset.Dataset) time.Duration {
	sql, err := fs.ReadFile(datasets.Files, d.Name+".sql")
	if err != nil {
		b.Fatal(err)
	}
	return l.exec(b, "create unlogged table raw as "+string(sql))
}

// copied times a binary COPY of the rows, which were encoded beforehand.
func (l *limit) copied(b *testing.B, d *dataset.Dataset) time.Duration {
	var rows bytes.Buffer
	content := columns(d)
	if _, err := l.conn.PgConn().CopyTo(b.Context(), &rows, fmt.Sprintf("copy (select %s from %s) to stdout (format binary)", content, l.version(b, d))); err != nil {
		b.Fatal(err)
	}
	l.exec(b, fmt.Sprintf("create unlogged table raw as select %s from %s with no data", content, l.version(b, d)))
	start := time.Now()
	if _, err := l.conn.PgConn().CopyFrom(b.Context(), &rows, "copy raw from stdin (format binary)"); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// build adds to what the raw table took the time of the table in its order, with the version's own indexes.
func (l *limit) build(b *testing.B, d *dataset.Dataset, raw string, took time.Duration) time.Duration {
	order, content := strings.Join(d.Publication.Key, ", "), columns(d)
	if g := d.Publication.Geometry; g != nil {
		order = "geometry, " + order
		if g.Type != "Point" {
			content += ", st_asgeojson(geometry, 7) as _geojson"
		}
	}
	statements := []string{fmt.Sprintf("create table built as select row_number() over () as _ord, s.* from (select %s from %s order by %s) s", content, raw, order)}
	statements = append(statements, l.indexes(b, d)...)
	took += l.exec(b, append(statements, "analyze built")...)
	l.exec(b, "drop table built", "drop table raw")
	return took
}

// indexes are the definitions of the version's indexes, without their names, on the table built by hand.
func (l *limit) indexes(b *testing.B, d *dataset.Dataset) []string {
	rows, err := l.conn.Query(b.Context(), `select regexp_replace(pg_get_indexdef(indexrelid), ' INDEX .* ON .*? USING ', ' index on built using ')
		from pg_index where indrelid = $1::regclass`, l.version(b, d))
	if err != nil {
		b.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	return all
}

func (l *limit) version(b *testing.B, d *dataset.Dataset) string {
	var id string
	if err := l.conn.QueryRow(b.Context(), "select id from maille.version where dataset = $1", d.Name).Scan(&id); err != nil {
		b.Fatalf("%s: %v", d.Name, err)
	}
	return quoted("data", d.Name+"@"+id)
}

// took is how long our own loads were, from their first row to their sealed version.
func (l *limit) took(b *testing.B, derived bool) (seconds float64) {
	for _, d := range l.registry.All() {
		var took float64
		err := l.conn.QueryRow(b.Context(), "select extract(epoch from max(ended_at - started_at)) from maille.load where dataset = $1", d.Name).Scan(&took)
		if err != nil {
			b.Fatal(err)
		}
		if d.IsDerived() == derived {
			seconds += took
		}
	}
	return seconds
}

func (l *limit) exec(b *testing.B, statements ...string) time.Duration {
	start := time.Now()
	for _, sql := range statements {
		if _, err := l.conn.Exec(b.Context(), sql); err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	return time.Since(start)
}

func columns(d *dataset.Dataset) string {
	var names []string
	for _, name := range d.Schema.Names() {
		names = append(names, quoted(name))
	}
	if d.Publication.Geometry != nil {
		names = append(names, "geometry")
	}
	return strings.Join(names, ", ")
}

func quoted(parts ...string) string { return pgx.Identifier(parts).Sanitize() }
