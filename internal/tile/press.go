package tile

import (
	"bytes"
	"runtime"
	"sync"

	"github.com/klauspost/compress/gzip"

	"maille/internal/geo"
)

// level of gzip: see BenchmarkLevels.
const level = 6

var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, level) // the level is one
	return w
}}

// compress appends a tile compressed: no name, no time, so that the same tile has the same bytes.
func compress(dst, mvt []byte) []byte {
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	out := bytes.NewBuffer(dst)
	w.Reset(out)
	_, _ = w.Write(mvt) // to memory
	_ = w.Close()
	return out.Bytes()
}

// press compresses tiles on all cores, and delivers them in the order they came. It holds a few tiles at a time.
type press struct {
	cores   int
	stop    func() error
	deliver func(t geo.Tile, gzipped []byte) error
	free    chan *pressed // as many as there may be at a time
	todo    chan *pressed
	line    chan *pressed // in the order they came
	workers sync.WaitGroup
	failed  chan struct{} // closed once err is set
	err     error
	done    chan struct{}
}

// pressed is a tile on its way.
type pressed struct {
	tile         geo.Tile
	encode       func(core int, dst []byte) []byte // makes mvt, where that is not there already
	mvt, gzipped []byte
	ready        chan struct{}
}

// newPress makes a press, which must be closed. What is delivered is good until deliver returns.
func newPress(stop func() error, deliver func(t geo.Tile, gzipped []byte) error) *press {
	cores := runtime.GOMAXPROCS(0)
	held := 4 * cores
	p := &press{cores: cores, stop: stop, deliver: deliver, free: make(chan *pressed, held), todo: make(chan *pressed, held), line: make(chan *pressed, held),
		failed: make(chan struct{}), done: make(chan struct{})}
	for range held {
		p.free <- &pressed{ready: make(chan struct{}, 1)}
	}
	for core := range cores {
		p.workers.Go(func() { p.work(core) })
	}
	go p.collect()
	return p
}

// add takes a tile of these layers, and says when one that came before could not be delivered.
func (p *press) add(t geo.Tile, layers ...*layer) error {
	job, err := p.next(t)
	if err != nil {
		return err
	}
	job.mvt = job.mvt[:0]
	for _, l := range layers {
		job.mvt = l.appendTo(job.mvt)
	}
	p.take(job)
	return nil
}

// later takes a tile that is encoded when its turn comes, by one of the cores.
func (p *press) later(t geo.Tile, encode func(core int, dst []byte) []byte) error {
	job, err := p.next(t)
	if err != nil {
		return err
	}
	job.encode = encode
	p.take(job)
	return nil
}

func (p *press) next(t geo.Tile) (*pressed, error) {
	if err := p.stop(); err != nil {
		return nil, err
	}
	select {
	case <-p.failed:
		return nil, p.err
	case job := <-p.free:
		job.tile, job.encode = t, nil
		return job, nil
	}
}

func (p *press) take(job *pressed) {
	p.line <- job
	p.todo <- job
}

// close waits until everything is delivered.
func (p *press) close() error {
	close(p.todo)
	close(p.line)
	p.workers.Wait()
	<-p.done
	return p.err
}

func (p *press) work(core int) {
	for job := range p.todo {
		if job.encode != nil {
			job.mvt = job.encode(core, job.mvt[:0])
		}
		job.gzipped = compress(job.gzipped[:0], job.mvt)
		job.ready <- struct{}{}
	}
}

func (p *press) collect() {
	defer close(p.done)
	for job := range p.line {
		<-job.ready
		if p.err == nil {
			if p.err = p.deliver(job.tile, job.gzipped); p.err != nil {
				close(p.failed)
			}
		}
		p.free <- job
	}
}
