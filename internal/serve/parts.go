package serve

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"maille/internal/release"
)

// listedParts is how many links to parts a page has, so that it stays under 100 kB.
const listedParts = 350

// Parts are the files of a collection by département.
type Parts struct {
	Count int64
	Lines []PartLine // none where even one link for each is too many
	Also  bool       // the other formats are not linked
}

// PartLine is one part in its formats.
type PartLine struct {
	Code   string // "" for the rows that are of no département
	Number int    // from 1, where a département has several
	Files  []Download
}

func (r *request) parts(e *release.Entry) *Parts {
	p := &Parts{}
	for i := range e.Files {
		if f := &e.Files[i]; f.Role == release.RolePart {
			p.add(r.download(f))
		}
	}
	if p.Count == 0 {
		return nil
	}
	slices.SortFunc(p.Lines, func(a, b PartLine) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Number, b.Number))
	})
	switch {
	case len(p.Lines) > listedParts:
		p.Lines = nil
	case p.Count > listedParts:
		p.Also = true
		for i := range p.Lines {
			p.Lines[i].Files = slices.DeleteFunc(p.Lines[i].Files, func(f Download) bool { return f.Extension != "csv" })
		}
	}
	return p
}

func (p *Parts) add(f Download) {
	p.Count++
	code, number := partOf(f.Title)
	i := slices.IndexFunc(p.Lines, func(l PartLine) bool { return l.Code == code && l.Number == number })
	if i < 0 {
		i, p.Lines = len(p.Lines), append(p.Lines, PartLine{Code: code, Number: number})
	}
	p.Lines[i].Files = append(p.Lines[i].Files, f)
}

// partOf reads the name of a part: places/code_departement=91/places-2.csv.
func partOf(name string) (code string, number int) {
	_, code, _ = strings.Cut(path.Dir(name), "=")
	if strings.HasPrefix(code, "__") { // Hive's null
		code = ""
	}
	stem := strings.TrimSuffix(path.Base(name), path.Ext(name))
	whole, _, _ := strings.Cut(name, "/")
	if n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(stem, whole), "-")); err == nil {
		return code, n
	}
	return code, 1
}
