package dump_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/schema"
)

// workbookOf writes a workbook and opens it.
func workbookOf(t testing.TB, c *dump.Content, want int) (*excelize.File, []byte) {
	t.Helper()
	var b bytes.Buffer
	if rows, err := dump.XLSX.Write(&b, c); err != nil || rows != int64(want) {
		t.Fatalf("%d rows (%v), want %d", rows, err, want)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, b.Bytes()
}

// part is the XML of a part of the archive.
func part(t testing.TB, data []byte, name string) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	in, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const firstSheet = "xl/worksheets/sheet1.xml"

// cellXML is how a cell is written; "" when it is not.
func cellXML(sheet, at string) string {
	i := strings.Index(sheet, `<c r="`+at+`"`)
	if i < 0 {
		i = strings.Index(sheet, `<c xml:space="preserve" r="`+at+`"`)
	}
	if i < 0 {
		return ""
	}
	return sheet[i : i+strings.Index(sheet[i:], "</c>")+len("</c>")]
}

func place(id, name string, rest ...schema.Value) *dataset.Feature {
	values := append([]schema.Value{schema.Text(id), schema.Text(name)}, rest...)
	for len(values) < 8 {
		values = append(values, schema.Value{})
	}
	return &dataset.Feature{Values: values}
}

// TestXLSXCells: each type is written as Excel has it, and what Excel would change is a text.
func TestXLSXCells(t *testing.T) {
	all := []*dataset.Feature{
		place("01004", "Ambérieu", schema.Int(-15), schema.Float(48), schema.Bool(true), schema.DateOf(20000), schema.Joined("Accueil|Atelier"), schema.Text("école")),
		place("2A004", "1E5", schema.Int(999_999_999_999_999), schema.Float(0.1), schema.Bool(false), schema.DateOf(-25508), schema.Joined(""), schema.Text("")),
		place("3", "x", schema.Int(1_000_000_000_000_000), schema.Float(1e21), schema.Value{}, schema.DateOf(-25509)),
		place("4", "a\x07b\x01<&>\n", schema.Int(-999_999_999_999_999)),
		place("5", "_x0041_", schema.Int(-1_000_000_000_000_000)),
		place("6", "  été \U0001F600 "),
	}
	f, data := workbookOf(t, content(told(t), features(all, nil)), len(all))
	sheet := part(t, data, firstSheet)
	for _, c := range []struct{ at, kind, want string }{
		{"A2", "text", "01004"}, {"B2", "text", "Ambérieu"}, {"C2", "number", "-15"}, {"D2", "number", "48"}, {"E2", "boolean", "TRUE"},
		{"F2", "number", "2024-10-04"}, {"G2", "text", "Accueil|Atelier"}, {"H2", "text", "école"},
		{"A3", "text", "2A004"}, {"B3", "text", "1E5"}, {"C3", "number", "999999999999999"}, {"D3", "number", "0.1"}, {"E3", "boolean", "FALSE"},
		{"F3", "number", "1900-03-01"}, {"G3", "text", ""}, {"H3", "text", ""},
		{"C4", "text", "1000000000000000"}, {"D4", "number", "1E+21"}, {"E4", "", ""}, {"F4", "text", "1900-02-28"}, {"G4", "", ""}, {"H4", "", ""},
		{"B5", "text", "a\uFFFDb\uFFFD<&>\n"}, {"C5", "number", "-999999999999999"}, {"B6", "text", "_x0041_"}, {"C6", "text", "-1000000000000000"},
		{"B7", "text", "  été \U0001F600 "},
	} {
		got, err := f.GetCellValue("Lieux d’accueil", c.at)
		if err != nil || got != c.want {
			t.Errorf("%s = %q (%v), want %q", c.at, got, err, c.want)
		}
		if kind := kindOf(cellXML(sheet, c.at)); kind != c.kind {
			t.Errorf("%s is a %q, want %q: %s", c.at, kind, c.kind, cellXML(sheet, c.at))
		}
	}
}

// kindOf is the type of a cell by its attributes (ECMA-376 §18.18.11).
func kindOf(cell string) string {
	head, _, _ := strings.Cut(cell, ">")
	switch {
	case cell == "":
		return ""
	case strings.Contains(cell, "<f>"):
		return "formula"
	case strings.Contains(head, `t="inlineStr"`):
		return "text"
	case strings.Contains(head, `t="b"`):
		return "boolean"
	case strings.Contains(head, `t="n"`) || !strings.Contains(head, ` t="`):
		return "number"
	}
	return head
}

// TestXLSXHasNoFormula: what begins like one is a text, in every sheet.
func TestXLSXHasNoFormula(t *testing.T) {
	var all []*dataset.Feature
	attacks := []string{`=1+1`, `+1`, `-1`, `@SUM(A1)`, "=HYPERLINK(\"http://example.org\")", "\t=1", "\r=1", "=cmd|' /C calc'!A0"}
	for i, text := range attacks {
		all = append(all, place(fmt.Sprint("=", i), text))
	}
	d := told(t)
	d.Title, d.Description = "=1+1", "=2+2"
	d.Schema.Columns[0].Title = "=3+3"
	c := content(d, features(all, nil))
	c.About.Choice = "=4+4"
	f, data := workbookOf(t, c, len(all))
	for i, text := range attacks {
		if got, _ := f.GetCellValue("=1+1", fmt.Sprintf("B%d", i+2)); got != text {
			t.Errorf("%q reads back as %q", text, got)
		}
	}
	for _, name := range []string{firstSheet, "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"} {
		if strings.Contains(part(t, data, name), "<f") {
			t.Errorf("%s has a formula", name)
		}
	}
}

// TestXLSXSheets: the header stays in sight and filters; the other sheets say what the fields are and whence they come.
func TestXLSXSheets(t *testing.T) {
	c := content(told(t), features([]*dataset.Feature{place("01004", "Ambérieu"), place("01005", "Arandas")}, nil))
	c.Columns = []int{0, 2, 6}
	c.About = dump.About{Instance: "Maille d'essai", Release: "2026-11-22.1", Published: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Version: "lieux@1",
		Link: "https://example.org/r", Choice: "population > 1000", Fetched: []dump.Fetched{{Place: "https://example.org/a.csv", Date: time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC)}}}
	f, data := workbookOf(t, c, 2)
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Lieux d’accueil", "Définitions", "Source et licence"}) {
		t.Errorf("sheets %q", got)
	}
	for name, want := range map[string][][]string{
		"Lieux d’accueil": {{"id", "population", "services"}, {"01004"}, {"01005"}},
		"Définitions": {{"Champ", "Intitulé", "Description", "Type", "Unité", "Valeurs possibles"}, {"id", "Identifiant", "Celui du lieu.", "texte"},
			{"population", "", "", "entier", "habitants"}, {"services", "", "", "liste", "", "Accueil\nAtelier"}},
		"Source et licence": {{"Jeu de données", "Lieux d'accueil"}, {"Description", "Où l'on accueille."}, {"Sources", "Une ville, https://example.org/\nUne autre"},
			{"Licence", "lov2, Licence Ouverte 2.0, https://example.org/lov2"}, {"Publié par", "Maille d'essai"}, {"Publication", "2026-11-22.1"}, {"Publié le", "2026-11-22"},
			{"Version", "lieux@1"}, {"Lien permanent", "https://example.org/r"}, {"Choix", "population > 1000"}, {"Nombre de lignes", "2"},
			{"Fichier lu", "https://example.org/a.csv", "2026-11-20"}},
	} {
		got, err := f.GetRows(name)
		if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Errorf("%s:\n got %q (%v)\nwant %q", name, got, err, want)
		}
	}
	sheet := part(t, data, firstSheet)
	for _, xml := range []string{`state="frozen"`, `ySplit="1"`, `topLeftCell="A2"`, `<autoFilter ref="$A$1:$C$3"`, `<cols><col min="1" max="1" width="20" customWidth="1"/><col min="2"`} {
		if !strings.Contains(sheet, xml) {
			t.Errorf("the first sheet has no %s", xml)
		}
	}
	for i := range 3 { // readers that stream believe a sheet's dimension, and would stop after the first cell
		if text := part(t, data, fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)); strings.Contains(text, "<dimension") {
			t.Errorf("sheet %d: %.300s", i+1, text)
		}
	}
	if book := part(t, data, "xl/workbook.xml"); !strings.Contains(book, `_xlnm._FilterDatabase`) || !strings.Contains(book, `Lieux d’accueil`) {
		t.Errorf("workbook = %s", book)
	}
	if core := part(t, data, "docProps/core.xml"); !strings.Contains(core, "2026-11-22T08:00:00Z</dcterms:created>") || !strings.Contains(core, "2026-11-22T08:00:00Z</dcterms:modified>") {
		t.Errorf("properties = %s", core)
	}
	if _, again := workbookOf(t, c, 2); !bytes.Equal(data, again) {
		t.Error("the same content gives other bytes")
	}
}

func TestXLSXWithoutFeatures(t *testing.T) {
	f, _ := workbookOf(t, content(located(t, ""), features(nil, nil)), 0)
	if rows, err := f.GetRows("Données"); err != nil || !slices.EqualFunc(rows, [][]string{{"id"}}, slices.Equal[[]string]) {
		t.Errorf("%q (%v)", rows, err)
	}
	if about, err := f.GetRows("Source et licence"); err != nil || !slices.EqualFunc(about, [][]string{{"Choix", "Toutes les lignes"}, {"Nombre de lignes", "0"}}, slices.Equal[[]string]) {
		t.Errorf("%q (%v)", about, err)
	}
}

// TestXLSXSheetName: what a title has that the name of a sheet may not.
func TestXLSXSheetName(t *testing.T) {
	for title, want := range map[string]string{
		"":                       "Données",
		"Définitions":            "Données",
		"SOURCE ET LICENCE":      "Données",
		"L'accès : à/la [fibre]": "L’accès à la (fibre)",
		"'quoted'":               "’quoted’",
		"[*?]":                   "( )",
		"Couverture en très haut débit des communes": "Couverture en très haut débit d",
		"a very long title with a cut at  a space":   "a very long title with a cut at",
		strings.Repeat("😀", 20):                      strings.Repeat("😀", 15),
	} {
		d := located(t, "")
		d.Title = title
		f, _ := workbookOf(t, content(d, features(nil, nil)), 0)
		if got := f.GetSheetName(0); got != want {
			t.Errorf("%q names its sheet %q, want %q", title, got, want)
		}
	}
}

// TestXLSXRefusesWhatItWouldCut: a text that a cell does not hold, and rows that a sheet does not.
func TestXLSXRefusesWhatItWouldCut(t *testing.T) {
	for _, c := range []struct {
		name, text string
		fits       bool
	}{
		{"as long as a cell", strings.Repeat("é", 32767), true},
		{"longer by one", strings.Repeat("e", 32768), false},
		{"characters of two units", strings.Repeat("😀", 16384), false},
		{"many bytes of few units", strings.Repeat("😀", 16383), true},
	} {
		var b bytes.Buffer
		_, err := dump.XLSX.Write(&b, content(told(t), features([]*dataset.Feature{place("a:b", c.text)}, nil)))
		if c.fits != (err == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
		if f := (*fault.Error)(nil); err != nil && (!errors.As(err, &f) || f.Kind != fault.Invalid || f.Subject != "f" ||
			!strings.Contains(f.Message, "nom of feature a%3Ab") || b.Len() > 0) {
			t.Errorf("%s: %v, %d bytes", c.name, err, b.Len())
		}
	}
	asked := 0
	all := content(located(t, ""), func(yield func(*dataset.Feature, error) bool) {
		for f := zone("a", nil); yield(f, nil); asked++ {
		}
	})
	all.Rows = dump.XLSX.MaxRows + 1
	for range 2 {
		var b bytes.Buffer
		_, err := dump.XLSX.Write(&b, all)
		if f := (*fault.Error)(nil); !errors.As(err, &f) || f.Kind != fault.Invalid || f.Subject != "f" || b.Len() > 0 {
			t.Errorf("too many rows: %v, %d bytes", err, b.Len())
		}
		if all.Rows > 0 && asked > 0 {
			t.Errorf("%d features are read, although their number is known", asked)
		}
		if testing.Short() {
			return
		}
		all.Rows = -1
	}
	if asked != 1_048_575 {
		t.Errorf("%d features were written before the one that does not fit", asked)
	}
}

// TestABrokenXLSXIsNone: an error is returned, nothing is written, and no temporary file stays.
func TestABrokenXLSXIsNone(t *testing.T) {
	cause := errors.New("the connection broke")
	d := restore(t)
	all := random(d, 3000)
	many := slices.Repeat(all, 20) // beyond what is held in memory
	for _, c := range []struct {
		name string
		rows []*dataset.Feature
		err  error
		w    io.Writer
	}{
		{"at once", nil, cause, new(bytes.Buffer)},
		{"in the middle", all, cause, new(bytes.Buffer)},
		{"late", many, cause, new(bytes.Buffer)},
		{"a full disk", all, errFull, new(narrow)},
		{"a disk that fills up", many, errFull, &narrow{room: 100_000}},
		{"no error", many, nil, new(bytes.Buffer)},
	} {
		chosen := content(d, features(c.rows, c.err))
		if c.err == errFull {
			chosen.Features = features(c.rows, nil)
		}
		chosen.Folder = t.TempDir()
		if _, err := dump.XLSX.Write(c.w, chosen); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		if b, ok := c.w.(*bytes.Buffer); ok && c.err != nil && b.Len() > 0 {
			t.Errorf("%s: %d bytes are written", c.name, b.Len())
		}
		if left, err := os.ReadDir(chosen.Folder); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left (%v)", c.name, left, err)
		}
	}
}
