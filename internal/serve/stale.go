package serve

import (
	"maps"
	"slices"
	"time"

	"maille/internal/dataset"
	"maille/internal/release"
)

// stale is a resource that could not be fetched again before the release. Its age, which changes each day, is left to
// whoever reads.
type stale struct {
	Resource int       `json:"resource"`
	Place    string    `json:"place"`
	Since    time.Time `json:"since"`
	Message  string    `json:"message"` // in French
}

// outdated are the stale resources of a collection and of all that it is made of, each place once.
func (v *view) outdated(e *release.Entry) (all []stale) {
	places := map[string]bool{}
	v.lineage(e, func(e *release.Entry) {
		for _, s := range e.Stale {
			if !places[s.Place] {
				places[s.Place] = true
				all = append(all, staleness(s))
			}
		}
	})
	return all
}

// lineage visits an entry and all that it is made of, each once. What the rules of a source read is no part of it: its rows
// are its own.
func (v *view) lineage(e *release.Entry, do func(*release.Entry)) {
	seen := map[string]bool{}
	var visit func(*release.Entry)
	visit = func(e *release.Entry) {
		if e == nil || seen[e.Dataset] {
			return
		}
		seen[e.Dataset] = true
		do(e)
		if d := v.datasets[e.Dataset]; d == nil || !d.IsDerived() {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(e.Inputs)) {
			visit(v.manifest.Entry(name))
		}
	}
	visit(e)
}

func staleness(s release.Stale) stale {
	return stale{s.Resource, s.Place, s.Since, dataset.Say("stale", "place", s.Place, "since", s.Since.Format("02/01/2006"))}
}
