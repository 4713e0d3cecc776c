package pipeline_test

import (
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/dataset"
)

// withCodes is the small instance, with other fields of the communes.
func withCodes(columns ...string) *dataset.Registry {
	files := smallFiles()
	files.Schemas.(fstest.MapFS)["codes.json"] = fields(columns...)
	return load(files)
}

// TestBreaksInJanuaryOnly: fields may come at any time; what programs read goes in January, or when the operator says so.
func TestBreaksInJanuaryOnly(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.Registry = withCodes("code_insee string", "nom string", "population integer", "siren string")
	w.put("codes.csv", "code_insee,nom,population,siren\n91001,Abbéville,300,1\n91016,Angerville,4000,2\n91021,Arpajon,10000,3\n")
	w.run(t)
	if _, published := w.publish(t); !published {
		t.Error("a field that comes is not published")
	}
	const stays = "La dernière publication reste en place ; pour publier malgré tout : maille publish --accept codes"
	for _, registry := range []*dataset.Registry{
		withCodes("code_insee string", "nom string", "population integer"),
		withCodes("code_insee string", "nom string", "population integer", "siren integer"),
	} {
		w.Registry = registry
		w.run(t)
		w.refuses(t, "codes", "codes : hors janvier, ces champs disparaissent, ou changent de type ou d'unité : siren. "+stays)
	}
	w.Now = func() time.Time { return time.Date(noon.Year()+1, time.January, 31, 23, 0, 0, 0, time.UTC) }
	if m, published := w.publish(t); !published || m.Entry("codes").Change == nil {
		t.Error("in January they may")
	}
}

// TestEndsAreAnnounced: twelve months before, and not brought forward; the day it comes, the collection may go.
func TestEndsAreAnnounced(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ending := func(date string) *dataset.Registry {
		return with("notes", `"sunset": {"date": "`+date+`", "reason": "Le producteur cesse."}`)
	}
	end := noon.AddDate(1, 0, 0)
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	refused := func(date string) string {
		return "notes : la fin annoncée, le " + date + ", est à moins de douze mois. La dernière publication reste en place ; pour publier malgré tout : maille publish --accept notes"
	}
	soon := day(end.AddDate(0, 0, -1))
	w.Registry = ending(soon)
	w.run(t)
	w.refuses(t, "notes", refused(soon))
	w.Registry = ending(day(end))
	w.run(t)
	if _, published := w.publish(t); !published {
		t.Fatal("an end in twelve months is not published")
	}
	w.Registry = ending(soon)
	w.run(t)
	w.refuses(t, "notes", refused(soon))

	files := smallFiles()
	delete(files.Datasets.(fstest.MapFS), "notes.json")
	w.Registry = load(files)
	w.Now = func() time.Time { return end.Add(-24 * time.Hour) }
	if _, published, err := w.Publish(t.Context()); published || err == nil {
		t.Error("it goes before the day that was said")
	}
	w.Now = func() time.Time { return end }
	if m, published := w.publish(t); !published || m.Entry("notes") != nil {
		t.Error("it does not go, the day that was said")
	}
}
