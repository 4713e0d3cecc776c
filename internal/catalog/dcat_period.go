package catalog

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"maille/internal/dataset"
	"maille/internal/release"
)

// temporal is a blank node: data.gouv.fr fetches a period that has an address.
func (c *Catalogue) temporal(name string) value {
	p := c.period(name)
	return inside("dct:PeriodOfTime").
		set("dcat:startDate", typed(p.From, "xsd:date")).
		set("dcat:endDate", typed(p.To, "xsd:date")).
		value()
}

// period is which days a dataset speaks of: those of its features; else those that its files are of, and for one whose
// files say nothing the day that its content came. A derived one is of the year of its communes, but for a series, and for
// what has no communes of its own: they are of the days of what they are derived from. None depends on when a file was last
// fetched, which is no news.
func (c *Catalogue) period(name string) dataset.Interval {
	d, e := c.Datasets[name], c.Manifest.Entry(name)
	if span := c.Spans[name]; span != (dataset.Interval{}) {
		return span
	}
	if d.IsDerived() && (d.Publication.COG == "" || slices.Contains(d.Publication.Key, "trimestre")) {
		return cmp.Or(c.inputs(d), c.taken(e))
	}
	p := dataset.Interval{}
	dated := len(e.Artefacts) > 0
	for i := range e.Artefacts {
		vintage := vintage(e.Artefacts[i].Vintage)
		p, dated = joined(p, vintage), dated && vintage != (dataset.Interval{})
	}
	switch {
	case dated:
		return p
	case p == (dataset.Interval{}) && d.Publication.COG != "":
		return cmp.Or(vintage(d.Publication.COG), c.taken(e))
	}
	return joined(p, c.taken(e))
}

// inputs joins the periods of those that are about something else than communes, or of all where none is.
func (c *Catalogue) inputs(d *dataset.Dataset) (own dataset.Interval) {
	all := dataset.Interval{}
	for _, name := range d.From() {
		if c.Manifest.Entry(name) == nil {
			continue
		}
		p := c.period(name)
		all = joined(all, p)
		if c.Datasets[name].Publication.COG == "" {
			own = joined(own, p)
		}
	}
	return cmp.Or(own, all)
}

// taken is the day that the content came.
func (c *Catalogue) taken(e *release.Entry) dataset.Interval {
	d := c.entryDay(e)
	return dataset.Interval{From: d, To: d}
}

// joined is from the first to the last day of both.
func joined(a, b dataset.Interval) dataset.Interval {
	switch {
	case a == (dataset.Interval{}):
		return b
	case b == (dataset.Interval{}):
		return a
	}
	return dataset.Interval{From: min(a.From, b.From), To: max(a.To, b.To)}
}

var quarter = regexp.MustCompile(`^(\d{4})T([1-4])$`)

// vintage is the days of a year, a quarter, a month or a day; none of another text.
func vintage(text string) dataset.Interval {
	months := 12
	if m := quarter.FindStringSubmatch(text); m != nil {
		q, _ := strconv.Atoi(m[2])
		text, months = fmt.Sprintf("%s-%02d", m[1], 3*q-2), 3
	} else if len(text) == len("2026-10") {
		months = 1
	}
	for _, form := range []string{"2006", "2006-01"} {
		if from, err := time.Parse(form, text); err == nil {
			return dataset.Interval{From: day(from), To: day(from.AddDate(0, months, -1))}
		}
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return dataset.Interval{}
	}
	return dataset.Interval{From: text, To: text}
}
