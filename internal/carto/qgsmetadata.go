package carto

import (
	"cmp"
	"strings"

	"maille/internal/dataset"
)

// layerMetadata is what QGIS shows of where a layer's data come from.
func (m *Map) layerMetadata(l *Layer) *element {
	at := m.Base + "/collections/" + l.Name
	links := el("links").with(
		metadataLink(texts.Say("qgis.page"), at+"?f=html", "text/html"),
		metadataLink(texts.Say("qgis.fields"), at+"/schema?f=html", "text/html"))
	e := el("resourceMetadata").with(
		say("identifier", at), say("language", "fra"), say("type", "dataset"), say("title", l.Title),
		say("abstract", l.Description), keywords(l.Keywords), links,
		say("history", texts.Say("qgis.release", "release", m.Release, "version", l.Version)),
		say("rights", publishers(l.Sources)))
	for _, licence := range l.Licenses {
		e.with(say("license", cmp.Or(licence.Title, licence.Name)))
		if licence.Path != "" {
			links.with(metadataLink(cmp.Or(licence.Title, licence.Name), licence.Path, "text/html"))
		}
	}
	return e
}

func keywords(words []string) *element {
	if len(words) == 0 {
		return nil
	}
	list := el("keywords", "vocabulary", "keywords")
	for _, word := range words {
		list.with(say("keyword", word))
	}
	return list
}

func metadataLink(name, address, mediaType string) *element {
	return el("link", "type", "WWW:LINK", "name", name, "url", address, "mimeType", mediaType, "description", "", "format", "", "size", "")
}

// publishers names publishers, each once.
func publishers(sources []dataset.Source) string {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = s.Title
	}
	return strings.Join(names, " ; ")
}

// projectMetadata is the same of a project, whose metadata have no place for rights and licences but the text.
func (m *Map) projectMetadata() *element {
	var licences []string
	for i := range m.Layers {
		for _, licence := range m.Layers[i].Licenses {
			licences = append(licences, cmp.Or(licence.Title, licence.Name))
		}
	}
	about := m.Description + "\n\n" + texts.Say("qgis.credits", "sources", publishers(m.Attribution), "licences", strings.Join(unique(licences), " ; "))
	return el("projectMetadata").with(
		say("identifier", m.Base), say("language", "fra"), say("type", "dataset"), say("title", m.fullTitle()), say("abstract", about),
		el("links").with(metadataLink(texts.Say("qgis.page"), m.page(), "text/html")),
		say("history", texts.Say("qgis.published", "release", m.Release)))
}
