package indicator

import (
	"encoding/json"
	"slices"
	"time"

	"maille/internal/release"
)

// Origin is a dataset that nothing here made: its version, and the publisher's files that it was read from.
type Origin struct {
	Dataset string     `json:"dataset"`
	Title   string     `json:"title"`
	Version string     `json:"version"`
	Hash    string     `json:"hash"`  // SHA-256 of the version
	Since   string     `json:"since"` // the release from which this version stands
	Files   []FileRead `json:"files"`
}

// FileRead is a publisher's file.
type FileRead struct {
	Place    string    `json:"place"`
	URL      string    `json:"url"`
	SHA256   string    `json:"sha256"`
	Bytes    int64     `json:"bytes"`
	Read     time.Time `json:"retrieved_at"`
	Vintage  string    `json:"vintage,omitempty"`
	Licences []string  `json:"licences,omitempty"`
	Title    string    `json:"title,omitempty"`
}

// lineage says through which methods the number went, and from which files it comes: those of the datasets that the definition names, and of
// all that they are made of.
func (e *explaining) lineage(m *release.Manifest) {
	seen := map[string]bool{}
	derived := func(name string) bool { d := e.Dataset(name); return d != nil && d.IsDerived() }
	for _, name := range append([]string{LongTable}, e.def.Sources...) {
		from := m.Entry(name)
		if from == nil {
			continue
		}
		all := m.Lineage(from, derived)
		if name == LongTable {
			all = all[:1] // it is made of everything, of which the definition names what matters
		}
		for _, entry := range all {
			if seen[entry.Dataset] {
				continue
			}
			seen[entry.Dataset] = true
			if derived(entry.Dataset) {
				e.x.Methods = append(e.x.Methods, e.method(entry))
			} else if len(entry.Artefacts) > 0 {
				e.x.Sources = append(e.x.Sources, e.origin(entry))
			}
		}
	}
}

func (e *explaining) method(entry *release.Entry) Method {
	d := e.Dataset(entry.Dataset)
	m := Method{Dataset: entry.Dataset, Title: d.Title, Version: entry.ID, By: entry.Dataset + ".sql"}
	if c := d.Computed; c != nil {
		m.By, m.Method, m.Seed = c.By, c.Method, c.Seed
		if len(c.Parameters) > 0 {
			m.Parameters = json.RawMessage(c.Parameters)
		}
	}
	return m
}

func (e *explaining) origin(entry *release.Entry) Origin {
	d := e.Dataset(entry.Dataset)
	o := Origin{Dataset: entry.Dataset, Title: d.Title, Version: entry.ID, Hash: entry.Hash, Since: entry.Since, Files: []FileRead{}}
	for _, a := range entry.Artefacts {
		f := FileRead{Place: a.Place, URL: a.URL, SHA256: a.SHA256, Bytes: a.Bytes, Read: a.RetrievedAt, Vintage: a.Vintage, Licences: slices.Clone(a.Licences)}
		if a.Resource >= 0 && a.Resource < len(d.Resources) {
			f.Title = d.Resources[a.Resource].Title
		}
		if len(f.Licences) == 0 {
			for _, l := range d.Licenses {
				f.Licences = append(f.Licences, l.Name)
			}
		}
		o.Files = append(o.Files, f)
	}
	return o
}
