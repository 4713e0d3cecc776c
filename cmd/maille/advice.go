package main

import (
	"log/slog"

	"maille/internal/dataset"
)

// advise warns of what the configuration says that is allowed, and perhaps a mistake: a DOI outlives its dataset, and a catalogue
// is valid without the kind of its publisher.
func (c *config) advise(log *slog.Logger, known *dataset.Registry) {
	for _, name := range c.DOI.Datasets() {
		if known.Get(name) == nil {
			log.Warn("a DOI is of a dataset that is not described here", "dataset", name)
		}
	}
	if c.BaseURL != "" && c.Publisher.Kind == "" {
		log.Warn("the catalogue does not say what its publisher is, which DCAT-AP recommends: set kind in [publisher]")
	}
}
