package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// view is a release ready to be answered from: its manifest, and each dataset as its load described it.
type view struct {
	manifest *release.Manifest
	digest   string // of the manifest: two databases may give one name to different releases
	edition  int64  // of what is published, when it was read: see Server.edition
	datasets map[string]*dataset.Dataset
	spans    map[string]dataset.Interval // by dataset, the days of its features; those that have some
	pruned   map[string]bool             // datasets whose rows are no longer in the database
	firsts   sync.Map                    // by dataset, the values of its first feature
}

func (s *Server) open(ctx context.Context, m *release.Manifest, edition int64) (*view, error) {
	v := &view{manifest: m, digest: digest(m), edition: edition, datasets: map[string]*dataset.Dataset{}, spans: map[string]dataset.Interval{}, pruned: map[string]bool{}}
	pruned, err := s.DB.Pruned(ctx)
	if err != nil {
		return nil, err
	}
	for i := range m.Datasets {
		e := &m.Datasets[i]
		d, err := s.DB.Described(ctx, e.Load)
		if err != nil {
			return nil, err
		}
		v.datasets[e.Dataset] = d
		if pruned[e.Version.String()] {
			v.pruned[e.Dataset] = true
			continue
		}
		span, err := s.DB.Span(ctx, e.Version, d)
		if err != nil {
			return nil, err
		}
		if span != (dataset.Interval{}) {
			v.spans[e.Dataset] = span
		}
	}
	return v, nil
}

func digest(m *release.Manifest) string {
	sum := sha256.Sum256(m.Text())
	return hex.EncodeToString(sum[:])
}

// id is the digest of a view; "" of none.
func (v *view) id() string {
	if v == nil {
		return ""
	}
	return v.digest
}

// view finds the release that a request asks; that of no name is the current one.
func (s *Server) view(r *request) (*view, error) {
	name := r.release
	current := s.current.Load()
	if name == "" {
		if current == nil {
			return nil, fault.New(fault.Unavailable, "nothing has been published yet")
		}
		return current, nil
	}
	if current != nil && current.manifest.Release == name {
		return current, nil
	}
	if v, ok := s.views.Get(name); ok && v.edition == s.edition.Load() {
		return v, nil
	}
	if !release.Pattern.MatchString(name) {
		return nil, r.noRelease()
	}
	v, err := s.openOnce(r.Context(), name)
	if v == nil && err == nil {
		return nil, r.noRelease()
	}
	return v, err
}

func (r *request) noRelease() error {
	return fault.New(fault.NotFound, "no release is named %s; %s/releases lists them", shown(r.release), r.root).About("release")
}

// openOnce opens a release for all who ask it at the same time, so it does not end when one of them leaves; nil when there
// is none.
func (s *Server) openOnce(ctx context.Context, name string) (*view, error) {
	edition := s.edition.Load() // before it is read: what changes meanwhile is read again
	return once(ctx, &s.opening, name+" "+strconv.FormatInt(edition, 10), func(ctx context.Context) (*view, error) {
		m, err := s.DB.Release(ctx, name)
		if m == nil || err != nil {
			return nil, err
		}
		v, err := s.open(ctx, m, edition)
		if err == nil {
			s.views.Add(name, v)
		}
		return v, err
	})
}

// once does for all who ask the same at the same time what one of them began, whether that one stays or not.
func once[T any](ctx context.Context, group *singleflight.Group, key string, do func(context.Context) (T, error)) (made T, err error) {
	answer := group.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return do(ctx)
	})
	select {
	case <-ctx.Done():
		return made, ctx.Err()
	case a := <-answer:
		made, _ = a.Val.(T)
		return made, a.Err
	}
}
