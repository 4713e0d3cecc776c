package serve

import (
	"context"
	"net/http"
	"slices"

	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// feedCommune is the feed of a commune of the reference; the code of one that was leads to those that took its place.
func (s *Server) feedCommune(w http.ResponseWriter, r *request) error {
	if err := r.only(); err != nil {
		return err
	}
	code := r.variable("code")
	name, d := r.reference(dataset.ReferenceCommunes)
	missing := fault.New(fault.NotFound, "no commune has the code %s", shown(code)).About("code")
	if d == nil || !keyedByCommune(d) {
		return missing
	}
	commune, err := s.titleOfRow(r.Context(), r, name, d, code)
	if err != nil {
		return err
	}
	if commune == "" {
		return s.formerAt(w, r, d, code, missing, func(code string) string { return r.root + "/feeds/communes/" + code + ".atom" })
	}
	f := &feed{about: "communes/" + code, title: catalog.FeedTitle(s.Title, commune+" ("+code+")"), updated: r.manifest.Entry(name).Modified,
		page: r.root + "/collections/" + r.pageOfCommunes(name) + "/items/" + code}
	return s.feedOfPlaces(w, r, f, code, []string{code})
}

// feedEPCI is the feed of an intercommunalité: of its communes today.
func (s *Server) feedEPCI(w http.ResponseWriter, r *request) error {
	if err := r.only(); err != nil {
		return err
	}
	siren := r.variable("siren")
	missing := fault.New(fault.NotFound, "no EPCI has the number %s", shown(siren)).About("siren")
	communes, of, err := s.members(r.Context(), r, siren)
	if err != nil {
		return err
	}
	if len(communes) == 0 {
		return missing
	}
	title, f := siren, &feed{about: "epci/" + siren, page: r.root + "/releases", updated: of.Modified}
	for i := range r.manifest.Datasets {
		name := r.manifest.Datasets[i].Dataset
		d := r.datasets[name]
		if !d.IsDerived() || !isKey(d, epciColumn) || d.Publication.Title == "" {
			continue
		}
		found, err := s.titleOfRow(r.Context(), r, name, d, siren)
		if err != nil {
			return err
		}
		if found != "" {
			title, f.page = found, r.root+"/collections/"+name+"/items/"+siren
			break
		}
	}
	f.title = catalog.FeedTitle(s.Title, title)
	return s.feedOfPlaces(w, r, f, "", communes)
}

// epciColumn is what schemas of ours call the number of an EPCI.
const epciColumn = "code_epci"

// members are the communes of an EPCI, as the reference or its composition has them, and the entry of that one.
func (s *Server) members(ctx context.Context, r *request, siren string) (codes []string, of *release.Entry, err error) {
	for i := range r.manifest.Datasets {
		e := &r.manifest.Datasets[i]
		d := r.datasets[e.Dataset]
		at, number := d.Schema.Index("code_insee"), d.Schema.Column(epciColumn)
		if len(d.Publication.Key) != 1 || !isKey(d, "code_insee") || at < 0 || number == nil || !slices.Contains(d.Publication.Index, epciColumn) {
			continue
		}
		if _, wrong := number.Parse(siren); wrong != nil {
			continue
		}
		for f, err := range s.DB.Features(ctx, e.Version, d, dataset.Query{Equal: []dataset.Equal{{Column: epciColumn, Value: siren}}, Columns: []int{at}}) {
			if err != nil {
				return nil, nil, err
			}
			codes = append(codes, f.Values[at].String())
		}
		if len(codes) > 0 {
			slices.Sort(codes)
			return codes, e, nil
		}
	}
	return nil, nil, nil
}

// titleOfRow is the title of a row by its only key; "" where there is none.
func (s *Server) titleOfRow(ctx context.Context, r *request, name string, d *dataset.Dataset, key string) (title string, err error) {
	if _, wrong := d.Schema.Column(d.Publication.Key[0]).Parse(key); wrong != nil {
		return "", nil
	}
	for f, err := range s.DB.Features(ctx, r.manifest.Entry(name).Version, d, dataset.Query{ID: []string{key}, Limit: 1}) {
		if err != nil {
			return "", err
		}
		title = key
		if at := d.Schema.Index(d.Publication.Title); at >= 0 && !f.Values[at].IsNull() {
			title = f.Values[at].String()
		}
		return string([]byte(title)), nil // the feature's texts are the connection's
	}
	return "", nil
}

// pageOfCommunes is the collection whose items are pages of communes: the derived one where there is one.
func (r *request) pageOfCommunes(reference string) string {
	if d := r.datasets["communes"]; d != nil && keyedByCommune(d) {
		return "communes"
	}
	return reference
}

// feedOfPlaces is the feed of what changed for some communes.
func (s *Server) feedOfPlaces(w http.ResponseWriter, r *request, f *feed, commune string, communes []string) error {
	return s.feed(w, r, f, func(ctx context.Context) (entries []catalog.FeedEntry, _ error) {
		lines, err := s.DB.CommuneChanges(ctx, communes, mostEntries)
		if err != nil {
			return nil, err
		}
		for first := 0; first < len(lines); {
			next := first + 1
			for next < len(lines) && lines[next].Release == lines[first].Release {
				next++
			}
			entries = append(entries, r.placeEvent(f.about, commune, lines[first:next]).Entry())
			first = next
		}
		return entries, nil
	})
}

// placeEvent is what a release changed for communes.
func (r *request) placeEvent(about, commune string, lines []release.CommuneChange) *catalog.Event {
	first, chosen := &lines[0], ""
	if commune != "" {
		chosen = "?commune=" + commune
	}
	e := &catalog.Event{Root: r.root, About: about, Release: first.Release, Published: first.Published, Page: r.root + "/r/" + first.Release + "/changes" + chosen}
	left := release.MostSampled
	for i := range lines {
		l := &lines[i]
		t := catalog.Told{Dataset: l.Dataset, Title: r.titled(l.Dataset), Page: r.root + "/r/" + l.Release + "/changes/" + l.Dataset + chosen, Field: titlesOf(r.datasets[l.Dataset], nil),
			Change: &release.Change{Before: l.Dataset, Added: l.Added, Removed: l.Removed, Changed: l.Changed}, Rows: l.Rows[:min(len(l.Rows), left)]}
		left -= len(t.Rows)
		e.Told = append(e.Told, t)
	}
	return e
}
