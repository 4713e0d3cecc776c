package serve

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"maille/internal/release"
)

// TestPartsListed: a page has a line for each part, and never so many links that it is too large.
func TestPartsListed(t *testing.T) {
	entry := func(departements, numbers int) *release.Entry {
		e := &release.Entry{Files: []release.File{{Name: "immeubles-2.csv"}}}
		for d := range departements {
			for n := range numbers {
				stem := fmt.Sprintf("immeubles-2/code_departement=%02d/immeubles-2", d+1)
				if n > 0 {
					stem += fmt.Sprint("-", n+1)
				}
				for _, extension := range []string{"csv", "geojson", "parquet"} {
					e.Files = append(e.Files, release.File{Name: stem + "." + extension, Role: release.RolePart})
				}
			}
		}
		return e
	}
	r := &request{base: "https://data.example.fr"}
	if r.parts(entry(0, 0)) != nil {
		t.Error("parts of none")
	}
	for _, c := range []struct {
		departements, numbers, lines, each int
		also                               bool
	}{{1, 1, 1, 3, false}, {2, 12, 24, 3, false}, {95, 2, 190, 1, true}, {95, 4, 0, 0, false}} {
		p := r.parts(entry(c.departements, c.numbers))
		if len(p.Lines) != c.lines || p.Also != c.also || p.Count != int64(c.departements*c.numbers*3) {
			t.Errorf("%+v: %d files, %d lines, %v", c, p.Count, len(p.Lines), p.Also)
		}
		var links bytes.Buffer
		for i, l := range p.Lines {
			if len(l.Files) != c.each || l.Code != fmt.Sprintf("%02d", i/c.numbers+1) || l.Number != i%c.numbers+1 {
				t.Errorf("%+v: line %d is %+v", c, i, l)
			}
			for _, f := range l.Files {
				links.WriteString(f.Href)
			}
		}
		if links.Len() > 45_000 {
			t.Errorf("%+v: addresses of %d bytes", c, links.Len())
		}
	}
	e := &release.Entry{Files: []release.File{{Name: "a/code_departement=__HIVE_DEFAULT_PARTITION__/a.csv", Role: release.RolePart}}}
	if p := r.parts(e); p.Lines[0].Code != "" || p.Lines[0].Number != 1 || !strings.HasSuffix(p.Lines[0].Files[0].Href, "/a.csv") {
		t.Errorf("%+v", p.Lines[0])
	}
}
