package dump

import (
	"context"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// Reader takes all the features of a sequence, which it may go through once. Those that it leaves are dropped.
type Reader func(ctx context.Context, features Features) error

// Each makes a Reader that shows features to an observer, one after another.
func Each(observe func(*dataset.Feature)) Reader {
	return func(_ context.Context, features Features) error {
		for f, err := range features {
			if err != nil {
				return err
			}
			observe(f)
		}
		return nil
	}
}

// fanRoom is the memory of the features that some readers had and others not yet: one is held up while it ends a row group,
// and the others go on meanwhile. A batch beyond it goes alone.
const fanRoom = 16 << 20

// Fan reads features once, for several readers at once, each in a goroutine of its own. Features are lent to all of them:
// none may change one, and each has it until it asks for the next. The first error, or panic, ends the contexts of all; an
// error of the features themselves is given rather than what readers made of it.
func Fan(ctx context.Context, read func(context.Context) Features, readers ...Reader) error {
	outer := ctx
	group, ctx := errgroup.WithContext(outer)
	f := &fan{room: semaphore.NewWeighted(fanRoom), free: make(chan *fanBatch, 64)}
	for _, reader := range readers {
		full := make(chan *fanBatch, cap(f.free))
		f.full = append(f.full, full)
		group.Go(func() error {
			err := safely(func() error { return reader(ctx, f.features(ctx, full)) })
			if err == nil {
				f.drop(full) // what it has no need of
			}
			return err
		})
	}
	group.Go(func() error {
		defer f.close()
		f.err = safely(func() error { return f.fill(ctx, read(ctx)) })
		return f.err
	})
	err := group.Wait()
	if f.err != nil {
		return f.err
	}
	if err == nil {
		err = outer.Err() // which stops the features as a reader's error does
	}
	return err
}

// safely makes an error of a panic, which would end the program.
func safely(do func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fault.New(fault.Internal, "panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return do()
}

// fan is what the goroutines share.
type fan struct {
	room *semaphore.Weighted
	free chan *fanBatch   // to be filled again
	full []chan *fanBatch // by reader
	err  error            // of the features; it is there once the channels are closed
}

// fill copies features into batches and hands each to all readers. When they are all over, so is it.
func (f *fan) fill(ctx context.Context, features Features) error {
	b := f.empty()
	for feature, err := range features {
		if err != nil && ctx.Err() == nil {
			return err
		}
		if err != nil {
			return nil // a reader's error is the reason, or the caller's leaving
		}
		if b.add(feature) {
			continue
		}
		if f.hand(ctx, b) != nil {
			return nil
		}
		b = f.empty()
	}
	_ = f.hand(ctx, b)
	return nil
}

func (f *fan) hand(ctx context.Context, b *fanBatch) error {
	b.weight = b.memory()
	if err := f.room.Acquire(ctx, b.weight); err != nil {
		return err
	}
	b.readers.Store(int32(len(f.full)))
	for _, full := range f.full {
		select {
		case full <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// empty is a batch to fill.
func (f *fan) empty() *fanBatch {
	select {
	case b := <-f.free:
		return b
	default:
		return &fanBatch{}
	}
}

func (f *fan) close() {
	for _, full := range f.full {
		close(full)
	}
}

// features are those of a reader.
func (f *fan) features(ctx context.Context, full <-chan *fanBatch) Features {
	return func(yield func(*dataset.Feature, error) bool) {
		for {
			select {
			case <-ctx.Done():
				yield(nil, context.Cause(ctx))
				return
			case b, more := <-full:
				if !more {
					f.end(ctx, yield)
					return
				}
				enough := !b.each(yield)
				f.done(b)
				if enough {
					return
				}
			}
		}
	}
}

// end tells a reader why there are no more features, where it is not that it had all.
func (f *fan) end(ctx context.Context, yield func(*dataset.Feature, error) bool) {
	err := f.err
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		yield(nil, err)
	}
}

// done says that a reader needs a batch no more.
func (f *fan) done(b *fanBatch) {
	if b.readers.Add(-1) > 0 {
		return
	}
	f.room.Release(b.weight)
	b.clear()
	select {
	case f.free <- b:
	default:
	}
}

func (f *fan) drop(full <-chan *fanBatch) {
	for b := range full {
		f.done(b)
	}
}
