package dataset

import (
	"maps"
	"slices"
	"strings"
)

// What publication.reference may say.
const (
	ReferenceCommunes        = "communes"        // the communes of the reference vintage
	ReferenceContours        = "contours"        // where they are
	ReferencePassages        = "passages"        // what became of the codes that died
	ReferenceArrondissements = "arrondissements" // of Paris, Lyon and Marseille, and the commune of each
)

// References lists them.
var References = []string{ReferenceCommunes, ReferenceContours, ReferencePassages, ReferenceArrondissements}

// references of each rule that checks against another dataset.
var ruleReference = map[string]string{
	KnownCommune:    ReferenceCommunes,
	InsideCommune:   ReferenceContours,
	InsideTerritory: ReferenceContours,
}

// helpers are references that a rule uses where the instance has them.
var helpers = map[string][]string{
	KnownCommune: {ReferencePassages, ReferenceArrondissements},
}

// Columns that whoever reads a reference counts on, besides publication.commune.
var referenceColumns = map[string][]string{
	ReferencePassages: {"code_ancien", "nature", "debut", "fin", "nom_ancien", "type", "nom", "principal"},
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
		l.checkComplete(r.byName[name])
	}
	state := map[string]int{}
	for _, name := range names {
		l.visit(name, state, nil)
	}
}

// checkComplete holds publication.complete to a dataset of communes.
func (l *loader) checkComplete(d *Dataset) {
	name := d.Publication.Complete
	if name == "" {
		return
	}
	where, other := "datasets/"+d.Name+".json", l.registry.byName[name]
	switch {
	case other == nil || other.Publication.Commune == "" || name == d.Name:
		l.problem(where, "publication.complete", "%q is no other dataset with publication.commune", name)
	case d.Publication.Commune == "":
		l.problem(where, "publication.complete", "needs publication.commune")
	}
}

func (l *loader) noteReference(d *Dataset) {
	kind := d.Publication.Reference
	if kind == "" {
		return
	}
	where := "datasets/" + d.Name + ".json"
	if !slices.Contains(References, kind) {
		l.problem(where, "publication.reference", "%q is none of %v", kind, References)
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
	l.checkColumns(d, where, "publication.reference", referenceColumns[kind])
	if g := d.Publication.Geometry; kind == ReferenceContours && (g == nil || g.Type != "MultiPolygon") {
		l.problem(where, "publication.reference", "needs polygons")
	}
}

func (l *loader) noteInputs(d *Dataset) {
	where := "datasets/" + d.Name + ".json"
	for _, name := range d.From() {
		if l.registry.byName[name] == nil {
			l.problem(where, d.kind()+".from", "no dataset is named %q", name)
			continue
		}
		d.inputs = append(d.inputs, name)
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
		l.reads(d, name)
		for _, kind := range helpers[rule.Name] {
			if name, ok := l.registry.refs[kind]; ok {
				l.reads(d, name)
			}
		}
	}
}

// reads notes an input of a rule; a dataset may be its own reference.
func (l *loader) reads(d *Dataset, name string) {
	if name != d.Name && !slices.Contains(d.inputs, name) {
		d.inputs = append(d.inputs, name)
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
		l.problem("datasets/"+name+".json", l.registry.byName[name].kind()+".from", "the datasets read each other in a circle: %s", strings.Join(trail, " → "))
		return
	}
	state[name] = open
	for _, input := range l.registry.byName[name].inputs {
		l.visit(input, state, trail)
	}
	state[name] = done
	l.registry.order = append(l.registry.order, name)
}
