package balance

import (
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
)

// block is how many units a core takes at a time: few enough that none waits long for the last.
const block = 256

// inBlocks runs work on each core; together they see each index up to n once. Results go in their places, so that it does not
// matter which core makes them.
func inBlocks(n int, work func(indices iter.Seq[int])) {
	var next atomic.Int64
	indices := func(yield func(int) bool) {
		for {
			low := int(next.Add(block)) - block
			if low >= n {
				return
			}
			for i := low; i < min(low+block, n); i++ {
				if !yield(i) {
					return
				}
			}
		}
	}
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 1+n/block) {
		all.Go(func() { work(indices) })
	}
	all.Wait()
}
