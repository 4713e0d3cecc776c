package indicator

import (
	"slices"
	"strings"
)

// flagPart is why a value is of a part of the offer: only the list of France services is known in a département.
const flagPart = "offre_partielle"

// onAccess says whether an indicator is of what people reach.
func (of *readings) onAccess() bool {
	return slices.ContainsFunc(of.d.Sources, func(name string) bool { return strings.HasPrefix(name, "acces-mediation") })
}

// atEdge says whether what is beyond the limit of the instance is missing from the value of a commune: people are; places are not, where they are
// known and the indicator counts them.
func (l *listing) atEdge(of *readings, commune int) bool {
	counted := slices.Contains(of.d.Sources, bordering) && l.communes.number("voisins_connus")[commune] == 1
	return of.onAccess() && !counted && l.communes.number("effet_bord")[commune] == 1
}

// inPart says whether the value of a commune is of a part of the offer.
func (l *listing) inPart(of *readings, commune int) bool {
	return of.onAccess() && l.communes.number("offre_partielle")[commune] == 1
}

func (l *listing) someAtEdge(of *readings, a *area) bool {
	return slices.ContainsFunc(a.members, func(i int) bool { return l.atEdge(of, i) })
}

func (l *listing) someInPart(of *readings, a *area) bool {
	return slices.ContainsFunc(a.members, func(i int) bool { return l.inPart(of, i) })
}

// partly says that a value is of a part of the offer, beside what is graver.
func (v *value) partly() {
	v.reason = flagPart
	if v.flag == flagSound {
		v.flag = "estime"
	}
}
