package validate_test

import (
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/validate"
)

// TestARowSaysAllThatIsWrong, in the order of the columns, its geometry last.
func TestARowSaysAllThatIsWrong(t *testing.T) {
	d := restore(t, points, places)
	var report dataset.Report
	v := validate.New(d)
	row := valid(d, map[string]string{"id": "", "date": "hier", "n": "0", "kinds": "x", "lat": "91"})
	if v.Row(row, &report) != nil {
		t.Error("the row is kept")
	}
	var got []string
	for _, i := range report.Issues {
		got = append(got, i.Column+" "+i.Rule)
	}
	if want := []string{"id required", "date type", "n minimum", "kinds enum", "lat coordinates"}; !slices.Equal(got, want) {
		t.Errorf("issues = %v, want %v", got, want)
	}
}

func TestIssuesOfTheFile(t *testing.T) {
	d := restore(t, points, places)
	for _, c := range []struct {
		name  string
		level dataset.Level
		rule  string
		kept  bool
	}{
		{"a warning is said and the row goes on", dataset.Warning, "pointer", true},
		{"after an error no cell is trusted", dataset.Error, "columns", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := valid(d, map[string]string{"n": ""})
			if !c.kept {
				row = valid(d, map[string]string{"n": "x"})
			}
			row.Issues = []dataset.Issue{{Column: "n", Rule: c.rule, Level: c.level, Message: "m"}}
			var report dataset.Report
			v := validate.New(d)
			if f := v.Row(row, &report); (f != nil) != c.kept {
				t.Errorf("feature = %v", f)
			}
			want := []dataset.Issue{{Resource: 2, Line: 7, Key: "a", Column: "n", Rule: c.rule, Level: c.level, Message: "m"}}
			if !slices.Equal(report.Issues, want) {
				t.Errorf("issues = %+v", report.Issues)
			}
		})
	}
}

func TestKeysInIssues(t *testing.T) {
	d := restore(t, polygons, zones)
	for _, c := range []struct {
		name  string
		cells []string
		want  string
	}{
		{"parts joined", []string{"a", "b"}, "a:b"},
		{"bytes that a database takes", []string{"a\x00", "caf\xe9"}, "a\ufffd:caf\ufffd"},
		{"long parts cut", []string{strings.Repeat("x", 3000), "b"}, strings.Repeat("x", 80) + "…:b"},
		{"a row that ends before its key", []string{"a"}, "a:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var report dataset.Report
			validate.New(d).Row(&dataset.Row{Cells: c.cells, Issues: []dataset.Issue{{Rule: "columns", Level: dataset.Error}}}, &report)
			if got := report.Issues[0].Key; got != c.want {
				t.Errorf("key = %q, want %q", got, c.want)
			}
		})
	}
}

func TestCounts(t *testing.T) {
	d := restore(t, points, places)
	v := validate.New(d)
	var report dataset.Report
	for i := range 2500 {
		change := map[string]string{}
		if i%2 == 0 {
			change["n"], change["date"] = "x", ""
		}
		v.Row(valid(d, change), &report)
	}
	if read, rejected := v.Counts(); read != 2500 || rejected != 1250 {
		t.Errorf("read %d, rejected %d", read, rejected)
	}
	if report.Counts["type"] != 1250 || report.Counts["required"] != 1250 || len(report.Issues) != 2000 {
		t.Errorf("counts %v, %d kept", report.Counts, len(report.Issues))
	}
}

// TestNearestTakesTheNearest of several near words.
func TestNearestTakesTheNearest(t *testing.T) {
	d := restore(t, table, `{"fields": [{"name": "id", "type": "string", "constraints": {"required": true, "enum": ["Gratuit sous condition", "Gratuit", "Payant", "Payants", "D'ici"]}}]}`)
	for cell, want := range map[string]string{
		"gratuite": "Gratuit", "gratuit sous conditions": "Gratuit sous condition", "payent": "Payant", "D’iça": "D'ici", "P": "", "Gra": "", "Accepte le Pass numérique": "",
		strings.Repeat("gratuit", 100): "",
	} {
		var report dataset.Report
		validate.New(d).Row(&dataset.Row{Cells: []string{cell}}, &report)
		_, suggested, _ := strings.Cut(report.Issues[0].Message, "vouliez-vous dire « ")
		if got := strings.TrimSuffix(suggested, " » ?"); got != want {
			t.Errorf("%q is near %q, want %q", cell, got, want)
		}
	}
}
