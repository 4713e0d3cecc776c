package pipeline_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/pgtest"
	"maille/internal/pipeline"
	"maille/internal/release"
	"maille/internal/source"
	"maille/internal/store"
)

// benchBytes is the size of the generated file.
const benchBytes = 1 << 30

const childFolder, childDatabase = "MAILLE_BENCH_FOLDER", "MAILLE_BENCH_DATABASE"

// BenchmarkIngestGigabyte ingests a generated CSV of 1 GiB, from file to sealed version, in a process of its own and
// reports the memory that this process had at its height, and its rows per second against PostgreSQL's own COPY of the
// same text, as csv/copy.
func BenchmarkIngestGigabyte(b *testing.B) {
	url := pgtest.URL(b)
	folder := b.TempDir()
	rows := generate(b, filepath.Join(folder, "points.csv"))
	for b.Loop() {
		copied := copyText(b, url, filepath.Join(folder, "points.csv"))
		child := exec.CommandContext(b.Context(), os.Args[0], "-test.run", "^TestBenchChild$", "-test.v")
		child.Env = append(os.Environ(), childFolder+"="+folder, childDatabase+"="+url)
		start := time.Now()
		if out, err := child.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		took := time.Since(start)
		usage := child.ProcessState.SysUsage().(*syscall.Rusage)
		b.ReportMetric(float64(usage.Maxrss)/1024, "MiB-resident")
		b.ReportMetric(float64(rows)/took.Seconds(), "ingest-rows/s")
		b.ReportMetric(float64(rows)/copied.Seconds(), "copy-rows/s")
		b.ReportMetric(copied.Seconds()/took.Seconds(), "ingest/copy")
	}
}

// TestBenchChild is the process that BenchmarkIngestGigabyte measures.
func TestBenchChild(t *testing.T) {
	folder := os.Getenv(childFolder)
	if folder == "" {
		t.Skip("it is the child of BenchmarkIngestGigabyte")
	}
	db, err := store.Open(t.Context(), os.Getenv(childDatabase), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	registry, err := dataset.Load(dataset.Files{Datasets: fstest.MapFS{"points.json": {Data: []byte(benchDescriptor)}},
		Schemas: fstest.MapFS{"points.json": {Data: []byte(benchSchema)}}})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(filepath.Join(folder, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	p := &pipeline.Pipeline{DB: db, Registry: registry, Blobs: blobs, Code: fmt.Sprint(time.Now().UnixNano()), Now: time.Now,
		Place: func(*dataset.Dataset, int) []string { return []string{filepath.Join(folder, "points.csv")} },
		Log:   slog.New(slog.DiscardHandler), Progress: silent{}, Fetcher: &source.Fetcher{}}
	outcomes, err := p.Ingest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := outcomes[0]; o.Err != nil || o.Status != release.Sealed && o.Status != release.Unchanged {
		t.Fatalf("%+v", o)
	}
}

type silent struct{}

func (silent) Step(string, int64) pipeline.Bar { return silent{} }
func (silent) Add(int)                         {}
func (silent) Done()                           {}

const benchDescriptor = `{"name":"points","title":"Points","description":"Des points.","licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"banc"}],
"resources":[{"path":"points.csv","format":"csv"}],"schema":"points.json",
"publication":{"key":["id"],"geometry":{"type":"Point","longitude":"longitude","latitude":"latitude"}}}`

const benchSchema = `{"fields":[{"name":"id","type":"string","constraints":{"required":true}},{"name":"code_insee","type":"string","constraints":{"pattern":"[0-9AB]{5}"}},
{"name":"nom","type":"string"},{"name":"locaux","type":"integer"},{"name":"date_maj","type":"date"},{"name":"longitude","type":"number"},{"name":"latitude","type":"number"}]}`

// generate writes a CSV of benchBytes and gives its rows.
func generate(b *testing.B, path string) (rows int) {
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprintln(w, "id,code_insee,nom,locaux,date_maj,longitude,latitude")
	state := uint64(1)
	for size := 0; size < benchBytes; rows++ {
		state = state*6364136223846793005 + 1442695040888963407
		n, err := fmt.Fprintf(w, "IMB/%09d,%05d,\"Maison de l'Étang, bâtiment %d\",%d,2026-06-30,%.7f,%.7f\n", rows, state>>48, rows%97, state>>60,
			-4+float64(state>>44)/float64(1<<20)*11, 42.5+float64(state>>20&0xfffff)/float64(1<<20)*8)
		if err != nil {
			b.Fatal(err)
		}
		size += n
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return rows
}

// copyText is PostgreSQL's own COPY of the file into columns of the same types, without a check, a hash or an index.
func copyText(b *testing.B, url, path string) time.Duration {
	ctx := b.Context()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(ctx, "create unlogged table raw (id text, code_insee text, nom text, locaux bigint, date_maj date, longitude float8, latitude float8)"); err != nil {
		b.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	start := time.Now()
	if _, err := conn.PgConn().CopyFrom(ctx, file, "copy raw from stdin (format csv, header)"); err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	if _, err := conn.Exec(ctx, "drop table raw"); err != nil {
		b.Fatal(err)
	}
	return took
}
