package indicator

import (
	"cmp"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"

	"maille/internal/schema"
)

// square is a row of what is counted on cells: a square kilometre, or several where one would tell of few people. Nothing is told of a cell
// (balance.md section 8).
type square struct {
	id        string
	starts    []start
	near, far float64 // people who are within a radius of a place, and beyond
}

func (s *square) people() float64 { return s.near + s.far }

func (s *square) take(other square) {
	s.starts = append(s.starts, other.starts...)
	s.near, s.far = s.near+other.near, s.far+other.far
}

// safe says whether no part of a square is of few people.
func (s *square) safe(least int64) bool {
	few := func(people float64) bool { return people > 0 && math.Round(people) < float64(least) }
	return !few(s.people()) && !few(s.near) && !few(s.far)
}

// squares are the cells of the commune by square kilometre. Those that are not safe are one row, to which the smallest of the others are added
// until it is.
func (w *walk) squares(radius float64) []square {
	by := map[string]square{}
	for _, o := range w.starts {
		s := square{id: squareOf(o.id), starts: []start{o}, near: o.people}
		if _, cost := w.costs.Cheapest(o.k); cost > radius {
			s.near, s.far = 0, o.people
		}
		own := by[s.id]
		own.id = s.id
		own.take(s)
		by[s.id] = own
	}
	all := slices.SortedFunc(maps.Values(by), func(a, b square) int { return cmp.Or(cmp.Compare(b.people(), a.people()), cmp.Compare(a.id, b.id)) })
	var kept []square
	rest := square{id: explained.Say("squares.rest")}
	for _, s := range all {
		if s.safe(w.p.Secret) {
			kept = append(kept, s)
		} else {
			rest.take(s)
		}
	}
	for n := len(kept); n > 0 && !rest.safe(w.p.Secret); n-- {
		rest.take(kept[n-1])
		kept = kept[:n-1]
	}
	switch {
	case len(kept) == 0:
		rest.id = explained.Say("squares.all")
		return []square{rest}
	case len(rest.starts) > 0:
		kept = append(kept, rest)
	}
	return kept
}

var cellCode = regexp.MustCompile(`^(.*RES)200mN(\d+)E(\d+)$`)

// squareOf is the square kilometre of a cell, by its south-west corner as the Insee names it; a cell that is one already is its own.
func squareOf(cell string) string {
	m := cellCode.FindStringSubmatch(cell)
	if m == nil {
		return cell
	}
	corner := func(metres string) string {
		n, _ := strconv.ParseInt(metres, 10, 64) // digits
		return strconv.FormatInt(n-n%1000, 10)
	}
	return m[1] + "1000mN" + corner(m[2]) + "E" + corner(m[3])
}

// meanOf is what the people of a square have, of those of whom it is known.
func (s *square) meanOf(of func(start) float64) (m mean) {
	for _, o := range s.starts {
		m.add(of(o), o.people)
	}
	return m
}

// listSquares shows squares, with what else is said of each.
func (w *walk) listSquares(s *Step, squares []square, columns []Heading, more func(*square) []schema.Value) {
	t := &Listing{Columns: append([]Heading{computed("carre", ""), computed("carreaux", "carreaux"), computed("habitants", "habitants")}, columns...)}
	for i := range squares {
		q := &squares[i]
		values := []schema.Value{schema.Text(q.id), schema.Int(int64(len(q.starts))), schema.Float(q.people())}
		t.Rows = append(t.Rows, Line{ID: q.id, Values: append(values, more(q)...), made: true})
	}
	w.describe(t, cellsTable)
	w.e.list(s, t)
}

// listMeans shows squares with means over those of whom each is known, and how many these are.
func (w *walk) listMeans(s *Step, squares []square, of func(start) float64, column Heading) {
	w.listSquares(s, squares, []Heading{computed("connus", "habitants"), column}, func(q *square) []schema.Value {
		m := q.meanOf(of)
		return []schema.Value{schema.Float(m.weight), numberOrNull(m.value())}
	})
}

// numberOrNull is a cell; null where the number is not known.
func numberOrNull(x float64) schema.Value {
	if math.IsNaN(x) {
		return schema.Value{}
	}
	return schema.Float(x)
}

// recipe names the files of the release that cells are computed again from.
func (w *walk) recipe(s *Step) {
	s.Note = explained.Say("note.cells", "release", w.e.m.Release, "few", w.p.Secret)
	if w.matrix != nil {
		s.Note += " " + explained.Say("note.matrix")
	}
	names := []string{cellsTable, "communes-points", places, bordering}
	if w.matrix != nil {
		names = append(names, "matrice-couts")
	}
	for _, name := range names {
		entry := w.e.m.Entry(name)
		if entry == nil {
			continue
		}
		value := name + "@" + entry.ID + ", SHA-256 " + entry.Hash
		for _, f := range entry.Files {
			if f.Name == name+".csv" {
				value = f.Name + ", SHA-256 " + f.SHA256
			}
		}
		s.Parameters = append(s.Parameters, Parameter{Name: name, Title: w.e.Dataset(name).Title, Value: value})
	}
}
