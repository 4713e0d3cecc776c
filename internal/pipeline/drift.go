package pipeline

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// observations are what the files of a run look like, by resource.
type observations map[int]*observation

// observation is the columns of a resource's file, and what the first cells of the schema's columns look like.
type observation struct {
	columns []string
	kinds   map[string]string
	rows    int
}

const (
	sampledRows   = 1000
	mostColumns   = 1000 // of a file whose columns are worth remembering
	longestName   = 200  // of a column that is worth it
	mostReported  = 20   // of one kind; the message names them
	similarityMin = 3    // letters that two names must have before a typing error makes them alike
)

// header takes the columns of one more file; those of an archive's members are put together.
func (o *observation) header(_ string, names []string) {
	for _, name := range names {
		if name = strings.TrimSpace(name); name != "" && len(name) < longestName && len(o.columns) <= mostColumns && !slices.Contains(o.columns, name) {
			o.columns = append(o.columns, name)
		}
	}
}

// row samples what the cells look like.
func (o *observation) row(d *dataset.Dataset, cells []string) {
	if o.rows++; o.rows > sampledRows {
		return
	}
	for i := range d.Schema.Columns {
		name := d.Schema.Columns[i].Name
		o.kinds[name] = wider(o.kinds[name], kindOf(cells[i]))
	}
}

// Kinds of cells.
const (
	emptyKind   = "empty"
	integerKind = "integer"
	decimalKind = "decimal"
	dateKind    = "date"
	textKind    = "text"
)

var kindForms = []struct {
	kind string
	form *regexp.Regexp
}{
	{emptyKind, regexp.MustCompile(`^\s*$`)},
	{integerKind, regexp.MustCompile(`^\s*[+-]?[0-9]{1,18}\s*$`)},
	{decimalKind, regexp.MustCompile(`^\s*[+-]?[0-9]{0,18}[.,][0-9]+([eE][+-]?[0-9]+)?\s*$`)},
	{dateKind, regexp.MustCompile(`^\s*([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{4})([T ].*)?\s*$`)},
}

func kindOf(cell string) string {
	if len(cell) > 64 {
		return textKind
	}
	for _, k := range kindForms {
		if k.form.MatchString(cell) {
			return k.kind
		}
	}
	return textKind
}

// wider is the narrowest kind that both are of.
func wider(a, b string) string {
	switch {
	case a == b || b == emptyKind && a != "":
		return a
	case a == "" || a == emptyKind:
		return b
	case a == integerKind && b == decimalKind || a == decimalKind && b == integerKind:
		return decimalKind
	}
	return textKind
}

// into remembers what was read; a file with too many columns is not remembered.
func (all observations) into(s *release.Source) {
	o := all[s.Resource]
	if o == nil {
		return
	}
	s.Columns, s.Kinds = o.columns, o.kinds
	if len(s.Columns) > mostColumns {
		s.Columns = nil
	}
}

// drift is how a file differs from the last good one.
type drift struct {
	added, removed []string
	renamed        [][2]string
	kinds          [][3]string // column, from, to
}

func driftOf(before *release.Source, now *observation, ordered bool) (d drift) {
	if len(before.Columns) > 0 && len(now.columns) > 0 && len(now.columns) <= mostColumns {
		d.columns(before.Columns, now.columns, ordered)
	}
	if now.rows == 0 {
		return d
	}
	for name, kind := range now.kinds {
		if was := before.Kinds[name]; was != "" && was != kind {
			d.kinds = append(d.kinds, [3]string{name, was, kind})
		}
	}
	slices.SortFunc(d.kinds, func(a, b [3]string) int { return cmp.Compare(a[0], b[0]) })
	return d
}

// columns finds what came and went. A column that went was renamed when one that came has a similar name, or when it
// stands at the same place of a header that is as long as it was.
func (d *drift) columns(before, now []string, ordered bool) {
	for _, name := range now {
		if !slices.Contains(before, name) {
			d.added = append(d.added, name)
		}
	}
	samePlace := func(i int, name string) bool {
		return ordered && len(before) == len(now) && now[i] == name
	}
	for i, name := range before {
		if slices.Contains(now, name) {
			continue
		}
		j := slices.IndexFunc(d.added, func(other string) bool { return similar(name, other) })
		if j < 0 {
			j = slices.IndexFunc(d.added, func(other string) bool { return samePlace(i, other) })
		}
		if j < 0 {
			d.removed = append(d.removed, name)
			continue
		}
		d.renamed = append(d.renamed, [2]string{name, d.added[j]})
		d.added = slices.Delete(d.added, j, j+1)
	}
}

// similar says whether two names differ by case, accents, punctuation, by a word at one end, or by a letter in four.
func similar(a, b string) bool {
	a, b = folded(a), folded(b)
	short, long := min(len(a), len(b)), max(len(a), len(b))
	switch {
	case a == b:
		return true
	case short < similarityMin:
		return false
	case strings.HasPrefix(a, b) || strings.HasPrefix(b, a) || strings.HasSuffix(a, b) || strings.HasSuffix(b, a):
		return true
	}
	return long-short <= long/4 && distance(a, b) <= long/4
}

func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFD.String(name))
}

// distance is Levenshtein's, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// compare reports how the file of a resource differs from its last good one.
func (r *run) compare(i int, o *observation) drift {
	before := r.state(i)
	if r.last == nil || r.last.Fingerprint != r.d.Fingerprint() {
		before.Kinds = nil // other words of the descriptor make other cells
	}
	format := r.d.Resources[i].Format
	d := driftOf(&before, o, format != dataset.JSON && format != dataset.JSONLines && format != dataset.GeoJSON && format != dataset.GeoJSONSeq)
	report := func(rule, column string, pairs ...any) {
		message := texts.Say(rule, append(pairs, "column", column)...)
		r.report.Add(dataset.Issue{Resource: i, Line: int64(r.d.Resources[i].Dialect.Header()), Column: column, Rule: rule, Level: dataset.Warning, Message: message})
		r.Log.Warn("drift", "dataset", r.d.Name, "resource", i, "rule", rule, "column", column, "reason", message)
	}
	for _, name := range d.added[:min(len(d.added), mostReported)] {
		report("drift-added", name)
	}
	for _, name := range d.removed[:min(len(d.removed), mostReported)] {
		report("drift-removed", name)
	}
	for _, names := range d.renamed[:min(len(d.renamed), mostReported)] {
		report("drift-renamed", names[0], "name", names[1])
	}
	for _, k := range d.kinds {
		report("drift-type", k[0], "before", texts.Say("kind."+k[1]), "now", texts.Say("kind."+k[2]))
	}
	return d
}

// explained adds to the refusal of a file the names that the columns it lacks seem to have now.
func (d *drift) explained(err error) error {
	var told *fault.Error
	if !errors.As(err, &told) || told.Kind != fault.Refused {
		return err
	}
	message := told.Message
	for _, names := range d.renamed {
		if strings.Contains(told.Message, "« "+names[0]+" »") {
			message += texts.Say("drift.hint", "column", names[0], "name", names[1])
		}
	}
	if message == told.Message {
		return err
	}
	return fault.New(fault.Refused, "%s", message).About(told.Subject).Because(err)
}
