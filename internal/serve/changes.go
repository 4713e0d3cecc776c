package serve

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

// changesDocument is what a release changed since another.
type changesDocument struct {
	Release    string          `json:"release"`
	Published  time.Time       `json:"published"`
	Since      string          `json:"since,omitempty"` // none for the first release
	Commune    string          `json:"commune,omitempty"`
	Correction string          `json:"correction,omitempty"`
	Withdrawn  []string        `json:"withdrawn,omitempty"`
	Datasets   []datasetChange `json:"datasets"` // that differ
	Links      []link          `json:"links"`
}

// datasetChange is what changed in a dataset. Counts that nobody has counted yet are left out: the difference itself has them.
type datasetChange struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Before   string   `json:"before,omitempty"` // version; none of a dataset that is new
	After    string   `json:"after"`
	Added    *int64   `json:"added,omitempty"`
	Removed  *int64   `json:"removed,omitempty"`
	Changed  *int64   `json:"changed,omitempty"`
	Columns  []string `json:"columns,omitempty"`
	Causes   []string `json:"causes,omitempty"`
	Sentence string   `json:"sentence"` // in French
	Links    []link   `json:"links"`
}

// changes answers what a release changed since the one before, or since another.
func (s *Server) changes(w http.ResponseWriter, r *request) error {
	page, err := s.wantsPage(r, offerJSON)
	if err != nil {
		return err
	}
	if err := r.only("since", "commune", "f"); err != nil {
		return err
	}
	before, err := s.since(r)
	if err != nil {
		return err
	}
	commune, err := r.commune()
	if err != nil {
		return err
	}
	depends := []string{"changes", before.id(), commune}
	if page {
		return s.show(w, r, depends, func(ctx context.Context) (*Page, error) { return s.changesPage(ctx, r, before, commune) })
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: append(depends, r.digest),
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			document, err := s.changesOf(ctx, r, before, commune)
			if err != nil {
				return nil, err
			}
			return nil, writeJSON(w, document)
		}})
}

// since is the release to compare with: the one before, or that of the parameter, which must have come before; nil for the
// first release.
func (s *Server) since(r *request) (*view, error) {
	name := r.manifest.Previous
	if r.params.Has("since") {
		name = r.params.Get("since")
	}
	if name == "" && !r.params.Has("since") {
		return nil, nil
	}
	refused := fault.New(fault.Invalid, "since: no release is named %s; %s/releases lists them", shown(name), r.root).About("since")
	if !release.Pattern.MatchString(name) {
		return nil, refused
	}
	other := &request{Request: r.Request, root: r.root, release: name}
	v, err := s.view(other)
	if fault.KindOf(err) == fault.NotFound {
		return nil, refused
	}
	if err == nil && !release.Earlier(name, r.manifest.Release) {
		return nil, fault.New(fault.Invalid, "since: %s did not come before %s; ask %s/r/%s/changes?since=%s", name, r.manifest.Release, r.root, name, r.manifest.Release).About("since")
	}
	return v, err
}

// commune reads the code of a commune; "" for all.
func (r *request) commune() (string, error) {
	code := r.params.Get("commune")
	if r.params.Has("commune") && (len(code) != 5 || strings.Trim(code, "0123456789AB") != "") {
		return "", fault.New(fault.Invalid, "commune: %s is no code of a commune, which has five characters", shown(code)).About("commune")
	}
	return code, nil
}

func (s *Server) changesOf(ctx context.Context, r *request, before *view, commune string) (*changesDocument, error) {
	m := r.manifest
	c := &changesDocument{Release: m.Release, Published: m.Published, Commune: commune, Datasets: []datasetChange{}, Links: s.people([]link{
		{r.base + "/changes" + r.question(), relSelf, mediaJSON, "What changed"},
		{r.root + "/releases", "version-history", mediaJSON, "All releases"},
		{r.root + "/feeds/all.atom", "alternate", catalog.AtomMediaType, "What changes, as a feed"},
	}, r.base+"/changes")}
	if before == nil {
		return c, nil
	}
	if c.Since = before.manifest.Release; c.Since == m.Previous {
		c.Correction, c.Withdrawn = m.Correction, m.Withdrawn
	} else {
		c.Withdrawn = lacking(before.manifest, m)
	}
	counts, err := s.communeCounts(ctx, r, before, commune)
	if err != nil {
		return nil, err
	}
	for i := range m.Datasets {
		e := &m.Datasets[i]
		old := before.manifest.Entry(e.Dataset)
		if old != nil && old.Hash == e.Hash || commune != "" && counts != nil && counts[e.Dataset] == nil {
			continue
		}
		if commune != "" && r.datasets[e.Dataset].Publication.Commune == "" {
			continue
		}
		line, err := s.changeLine(ctx, r, &compared{before: before, after: r.view, name: e.Dataset, commune: commune})
		if err != nil {
			return nil, err
		}
		if counts != nil {
			line.count(counts[e.Dataset])
		}
		c.Datasets = append(c.Datasets, *line)
	}
	return c, nil
}

// lacking are the datasets that a release had and another no longer has.
func lacking(before, after *release.Manifest) (names []string) {
	for i := range before.Datasets {
		if name := before.Datasets[i].Dataset; after.Entry(name) == nil {
			names = append(names, name)
		}
	}
	return names
}

// communeCounts are what was counted for a commune when the release was published, by dataset; nil where it is not known.
func (s *Server) communeCounts(ctx context.Context, r *request, before *view, commune string) (map[string]*release.Change, error) {
	if commune == "" || before.manifest.Release != r.manifest.Previous {
		return nil, nil
	}
	lines, err := s.DB.CommuneChangesIn(ctx, r.manifest.Release, commune)
	counts := map[string]*release.Change{}
	for _, l := range lines {
		counts[l.Dataset] = &release.Change{Before: " ", Added: l.Added, Removed: l.Removed, Changed: l.Changed}
	}
	return counts, err
}

// compared is a dataset between two releases.
type compared struct {
	before, after *view
	name, commune string
}

func (c *compared) entries() (before, after *release.Entry) {
	return c.before.manifest.Entry(c.name), c.after.manifest.Entry(c.name)
}

func (c *compared) difference(limit int) store.Difference {
	before, after := c.entries()
	return store.Difference{Before: store.Side{Version: before.Version, Dataset: c.before.datasets[c.name]},
		After: store.Side{Version: after.Version, Dataset: c.after.datasets[c.name]}, Commune: c.commune, Limit: limit}
}

// filed is what was said and counted when the release was published, where it is between these versions: of the rows of all
// communes, which its files have. nil otherwise.
func (c *compared) filed() *release.Change {
	before, after := c.entries()
	if after.Change == nil || before == nil && after.Change.Before != "" || before != nil && before.ID != after.Change.Before {
		return nil
	}
	return after.Change
}

// known is what was counted of the rows that are asked; nil otherwise.
func (c *compared) known() *release.Change {
	if c.commune != "" {
		return nil
	}
	return c.filed()
}

// about is a change without its counts.
func (c *compared) about(ctx context.Context, s *Server) (_ *release.Change, err error) {
	if filed := c.filed(); filed != nil && filed.Since == c.before.manifest.Release {
		return filed, nil
	}
	before, after := c.entries()
	change := &release.Change{Since: c.before.manifest.Release}
	if before == nil {
		change.Added = after.Rows
		return change, nil
	}
	asked := release.Comparison{Before: c.before.manifest, After: c.after.manifest, Geography: func(name string) bool {
		d := c.after.datasets[name]
		return d != nil && d.Publication.Reference != ""
	}, Recoded: func(before, after int64) bool {
		recoded, failed := s.DB.Recoded(ctx, before, after)
		if failed != nil {
			err = failed
		}
		return recoded
	}}
	change.Before, change.Causes = before.ID, asked.Causes(c.name)
	change.Columns = release.Columns(c.before.datasets[c.name], c.after.datasets[c.name])
	return change, err
}

func (s *Server) changeLine(ctx context.Context, r *request, c *compared) (*datasetChange, error) {
	change, err := c.about(ctx, s)
	if err != nil {
		return nil, err
	}
	d := r.datasets[c.name]
	line := &datasetChange{ID: c.name, Title: d.Title, Before: change.Before, After: r.manifest.Entry(c.name).ID, Columns: change.Columns, Causes: change.Causes}
	known := c.known()
	if known == nil && change.Before == "" {
		known = change
	}
	line.count(known)
	at := r.base + "/changes/" + c.name + changesQuery(r, c)
	line.Links = []link{{at + joint(at) + "f=json", "describedby", mediaJSON, "The rows"}, {at + joint(at) + "f=csv", "enclosure", offerCSV.mediaType, "The rows, as CSV"}}
	if s.Pages != nil {
		line.Links = append(line.Links, link{at + joint(at) + "f=html", relAlternate, mediaHTML, "The rows, as a page"})
	}
	return line, nil
}

// count says what was counted; nil for what is not known.
func (l *datasetChange) count(c *release.Change) {
	if c == nil {
		l.Sentence = catalog.Uncounted(l.Title)
		return
	}
	l.Added, l.Removed, l.Changed = &c.Added, &c.Removed, &c.Changed
	l.Sentence = catalog.ChangeSentence(l.Title, &release.Change{Before: l.Before, Added: c.Added, Removed: c.Removed, Changed: c.Changed, Columns: l.Columns})
}

// changesQuery is what a link to a difference keeps of the request.
func changesQuery(r *request, c *compared) string {
	var parts []string
	if r.params.Has("since") {
		parts = append(parts, "since="+c.before.manifest.Release)
	}
	if c.commune != "" {
		parts = append(parts, "commune="+c.commune)
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

func joint(address string) string {
	if strings.Contains(address, "?") {
		return "&"
	}
	return "?"
}

// titlesOf gives the title of a field.
func titlesOf(after, before *dataset.Dataset) func(string) string {
	return func(name string) string {
		for _, d := range []*dataset.Dataset{after, before} {
			if d == nil {
				continue
			}
			if c := d.Schema.Column(name); c != nil && c.Title != "" {
				return c.Title
			}
		}
		if name == dataset.GeometryField {
			return texts.Say("geometry")
		}
		return name
	}
}
