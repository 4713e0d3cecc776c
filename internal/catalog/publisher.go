package catalog

import (
	"maps"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"maille/internal/fault"
)

// Publisher is who answers for what a service publishes, as the operator says it.
type Publisher struct {
	Name  string `toml:"name"`
	Kind  string `toml:"kind"`  // one of the keys of publisherKinds; "" where it is not said
	Email string `toml:"email"` // to write to about the data
	URL   string `toml:"url"`   // of the publisher, or of a form to write to them
}

// publisherKinds are those of ADMS, which DCAT-AP takes, by what an operator writes.
var publisherKinds = map[string]string{
	"local":      "LocalAuthority",
	"regional":   "RegionalAuthority",
	"national":   "NationalAuthority",
	"academia":   "Academia-ScientificOrganisation",
	"company":    "Company",
	"nonprofit":  "NonProfitOrganisation",
	"consortium": "IndustryConsortium",
	"person":     "PrivateIndividual(s)",
}

// Check refuses what cannot be written in a catalogue.
func (p *Publisher) Check() error {
	if p.Kind != "" && publisherKinds[p.Kind] == "" {
		return fault.New(fault.Invalid, "publisher.kind: %q is none of %s", p.Kind, strings.Join(slices.Sorted(maps.Keys(publisherKinds)), ", ")).About("publisher.kind")
	}
	if a, err := mail.ParseAddress(p.Email); p.Email != "" && (err != nil || a.Address != p.Email) {
		return fault.New(fault.Invalid, "publisher.email: %q is not an address such as donnees@example.fr", p.Email).About("publisher.email")
	}
	if u, err := url.Parse(p.URL); p.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return fault.New(fault.Invalid, "publisher.url: %q is not an address such as https://www.example.fr", p.URL).About("publisher.url")
	}
	return nil
}
