package catalog

import (
	"cmp"
	"strconv"
	"strings"

	"maille/internal/release"
)

// dataCite is metadata of DataCite's schema 4.6, in the JSON that its API and its tools take.
type dataCite struct {
	DOI                  string            `json:"doi,omitempty"`
	URL                  string            `json:"url"`
	Types                map[string]string `json:"types"`
	Creators             []dcAgent         `json:"creators"`
	Titles               []dcTitle         `json:"titles"`
	Publisher            dcPublisher       `json:"publisher"`
	PublicationYear      string            `json:"publicationYear"`
	Subjects             []dcSubject       `json:"subjects,omitempty"`
	Dates                []dcDate          `json:"dates"`
	Language             string            `json:"language"`
	AlternateIdentifiers []dcAlternate     `json:"alternateIdentifiers"`
	RelatedIdentifiers   []dcRelated       `json:"relatedIdentifiers,omitempty"`
	Sizes                []string          `json:"sizes,omitempty"`
	Formats              []string          `json:"formats,omitempty"`
	Version              string            `json:"version"`
	RightsList           []dcRights        `json:"rightsList,omitempty"`
	Descriptions         []dcDescription   `json:"descriptions,omitempty"`
	GeoLocations         []dcPlace         `json:"geoLocations,omitempty"`
	SchemaVersion        string            `json:"schemaVersion"`
}

type (
	dcAgent struct {
		Name     string `json:"name"`
		NameType string `json:"nameType"`
	}
	dcTitle struct {
		Title string `json:"title"`
		Lang  string `json:"lang"`
	}
	dcPublisher struct {
		Name string `json:"name"`
		Lang string `json:"lang"`
	}
	dcSubject struct {
		Subject string `json:"subject"`
		Lang    string `json:"lang"`
	}
	dcDate struct {
		Date string `json:"date"`
		Type string `json:"dateType"`
	}
	dcAlternate struct {
		ID   string `json:"alternateIdentifier"`
		Type string `json:"alternateIdentifierType"`
	}
	dcRelated struct {
		ID       string `json:"relatedIdentifier"`
		Type     string `json:"relatedIdentifierType"`
		Relation string `json:"relationType"`
	}
	dcRights struct {
		Rights     string `json:"rights"`
		URI        string `json:"rightsUri,omitempty"`
		Identifier string `json:"rightsIdentifier,omitempty"`
		Scheme     string `json:"rightsIdentifierScheme,omitempty"`
		Lang       string `json:"lang"`
	}
	dcDescription struct {
		Description string `json:"description"`
		Type        string `json:"descriptionType"`
		Lang        string `json:"lang"`
	}
	dcPlace struct {
		Box map[string]float64 `json:"geoLocationBox"`
	}
)

// DataCite is what a DOI would be registered with. A DOI of the dataset whatever its release is not that of this one, which
// is a version of it.
func (c *Citation) DataCite() any {
	d := &dataCite{URL: c.Address, Types: map[string]string{"resourceTypeGeneral": "Dataset", "resourceType": texts.Say("cite.kind")},
		Creators: []dcAgent{{c.Creator, "Organizational"}}, Titles: []dcTitle{{c.Title, "fr"}}, Publisher: dcPublisher{c.Creator, "fr"},
		PublicationYear: c.year(), Dates: []dcDate{{c.date(), "Issued"}}, Language: "fr", AlternateIdentifiers: []dcAlternate{{c.Address, "URL"}},
		RelatedIdentifiers: c.related(), Version: c.Version, SchemaVersion: "http://datacite.org/schema/kernel-4"}
	if c.Exact {
		d.DOI = c.DOI
	}
	for _, k := range c.Keywords {
		d.Subjects = append(d.Subjects, dcSubject{k, "fr"})
	}
	for _, l := range c.Licenses {
		known := l.Known()
		r := dcRights{Rights: cmp.Or(l.Title, l.Name), URI: known.Path, Lang: "fr"}
		if known.SPDX != "" {
			r.Identifier, r.Scheme = known.SPDX, "SPDX"
		}
		d.RightsList = append(d.RightsList, r)
	}
	if c.Description != "" {
		d.Descriptions = []dcDescription{{c.Description, "Abstract", "fr"}}
	}
	if e := c.Extent; e != nil {
		d.GeoLocations = []dcPlace{{map[string]float64{"westBoundLongitude": e.West, "eastBoundLongitude": e.East, "southBoundLatitude": e.South, "northBoundLatitude": e.North}}}
	}
	d.Sizes, d.Formats = sized(c.Files)
	return d
}

func (c *Citation) related() (all []dcRelated) {
	if c.DOI != "" && !c.Exact {
		all = append(all, dcRelated{c.DOI, "DOI", "IsVersionOf"})
	}
	if c.Part != "" {
		all = append(all, dcRelated{c.Part, "URL", "IsPartOf"})
	}
	if c.Previous != "" {
		all = append(all, dcRelated{c.Previous, "URL", "IsNewVersionOf"})
	}
	for _, s := range c.Sources {
		if s.Path != "" {
			all = append(all, dcRelated{s.Path, "URL", "IsDerivedFrom"})
		}
	}
	return all
}

// sized are the sizes and media types of files, each once.
func sized(files []release.File) (sizes, formats []string) {
	seen := map[string]bool{}
	for _, f := range files {
		size := strconv.FormatInt(f.Bytes, 10) + " bytes (" + f.Name + ")"
		mediaType, _, _ := strings.Cut(f.MediaType, ";")
		sizes = append(sizes, size)
		if !seen[mediaType] {
			seen[mediaType] = true
			formats = append(formats, mediaType)
		}
	}
	return sizes, formats
}
