package dump

import (
	"encoding/json"
	"time"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// resource is a Data Resource.
type resource struct {
	Name        string            `json:"name"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Licenses    []dataset.License `json:"licenses,omitempty"`
	Sources     []dataset.Source  `json:"sources,omitempty"`
	Publisher   string            `json:"publisher,omitempty"`
	Release     string            `json:"release,omitempty"`
	Published   string            `json:"published,omitempty"`
	Version     string            `json:"version,omitempty"`
	Path        string            `json:"path,omitempty"`
	Choice      string            `json:"choice,omitempty"`
	Fetched     []fetched         `json:"fetched,omitempty"`
	Schema      *schema.Schema    `json:"schema,omitempty"`
}

type fetched struct {
	Path string `json:"path"`
	Date string `json:"date"`
}

// metadata is what a file says of itself, for machines: JSON in the words of Data Package v2 (Data Resource), and About's.
// Equal contents give equal bytes.
func (c *Content) metadata() []byte {
	data, _ := json.Marshal(c.about()) // of texts: nothing that JSON cannot say
	return data
}

// resource is metadata with a Table Schema of the columns that are written: their titles, definitions, types, units and
// admitted values, for a format whose columns have but a name and a type.
func (c *Content) resource() []byte {
	about := c.about()
	about.Schema = &schema.Schema{}
	for _, i := range c.columns() {
		about.Schema.Columns = append(about.Schema.Columns, c.Schema.Columns[i])
	}
	data, _ := json.Marshal(about)
	return data
}

func (c *Content) about() *resource {
	about := &resource{
		Name: c.Name, Title: c.Title, Description: c.Description, Licenses: c.Licenses, Sources: c.Sources,
		Publisher: c.About.Instance, Release: c.About.Release, Version: c.About.Version, Path: c.About.Link, Choice: c.About.Choice,
	}
	if !c.About.Published.IsZero() {
		about.Published = c.About.Published.UTC().Format(time.RFC3339)
	}
	for _, f := range c.About.Fetched {
		about.Fetched = append(about.Fetched, fetched{f.Place, f.Date.UTC().Format(time.DateOnly)})
	}
	return about
}
