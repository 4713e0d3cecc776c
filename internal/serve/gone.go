package serve

import (
	"fmt"
	"net/http"
	"slices"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// gone answers 410 for what the release no longer has: rows whose table was pruned, with links to the files that stay, or a
// file that a person's data were taken out of, with one to the file in its place.
func (s *Server) gone(w http.ResponseWriter, r *request, because error) {
	p := problem{Status: http.StatusGone, Detail: fault.Message(because), Parameter: fault.Subject(because)}
	var d *dataset.Dataset
	if r.view != nil {
		d = r.datasets[r.variable("collection")]
	}
	if d != nil {
		e := r.manifest.Entry(d.Name)
		if r.pruned[d.Name] || p.Parameter == "" {
			p.Parameter = "release"
			p.Detail = fmt.Sprintf("the rows of %s in release %s are no longer in the database; its files stay: %s", d.Name, r.manifest.Release, r.at(e))
		}
		for _, f := range e.Files {
			if f.Role == release.RoleDump {
				p.Links = append(p.Links, link{r.base + "/d/" + f.Name, "enclosure", f.MediaType, "The whole collection, as a file"})
			}
		}
	}
	s.problem(w, r.Request, p)
}

// at is where the first file of a dataset is.
func (r *request) at(e *release.Entry) string {
	if len(e.Files) == 0 {
		return r.base + "/manifest.json"
	}
	return r.base + "/d/" + e.Files[0].Name
}

// rows refuses a dataset whose rows were pruned.
func (r *request) rows(d *dataset.Dataset) error {
	if r.pruned[d.Name] {
		return fault.New(fault.Gone, "the rows of %s in release %s are no longer in the database", d.Name, r.manifest.Release).About("release")
	}
	return nil
}

// erased answers for a file whose address under a release a person's data were at; false for any other.
func (s *Server) erased(w http.ResponseWriter, r *request, name string) bool {
	i := slices.IndexFunc(r.manifest.Erased, func(t release.Tombstone) bool { return slices.Contains(t.Files, name) })
	if i < 0 {
		return false
	}
	t := r.manifest.Erased[i]
	p := problem{Status: http.StatusGone, Parameter: "file",
		Detail: fmt.Sprintf("%s was replaced on %s: a person's data were taken out of it (%s)", name, t.At.Format("2006-01-02"), t.Reason)}
	if f := successorOf(r.manifest, name); f != nil {
		p.Detail += "; the file in its place is " + r.base + "/d/" + f.Name
		p.Links = []link{{r.base + "/d/" + f.Name, "successor-version", f.MediaType, "The file without them"}}
	}
	s.problem(w, r.Request, p)
	return true
}

// successorOf finds the file that stands for one whose address is given up; nil where none does.
func successorOf(m *release.Manifest, name string) *release.File {
	for range 1000 { // an address is given up once for each erasure
		name = release.NextEdition(name)
		if _, f := m.File(name); f != nil {
			return f
		}
		if !slices.ContainsFunc(m.Erased, func(t release.Tombstone) bool { return slices.Contains(t.Files, name) }) {
			return nil
		}
	}
	return nil
}

// tombstones are those of a dataset.
func (r *request) tombstones(name string) (all []release.Tombstone) {
	for _, t := range r.manifest.Erased {
		if t.Dataset == name {
			all = append(all, t)
		}
	}
	return all
}

// erasedItem is the failure for a feature that was taken out of a collection for a person's sake; missing for any other.
func (s *Server) erasedItem(r *request, d *dataset.Dataset, fid string, missing error) error {
	all := r.tombstones(d.Name)
	if len(all) == 0 {
		return missing
	}
	keys, _ := readings(d, fid)
	for _, key := range keys {
		erased, err := s.DB.IsErased(r.Context(), d.Name, d.IDOf(key))
		if err != nil {
			return err
		}
		if erased {
			return fault.New(fault.Gone, "this feature was taken out of %s, for a person's data were in it (%s)", d.Name, all[len(all)-1].Reason).About("featureId")
		}
	}
	return missing
}
