package main

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"maille/internal/pgtest"
)

var metricsAddress = regexp.MustCompile(`"msg":"metrics","address":"([^"]+)"`)

// TestMetricsAreForTheOperator: at an address of their own where there is one; else where only this machine reaches them.
func TestMetricsAreForTheOperator(t *testing.T) {
	isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	if code, _, stderr := maille(t, "migrate"); code != exitOK {
		t.Fatal(stderr)
	}
	for _, c := range []struct {
		listen, metrics string
		public          bool
	}{{"127.0.0.1:0", "", true}, {"0.0.0.0:0", "", false}, {"127.0.0.1:0", "127.0.0.1:0", false}} {
		t.Setenv("MAILLE_METRICS_LISTEN", c.metrics)
		p := start(t, "serve", "--log", "json", "--listen", c.listen)
		if got := told(p.address(t) + "/metrics"); strings.Contains(got, "maille_build_info") != c.public {
			t.Errorf("%+v: %.200s", c, got)
		}
		for i := 0; c.metrics != "" && i < 100 && !metricsAddress.MatchString(p.stderr.String()); i++ {
			time.Sleep(20 * time.Millisecond)
		}
		found := metricsAddress.FindStringSubmatch(p.stderr.String())
		if (found != nil) != (c.metrics != "") {
			t.Errorf("%+v: %s", c, p.stderr.String())
		}
		if found != nil && (!strings.Contains(told("http://"+found[1]+"/metrics"), "maille_build_info") || strings.Contains(told("http://"+found[1]+"/healthz"), "ok")) {
			t.Errorf("%s does not answer /metrics alone", found[1])
		}
		if code := p.end(t); code != exitOK {
			t.Errorf("%+v: %d %s", c, code, p.stderr.String())
		}
	}
	t.Setenv("MAILLE_METRICS_LISTEN", "nowhere")
	if code, _, stderr := maille(t, "serve", "--listen", "127.0.0.1:0"); code == exitOK || !strings.Contains(stderr, "nowhere") {
		t.Errorf("%d %s", code, stderr)
	}
}

// told is what an address answers; "" where nobody does.
func told(address string) string {
	response, err := http.Get(strings.Replace(address, "[::]", "127.0.0.1", 1))
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return string(text)
}
