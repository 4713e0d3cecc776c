package pipeline_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// town is a file of communes, so many from one of them.
func town(from, n int) string {
	var b strings.Builder
	b.WriteString("code_insee,nom,population\n")
	for i := range n {
		fmt.Fprintf(&b, "%05d,Commune %d,100\n", from+i, from+i)
	}
	return b.String()
}

// with is the small instance, with more in the publication of a dataset.
func with(name, publication string) *dataset.Registry {
	files := smallFiles()
	file := files.Datasets.(fstest.MapFS)[name+".json"]
	file.Data = []byte(strings.Replace(string(file.Data), `"publication": {`, `"publication": {`+publication+", ", 1))
	return load(files)
}

// refuses checks that a publication is refused in these words, and leaves the last release as it was.
func (w *world) refuses(t *testing.T, dataset, want string) {
	t.Helper()
	before := w.whole(t)
	_, published, err := w.Publish(t.Context())
	if published || fault.KindOf(err) != fault.Refused || fault.Subject(err) != dataset || fault.Message(err) != want {
		t.Errorf("%v, about %q\n  %v, want\n  %s", published, fault.Subject(err), err, want)
	}
	if after := w.whole(t); after.Release != before.Release || !maps.Equal(versions(after), versions(before)) {
		t.Errorf("%s was served, then %s", before.Release, after.Release)
	}
	w.tidy(t)
}

func TestRowsThatFall(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	w.put("codes.csv", town(0, 100))
	w.put("lieux.csv", lieuxCSV)
	w.put("notes.json", notesJSON)
	w.run(t)
	w.publish(t)
	w.put("codes.csv", town(0, 80)) // as far as may be
	w.run(t)
	if _, published := w.publish(t); !published {
		t.Error("a fall of a fifth is not published")
	}
	w.put("codes.csv", town(0, 63))
	w.run(t)
	w.refuses(t, "codes", "codes : 63 lignes au lieu de 80, soit 21,3 % de moins (20 % admis) ; bilan : 63 lignes au lieu de 80, soit 21,3 % de moins (20 % admis). "+
		"La dernière publication reste en place ; pour publier malgré tout : maille publish --accept codes --accept bilan")
	w.Accept = []string{"codes"}
	w.refuses(t, "bilan", "bilan : 63 lignes au lieu de 80, soit 21,3 % de moins (20 % admis). La dernière publication reste en place ; pour publier malgré tout : maille publish --accept bilan")
	w.Accept = []string{"codes", "bilan"}
	if m, published := w.publish(t); !published || m.Entry("codes").Rows != 63 {
		t.Error("what is accepted is not published")
	}
	w.Accept = nil
	if _, published := w.publish(t); published {
		t.Error("what was accepted is held against the next")
	}
	w.Accept = []string{"cities"}
	if _, _, err := w.Publish(t.Context()); fault.KindOf(err) != fault.Invalid || fault.Message(err) != `no dataset is named "cities"` {
		t.Errorf("%v", err)
	}
}

func TestFewRowsMayFallButNotToNone(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.put("notes.json", `[{"id": "9", "texte": "Neuf"}]`) // one of two, and another
	w.run(t)
	if _, published := w.publish(t); !published {
		t.Error("one row of two is not published")
	}
	w.places["notes"] = "-"
	w.run(t)
	w.refuses(t, "notes", "notes : plus aucune ligne, au lieu de 1. La dernière publication reste en place ; pour publier malgré tout : maille publish --accept notes")
	w.Registry = with("notes", `"fall": 1`)
	w.run(t)
	if m, published := w.publish(t); !published || m.Entry("notes").Rows != 0 {
		t.Error("what may fall to none is not published")
	}
}

func TestKeysThatVanish(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	w.put("codes.csv", town(0, 100))
	w.put("lieux.csv", lieuxCSV)
	w.put("notes.json", notesJSON)
	w.run(t)
	w.publish(t)
	w.put("codes.csv", town(51, 100))
	w.run(t)
	w.refuses(t, "codes", "codes : 51 % des clés de la publication précédente ont disparu (50 % admis) ; bilan : 51 % des clés de la publication précédente ont disparu (50 % admis). "+
		"La dernière publication reste en place ; pour publier malgré tout : maille publish --accept codes --accept bilan")
	w.put("codes.csv", town(50, 100))
	w.run(t)
	if _, published := w.publish(t); !published {
		t.Error("half the keys are not published")
	}
	files := smallFiles()
	codes := files.Datasets.(fstest.MapFS)["codes.json"]
	codes.Data = []byte(strings.Replace(string(codes.Data), `"key": ["code_insee"]`, `"key": ["nom"]`, 1))
	files.Schemas.(fstest.MapFS)["codes.json"].Data = []byte(strings.Replace(string(files.Schemas.(fstest.MapFS)["codes.json"].Data),
		`{"name": "nom", "type": "string"}`, `{"name": "nom", "type": "string", "constraints": {"required": true}}`, 1))
	w.Registry = load(files)
	w.run(t)
	w.refuses(t, "codes", "codes : la clé, qui fait l'adresse de chaque objet, n'est plus code_insee mais nom. "+
		"La dernière publication reste en place ; pour publier malgré tout : maille publish --accept codes")
}

func TestEveryCommuneHasARow(t *testing.T) {
	t.Parallel()
	w := settled(t)
	files := smallFiles()
	bilan := files.Datasets.(fstest.MapFS)
	bilan["bilan.json"].Data = []byte(strings.Replace(string(bilan["bilan.json"].Data), `"key": ["code_insee"]`, `"key": ["code_insee"], "commune": "code_insee", "complete": "codes"`, 1))
	bilan["bilan.sql"].Data = []byte(strings.Replace(string(bilan["bilan.sql"].Data), "left join lieux", "join lieux", 1))
	w.Registry = load(files)
	w.put("codes.csv", codesCSV+"91027,Athis-Mons,36000\n")
	w.run(t)
	w.refuses(t, "bilan", "bilan : communes sans ligne, 1 sur les 4 de codes, dont 91027. La dernière publication reste en place ; pour publier malgré tout : maille publish --accept bilan")
	w.put("lieux.csv", lieuxCSV+"e,91027,2.39,48.7,Aide,\n")
	w.run(t)
	if m, published := w.publish(t); !published || m.Entry("bilan").Rows != 4 {
		t.Errorf("%v", versions(m))
	}
}

// TestAttempts: whoever looks at /releases is told of each publication that was tried.
func TestAttempts(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	if _, _, err := w.Publish(t.Context()); err == nil {
		t.Error("nothing is published")
	}
	w.put("codes.csv", town(0, 100))
	w.put("lieux.csv", lieuxCSV)
	w.put("notes.json", notesJSON)
	w.run(t)
	w.publish(t)
	w.publish(t)
	w.publish(t)
	w.put("codes.csv", town(0, 10))
	w.run(t)
	if _, _, err := w.Publish(t.Context()); err == nil {
		t.Error("90 communes go")
	}
	kept := w.Blobs
	w.Accept, w.Blobs = []string{"codes", "bilan"}, closed{kept, fault.New(fault.Unavailable, "s3://bucket/secret: 503")}
	if _, _, err := w.Publish(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
	w.Blobs = kept
	w.publish(t)
	got, err := w.DB.Attempts(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(got)
	want := []release.Attempt{
		{Status: "refused", Reason: "rien n'est encore à publier : lancer maille ingest"},
		{Status: "published", Release: "2026-11-22.1"},
		{Status: "unchanged", Release: "2026-11-22.1"},
		{Status: "refused", Release: "2026-11-22.1", Dataset: "codes", Reason: "codes : 10 lignes au lieu de 100, soit 90 % de moins (20 % admis) ; bilan : 10 lignes au lieu de 100, soit 90 % de moins (20 % admis). " +
			"La dernière publication reste en place"},
		{Status: "failed", Release: "2026-11-22.1", Reason: "la base de données ou le stockage des fichiers ne répondait pas"},
		{Status: "published", Release: "2026-11-22.2"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d attempts: %+v", len(got), got)
	}
	for i := range want {
		if want[i].At = noon; !got[i].At.Equal(noon) {
			t.Errorf("at %v", got[i].At)
		}
		if got[i].At = noon; got[i] != want[i] {
			t.Errorf("%+v\nwant %+v", got[i], want[i])
		}
	}
}
