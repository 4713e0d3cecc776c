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

func staleness(s release.Stale) stale {
	return stale{s.Resource, s.Place, s.Since, dataset.Say("stale", "place", s.Place, "since", s.Since.Format("02/01/2006"))}
}
