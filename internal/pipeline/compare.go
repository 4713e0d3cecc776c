package pipeline

import (
	"context"

	"maille/internal/dataset"
	"maille/internal/release"
)

// compare says in the manifest what a release changes since the one that is served, makes files of it, and gives what
// feeds say of each commune.
func (p *Pipeline) compare(_ context.Context, _, _ *release.Manifest, _ map[string]*dataset.Dataset) ([]release.CommuneChange, error) {
	return nil, nil
}
