package indicator

import (
	"context"
	"math"

	"maille/internal/dataset"
)

// area is a territory above communes: which rows of a sheet of communes are of it.
type area struct {
	Territory
	members []int
	partial float64 // 1 where communes of it are not here, 0 where all are; NaN where that is not known
}

// instanceCode stands for the whole instance where a code must stand.
const instanceCode = "instance"

// above are the levels above communes that are made of a column of theirs, in the order of tables.
var above = []levelAbove{
	{Region, "regions", "code_region", "partiel"},
	{Departement, "departements", "code_departement", ""},
	{EPCI, "epci", "code_epci", "partiel"},
}

// levelAbove is a dataset of territories, its key, which communes have too, and the column that says that some communes are not here.
type levelAbove struct {
	level                 Level
	dataset, key, partial string
}

// areas are all territories above communes: the instance, then régions, départements, EPCI and perimeters, by code. The sheet has the
// columns by which communes are of them.
func (s *Source) areas(ctx context.Context, communes *sheet) (all []area, err error) {
	whole := area{Territory: Territory{Level: Instance, Code: instanceCode}, partial: math.NaN()}
	for i := range communes.keys {
		whole.members = append(whole.members, i)
	}
	all = append(all, whole)
	for _, a := range above {
		found, err := s.areasAt(ctx, communes, a)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	perimeters, err := s.perimeters(ctx, communes)
	return append(all, perimeters...), err
}

// areasAt are the territories of a level, with the communes that bear their code.
func (s *Source) areasAt(ctx context.Context, communes *sheet, of levelAbove) ([]area, error) {
	all, err := s.listed(ctx, of)
	members := map[string][]int{}
	for i, code := range communes.text(of.key) {
		members[code] = append(members[code], i)
	}
	for k := range all {
		all[k].members = members[all[k].Code]
	}
	return all, err
}

// listed are the territories of a dataset, without their members.
func (s *Source) listed(ctx context.Context, of levelAbove) ([]area, error) {
	columns := []string{"nom"}
	if of.partial != "" {
		columns = append(columns, of.partial)
	}
	found, err := s.sheet(ctx, of.dataset, of.key, columns...)
	if err != nil {
		return nil, err
	}
	all := make([]area, len(found.keys))
	for i, code := range found.keys {
		all[i] = area{Territory: Territory{Level: of.level, Code: code, Name: found.text("nom")[i]}, partial: math.NaN()}
		if of.partial != "" {
			all[i].partial = found.number(of.partial)[i]
		}
	}
	return all, nil
}

func (s *Source) perimeters(ctx context.Context, communes *sheet) ([]area, error) {
	all, err := s.listed(ctx, levelAbove{Perimetre, "perimetres", "code_perimetre", "partiel"})
	if err != nil {
		return nil, err
	}
	for k := range all {
		codes, err := s.Members(ctx, all[k].Territory)
		if err != nil {
			return nil, err
		}
		for _, code := range codes {
			if i, here := communes.at[code]; here {
				all[k].members = append(all[k].members, i)
			}
		}
	}
	return all, nil
}

// sums are what columns of communes come to in a territory: over the rows that have all of them, in the order of codes.
type sums struct {
	of         []float64 // by column; NaN where no row has all
	rows       int       // that have all
	members    int       // of the territory
	known, all float64   // people of these, and of all
	everyone   bool      // the people of each row are known
}

func (a *area) sums(population []float64, columns ...[]float64) sums {
	s := sums{of: make([]float64, len(columns)), members: len(a.members), everyone: true}
	for _, i := range a.members {
		has := true
		for _, column := range columns {
			has = has && !math.IsNaN(column[i])
		}
		s.everyone = s.everyone && !math.IsNaN(population[i])
		s.all += orZero(population[i])
		if !has {
			continue
		}
		s.rows++
		s.known += orZero(population[i])
		for k, column := range columns {
			s.of[k] += column[i]
		}
	}
	if s.rows == 0 {
		for k := range s.of {
			s.of[k] = math.NaN()
		}
	}
	return s
}

// covers says whether those who are counted are enough, in %, for the territory to have a value. Where it is not known how many people live
// anywhere in it, all of its communes must be counted.
func (s *sums) covers(least float64) bool {
	if s.all == 0 && !s.everyone {
		return s.rows > 0 && s.rows == s.members
	}
	return s.rows > 0 && 100*s.known >= least*s.all
}

// coverage is the share of people whose commune is counted, in %; NaN without people.
func (s *sums) coverage() float64 {
	if s.all == 0 {
		return math.NaN()
	}
	return 100 * s.known / s.all
}

// byCommune reads columns of equilibre-communes, with those that say of which territories communes are.
func (s *Source) byCommune(ctx context.Context, columns ...string) (*sheet, error) {
	return s.sheet(ctx, wideTable, "code_insee", append(columns, "code_epci", "code_departement", "code_region")...)
}

// equal is one condition of a query.
func equal(column, value string) dataset.Query {
	return dataset.Query{Equal: []dataset.Equal{{Column: column, Value: value}}}
}
