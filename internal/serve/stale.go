package serve

import (
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

// lineage visits an entry and all that it is made of, each once.
func (v *view) lineage(e *release.Entry, do func(*release.Entry)) {
	derived := func(name string) bool { d := v.datasets[name]; return d != nil && d.IsDerived() }
	for _, e := range v.manifest.Lineage(e, derived) {
		do(e)
	}
}

func staleness(s release.Stale) stale {
	return stale{s.Resource, s.Place, s.Since, dataset.Say("stale", "place", s.Place, "since", s.Since.Format("02/01/2006"))}
}
