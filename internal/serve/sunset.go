package serve

import (
	"net/http"
	"slices"
	"strconv"

	"maille/internal/dataset"
)

// ending is what the answers about a collection say besides, once the day of its end is known.
type ending struct{ deprecation, sunset, link string }

// endingOf is that of the collection that the path names, or whose file it names; nil where it stays. A frozen release stays
// whole, that collection included.
func (r *request) endingOf(name, file string) *ending {
	if r.release != "" || r.view == nil {
		return nil
	}
	if file != "" {
		if e, _ := r.manifest.File(file); e != nil {
			name = e.Dataset
		}
	}
	if d := r.datasets[name]; d != nil && d.Publication.Sunset != nil {
		return r.ended(d.Publication.Sunset)
	}
	return nil
}

// ended writes an end as headers: Deprecation of RFC 9745 §2.1, Sunset of RFC 8594 §3 and its link, §6.
func (r *request) ended(s *dataset.Sunset) *ending {
	return &ending{
		deprecation: "@" + strconv.FormatInt(s.Deprecated().Unix(), 10),
		sunset:      s.End().Format(http.TimeFormat),
		link:        `<` + r.root + `/stabilite>; rel="sunset"; type="text/html"`,
	}
}

// ends has an answer say what ends, whatever it turns out to be.
func ends(w http.ResponseWriter, e *ending) {
	if p, ok := w.(*paced); ok {
		p.ending = e
	}
}

// announce is for the headers as they are sent: those of an answer that is kept are shared.
func (e *ending) announce(h http.Header) {
	if e == nil {
		return
	}
	h.Set("Deprecation", e.deprecation)
	h.Set("Sunset", e.sunset)
	h["Link"] = append(slices.Clip(h["Link"]), e.link)
}

// announcedEnd is an end as the list of releases tells it.
type announcedEnd struct {
	Dataset string `json:"dataset"`
	Title   string `json:"title"`
	*dataset.Sunset
}

// announced are the ends that the release which is served tells.
func (v *view) announced() (ends []announcedEnd) {
	if v == nil {
		return nil
	}
	for i := range v.manifest.Datasets {
		d := v.datasets[v.manifest.Datasets[i].Dataset]
		if s := d.Publication.Sunset; s != nil {
			ends = append(ends, announcedEnd{d.Name, d.Title, s})
		}
	}
	return ends
}
