package store_test

import (
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/store"
)

var passages = described{name: "passages", columns: []string{"numero integer", "code_ancien string", "nature string", "debut date", "fin date", "code_insee string",
	"nom string", "principal boolean"}}

// histories are those of the codes in TestKnownCommune: 91003 merged into 91001, 91004 was divided between both communes,
// 91005 lived twice, 91001 is also a part of the commune of that code.
func histories(t *testing.T, db *store.DB) *store.Reference {
	t.Helper()
	lives := [][]any{
		{"91003", "commune", day("1943-01-01"), day("2019-01-01"), "91001", "L'Ouest", true},
		{"91003", "deleguee", day("2019-01-01"), day("2021-01-01"), "91001", "L'Ouest", true},
		{"91004", "commune", day("1943-01-01"), day("1966-12-12"), "91002", "L'Est", false},
		{"91004", "commune", day("1943-01-01"), day("1966-12-12"), "91001", "L'Ouest", true},
		{"91005", "commune", day("1943-01-01"), day("1972-01-01"), "91001", "L'Ouest", true},
		{"91005", "commune", day("1980-01-01"), day("2016-01-01"), "91002", "L'Est", true},
		{"91001", "commune", day("1943-01-01"), nil, "91001", "L'Ouest", true},
		{"91001", "deleguee", day("2019-01-01"), day("2020-01-01"), "91001", "L'Ouest", true},
	}
	rows := make([]*dataset.Feature, len(lives))
	for i, life := range lives {
		rows[i] = row(int64(i+1), nil, append([]any{i}, life...)...)
	}
	return &store.Reference{Version: load(t, db, registry(t, passages).Get("passages"), rows...), Commune: "code_insee"}
}

func TestKnownCommune(t *testing.T) {
	t.Parallel()
	s := settle(t)
	ward := load(t, s.db, registry(t, described{name: "wards", columns: []string{"code string", "commune string"}}).Get("wards"), row(1, nil, "75120", "91001"))
	rows := func() (all []*dataset.Feature) {
		for i, code := range []any{"91001", "75120", "91003", "91004", "91005", "91999", nil} {
			all = append(all, row(int64(i+2), nil, cells(string(rune('a'+i)), code)...))
		}
		return all
	}
	unknown := func(line, key, code string) string {
		return line + " " + key + " code_insee known-commune error: la commune " + code + " n'est pas dans le référentiel"
	}
	former := func(line, key, code, date, successors string) string {
		return line + " " + key + " code_insee former-commune warning: le code " + code + " n'est plus celui d'une commune depuis le " + date + " ; aujourd'hui : " + successors
	}
	dead := []string{
		former("4", "c", "91003", "2019-01-01", "L'Ouest (91001)"),
		former("5", "d", "91004", "1966-12-12", "L'Ouest (91001), L'Est (91002)"),
		former("6", "e", "91005", "2016-01-01", "L'Est (91002)"),
	}
	for _, c := range []struct {
		name            string
		passages, wards bool
		standing        string
		issues          []string
	}{
		{"communes alone", false, false, "a g", []string{unknown("3", "b", "75120"), unknown("4", "c", "91003"), unknown("5", "d", "91004"), unknown("6", "e", "91005"), unknown("7", "f", "91999")}},
		{"with arrondissements", false, true, "a b g", []string{unknown("4", "c", "91003"), unknown("5", "d", "91004"), unknown("6", "e", "91005"), unknown("7", "f", "91999")}},
		{"with passages", true, false, "a c d e g", append(slices.Clone(dead), unknown("3", "b", "75120"), unknown("7", "f", "91999"))},
		{"with both", true, true, "a b c d e g", append(slices.Clone(dead), unknown("7", "f", "91999"))},
	} {
		of := territory{s.db, s.refs}
		if c.passages {
			of.refs.Passages = histories(t, s.db)
		}
		if c.wards {
			of.refs.Arrondissements = &store.Reference{Version: ward, Commune: "code"}
		}
		standing, issues := of.hold(t, places, "known-commune", rows()...)
		if strings.Join(standing, " ") != c.standing || !slices.Equal(issues, c.issues) {
			t.Errorf("%s: %v stand; issues:\n%s\nwant\n%s", c.name, standing, strings.Join(issues, "\n"), strings.Join(c.issues, "\n"))
		}
	}
}
