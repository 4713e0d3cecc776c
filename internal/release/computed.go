package release

import (
	"bytes"
	"encoding/json"

	"maille/internal/dataset"
)

// Computed is how a method made a version of the inputs that its entry names: with them, all that is needed to make it again.
type Computed struct {
	By         string          `json:"by"`
	Method     string          `json:"method"` // its version
	Seed       uint64          `json:"seed,omitempty"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
	Code       string          `json:"code"` // version of the program that ran it
}

// ComputedBy is what a load's own descriptor says of how it was computed; nil when it was not.
func ComputedBy(d *dataset.Dataset, l *Load) *Computed {
	if d == nil || d.Computed == nil {
		return nil
	}
	c := d.Computed
	return &Computed{By: c.By, Method: c.Method, Seed: c.Seed, Parameters: c.Parameters, Code: l.Code}
}

// ParametersText is the parameters on one line; "" for none.
func (c *Computed) ParametersText() string {
	var b bytes.Buffer
	if json.Compact(&b, c.Parameters) != nil {
		return ""
	}
	return b.String()
}
