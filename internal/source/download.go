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
	"strconv"
	"syscall"
	"time"

	"maille/internal/fault"
)

const mostRedirects = 10

var (
	errRedirectLoop  = errors.New("redirection to an address already seen")
	errManyRedirects = errors.New("too many redirections")
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

func (f *Fetcher) download(ctx context.Context, place string, previous, a *Artefact, w io.Writer) error {
	u, err := url.Parse(place)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return failed(fault.Refused, a, "address")
	}
	ctx, dog := watch(ctx, cmp.Or(f.Stall, defaultStall))
	defer dog.leave()
	if previous != nil && previous.Place != a.Place {
		previous = nil
	}
	resp, err := f.get(ctx, u, previous)
	if err != nil {
		return f.unreachable(a, dog, err)
	}
	defer resp.Body.Close()
	return f.receive(resp, previous, a, dog, w)
}

// get asks for identity so that the bytes are the publisher's file and not the transport's compression of it.
func (f *Fetcher) get(ctx context.Context, u *url.URL, previous *Artefact) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", cmp.Or(f.UserAgent, "maille"))
	req.Header.Set("Accept-Encoding", "identity")
	conditional(req.Header, previous)
	resp, err := f.client().Do(req)
	if err == nil && resp.StatusCode == http.StatusNotModified && previous != nil && misled(resp, previous) {
		resp.Body.Close()
		return f.get(ctx, u, nil)
	}
	return resp, err
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
// a new one, which may be older than the day the former was last touched.
func misled(resp *http.Response, previous *Artefact) bool {
	return previous.ETag == "" && resp.Request.URL.Redacted() != previous.FinalURL
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

func (f *Fetcher) receive(resp *http.Response, previous, a *Artefact, dog *watchdog, w io.Writer) error {
	a.FinalURL = resp.Request.URL.Redacted()
	a.ETag, a.LastModified = resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
	a.MediaType = resp.Header.Get("Content-Type")
	switch {
	case resp.StatusCode == http.StatusNotModified && previous != nil:
		a.keep(previous)
		return nil
	case resp.StatusCode != http.StatusOK:
		return a.answered(resp.StatusCode)
	case resp.ContentLength > f.most():
		return f.tooLarge(a)
	}
	err := f.save(a, dog.guarding(resp.Body), w)
	if errors.Is(err, io.ErrUnexpectedEOF) && resp.ContentLength >= 0 {
		return failed(fault.Unavailable, a, "cut.expected", "bytes", a.Bytes, "expected", resp.ContentLength).Because(err)
	}
	return f.unreachable(a, dog, err)
}

// keep takes from previous what a 304 leaves out (RFC 9110 §15.4.5).
func (a *Artefact) keep(previous *Artefact) {
	a.Unchanged = true
	a.Bytes, a.SHA256 = previous.Bytes, previous.SHA256
	a.ETag = cmp.Or(a.ETag, previous.ETag)
	a.LastModified = cmp.Or(a.LastModified, previous.LastModified)
	a.MediaType = cmp.Or(a.MediaType, previous.MediaType)
}

func (a *Artefact) answered(status int) error {
	text, kind := "status", fault.Refused
	switch {
	case status == http.StatusNotFound || status == http.StatusGone:
		text = "status.not-found"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		text = "status.forbidden"
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		text, kind = "status.busy", fault.Unavailable
	case status >= 500:
		text, kind = "status.failing", fault.Unavailable
	}
	return failed(kind, a, text, "status", strconv.Itoa(status))
}

// unreachable tells the ways a network fails; the caller's leaving and failures that are already told pass.
func (f *Fetcher) unreachable(a *Artefact, dog *watchdog, err error) error {
	var host *net.DNSError
	var certificate *tls.CertificateVerificationError
	var told *fault.Error
	switch {
	case err == nil, errors.As(err, &told), errors.As(err, new(writeError)):
		return err
	case dog.barked.Load():
		return failed(fault.Unavailable, a, "stalled", "stall", dog.stall.Seconds()).Because(err)
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, errRedirectLoop):
		return failed(fault.Refused, a, "redirect.loop").Because(err)
	case errors.Is(err, errManyRedirects):
		return failed(fault.Refused, a, "redirect.many", "most", mostRedirects).Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return failed(fault.Unavailable, a, "cut", "bytes", a.Bytes).Because(err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return failed(fault.Unavailable, a, "connection.refused").Because(err)
	case errors.As(err, &host):
		return failed(fault.Unavailable, a, "connection.host", "host", host.Name).Because(err)
	case errors.As(err, &certificate):
		return failed(fault.Unavailable, a, "connection.certificate").Because(err)
	}
	return failed(fault.Unavailable, a, "connection").Because(err)
}
