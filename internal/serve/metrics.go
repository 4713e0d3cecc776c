package serve

import (
	"net/http"
	"runtime"
	"time"

	"github.com/maypok86/otter/v2/stats"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"maille/internal/store"
)

// metrics answers what monitoring asks, in the text format of Prometheus; not in OpenMetrics, whose names of the Go collector clash.
func (s *Server) metrics(w http.ResponseWriter, r *request) error {
	w.Header().Set("Cache-Control", "no-store")
	s.monitor.ServeHTTP(w, r.Request)
	return nil
}

// newMonitor is the handler of /metrics, over a registry of its own: nothing that a library registers by itself is in it.
func (s *Server) newMonitor() http.Handler {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "maille_build_info", Help: "The program that runs; always 1.",
		ConstLabels: prometheus.Labels{"version": s.Build, "go": runtime.Version()}})
	build.Set(1)
	registry.MustRegister(build, s.meters, &inside{s}, &state{db: s.DB, often: stateOften},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// inside collects what the server knows without asking anyone.
type inside struct{ s *Server }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("maille_"+name, help, labels, nil)
}

var (
	cacheHits      = describe("cache_hits_total", "Lookups that found what they looked for: of answers, or of requests that were answered before.", "cache")
	cacheMisses    = describe("cache_misses_total", "Lookups that did not.", "cache")
	cacheEvictions = describe("cache_evictions_total", "Entries that made room for others.", "cache")
	cacheBytes     = describe("cache_bytes", "Weight of the entries.", "cache")
	cacheEntries   = describe("cache_entries", "Number of entries.", "cache")
	poolAcquired   = describe("pool_connections_acquired", "Connections to PostgreSQL in use.", "pool")
	poolIdle       = describe("pool_connections_idle", "Connections to PostgreSQL that wait for use.", "pool")
	poolMost       = describe("pool_connections_max", "Connections to PostgreSQL that there may be.", "pool")
	poolWaiting    = describe("pool_callers_waiting", "Callers that ask for a connection now.", "pool")
	poolWaits      = describe("pool_waits_total", "Times that a connection had to be waited for.", "pool")
	poolWaited     = describe("pool_wait_seconds_total", "Time that was waited for connections.", "pool")
	exportsNow     = describe("exports_in_progress", "Exports that are read from the database now.")
	roomBytes      = describe("room_bytes", "What answers under way take, in memory or on disk.", "room")
	roomMost       = describe("room_max_bytes", "What they may take.", "room")
	releaseInfo    = describe("release_info", "The release that is served; always 1.", "release")
	releaseTime    = describe("release_timestamp_seconds", "When the release that is served was published.")
	releaseRows    = describe("release_datasets", "Datasets of the release that is served.")
)

// Describe is for the registry.
func (i *inside) Describe(into chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{cacheHits, cacheMisses, cacheEvictions, cacheBytes, cacheEntries, poolAcquired, poolIdle, poolMost, poolWaiting,
		poolWaits, poolWaited, exportsNow, roomBytes, roomMost, releaseInfo, releaseTime, releaseRows} {
		into <- d
	}
}

// Collect gives it as it is now.
func (i *inside) Collect(into chan<- prometheus.Metric) {
	s := i.s
	gather := gatherer(into)
	gather.cache("answers", s.answers.Stats(), s.answers.WeightedSize(), s.answers.EstimatedSize())
	gather.cache("requests", s.known.Stats(), s.known.WeightedSize(), s.known.EstimatedSize())
	gather.pool("requests", s.DB.Pool())
	if s.Exports != nil {
		gather.pool("exports", s.Exports.Pool())
	}
	gather.gauge(exportsNow, float64(len(s.exporting.taken)))
	for name, r := range map[string]*room{"memory": s.flights.memory, "spool": s.flights.room, "exports": s.exportRoom} {
		taken, most := r.state()
		gather.gauge(roomBytes, float64(taken), name)
		gather.gauge(roomMost, float64(most), name)
	}
	if v := s.current.Load(); v != nil {
		gather.gauge(releaseInfo, 1, v.manifest.Release)
		gather.gauge(releaseTime, seconds(v.manifest.Published))
		gather.gauge(releaseRows, float64(len(v.manifest.Datasets)))
	}
}

// gatherer is where a collection goes.
type gatherer chan<- prometheus.Metric

func (g gatherer) gauge(d *prometheus.Desc, value float64, labels ...string) {
	g <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func (g gatherer) counter(d *prometheus.Desc, value float64, labels ...string) {
	g <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value, labels...)
}

func (g gatherer) cache(name string, s stats.Stats, weight uint64, entries int) {
	g.counter(cacheHits, float64(s.Hits), name)
	g.counter(cacheMisses, float64(s.Misses), name)
	g.counter(cacheEvictions, float64(s.Evictions), name)
	g.gauge(cacheBytes, float64(weight), name)
	g.gauge(cacheEntries, float64(entries), name)
}

func (g gatherer) pool(name string, p store.PoolState) {
	g.gauge(poolAcquired, float64(p.Acquired), name)
	g.gauge(poolIdle, float64(p.Idle), name)
	g.gauge(poolMost, float64(p.Most), name)
	g.gauge(poolWaiting, float64(p.Waiting), name)
	g.counter(poolWaits, float64(p.Waits), name)
	g.counter(poolWaited, p.Waited.Seconds(), name)
}

func seconds(at time.Time) float64 { return float64(at.UnixMilli()) / 1000 }
