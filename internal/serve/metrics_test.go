package serve_test

import (
	"bytes"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrape reads the metrics as a monitoring does, and lints them.
func scrape(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
	a := ask(t, http.MethodGet, address+"/metrics", "Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain; version=0.0.4") || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%s %v", a.Status, a.Header)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.New(bytes.NewReader(a.body)).Lint()
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "maille_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	if err != nil {
		t.Error(err)
	}
	return families
}

// series are those of a family: labels as they are written in the text, and value.
func series(f *dto.MetricFamily) map[string]float64 {
	all := map[string]float64{}
	for _, m := range f.GetMetric() {
		var labels []string
		for _, l := range m.GetLabel() {
			labels = append(labels, l.GetName()+"="+l.GetValue())
		}
		sort.Strings(labels)
		value := m.GetGauge().GetValue() + m.GetCounter().GetValue()
		if h := m.GetHistogram(); h != nil {
			value = float64(h.GetSampleCount())
		}
		all[strings.Join(labels, " ")] = value
	}
	return all
}

// TestMetrics: each request is counted once, under its route, whether it was answered before or not.
func TestMetrics(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": points(50, "2026-01-01")})
	release := w.publish(t).Release
	body := int64(0)
	for _, r := range []struct {
		method, path string
		times        int
	}{
		{"GET", "/collections/points/items", 3}, {"HEAD", "/collections/points/items", 2}, {"GET", "/r/" + release + "/collections/points/items", 1},
		{"GET", "/collections/nothing/items", 1}, {"GET", "/tiles/points/8/129/88.mvt", 2}, {"GET", "/collections/points/tiles/WebMercatorQuad/8/88/129", 1},
		{"OPTIONS", "/", 1}, {"POST", "/collections", 1}, {"BREW", "/pot", 1}, {"GET", "/nowhere", 2}, {"GET", "/d/points.csv", 1}, {"GET", "/", 1},
		{"GET", "/collections/points/items/p1", 2}, {"GET", "/collections/points/items/p2", 1},
	} {
		for range r.times {
			a := ask(t, r.method, w.address+r.path)
			if strings.HasSuffix(r.path, "/items") && r.method == http.MethodGet {
				body += int64(len(a.body))
			}
		}
	}
	families := scrape(t, w.address)
	requests := series(families["maille_http_requests_total"])
	for labels, want := range map[string]float64{
		"method=GET route=/collections/{collection}/items status=2xx": 4, "method=HEAD route=/collections/{collection}/items status=2xx": 2,
		"method=GET route=/collections/{collection}/items status=4xx": 1, "method=GET route=/tiles/{z}/{x}/{y} status=2xx": 3,
		"method=OPTIONS route=other status=2xx": 1, "method=other route=other status=4xx": 2, "method=GET route=other status=4xx": 2,
		"method=GET route=/d/{file:.+} status=2xx": 1, "method=GET route=/ status=2xx": 1, "method=GET route=/collections/{collection}/items/{fid:.+} status=2xx": 3,
	} {
		if requests[labels] != want {
			t.Errorf("%s: %g, not %g", labels, requests[labels], want)
		}
	}
	if len(requests) != 10 {
		t.Errorf("%v", requests)
	}
	if got := series(families["maille_http_response_bytes_total"])["route=/collections/{collection}/items"]; got != float64(body) {
		t.Errorf("%g bytes, not %d", got, body)
	}
	if got := series(families["maille_http_request_duration_seconds"])["route=/tiles/{z}/{x}/{y}"]; got != 3 {
		t.Errorf("%g durations", got)
	}
	if got := series(families["maille_release_info"]); got["release="+release] != 1 || len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := series(families["maille_source_last_success_timestamp_seconds"]); len(got) != 1 || got["dataset=points resource=0"] == 0 {
		t.Errorf("%v", got)
	}
	if hits := series(families["maille_cache_hits_total"]); hits["cache=requests"] < 3 || hits["cache=answers"] < 2 {
		t.Errorf("%v", hits)
	}
	for _, name := range []string{"maille_build_info", "maille_pool_connections_acquired", "maille_pool_waits_total", "maille_exports_in_progress", "maille_room_bytes",
		"maille_release_timestamp_seconds", "maille_publication_last_timestamp_seconds", "maille_database_up", "go_goroutines", "process_open_fds"} {
		if len(families[name].GetMetric()) == 0 {
			t.Errorf("no %s", name)
		}
	}
	if again := scrape(t, w.address); series(again["maille_http_requests_total"])["method=GET route=/metrics status=2xx"] != 1 {
		t.Error("scrapes are not counted")
	}
}

// TestMetricsAreBounded: what strangers write makes no series.
func TestMetricsAreBounded(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": points(5, "2026-01-01")})
	w.publish(t)
	ask(t, http.MethodGet, w.address+"/collections/x/items")
	before := len(scrape(t, w.address)["maille_http_requests_total"].GetMetric())
	for i := range 50 {
		for _, path := range []string{"/collections/c%d/items", "/r/2001-01-01.%d/collections/x/items", "/collections/x/items?x=%d"} {
			ask(t, http.MethodGet, w.address+fmt.Sprintf(path, i))
		}
	}
	if after := len(scrape(t, w.address)["maille_http_requests_total"].GetMetric()); after > before+1 { // and that of the scrape
		t.Errorf("%d series, then %d", before, after)
	}
}

// TestMetricsWithoutDatabase: they are there, and say so.
func TestMetricsWithoutDatabase(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": points(5, "2026-01-01")})
	w.publish(t)
	w.readers.Close()
	families := scrape(t, w.address)
	if got := series(families["maille_database_up"])[""]; got != 0 || len(families["maille_release_info"].GetMetric()) != 1 {
		t.Errorf("%v", families["maille_database_up"])
	}
}
