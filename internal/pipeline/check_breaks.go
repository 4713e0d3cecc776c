package pipeline

import (
	"context"
	"slices"
	"strings"
	"time"

	"maille/internal/fault"
	"maille/internal/release"
)

// breaking is the month in which what programs read may go.
const breaking = time.January

// broken says in French what would break the programs that read a dataset: a key that is another, fields that go or are another,
// but in the month of breaks, and an end with less than a year's notice.
func (p *Pipeline) broken(ctx context.Context, m *release.Manifest, old, e *release.Entry) (said []string, err error) {
	if old == nil || old.Fingerprint == e.Fingerprint {
		return nil, nil
	}
	was, is, err := p.wasAndIs(ctx, old, e)
	if err != nil {
		return nil, err
	}
	if before, now := was.Publication.Key, is.Publication.Key; !slices.Equal(before, now) {
		said = append(said, texts.Say("check.key", "dataset", e.Dataset, "before", strings.Join(before, ", "), "now", strings.Join(now, ", ")))
	}
	if names := release.Broken(was, is); len(names) > 0 && m.Published.Month() != breaking {
		said = append(said, texts.Say("check.broken", "dataset", e.Dataset, "columns", strings.Join(names, ", ")))
	}
	end := is.Publication.Sunset
	if end == nil || was.Publication.Sunset != nil && !end.End().Before(was.Publication.Sunset.End()) {
		return said, nil
	}
	if end.Deprecated().Before(m.Published.Truncate(24 * time.Hour)) {
		said = append(said, texts.Say("check.sunset", "dataset", e.Dataset, "date", end.Date))
	}
	return said, nil
}

// unannounced are the datasets that the release takes away before the day that it was said.
func (p *Pipeline) unannounced(ctx context.Context, m, current *release.Manifest) (names []string, err error) {
	for _, name := range m.Withdrawn {
		if p.accepts(name) {
			continue
		}
		d, err := p.DB.Described(ctx, current.Entry(name).Load)
		if err != nil {
			return nil, err
		}
		if end := d.Publication.Sunset; end == nil || m.Published.Before(end.End()) {
			names = append(names, name)
		}
	}
	return names, nil
}

// acceptable refuses to accept what is neither described nor served.
func (p *Pipeline) acceptable(ctx context.Context, name string) error {
	if p.Registry.Get(name) != nil {
		return nil
	}
	current, err := p.DB.Current(ctx)
	if err == nil && current.Entry(name) == nil {
		err = fault.New(fault.Invalid, "no dataset is named %q", name).About(name)
	}
	return err
}
