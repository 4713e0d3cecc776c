package serve_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

type features struct {
	Type           string
	NumberMatched  *int
	NumberReturned int
	TimeStamp      time.Time
	Features       []feature
	Links          []link
}

type feature struct {
	Type       string
	ID         string
	Geometry   *struct{ Type string }
	Properties map[string]any
	Links      []link
}

func TestItemsLimit(t *testing.T) {
	w := sample(t)
	for _, c := range []struct {
		because, query string
		returned       int
	}{
		{"ten by default, as the API's description says", "", 10},
		{"one", "?limit=1", 1},
		{"all, when there are fewer than asked", "?limit=1000", 194},
		{"clamped, not refused, above the maximum (OGC 17-069r4 /req/core/fc-limit-response-1)", "?limit=10001", 194},
		{"clamped, not refused, above what a machine counts", "?limit=99999999999999999999999", 194},
		{"nothing after the last one", "?after=194", 0},
	} {
		page := parse[features](t, w.address+"/collections/communes/items"+c.query)
		if page.NumberReturned != c.returned || len(page.Features) != c.returned || *page.NumberMatched != 194 {
			t.Errorf("%s: %d returned, %d matched", c.because, len(page.Features), *page.NumberMatched)
		}
		if page.Type != "FeatureCollection" || page.TimeStamp.IsZero() || linked(page.Links, "self") == "" || linked(page.Links, "collection") == "" {
			t.Errorf("%s: %+v", c.because, page)
		}
		if more := linked(page.Links, "next") != ""; more != (c.returned > 0 && c.returned < 194) {
			t.Errorf("%s: next is there: %v", c.because, more)
		}
	}
}

func TestItemsRefuse(t *testing.T) {
	w := sample(t)
	for _, c := range []struct{ because, query, parameter string }{
		{"none is less than one", "limit=0", "limit"},
		{"negative", "limit=-1", "limit"},
		{"far too negative", "limit=-99999999999999999999999", "limit"},
		{"not a number", "limit=abc", "limit"},
		{"not whole", "limit=1.5", "limit"},
		{"empty", "limit=", "limit"},
		{"negative", "after=-1", "after"},
		{"not a number", "after=x", "after"},
		{"unknown (OGC 17-069r4 /req/core/query-param-unknown)", "surnom=Massy", "surnom"},
		{"unknown, without a value", "unknownQueryParameter", "unknownQueryParameter"},
		{"names are case-sensitive", "LIMIT=1", "LIMIT"},
		{"said twice", "limit=1&limit=2", "limit"},
		{"said twice, the same", "limit=1&limit=1", "limit"},
		{"three numbers", "bbox=1,2,3", "bbox"},
		{"five numbers", "bbox=1,2,3,4,5", "bbox"},
		{"seven numbers", "bbox=1,2,3,4,5,6,7", "bbox"},
		{"not numbers", "bbox=a,b,c,d", "bbox"},
		{"empty", "bbox=", "bbox"},
		{"a hole", "bbox=1,,3,4", "bbox"},
		{"NaN", "bbox=NaN,48,3,49", "bbox"},
		{"infinite", "bbox=-Inf,48,Inf,49", "bbox"},
		{"south above north", "bbox=2,49,3,48", "bbox"},
		{"not a date", "datetime=hier", "datetime"},
		{"empty", "datetime=", "datetime"},
		{"no such month", "datetime=2026-13-01", "datetime"},
		{"ends before it begins", "datetime=2026-02-01/2026-01-01", "datetime"},
		{"three ends", "datetime=2026-01-01/2026-02-01/2026-03-01", "datetime"},
		{"an instant is not open", "datetime=..", "datetime"},
		{"not a format", "f=xlsx", "f"},
	} {
		w.refuses(t, c.because, "/collections/communes/items?"+c.query, c.parameter)
	}
	a := ask(t, http.MethodGet, w.address+"/collections/communes/items?limit=%zz")
	if p := problemOf(t, a); a.StatusCode != 400 || !strings.Contains(p.Detail, "query") {
		t.Errorf("a query that cannot be read: %+v", p)
	}
}

// refuses checks that a request is wrong because of a parameter, which the problem names.
func (w *world) refuses(t *testing.T, because, path, parameter string) {
	t.Helper()
	a := ask(t, http.MethodGet, w.address+path)
	p := problemOf(t, a)
	if a.StatusCode != http.StatusBadRequest || p.Parameter != parameter || !strings.Contains(p.Detail, parameter) {
		t.Errorf("%s (%s): %+v", because, path, p)
	}
}

func TestItemsBBox(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\n" +
		"paris,2026-01-01,2.35,48.85\nfidji,2026-01-01,179.5,-17\nsamoa,2026-01-01,-172,-13.8\npole,2026-01-01,0,90\nnulle-part,2026-01-01,,\n"})
	w.publish(t)
	for _, c := range []struct{ because, box, ids string }{
		{"what is in the box, and what has no geometry", "2,48,3,49", "paris nulle-part"},
		{"six numbers: heights are ignored", "2,48,-100,3,49,9000", "paris nulle-part"},
		{"west is east of east: across the antimeridian", "177,-20,-170,-10", "fidji samoa nulle-part"},
		{"a pole", "-180,85,180,90", "pole nulle-part"},
		{"the world", "-180,-90,180,90", "fidji nulle-part paris pole samoa"},
		{"a box as small as a point", "2.35,48.85,2.35,48.85", "paris nulle-part"},
		{"spaces after the commas", "2, 48, 3, 49", "paris nulle-part"},
		{"nowhere", "10,10,11,11", "nulle-part"},
		{"farther than the world", "-1e300,-1e300,1e300,1e300", "fidji nulle-part paris pole samoa"},
	} {
		page := parse[features](t, w.address+"/collections/points/items?bbox="+url.QueryEscape(c.box))
		if got := ids(page.Features); !sameWords(got, c.ids) || *page.NumberMatched != len(page.Features) {
			t.Errorf("%s (%s): %s; %d matched", c.because, c.box, got, *page.NumberMatched)
		}
	}
}

// TestItemsBBoxOfPolygons: a box takes the polygons it meets, not those whose own boxes it meets.
func TestItemsBBoxOfPolygons(t *testing.T) {
	w := sample(t)
	for _, c := range []struct {
		because, box string
		matched      int
	}{
		{"a point inside one commune", "2.3281,48.6058,2.3281,48.6058", 1},
		{"the whole territory", "1.9,48.2,2.6,48.8", 194},
		{"elsewhere", "5,45,6,46", 0},
	} {
		page := parse[features](t, w.address+"/collections/communes/items?limit=1&bbox="+c.box)
		if *page.NumberMatched != c.matched {
			t.Errorf("%s: %d", c.because, *page.NumberMatched)
		}
	}
}

func TestItemsDatetime(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\n" +
		"janvier,2026-01-15,2,48\nfevrier,2026-02-15,2,48\nmars,2026-03-15,2,48\njamais,,2,48\n", "cles": "a,n\nx,1\n"})
	w.publish(t)
	for _, c := range []struct{ because, datetime, ids string }{
		{"a day; what no date bears matches any (OGC 17-069r4 /req/core/fc-time-response)", "2026-02-15", "fevrier jamais"},
		{"an instant is the day that holds it", "2026-02-15T23:59:59Z", "fevrier jamais"},
		{"an instant elsewhere is the day that holds it in UTC", "2026-02-16T01:00:00+02:00", "fevrier jamais"},
		{"both ends are in", "2026-01-15/2026-02-15", "janvier fevrier jamais"},
		{"open at the beginning", "../2026-02-15", "janvier fevrier jamais"},
		{"open at the end", "2026-02-15/..", "fevrier mars jamais"},
		{"open, said by nothing", "2026-02-15/", "fevrier mars jamais"},
		{"open on both sides", "../..", "janvier fevrier mars jamais"},
		{"no date there", "2030-01-01", "jamais"},
		{"the year nought, which PostgreSQL does not have", "0000-01-01/2026-01-31", "janvier jamais"},
		{"the last year there is, and a night more", "2026-03-01/9999-12-31T23:59:59-23:00", "mars jamais"},
	} {
		page := parse[features](t, w.address+"/collections/points/items?datetime="+url.QueryEscape(c.datetime))
		if got := ids(page.Features); !sameWords(got, c.ids) || *page.NumberMatched != len(page.Features) {
			t.Errorf("%s (%s): %s", c.because, c.datetime, got)
		}
	}
	if page := parse[features](t, w.address+"/collections/cles/items?datetime=2026-01-01"); len(page.Features) != 1 {
		t.Error("a collection without dates: every feature matches")
	}
}

func ids(all []feature) string {
	var names []string
	for _, f := range all {
		names = append(names, f.ID)
	}
	return strings.Join(names, " ")
}
