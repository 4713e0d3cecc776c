package serve

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"maille/internal/fault"
	"maille/internal/indicator"
)

// What /portee and /scenario have, in the order in which people read of it.
var (
	reachParameters    = []string{"territoire", "rayon", "depuis", "vol_oiseau", "service", "public", "programme", "f"}
	scenarioParameters = []string{"territoire", "rayon", "n", "candidats", "vol_oiseau", "service", "public", "programme", "f"}
)

// usualRadius is that of a question that says none, in metres; usualSteps how many places a scenario adds.
const (
	usualRadius = 10_000
	usualSteps  = 3
)

// reach answers how many people have a place within a radius.
func (s *Server) reach(w http.ResponseWriter, r *request) error {
	return s.answerQuestion(w, r, reachParameters, func(ctx context.Context) (*asked, error) {
		territory, trip, radius, err := s.radius(ctx, r)
		if err != nil {
			return nil, err
		}
		if err := (&indicator.Question{Trip: trip}).Check(); err != nil {
			return nil, err
		}
		return &asked{kind: "portee", territory: territory, query: aroundQuery(territory, trip, radius), ask: func(ctx context.Context) (*indicator.Told, error) {
			a, err := s.source(r).Reach(ctx, territory, trip, radius)
			if err != nil {
				return nil, err
			}
			return a.Told(), nil
		}}, nil
	})
}

// scenario answers where more places would bring most people within a radius.
func (s *Server) scenario(w http.ResponseWriter, r *request) error {
	return s.answerQuestion(w, r, scenarioParameters, func(ctx context.Context) (*asked, error) {
		territory, trip, radius, err := s.radius(ctx, r)
		if err != nil {
			return nil, err
		}
		reading := reader{r: r}
		candidates := indicator.Departure(reading.word("candidats", []string{string(indicator.FromPeople), string(indicator.FromTownHall)}))
		n, err := r.number("n", 1, usualSteps)
		if err := errorsFirst(err, reading.err); err != nil {
			return nil, err
		}
		if n > indicator.MostSteps {
			return nil, fault.New(fault.Invalid, "n: a scenario adds at most %d places", indicator.MostSteps).About("n")
		}
		v := aroundQuery(territory, trip, radius)
		v.Set("n", strconv.FormatInt(n, 10))
		if candidates != indicator.FromPeople {
			v.Set("candidats", string(candidates))
		}
		return &asked{kind: "scenario", territory: territory, query: v, ask: func(ctx context.Context) (*indicator.Told, error) {
			a, err := s.source(r).Scenario(ctx, territory, trip, radius, candidates, int(n))
			if err != nil {
				return nil, err
			}
			return a.Told(), nil
		}}, nil
	})
}

// radius reads what both have.
func (s *Server) radius(ctx context.Context, r *request) (territory indicator.Territory, trip indicator.Trip, metres float64, err error) {
	if trip, err = s.trip(r); err != nil {
		return territory, trip, metres, err
	}
	reading := reader{r: r}
	if metres = reading.number("rayon", 1, indicator.Farthest, usualRadius); reading.err != nil {
		return territory, trip, metres, reading.err
	}
	territory, err = s.territory(ctx, r)
	return territory, trip, metres, err
}

func aroundQuery(territory indicator.Territory, trip indicator.Trip, radius float64) url.Values {
	v := tripQuery(territory, trip)
	v.Set("rayon", plainNumber(radius))
	return v
}
