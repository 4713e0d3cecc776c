package pipeline

import (
	"context"
	"errors"
	"io"

	"maille/internal/blob"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/source"
)

// fetch brings the run's files into the blob store; a file that its publisher has not changed is not sent again.
func (r *run) fetch(ctx context.Context) error {
	for i := range r.d.Resources {
		place, present := r.Place(r.d, i)
		if !present {
			r.Log.Info("fetch", "dataset", r.d.Name, "resource", i, "status", Skipped)
			continue
		}
		a, err := r.fetchOne(ctx, i, place)
		if err != nil {
			return err
		}
		r.artefacts = append(r.artefacts, a)
		r.Log.Info("fetch", "dataset", r.d.Name, "place", a.Place, "bytes", a.Bytes, "sha256", a.SHA256[:12])
	}
	return nil
}

func (r *run) fetchOne(ctx context.Context, i int, place string) (kept release.Artefact, err error) {
	defer fault.Wrap(&err, "fetch resource %d", i) // its address may hold a password; got.Place does not
	previous := r.previous(i)
	var got source.Artefact
	bar := r.Progress.Step(texts.Say("step.fetch", "dataset", r.d.Name), 0)
	defer bar.Done()
	object, err := r.Blobs.Put(ctx, func(w io.Writer) error {
		got, err = r.Fetcher.Fetch(ctx, place, previous, &meteredWriter{w, bar})
		if err == nil && got.Unchanged {
			return errUnchanged // there is nothing to keep
		}
		return err
	})
	if errors.Is(err, errUnchanged) {
		object = blob.Object{SHA256: previous.SHA256, Bytes: previous.Bytes}
	} else if err != nil {
		return kept, err
	}
	resource := &r.d.Resources[i]
	kept = release.Artefact{Resource: i, Place: got.Place, URL: got.FinalURL, RetrievedAt: got.RetrievedAt, LastModified: got.LastModified,
		ETag: got.ETag, MediaType: got.MediaType, Bytes: object.Bytes, SHA256: object.SHA256, Vintage: resource.Vintage}
	licences := resource.Licenses
	if len(licences) == 0 {
		licences = r.d.Licenses
	}
	for _, l := range licences {
		kept.Licences = append(kept.Licences, l.Name)
	}
	return kept, nil
}

var errUnchanged = errors.New("the publisher has not changed the file")

// previous is what the last load fetched, when its bytes are still kept; the fetcher sees whether the place is the same.
func (r *run) previous(i int) *source.Artefact {
	if r.last == nil {
		return nil
	}
	for _, a := range r.last.Artefacts {
		if a.Resource == i && r.Blobs.Has(a.SHA256) {
			return &source.Artefact{Place: a.Place, FinalURL: a.URL, ETag: a.ETag, LastModified: a.LastModified,
				MediaType: a.MediaType, SHA256: a.SHA256, RetrievedAt: a.RetrievedAt, Bytes: a.Bytes}
		}
	}
	return nil
}

type metered struct {
	r   io.Reader
	bar Bar
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.bar.Add(n)
	return n, err
}

type meteredWriter struct {
	w   io.Writer
	bar Bar
}

func (m *meteredWriter) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.bar.Add(n)
	return n, err
}
