package source

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"

	"maille/internal/fault"
)

const mostRedirects = 10

var (
	errRedirectLoop  = errors.New("redirection to an address already seen")
	errManyRedirects = errors.New("too many redirections")
	errTotal         = errors.New("the time for one file is over")
)

// patient is shared by fetchers so that connections are kept. It has no deadline for the whole, which would punish large
// files, nor for the headers: the watchdog sees to both.
var patient = &http.Transport{
	Proxy:               http.ProxyFromEnvironment,
	DialContext:         (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
	TLSHandshakeTimeout: 15 * time.Second,
	IdleConnTimeout:     90 * time.Second,
	ForceAttemptHTTP2:   true,
}

// transfer is a download on its way, over as many attempts as it takes.
type transfer struct {
	f         *Fetcher
	u         *url.URL
	previous  *Artefact
	a         *Artefact
	out       *output
	validator string // by which the bytes that were begun are known; "" when they cannot be continued
	from      string // the address that gave them, secrets included
	total     int64  // bytes of the whole file; -1 when nobody said
	furthest  int64  // bytes that an attempt got to
	afresh    bool   // the attempt began again what others had begun
	clock     *stopwatch
	dog       *watchdog
}

func (f *Fetcher) download(ctx context.Context, place string, previous, a *Artefact, out *output) error {
	u, err := url.Parse(place)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return failed(fault.Refused, a, "address").Because(errWrong)
	}
	if previous != nil && previous.Place != a.Place {
		previous = nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	total := cmp.Or(f.Total, defaultTotal)
	t := &transfer{f: f, u: u, previous: previous, a: a, out: out, total: -1, clock: &stopwatch{left: total, end: func() { cancel(errTotal) }}}
	defer t.clock.stop()
	err = t.persist(ctx)
	if err != nil && context.Cause(ctx) == errTotal && !errors.As(err, new(writeError)) {
		return failed(fault.Unavailable, a, "total", "total", lasting(total)).Because(err)
	}
	return err
}

// attempt asks once, for all the bytes or for those that are left. It is transient when another attempt may go through.
func (t *transfer) attempt(ctx context.Context) error {
	t.clock.stop()
	leave, err := t.f.enter(ctx, t.u.Host)
	if err != nil {
		return err
	}
	defer leave()
	t.clock.start()
	ctx, t.dog = watch(ctx, cmp.Or(t.f.Stall, defaultStall))
	defer t.dog.leave()
	resp, err := t.get(ctx, t.previous)
	if err != nil {
		return t.unreachable(err, t.dog.barked.Load() || fleeting(err))
	}
	defer resp.Body.Close()
	return t.receive(resp)
}

// get asks for identity so that the bytes are the publisher's file and not the transport's compression of it.
func (t *transfer) get(ctx context.Context, previous *Artefact) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.u.String(), nil)
	if err != nil {
		return nil, discreetly(err)
	}
	req.Header.Set("User-Agent", cmp.Or(t.f.UserAgent, "maille"))
	req.Header.Set("Accept-Encoding", "identity")
	if t.out.n > 0 {
		t.resuming(req.Header)
	} else {
		conditional(req.Header, previous)
	}
	resp, err := t.f.client().Do(req)
	if err == nil && resp.StatusCode == http.StatusNotModified && previous != nil && t.misled(resp) {
		resp.Body.Close()
		return t.get(ctx, nil)
	}
	return resp, discreetly(err)
}

func conditional(h http.Header, previous *Artefact) {
	switch {
	case previous == nil:
	case previous.ETag != "": // RFC 9110 §13.1.3: the date is then ignored
		h.Set("If-None-Match", previous.ETag)
	case previous.LastModified != "":
		h.Set("If-Modified-Since", previous.LastModified)
	}
}

// misled says whether a date was compared with that of another file: an address such as …/last/… leads each quarter to
// a new one, which may be older than the day the former was last touched. What is hidden of an address it leads to may
// be what differs.
func (t *transfer) misled(resp *http.Response) bool {
	at := resp.Request.URL.String()
	return t.previous.ETag == "" && (shown(at) != t.previous.FinalURL || shown(at) != at && at != t.u.String())
}

func (f *Fetcher) client() *http.Client {
	c := &http.Client{Transport: patient}
	if f.Client != nil {
		*c = *f.Client
	}
	if c.CheckRedirect == nil {
		c.CheckRedirect = checkRedirect
	}
	return c
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	for _, before := range via {
		if before.URL.String() == req.URL.String() {
			return errRedirectLoop
		}
	}
	if len(via) > mostRedirects {
		return errManyRedirects
	}
	return nil
}

func (t *transfer) receive(resp *http.Response) error {
	resumed := t.out.n > 0
	switch {
	case resumed && (resp.StatusCode == http.StatusPartialContent || resp.StatusCode == http.StatusRequestedRangeNotSatisfiable):
		return t.proceed(resp)
	case resumed && resp.StatusCode == http.StatusOK: // the file changed meanwhile, or the server knows no ranges
		if able, err := t.restart(); err != nil || !able {
			return cmp.Or(err, t.cut(io.ErrUnexpectedEOF))
		}
	}
	unchanged := resp.StatusCode == http.StatusNotModified && t.previous != nil && !resumed
	if resp.StatusCode != http.StatusOK && !unchanged {
		return t.answered(resp)
	}
	t.from = resp.Request.URL.String()
	t.a.FinalURL = shown(t.from)
	t.a.ETag, t.a.LastModified = resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
	t.a.MediaType = resp.Header.Get("Content-Type")
	if unchanged {
		t.a.keep(t.previous)
		return nil
	}
	t.remember(resp.Header, resp.ContentLength)
	return t.body(resp, resp.Body)
}

func (t *transfer) body(resp *http.Response, body io.Reader) error {
	if resp.ContentLength > t.f.most()-t.out.n {
		return t.f.tooLarge(t.a)
	}
	err := t.out.save(t.dog.guarding(body))
	switch {
	case errors.Is(err, errTooMuch):
		return t.f.tooLarge(t.a)
	case err == nil && t.total >= 0 && t.out.n < t.total: // a 206 may give less than what is left
		err = io.ErrUnexpectedEOF
	}
	return t.unreachable(err, true)
}

// keep takes from previous what a 304 leaves out (RFC 9110 §15.4.5).
func (a *Artefact) keep(previous *Artefact) {
	a.Unchanged = true
	a.Bytes, a.SHA256 = previous.Bytes, previous.SHA256
	a.ETag = cmp.Or(a.ETag, previous.ETag)
	a.LastModified = cmp.Or(a.LastModified, previous.LastModified)
	a.MediaType = cmp.Or(a.MediaType, previous.MediaType)
}

func (t *transfer) answered(resp *http.Response) error {
	text, kind, status := "status", fault.Refused, resp.StatusCode
	switch {
	case status == http.StatusNotFound || status == http.StatusGone:
		text = "status.not-found"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		text = "status.forbidden"
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status == http.StatusTooEarly:
		text, kind = "status.busy", fault.Unavailable
	case status >= 500:
		text, kind = "status.failing", fault.Unavailable
	}
	err := failed(kind, t.a, text, "status", strconv.Itoa(status))
	if slices.Contains(passing, status) {
		return transient{err, t.f.retryAfter(resp.Header)}
	}
	return err
}

// cut tells that the server stopped in the middle.
func (t *transfer) cut(cause error) error {
	if t.total >= 0 {
		return failed(fault.Unavailable, t.a, "interrupted.expected", "bytes", t.out.n, "expected", t.total).Because(cause)
	}
	return failed(fault.Unavailable, t.a, "interrupted", "bytes", t.out.n).Because(cause)
}

// unreachable tells the ways a network fails; the caller's leaving and failures of the writer pass as they are.
func (t *transfer) unreachable(err error, again bool) error {
	if err == nil || errors.As(err, new(writeError)) || errors.Is(err, context.Canceled) && !t.dog.barked.Load() {
		return err
	}
	told := t.told(err)
	if again {
		return transient{told, 0}
	}
	return told
}

func (t *transfer) told(err error) error {
	var host *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case t.dog.barked.Load():
		return failed(fault.Unavailable, t.a, "stalled", "stall", lasting(t.dog.stall)).Because(err)
	case errors.Is(err, errRedirectLoop):
		return failed(fault.Refused, t.a, "redirect.loop").Because(err)
	case errors.Is(err, errManyRedirects):
		return failed(fault.Refused, t.a, "redirect.many", "most", mostRedirects).Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return t.cut(err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return failed(fault.Unavailable, t.a, "connection.refused").Because(err)
	case errors.As(err, &host) && (host.IsTimeout || host.IsTemporary):
		return failed(fault.Unavailable, t.a, "connection.names", "host", host.Name).Because(err)
	case errors.As(err, &host):
		return failed(fault.Unavailable, t.a, "connection.host", "host", host.Name).Because(err)
	case errors.As(err, &certificate):
		return failed(fault.Unavailable, t.a, "connection.certificate").Because(err)
	}
	return failed(fault.Unavailable, t.a, "connection").Because(err)
}
