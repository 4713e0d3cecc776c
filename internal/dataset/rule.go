package dataset

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Level says what a broken rule does to the row.
type Level string

const (
	Error   Level = "error"   // the row is left out and reported
	Warning Level = "warning" // the row is kept and reported
)

// Rule is a check of publication.rules, written "name" or "name:warning".
type Rule struct {
	Name  string
	Level Level
}

// Rules over a set of rows, which package store knows how to check.
const (
	UniqueKey       = "unique-key"       // no two rows share a key; the first in the file stands
	KnownCommune    = "known-commune"    // the code is in the dataset whose reference is "communes"
	InsideCommune   = "inside-commune"   // the point lies in the commune's contour
	InsideTerritory = "inside-territory" // the point lies in some commune's contour
	ValidGeometry   = "valid-geometry"   // OGC validity; repaired and said, or rejected and said
)

// PersonalContact is the rule of one row that publication.contacts declares; the row is kept without the address.
const PersonalContact = "contact-personnel"

// What a column of publication.contacts holds.
const (
	ContactEmail     = "email"
	ContactTelephone = "telephone"
)

// FormerCommune is the rule of the issues that known-commune gives for a code that died: the row is kept with its code.
const FormerCommune = "former-commune"

// SetRules lists them in the order in which they are checked.
var SetRules = []string{UniqueKey, KnownCommune, ValidGeometry, InsideTerritory, InsideCommune}

// UnmarshalJSON reads "name" or "name:level".
func (r *Rule) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	name, level, said := strings.Cut(text, ":")
	if !said {
		level = string(Error)
	}
	*r = Rule{Name: name, Level: Level(level)}
	if !slices.Contains(SetRules, name) {
		return fmt.Errorf("unknown rule %q: rules are %s", name, strings.Join(SetRules, ", "))
	}
	if r.Level != Error && r.Level != Warning {
		return fmt.Errorf("rule %q: level must be error or warning", text)
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (r Rule) MarshalJSON() ([]byte, error) {
	if r.Level == Error {
		return json.Marshal(r.Name)
	}
	return json.Marshal(r.Name + ":" + string(r.Level))
}
