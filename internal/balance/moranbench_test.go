package balance

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// BenchmarkLocalMoran draws 999 conditional permutations of fewer units than France has communes (a tenth, a third), as many, and
// three times as many: ns/draw says how the cost grows, gain how much all cores are above one. whole is LocalMoran with what it draws again
// near the cut, in times of the first draws.
func BenchmarkLocalMoran(b *testing.B) {
	for _, side := range []int{59, 108, 187, 324} {
		y, g, keys := lattice(side, 1)
		b.Run(fmt.Sprintf("units=%d", side*side), func(b *testing.B) {
			f := newField(y, g, keys)
			links := 0
			for _, l := range f.links {
				links += len(l)
			}
			var one, all, whole time.Duration
			for b.Loop() {
				one += onCores(1, func() { f.firstDraws() })
				all += onCores(runtime.NumCPU(), func() { f.firstDraws() })
				whole += onCores(runtime.NumCPU(), func() { LocalMoran(y, g, keys, 999, 1, 0.05) })
			}
			b.ReportMetric(float64(one.Nanoseconds())/(float64(b.N)*float64(links)*999), "ns/draw")
			b.ReportMetric(one.Seconds()/all.Seconds(), "gain")
			b.ReportMetric(whole.Seconds()/all.Seconds(), "whole")
		})
	}
}

// BenchmarkGlobalMoran permutes 999 times as many units as France has communes.
func BenchmarkGlobalMoran(b *testing.B) {
	y, g, keys := lattice(187, 1)
	var one, all time.Duration
	for b.Loop() {
		one += onCores(1, func() { GlobalMoran(y, g, keys, 999, 1) })
		all += onCores(runtime.NumCPU(), func() { GlobalMoran(y, g, keys, 999, 1) })
	}
	b.ReportMetric(one.Seconds()/all.Seconds(), "gain")
}

func (f *field) firstDraws() {
	units := make([]int, len(f.z))
	for i := range units {
		units[i] = i
	}
	f.draw(units, make([]tails, len(f.z)), 999, 1)
}

func onCores(cores int, do func()) time.Duration {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	start := time.Now()
	do()
	return time.Since(start)
}
