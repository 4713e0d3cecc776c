package pipeline

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/source"
)

// Missing is a resource that could not be fetched in a run.
type Missing struct {
	Resource int
	Place    string    // where it was looked for first
	Stale    time.Time // when what is used in its stead was fetched; zero when it is left out
	Absent   bool      // no mirror has it, and nothing else was asked
	Reason   string    // in French
	Err      error
}

// Unfetched is why a dataset could not be brought up to date: none of its resources could be fetched, for another reason
// than that the mirror lacks it. Nil when one could.
func (o *Outcome) Unfetched() error {
	if !o.nothing {
		return nil
	}
	var errs []error
	for _, m := range o.Missing {
		if !m.Absent {
			errs = append(errs, m.Err)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return nowhere(errs)
}

// gather takes the files of the dataset that were fetched. In place of one that was not, it takes what was fetched from
// the same place before, and leaves the resource out where there is nothing. A file that is wrong is an error.
func (r *run) gather() (err error) {
	for i := range r.d.Resources {
		got := r.files[resourceID{r.d.Name, i}]
		switch {
		case got == nil: // the instance leaves it out
		case got.err == nil:
			r.artefacts = append(r.artefacts, r.artefact(i, &got.Artefact))
		case r.Trial || !source.Missing(got.err):
			err = cmp.Or(err, got.err)
			r.missing = append(r.missing, r.miss(i, got.err))
		default:
			m := r.miss(i, got.err)
			if a := r.lastGood(i); a != nil {
				m.Stale = r.since(i, a)
				r.artefacts = append(r.artefacts, *a)
			}
			r.missing = append(r.missing, m)
			r.warn(m)
		}
	}
	return err
}

func (r *run) miss(i int, err error) Missing {
	return Missing{Resource: i, Place: source.Shown(r.Place(r.d, i)[0]), Reason: fault.Message(err), Err: err, Absent: absent(err)}
}

func absent(err error) bool {
	joined, several := errors.Unwrap(told(err)).(interface{ Unwrap() []error })
	if !several {
		return errors.Is(err, source.ErrAbsent)
	}
	return !slices.ContainsFunc(joined.Unwrap(), func(one error) bool { return !errors.Is(one, source.ErrAbsent) })
}

func told(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return err
}

// lastGood is what the standing version has of a resource, when it came from a place where the resource is looked for
// still: the file of another place would be passed off for one that nobody has.
func (r *run) lastGood(i int) *release.Artefact {
	if r.last == nil {
		return nil
	}
	for _, a := range r.last.Artefacts {
		asked := slices.ContainsFunc(r.Place(r.d, i), func(place string) bool { return source.Shown(place) == a.Place })
		if a.Resource == i && asked && r.Blobs.Has(a.SHA256) {
			return &a
		}
	}
	return nil
}

// since is when a resource was last fetched: later than its artefact says, when it has not changed since.
func (r *run) since(i int, a *release.Artefact) time.Time {
	if state := r.state(i); state.LastGood.After(a.RetrievedAt) {
		return state.LastGood
	}
	return a.RetrievedAt
}

// state is how a resource fared in the run before.
func (r *run) state(i int) release.Source {
	for _, s := range r.states {
		if s.Resource == i {
			return s
		}
	}
	return release.Source{Resource: i}
}

func (r *run) warn(m Missing) {
	attributes := []any{"dataset", r.d.Name, "resource", m.Resource, "place", m.Place, "reason", m.Reason}
	if m.Stale.IsZero() {
		r.Log.Warn("left out", attributes...)
		return
	}
	r.Log.Warn("stale", append(attributes, "since", m.Stale, "age", age(r.Now(), m.Stale))...)
}

// age is how old something is, for a person: days, or hours on the first.
func age(now, since time.Time) string {
	hours := int(now.Sub(since).Hours())
	if hours < 48 {
		return texts.Say("age.hours", "n", hours)
	}
	return texts.Say("age.days", "n", hours/24)
}

// reasons are those of all that is missing.
func (r *run) reasons() string {
	var said []string
	for _, m := range r.missing {
		said = append(said, m.Reason)
	}
	return strings.Join(said, " ; ")
}

// bereft says what becomes of a dataset none of whose resources is to be had: the version that stands goes on, and a
// reference without any fails, because nothing could be checked against it.
func (r *run) bereft(standing *release.Version) (o Outcome, done bool, err error) {
	switch {
	case len(r.artefacts) > 0 || len(r.missing) == 0:
		return o, false, nil
	case standing != nil:
		return Outcome{Status: Current, Version: standing.ID, Rows: standing.Rows, Issues: total(r.last.Counts)}, true, nil
	case slices.Contains([]string{dataset.ReferenceCommunes, dataset.ReferenceContours}, r.d.Publication.Reference):
		return o, true, nowhere(r.errors())
	}
	return o, false, nil
}

func (r *run) errors() (errs []error) {
	for _, m := range r.missing {
		errs = append(errs, m.Err)
	}
	return errs
}

// remember notes how each resource fared. Only what went into a version that stands is good.
func (r *run) remember(ctx context.Context, good bool) error {
	if r.Trial || r.d.IsDerived() {
		return nil
	}
	var states []release.Source
	for _, a := range r.artefacts {
		if r.missed(a.Resource) {
			continue
		}
		s := r.state(a.Resource)
		s.Place, s.FailingSince, s.Reason = source.Shown(r.Place(r.d, a.Resource)[0]), time.Time{}, ""
		if good {
			s.LastGood = a.RetrievedAt
			r.observed.into(&s)
		}
		states = append(states, s)
	}
	for _, m := range r.missing {
		s := r.state(m.Resource)
		s.Place, s.Reason = m.Place, m.Reason
		if s.FailingSince.IsZero() {
			s.FailingSince = r.Now()
		}
		if s.LastGood.IsZero() {
			s.LastGood = m.Stale
		}
		states = append(states, s)
	}
	return r.DB.SaveSources(ctx, r.d.Name, states)
}

// allMissed says that no file was fetched: those that there are were fetched before.
func (r *run) allMissed() bool {
	return !slices.ContainsFunc(r.artefacts, func(a release.Artefact) bool { return !r.missed(a.Resource) })
}

func (r *run) missed(resource int) bool {
	return slices.ContainsFunc(r.missing, func(m Missing) bool { return m.Resource == resource })
}

// stale names the resources that a version has only from before.
func stale(load *release.Load, states []release.Source) (list []release.Stale) {
	for _, s := range states {
		i := slices.IndexFunc(load.Artefacts, func(a release.Artefact) bool { return a.Resource == s.Resource })
		if s.FailingSince.IsZero() || i < 0 || load.Artefacts[i].RetrievedAt.After(s.FailingSince) { // after: a file that was tried
			continue
		}
		since := load.Artefacts[i].RetrievedAt.UTC()
		if s.LastGood.After(since) {
			since = s.LastGood
		}
		list = append(list, release.Stale{Resource: s.Resource, Place: s.Place, Since: since, Reason: s.Reason})
	}
	return list
}
