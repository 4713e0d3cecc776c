package pipeline

import (
	"context"

	"maille/internal/fault"
)

// Unmade are the datasets without a version that no publisher will bring one of: those that this instance leaves out, whose
// version is empty, and those that are made of others. Whoever ingests some datasets takes them along, so that all are there in
// the end, also those that were described since.
func (p *Pipeline) Unmade(ctx context.Context) (names []string, err error) {
	defer fault.Wrap(&err, "pipeline.Unmade")
	for _, d := range p.Registry.All() {
		placed := false
		for i := range d.Resources {
			placed = placed || len(p.Place(d, i)) > 0
		}
		if placed {
			continue
		}
		_, standing, err := p.DB.LastLoad(ctx, d.Name)
		if err != nil {
			return nil, err
		}
		if standing == nil {
			names = append(names, d.Name)
		}
	}
	return names, nil
}
