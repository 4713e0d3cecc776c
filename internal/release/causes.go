package release

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"maille/internal/dataset"
)

// Comparison is two releases between which a dataset is looked at.
type Comparison struct {
	Before, After *Manifest
	Geography     func(dataset string) bool      // whether it says which communes there are, where, or what became of their codes
	Recoded       func(before, after int64) bool // whether another version of the program ran the second load
}

// Columns are the names of those that came or went, or whose type is another, the geometry among them, in their order.
func Columns(before, after *dataset.Dataset) (names []string) {
	was, is := kinds(before), kinds(after)
	for name, kind := range is {
		if was[name] != kind {
			names = append(names, name)
		}
	}
	for name := range was {
		if _, stays := is[name]; !stays {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Broken are the names of those that programs read and can no longer, or would take for something else: they went, or their
// type or unit is another.
func Broken(before, after *dataset.Dataset) (names []string) {
	is := kinds(after)
	for name, kind := range kinds(before) {
		was, now := before.Schema.Column(name), after.Schema.Column(name)
		if is[name] != kind || now != nil && was.Unit != now.Unit {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func kinds(d *dataset.Dataset) map[string]string {
	all := map[string]string{}
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		all[c.Name] = string(c.Type) + c.Delimiter
	}
	if g := d.Publication.Geometry; g != nil {
		all[dataset.GeometryField] = g.Type
	}
	return all
}

// Causes are what made a dataset another version, as far as lineage tells: what it was read or made of, through all its
// inputs; the program only where nothing else is other.
func (c Comparison) Causes(name string) (causes []string) {
	found := map[string]bool{}
	recoded := c.trace(name, found, map[string]bool{})
	if c.After.Correction != "" {
		found[CauseCorrection] = true
	}
	if c.erased(name) {
		found[CauseErasure] = true
	}
	if recoded && len(found) == 0 {
		found[CauseProgram] = true
	}
	for _, cause := range []string{CauseSource, CauseGeography, CauseRule, CauseProgram, CauseCorrection, CauseErasure} {
		if found[cause] {
			causes = append(causes, cause)
		}
	}
	return causes
}

// trace notes why a dataset differs, and says whether another program made it, or what it is made of.
func (c Comparison) trace(name string, found, seen map[string]bool) (recoded bool) {
	before, after := c.Before.Entry(name), c.After.Entry(name)
	if before == nil || after == nil || seen[name] {
		return false
	}
	seen[name] = true
	if !slices.EqualFunc(before.Artefacts, after.Artefacts, func(a, b Artefact) bool { return a.Resource == b.Resource && a.SHA256 == b.SHA256 }) {
		found[CauseSource] = true
	}
	if before.Fingerprint != after.Fingerprint {
		found[CauseRule] = true
	}
	recoded = c.Recoded(before.Load, after.Load)
	for _, input := range slices.Sorted(maps.Keys(after.Inputs)) {
		switch {
		case after.Inputs[input] == before.Inputs[input]:
		case c.Geography(input):
			found[CauseGeography] = true
		default:
			recoded = c.trace(input, found, seen) || recoded
		}
	}
	return recoded
}

// erased says whether persons' data were taken out of the dataset between the two releases.
func (c Comparison) erased(name string) bool {
	return slices.ContainsFunc(slices.Concat(c.Before.Erased, c.After.Erased), func(t Tombstone) bool {
		return t.Dataset == name && t.At.After(c.Before.Published) && !t.At.After(c.After.Published)
	})
}

// Lasting are the files that the next release keeps when nothing changes: those of changes are about this one only.
func (e *Entry) Lasting() []File {
	return slices.DeleteFunc(slices.Clone(e.Files), func(f File) bool { return f.Role == RoleChanges })
}

// Earlier says whether a release came before another, by their names.
func Earlier(a, b string) bool {
	dayA, rankA := parts(a)
	dayB, rankB := parts(b)
	return dayA < dayB || dayA == dayB && rankA < rankB
}

func parts(name string) (day string, rank int) {
	day, text, _ := strings.Cut(name, ".")
	rank, _ = strconv.Atoi(text)
	return day, rank
}

// Count counts a row.
func (c *Change) Count(row *RowChange) {
	switch row.Kind {
	case RowAdded:
		c.Added++
	case RowRemoved:
		c.Removed++
	default:
		c.Changed++
	}
}
