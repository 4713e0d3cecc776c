package store_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pgtest"
	"maille/internal/schema"
	"maille/internal/store"
)

const benchRows = 1_000_000

// BenchmarkLoad loads generated points into a draft, against a raw binary COPY of the same rows from memory, alternated
// in the same run. The metric draft/copy is the share of COPY's rows per second that a draft reaches.
func BenchmarkLoad(b *testing.B) {
	url := pgtest.URL(b)
	db := openBench(b, url)
	d := benchDataset(b)
	raw := connect(b, url)
	encoded := store.EncodeCopy(d, points(benchRows))
	for b.Loop() {
		var copies, drafts []time.Duration
		for range 3 {
			copies = append(copies, rawCopy(b, raw, d, encoded))
			drafts = append(drafts, loadDraft(b, db, d))
		}
		report(b, "copy", median(copies))
		report(b, "draft", median(drafts))
		b.ReportMetric(float64(median(copies))/float64(median(drafts)), "draft/copy")
	}
}

// BenchmarkSeal takes a draft to a sealed version (rules over the set, hash, table, indexes), against psql running the
// statements that build the same table. The metric seal/psql is the share of psql's speed.
func BenchmarkSeal(b *testing.B) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		b.Skip("psql is not installed")
	}
	url := pgtest.URL(b)
	db := openBench(b, url)
	d := benchDataset(b)
	for b.Loop() {
		var seals, builds []time.Duration
		for range 3 {
			draft := begin(b, db, d)
			if _, err := draft.Load(b.Context(), points(benchRows)); err != nil {
				b.Fatal(err)
			}
			builds = append(builds, build(b, psql, url, draft.BuildSQL("psql")))
			start := time.Now()
			v := seal(b, draft)
			seals = append(seals, time.Since(start))
			drop(b, url, v.String(), d.Name+"@psql")
		}
		report(b, "psql", median(builds))
		report(b, "seal", median(seals))
		b.ReportMetric(float64(median(builds))/float64(median(seals)), "seal/psql")
	}
}

func report(b *testing.B, name string, d time.Duration) {
	b.ReportMetric(benchRows/d.Seconds(), name+"-rows/s")
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func openBench(b *testing.B, url string) *store.DB {
	db, err := store.Open(b.Context(), url, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	return db
}

func connect(b *testing.B, url string) *pgx.Conn {
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func benchDataset(b *testing.B) *dataset.Dataset {
	d, err := dataset.Restore([]byte(`{"name":"points","publication":{"key":["id"],"index":["code_insee"],
		"geometry":{"type":"Point","longitude":"longitude","latitude":"latitude"}}}`),
		[]byte(`{"fields":[{"name":"id","type":"string","constraints":{"required":true}},{"name":"code_insee","type":"string"},
		{"name":"nom","type":"string"},{"name":"locaux","type":"integer"},{"name":"date_maj","type":"date"},
		{"name":"longitude","type":"number"},{"name":"latitude","type":"number"}]}`))
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// points generates n rows spread over France by a fixed sequence.
func points(n int) iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		f := dataset.Feature{Values: make([]schema.Value, 7)}
		state := uint64(1)
		for i := range n {
			state = state*6364136223846793005 + 1442695040888963407
			lon, lat := -4+float64(state>>44)/float64(1<<20)*11, 42.5+float64(state>>20&0xfffff)/float64(1<<20)*8
			lon, lat = geo.Snap(lon, 1e-7), geo.Snap(lat, 1e-7)
			f.Line = int64(i + 1)
			id := fmt.Appendf(nil, "IMB/%08d", i)
			f.Values[0], f.Values[1] = schema.Text(string(id)), schema.Text(string(id[4:9]))
			f.Values[2], f.Values[3] = schema.Text("12 rue de la République"), schema.Int(int64(state>>60))
			f.Values[4] = schema.DateOf(20_000)
			f.Values[5], f.Values[6] = schema.Float(lon), schema.Float(lat)
			f.WKB = geo.AppendPoint(f.WKB[:0], lon, lat)
			if !yield(&f, nil) {
				return
			}
		}
	}
}

func begin(b *testing.B, db *store.DB, d *dataset.Dataset) *store.Draft {
	draft, err := db.Begin(b.Context(), d, "bench", time.Now())
	if err != nil {
		b.Fatal(err)
	}
	return draft
}

func loadDraft(b *testing.B, db *store.DB, d *dataset.Dataset) time.Duration {
	draft := begin(b, db, d)
	start := time.Now()
	if _, err := draft.Load(b.Context(), points(benchRows)); err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	if err := draft.Abandon(b.Context(), "failed", "bench", nil, time.Now()); err != nil {
		b.Fatal(err)
	}
	return took
}

func seal(b *testing.B, draft *store.Draft) fmt.Stringer {
	report := &dataset.Report{}
	if _, err := draft.Check(b.Context(), store.References{}, report); err != nil {
		b.Fatal(err)
	}
	v, err := draft.Seal(b.Context(), report, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	return v
}

// rawCopy is PostgreSQL's own speed: the same tuples, encoded beforehand, into a table like the draft's.
func rawCopy(b *testing.B, conn *pgx.Conn, d *dataset.Dataset, encoded []byte) time.Duration {
	ctx := b.Context()
	if _, err := conn.Exec(ctx, store.DraftDDL(d, "raw")); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if _, err := conn.PgConn().CopyFrom(ctx, bytes.NewReader(encoded), "copy raw from stdin (format binary)"); err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	if _, err := conn.Exec(ctx, "drop table raw"); err != nil {
		b.Fatal(err)
	}
	return took
}

func build(b *testing.B, psql, url string, statements []string) time.Duration {
	script := "begin;\n" + strings.Join(statements, ";\n") + ";\ncommit;\n"
	cmd := exec.CommandContext(b.Context(), psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", url)
	cmd.Stdin = strings.NewReader(script)
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return time.Since(start)
}

func drop(b *testing.B, url string, tables ...string) {
	conn := connect(b, url)
	for _, name := range tables {
		if _, err := conn.Exec(b.Context(), "drop table "+pgx.Identifier{"data", name}.Sanitize()); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := conn.Exec(b.Context(), "delete from maille.load; delete from maille.version"); err != nil {
		b.Fatal(err)
	}
}
