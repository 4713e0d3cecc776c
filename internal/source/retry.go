package source

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	defaultAttempts = 4
	defaultBase     = time.Second
	longestWait     = 30 * time.Second // that we choose
	longestPatience = 5 * time.Minute  // that a server may ask for; beyond, it is given up rather than asked before its time
	enough          = 1 << 20          // bytes by which an attempt got further than any before it
)

// transient is a failure that is worth another attempt.
type transient struct {
	error
	after time.Duration // which the server asks to wait
}

func (t transient) Unwrap() error { return t.error }

// persist attempts a download until it succeeds, cannot, or has failed too often in a row without getting further.
func (t *transfer) persist(ctx context.Context) error {
	for n := 1; ; n++ {
		err := t.attempt(ctx)
		var again transient
		if !errors.As(err, &again) {
			return err
		}
		if t.validator != "" && !t.afresh && t.out.n-t.furthest >= enough {
			n = 1
		}
		t.furthest = max(t.furthest, t.out.n)
		if ctx.Err() != nil || n >= cmp.Or(t.f.Attempts, defaultAttempts) || again.after > longestPatience {
			return again.error
		}
		if able, err := t.ready(); err != nil || !able {
			return cmp.Or(err, again.error)
		}
		if t.f.pause(ctx, t.f.delay(n, again.after)) != nil {
			return again.error
		}
	}
}

// delay is how long to wait before the attempt after the nth: a chance in all of the time that doubles ("full jitter"), so
// that many who failed together do not come back together; never sooner than the server asks (RFC 9110 §10.2.3).
func (f *Fetcher) delay(n int, after time.Duration) time.Duration {
	base := cmp.Or(f.Base, defaultBase)
	if after > 0 {
		return after + rand.N(base)
	}
	return rand.N(min(base<<min(n-1, 20), max(base, longestWait)))
}

func (f *Fetcher) pause(ctx context.Context, d time.Duration) error {
	if f.Pause != nil {
		return f.Pause(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// passing are the answers that another attempt may change.
var passing = []int{http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusInternalServerError,
	http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// retryAfter reads Retry-After, which is seconds or a date.
func (f *Fetcher) retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(0, date.Sub(f.now()))
	}
	return 0
}

var unlucky = []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
	syscall.ENETUNREACH, syscall.EHOSTUNREACH}

// fleeting says whether a failure to get an answer may pass by itself. A name that does not exist, a certificate that is
// not valid and an answer that is no HTTP stay so.
func fleeting(err error) bool {
	var host *net.DNSError
	if errors.As(err, &host) {
		return host.IsTemporary || host.IsTimeout
	}
	var network net.Error
	return slices.ContainsFunc(unlucky, func(one error) bool { return errors.Is(err, one) }) || errors.As(err, &network) && network.Timeout()
}
