package tile

import (
	"runtime"
	"sync"

	"github.com/paulmach/orb"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// reader makes shapes of features on all cores, and takes them in the order they came. It holds a few batches at a time.
type reader struct {
	take    func(ord int64, anchor orb.Point, shape orb.MultiPolygon)
	free    chan *batch // as many as there may be at a time
	todo    chan *batch
	line    chan *batch // in the order they came
	workers sync.WaitGroup
	failed  chan struct{} // closed once err is set
	err     error
	done    chan struct{}
}

// batch is some features on their way.
type batch struct {
	read  []unread
	wkb   []byte // of all, end to end
	ready chan error
}

type unread struct {
	ord    int64
	end    int // in wkb
	anchor orb.Point
	shape  orb.MultiPolygon
}

// batchSize is in bytes of WKB.
const batchSize = 64 << 10

// read takes features, whose own bytes are free again when each returns.
func read(features Features, each func(f *dataset.Feature), take func(ord int64, anchor orb.Point, shape orb.MultiPolygon)) error {
	cores := runtime.GOMAXPROCS(0)
	held := 2 * cores
	r := &reader{take: take, free: make(chan *batch, held), todo: make(chan *batch, held), line: make(chan *batch, held),
		failed: make(chan struct{}), done: make(chan struct{})}
	for range held {
		r.free <- &batch{ready: make(chan error, 1)}
	}
	for range cores {
		r.workers.Go(r.work)
	}
	go r.collect()
	err := r.feed(features, each)
	close(r.todo)
	close(r.line)
	r.workers.Wait()
	<-r.done
	if err == nil {
		err = r.err
	}
	return err
}

func (r *reader) feed(features Features, each func(f *dataset.Feature)) error {
	b := <-r.free
	for f, err := range features {
		if err != nil {
			return err
		}
		each(f)
		b.wkb = append(b.wkb, f.WKB...)
		b.read = append(b.read, unread{ord: f.Ord, end: len(b.wkb)})
		if len(b.wkb) < batchSize {
			continue
		}
		r.line <- b
		r.todo <- b
		select {
		case <-r.failed:
			return r.err
		case b = <-r.free:
		}
	}
	r.line <- b
	r.todo <- b
	return nil
}

func (r *reader) work() {
	for b := range r.todo {
		b.ready <- b.parse()
	}
}

func (r *reader) collect() {
	defer close(r.done)
	for b := range r.line {
		if err := <-b.ready; err != nil && r.err == nil {
			r.err = err
			close(r.failed)
		}
		for i := 0; i < len(b.read) && r.err == nil; i++ {
			r.take(b.read[i].ord, b.read[i].anchor, b.read[i].shape)
		}
		clear(b.read)
		b.read, b.wkb = b.read[:0], b.wkb[:0]
		r.free <- b
	}
}

func (b *batch) parse() (err error) {
	from := 0
	for i := range b.read {
		u := &b.read[i]
		if u.shape, err = shapeOf(u.ord, b.wkb[from:u.end]); err != nil {
			return err
		}
		if largest(u.shape) == nil {
			return fault.New(fault.Internal, "the geometry of feature %d has no vertex", u.ord)
		}
		u.anchor, from = anchor(u.shape), u.end
	}
	return nil
}
