package tile

import (
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// census counts the features as they come, and knows the one that says most: who looks for a tile that is too heavy looks
// for it.
type census struct {
	Report
	dataset *dataset.Dataset
	texts   []int // columns of tiles whose values may be of any length
	most    int   // bytes of texts
	who     string
}

func newCensus(d *dataset.Dataset) *census {
	c := &census{dataset: d, most: -1}
	for i := range d.Schema.Columns {
		column := &d.Schema.Columns[i]
		if (column.Type == schema.String || column.Type == schema.List) && carries(d, column.Name) {
			c.texts = append(c.texts, i)
		}
	}
	return c
}

// carries says whether tiles have a column.
func carries(d *dataset.Dataset, name string) bool {
	for _, l := range Layers(d) {
		for _, f := range l.Fields {
			if f.Name == name {
				return true
			}
		}
	}
	return false
}

// count passes on the features that have a geometry.
func (c *census) count(features Features) Features {
	return func(yield func(*dataset.Feature, error) bool) {
		for f, err := range features {
			if err != nil {
				yield(nil, err)
				return
			}
			c.Features++
			if nowhere(f.WKB) {
				c.Unlocated++
				continue
			}
			c.weigh(f)
			if !yield(f, nil) {
				return
			}
		}
	}
}

func (c *census) weigh(f *dataset.Feature) {
	said := 0
	for _, at := range c.texts {
		said += len(f.Values[at].Text())
	}
	if said <= c.most {
		return
	}
	c.most = said
	var key []string
	for _, name := range c.dataset.Publication.Key {
		key = append(key, name+"="+f.Values[c.dataset.Schema.Index(name)].String())
	}
	c.who = strings.Join(key, ", ")
}

// choose is the longest run of zooms that are within the budget, the last of those as long: an archive has no gap. The report
// says which these are, and which are left out.
func (c *census) choose(spools []*spool) (kept []*spool) {
	for i := range spools {
		n := 0
		for i+n < len(spools) && spools[i+n].held {
			n++
		}
		if n >= len(kept) {
			kept = spools[i : i+n]
		}
	}
	for _, s := range spools {
		switch {
		case !s.held:
			c.LeftOut = append(c.LeftOut, LeftOut{s.Zoom.Zoom, s.over.Where, s.over.Bytes})
		case s.Zoom.Zoom < kept[0].Zoom.Zoom || s.Zoom.Zoom > kept[len(kept)-1].Zoom.Zoom:
			c.LeftOut = append(c.LeftOut, LeftOut{Zoom: s.Zoom.Zoom})
		case s.Tiles > 0:
			c.Zooms = append(c.Zooms, s.Zoom)
		}
	}
	return kept
}

// longestKey is how much of a key is said.
const longestKey = 100

// refusal is of a dataset that has shapes, and no zoom within the budget.
func (c *census) refusal(budget int) error {
	lightest := c.LeftOut[0]
	for _, l := range c.LeftOut {
		if l.Bytes < lightest.Bytes {
			lightest = l
		}
	}
	return fault.New(fault.Refused, "%s: no zoom has all its tiles within %d bytes, and %s has %d; the feature that says most is %.*s, with %d bytes of text",
		c.dataset.Name, budget, lightest.Where, lightest.Bytes, longestKey, c.who, c.most).About(c.dataset.Name)
}
