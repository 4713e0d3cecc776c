package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

const (
	mostEntries  = 100 // of a feed: its releases
	mostFailures = 20  // among them
)

// feedLink leads from a page to the feed about the same.
func feedLink(address string) link {
	return link{address, relAlternate, catalog.AtomMediaType, "Atom"}
}

// feeds adds to a page the feed about the same, where the current release has what it is of.
func (p *Page) feeds(r *request, d *dataset.Dataset, path string) {
	if d == nil || r.current != nil && r.current.datasets[d.Name] != nil {
		p.Alternates = append(p.Alternates, feedLink(r.root+"/feeds/"+path+".atom"))
	}
}

// feedOfItem is the path of the feed about an item: of a commune, of an EPCI; "" for none.
func (r *request) feedOfItem(d *dataset.Dataset, id string) string {
	reference, of := r.reference(dataset.ReferenceCommunes)
	switch {
	case of != nil && keyedByCommune(of) && keyedByCommune(d) && (d.Name == reference || d.Name == r.pageOfCommunes(reference)):
		return "communes/" + id
	case d.IsDerived() && isKey(d, epciColumn):
		return "epci/" + id
	}
	return ""
}

// feedAll is the feed of everything: releases, corrections, withdrawals, erasures, publications that were not made.
func (s *Server) feedAll(w http.ResponseWriter, r *request) error {
	past, err := s.past(r)
	if err != nil {
		return err
	}
	failures, err := s.DB.Attempts(r.Context(), mostFailures, release.Refused, release.Failed)
	if err != nil {
		return err
	}
	return s.feed(w, r, "all", catalog.FeedTitle(s.Title, ""), r.root+"/releases", []any{past, failures}, func(ctx context.Context) ([]catalog.FeedEntry, error) {
		rows, err := s.firstRows(ctx, past, "")
		if err != nil {
			return nil, err
		}
		var entries []catalog.FeedEntry
		for i := range past {
			entries = append(entries, r.told(&past[i], "all", rows)...)
		}
		for _, a := range failures {
			entries = append(entries, catalog.Failure(r.root, r.root+"/releases", a))
		}
		return entries, nil
	})
}

// feedCollection is the feed of a collection.
func (s *Server) feedCollection(w http.ResponseWriter, r *request) error {
	d, _, err := r.collection()
	if err != nil {
		return err
	}
	past, err := s.past(r)
	if err != nil {
		return err
	}
	about := "collections/" + d.Name
	return s.feed(w, r, about, catalog.FeedTitle(s.Title, d.Title), r.root+"/collections/"+d.Name, []any{past}, func(ctx context.Context) ([]catalog.FeedEntry, error) {
		rows, err := s.firstRows(ctx, past, d.Name)
		if err != nil {
			return nil, err
		}
		var entries []catalog.FeedEntry
		begun := false // a release says that it is new
		for i := range past {
			x := &past[i]
			e := r.event(x, about)
			for _, c := range x.Summary.Changes {
				if c.Dataset == d.Name {
					e.Told, begun = append(e.Told, r.toldOf(x.Release, c, rows)), begun || c.Before == ""
				}
			}
			if len(e.Told) > 0 || e.First && !begun {
				entries = append(entries, e.Entry())
			}
			for _, t := range x.Summary.Erased {
				if t.Dataset == d.Name {
					entries = append(entries, catalog.Erasure(r.root, r.root+"/r/"+x.Release+"/collections/"+d.Name, d.Title, t))
				}
			}
		}
		return entries, nil
	})
}

// past are the releases that feeds tell of.
func (s *Server) past(r *request) ([]store.Past, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	return s.DB.History(r.Context(), "", mostEntries)
}

// feed answers a feed, which depends on what was read for it rather than on the release: failures and erasures make none.
func (s *Server) feed(w http.ResponseWriter, r *request, about, title, page string, depends []any, build func(context.Context) ([]catalog.FeedEntry, error)) error {
	r.fleeting = true
	read, err := json.Marshal(depends)
	if err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: catalog.AtomMediaType, depends: []string{"feed", r.digest, title, s.Title, s.Publisher.Name, s.Publisher.URL, string(read)},
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			entries, err := build(ctx)
			if err != nil {
				return nil, err
			}
			f := &catalog.Feed{ID: catalog.Tag(r.root, "feeds/"+about), Title: title, Author: cmp.Or(s.Publisher.Name, s.Title), AuthorURL: s.Publisher.URL, Updated: r.manifest.Published,
				Self: r.root + "/feeds/" + about + ".atom", Page: page, Entries: onceEach(entries)}
			return nil, f.Write(w)
		}})
}

// onceEach keeps one entry of each id, the newest entries first.
func onceEach(entries []catalog.FeedEntry) []catalog.FeedEntry {
	seen := map[string]bool{}
	entries = slices.DeleteFunc(entries, func(e catalog.FeedEntry) bool {
		again := seen[e.ID]
		seen[e.ID] = true
		return again
	})
	slices.SortStableFunc(entries, func(a, b catalog.FeedEntry) int { return b.Updated.Compare(a.Updated) })
	return entries[:min(len(entries), mostEntries)]
}

// told are the entries of a release in the feed of everything.
func (r *request) told(x *store.Past, about string, rows map[string][]release.RowChange) (entries []catalog.FeedEntry) {
	e := r.event(x, about)
	left := release.MostSampled
	for _, c := range x.Summary.Changes {
		t := r.toldOf(x.Release, c, rows)
		t.Rows = t.Rows[:min(len(t.Rows), left)]
		left -= len(t.Rows)
		e.Told = append(e.Told, t)
	}
	entries = append(entries, e.Entry())
	if x.Summary.Correction != "" {
		entries = append(entries, e.Correction(x.Summary.Correction))
	}
	for _, name := range x.Summary.Withdrawn {
		entries = append(entries, e.Withdrawal(name))
	}
	for _, t := range x.Summary.Erased {
		entries = append(entries, catalog.Erasure(r.root, e.Page, r.titled(t.Dataset), t))
	}
	return entries
}

func (r *request) event(x *store.Past, about string) *catalog.Event {
	return &catalog.Event{Root: r.root, About: about, Release: x.Release, Published: x.Published, First: x.Previous == "", Page: r.root + "/r/" + x.Release + "/changes"}
}

func (r *request) toldOf(name string, c release.DatasetChange, rows map[string][]release.RowChange) catalog.Told {
	t := catalog.Told{Dataset: c.Dataset, Title: r.titled(c.Dataset), Change: &c.Change, Page: r.root + "/r/" + name + "/changes/" + c.Dataset,
		Rows: rows[name+" "+c.Dataset], Field: titlesOf(r.datasets[c.Dataset], nil)}
	if c.Before == "" {
		t.Page = r.root + "/r/" + name + "/collections/" + c.Dataset
	}
	return t
}

// firstRows reads the beginning of the files of changes, by release and dataset; of one dataset, or of all for "". A file
// that is no longer there has no rows to tell.
func (s *Server) firstRows(ctx context.Context, past []store.Past, only string) (map[string][]release.RowChange, error) {
	var names []string
	for i := range past {
		names = append(names, past[i].Release)
	}
	files, err := s.DB.ChangesFiles(ctx, names)
	if err != nil {
		return nil, err
	}
	rows, each := map[string][]release.RowChange{}, map[string]int{}
	for _, f := range files {
		if only != "" && f.Dataset != only || each[f.Release] >= release.MostSampled {
			continue
		}
		content, err := s.Blobs.Get(ctx, f.SHA256)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		first, err := dump.ReadChanges(content, release.MostSampled)
		if err = errorsFirst(err, content.Close()); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", f.Dataset, f.Release, err)
		}
		rows[f.Release+" "+f.Dataset] = first
		each[f.Release] += len(first)
	}
	return rows, nil
}
