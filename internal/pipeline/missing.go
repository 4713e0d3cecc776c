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
			r.artefacts = append(r.artefacts, r.prefer(i, got))
		case r.Trial || !source.Missing(got.err):
			err = cmp.Or(err, got.err)
			r.missing = append(r.missing, r.miss(i, got.err))
		default:
			a := r.lastGood(i)
			if a != nil {
				r.artefacts = append(r.artefacts, *a)
			} else if a = r.standing(i); a != nil {
				r.held = true
			}
			r.lack(i, a, got.err)
		}
	}
	return err
}

// prefer takes what was fetched, unless it is a later choice than what stands, whose own place is only away for a while.
func (r *run) prefer(i int, got *choice) release.Artefact {
	a := r.standing(i)
	if a == nil || r.Trial {
		return r.artefact(i, got)
	}
	for n, err := range got.passed {
		if fault.KindOf(err) == fault.Unavailable && isFrom(a, r.Place(r.d, i)[n]) {
			r.held = r.held || !r.kept[a.SHA256]
			r.lack(i, a, err)
			return *a
		}
	}
	return r.artefact(i, got)
}

// lack notes that a resource could not be fetched, and what is used in its stead, if anything.
func (r *run) lack(i int, instead *release.Artefact, err error) {
	m := r.miss(i, err)
	if instead != nil {
		m.Stale = r.since(i, instead)
	}
	r.missing = append(r.missing, m)
	r.warn(m)
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

// lastGood is what the standing version has of a resource, when its bytes are kept.
func (r *run) lastGood(i int) *release.Artefact {
	if a := r.standing(i); a != nil && r.kept[a.SHA256] {
		return a
	}
	return nil
}

// standing is what the standing version has of a resource, when it came from a place where the resource is looked for still:
// the file of another place would be passed off for one that nobody has. Its bytes may be gone, for a person's sake.
func (r *run) standing(i int) *release.Artefact {
	if r.last == nil {
		return nil
	}
	for _, a := range r.last.Artefacts {
		asked := slices.ContainsFunc(r.Place(r.d, i), func(place string) bool { return isFrom(&a, place) })
		if a.Resource == i && asked {
			return &a
		}
	}
	return nil
}

// isFrom says whether an artefact was fetched at a place. Of old loads, only how the place was shown is known.
func isFrom(a *release.Artefact, place string) bool {
	if a.Origin == "" {
		return a.Place == source.Shown(place)
	}
	return a.Origin == source.Origin(place)
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

// bereft says what becomes of a dataset none of whose resources is to be had, or that would lose the rows of one that is held:
// the version that stands goes on, and a reference without any fails, because nothing could be checked against it.
func (r *run) bereft(standing *release.Version) (o Outcome, done bool, err error) {
	switch {
	case r.held && standing != nil:
		return r.current(standing), true, nil
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

// remember notes how each resource fared. Only what stands in a version is good, and only producers' files are at fault:
// of what went wrong on our side, nothing is said.
func (r *run) remember(ctx context.Context, o Outcome, err error) error {
	if r.Trial || r.d.IsDerived() || !r.gathered {
		return nil
	}
	var states []release.Source
	for i := range r.artefacts {
		a := &r.artefacts[i]
		if r.missed(a.Resource) {
			continue
		}
		s := r.state(a.Resource)
		s.Place = source.Shown(r.Place(r.d, a.Resource)[0])
		switch {
		case err == nil && o.Status != Skipped && !r.held || r.stands(a):
			r.good(&s, a)
			if err == nil {
				r.observed.into(&s)
			}
		case fault.KindOf(err) == fault.Refused:
			r.fails(&s, fault.Message(err))
		}
		states = append(states, s)
	}
	for _, m := range r.missing {
		s := r.state(m.Resource)
		s.Place = m.Place
		r.fails(&s, m.Reason)
		if s.LastGood.IsZero() {
			s.LastGood = m.Stale
		}
		states = append(states, s)
	}
	return r.DB.SaveSources(ctx, r.d.Name, states)
}

// stands says whether the last version has this very file.
func (r *run) stands(a *release.Artefact) bool {
	return r.last != nil && slices.ContainsFunc(r.last.Artefacts, func(b release.Artefact) bool { return a.Resource == b.Resource && a.SHA256 == b.SHA256 })
}

func (*run) good(s *release.Source, a *release.Artefact) {
	s.FailingSince, s.Reason = time.Time{}, ""
	if a.RetrievedAt.After(s.LastGood) { // another program may have fetched it since
		s.LastGood = a.RetrievedAt
	}
}

func (r *run) fails(s *release.Source, reason string) {
	s.Reason = r.hushed.sentence(r.withoutFolders(reason))
	if s.FailingSince.IsZero() {
		s.FailingSince = r.Now()
	}
}

// withoutFolders makes a reason fit to be published: it names the dataset's files as artefacts do.
func (r *run) withoutFolders(reason string) string {
	var places, pairs []string
	for i := range r.d.Resources {
		places = append(places, r.Place(r.d, i)...)
	}
	slices.SortFunc(places, func(a, b string) int { return len(b) - len(a) }) // one may begin another
	for _, place := range places {
		if shown := source.Shown(place); shown != place && !strings.Contains(place, "://") {
			pairs = append(pairs, place, shown)
		}
	}
	return strings.NewReplacer(pairs...).Replace(reason)
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
