package serve

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
)

// meter counts the requests of a route. It is written to by every request, cached answers included: its counters are numbers, and
// labels are put together when someone reads them.
type meter struct {
	route    string
	requests [len(methods)][len(classes)]atomic.Uint64
	bytes    atomic.Uint64
	took     prometheus.Histogram
}

// methods and classes are the values of labels, whatever is asked.
var (
	methods = [...]string{"GET", "HEAD", "OPTIONS", "other"}
	classes = [...]string{"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"}
)

func methodOf(method string) int {
	switch method {
	case http.MethodGet:
		return 0
	case http.MethodHead:
		return 1
	case http.MethodOptions:
		return 2
	}
	return 3
}

// classOf is that of a status; 0, when the connection was broken before there was one, is the first.
func classOf(status int) int {
	if class := status / 100; class < len(classes) {
		return class
	}
	return 0
}

// done counts a request that ended.
func (m *meter) done(method string, status int, bytes int64, took time.Duration) {
	m.requests[methodOf(method)][classOf(status)].Add(1)
	m.bytes.Add(uint64(bytes))
	m.took.Observe(took.Seconds())
}

// Routes that the router does not know.
const (
	routeTile  = "/tiles/{z}/{x}/{y}" // in all its forms: Server.tiled
	routeOther = "other"              // nothing is there, or no such method is
)

// meters are those of the routes that were asked. A route is a path as the router has it, without the release: what clients
// write makes no new one.
type meters struct {
	all   sync.Map // by template
	tile  *meter
	other *meter
}

func newMeters() *meters {
	m := &meters{}
	m.tile, m.other = m.of(routeTile), m.of(routeOther)
	return m
}

func (m *meters) of(route string) *meter {
	if found, ok := m.all.Load(route); ok {
		return found.(*meter)
	}
	made := &meter{route: route, took: prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "maille_http_request_duration_seconds", Help: "Time from the head of a request to the end of its answer.", ConstLabels: prometheus.Labels{"route": route},
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120},
	})}
	found, _ := m.all.LoadOrStore(route, made)
	return found.(*meter)
}

// routed is the meter of a request that the router has placed.
func (m *meters) routed(r *http.Request) *meter {
	route := mux.CurrentRoute(r)
	if route == nil {
		return m.other
	}
	template, err := route.GetPathTemplate()
	if err != nil {
		return m.other
	}
	if template = strings.TrimPrefix(template, "/r/{release}"); template == "" {
		template = "/"
	}
	return m.of(template)
}

var (
	requestsTotal = prometheus.NewDesc("maille_http_requests_total", "Requests that were answered, by class of status; aborted: the connection was broken first.", []string{"route", "method", "status"}, nil)
	bytesTotal    = prometheus.NewDesc("maille_http_response_bytes_total", "Bytes of the bodies of answers, as they were sent.", []string{"route"}, nil)
)

// Describe is for the registry.
func (m *meters) Describe(into chan<- *prometheus.Desc) { into <- requestsTotal; into <- bytesTotal }

// Collect gives what was counted; what never happened is not there.
func (m *meters) Collect(into chan<- prometheus.Metric) {
	m.all.Range(func(_, found any) bool {
		one, some := found.(*meter), false
		for i := range methods {
			for j := range classes {
				if n := one.requests[i][j].Load(); n > 0 {
					some = true
					into <- prometheus.MustNewConstMetric(requestsTotal, prometheus.CounterValue, float64(n), one.route, methods[i], classes[j])
				}
			}
		}
		if some {
			into <- prometheus.MustNewConstMetric(bytesTotal, prometheus.CounterValue, float64(one.bytes.Load()), one.route)
			one.took.Collect(into)
		}
		return true
	})
}
