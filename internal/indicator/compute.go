package indicator

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// method makes the rows of a computed dataset.
type method struct {
	version string
	check   func(c *computation) error // what is wrong with the parameters; nil of a method that has none
	compute func(ctx context.Context, c *computation) error
}

// methods are what computed.by may say.
var methods = map[string]method{
	"acces":                  {version: accessVersion, check: reading((*computation).accessParameters), compute: computeAccess},
	"acces-offres":           {version: accessVersion, check: reading((*computation).accessParameters), compute: computeOffers},
	"definitions":            {version: definitionsVersion, compute: computeDefinitions},
	"equilibre-communes":     {version: balanceVersion, check: reading((*computation).balanceParameters), compute: computeCommunes},
	"equilibre-departements": {version: balanceVersion, check: reading((*computation).aboveParameters), compute: computeAbove(Departement)},
	"equilibre-epci":         {version: balanceVersion, check: reading((*computation).aboveParameters), compute: computeAbove(EPCI)},
	"equilibre-territoires":  {version: balanceVersion, check: reading((*computation).spreadParameters), compute: computeSpread},
	"indicateurs":            {version: longVersion, check: reading((*computation).longParameters), compute: computeLong},
	"sensibilite":            {version: sensitivityVersion, compute: computeSensitivity},
}

// reading checks parameters by reading them as the method does.
func reading[P any](read func(*computation) (P, error)) func(*computation) error {
	return func(c *computation) error {
		_, err := read(c)
		return err
	}
}

// computation is a method at work on a dataset.
type computation struct {
	*Source
	d    *dataset.Dataset
	emit func(*dataset.Feature) bool
}

var errStopped = errors.New("the caller stopped")

// Check says what is wrong with how a computed dataset is described: a method that is not there, or is of another
// version, or parameters that are not its own.
func Check(d *dataset.Dataset) error {
	if d.Computed == nil {
		return nil
	}
	where := "datasets/" + d.Name + ".json"
	m, ok := methods[d.Computed.By]
	if !ok {
		return fault.New(fault.Invalid, "%s: computed.by: %q is none of %v", where, d.Computed.By, slices.Sorted(maps.Keys(methods))).About(where)
	}
	if m.version != d.Computed.Method {
		return fault.New(fault.Invalid, "%s: computed.method: %s is asked for, this program has %s %s", where, d.Computed.Method, d.Computed.By, m.version).About(where)
	}
	c := &computation{d: d}
	if m.check == nil {
		return c.parameters(&struct{}{})
	}
	return m.check(c)
}

// Compute makes the rows of a computed dataset of those of a source. The same rows, in whatever order, and the same words
// make the same rows, whatever the number of cores. Each row is valid until the next one.
func Compute(ctx context.Context, d *dataset.Dataset, s *Source) iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		err := Check(d)
		if err == nil {
			c := &computation{Source: s, d: d, emit: func(f *dataset.Feature) bool { return yield(f, nil) }}
			err = methods[d.Computed.By].compute(ctx, c)
		}
		if err != nil && !errors.Is(err, errStopped) {
			fault.Wrap(&err, "indicator.Compute %s", d.Name)
			yield(nil, err)
		}
	}
}

// parameters reads computed.parameters over what is usual.
func (c *computation) parameters(into any) error {
	if len(c.d.Computed.Parameters) == 0 {
		return nil
	}
	if err := schema.Strict(json.RawMessage(c.d.Computed.Parameters), into); err != nil {
		return fault.New(fault.Invalid, "datasets/%s.json: computed.parameters: %s", c.d.Name, err).About(c.d.Name)
	}
	return nil
}

// row is a row on its way, by the names of its columns.
type row struct {
	c *computation
	f dataset.Feature
}

func (c *computation) row() *row {
	return &row{c: c, f: dataset.Feature{Values: make([]schema.Value, len(c.d.Schema.Columns))}}
}

// set writes a cell. A column that the schema does not have is a defect of the descriptor, which a test finds.
func (r *row) set(column string, v schema.Value) {
	if i := r.c.d.Schema.Index(column); i >= 0 {
		r.f.Values[i] = v
	}
}

// send gives the row; the error says that no more are wanted.
func (r *row) send() error {
	if !r.c.emit(&r.f) {
		return errStopped
	}
	return nil
}

func rising(positions []int) []int {
	sorted := slices.Clone(positions)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
