package localpg

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"maille/internal/fault"
)

// pause is how often a wait looks again; short, because a start takes some hundred milliseconds.
const pause = 20 * time.Millisecond

// Locks are flock(2): the kernel lets go of them when their process dies, however it dies.

// hold waits for the exclusive lock of a file.
func hold(ctx context.Context, path string) (*os.File, error) {
	f, err := openLock(path)
	if err != nil {
		return nil, err
	}
	for {
		err := flock(f, syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			f.Close()
			return nil, &os.PathError{Op: "flock", Path: path, Err: err}
		}
		if err := sleep(ctx, pause); err != nil {
			f.Close()
			return nil, fault.New(fault.KindOf(err), "another process is starting or stopping the private PostgreSQL").Because(err)
		}
	}
}

// share takes the shared lock that counts the users of a cluster.
func share(path string) (*os.File, error) {
	f, err := openLock(path)
	if err != nil {
		return nil, err
	}
	if err := flock(f, syscall.LOCK_SH); err != nil {
		f.Close()
		return nil, &os.PathError{Op: "flock", Path: path, Err: err}
	}
	return f, nil
}

// alone tells whether nobody else shares the lock; it keeps the others out from then on.
func alone(f *os.File) bool { return flock(f, syscall.LOCK_EX|syscall.LOCK_NB) == nil }

// release lets go at once: a child between fork and exec holds a copy of the descriptor, so closing is not enough.
func release(f *os.File) {
	_ = flock(f, syscall.LOCK_UN)
	f.Close()
}

// openLock opens read-only, so that a lock file made by root serves the cluster's user as well.
func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|os.O_CREATE|syscall.O_NOFOLLOW, 0o644)
}

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); err != syscall.EINTR {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
