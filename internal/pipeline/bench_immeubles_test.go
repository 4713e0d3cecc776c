package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/pgtest"
	"maille/internal/pipeline"
	"maille/internal/release"
	"maille/internal/source"
	"maille/internal/store"
	"maille/internal/synthetic"
)

// large asks for the benchmark of 25 million rows, which takes half an hour and 40 GB.
const large = "MAILLE_BENCH_LARGE"

const childPremises = "MAILLE_BENCH_PREMISES"

// BenchmarkImmeubles takes a generated national file of premises through the real descriptors, from file to sealed version
// and to its counts by commune, in a process of its own, then once more with one row in a hundred changed. PostgreSQL's
// own binary COPY of the same rows is the limit that the draft is held to; per-row/1M says how much dearer a row is than
// in the run of a million.
func BenchmarkImmeubles(b *testing.B) {
	var million float64
	for _, c := range []struct {
		name string
		rows int64
	}{{"1M", 1_000_000}, {"5M", 5_000_000}, {"25M", 25_000_000}} {
		b.Run(c.name, func(b *testing.B) {
			if c.rows > 5_000_000 && os.Getenv(large) == "" {
				b.Skip("set " + large + "=1")
			}
			for b.Loop() {
				n := newNational(b, c.rows)
				perRow := n.first(b)
				if million == 0 {
					million = perRow
				}
				b.ReportMetric(perRow/million, "per-row/1M")
				n.limit(b)
				n.disk(b)
				n.second(b)
			}
		})
	}
}

// national is an instance of which premises are the only large dataset.
type national struct {
	url, folder string
	rows        int64
	communes    []synthetic.Commune
	conn        *pgx.Conn
	draft       float64 // seconds
}

func newNational(b *testing.B, rows int64) *national {
	n := &national{url: pgtest.URL(b), folder: b.TempDir(), rows: rows}
	n.conn = connected(b, n.url)
	cog, contours := nationalFiles()
	n.communes = realCommunes(b, cog, contours)
	return n
}

// nationalFiles are those of all of France where they are, else those of the bundled sample.
func nationalFiles() (cog, contours string) {
	mirror := filepath.Join("..", "..", "..", "shared", "data", "mirror")
	cog, contours = filepath.Join(mirror, "geo-api-communes.json"), filepath.Join(mirror, "communes-1000m.geojson.gz")
	if _, err := os.Stat(cog); err != nil {
		cog, contours = "../../datasets/echantillon/geo-api-communes-91.json", "../../datasets/echantillon/communes-100m.geojson.gz"
	}
	return cog, contours
}

func realCommunes(tb testing.TB, cog, contours string) []synthetic.Commune {
	a, err := os.Open(cog)
	if err != nil {
		tb.Fatal(err)
	}
	defer a.Close()
	c, err := os.Open(contours)
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close()
	communes, err := synthetic.Communes(tb.Context(), a, c)
	if err != nil {
		tb.Fatal(err)
	}
	return communes
}

func connected(tb testing.TB, url string) *pgx.Conn {
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func (n *national) file() string { return filepath.Join(n.folder, "immeubles-2026T2.csv") }

func (n *national) generate(b *testing.B, changed float64) {
	file, err := os.Create(n.file())
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	start := time.Now()
	m := synthetic.Immeubles{Rows: n.rows, Seed: 1, Outside: 0.01, Changed: changed}
	if err := m.Write(b.Context(), file, n.communes); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n.rows)/time.Since(start).Seconds(), "generated-rows/s")
}

// steps are the seconds that each took, as the child saw them.
type steps struct{ Read, Check, Seal, Derive, Sum float64 }

// first measures the whole of a first version and gives its seconds per row.
func (n *national) first(b *testing.B) float64 {
	n.generate(b, 0)
	s, resident := n.ingest(b)
	for name, seconds := range map[string]float64{"draft": s.Read, "check": s.Check, "seal": s.Seal, "derive": s.Derive} {
		b.ReportMetric(float64(n.rows)/seconds, name+"-rows/s")
	}
	b.ReportMetric(resident, "MiB-resident")
	n.draft = s.Read
	return s.Sum / float64(n.rows)
}

// ingest runs the child, and gives what it took and the memory that it had at its height, in MiB.
func (n *national) ingest(b *testing.B) (s steps, resident float64) {
	child := exec.CommandContext(b.Context(), os.Args[0], "-test.run", "^TestPremisesChild$", "-test.v", "-test.timeout", "0")
	child.Env = append(os.Environ(), childPremises+"="+n.folder, childDatabase+"="+n.url)
	out, err := child.CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	_, report, _ := strings.Cut(string(out), "steps: ")
	if err := json.NewDecoder(strings.NewReader(report)).Decode(&s); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return s, float64(child.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}

// limit copies the rows of the version into a table like the draft's, in PostgreSQL's own binary form.
func (n *national) limit(b *testing.B) {
	table := n.table(b)
	path := filepath.Join(n.folder, "copy")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer os.Remove(path)
	defer file.Close()
	n.exec(b, "create unlogged table raw (like "+table+")", "alter table raw drop column _ord")
	columns := one[string](b, n.conn, "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = 'raw'::regclass and attnum > 0 and not attisdropped")
	if _, err := n.conn.PgConn().CopyTo(b.Context(), file, "copy (select "+columns+" from "+table+") to stdout (format binary)"); err != nil {
		b.Fatal(err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if _, err := n.conn.PgConn().CopyFrom(b.Context(), file, "copy raw ("+columns+") from stdin (format binary)"); err != nil {
		b.Fatal(err)
	}
	copied := time.Since(start).Seconds()
	n.exec(b, "drop table raw")
	b.ReportMetric(float64(n.rows)/copied, "copy-rows/s")
	b.ReportMetric(copied/n.draft, "draft/copy")
}

// disk says what the version keeps.
func (n *national) disk(b *testing.B) {
	table := n.table(b)
	for what, size := range map[string]string{"table": "pg_relation_size", "indexes": "pg_indexes_size"} {
		bytes := one[int64](b, n.conn, "select "+size+"($1::regclass)", table)
		b.ReportMetric(float64(bytes)/float64(n.rows), what+"-bytes/row")
	}
}

// second loads the same file with one row in a hundred changed: a version is whole, so it costs what the first did, on the
// disk and in time, until it is dropped.
func (n *national) second(b *testing.B) {
	before := n.size(b)
	n.generate(b, 0.01)
	s, _ := n.ingest(b)
	grown := n.size(b) - before
	b.ReportMetric(float64(grown)/float64(n.rows), "second-bytes/row")
	b.ReportMetric(float64(n.rows)/s.Sum, "second-rows/s")
	start := time.Now()
	n.exec(b, "drop table "+n.table(b))
	b.ReportMetric(time.Since(start).Seconds(), "drop-s")
	b.ReportMetric(float64(before+grown-n.size(b))/float64(n.rows), "dropped-bytes/row")
}

func (n *national) size(b *testing.B) int64 {
	return one[int64](b, n.conn, "select sum(pg_total_relation_size(c.oid))::bigint from pg_class c where relnamespace = 'data'::regnamespace and relkind = 'r'")
}

// table is that of the last version, quoted.
func (n *national) table(b *testing.B) string {
	return one[string](b, n.conn, `select format('data.%I', 'immeubles-ftth@' || id) from maille.version where dataset = 'immeubles-ftth' order by sealed_at desc limit 1`)
}

func (n *national) exec(b *testing.B, statements ...string) {
	for _, s := range statements {
		if _, err := n.conn.Exec(b.Context(), s); err != nil {
			b.Fatalf("%s: %v", s, err)
		}
	}
}

// TestPremisesChild is the process that BenchmarkImmeubles measures.
func TestPremisesChild(t *testing.T) {
	folder := os.Getenv(childPremises)
	if folder == "" {
		t.Skip("it is the child of BenchmarkImmeubles")
	}
	db, err := store.Open(t.Context(), os.Getenv(childDatabase), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	blobs, err := blob.Open(filepath.Join(folder, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	watch := &stopwatch{}
	p := &pipeline.Pipeline{DB: db, Registry: premisesOnly(t), Blobs: blobs, Code: "bench", Now: time.Now, Place: premisesPlace(folder),
		Log: slog.New(slog.DiscardHandler), Progress: watch, Fetcher: &source.Fetcher{}}
	outcomes, err := p.Ingest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if o.Err != nil || strings.HasPrefix(o.Dataset, "immeubles") && o.Status != release.Sealed {
			t.Fatalf("%+v", o)
		}
	}
	report, err := json.Marshal(watch.steps())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("steps: %s\n", report)
}

// premisesPlace has the premises and what their rules and counts read; the rest is absent.
func premisesPlace(folder string) func(*dataset.Dataset, int) []string {
	cog, contours := nationalFiles()
	places := map[string]string{"communes-cog": cog, "communes-contours": contours, "immeubles-ftth": filepath.Join(folder, "immeubles-2026T2.csv")}
	return func(d *dataset.Dataset, resource int) []string {
		if place := places[d.Name]; place != "" && resource == 0 {
			return []string{place}
		}
		return nil
	}
}

// stopwatch is a Progress that notes when the steps of the premises begin and end.
type stopwatch struct{ marks []mark }

type mark struct {
	label      string
	begin, end time.Time
}

func (w *stopwatch) Step(label string, _ int64) pipeline.Bar {
	w.marks = append(w.marks, mark{label: label, begin: time.Now()})
	return &lap{w, len(w.marks) - 1}
}

type lap struct {
	watch *stopwatch
	at    int
}

func (l *lap) Add(int) {}
func (l *lap) Done()   { l.watch.marks[l.at].end = time.Now() }

// steps tells them apart: the counts by commune are sealed right after the premises.
func (w *stopwatch) steps() (s steps) {
	var read, seal mark
	for _, m := range w.marks {
		switch {
		case strings.HasPrefix(m.label, "immeubles-ftth :") && read.label == "":
			read = m
		case strings.HasPrefix(m.label, "immeubles-ftth :"):
			seal = m
		case strings.HasPrefix(m.label, "immeubles-ftth-communes :"):
			s.Derive = m.begin.Sub(seal.end).Seconds()
		}
	}
	s.Read, s.Check, s.Seal = read.end.Sub(read.begin).Seconds(), seal.begin.Sub(read.end).Seconds(), seal.end.Sub(seal.begin).Seconds()
	s.Sum = s.Read + s.Check + s.Seal + s.Derive
	return s
}
