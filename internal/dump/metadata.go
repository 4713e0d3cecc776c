package dump

import (
	"encoding/json"
	"time"

	"maille/internal/dataset"
)

// metadata is what a file says of itself, for machines: JSON in the words of Data Package v2 (Data Resource), and About's.
// Equal contents give equal bytes.
func (c *Content) metadata() []byte {
	type fetched struct {
		Path string `json:"path"`
		Date string `json:"date"`
	}
	about := struct {
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
	}{
		Name: c.Name, Title: c.Title, Description: c.Description, Licenses: c.Licenses, Sources: c.Sources,
		Publisher: c.About.Instance, Release: c.About.Release, Version: c.About.Version, Path: c.About.Link, Choice: c.About.Choice,
	}
	if !c.About.Published.IsZero() {
		about.Published = c.About.Published.UTC().Format(time.RFC3339)
	}
	for _, f := range c.About.Fetched {
		about.Fetched = append(about.Fetched, fetched{f.Place, f.Date.UTC().Format(time.DateOnly)})
	}
	data, _ := json.Marshal(about) // of texts: nothing that JSON cannot say
	return data
}
