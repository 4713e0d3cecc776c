package indicator

import (
	"slices"
	"strings"
)

// mark notes the columns that are null for that reason, and drops those that say so where they say nothing of the others.
func (t *Listing) mark() {
	some := false
	for i := range t.Rows {
		r := &t.Rows[i]
		for name := range strings.SplitSeq(t.At(i, fewColumn).Text(), "|") {
			if slices.ContainsFunc(t.Columns, func(c Heading) bool { return c.Name == name }) {
				r.few, some = append(r.few, name), true
			}
		}
	}
	if t.Few = "cell.few.taken"; some {
		return
	}
	for _, name := range []string{fewColumn, allButColumn} {
		at := slices.IndexFunc(t.Columns, func(c Heading) bool { return c.Name == name })
		t.Columns = slices.Delete(t.Columns, at, at+1)
		for i := range t.Rows {
			t.Rows[i].Values = slices.Delete(t.Rows[i].Values, at, at+1)
		}
	}
}

// allBut says whether what is not told is all people but few, rather than few.
func (t *Listing) allBut(row int, column string) bool {
	beyond := column
	if column == withinColumn {
		beyond = "med_pop_sans_acces_10"
	}
	return slices.Contains(strings.Split(t.At(row, allButColumn).Text(), "|"), beyond) != (column == withinColumn)
}

// taken is a number as a sum takes it: what is not told is what stands for it.
func (t *Listing) taken(row int, column string) float64 {
	if !slices.Contains(t.Rows[row].few, column) || !strings.HasPrefix(column, "med_pop_") {
		return t.number(row, column)
	}
	taken, _, _ := fewOf(t.number(row, "population"), t.allBut(row, column))
	return taken
}

// withinColumn is how many people are within the middle radius: all but those who are beyond.
const withinColumn = "med_pop_10km"

// sayTaken says what stands for numbers that are not told in a sum.
func (t *Listing) sayTaken(s *Step) {
	n := 0
	for _, r := range t.Rows {
		n += min(1, len(r.few))
	}
	if n > 0 {
		s.Note = explained.Say("note.taken", "communes", several("commune", int64(n)), "few", FewPeople, "most", FewPeople-1, "taken", FewTaken)
	}
}
