package indicator

import (
	"context"
	"slices"

	"maille/internal/dataset"
)

// Known is what is known of the places that an answer looks for: those of the territory, and as far around as distances are looked at.
type Known struct {
	Places int    `json:"lieux"`
	Silent int    `json:"sans_reponse"`           // of them, those that do not say whether they have the offer that is asked
	First  string `json:"maj_premiere,omitempty"` // day of the row that was updated first
	Last   string `json:"maj_derniere,omitempty"` // and last
}

// knownPlaces counts the places of the territory and around it.
func (s *Source) knownPlaces(ctx context.Context, f *facts, o Offer) (*Known, error) {
	if s.Dataset(places) == nil {
		return nil, nil
	}
	const updated, hours = "date_maj", "horaires"
	column := families[o.Family]
	if o.OutOfHours {
		column = hours
	}
	q := dataset.Query{}
	if box := f.around(around); box != nil {
		q.BBox, q.Located = box, true
	}
	t, err := s.table(ctx, places, q, slices.DeleteFunc([]string{updated, column}, func(name string) bool { return name == "" })...)
	if err != nil {
		return nil, err
	}
	known := &Known{Places: len(t.rows)}
	for i := range t.rows {
		if day := t.value(i, updated); !day.IsNull() {
			if text := day.String(); known.First == "" || text < known.First {
				known.First = text
			}
			known.Last = max(known.Last, day.String())
		}
		switch {
		case o.OutOfHours:
			if _, told := readHours(t.text(i, hours), 0); !told {
				known.Silent++
			}
		case column != "" && t.value(i, column).IsNull():
			known.Silent++
		}
	}
	return known, nil
}

// silentSaid says, where most places do not say whether they have the offer, that the answer is of the others; "" where most do.
func (k *Known) silentSaid() string {
	if k == nil || 2*k.Silent <= k.Places {
		return ""
	}
	return " " + words.Say("known.silent", "silent", several("place.count", int64(k.Silent)), "places", figure(float64(k.Places), 0), "say", agreed("say", int64(k.Silent)))
}

// updatedSaid says how many places are known, and when what is said of them was last written; "" of none.
func (k *Known) updatedSaid() string {
	if k == nil || k.Places == 0 {
		return ""
	}
	known := several("place.known", int64(k.Places))
	first, dated := daySaid(k.First)
	last, _ := daySaid(k.Last)
	switch {
	case !dated:
		return words.Say("known.undated", "known", known)
	case first == last:
		return words.Say("known.day", "known", known, "day", last)
	}
	return words.Say("known.days", "known", known, "from", first, "day", last)
}

// limit says how many places do not say whether they have the offer; "" where all do.
func (k *Known) limit(o Offer) string {
	if k == nil || k.Silent == 0 {
		return ""
	}
	return words.Say("limit.silent."+o.kind(), "silent", figure(float64(k.Silent), 0), "places", figure(float64(k.Places), 0))
}
