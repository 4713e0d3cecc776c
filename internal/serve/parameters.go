package serve

import (
	"maille/internal/dataset"
	"maille/internal/release"
)

// The query parameters of each path, in the order in which people read of them. What the handlers accept (request.only)
// and what /api declares are the same lists.

func itemsParameters(d *dataset.Dataset, e *release.Entry) []string {
	names := append([]string{"limit", "after"}, choosing(e)...)
	names = append(append(names, shaping(d)...), offsets(d)...)
	return append(append(names, "f"), d.Schema.Names()...)
}

func exportParameters(d *dataset.Dataset, e *release.Entry) []string {
	names := append(append(choosing(e), shaping(d)...), "limit")
	return append(append(names, "f"), d.Schema.Names()...)
}

func itemParameters(d *dataset.Dataset, _ *release.Entry) []string {
	return append(append([]string{"crs"}, offsets(d)...), "f")
}

// choosing are those that choose features, besides the ones named like a property (OGC 19-079r2
// /req/queryables-query-parameters/parameters).
func choosing(e *release.Entry) []string {
	names := []string{"bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs"}
	if searchable(e) {
		names = append(names, "q")
	}
	return names
}

// shaping are those that say what is written of each feature, and in which order.
func shaping(d *dataset.Dataset) []string {
	names := []string{"sortby", "properties", "skipGeometry", "crs"}
	if d.Publication.Geometry != nil {
		names = append(names, geometryParameter)
	}
	return names
}

func offsets(d *dataset.Dataset) []string {
	if len(d.Levels()) == 0 {
		return nil
	}
	return []string{maxOffset}
}
