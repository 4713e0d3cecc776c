package serve_test

import (
	"bufio"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"maille/internal/pgtest"
	"maille/internal/serve"
)

// visit is a request of the mix.
type visit struct{ path, coding string }

// BenchmarkMix has 16 clients ask what a day's users ask, of a server that has just started: pages that many look at,
// features by id, small boxes, pages deep inside, documents, in every coding. It is alternated with a plain net/http
// server that sends the same bytes with the same headers. Its metrics: requests per second of both and their ratio, the
// median and the 99th percentile of what a request takes in milliseconds.
func BenchmarkMix(b *testing.B) {
	server, _ := benchServer(b, pgtest.URL(b))
	visits := mix(8000)
	plain := recorded(b, server, visits)
	for b.Loop() {
		var ours, theirs []time.Duration
		var ourTime, theirTime time.Duration
		for range 3 {
			took, each := tour(b, plain.URL, visits)
			theirTime, theirs = theirTime+took, append(theirs, each...)
			fresh := again(b, server)
			took, each = tour(b, fresh.URL, visits)
			ourTime, ours = ourTime+took, append(ours, each...)
			fresh.Close()
		}
		b.ReportMetric(float64(len(ours))/ourTime.Seconds(), "mix-req/s")
		b.ReportMetric(float64(len(theirs))/theirTime.Seconds(), "plain-req/s")
		b.ReportMetric(theirTime.Seconds()/ourTime.Seconds(), "mix/plain")
		for name, all := range map[string][]time.Duration{"mix": ours, "plain": theirs} {
			slices.Sort(all)
			b.ReportMetric(all[len(all)/2].Seconds()*1e3, name+"-p50-ms")
			b.ReportMetric(all[len(all)*99/100].Seconds()*1e3, name+"-p99-ms")
		}
	}
}

// mix draws visits, the same ones each time.
func mix(n int) []visit {
	const items = "/collections/polygones/items"
	documents := []string{"/", "/collections", "/collections/polygones", "/collections/polygones/schema", "/api", "/conformance"}
	chance := rand.New(rand.NewPCG(1, 2))
	visits := make([]visit, n)
	for i := range visits {
		v := &visits[i]
		v.coding = []string{"", "gzip", "gzip, deflate, br, zstd"}[chance.IntN(3)]
		switch draw := chance.IntN(100); {
		case draw < 40:
			v.path = fmt.Sprintf("%s?limit=%d&after=%d", items, 10+90*chance.IntN(2), 1000*chance.IntN(10))
		case draw < 60:
			v.path = fmt.Sprintf("%s/%05d", items, 7*chance.IntN(2000))
		case draw < 80:
			west, south := -4+float64(chance.IntN(30))*0.3, 42.5+float64(chance.IntN(20))*0.3
			v.path = fmt.Sprintf("%s?bbox=%.1f,%.1f,%.1f,%.1f", items, west, south, west+0.2, south+0.2)
		case draw < 85:
			v.path = fmt.Sprintf("%s?limit=100&after=%d", items, chance.IntN(benchPolygons-100))
		default:
			v.path = documents[chance.IntN(len(documents))]
		}
	}
	return visits
}

// recorded is a plain server of what a server answers to each visit.
func recorded(b *testing.B, server *httptest.Server, visits []visit) *httptest.Server {
	type answer struct {
		headers http.Header
		body    []byte
	}
	answers := map[visit]answer{}
	for _, v := range visits {
		if _, ok := answers[v]; ok {
			continue
		}
		a := ask(b, http.MethodGet, server.URL+v.path, "Accept-Encoding", v.coding)
		if a.StatusCode != http.StatusOK {
			b.Fatalf("%s: %s", v.path, a.Status)
		}
		a.Header.Del("Date")
		answers[v] = answer{a.Header, a.body}
	}
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := answers[visit{r.URL.RequestURI(), r.Header.Get("Accept-Encoding")}]
		maps.Copy(w.Header(), a.headers)
		_, _ = w.Write(a.body)
	}))
	b.Cleanup(plain.Close)
	return plain
}

// again is the same server with nothing in its caches.
func again(b *testing.B, server *httptest.Server) *httptest.Server {
	s, err := serve.New(server.Config.Handler.(*serve.Server).Options)
	must(b, err)
	must(b, s.Refresh(b.Context()))
	return httptest.NewServer(s)
}

// tour has 16 clients share the visits, in order, and tells how long all of them took, and each.
func tour(b *testing.B, address string, visits []visit) (took time.Duration, each []time.Duration) {
	const connections = 16
	each = make([]time.Duration, len(visits))
	next := make(chan int)
	var clients sync.WaitGroup
	begin := time.Now()
	for range connections {
		clients.Go(func() {
			if err := visitAll(address, visits, next, each); err != nil {
				b.Error(err)
				for range next { // the others go on
				}
			}
		})
	}
	for i := range visits {
		next <- i
	}
	close(next)
	clients.Wait()
	return time.Since(begin), each
}

func visitAll(address string, visits []visit, next <-chan int, each []time.Duration) error {
	host := strings.TrimPrefix(address, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewReaderSize(conn, 64<<10)
	for i := range next {
		begin := time.Now()
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Encoding: %s\r\n\r\n", visits[i].path, host, visits[i].coding); err != nil {
			return err
		}
		if err := skipAnswer(answers); err != nil {
			return err
		}
		each[i] = time.Since(begin)
	}
	return nil
}
