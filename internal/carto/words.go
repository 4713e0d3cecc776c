package carto

import (
	_ "embed"
	"math"
	"strconv"
	"strings"

	"maille/internal/fault"
	"maille/internal/schema"
)

//go:embed texts.fr.json
var textsJSON []byte

var texts = fault.MustTexts(textsJSON)

// between says a class in words. Numbers of things are whole: 2 to below 5 is "de 2 à 4".
func (s *Symbology) between(c *Class, first float64) string {
	whole := s.Column.Type == schema.Integer
	switch {
	case c.Lower == nil && c.Upper == nil:
		return texts.Say("class.all")
	case c.Lower == nil && whole && first == *c.Upper-1:
		return s.amount(first)
	case c.Lower == nil:
		return texts.Say("class.below", "upper", s.amount(*c.Upper))
	case c.Upper == nil:
		return texts.Say("class.above", "lower", s.amount(*c.Lower))
	case whole && *c.Lower == *c.Upper-1:
		return s.amount(*c.Lower)
	case whole:
		return texts.Say("class.between", "lower", Number(*c.Lower), "upper", s.amount(*c.Upper-1))
	}
	return texts.Say("class.between", "lower", Number(*c.Lower), "upper", s.amount(*c.Upper))
}

// amount is a number with its unit.
func (s *Symbology) amount(f float64) string {
	if s.Unit == "" {
		return Number(f)
	}
	unit := s.Unit
	if one := "one." + unit; math.Abs(f) < 2 && texts[one] != "" { // in French nought and one are singular
		unit = texts.Say(one)
	}
	return Number(f) + noBreak + unit
}

// noBreak keeps a number with its unit, and narrowNoBreak its thousands together, as French writes them.
const (
	noBreak       = "\u00a0"
	narrowNoBreak = "\u202f"
)

// Number writes a number as French does: 12 345,6.
func Number(f float64) string {
	text := strconv.FormatFloat(math.Abs(f), 'f', -1, 64)
	whole, decimals, fraction := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + narrowNoBreak + whole[i:]
	}
	if fraction {
		whole += "," + decimals
	}
	if f < 0 {
		return "−" + whole
	}
	return whole
}
