package catalog

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
)

// Service is the instance that publishes, as documents name it.
type Service struct {
	Title       string
	Description string
	Publisher   Publisher // who answers for it
	Root        string    // absolute address, without a slash at its end
	DOI         DOIs
}

// Creator is who answers for what the service publishes.
func (s *Service) Creator() string { return cmp.Or(s.Publisher.Name, s.Title) }

// Frozen is the permanent address of a release.
func (s *Service) Frozen(name string) string { return s.Root + "/r/" + name }

// Citation is what a reference to a release, or to a dataset of one, is made of. It says neither when it was read nor an
// address whose content changes, so that equal releases give equal bytes, and a reader needs no day of consultation: ISO
// 690 asks for it where the resource may change.
type Citation struct {
	Creator     string
	Title       string
	Description string
	Host        string // title of the service that a dataset is part of; "" for a whole release
	Release     string
	Dataset     string // "" for a whole release
	Version     string // of the dataset, communes@3f9a1c0b7d2e; the release's name for a whole release
	Published   time.Time
	Address     string // permanent
	Part        string // permanent address of the release that a dataset is part of; "" for a whole release
	Previous    string // that of the same in the release before; "" for none
	DOI         string // of this, or of the dataset whatever its release; "" for none
	Exact       bool   // the DOI is of just this
	Licenses    []dataset.License
	Sources     []dataset.Source
	Keywords    []string
	Extent      *geo.BBox
	Files       []release.File // whole dumps
}

// CiteRelease is the citation of a whole release.
func CiteRelease(s *Service, m *release.Manifest, datasets map[string]*dataset.Dataset) *Citation {
	c := s.cite(m, "")
	c.Title, c.Description, c.Version = s.Title, s.Description, m.Release
	c.Licenses, c.Sources = union(m, datasets)
	return c
}

// CiteDataset is the citation of a dataset of a release.
func CiteDataset(s *Service, m *release.Manifest, d *dataset.Dataset, e *release.Entry) *Citation {
	c := s.cite(m, d.Name)
	c.Title, c.Description, c.Host, c.Version, c.Part = d.Title, d.Description, s.Title, e.String(), s.Frozen(m.Release)+"/"
	c.Licenses, c.Sources, c.Keywords, c.Extent = d.Licenses, d.Sources, d.Keywords, e.Extent
	for _, f := range e.Files {
		if f.Role == release.RoleDump {
			c.Files = append(c.Files, f)
		}
	}
	return c
}

func (s *Service) cite(m *release.Manifest, name string) *Citation {
	c := &Citation{Creator: s.Creator(), Release: m.Release, Dataset: name, Published: m.Published.UTC(), Address: s.Frozen(m.Release) + pathOf(name),
		DOI: s.DOI.Best(m.Release, name), Exact: s.DOI.Exact(m.Release, name) != ""}
	if m.Previous != "" {
		c.Previous = s.Frozen(m.Previous) + pathOf(name)
	}
	return c
}

// Link is what a reader follows: the DOI where this very thing has one, else the permanent address.
func (c *Citation) Link() string {
	if c.Exact {
		return DOIAddress(c.DOI)
	}
	return c.Address
}

// Link is that of the citation of a release, or of a dataset of it.
func (s *Service) Link(releaseName, dataset string) string {
	if doi := s.DOI.Exact(releaseName, dataset); doi != "" {
		return DOIAddress(doi)
	}
	return s.Frozen(releaseName) + pathOf(dataset)
}

// pathOf is that of a dataset below its release; of the release itself for none.
func pathOf(dataset string) string {
	if dataset == "" {
		return "/"
	}
	return "/collections/" + dataset
}

// key names the citation in a list of references.
func (c *Citation) key() string { return cmp.Or(c.Dataset, "publication") + "-" + c.Release }

func (c *Citation) year() string { return strconv.Itoa(c.Published.Year()) }
func (c *Citation) date() string { return c.Published.Format(time.DateOnly) }

func (c *Citation) licences() string {
	names := make([]string, len(c.Licenses))
	for i, l := range c.Licenses {
		names[i] = cmp.Or(l.Title, l.Name)
	}
	return strings.Join(names, " ; ")
}

func (c *Citation) sources() string {
	titles := make([]string, len(c.Sources))
	for i, s := range c.Sources {
		titles[i] = s.Title
	}
	return strings.Join(titles, " ; ")
}

// union are the licences and sources of all datasets of a release, each once, in the release's order.
func union(m *release.Manifest, datasets map[string]*dataset.Dataset) (licenses []dataset.License, sources []dataset.Source) {
	seen := map[string]bool{}
	once := func(key string) bool { again := seen[key]; seen[key] = true; return !again }
	for i := range m.Datasets {
		d := datasets[m.Datasets[i].Dataset]
		for _, l := range d.Licenses {
			if once("licence " + l.Name) {
				licenses = append(licenses, l)
			}
		}
		for _, s := range d.Sources {
			if once("source " + s.Title + " " + s.Path) {
				sources = append(sources, s)
			}
		}
	}
	return licenses, sources
}
