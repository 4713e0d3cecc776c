package balance

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// block is how many short things a core takes at a time: few enough that none waits long for the last, also where a block is of a
// town, whose origins reach a hundred times what others do.
const block = 64

// onAllCores does n things, a core taking so many at a time (1 where each takes long); worker makes what does them on one core, with
// the memory that it needs. Things put what they give in places of their own, so that it does not matter which core does them.
func onAllCores(n, atATime int, worker func() func(int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+atATime-1)/atATime) {
		all.Go(func() {
			do := worker()
			for {
				high := int(next.Add(int64(atATime)))
				low := high - atATime
				if low >= n {
					return
				}
				for i := low; i < min(high, n); i++ {
					do(i)
				}
			}
		})
	}
	all.Wait()
}
