package validate_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"maille/internal/dataset"
	"maille/internal/validate"
)

// TestGoodRowsCostNoMemory: millions of rows pass here, so one of ordinary texts makes no garbage to speak of.
func TestGoodRowsCostNoMemory(t *testing.T) {
	d := restore(t, points, places)
	v := validate.New(d)
	var report dataset.Report
	row := valid(d, map[string]string{"n": "9", "open": "true", "code": "91228", "short": "abc", "kind": "Fixe", "kinds": "Téléphoner|Se présenter"})
	if v.Row(row, &report) == nil {
		t.Fatalf("left out: %+v", report.Issues)
	}
	if n := testing.AllocsPerRun(1000, func() { v.Row(row, &report) }); n > 1 {
		t.Errorf("%v allocations a row", n)
	}
}

// TestRowsAreNotKept: what is remembered of a row is a copy, for a row of JSON may have 16 MiB.
func TestRowsAreNotKept(t *testing.T) {
	d := restore(t, points, places)
	v, freed := validate.New(d), make(chan bool)
	func() {
		text := new([1 << 20]byte)
		runtime.AddCleanup(text, func(c chan bool) { close(c) }, freed)
		copy(text[:], "Fixe91228")
		cells := unsafe.String(&text[0], len(text))
		var report dataset.Report
		if v.Row(valid(d, map[string]string{"kind": cells[:4], "code": cells[4:9], "kinds": "Téléphoner"}), &report) == nil {
			t.Fatalf("left out: %+v", report.Issues)
		}
		v.Row(valid(d, map[string]string{"kind": "Itinérant", "kinds": "x"}), &report) // the feature is that of the last row
		v.Row(valid(d, nil), &report)
	}()
	runtime.GC()
	select {
	case <-freed:
	case <-time.After(5 * time.Second):
		t.Error("a row that is done with stays in memory")
	}
	runtime.KeepAlive(v)
}

func BenchmarkRow(b *testing.B) {
	d := restore(b, points, places)
	v := validate.New(d)
	var report dataset.Report
	row := valid(d, map[string]string{"n": "9", "open": "true", "code": "91228", "short": "abc", "kind": "Fixe", "kinds": "Téléphoner|Se présenter"})
	b.ReportAllocs()
	for b.Loop() {
		v.Row(row, &report)
	}
}

func BenchmarkRowOutOfAList(b *testing.B) {
	d := restore(b, points, places)
	v := validate.New(d)
	var report dataset.Report
	rows := make([]*dataset.Row, 100)
	for i := range rows {
		rows[i] = valid(d, map[string]string{"kind": fmt.Sprint("Itinerant ", i)})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v.Row(rows[i%len(rows)], &report)
	}
}
