package serve

import (
	"math"
	"slices"
	"strconv"

	"maille/internal/fault"
	"maille/internal/indicator"
)

// reader reads the parameters of a question one after the other; the first that is wrong is err.
type reader struct {
	r   *request
	err error
}

func (p *reader) fail(name, format string, args ...any) {
	if p.err == nil {
		p.err = fault.New(fault.Invalid, name+": "+format, args...).About(name)
	}
}

// number reads a number from least to most; absent gives otherwise.
func (p *reader) number(name string, least, most, otherwise float64) float64 {
	if !p.r.params.Has(name) {
		return otherwise
	}
	text := p.r.params.Get(name)
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !digits(text) || x < least || x > most {
		p.fail(name, "%s is not a number from %s to %s", shown(text), plainNumber(least), plainNumber(most))
		return otherwise
	}
	return x
}

// digits says whether a number is written with digits and a point, as people do.
func digits(text string) bool {
	for i, c := range text {
		if (c < '0' || c > '9') && (c != '.' || i == 0 || i == len(text)-1) {
			return false
		}
	}
	return len(text) > 0 && len(text) <= longestNumber
}

const longestNumber = 20

// bounds reads the two ends of a range.
func (p *reader) bounds(name string, least, most float64) indicator.Range {
	return indicator.Range{From: p.number(name+"_min", least, most, math.NaN()), To: p.number(name+"_max", least, most, math.NaN())}
}

// word reads one of some words; absent gives the first.
func (p *reader) word(name string, words []string) string {
	if !p.r.params.Has(name) {
		return words[0]
	}
	text := p.r.params.Get(name)
	if !slices.Contains(words, text) {
		p.fail(name, "%s is none of %s", shown(text), listed(words))
		return words[0]
	}
	return text
}

func (p *reader) flag(name string) bool {
	is, err := p.r.flag(name)
	if p.err == nil {
		p.err = err
	}
	return is
}

// either reads true or false; nil where it is not said.
func (p *reader) either(name string) *bool {
	if !p.r.params.Has(name) {
		return nil
	}
	is := p.flag(name)
	return &is
}
