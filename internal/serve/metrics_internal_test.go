package serve

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"maille/internal/pgtest"
	"maille/internal/release"
	"maille/internal/store"
)

// TestStateIsReadNowAndThen: however often it is asked, and as it was when the database is away.
func TestStateIsReadNowAndThen(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t, store.Options{})
	s := &state{db: db, often: time.Hour}
	value := func(name string) float64 {
		t.Helper()
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(s)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == name {
				return f.GetMetric()[0].GetGauge().GetValue()
			}
		}
		return -1
	}
	good := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	save := func(at time.Time) {
		t.Helper()
		if err := db.SaveSources(t.Context(), "lieux", []release.Source{{Resource: 0, LastGood: at}}); err != nil {
			t.Fatal(err)
		}
	}
	const last = "maille_source_last_success_timestamp_seconds"
	save(good)
	if got := value(last); got != float64(good.Unix()) {
		t.Errorf("%f", got)
	}
	save(good.Add(time.Hour))
	if got := value(last); got != float64(good.Unix()) {
		t.Errorf("read again: %f", got)
	}
	s.often = 0
	if got := value(last); got != float64(good.Add(time.Hour).Unix()) || value("maille_database_up") != 1 {
		t.Errorf("not read again: %f", got)
	}
	db.Close()
	if got := value(last); got != float64(good.Add(time.Hour).Unix()) || value("maille_database_up") != 0 {
		t.Errorf("while the database is away: %f", got)
	}
}

// BenchmarkMeter is what counting adds to each request.
func BenchmarkMeter(b *testing.B) {
	m := newMeters()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			begin := time.Now()
			m.tile.done("GET", 200, 1000, time.Since(begin))
		}
	})
}
