package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/release"
	"maille/internal/store"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d, other := describe(t, plain), describe(t, described{name: "autres-lieux", columns: plain.columns})
	old, fresh, same := load(t, db, d, row(1, nil, "a", "un")), load(t, db, d, row(1, nil, "b", "deux")), load(t, db, other, row(1, nil, "a", "x"), row(2, nil, "b", "y"))
	first := edition("2026-11-22.1", "", old, same)
	first.Datasets[0].Modified, first.Datasets[1].Modified = noon, noon
	publish(t, db, first, d, other)
	second := edition("2026-11-23.1", "2026-11-22.1", fresh, same)
	second.Published = noon.AddDate(0, 0, 1)
	second.Correction, second.Withdrawn = "Une erreur.", []string{"vieux"}
	second.Erased = []release.Tombstone{{Dataset: "lieux", At: noon, Reason: "Demande.", Rows: 1}}
	second.Datasets[0].Modified = second.Published
	second.Datasets[0].Change = &release.Change{Since: "2026-11-22.1", Before: old.ID, Added: 1, Removed: 1, Causes: []string{release.CauseSource}}
	second.Datasets[0].Artefacts = []release.Artefact{{RetrievedAt: noon, Vintage: "2025"}, {RetrievedAt: noon.Add(time.Hour), Vintage: "2026"}}
	second.Datasets[0].Files = []release.File{{Name: "a", Bytes: 5}, {Name: "b", Bytes: 7}}
	second.Datasets[0].Stale = []release.Stale{{Place: "p"}}
	second.Datasets[1].Modified = noon // the words are new, the rows are not
	publish(t, db, second, d, other)
	past, err := db.History(t.Context(), "", 10)
	if err != nil || len(past) != 2 {
		t.Fatalf("%+v, %v", past, err)
	}
	s := past[0].Summary
	if past[0].Release != "2026-11-23.1" || !past[0].Current || !past[0].Readable || s.Datasets != 2 || s.Rows != 3 || s.Files != 2 || s.Bytes != 12 {
		t.Errorf("%+v", past[0])
	}
	if len(s.Changes) != 1 || s.Changes[0].Dataset != "lieux" || s.Changes[0].Rows != 1 || s.Changes[0].Added != 1 || !slices.Equal(s.Changes[0].Causes, []string{"source"}) {
		t.Errorf("changes %+v", s.Changes)
	}
	if !slices.Equal(s.Reworded, []string{"autres-lieux"}) || !slices.Equal(s.Stale, []string{"lieux"}) || !slices.Equal(s.Withdrawn, []string{"vieux"}) {
		t.Errorf("%+v", s)
	}
	if len(s.Sources) != 1 || s.Sources[0].Vintage != "2026" || !s.Sources[0].Retrieved.Equal(noon.Add(time.Hour)) {
		t.Errorf("sources %+v", s.Sources)
	}
	if s.Correction != "Une erreur." || len(s.Erased) != 1 || s.Erased[0].Reason != "Demande." {
		t.Errorf("%+v", s)
	}
	if s := past[1].Summary; past[1].Current || len(s.Changes)+len(s.Reworded)+len(s.Erased) != 0 || s.Correction != "" || s.Datasets != 2 {
		t.Errorf("%+v", past[1])
	}
	execute(t, conn, "update maille.version set pruned_at = now() where id = '"+old.ID+"'")
	if past, err = db.History(t.Context(), "2026-11-23.1", 1); err != nil || len(past) != 1 || past[0].Release != "2026-11-22.1" || past[0].Readable {
		t.Errorf("%+v, %v", past, err)
	}
	execute(t, conn, `update maille.release set manifest = jsonb_set(manifest, '{erased}', '[]') where id = '2026-11-23.1'`)
	if past, err = db.History(t.Context(), "", 1); err != nil || len(past[0].Summary.Erased) != 0 || !past[0].Readable {
		t.Errorf("what a manifest says since is not in its summary: %+v, %v", past, err)
	}
}

// TestALongHistoryIsReadByPages: ten years of daily releases whose manifests are long.
func TestALongHistoryIsReadByPages(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	execute(t, conn, `insert into maille.release (id, published_at, manifest)
		select to_char(date '2016-01-01' + n, 'YYYY-MM-DD') || '.1', date '2016-01-01' + n,
			jsonb_build_object('release', 'x', 'published', 'y', 'datasets', (select jsonb_agg(jsonb_build_object('dataset', 'd' || i, 'id', substr(md5(i::text), 1, 12), 'rows', n,
				'files', '[]'::jsonb, 'artefacts', '[]'::jsonb)) from generate_series(1, 40) i))
		from generate_series(0, 3649) n`)
	execute(t, conn, "analyze maille.release")
	before, seen := "", 0
	for {
		past, err := db.History(t.Context(), before, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if seen += len(past); len(past) == 0 {
			break
		}
		before = past[len(past)-1].Release
	}
	if seen != 3650 {
		t.Errorf("%d releases", seen)
	}
	start := time.Now()
	if _, err := db.History(t.Context(), "2020-01-01.1", 50); err != nil || time.Since(start) > 2*time.Second {
		t.Errorf("a page takes %v, %v", time.Since(start), err)
	}
}

// TestHistoryOf: what others publish does not push what a dataset had to tell out of its history.
func TestHistoryOf(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	execute(t, conn, `insert into maille.release (id, published_at, previous, manifest)
		select '2026-01-01.' || n, date '2026-01-01', nullif('2026-01-01.' || n - 1, '2026-01-01.0'),
			jsonb_build_object('release', 'x', 'published', 'y', 'datasets', case when n < 290 then jsonb_build_array(
				jsonb_build_object('dataset', 'rare', 'id', 'a', 'rows', 1) || case when n = 40 then '{"change": {"since": "x", "before": "b", "added": 1, "removed": 0, "changed": 0}}'::jsonb else '{}' end,
				'{"dataset": "daily", "id": "c", "rows": 1, "change": {"since": "x", "before": "b", "added": 2, "removed": 0, "changed": 0}}'::jsonb) else '[]' end)
			|| case n when 290 then '{"withdrawn": ["rare"]}'::jsonb when 60 then '{"erased": [{"dataset": "rare"}, {"dataset": "other"}]}' else '{}' end
		from generate_series(1, 300) n order by n`)
	for name, want := range map[string]string{"rare": "2026-01-01.290 2026-01-01.60 2026-01-01.40 2026-01-01.1", "other": "2026-01-01.60", "none": "", "a": ""} {
		past, err := db.HistoryOf(t.Context(), name, 100)
		var got []string
		for _, p := range past {
			got = append(got, p.Release)
		}
		if strings.Join(got, " ") != want || err != nil {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	past, err := db.HistoryOf(t.Context(), "daily", 100)
	if err != nil || len(past) != 100 || past[0].Release != "2026-01-01.289" || past[0].Summary.Changes[0].Added != 2 {
		t.Errorf("%d %v", len(past), err)
	}
}
