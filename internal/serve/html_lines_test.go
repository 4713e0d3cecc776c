package serve_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html/atom"

	"maille/internal/dataset"
	"maille/internal/schema"
)

var (
	address  = regexp.MustCompile(`https?://[^\s"']+`)
	encoding = regexp.MustCompile(`--data-urlencode "filter=((?:[^"\\]|\\.)*)" -d f=(\w+)`)
	naming   = regexp.MustCompile(`(?:dtype=|colClasses = c|types = )[{(]([^)}]*)[)}]`)
	oneName  = regexp.MustCompile(`['"]?([a-z0-9_]+)['"]? ?[:=]`)
)

// TestLinesToCopy: what a collection's page gives to copy answers, whole, finds some, and names every column of texts.
func TestLinesToCopy(t *testing.T) {
	w := sample(t)
	for _, d := range w.Registry.All() {
		p := look(t, w.address+"/collections/"+d.Name)
		rows := csvRows(t, w, d.Name)
		if p.named("CSV") != "" || p.named("GeoJSON") != "" && d.Publication.Geometry == nil || p.named(d.Name+".csv") == "" {
			t.Errorf("%s: the files of the release are offered twice, or not at all", d.Name)
		}
		for _, pre := range p.all(atom.Pre) {
			text := inside(pre)
			if strings.Contains(text, "limit=") || strings.Contains(text, "/items") {
				t.Errorf("%s: a part may be taken for the whole: %s", d.Name, text)
			}
			for _, href := range address.FindAllString(text, -1) {
				if with := encoding.FindStringSubmatch(text); with != nil && strings.HasSuffix(href, "/export") {
					href += "?" + url.Values{"filter": {unescaped(with[1])}, "f": {with[2]}}.Encode()
				}
				if n := rowsAt(t, href); n == 0 && rows > 0 {
					t.Errorf("%s: nothing at %s", d.Name, href)
				}
			}
			if strings.Contains(text, ".csv'") && strings.Contains(text, "read_csv") || strings.Contains(text, "read_csv(\"") || strings.Contains(text, "read.csv") {
				var named []string
				if list := naming.FindStringSubmatch(text); list != nil {
					for _, name := range oneName.FindAllStringSubmatch(list[1], -1) {
						named = append(named, name[1])
					}
				}
				if want := textsOf(d); !slices.Equal(named, want) {
					t.Errorf("%s names %v, not %v: %s", d.Name, named, want, text)
				}
			}
		}
	}
}

func textsOf(d *dataset.Dataset) (names []string) {
	for _, c := range d.Schema.Columns {
		if c.Type == schema.String || c.Type == schema.List {
			names = append(names, c.Name)
		}
	}
	return names
}

// unescaped is a text as a shell reads it between double quotes.
func unescaped(text string) string { return regexp.MustCompile(`\\(.)`).ReplaceAllString(text, "$1") }

// rowsAt counts the rows of a file; what is no file of rows has one.
func rowsAt(t *testing.T, href string) int {
	t.Helper()
	a := ask(t, http.MethodGet, href)
	if a.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", href, a.Status)
	}
	switch mediaType, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";"); mediaType {
	case "text/csv":
		all, err := csv.NewReader(strings.NewReader(string(a.body))).ReadAll()
		if err != nil {
			t.Errorf("%s: %v", href, err)
		}
		return len(all) - 1
	case "application/geo+json":
		var c struct{ Features []json.RawMessage }
		if err := json.Unmarshal(a.body, &c); err != nil {
			t.Errorf("%s: %v", href, err)
		}
		return len(c.Features)
	}
	return 1
}

// TestCodesSurviveOtherPrograms: the lines as they stand, on a column that those programs take for numbers in half a file
// and for texts in the other.
func TestCodesSurviveOtherPrograms(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.csv")
	text := "code_insee,codes_postaux\n" + strings.Repeat("01004,01500\n", 300_000) + "2A004,20167|20000\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ran := false
	for _, c := range []struct{ program, option, test, line string }{
		{"python3", "-c", "import pandas", `import pandas; t = pandas.read_csv("` + file + `", dtype={"code_insee": str, "codes_postaux": str}); print(t.code_insee[0], t.codes_postaux[0])`},
		{"duckdb", "-c", "select 1", `.mode list
.headers off
SELECT code_insee || ' ' || codes_postaux FROM read_csv('` + file + `', types = {'code_insee': 'VARCHAR', 'codes_postaux': 'VARCHAR'}) LIMIT 1`},
	} {
		if exec.Command(c.program, c.option, c.test).Run() != nil {
			continue
		}
		ran = true
		if out, err := exec.Command(c.program, c.option, c.line).CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "01004 01500" {
			t.Errorf("%s: %s (%v)", c.program, out, err)
		}
	}
	if !ran {
		t.Skip("neither pandas nor DuckDB is there")
	}
}
