package source

import (
	_ "embed"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)

// file is the publisher's file that sentences are about.
type file struct {
	name, format string
	archive      string // zip or tar, when the file is a member of one
	member       string // its path there
}

var formatNames = map[string]string{dataset.CSV: "CSV", dataset.JSON: "JSON", dataset.JSONLines: "JSON Lines", dataset.GeoJSON: "GeoJSON",
	dataset.GeoJSONSeq: "GeoJSON (un objet par ligne)", dataset.Shapefile: "shapefile", dataset.GeoPackage: "GeoPackage",
	dataset.XLSX: "XLSX", dataset.ODS: "ODS", dataset.Parquet: "Parquet"}

// refuse says in French what is wrong with the file.
func (f file) refuse(text string, pairs ...any) *fault.Error {
	pairs = append(pairs, "file", f.name, "format", formatNames[f.format])
	return fault.New(fault.Refused, "%s", texts.Say(text, pairs...)).About(f.name)
}

// published is a file's path as anyone may read it: without the folders of the machine it lies on.
func published(path string) string {
	if filepath.IsAbs(path) || !filepath.IsLocal(path) {
		return filepath.Base(path)
	}
	return path
}

// secretParameters are the names under which addresses hold secrets.
var secretParameters = regexp.MustCompile(`(?i)^(.*(token|secret|password|passwd|signature|credential)|.*key|sig|auth)$`)

// shown is a place without the secrets that its address may hold: a password, a key among its parameters.
func shown(place string) string {
	u, err := url.Parse(place)
	if err != nil || u.RawQuery == "" || !strings.Contains(place, "://") {
		return withoutPassword(place)
	}
	query := u.Query()
	secret := false
	for name := range query {
		if secretParameters.MatchString(name) {
			query.Set(name, "xxxxx")
			secret = true
		}
	}
	if secret {
		u.RawQuery = query.Encode()
		place = u.String()
	}
	return withoutPassword(place)
}

func withoutPassword(place string) string {
	scheme, rest, address := strings.Cut(place, "://")
	if !address {
		return place
	}
	if u, err := url.Parse(place); err == nil && u.User == nil {
		return place
	} else if err == nil {
		return u.Redacted()
	}
	return scheme + "://" + rest[strings.LastIndex(rest, "@")+1:]
}

const longestQuote = 80 // characters of a stranger's text worth repeating

// quoted makes a stranger's text fit to stand in a sentence.
func quoted(text string) string {
	runes := []rune(strings.ToValidUTF8(text[:min(len(text), 4*longestQuote)], "\ufffd"))
	if len(runes) > longestQuote {
		return string(runes[:longestQuote]) + "…"
	}
	return string(runes)
}

// size writes a number of bytes in its largest whole unit.
func size(n int64) string {
	units := []string{"size.bytes", "size.kib", "size.mib", "size.gib"}
	i := 0
	for ; i+1 < len(units) && n >= 1024 && n%1024 == 0; i++ {
		n /= 1024
	}
	return texts.Say(units[i], "n", n)
}
