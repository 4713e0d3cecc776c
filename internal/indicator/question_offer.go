package indicator

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// Offer is which places count: those of one service, public or programme, those that open outside office hours, or all.
type Offer struct {
	Family     string // service, public, programme; "" for none
	Label      string // as the national standard writes it
	Slug       string // as addresses do
	OutOfHours bool
}

// IsAny says whether all places count.
func (o Offer) IsAny() bool { return o == Offer{} }

// families are the columns of places that offers are values of.
var families = map[string]string{"service": "services", "public": "publics_specifiquement_adresses", "programme": "dispositif_programmes_nationaux"}

// Families are the parameters that name an offer.
var Families = []string{"service", "public", "programme"}

const places = "lieux-mediation"

// Offer finds an offer by the words of the standard or by its slug.
func (s *Source) Offer(family, text string) (Offer, error) {
	d := s.Dataset(places)
	if d == nil {
		return Offer{}, noPlaces()
	}
	labels := LabelsOf(d, family)
	asked := slugOf(cut(text))
	for _, label := range labels {
		if slug := slugOf(label); slug == asked {
			return Offer{Family: family, Label: label, Slug: slug}, nil
		}
	}
	return Offer{}, fault.New(fault.Invalid, "%s: no place is said to be for %q; there are %s", family, cut(text), strings.Join(slugs(labels), ", ")).About(family)
}

func noPlaces() error {
	return noDataset(places)
}

func noDataset(name string) error {
	return fault.New(fault.NotFound, "there is no dataset %s here", name).About(name)
}

// domainOf is the land that a commune is on, as communes-points names it: there is no way to another across a sea.
func domainOf(commune string) string {
	d := dataset.DepartementOf(commune)
	if region, overseas := overseas[d]; overseas {
		return region
	}
	switch {
	case d == "2A" || d == "2B":
		return "corse"
	case len(d) == 3:
		return d
	}
	return "metropole"
}

// overseas are the régions of one département that have a code of their own (Insee).
var overseas = map[string]string{"971": "01", "972": "02", "973": "03", "974": "04", "976": "06"}

// LabelsOf are the offers of a family, as the schema of places lists them.
func LabelsOf(d *dataset.Dataset, family string) []string {
	if c := d.Schema.Column(families[family]); c != nil {
		return c.Enum()
	}
	return nil
}

// OffersOf are the offers of a family.
func OffersOf(d *dataset.Dataset, family string) (all []Offer) {
	for _, label := range LabelsOf(d, family) {
		all = append(all, Offer{Family: family, Label: label, Slug: slugOf(label)})
	}
	return all
}

func slugs(labels []string) (all []string) {
	for _, label := range labels {
		all = append(all, slugOf(label))
	}
	return all
}

// slugOf is a label in letters without accents, digits and hyphens.
func slugOf(label string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(label) {
		switch {
		case c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)):
			b.WriteRune(unicode.ToLower(c))
		case unicode.Is(unicode.Mn, c):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}
