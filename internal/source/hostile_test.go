package source_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"

	"maille/internal/fault"
)

// sparseOld makes the only file of a tar one with holes, as GNU tar wrote them before pax: from the 386th byte of the header
// where the data stand, at the 483rd how long the file is with its holes.
func sparseOld(size int64) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: "a.csv", Mode: 0o644, Size: 7, Format: tar.FormatGNU})
	io.WriteString(w, "code\n1\n")
	w.Close()
	data := b.Bytes()
	data[156] = tar.TypeGNUSparse
	copy(data[386:], fmt.Sprintf("%011o\x00%011o\x00", 0, 7))
	copy(data[483:], fmt.Sprintf("%011o\x00", size))
	copy(data[148:], "        ")
	sum := 0
	for _, c := range data[:512] {
		sum += int(c)
	}
	copy(data[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(data)
}

// sparsePAX is the same in pax, format 1.0: its map stands before the data.
func sparsePAX(size int64) string {
	const holes = "1\n0\n7\n"
	body := holes + strings.Repeat("\x00", 512-len(holes)) + "code\n1\n"
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: "a.csv", Mode: 0o644, Size: int64(len(body)), Format: tar.FormatPAX, PAXRecords: map[string]string{
		"XNU.sparse.major": "1", "XNU.sparse.minor": "0", "XNU.sparse.name": "a.csv", "XNU.sparse.realsize": fmt.Sprint(size)}})
	io.WriteString(w, body)
	w.Close()
	return strings.ReplaceAll(b.String(), "XNU.sparse", "GNU.sparse") // which archive/tar does not write
}

func TestSparseTars(t *testing.T) {
	const message = "f > a.csv : le fichier est écrit à trous (« sparse ») dans son archive, ce qui n'est pas lu"
	for _, data := range []string{sparsePAX(3 << 30), sparseOld(3 << 30)} {
		for _, resource := range []string{`{"format": "csv"}`, `{"format": "parquet", "member": "*.csv"}`} {
			if _, err := lines(t, strings.NewReader(data), resource, places); fault.KindOf(err) != fault.Refused || fault.Message(err) != message {
				t.Errorf("%s: %v", resource, err)
			}
		}
		got, err := lines(t, strings.NewReader(data[:len(data)-1024]+tarWith(packed{"b.csv", "code\n2\n"})), `{"format": "csv", "member": "b*"}`, places)
		if err != nil || len(got) != 1 {
			t.Errorf("another file of the archive: %q, %v", got, err)
		}
	}
}

// TestLayersThatBreak: sentences name the file, and the layer that is broken.
func TestLayersThatBreak(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "a.csv", Method: 9, CRC32: crc32.ChecksumIEEE([]byte("x")), CompressedSize64: 1, UncompressedSize64: 1})
	must(t, err)
	io.WriteString(w, "x")
	must(t, z.Close())
	altered := []byte(gzipped("code\n91228\n"))
	altered[len(altered)-6] ^= 1
	cut := gzipped("code\n" + noise(9000))
	csv := `{"format": "csv"}`
	checkBroken(t, []broken{
		{"a method that is not read", csv, b.String(), 0, "f > a.csv : le fichier zip est comprimé par une méthode qui n'est pas lue"},
		{"a gzip in a zip", csv, zipWith(packed{"a.csv", string(altered)}), 0, "f > a.csv : le fichier gzip est altéré (sa somme de contrôle est fausse)"},
		{"a cut gzip in a tar", csv, tarWith(packed{"a.csv", cut[:len(cut)/2]}), -1, "f > a.csv : le fichier gzip est tronqué"},
		{"a gzip that is none in a zip", csv, zipWith(packed{"a.csv", "\x1f\x8b" + strings.Repeat("x", 40)}), 0, "f > a.csv : le fichier gzip est altéré"},
	})
}

// stored makes a zip that packs nothing, of which one byte of a text is then another.
func stored(t *testing.T, from, to string, files ...packed) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		must(t, err)
		io.WriteString(w, f.text)
	}
	must(t, z.Close())
	if !bytes.Contains(b.Bytes(), []byte(from)) {
		t.Fatalf("%q is not there", from)
	}
	return bytes.Replace(b.Bytes(), []byte(from), []byte(to), 1)
}

// TestAlteredFilesOfAZip: checksums are checked of what reading does not need the end of.
func TestAlteredFilesOfAZip(t *testing.T) {
	layer := []packed{{"x/a.shp", string(shpOf(1, shape(1, 1, 1)))}, {"x/a.dbf", string(dbfOf(0, codes, []string{"91228"}))}}
	ods := []packed{{"META-INF/manifest.xml", "<m/>"}, {"content.xml", "<o:a>" + odsTable("A", odsRow(odsText("code"))+odsRow(odsText("91228"))) + "<fin/></o:a>"}}
	const wrong = " : le fichier zip est altéré (sa somme de contrôle est fausse)"
	point := string(shape(1, 1, 1))
	for _, c := range []struct {
		resource string
		data     []byte
		message  string
	}{
		{shapefileOfAll, stored(t, "91228", "91229", layer...), "f > x/a.dbf" + wrong},
		{shapefileOfAll, stored(t, point, string(shape(1, 1, 2)), layer...), "f > x/a.shp" + wrong},
		{`{"format": "ods"}`, stored(t, "91228", "91229", ods...), "f" + wrong},
		{`{"format": "ods"}`, stored(t, "fin", "fan", ods...), "f" + wrong},
	} {
		if _, err := lines(t, bytes.NewReader(c.data), c.resource, places); fault.KindOf(err) != fault.Refused || fault.Message(err) != c.message {
			t.Errorf("%s: %v, want %s", c.resource, err, c.message)
		}
	}
}

// TestMemoryOfSharedStrings: cells that name a string share it, however it is escaped.
func TestMemoryOfSharedStrings(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates too")
	}
	const header = `<row><c t="inlineStr"><is><t>code</t></is></c></row>`
	data := xlsxOf("", header+strings.Repeat(`<row>`+strings.Repeat(`<c t="s"><v>0</v></c>`, 20)+`</row>`, 5), "<si><t>"+strings.Repeat("_x0041_", 600_000)+"</t></si>", "")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := lines(t, strings.NewReader(data), `{"format": "xlsx", "where": [{"column": "code", "is": "empty"}]}`, places)
	runtime.ReadMemStats(&after)
	if err != nil || len(got) > 0 {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 128<<20 {
		t.Errorf("%d MiB allocated", grown>>20)
	}
}

// TestDBFWidths: the decimals of a text are the high byte of its length, or nothing.
func TestDBFWidths(t *testing.T) {
	short := dbfOf(0, codes, []string{"91228"})
	short[32+17] = 6
	shp := shpOf(1, null)
	checkShaped(t, zipOf(t, "a.shp", shp, "a.dbf", short), shapefileOfAll, "1: 91228///")
	long := dbfOf(0, []column{{"code", 'C', 300}}, []string{strings.Repeat("9", 300)}) // of which the header has the low byte
	long[32+17] = 1
	checkShaped(t, zipOf(t, "a.shp", shp, "a.dbf", long), shapefileOfAll, "1: "+strings.Repeat("9", 300)+"///")
}

// notRaced skips what one goroutine reads, byte by byte, of large or many files: make test has a run of it without the race
// detector.
func notRaced(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("reads much in one goroutine, for which make test has a run without the race detector")
	}
}
