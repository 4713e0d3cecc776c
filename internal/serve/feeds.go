package serve

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

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
	if err := r.only(); err != nil {
		return err
	}
	r.tells = true
	f := &feed{about: "all", title: catalog.FeedTitle(s.Title, ""), page: r.root + "/releases", updated: r.manifest.Published}
	return s.feed(w, r, f, func(ctx context.Context) (entries []catalog.FeedEntry, _ error) {
		past, err := s.DB.History(ctx, "", mostEntries)
		if err != nil {
			return nil, err
		}
		failures, err := s.DB.Attempts(ctx, mostFailures, release.Refused, release.Failed)
		if err != nil {
			return nil, err
		}
		rows, err := s.firstChanges(ctx, past, "")
		if err != nil {
			return nil, err
		}
		for i := range past {
			entries = append(entries, r.told(&past[i], f.about, rows)...)
		}
		for _, a := range failures {
			entries = append(entries, catalog.Failure(r.root, f.page, a))
		}
		return entries, nil
	})
}

// feedCollection is the feed of a collection, of one that is no longer published too: who follows it is told there.
func (s *Server) feedCollection(w http.ResponseWriter, r *request) error {
	if err := r.only(); err != nil {
		return err
	}
	name := r.variable("collection")
	f := &feed{about: "collections/" + name, title: catalog.FeedTitle(s.Title, r.titled(name)), page: r.root + "/collections/" + name}
	if e := r.manifest.Entry(name); e != nil {
		f.updated = e.Modified
	} else if strings.Trim(name, inDatasetNames) != "" {
		return r.noCollection(name)
	} else {
		f.page = r.root + "/releases"
	}
	return s.feed(w, r, f, func(ctx context.Context) (entries []catalog.FeedEntry, _ error) {
		past, err := s.DB.HistoryOf(ctx, name, mostEntries)
		if err != nil {
			return nil, err
		}
		if len(past) == 0 && r.datasets[name] == nil {
			return nil, r.noCollection(name)
		}
		rows, err := s.firstChanges(ctx, past, name)
		if err != nil {
			return nil, err
		}
		begun := false // a release says that it is new
		for i := range past {
			x := &past[i]
			begun = begun || slices.ContainsFunc(x.Summary.Changes, func(c release.DatasetChange) bool { return c.Dataset == name && c.Before == "" })
			entries = append(entries, r.toldOfOne(x, f, name, begun, rows)...)
		}
		return entries, nil
	})
}

// inDatasetNames are the characters of a dataset's name.
const inDatasetNames = "abcdefghijklmnopqrstuvwxyz0123456789-"

// toldOfOne are the entries of a release in the feed of a collection.
func (r *request) toldOfOne(x *store.Past, f *feed, name string, begun bool, rows map[string][]release.RowChange) (entries []catalog.FeedEntry) {
	e := r.event(x, f.about)
	for _, c := range x.Summary.Changes {
		if c.Dataset == name {
			e.Told = append(e.Told, r.toldOf(x.Release, c, rows))
		}
	}
	if len(e.Told) > 0 || e.First && !begun {
		entries = append(entries, e.Entry())
	}
	if slices.Contains(x.Summary.Withdrawn, name) {
		entries = append(entries, e.Withdrawal(name))
	}
	for _, t := range x.Summary.Erased {
		if t.Dataset == name {
			entries = append(entries, catalog.Erasure(r.root, r.root+"/r/"+x.Release+"/collections/"+name, r.titled(name), t))
		}
	}
	return entries
}

// feed is what a feed says of itself.
type feed struct {
	about       string // what it is of, as its address has it
	title, page string
	updated     time.Time // when it has no entry
}

// feed answers a feed. Its tag is of its bytes: readers that come back after a release which says nothing new to them are told
// so. Until one comes, or a publication fails, it is answered as before without a look.
func (s *Server) feed(w http.ResponseWriter, r *request, f *feed, build func(context.Context) ([]catalog.FeedEntry, error)) error {
	key := fmt.Sprint(s.at(r.Request), " ", r.digest, " ", r.edited(), " ", r.failures)
	body, err := once(r.Context(), &s.writing, key, func(ctx context.Context) ([]byte, error) {
		entries, err := build(ctx)
		if err != nil {
			return nil, err
		}
		out := &catalog.Feed{ID: catalog.Tag(r.root, "feeds/"+f.about), Title: f.title, Author: cmp.Or(s.Publisher.Name, s.Title), AuthorURL: s.Publisher.URL,
			Updated: f.updated, Self: r.root + "/feeds/" + f.about + ".atom", Page: f.page, Entries: onceEach(entries)}
		var body bytes.Buffer
		err = out.Write(&body)
		return body.Bytes(), err
	})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	form := &form{key: hex.EncodeToString(sum[:16]), mediaType: catalog.AtomMediaType, caching: caching, compressible: compressible(catalog.AtomMediaType)}
	return s.give(w, r, form, func(_ context.Context, w io.Writer) (http.Header, error) {
		_, err := w.Write(body)
		return nil, err
	})
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

// firstChanges are the first rows of the files of changes, by release and dataset; of one dataset, or of all for "". A release
// shows so many: its files are read until they are there, those of several releases at once.
func (s *Server) firstChanges(ctx context.Context, past []store.Past, only string) (map[string][]release.RowChange, error) {
	var names []string
	for i := range past {
		names = append(names, past[i].Release)
	}
	files, err := s.DB.ChangesFiles(ctx, names, only)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	rows := map[string][]release.RowChange{}
	readers, ctx := errgroup.WithContext(ctx)
	readers.SetLimit(filesAtOnce)
	for len(files) > 0 {
		n := slices.IndexFunc(files, func(f store.ChangesFile) bool { return f.Release != files[0].Release })
		if n < 0 {
			n = len(files)
		}
		of := files[:n]
		files = files[n:]
		readers.Go(func() error {
			for i, left := 0, release.MostSampled; i < len(of) && left > 0; i++ {
				first, err := s.firstOf(ctx, of[i].SHA256)
				if err != nil {
					return fmt.Errorf("%s of %s: %w", of[i].Dataset, of[i].Release, err)
				}
				left -= len(first)
				mu.Lock()
				rows[of[i].Release+" "+of[i].Dataset] = first
				mu.Unlock()
			}
			return nil
		})
	}
	return rows, readers.Wait()
}

// filesAtOnce is how many files of changes a feed reads at the same time: a store of files may be far.
const filesAtOnce = 8

// firstOf are the first rows of a file of changes, which never changes. One that is no longer there has none to tell.
func (s *Server) firstOf(ctx context.Context, hash string) ([]release.RowChange, error) {
	if rows, ok := s.firstRows.Get(hash); ok {
		return rows, nil
	}
	content, err := s.Blobs.Get(ctx, hash)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := dump.ReadChanges(content, release.MostSampled)
	if err = errorsFirst(err, content.Close()); err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i] = catalog.Shortened(rows[i])
	}
	s.firstRows.Add(hash, rows)
	return rows, nil
}
