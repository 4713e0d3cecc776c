package main

import (
	"encoding/json"
	"strings"
	"testing"

	"maille/internal/indicator"
)

// TestExplainLists: without an indicator, and without a database, all are listed, for people and for programs.
func TestExplainLists(t *testing.T) {
	isolated(t)
	code, stdout, stderr := maille(t, "explain")
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if all := indicator.Definitions(); code != exitOK || stderr != "" || len(lines) != len(all) || !strings.HasPrefix(lines[0], all[0].Code+" ") {
		t.Errorf("%d %s%s", code, stdout, stderr)
	}
	_, stdout, _ = maille(t, "explain", "--json")
	var all []indicator.Definition
	if err := json.Unmarshal([]byte(stdout), &all); err != nil || len(all) != len(lines) {
		t.Errorf("%d indicators: %v", len(all), err)
	}
}

func TestExplainUsage(t *testing.T) {
	isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", "")
	for says, args := range map[string][]string{
		"no database in mistyped": {"explain", "thd_taux_raccordable", "91494", "--data", "mistyped"},
		"accepts at most 2":       {"explain", "thd_taux_raccordable", "91494", "more"},
	} {
		code, stdout, stderr := maille(t, args...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, says) {
			t.Errorf("%v: %d %s%s", args, code, stdout, stderr)
		}
		oneLine(t, stderr)
	}
}
