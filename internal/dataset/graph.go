package dataset

import (
	"maps"
	"slices"
	"strings"
)

// What publication.reference may say.
const (
	ReferenceCommunes = "communes"
	ReferenceContours = "contours"
)

// references of each rule that checks against another dataset.
var ruleReference = map[string]string{
	KnownCommune:    ReferenceCommunes,
	InsideCommune:   ReferenceContours,
	InsideTerritory: ReferenceContours,
}

// checkGraph finds what each dataset reads, checks that it exists, and orders the datasets; it names a cycle.
func (l *loader) checkGraph() {
	r := l.registry
	names := slices.Sorted(maps.Keys(r.byName))
	for _, name := range names {
		l.noteReference(r.byName[name])
	}
	for _, name := range names {
		l.noteInputs(r.byName[name])
	}
	for _, name := range names {
		l.checkSQL(r.byName[name])
	}
	state := map[string]int{}
	for _, name := range names {
		l.visit(name, state, nil)
	}
}

func (l *loader) noteReference(d *Dataset) {
	kind := d.Publication.Reference
	if kind == "" {
		return
	}
	where := "datasets/" + d.Name + ".json"
	if kind != ReferenceCommunes && kind != ReferenceContours {
		l.problem(where, "publication.reference", "must be %s or %s", ReferenceCommunes, ReferenceContours)
		return
	}
	if other, taken := l.registry.refs[kind]; taken {
		l.problem(where, "publication.reference", "%q is already %s", kind, other)
		return
	}
	l.registry.refs[kind] = d.Name
	if d.Publication.Commune == "" {
		l.problem(where, "publication.reference", "needs publication.commune")
	}
	if g := d.Publication.Geometry; kind == ReferenceContours && (g == nil || g.Type != "MultiPolygon") {
		l.problem(where, "publication.reference", "needs polygons")
	}
}

func (l *loader) noteInputs(d *Dataset) {
	where := "datasets/" + d.Name + ".json"
	if d.Derived != nil {
		for _, name := range d.Derived.From {
			if l.registry.byName[name] == nil {
				l.problem(where, "derived.from", "no dataset is named %q", name)
				continue
			}
			d.inputs = append(d.inputs, name)
		}
	}
	for _, rule := range d.Publication.Rules {
		kind := ruleReference[rule.Name]
		if kind == "" {
			continue
		}
		name, ok := l.registry.refs[kind]
		if !ok {
			l.problem(where, "publication.rules", "%s needs a dataset whose publication.reference is %q", rule.Name, kind)
			continue
		}
		if name != d.Name && !slices.Contains(d.inputs, name) {
			d.inputs = append(d.inputs, name)
		}
	}
}

const (
	unseen = iota
	open
	done
)

func (l *loader) visit(name string, state map[string]int, trail []string) {
	trail = append(trail, name)
	switch state[name] {
	case done:
		return
	case open:
		l.problem("datasets/"+name+".json", "derived.from", "the datasets read each other in a circle: %s", strings.Join(trail, " → "))
		return
	}
	state[name] = open
	for _, input := range l.registry.byName[name].inputs {
		l.visit(input, state, trail)
	}
	state[name] = done
	l.registry.order = append(l.registry.order, name)
}
