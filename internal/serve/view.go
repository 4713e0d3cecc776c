package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// view is a release ready to be answered from: its manifest, and each dataset as its load described it.
type view struct {
	manifest *release.Manifest
	digest   string // of the manifest: two databases may give one name to different releases
	datasets map[string]*dataset.Dataset
}

func (s *Server) open(ctx context.Context, m *release.Manifest) (*view, error) {
	sum := sha256.Sum256(m.Text())
	v := &view{manifest: m, digest: hex.EncodeToString(sum[:]), datasets: map[string]*dataset.Dataset{}}
	for i := range m.Datasets {
		d, err := s.DB.Described(ctx, m.Datasets[i].Load)
		if err != nil {
			return nil, err
		}
		v.datasets[m.Datasets[i].Dataset] = d
	}
	return v, nil
}

// view finds the release of a path; "" is the current one.
func (s *Server) view(ctx context.Context, name string) (*view, error) {
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
	if v, ok := s.views.Get(name); ok {
		return v, nil
	}
	if !release.Pattern.MatchString(name) {
		return nil, noRelease(name)
	}
	m, err := s.DB.Release(ctx, name)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, noRelease(name)
	}
	v, err := s.open(ctx, m)
	if err == nil {
		s.views.Add(name, v)
	}
	return v, err
}

func noRelease(name string) error {
	return fault.New(fault.NotFound, "no release is named %q; /releases lists them", name).About("release")
}
