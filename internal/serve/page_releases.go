package serve

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"time"

	"maille/internal/release"
)

// ReleasesPage lists the releases, the last one first.
type ReleasesPage struct {
	Releases  []PastRelease
	NextDates []Due
	Ends      []announcedEnd
	Failed    []FailedAttempt // since the release that is served
	Failures  []FailedAttempt // before it
	Sources   []Cutoff        // of the newest release
	Older     string          // address of those before; "" where there are none
	Newest    bool            // the list begins with the newest
}

// PastRelease is a release in the list.
type PastRelease struct {
	Release    string
	DOI        string // "" for none
	Published  time.Time
	Previous   string
	Current    bool
	Readable   bool
	Datasets   int64
	Files      int64
	Bytes      int64
	Changes    []ChangedCollection // the most changed first, namedChanges of them
	Others     int                 // that changed besides
	Reworded   []string            // titles of collections described in other words, namedChanges of them
	Rewordings int                 // how many there are
	Stale      int
	Withdrawn  []string
	Correction string
	Erased     []Erasure
}

// ChangedCollection is what a release changed in one of its collections.
type ChangedCollection struct {
	Title                   string
	Href                    string // of its differences, or of it when it is new
	Added, Removed, Changed int64
	Columns                 int // that came, went or are of another type
	Causes                  []string
}

// Erasure is a tombstone, in the words of the page.
type Erasure struct {
	Title, Reason string
	At            time.Time
}

// Due is when collections of one rhythm are next brought up to date.
type Due struct {
	Frequency string
	Next      time.Time
	Datasets  int
}

// FailedAttempt is a publication that was tried and came to nothing.
type FailedAttempt struct {
	At      time.Time
	Refused bool // by a check, rather than failed
	Reason  string
}

// Cutoff is until when the sources of a collection are known.
type Cutoff struct {
	Title     string
	Retrieved time.Time
	Vintage   string
}

// namedChanges is how many collections the page names for each release, so that fifty of them stay under 100 kB.
const namedChanges = 3

func (s *Server) releasesPage(w http.ResponseWriter, r *request, before string) error {
	l, err := s.listReleases(r.Context(), r, before)
	if err != nil {
		return err
	}
	p := s.page(r, "releases", "", "/releases", offerJSON)
	v := s.current.Load()
	if v != nil {
		p.Current = v.manifest.Release
	}
	body := &ReleasesPage{Older: l.next(r), Newest: before == ""}
	for i := range l.Releases {
		body.Releases = append(body.Releases, pastRelease(r, v, &l.Releases[i]))
	}
	for _, d := range l.NextDates {
		body.NextDates = append(body.NextDates, Due{d.Frequency, d.Next, len(d.Datasets)})
	}
	body.Ends = l.Ends
	for _, a := range l.Failed {
		list := &body.Failed
		if v != nil && a.At.Before(v.manifest.Published) {
			list = &body.Failures
		}
		*list = append(*list, FailedAttempt{a.At, a.Status == release.Refused, a.Reason})
	}
	if before == "" && len(l.Releases) > 0 {
		for _, c := range l.Releases[0].Sources {
			body.Sources = append(body.Sources, Cutoff{v.titled(c.Dataset), c.Retrieved, c.Vintage})
		}
	}
	p.Body = body
	var text bytes.Buffer
	if err := s.Pages.Render(&text, p); err != nil {
		return err
	}
	return s.giveListed(w, r, mediaHTML, pageHeaders(security), text.Bytes())
}

func pastRelease(r *request, v *view, l *releaseLine) PastRelease {
	p := PastRelease{Release: l.Release, DOI: l.DOI, Published: l.Published, Previous: l.Previous, Current: l.Current, Readable: l.Readable, Datasets: l.Datasets,
		Files: l.Files, Bytes: l.Bytes, Rewordings: len(l.Reworded), Stale: len(l.Stale), Correction: l.Correction}
	changes := slices.Clone(l.Changes)
	slices.SortStableFunc(changes, func(a, b release.DatasetChange) int {
		return cmp.Compare(b.Added+b.Removed+b.Changed, a.Added+a.Removed+a.Changed)
	})
	p.Others = max(0, len(changes)-namedChanges)
	for _, c := range changes[:min(len(changes), namedChanges)] {
		where := "/changes/"
		if c.Before == "" { // it is new: all of its rows came
			where = "/collections/"
		}
		p.Changes = append(p.Changes, ChangedCollection{v.titled(c.Dataset), r.root + "/r/" + l.Release + where + c.Dataset,
			c.Added, c.Removed, c.Changed, len(c.Columns), c.Causes})
	}
	for _, name := range l.Reworded[:min(len(l.Reworded), namedChanges)] {
		p.Reworded = append(p.Reworded, v.titled(name))
	}
	for _, name := range l.Withdrawn {
		p.Withdrawn = append(p.Withdrawn, v.titled(name))
	}
	for _, t := range l.Erased {
		p.Erased = append(p.Erased, Erasure{v.titled(t.Dataset), t.Reason, t.At})
	}
	return p
}

// titled is what people call a dataset: by its name where the release that is served has it no more.
func (v *view) titled(name string) string {
	if v != nil && v.datasets[name] != nil {
		return v.datasets[name].Title
	}
	return name
}
