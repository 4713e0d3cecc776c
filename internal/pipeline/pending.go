package pipeline

import (
	"context"

	"maille/internal/fault"
)

// Pending says whether Publish would have anything to publish: versions, words, or files that the release which is served
// has not.
func (p *Pipeline) Pending(ctx context.Context) (_ bool, err error) {
	defer fault.Wrap(&err, "pipeline.Pending")
	current, err := p.DB.Current(ctx)
	if err != nil {
		return false, err
	}
	m, err := p.draftManifest(ctx, current)
	if fault.KindOf(err) == fault.Refused { // there is nothing at all yet
		return false, nil
	}
	return err == nil && !p.stands(m, current), err
}
