package serve

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"maille/internal/fault"
	"maille/internal/indicator"
)

// gapsParameters are those of /ecarts, in the order in which people read of them.
var gapsParameters = []string{"territoire", "population_min", "population_max", "mesure", "taux_min", "taux_max", "distance_min", "distance_max", "depuis",
	"vol_oiseau", "rayon", "service", "public", "programme", "hors_bureau", "sous_dote", "double_peine", "quadrant", "sortby", "f"}

// gaps answers a question over the indicators of communes.
func (s *Server) gaps(w http.ResponseWriter, r *request) error {
	return s.answerQuestion(w, r, gapsParameters, func(ctx context.Context) (*asked, error) {
		q, err := s.question(ctx, r)
		if err != nil {
			return nil, err
		}
		return &asked{kind: "ecarts", territory: q.Territory, query: questionQuery(q), ask: func(ctx context.Context) (*indicator.Told, error) {
			g, err := s.source(r).Ask(ctx, *q)
			if err != nil {
				return nil, err
			}
			return g.Told(), nil
		}}, nil
	})
}

// question reads the parameters of /ecarts.
func (s *Server) question(ctx context.Context, r *request) (*indicator.Question, error) {
	q := &indicator.Question{}
	trip, err := s.trip(r)
	if err != nil {
		return nil, err
	}
	q.Trip = trip
	reading := reader{r: r}
	q.Population = reading.bounds("population", 0, math.MaxInt32)
	q.Rate = reading.bounds("taux", 0, 1000)
	q.Distance = reading.bounds("distance", 0, mostMetres)
	q.Radius = reading.number("rayon", 1, mostMetres, 0)
	q.Measure = indicator.Measure(reading.word("mesure", textsOf(indicator.Measures)))
	q.Short, q.Double = reading.either("sous_dote"), reading.either("double_peine")
	if r.params.Has("quadrant") {
		q.Quadrant = reading.word("quadrant", indicator.Quadrants)
	}
	q.ByCode = reading.word("sortby", []string{"nom", "code_insee"}) == "code_insee"
	if err := errorsFirst(reading.err, q.Check()); err != nil {
		return nil, err
	}
	q.Territory, err = s.territory(ctx, r)
	return q, err
}

// mostMetres is farther than any place of France is from another on the same land.
const mostMetres = 1_500_000

// trip reads from where and to which places distances are.
func (s *Server) trip(r *request) (t indicator.Trip, err error) {
	reading := reader{r: r}
	t.From = indicator.Departure(reading.word("depuis", textsOf(indicator.Departures)))
	t.Straight = reading.flag("vol_oiseau")
	outOfHours := reading.flag("hors_bureau")
	if reading.err != nil {
		return t, reading.err
	}
	said := ""
	for _, family := range append(slices.Clone(indicator.Families), "hors_bureau") {
		if !r.params.Has(family) || family == "hors_bureau" && !outOfHours {
			continue
		}
		if said != "" {
			return t, fault.New(fault.Invalid, "%s: distances are published for each %s and each %s apart, not for both", family, said, family).About(family)
		}
		if said = family; family == "hors_bureau" {
			t.Offer.OutOfHours = true
			continue
		}
		if t.Offer, err = s.source(r).Offer(family, r.params.Get(family)); err != nil {
			return t, err
		}
	}
	return t, nil
}

// territory reads the territory; all of the instance unless said.
func (s *Server) territory(ctx context.Context, r *request) (indicator.Territory, error) {
	if r.params.Has("territoire") && r.params.Get("territoire") == "" {
		return indicator.Territory{}, fault.New(fault.Invalid, "territoire: it is empty; leave it out for all that is here").About("territoire")
	}
	t, err := s.source(r).Territory(ctx, r.params.Get("territoire"))
	return t, err
}

// questionQuery is the question in canonical form: what is usual is left out, so that one question has one address.
func questionQuery(q *indicator.Question) url.Values {
	v := tripQuery(q.Territory, q.Trip)
	setRange := func(name string, r indicator.Range) {
		for end, x := range map[string]float64{"_min": r.From, "_max": r.To} {
			if !math.IsNaN(x) {
				v.Set(name+end, plainNumber(x))
			}
		}
	}
	setRange("population", q.Population)
	setRange("taux", q.Rate)
	setRange("distance", q.Distance)
	if q.Radius != 0 {
		v.Set("rayon", plainNumber(q.Radius))
	}
	if q.Measure != indicator.Measures[0] {
		v.Set("mesure", string(q.Measure))
	}
	for name, flag := range map[string]*bool{"sous_dote": q.Short, "double_peine": q.Double} {
		if flag != nil {
			v.Set(name, strconv.FormatBool(*flag))
		}
	}
	if q.Quadrant != "" {
		v.Set("quadrant", q.Quadrant)
	}
	if q.ByCode {
		v.Set("sortby", "code_insee")
	}
	return v
}

// tripQuery is the part that the three questions share.
func tripQuery(territory indicator.Territory, t indicator.Trip) url.Values {
	v := url.Values{}
	if text := territory.String(); text != "" {
		v.Set("territoire", text)
	}
	if t.From != indicator.Departures[0] {
		v.Set("depuis", string(t.From))
	}
	if t.Straight {
		v.Set("vol_oiseau", "true")
	}
	if t.Offer.OutOfHours {
		v.Set("hors_bureau", "true")
	} else if !t.Offer.IsAny() {
		v.Set(t.Offer.Family, t.Offer.Slug)
	}
	return v
}

func plainNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func textsOf[T ~string](all []T) (texts []string) {
	for _, t := range all {
		texts = append(texts, string(t))
	}
	return texts
}
