package pipeline

import (
	"context"
	"testing"

	"maille/internal/release"
)

// PartsSooner gives parts to versions so many times smaller, until the test is over.
func PartsSooner(t *testing.T, times int64) {
	before := partsSooner
	partsSooner = times
	t.Cleanup(func() { partsSooner = before })
}

// PartsSmaller has parts so many times smaller, until the test is over.
func PartsSmaller(t *testing.T, times int64) {
	before := partsSmaller
	partsSmaller = times
	t.Cleanup(func() { partsSmaller = before })
}

// DumpAll makes the files of the latest versions, as a first release does, and gives the manifest that names them.
func (p *Pipeline) DumpAll(ctx context.Context) (*release.Manifest, error) {
	m, err := p.draftManifest(ctx, nil)
	if err == nil {
		_, err = p.dumpAll(ctx, m, nil)
	}
	return m, err
}
