package release

import (
	"maps"
	"slices"
)

// Lineage is an entry and all that it is made of, each once, itself first. derived says whether a dataset is made of its
// inputs: what the rules of a source read is no part of it, its rows are its own.
func (m *Manifest) Lineage(e *Entry, derived func(dataset string) bool) (all []*Entry) {
	seen := map[string]bool{}
	var visit func(*Entry)
	visit = func(e *Entry) {
		if e == nil || seen[e.Dataset] {
			return
		}
		seen[e.Dataset] = true
		all = append(all, e)
		if !derived(e.Dataset) {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(e.Inputs)) {
			visit(m.Entry(name))
		}
	}
	visit(e)
	return all
}
