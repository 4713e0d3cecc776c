package catalog

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"maille/internal/fault"
	"maille/internal/release"
)

// DOIs are those that the operator was given, by what they name: a release (2026-11-22.1), a dataset whatever its release
// (communes), or a dataset of a release (2026-11-22.1/communes).
type DOIs map[string]string

// doiForm is narrower than ISO 26324, which takes any printable sign: these are those that registrars advise, and that
// pass through citation files as they are (CFF 1.2.0, definitions.doi).
var doiForm = regexp.MustCompile(`^10\.\d{4,9}(\.\d+)*/[A-Za-z0-9:/_;.()\[\]-]+$`)

var datasetName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Check refuses what is no DOI, and what can name nothing. A dataset that is not there any more keeps its DOIs.
func (all DOIs) Check() error {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if doi := all[name]; !doiForm.MatchString(doi) {
			return fault.New(fault.Invalid, "doi: %q is not a DOI such as 10.5281/zenodo.1003150, without an address before it", doi).About("doi." + name)
		}
		first, rest, both := strings.Cut(name, "/")
		isRelease := release.Pattern.MatchString(first)
		if both && (!isRelease || !datasetName.MatchString(rest)) || !both && !isRelease && !datasetName.MatchString(first) {
			return fault.New(fault.Invalid, "doi: %q is neither a release such as 2026-11-22.1, nor a dataset, nor both as 2026-11-22.1/communes", name).About("doi." + name)
		}
	}
	return nil
}

// Datasets are those that have a DOI, of all of their releases or of one, each once.
func (all DOIs) Datasets() []string {
	names := map[string]bool{}
	for key := range all {
		if name := key[strings.Index(key, "/")+1:]; !release.Pattern.MatchString(name) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Exact is the DOI of just this: a release, or a dataset of it.
func (all DOIs) Exact(releaseName, dataset string) string {
	if dataset == "" {
		return all[releaseName]
	}
	return all[releaseName+"/"+dataset]
}

// Concept is the DOI of a dataset whatever its release.
func (all DOIs) Concept(dataset string) string { return all[dataset] }

// Best is the DOI to cite: the exact one, else that of the dataset; "" for none.
func (all DOIs) Best(releaseName, dataset string) string {
	if exact := all.Exact(releaseName, dataset); exact != "" || dataset == "" {
		return exact
	}
	return all.Concept(dataset)
}

// DOIAddress is where a DOI leads.
func DOIAddress(doi string) string { return "https://doi.org/" + doi }
