package main

import (
	"fmt"

	"maille/internal/dataset"
)

// places are where a resource may be: in TOML a text, or a list of texts that are tried in order.
type places []string

// absent is what stands in sources for a resource that this instance does not have.
const absent = "-"

// UnmarshalTOML reads a text or a list of texts.
func (p *places) UnmarshalTOML(value any) error {
	switch v := value.(type) {
	case string:
		*p = places{v}
		return nil
	case []any:
		for _, one := range v {
			text, ok := one.(string)
			if !ok || text == absent || text == "" {
				return fmt.Errorf("a list of alternatives holds places, not %v", one)
			}
			*p = append(*p, text)
		}
		if len(v) > 0 {
			return nil
		}
	}
	return fmt.Errorf("a resource is a place, or a list of places to try in order, not %v", value)
}

// place is where a resource really is: the places to try in order, none when the instance leaves it out.
func (c *config) place(d *dataset.Dataset, resource int) []string {
	all := c.Sources[d.Name]
	switch {
	case resource >= len(all) || all[resource][0] == "":
		return []string{d.Resources[resource].Path}
	case all[resource][0] == absent:
		return nil
	}
	return all[resource]
}
