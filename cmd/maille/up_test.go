package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"maille/internal/pgtest"
)

// TestUp: on a real server, everything until Ctrl-C.
func TestUp(t *testing.T) {
	isolated(t)
	write(t, map[string]string{"maille.toml": "[publisher]\nkind = \"local\""}) // or it is advised to say so
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	p := start(t, "up", "--listen", "127.0.0.1:0", "--log", "json", "--base-url", "https://data.example.fr/")
	address := p.address(t)
	if got := get(t, address+"/collections/communes/items?limit=1"); !strings.Contains(got, `"numberMatched":194`) || !strings.Contains(got, `"https://data.example.fr/collections/communes`) {
		t.Error(got)
	}
	if got := get(t, address+"/readyz"); !strings.HasPrefix(got, "ready ") {
		t.Error(got)
	}
	if code := p.end(t); code != exitOK {
		t.Errorf("%d %s", code, p.stderr.String())
	}
	everyStep(t, p.stderr.String())
	if _, err := http.Get(address + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}

// TestServeWhatOthersPublish: a reader learns of a publication by itself.
func TestServeWhatOthersPublish(t *testing.T) {
	isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	p := start(t, "serve", "--listen", "127.0.0.1:0")
	address := p.address(t)
	if response, err := http.Get(address + "/readyz"); err != nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("before the first release: %v %v", response, err)
	}
	if code, _, stderr := maille(t, "ingest", "communes-cog", "projets"); code != exitOK {
		t.Fatal(stderr)
	}
	code, stdout, stderr := maille(t, "publish")
	if code != exitOK {
		t.Fatal(stderr)
	}
	name := strings.TrimSuffix(strings.Fields(stdout)[2], ":")
	for i := 0; i < 200 && !strings.Contains(p.stderr.String(), "release="+name); i++ {
		time.Sleep(20 * time.Millisecond)
	}
	if got := get(t, address+"/readyz"); got != "ready "+name+"\n" {
		t.Error(got)
	}
	if code := p.end(t); code != exitOK {
		t.Errorf("%d", code)
	}
}

// TestUpFromNothing: an empty folder, no configuration, a private cluster; and once more, the same release.
func TestUpFromNothing(t *testing.T) {
	if raced {
		t.Skip("TestUp does the same on a database that is there")
	}
	if testing.Short() {
		t.Skip("starts a PostgreSQL of its own")
	}
	dir := isolated(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	first := start(t, "up", "--listen", "127.0.0.1:0")
	needCluster(t, first)
	release := current(t, first.address(t))
	if code := first.end(t); code != exitOK {
		t.Errorf("%d %s", code, first.stderr.String())
	}
	again := start(t, "up", "--listen", "127.0.0.1:0")
	if got := current(t, again.address(t)); got != release {
		t.Errorf("%s, then %s", release, got)
	}
	if !strings.HasPrefix(again.stdout.String(), "Nothing changed: release "+release) {
		t.Error(again.stdout.String())
	}
	for _, line := range strings.Split(again.stderr.String(), "\n") {
		if strings.Contains(line, "msg=ingest") && !strings.Contains(line, "status=current") {
			t.Errorf("ingested again: %s", line)
		}
	}
	if code := again.end(t); code != exitOK {
		t.Errorf("%d %s", code, again.stderr.String())
	}
}

// needCluster skips on a machine without PostgreSQL, where the program has already said so.
func needCluster(t *testing.T, p *program) {
	t.Helper()
	for p.stdout.String() == "" {
		select {
		case code := <-p.ended:
			p.ended <- code
			if code == exitUnavailable && os.Getenv("CI") != "true" {
				t.Skip(p.stderr.String())
			}
			t.Fatalf("%d %s", code, p.stderr.String())
		default:
		}
	}
}

func current(t *testing.T, address string) string {
	t.Helper()
	var landing struct{ Release string }
	if err := json.Unmarshal([]byte(get(t, address+"/")), &landing); err != nil {
		t.Fatal(err)
	}
	return landing.Release
}

func get(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
