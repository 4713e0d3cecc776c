package serve_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"
)

type fileOfManifest struct {
	Name, Role, SHA256 string
	Bytes              int64
}

func manifestFiles(t *testing.T, base string) (files []fileOfManifest) {
	t.Helper()
	for _, d := range parse[struct {
		Datasets []struct{ Files []fileOfManifest }
	}](t, base+"/manifest.json").Datasets {
		files = append(files, d.Files...)
	}
	return files
}

// TestReleaseDocuments: what is said of a release is the same at its frozen address, and names every file of the manifest.
func TestReleaseDocuments(t *testing.T) {
	w := sample(t)
	frozen := w.address + "/r/" + current(t, w)
	files := manifestFiles(t, w.address)
	sums := string(ask(t, http.MethodGet, frozen+"/SHA256SUMS").body)
	pack := parse[struct {
		ID        string
		Resources []struct {
			Path, Hash string
			Bytes      int64
		}
	}](t, frozen+"/datapackage.json")
	latest := parse[struct {
		Release, Manifest string
		Files             []struct{ Name, Href, SHA256 string }
	}](t, w.address+"/latest.json")
	if len(files) == 0 || strings.Count(sums, "\n") != len(files) || len(pack.Resources) != len(files) || len(latest.Files) != len(files) || pack.ID != frozen+"/" ||
		latest.Manifest != frozen+"/manifest.json" {
		t.Fatalf("%d files, %d sums, %d resources, %+v", len(files), strings.Count(sums, "\n"), len(pack.Resources), latest)
	}
	for i, f := range files {
		if !strings.Contains(sums, f.SHA256+"  d/"+f.Name+"\n") || pack.Resources[i].Path != "d/"+f.Name || pack.Resources[i].Hash != "sha256:"+f.SHA256 ||
			pack.Resources[i].Bytes != f.Bytes || latest.Files[i].SHA256 != f.SHA256 || latest.Files[i].Href != frozen+"/d/"+f.Name {
			t.Errorf("%+v: %+v, %+v", f, pack.Resources[i], latest.Files[i])
		}
	}
	for _, path := range []string{"/datapackage.json", "/SHA256SUMS", "/CITATION.cff", "/cite.txt", "/cite.bib", "/cite.ris", "/cite.json", "/collections/communes/cite.txt"} {
		here, there := ask(t, http.MethodGet, w.address+path), ask(t, http.MethodGet, frozen+path)
		if here.StatusCode != 200 || string(here.body) != string(there.body) {
			t.Errorf("%s: %s, and not the same under /r/", path, here.Status)
		}
		if !strings.Contains(there.Header.Get("Link"), `/r/`+current(t, w)+`/`) || !strings.Contains(there.Header.Get("Link"), `rel="cite-as"`) {
			t.Errorf("%s: Link %s", path, there.Header.Get("Link"))
		}
		if again := ask(t, http.MethodGet, there.Request.URL.String(), "If-None-Match", there.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %s", path, again.Status)
		}
	}
}

// TestSidecars: each collection has a codebook and a report, which are files like the others.
func TestSidecars(t *testing.T) {
	w := sample(t)
	files := manifestFiles(t, w.address)
	for _, d := range w.Registry.All() {
		for role, name := range map[string]string{"codebook": d.Name + ".codebook.csv", "quality": d.Name + ".quality.json"} {
			i := slices.IndexFunc(files, func(f fileOfManifest) bool { return f.Name == name && f.Role == role })
			if i < 0 {
				t.Errorf("there is no %s", name)
				continue
			}
			a := ask(t, http.MethodGet, w.address+"/d/"+name)
			if sum := sha256.Sum256(a.body); a.StatusCode != 200 || hex.EncodeToString(sum[:]) != files[i].SHA256 {
				t.Errorf("%s: %s", name, a.Status)
			}
			if role == "codebook" && strings.Count(string(a.body), "\r\n") < 1+len(d.Schema.Columns) {
				t.Errorf("%s:\n%s", name, a.body)
			}
		}
	}
	report := ask(t, http.MethodGet, w.address+"/d/communes.quality.json")
	if got := ask(t, http.MethodGet, w.address+"/collections/communes/quality"); string(got.body) != string(report.body) || got.Header.Get("Content-Type") != "application/json" {
		t.Error("the document of quality is not the file")
	}
}

// TestQualityCounts: a report agrees with the collection.
func TestQualityCounts(t *testing.T) {
	w := sample(t)
	for _, name := range []string{"communes", "lieux-mediation", "services-en-ligne", "projets"} {
		r := parse[struct {
			Rows    int64
			Columns []struct {
				Name         string
				Filled, Null int64
			}
			Issues struct{ Total int64 }
		}](t, w.address+"/collections/"+name+"/quality")
		c := parse[struct{ Rows int64 }](t, w.address+"/collections/"+name)
		if r.Rows != c.Rows || len(r.Columns) != len(w.Registry.Get(name).Schema.Columns) {
			t.Errorf("%s: %d rows, %d columns", name, r.Rows, len(r.Columns))
		}
		for _, column := range r.Columns {
			matched := parse[struct{ NumberMatched int64 }](t, w.address+"/collections/"+name+"/items?limit=1&filter="+column.Name+"%20IS%20NULL")
			if column.Filled+column.Null != r.Rows || column.Null != matched.NumberMatched {
				t.Errorf("%s.%s: %d null, the API finds %d", name, column.Name, column.Null, matched.NumberMatched)
			}
		}
	}
}

// TestCitePages: people find how to cite, what columns mean and how good the rows are, without a script.
func TestCitePages(t *testing.T) {
	w := sample(t)
	release := current(t, w)
	for path, wants := range map[string][]string{
		"/":                                      {"/cite\""},
		"/releases":                              {"/stabilite\""},
		"/stabilite":                             {"Sunset", "/latest.json"},
		"/cite":                                  {"/r/" + release + "/", "@misc{publication-" + release, "/CITATION.cff"},
		"/collections/communes":                  {"/collections/communes/cite\"", "/collections/communes/quality\"", "/d/communes.codebook.csv\""},
		"/collections/communes/cite":             {"/r/" + release + "/collections/communes", "communes@"},
		"/collections/communes/quality":          {"<meter", "Population"},
		"/r/" + release + "/cite":                {"Adresse figée"},
		"/collections/services-en-ligne/quality": {"inside-commune"},
	} {
		a := ask(t, http.MethodGet, w.address+path, "Accept", "text/html")
		if a.StatusCode != 200 || len(a.body) > 100_000 {
			t.Errorf("%s: %s, %d bytes", path, a.Status, len(a.body))
		}
		for _, want := range wants {
			if !strings.Contains(string(a.body), want) {
				t.Errorf("%s does not show %s", path, want)
			}
		}
	}
}

// TestCiteAs: a frozen answer says what to cite (RFC 8574), and no other does in a document, which would change with each
// release though the collection does not.
func TestCiteAs(t *testing.T) {
	w := sample(t)
	frozen := w.address + "/r/" + current(t, w)
	for path, want := range map[string]string{"/": "/", "": "/", "/collections/communes": "/collections/communes", "/d/communes.csv": "/collections/communes",
		"/collections/communes?f=html": "/collections/communes"} {
		if got := ask(t, http.MethodGet, frozen+path).Header.Get("Link"); !strings.Contains(got, "<"+frozen+want+`>; rel="cite-as"`) {
			t.Errorf("%s: Link %s", path, got)
		}
	}
	if got := ask(t, http.MethodGet, w.address+"/d/communes.csv").Header.Get("Link"); !strings.Contains(got, frozen+"/collections/communes") || !strings.Contains(got, `rel="license"`) ||
		!strings.Contains(got, w.address+`/datapackage.json>; rel="describedby"`) {
		t.Errorf("Link %s", got)
	}
	if a := ask(t, http.MethodGet, w.address+"/collections/communes"); strings.Contains(string(a.body), "cite-as") || a.Header.Get("Link") != "" {
		t.Error("the current collection's document names a release")
	}
}

func TestCiteRefusals(t *testing.T) {
	w := sample(t)
	for path, status := range map[string]int{"/cite.pdf": 404, "/collections/nulle-part/cite.txt": 404, "/collections/communes/cite.docx": 404, "/cite.txt?x=1": 400,
		"/SHA256SUMS?f=json": 400, "/datapackage.json?x": 400, "/collections/nulle-part/quality": 404, "/collections/communes/quality?f=pdf": 400, "/latest.json?f=x": 400,
		"/r/2020-01-01.1/cite.txt": 404} {
		a := ask(t, http.MethodGet, w.address+path)
		if a.StatusCode != status || a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s %s", path, a.Status, a.body)
		}
	}
}
