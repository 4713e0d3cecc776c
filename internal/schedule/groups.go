package schedule

import (
	"slices"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// CheckNames holds rules to the datasets: each is of a frequency, or of a dataset that has sources.
func (r Rules) CheckNames(registry *dataset.Registry) error {
	for key := range r {
		if slices.Contains(dataset.Frequencies, key) {
			continue
		}
		switch d := registry.Get(key); {
		case d == nil:
			return fault.New(fault.Invalid, "schedule.%s: neither a frequency, such as QUARTERLY, nor the name of a dataset", key).About("schedule." + key)
		case d.IsDerived():
			return fault.New(fault.Invalid, "schedule.%s: it is made of other datasets, and follows them", key).About("schedule." + key)
		}
	}
	return nil
}

// groups are the datasets that have somewhere to be fetched from, those of one frequency and schedule together. Derived ones
// follow theirs.
func groups(registry *dataset.Registry, place func(*dataset.Dataset, int) []string, rules Rules) (all []release.Due) {
	for _, d := range registry.All() {
		if d.IsDerived() || !placed(d, place) {
			continue
		}
		frequency := d.Publication.Frequency
		if frequency == "" {
			frequency = unsaid
		}
		text := rules.of(d.Name, frequency)
		if text == Never {
			continue
		}
		at := find(all, frequency, text)
		if at < 0 {
			at, all = len(all), append(all, release.Due{Frequency: frequency, Schedule: text})
		}
		all[at].Datasets = append(all[at].Datasets, d.Name)
	}
	for i := range all {
		slices.Sort(all[i].Datasets)
	}
	return all
}

func placed(d *dataset.Dataset, place func(*dataset.Dataset, int) []string) bool {
	for i := range d.Resources {
		if len(place(d, i)) > 0 {
			return true
		}
	}
	return false
}

func find(all []release.Due, frequency, text string) int {
	return slices.IndexFunc(all, func(g release.Due) bool { return g.Frequency == frequency && g.Schedule == text })
}

// planned gives each group its next date. One that stood keeps it; one that has a dataset which was never looked at is due now; any other
// is due as its schedule has it, after its datasets were last looked at. So a date that passed while nobody was there is due.
func planned(wanted, before []release.Due, now time.Time) []release.Due {
	last := map[string]time.Time{}
	for _, g := range before {
		for _, name := range g.Datasets {
			last[name] = g.Last
		}
	}
	for i := range wanted {
		g := &wanted[i]
		if g.Last = earliest(g.Datasets, last); g.Last.IsZero() {
			g.Next = now
			if at := find(before, g.Frequency, g.Schedule); at >= 0 && before[at].Last.IsZero() && slices.Equal(before[at].Datasets, g.Datasets) {
				g.Next = before[at].Next // it was begun, and its jobs are there
			}
			continue
		}
		if at := find(before, g.Frequency, g.Schedule); at >= 0 {
			g.Next = before[at].Next
			continue
		}
		g.Next, _ = next(g.Schedule, g.Last)
	}
	return wanted
}

func earliest(names []string, times map[string]time.Time) (first time.Time) {
	for i, name := range names {
		if at := times[name]; i == 0 || at.Before(first) {
			first = at
		}
	}
	return first
}
