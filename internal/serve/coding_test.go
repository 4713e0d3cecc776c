package serve

import "testing"

func TestAcceptedCodings(t *testing.T) {
	for _, c := range []struct {
		because string
		header  []string
		best    coding
		takes   string // i g z
	}{
		{"a client that says nothing may know none", nil, identity, "i"},
		{"nor one that says nothing there", []string{""}, identity, "i"},
		{"curl --compressed", []string{"deflate, gzip, br, zstd"}, zstandard, "igz"},
		{"a browser on plain HTTP", []string{"gzip, deflate"}, gzipped, "ig"},
		{"names have no case", []string{"GZIP"}, gzipped, "ig"},
		{"an old name of gzip", []string{"x-gzip"}, gzipped, "ig"},
		{"two lines are one list", []string{"gzip", "zstd"}, zstandard, "igz"},
		{"weights come first", []string{"zstd;q=0.5, gzip;q=0.9"}, gzipped, "igz"},
		{"and count for none too", []string{"gzip;q=0.5, identity"}, identity, "ig"},
		{"a named coding comes before none", []string{"identity, gzip"}, gzipped, "ig"},
		{"what weighs 0 is refused", []string{"gzip;q=0, zstd ; q=0.0"}, identity, "i"},
		{"who refuses none gets another", []string{"identity;q=0, gzip"}, gzipped, "g"},
		{"any stands for none first", []string{"*"}, identity, "igz"},
		{"any but none", []string{"*, identity;q=0"}, zstandard, "gz"},
		{"any but one", []string{"*;q=0.5, zstd;q=0, identity;q=0"}, gzipped, "g"},
		{"any more than none", []string{"identity;q=0.1, *;q=0.5"}, zstandard, "igz"},
		{"one only", []string{"gzip, *;q=0"}, gzipped, "g"},
		{"all refused: none, there is nothing else", []string{"*;q=0"}, identity, ""},
		{"nothing that we make", []string{"br, deflate"}, identity, "i"},
		{"a weight that is none counts as 1", []string{"gzip;q=abc"}, gzipped, "ig"},
		{"so does NaN", []string{"gzip;q=NaN"}, gzipped, "ig"},
		{"commas", []string{",,;,;q=,"}, identity, "i"},
	} {
		got := acceptedCodings(c.header)
		takes := ""
		for i, ok := range got.takes {
			if ok {
				takes += string("igz"[i])
			}
		}
		if got.best != c.best || takes != c.takes {
			t.Errorf("%s: %q gets %s of %q, not %s of %q", c.because, c.header, codingNames[got.best], takes, codingNames[c.best], c.takes)
		}
	}
}

func FuzzAcceptEncoding(f *testing.F) {
	for _, header := range []string{"", "gzip, zstd;q=0.5", "*;q=0", "identity;q=0,*", ";q=1e400", "gzip;q=-1;q=2"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		a := acceptedCodings([]string{header})
		if a.best >= codings || a.best != identity && !a.takes[a.best] {
			t.Errorf("%q: %+v", header, a)
		}
	})
}

func TestCompressible(t *testing.T) {
	for mediaType, want := range map[string]bool{
		mediaJSON: true, mediaGeoJSON: true, mediaSchema: true, mediaOpenAPI: true, mediaHTML: true, mediaProblem: true,
		"application/geo+json-seq": true, "text/csv; charset=utf-8; header=present": true, "application/flatgeobuf": true, "image/svg+xml": true,
		"application/vnd.apache.parquet": false, "application/geopackage+sqlite3": false, "image/png": false, "": false,
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": false,
	} {
		if compressible(mediaType) != want {
			t.Errorf("%s: %v", mediaType, !want)
		}
	}
}
