package source

import (
	_ "embed"
	"path/filepath"
	"strings"
	"time"

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

// lasting writes a duration in hours, minutes, seconds and milliseconds, without those that are nought.
func lasting(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		text string
		d    time.Duration
	}{{"lasting.hours", time.Hour}, {"lasting.minutes", time.Minute}, {"lasting.seconds", time.Second}, {"lasting.milliseconds", time.Millisecond}} {
		if n := d / unit.d; n > 0 {
			parts = append(parts, texts.Say(unit.text, "n", int64(n)))
		}
		d %= unit.d
	}
	return strings.Join(parts, " ")
}
