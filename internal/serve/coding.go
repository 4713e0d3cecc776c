package serve

import (
	"strconv"
	"strings"

	"maille/internal/carto"
)

// coding is a form in which the bytes of an answer travel (RFC 9110 §8.4.1).
type coding uint8

const (
	identity  coding = iota // as they are
	gzipped                 // RFC 1952
	zstandard               // RFC 8878
	codings                 // how many there are
)

var codingNames = [codings]string{"identity", "gzip", "zstd"}

// suffix is what tells the tags of an answer's representations apart (RFC 9110 §8.8.3.3).
func (c coding) suffix() string {
	return [codings]string{"", "-gzip", "-zstd"}[c]
}

// accepted is what a client says of the codings: those it takes, and the one that it gets.
type accepted struct {
	best  coding
	takes [codings]bool
}

// plainly is for answers that have no other form. A client that refuses it gets it all the same: there is nothing else.
var plainly = accepted{takes: [codings]bool{identity: true}}

// acceptedCodings reads Accept-Encoding (RFC 9110 §12.5.3). Among codings of one weight, zstd comes before gzip, gzip
// before none, and none before those that only "*" names: who says "*" may not know what zstd is. Without a coding that
// the client takes there is no coding.
func acceptedCodings(header []string) accepted {
	if len(header) == 0 {
		return plainly
	}
	const unsaid = -1
	weights := [codings]float64{unsaid, unsaid, unsaid}
	others := float64(unsaid)
	for _, line := range header {
		for part := range strings.SplitSeq(line, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			if name = strings.TrimSpace(name); name == "*" {
				others = weight(parameters)
			} else if c := codingOf(name); c < codings {
				weights[c] = weight(parameters)
			}
		}
	}
	return chosenCoding(weights, others)
}

func chosenCoding(weights [codings]float64, others float64) (a accepted) {
	const least = 0.0001 // of no coding where nothing is said of it: it is taken, after all that is named
	most := weights[identity]
	if most < 0 {
		most = least
		if others >= 0 {
			most = others
		}
	}
	a.takes[identity] = most > 0
	for _, c := range []coding{zstandard, gzipped} {
		w := weights[c]
		a.takes[c] = w > 0 || w < 0 && others > 0
		switch {
		case w < 0 && others > most:
			a.best, most = c, others
		case w > most, w > 0 && w == most && a.best == identity:
			a.best, most = c, w
		}
	}
	return a
}

func codingOf(name string) coding {
	switch {
	case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
		return gzipped
	case strings.EqualFold(name, "zstd"):
		return zstandard
	case strings.EqualFold(name, "identity"):
		return identity
	}
	return codings
}

// weight is the q among parameters, 1 unless said or when it is no number (RFC 9110 §12.4.2).
func weight(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		if name, value, _ := strings.Cut(parameter, "="); strings.EqualFold(strings.TrimSpace(name), "q") {
			if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && q >= 0 {
				return min(q, 1)
			}
		}
	}
	return 1
}

// compressible says whether an answer of a media type gets smaller: text, and FlatGeobuf and tiles, which are not packed. The
// other files are packed inside.
func compressible(mediaType string) bool {
	kind, _, _ := strings.Cut(mediaType, ";")
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "json-seq") ||
		strings.HasSuffix(kind, "+xml") || kind == offerFlatGeobuf.mediaType || kind == mediaMVT || kind == mediaGlyphs ||
		kind == carto.MediaQML || kind == carto.MediaQLR || kind == carto.MediaQGS
}
