package schedule

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/dataset"
	"maille/internal/release"
)

func described(t *testing.T, frequencies map[string]string) *dataset.Registry {
	t.Helper()
	files := dataset.Files{Datasets: fstest.MapFS{}, Schemas: fstest.MapFS{"a.json": {Data: []byte(`{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}]}`)}}}
	for name, frequency := range frequencies {
		origin := `"resources": [{"path": "` + name + `.csv", "format": "csv"}]`
		if from, derived := strings.CutPrefix(frequency, "from "); derived {
			origin, frequency = `"derived": {"from": ["`+from+`"]}`, "DAILY"
			files.Datasets.(fstest.MapFS)[name+".sql"] = &fstest.MapFile{Data: []byte("select id from " + from)}
		}
		files.Datasets.(fstest.MapFS)[name+".json"] = &fstest.MapFile{Data: []byte(`{"name": "` + name + `", "title": "T", "description": "D", ` + origin + `, "schema": "a.json",
			"licenses": [{"name": "etalab-2.0"}], "sources": [{"title": "S"}], "publication": {"key": ["id"], "frequency": "` + frequency + `"}}`)}
	}
	r, err := dataset.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func said(groups []release.Due) (all []string) {
	for _, g := range groups {
		all = append(all, g.Frequency+" "+g.Schedule+": "+strings.Join(g.Datasets, " "))
	}
	slices.Sort(all)
	return all
}

func TestGroups(t *testing.T) {
	r := described(t, map[string]string{"a": "DAILY", "b": "DAILY", "c": "QUARTERLY", "d": "", "e": "NEVER", "f": "from a", "g": "DAILY", "h": "DAILY"})
	place := func(d *dataset.Dataset, _ int) []string {
		if d.Name == "g" {
			return nil // this instance leaves it out
		}
		return []string{"somewhere"}
	}
	got := said(groups(r, place, Rules{"QUARTERLY": "0 4 * * 1", "b": "@hourly", "h": "never"}))
	want := []string{"DAILY 0 4 * * *: a", "DAILY @hourly: b", "QUARTERLY 0 4 * * 1: c", "UNKNOWN 0 4 1 * *: d"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for key, says := range map[string]string{"DAYLY": "neither a frequency", "f": "made of other datasets", "z": "neither"} {
		if err := (Rules{key: "@daily"}).CheckNames(r); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if err := (Rules{"DAILY": "@daily", "a": "@hourly"}).CheckNames(r); err != nil {
		t.Error(err)
	}
}

// TestPlanned: what an instance that starts makes of the calendar that is there.
func TestPlanned(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	yesterday, tomorrow := now.AddDate(0, 0, -1), now.AddDate(0, 0, 1)
	daily := func(names string, next, last time.Time) release.Due {
		return release.Due{Frequency: "DAILY", Schedule: "0 4 * * *", Datasets: strings.Fields(names), Next: next, Last: last}
	}
	for _, c := range []struct {
		because string
		wanted  release.Due
		before  []release.Due
		next    time.Time
	}{
		{"never looked at: at once", daily("a b", time.Time{}, time.Time{}), nil, now},
		{"as it stood", daily("a b", time.Time{}, time.Time{}), []release.Due{daily("a b", tomorrow, yesterday)}, tomorrow},
		{"a date that passed is still due", daily("a b", time.Time{}, time.Time{}), []release.Due{daily("a b", yesterday, yesterday.AddDate(0, 0, -1))}, yesterday},
		{"begun and not done: its job is there", daily("a", time.Time{}, time.Time{}), []release.Due{daily("a", tomorrow, time.Time{})}, tomorrow},
		{"one more dataset: at once", daily("a b", time.Time{}, time.Time{}), []release.Due{daily("a", tomorrow, yesterday)}, now},
		{"another schedule: as it says, after the last time", daily("a", time.Time{}, time.Time{}),
			[]release.Due{{Frequency: "DAILY", Schedule: "@hourly", Datasets: []string{"a"}, Next: now, Last: now}}, time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)},
	} {
		if got := planned([]release.Due{c.wanted}, c.before, now); !got[0].Next.Equal(c.next) {
			t.Errorf("%s: %s, not %s", c.because, got[0].Next, c.next)
		}
	}
}
