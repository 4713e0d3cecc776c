package source_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/source"
)

type packed struct{ name, text string }

// zipWith makes a zip; a name that ends in "/" is a folder.
func zipWith(files ...packed) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		method := zip.Deflate
		if len(f.text) > 64<<20 {
			method = zip.Store // in which tests wait for nothing
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
		if err != nil {
			panic(err)
		}
		io.WriteString(w, f.text)
	}
	z.Close()
	return b.String()
}

func tarWith(files ...packed) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.text)), Typeflag: tar.TypeReg}
		if strings.HasSuffix(f.name, "/") {
			header.Typeflag = tar.TypeDir
		}
		w.WriteHeader(header)
		io.WriteString(w, f.text)
	}
	w.Close()
	return b.String()
}

func TestArchives(t *testing.T) {
	a, b := packed{"dep/01.csv", "code,nom\n01001,a\n"}, packed{"dep/02.csv", "nom,code\nb,02001\n"}
	readme := packed{"LISEZMOI.txt", "Bonjour\n"}
	all, deep := `{"format": "csv", "member": "dep/*.csv"}`, `{"format": "csv", "member": "**/*.csv"}`
	both := []string{"2: 01001/a//", "2: 02001/b//"}
	checkReadable(t, []readable{
		{"the only file of a zip", `{"format": "csv"}`, zipWith(packed{"dep/", ""}, a), both[:1]},
		{"the only file of a tar", `{"format": "csv"}`, tarWith(packed{"dep/", ""}, a), both[:1]},
		{"the only file of a tar.gz", `{"format": "csv"}`, gzipped(tarWith(a)), both[:1]},
		{"what a desktop leaves is no file", `{"format": "csv"}`, zipWith(a, packed{"__MACOSX/dep/._01.csv", "x"}, packed{".DS_Store", "x"}), both[:1]},
		{"a zip in a gzip", `{"format": "csv"}`, gzipped(zipWith(a)), both[:1]},
		{"members are read by their paths' order, each with its header", all, zipWith(b, readme, a), both},
		{"members of a tar are read as they come", all, gzipped(tarWith(a, readme, b)), both},
		{"two stars stand for any folders", deep, zipWith(a, packed{"x/y/z.csv", "code\n1\n"}, readme, packed{"b.csv", "code\n2\n"}), []string{"2: 2///", "2: 01001/a//", "2: 1///"}},
		{"a member is gunzipped", deep, zipWith(packed{"a.csv", gzipped(a.text)}), both[:1]},
		{"a path as Windows writes it", `{"format": "csv", "member": "dep/01.csv"}`, zipWith(packed{`dep\01.csv`, a.text}), both[:1]},
		{"a path that climbs is only a name", `{"format": "csv"}`, zipWith(packed{"../../etc/passwd", a.text}), both[:1]},
		{"member chooses nothing in a file that is no archive", all, a.text, both[:1]},
	})
}

func TestArchivesBroken(t *testing.T) {
	a, b := packed{"a.csv", "code\n1\n"}, packed{"b.csv", "code\n2\n"}
	csv, all := `{"format": "csv"}`, `{"format": "csv", "member": "*.csv"}`
	wholeTar := tarWith(a, b)
	long := tarWith(a, packed{"b.csv", "code\n" + noise(9000)})
	many := zipWith(slices.Repeat([]packed{{"x", ""}}, 30)...)
	altered := []byte(zipWith(packed{"a.csv", "code\n" + noise(1000)}))
	altered[2000] ^= 1
	checkBroken(t, []broken{
		{"several files in a zip, none chosen", csv, zipWith(b, a), 0,
			"f : l'archive contient plusieurs fichiers, la ressource doit dire lesquels : « a.csv », « b.csv »"},
		{"several files in a tar, none chosen", csv, tarWith(b, a), 1,
			"f : l'archive contient plusieurs fichiers, la ressource doit dire lesquels : « a.csv », « b.csv »"},
		{"several files in a tar, the first of another format", csv, tarWith(packed{"LISEZMOI", "Bonjour\n"}, a), 0,
			"f : l'archive contient plusieurs fichiers, la ressource doit dire lesquels : « LISEZMOI », « a.csv »"},
		{"no file is chosen", `{"format": "csv", "member": "**/c.csv"}`, zipWith(a, b), 0,
			"f : aucun fichier de l'archive ne répond à « **/c.csv » ; elle contient « a.csv », « b.csv »"},
		{"no file is chosen in a tar", `{"format": "csv", "member": "**/c.csv"}`, tarWith(a, b), 0,
			"f : aucun fichier de l'archive ne répond à « **/c.csv » ; elle contient « a.csv », « b.csv »"},
		{"an archive without files", csv, zipWith(packed{"dep/", ""}), 0, "f : l'archive ne contient aucun fichier"},
		{"an archive without anything", csv, zipWith(), 0, "f : l'archive ne contient aucun fichier"},
		{"a file twice", all, zipWith(a, a), 0, "f : l'archive contient deux fois « a.csv »"},
		{"many files are not all listed", csv, many, 0, "f : l'archive contient deux fois « x »"},
		{"an archive in an archive", all, zipWith(packed{"a.csv", zipWith(a)}), 0, "f > a.csv : le fichier est une archive dans une archive, ce qui n'est pas lu"},
		{"a tar.gz in an archive", all, zipWith(packed{"a.csv", gzipped(wholeTar)}), 0, "f > a.csv : le fichier est une archive dans une archive, ce qui n'est pas lu"},
		{"a member that is not what it should be", all, zipWith(a, packed{"b.csv", "nom\nx\n"}), 1, "f > b.csv : l'en-tête n'a pas de colonne « code » ; il a « nom »"},
		{"a line of a member", all, tarWith(a, packed{"b.csv", "code\n\"1\" \n"}), 1, "f > b.csv, ligne 2 : un guillemet est mal placé ou n'est pas fermé"},
		{"a workbook that should be CSV", csv, zipWith(packed{"[Content_Types].xml", ""}, packed{"xl/workbook.xml", ""}), 0, "f : le fichier est un classeur, pas du CSV"},
		{"an old workbook that should be CSV", csv, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), 0,
			"f : le fichier est un classeur ancien (.xls) ou protégé par un mot de passe, ce qui n'est pas lu"},
		{"a zip cut at its end", csv, zipWith(a)[:60], 0, "f : le fichier zip est altéré"},
		{"a zip altered inside", csv, string(altered), -1, "f > a.csv : le fichier zip est altéré (sa somme de contrôle est fausse)"},
		{"a tar cut between members", all, wholeTar[:1024], 1, "f : le fichier tar est tronqué"},
		{"a tar cut in a member", all, long[:len(long)/2], -1, "f > b.csv : le fichier tar est tronqué"},
		{"a tar.gz cut after its last member", all, gzipped(long)[:len(gzipped(long))-4], -1, "f : le fichier gzip est tronqué"},
	})
}

// TestEncryptedZip: one flag says it.
func TestEncryptedZip(t *testing.T) {
	text := []byte(zipWith(packed{"a.csv", "code\n1\n"}))
	text[bytes.Index(text, []byte("PK\x01\x02"))+8] |= 1
	_, err := lines(t, bytes.NewReader(text), `{"format": "csv"}`, places)
	if m := fault.Message(err); m != "f > a.csv : le fichier est protégé par un mot de passe dans son archive" {
		t.Errorf("%v", err)
	}
}

// TestBombs: what unpacks to far more than it is ends soon, whatever packs it.
func TestBombs(t *testing.T) {
	notRaced(t)
	if testing.Short() {
		t.Skip("unpacks hundreds of megabytes")
	}
	zeros := io.LimitReader(repeat("91228,"+strings.Repeat("x", 2000)+"\n"), 200<<20)
	none := `{"format": "csv", "member": "**", "where": [{"column": "code", "in": ["none"]}]}`
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.Copy(z, io.MultiReader(strings.NewReader("code,nom\n"), zeros))
	z.Close()
	bomb := b.String()
	const sentence = " : le fichier se décompresse en plus de 64 Gio, ou en plus de 200 fois sa taille"
	for name, text := range map[string]string{"f": bomb, "f > a.csv": zipWith(packed{"a.csv", bomb})} {
		_, err := lines(t, strings.NewReader(text), none, places)
		if m := fault.Message(err); m != name+sentence {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := lines(t, overlapping(2000, 1<<20), none, places)
	if m := fault.Message(err); !strings.HasSuffix(m, sentence) {
		t.Errorf("members that share their bytes: %v", err)
	}
}

// overlapping is a zip whose directory gives the same packed bytes to many members (D. Fifield, "A better zip bomb").
func overlapping(members, unpacked int) *bytes.Reader {
	text := "code\n" + strings.Repeat(strings.Repeat("9", 999)+"\n", unpacked/1000)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.CreateHeader(&zip.FileHeader{Name: "0000.csv", Method: zip.Deflate})
	io.WriteString(w, text)
	z.Close()
	at := bytes.Index(b.Bytes(), []byte("PK\x01\x02"))
	entry := bytes.Clone(b.Bytes()[at : at+46+8])
	b.Truncate(at)
	for i := range members {
		copy(entry[46:], fmt.Sprintf("%04d.csv", i))
		b.Write(entry)
	}
	end := append([]byte("PK\x05\x06\x00\x00\x00\x00"), byte(members), byte(members>>8), byte(members), byte(members>>8))
	size := members * len(entry)
	for _, n := range []int{size, at} {
		end = append(end, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	b.Write(append(end, 0, 0))
	return bytes.NewReader(b.Bytes())
}

// TestArchivesOfManyFiles: a million members is no one's archive.
func TestArchivesOfManyFiles(t *testing.T) {
	notRaced(t)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for i := range 1_000_000 {
		w.WriteHeader(&tar.Header{Name: fmt.Sprintf("%d", i), Typeflag: tar.TypeReg})
		if i > 100_000 && b.Len() > 1<<20 {
			break
		}
	}
	z.Flush()
	_, err := lines(t, &b, `{"format": "csv", "member": "x"}`, places)
	if m := fault.Message(err); m != "f : l'archive contient plus de 100000 fichiers" {
		t.Errorf("%v", err)
	}
	var big bytes.Buffer
	y := zip.NewWriter(&big)
	for i := range 12 * 700 {
		y.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%d", i), Comment: strings.Repeat("x", 4<<10), Method: zip.Store, CRC32: crc32.ChecksumIEEE(nil)})
	}
	y.Close()
	_, err = lines(t, bytes.NewReader(big.Bytes()), `{"format": "csv", "member": "x"}`, places)
	if m := fault.Message(err); m != "f : le répertoire de l'archive dépasse 32 Mio" {
		t.Errorf("%v", err)
	}
}

// TestRowsNameTheirMember: a line says little when several files are read.
func TestRowsNameTheirMember(t *testing.T) {
	text := zipWith(packed{"a.csv", "code\n1\n"}, packed{"d/b.csv", "code,nom\n2\n"})
	var got, observed []string
	observe := func(member string, names []string) { observed = append(observed, fmt.Sprint(member, names)) }
	for row, err := range source.RowsObserved(context.Background(), strings.NewReader(text), resourceOf(t, `{"format": "csv", "member": "**"}`), 0, schemaOf(t, places), "f", observe) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row.Member+" "+row.Told(fmt.Sprint(len(row.Issues))))
	}
	if want := []string{"a.csv a.csv : 1", "d/b.csv d/b.csv : 2"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if want := []string{"a.csv[code]", "d/b.csv[code nom]"}; !slices.Equal(observed, want) {
		t.Errorf("%q", observed)
	}
}

// TestRealArchives reads national files that hold one file per département, or a package.
func TestRealArchives(t *testing.T) {
	for _, c := range []struct {
		path, resource, schema string
		rows                   int
		member                 string
	}{
		{"france/communes-2018-par-departement.tar.gz", `{"format": "geojson", "member": "**/communes-*.geojson"}`, columns("code", "nom"), 35357, ""},
		{"france/communes-2018-par-departement.tar.gz", `{"format": "geojson", "member": "departements/91-*/communes-*.geojson"}`, columns("code", "nom"), 196, "departements/91-essonne/communes-91-essonne.geojson"},
		{"france/etalab-decoupage-administratif-6.0.0.tgz", `{"format": "json", "member": "*/data/communes.json"}`, columns("code", "nom", "type"), 37590, "package/data/communes.json"},
	} {
		rows := 0
		for row, err := range source.Rows(t.Context(), shared(t, c.path), resourceOf(t, c.resource), 0, schemaOf(t, c.schema), c.path) {
			if err != nil {
				t.Fatal(err)
			}
			if rows++; c.member != "" && row.Member != c.member {
				t.Fatalf("a row of %s", row.Member)
			}
		}
		if rows != c.rows {
			t.Errorf("%s, %s: %d rows", c.path, c.resource, rows)
		}
	}
}
