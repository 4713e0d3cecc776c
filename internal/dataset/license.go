package dataset

import (
	"cmp"
	"net/url"
)

// KnownLicense is a licence that is known by its name: of SPDX, or of data.gouv.fr.
type KnownLicense struct {
	SPDX string // its name there, and in the list of CFF 1.2.0; "" where it has none
	Path string // by which data.gouv.fr and others know it
	Kind string // of ADMS, in its vocabulary of licences
}

const (
	byAttribution = "Attribution"
	byShareAlike  = "ViralEffect-ShareAlike"
	byNothing     = "PublicDomain"
	openLicence   = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
	odbl          = "https://opendatacommons.org/licenses/odbl/summary/"
)

var knownLicenses = map[string]KnownLicense{
	"etalab-2.0":   {"etalab-2.0", openLicence, byAttribution},
	"lov2":         {"etalab-2.0", openLicence, byAttribution},
	"fr-lo":        {"", "https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf", byAttribution},
	"ODbL-1.0":     {"ODbL-1.0", odbl, byShareAlike},
	"odc-odbl":     {"ODbL-1.0", odbl, byShareAlike},
	"ODC-By-1.0":   {"ODC-By-1.0", "https://opendatacommons.org/licenses/by/summary/", byAttribution},
	"odc-by":       {"ODC-By-1.0", "https://opendatacommons.org/licenses/by/summary/", byAttribution},
	"PDDL-1.0":     {"PDDL-1.0", "https://opendatacommons.org/licenses/pddl/summary/", byNothing},
	"odc-pddl":     {"PDDL-1.0", "https://opendatacommons.org/licenses/pddl/summary/", byNothing},
	"CC0-1.0":      {"CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", byNothing},
	"cc-zero":      {"CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", byNothing},
	"CC-BY-4.0":    {"CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", byAttribution},
	"cc-by":        {"CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", byAttribution},
	"CC-BY-SA-4.0": {"CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/", byShareAlike},
	"cc-by-sa":     {"CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/", byShareAlike},
}

// Known is what is known of a licence by its name; what the descriptor says itself goes first. Of others nothing is known but
// their address: who reads it sees what it asks.
func (l *License) Known() KnownLicense {
	k := knownLicenses[l.Name]
	k.Path = cmp.Or(l.Path, k.Path)
	return k
}

// ShareAlike says whether it binds what is made of the data.
func (l *License) ShareAlike() bool { return l.Known().Kind == byShareAlike }

func (l *loader) checkLicense(license *License, where, key string) {
	if _, known := knownLicenses[license.Name]; !known && license.Path == "" {
		l.problem(where, key, "%q is not known; give its address as path", license.Name)
	}
	if u, err := url.Parse(license.Path); license.Path != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		l.problem(where, key+".path", "%q is no address", license.Path)
	}
}
