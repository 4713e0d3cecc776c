package pipeline_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/pgtest"
	"maille/internal/pipeline"
	"maille/internal/source"
	"maille/internal/store"
)

const dumpsFolder, dumpsDatabase, dumpsFormats, dumpsPoints = "MAILLE_DUMPS_FOLDER", "MAILLE_DUMPS_DATABASE", "MAILLE_DUMPS_FORMATS", "MAILLE_DUMPS_POINTS"

// BenchmarkDumps makes all the files of a release in one pass, in a process of its own, whose memory at its height it reports,
// and those that GDAL has too, against the sum of the runs of ogr2ogr that write them from the same PostGIS: ogr2ogr/alike, and
// ogr2ogr/text of CSV and GeoJSON alone. GeoParquet alone is held against
// PostgreSQL's own binary COPY to nowhere, in rows: parquet/copy.
func BenchmarkDumps(b *testing.B) {
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		b.Skip("ogr2ogr (gdal-bin) is not installed")
	}
	b.Run("points", func(b *testing.B) {
		n := 5_000_000
		if text := os.Getenv(dumpsPoints); text != "" {
			n, _ = strconv.Atoi(text)
		}
		folder := b.TempDir()
		scatter(b, filepath.Join(folder, "points.csv"), n)
		benchDumps(b, folder)
	})
	b.Run("polygons", func(b *testing.B) {
		file, err := filepath.Abs("../../../shared/data/mirror/communes-1000m.geojson.gz")
		if err == nil {
			_, err = os.Stat(file)
		}
		if err != nil {
			b.Skipf("no shared data: %v", err)
		}
		folder := b.TempDir()
		if err := os.Symlink(file, filepath.Join(folder, "polygons.geojson.gz")); err != nil {
			b.Fatal(err)
		}
		benchDumps(b, folder)
	})
}

// dumpsOf is an instance of the one file that a folder has.
func dumpsOf(ctx context.Context, url, folder string) (*pipeline.Pipeline, error) {
	descriptor, columns, file := benchDescriptor, benchSchema, "points.csv"
	if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
		file = "polygons.geojson.gz"
		descriptor = strings.NewReplacer("points.csv", file, `"csv"`, `"geojson"`, `["id"]`, `["code"]`, `"Point","longitude":"longitude","latitude":"latitude"`, `"MultiPolygon"`).Replace(benchDescriptor)
		columns = `{"fields":[{"name":"code","type":"string","constraints":{"required":true}},{"name":"nom","type":"string"},{"name":"departement","type":"string"}]}`
	}
	registry, err := dataset.Load(dataset.Files{Datasets: fstest.MapFS{"points.json": {Data: []byte(descriptor)}}, Schemas: fstest.MapFS{"points.json": {Data: []byte(columns)}}})
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return nil, err
	}
	blobs, err := blob.Open(filepath.Join(folder, "objects-"+strconv.Itoa(os.Getpid())))
	return &pipeline.Pipeline{DB: db, Registry: registry, Blobs: blobs, Code: "bench", Now: time.Now, Log: slog.New(slog.DiscardHandler), Progress: silent{},
		Place: func(*dataset.Dataset, int) []string { return []string{filepath.Join(folder, file)} }, Fetcher: &source.Fetcher{}}, err
}

func benchDumps(b *testing.B, folder string) {
	url := pgtest.URL(b)
	p, err := dumpsOf(b.Context(), url, folder)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.DB.Close)
	outcomes, err := p.Ingest(b.Context())
	if err != nil || outcomes[0].Err != nil {
		b.Fatalf("%v %+v", err, outcomes)
	}
	rows := outcomes[0].Rows
	for b.Loop() {
		all, memory := dumpsChild(b, url, folder, "")
		alike, _ := dumpsChild(b, url, folder, "csv geojson gpkg fgb xlsx")
		text, _ := dumpsChild(b, url, folder, "csv geojson")
		parquet, _ := dumpsChild(b, url, folder, "parquet")
		theirs, theirText := ogr2ogr(b, url, folder, outcomes[0].Version, rows <= dump.XLSX.MaxRows)
		copied := copyBinary(b, url, outcomes[0].Version)
		b.ReportMetric(all.Seconds(), "all-s")
		b.ReportMetric(theirs.Seconds()/alike.Seconds(), "ogr2ogr/alike")
		b.ReportMetric(theirText.Seconds()/text.Seconds(), "ogr2ogr/text")
		b.ReportMetric(float64(rows)/parquet.Seconds(), "parquet-rows/s")
		b.ReportMetric(copied.Seconds()/parquet.Seconds(), "parquet/copy")
		b.ReportMetric(memory, "MiB-resident")
	}
}

// dumpsChild makes files in a process of its own, and gives the time that it took and its memory at its height.
func dumpsChild(b *testing.B, url, folder, formats string) (time.Duration, float64) {
	cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run", "^TestDumpsChild$", "-test.v", "-test.timeout", "1h")
	cmd.Env = append(os.Environ(), dumpsFolder+"="+folder, dumpsDatabase+"="+url, dumpsFormats+"="+formats)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var took time.Duration
	for line := range strings.Lines(string(out)) {
		if text, is := strings.CutPrefix(strings.TrimSpace(line), "took "); is {
			took, err = time.ParseDuration(text)
		}
		if strings.Contains(line, " bytes in ") {
			b.Log(strings.TrimSpace(line))
		}
	}
	if err != nil || took == 0 {
		b.Fatalf("%v: %s", err, out)
	}
	return took, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}

// TestDumpsChild is the process that BenchmarkDumps measures.
func TestDumpsChild(t *testing.T) {
	folder, formats := os.Getenv(dumpsFolder), strings.Fields(os.Getenv(dumpsFormats))
	if folder == "" {
		t.Skip("it is the child of BenchmarkDumps")
	}
	p, err := dumpsOf(t.Context(), os.Getenv(dumpsDatabase), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer p.DB.Close()
	defer os.RemoveAll(filepath.Dir(p.Blobs.Temporary()))
	if len(formats) > 0 {
		p.Formats = func(d *dataset.Dataset) (some []*dump.Format) {
			for _, format := range dump.Formats(d) {
				if strings.Contains(" "+strings.Join(formats, " ")+" ", " "+format.Extension+" ") {
					some = append(some, format)
				}
			}
			return some
		}
	}
	pipeline.BoundMemory() // as maille publish does
	last := new(lastDump)
	p.Log = slog.New(slog.NewTextHandler(last, nil))
	start := time.Now()
	m, err := p.DumpAll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\ntook %v\n", last.at.Sub(start))
	if len(formats) == 0 {
		for _, f := range m.Datasets[0].Files {
			fmt.Printf("%d bytes in %s\n", f.Bytes, f.Name)
		}
	}
}

// lastDump is a log that knows when the last file was there: what comes after, as reading all files again, is no writing.
type lastDump struct{ at time.Time }

func (l *lastDump) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "msg=dump") {
		l.at = time.Now()
	}
	return len(line), nil
}

// ogr2ogr writes the formats that GDAL has too, one run each, and gives the sum of all and that of CSV and GeoJSON.
func ogr2ogr(b *testing.B, url, folder, version string, sheet bool) (all, text time.Duration) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		b.Fatal(err)
	}
	from := fmt.Sprintf("PG:host=%s port=%d user=%s dbname=%s", c.Host, c.Port, c.User, c.Database)
	if c.Password != "" {
		from += " password=" + c.Password
	}
	for _, f := range []struct {
		driver, extension string
		more              []string
	}{{"CSV", "csv", nil}, {"GeoJSON", "geojson", []string{"-lco", "RFC7946=YES"}}, {"GPKG", "gpkg", nil}, {"FlatGeobuf", "fgb", nil}, {"XLSX", "xlsx", nil}} {
		if f.driver == "XLSX" && !sheet {
			continue
		}
		out := filepath.Join(folder, "gdal."+f.extension)
		arguments := append([]string{"-f", f.driver, out, from, "-nln", "points", "-sql", fmt.Sprintf(`select * from data."points@%s"`, version)}, f.more...)
		start := time.Now()
		if said, err := exec.CommandContext(b.Context(), "ogr2ogr", arguments...).CombinedOutput(); err != nil {
			b.Fatalf("ogr2ogr: %v: %s", err, said)
		}
		took := time.Since(start)
		if all += took; f.driver == "CSV" || f.driver == "GeoJSON" {
			text += took
		}
		if info, err := os.Stat(out); err == nil {
			b.Logf("%d bytes in %s, %v", info.Size(), filepath.Base(out), took)
		}
		os.Remove(out)
	}
	return all, text
}

func copyBinary(b *testing.B, url, version string) time.Duration {
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	start := time.Now()
	if _, err := conn.PgConn().CopyTo(b.Context(), io.Discard, fmt.Sprintf(`copy data."points@%s" to stdout (format binary)`, version)); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// scatter writes a CSV of so many points all over France.
func scatter(b *testing.B, path string, n int) {
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprintln(w, "id,code_insee,nom,locaux,date_maj,longitude,latitude")
	state := uint64(1)
	for i := range n {
		state = state*6364136223846793005 + 1442695040888963407
		fmt.Fprintf(w, "IMB/%09d,%05d,\"Maison de l'Étang, bâtiment %d\",%d,2026-06-30,%.7f,%.7f\n", i, state>>48, i%97, state>>60,
			-4+float64(state>>44)/float64(1<<20)*11, 42.5+float64(state>>20&0xfffff)/float64(1<<20)*8)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}
