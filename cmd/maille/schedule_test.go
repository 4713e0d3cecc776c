package main

import (
	"strings"
	"testing"
	"time"

	"maille/internal/pgtest"
	"maille/internal/release"
	"maille/internal/schedule"
)

// TestScheduleCommands: what a node does is seen and asked for from the command line, on another one.
func TestScheduleCommands(t *testing.T) {
	isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	write(t, map[string]string{"p.toml": "title = 'Essai'\n[sources]\nprojets = ['projets.csv']\n", "projets.csv": "",
		"maille.toml": "profile = 'p.toml'\n[schedule]\nIRREG = 'never'\nANNUAL = 'never'\nDAILY = 'never'\nMONTHLY = 'never'\nQUARTERLY = 'never'\nprojets = '@hourly'"})
	code, _, stderr := maille(t, "schedule", "list")
	if code != exitUsage || !strings.Contains(stderr, "run maille migrate") {
		t.Errorf("before migrate: %d %s", code, stderr)
	}
	oneLine(t, stderr)
	if code, _, stderr := maille(t, "migrate"); code != exitOK {
		t.Fatal(stderr)
	}
	if code, stdout, _ := maille(t, "schedule", "list"); code != exitOK || !strings.Contains(stdout, "No jobs") || !strings.Contains(stdout, "No dates") {
		t.Errorf("%d %s", code, stdout)
	}
	p := start(t, "schedule")
	listed := func() string {
		_, stdout, _ := maille(t, "schedule", "list")
		return stdout
	}
	holds := func(want ...string) {
		t.Helper()
		got := ""
		for range 200 {
			got = strings.Join(strings.Fields(listed()), " ")
			for len(want) > 0 && strings.Contains(got, want[0]) {
				want = want[1:]
			}
			if len(want) == 0 {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("no %q in %s", want, got)
	}
	holds("IRREG @hourly", "1 ingest retryable 1/8", "IRREG: projets") // the file is empty
	if code, stdout, _ := maille(t, "schedule", "retry", "1"); code != exitOK || stdout != "Job 1 is available\n" {
		t.Errorf("%d %s", code, stdout)
	}
	holds("1 ingest retryable 2/8")
	if code, stdout, _ := maille(t, "schedule", "cancel", "1"); code != exitOK || stdout != "Job 1 is cancelled\n" {
		t.Errorf("%d %s", code, stdout)
	}
	if code, stdout, stderr := maille(t, "schedule", "run", "--frequency", "IRREG"); code != exitOK || !strings.HasPrefix(stdout, "Job ") {
		t.Errorf("%d %s%s", code, stdout, stderr)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"list", "--last", "0"}, exitUsage, "--last"},
		{[]string{"list", "--last", "-3"}, exitUsage, "--last"},
		{[]string{"run", "mairies"}, exitUsage, "mairies"},
		{[]string{"run", "--frequency", "WEEKLY"}, exitUsage, "WEEKLY"},
		{[]string{"run", "--frequency", "IRREG", "projets"}, exitUsage, "--frequency"},
		{[]string{"retry", "1000"}, exitUsage, "no job 1000"},
		{[]string{"cancel", "one"}, exitUsage, "one"},
		{[]string{"cancel"}, exitUsage, "one job"},
	} {
		code, _, stderr := maille(t, append([]string{"schedule"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("%v: %d %s", c.args, code, stderr)
		}
		oneLine(t, stderr)
	}
	if code := p.end(t); code != exitOK {
		t.Errorf("%d %s", code, p.stderr.String())
	}
}

func TestScheduleListIsNarrow(t *testing.T) {
	names := strings.Fields(strings.Repeat("lieux-mediation-declares ", 16))
	var out strings.Builder
	printJobs(&out, []schedule.Job{{ID: 1, Kind: schedule.Ingest, Frequency: "IRREG", Datasets: names, State: "completed"}, {ID: 2, Kind: schedule.Ingest, Datasets: names}})
	printCalendar(&out, []release.Due{{Frequency: "UPDATE_CONT", Schedule: "0 4 1,15 * *", Datasets: names, Next: time.Now(), Last: time.Now()}})
	for line := range strings.Lines(out.String()) {
		if len(line) > 130 {
			t.Errorf("%d letters: %s", len(line), line)
		}
	}
	if said := out.String(); !strings.Contains(said, "IRREG: 16 datasets") || strings.Count(said, names[0]) != 16 {
		t.Error(said)
	}
}
