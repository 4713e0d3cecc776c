package source_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
	"maille/internal/source"
)

// places is a schema with a required column, a list and columns of several types.
const places = `{"fields": [
	{"name": "code", "type": "string", "constraints": {"required": true}},
	{"name": "nom", "type": "string"},
	{"name": "population", "type": "integer"},
	{"name": "codes", "type": "list", "delimiter": "|"}
]}`

func schemaOf(t testing.TB, text string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func resourceOf(t testing.TB, text string) *dataset.Resource {
	t.Helper()
	r := &dataset.Resource{}
	if err := json.Unmarshal([]byte(text), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// lines writes rows as "line: cell/cell/…", with their geometry and issues.
func lines(t testing.TB, r io.Reader, resource, schemaText string) (got []string, err error) {
	t.Helper()
	for row, err := range source.Rows(context.Background(), r, resourceOf(t, resource), 3, schemaOf(t, schemaText), "f") {
		if err != nil {
			return got, err
		}
		if row.Resource != 3 {
			t.Errorf("resource = %d", row.Resource)
		}
		line := fmt.Sprintf("%d: %s", row.Line, strings.Join(row.Cells, "/"))
		if row.Geometry != nil {
			line += " " + string(row.Geometry)
		}
		for _, i := range row.Issues {
			if i.Rule == "missing-column" { // the tables of these cases have few columns; TestMissingColumns is about that
				continue
			}
			line += fmt.Sprintf(" [%d:%d %s %s %s %s]", i.Resource, i.Line, i.Column, i.Rule, i.Level, i.Message)
		}
		got = append(got, line)
	}
	return got, nil
}

type readable struct {
	name     string
	resource string
	text     string
	want     []string
}

func checkReadable(t *testing.T, cases []readable) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := lines(t, strings.NewReader(c.text), c.resource, places)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

type broken struct {
	name     string
	resource string
	text     string
	rows     int // that come before the failure; -1 for any number
	message  string
}

func checkBroken(t *testing.T, cases []broken) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := lines(t, strings.NewReader(c.text), c.resource, places)
			if fault.KindOf(err) != fault.Refused {
				t.Fatalf("kind = %v of %v", fault.KindOf(err), err)
			}
			if m := fault.Message(err); m != c.message {
				t.Errorf("\n got %s\nwant %s", m, c.message)
			}
			if len(got) != c.rows && c.rows >= 0 {
				t.Errorf("%d rows before the failure, want %d", len(got), c.rows)
			}
		})
	}
}

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

func TestUnpack(t *testing.T) {
	const text = "code,nom\n91228,Évry\n"
	want := []string{"2: 91228/Évry//"}
	checkReadable(t, []readable{
		{"gzip is known by its bytes", `{"format": "csv"}`, gzipped(text), want},
		{"two gzip members follow each other", `{"format": "csv"}`, gzipped("code,nom\n") + gzipped("91228,Évry\n"), want},
		{"a byte order mark is no part of the header", `{"format": "csv"}`, "\ufeff" + text, want},
		{"latin-1 is transcoded when declared", `{"format": "csv", "encoding": "iso-8859-1"}`, "code,nom\n91228,\xc9vry\n", want},
		{"windows-1252 is transcoded when declared", `{"format": "csv", "encoding": "windows-1252"}`,
			"code,nom\n91228,L\x92\x9cuvre\n", []string{"2: 91228/L’œuvre//"}},
		{"a byte order mark knows better than the descriptor", `{"format": "csv", "encoding": "iso-8859-1"}`, "\ufeff" + text, want},
		{"bytes that are not UTF-8 reach the cell's validation", `{"format": "csv"}`, "code,nom\n91228,\xc9vry\n", []string{"2: 91228/\xc9vry//"}},
	})
}

func TestUnpackBroken(t *testing.T) {
	packed := gzipped(strings.Repeat("91228,Évry-Courcouronnes,66919,\n", 9000))
	altered := []byte(gzipped("code\n91228\n"))
	altered[len(altered)-6] ^= 1
	csv, all := `{"format": "csv"}`, `{"format": "geojson"}`
	checkBroken(t, []broken{
		{"an empty file", csv, "", 0, "f : le fichier est vide"},
		{"blank lines only", csv, "\n\r\n", 0, "f : le fichier est vide"},
		{"many blank lines only", csv, strings.Repeat("\n", 9000), 0, "f : le fichier est vide"},
		{"a byte order mark only", csv, "\ufeff", 0, "f : le fichier est vide"},
		{"an empty gzip", csv, gzipped(""), 0, "f : le fichier est vide"},
		{"a page instead of CSV", csv, "\n <!DOCTYPE html>\n<html>", 0, "f : le fichier est une page HTML, pas du CSV"},
		{"a page instead of GeoJSON", all, "<HTML lang=fr>", 0, "f : le fichier est une page HTML, pas du GeoJSON"},
		{"an XHTML page", csv, `<?xml version="1.0"?><!DOCTYPE html><html>`, 0, "f : le fichier est une page HTML, pas du CSV"},
		{"an XML error of an object store", csv, `<?xml version="1.0"?><Error/>`, 0, "f : le fichier est du XML, pas du CSV"},
		{"a zip that is none", csv, "PK\x03\x04…", 0, "f : le fichier zip est altéré"},
		{"UTF-16", csv, "\xff\xfec\x00o\x00", 0, "f : le fichier est en UTF-16 ; il faut de l'UTF-8"},
		{"a gzip cut in its header", csv, packed[:5], 0, "f : le fichier gzip est tronqué"},
		{"a gzip of two bytes", csv, packed[:2], 0, "f : le fichier gzip est tronqué"},
		{"a gzip cut at its end", csv, gzipped("code\n91228\n")[:20], 0, "f : le fichier gzip est tronqué"},
		{"a wrong checksum", csv, string(altered), 0, "f : le fichier gzip est altéré (sa somme de contrôle est fausse)"},
		{"bytes after a gzip", csv, gzipped("code\n91228\n") + "bytes that follow", 0, "f : le fichier gzip est altéré"},
		{"a gzip that is none", csv, "\x1f\x8b" + strings.Repeat("x", 40), 0, "f : le fichier gzip est altéré"},
	})
}

func TestTruncatedGzipGivesWhatComesBefore(t *testing.T) {
	packed := gzipped("code,nom\n" + noise(40000))
	got, err := lines(t, strings.NewReader(packed[:len(packed)/2]), `{"format": "csv"}`, places)
	if m := fault.Message(err); m != "f : le fichier gzip est tronqué" {
		t.Errorf("message = %s", m)
	}
	if len(got) < 1000 {
		t.Errorf("%d rows before the cut", len(got))
	}
}

// noise is CSV that compresses badly.
func noise(rows int) string {
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, "%d,%x\n", i, uint64(i+1)*0x9e3779b97f4a7c15)
	}
	return b.String()
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestFailuresOfOurSideArePassedOn(t *testing.T) {
	for _, text := range []string{"", "code\n91228\n", gzipped("code\n91228\n")[:20]} {
		r := io.MultiReader(strings.NewReader(text), failing{io.ErrUnexpectedEOF})
		_, err := lines(t, r, `{"format": "csv"}`, places)
		if fault.KindOf(err) != fault.Internal {
			t.Errorf("after %q: kind = %v of %v", text, fault.KindOf(err), err)
		}
	}
}

func TestTheCallerMayLeave(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	endless := io.MultiReader(strings.NewReader("code\n"), repeat("91228\n"))
	n := 0
	for _, err := range source.Rows(ctx, endless, resourceOf(t, `{"format": "csv"}`), 0, schemaOf(t, places), "f") {
		if err != nil {
			if fault.KindOf(err) != fault.Canceled {
				t.Errorf("kind = %v of %v", fault.KindOf(err), err)
			}
			return
		}
		if n++; n == 100 {
			cancel()
		}
	}
	t.Error("the sequence ended without a word")
}

// repeat gives its text for ever.
func repeat(text string) io.Reader { return &repeater{text: text} }

type repeater struct {
	text string
	at   int
}

func (r *repeater) Read(p []byte) (n int, err error) {
	for n < len(p) {
		copied := copy(p[n:], r.text[r.at:])
		n, r.at = n+copied, (r.at+copied)%len(r.text)
	}
	return n, nil
}

func TestStoppingEarly(t *testing.T) {
	for range source.Rows(context.Background(), repeat("a,code\n"), resourceOf(t, `{"format": "csv"}`), 0, schemaOf(t, places), "f") {
		break
	}
}

func TestUnknownFormat(t *testing.T) {
	_, err := lines(t, strings.NewReader("x"), `{"format": "dbf"}`, places)
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("kind = %v of %v", fault.KindOf(err), err)
	}
}
