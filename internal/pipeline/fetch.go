package pipeline

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/source"
)

// atOnce bounds how many files are on their way at once; the fetcher bounds further how many servers are asked.
const atOnce = 8

// fetches are the files of a run. Each place is asked once, whoever wants it.
type fetches struct {
	*Pipeline
	bar    Bar
	known  map[string]*source.Artefact // by place: what was fetched last, of what is still kept
	mu     sync.Mutex
	places map[string]*arrival
	files  map[resourceID]*choice // when all have arrived
}

type resourceID struct {
	dataset  string
	resource int
}

// arrival is what came from a place.
type arrival struct {
	once sync.Once
	source.Artefact
	err error
}

// choice is what came from the first of a resource's places that had anything.
type choice struct {
	source.Artefact
	origin string
	err    error
	passed []error // by place, of those that were tried before
}

// fetch brings the files of all the datasets into the blob store, several at once, before any is read. A file that its
// publisher has not changed is not sent again. The error is that of the run, not of a file.
func (p *Pipeline) fetch(ctx context.Context, wanted []*dataset.Dataset) (*fetches, error) {
	f := &fetches{Pipeline: p, known: map[string]*source.Artefact{}, places: map[string]*arrival{}, files: map[resourceID]*choice{}}
	for _, d := range wanted {
		if err := f.recall(ctx, d); err != nil {
			return nil, err
		}
	}
	f.bar = p.Progress.Step(texts.Say("step.fetch"), 0)
	defer f.bar.Done()
	var work errgroup.Group
	work.SetLimit(atOnce)
	for _, d := range wanted {
		for i := range d.Resources {
			places := p.Place(d, i)
			if len(places) == 0 {
				p.Log.Info("fetch", "dataset", d.Name, "resource", i, "status", Skipped)
				continue
			}
			work.Go(func() error { return f.resource(ctx, d, i, places) })
		}
	}
	return f, work.Wait()
}

// recall notes what the last load of a dataset fetched, when its bytes are still kept.
func (f *fetches) recall(ctx context.Context, d *dataset.Dataset) error {
	if d.IsDerived() {
		return nil
	}
	last, _, err := f.DB.LastLoad(ctx, d.Name)
	if err != nil || last == nil {
		return err
	}
	kept, err := f.keptOf(ctx, last)
	if err != nil {
		return err
	}
	for _, a := range last.Artefacts {
		if old := f.known[a.Place]; kept[a.SHA256] && (old == nil || old.RetrievedAt.Before(a.RetrievedAt)) {
			f.known[a.Place] = &source.Artefact{Place: a.Place, FinalURL: a.URL, ETag: a.ETag, LastModified: a.LastModified,
				MediaType: a.MediaType, SHA256: a.SHA256, RetrievedAt: a.RetrievedAt, Bytes: a.Bytes}
		}
	}
	return nil
}

// resource takes the first of its places that has anything.
func (f *fetches) resource(ctx context.Context, d *dataset.Dataset, i int, places []string) error {
	got := &choice{}
	for _, place := range places {
		a := f.arrive(ctx, place)
		got.Artefact, got.origin, got.err = a.Artefact, source.Origin(place), a.err
		if got.err == nil || !source.Missing(got.err) {
			break
		}
		got.passed = append(got.passed, got.err)
	}
	for n, err := range got.passed[:min(len(got.passed), len(places)-1)] { // after the last there is no next
		f.passOver(ctx, d, i, places[n], err)
	}
	if len(got.passed) == len(places) {
		got = &choice{err: nowhere(got.passed)}
	}
	if got.err == nil {
		f.Log.Info("fetch", "dataset", d.Name, "resource", i, "place", got.Place, "bytes", got.Bytes, "sha256", got.SHA256[:12])
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[resourceID{d.Name, i}] = got
	return nil
}

// passOver says that another place was asked. That a mirror or a folder lacks some of them is as its operator made it.
func (f *fetches) passOver(ctx context.Context, d *dataset.Dataset, i int, place string, err error) {
	level := slog.LevelWarn
	if errors.Is(err, source.ErrAbsent) || errors.Is(err, fs.ErrNotExist) {
		level = slog.LevelInfo
	}
	f.Log.Log(ctx, level, "passed over, the next place is asked", "dataset", d.Name, "resource", i, "place", source.Shown(place), "reason", fault.Message(err))
}

// nowhere makes one failure of those of all the places.
func nowhere(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	var said []string
	kind := fault.Refused
	for _, err := range errs {
		said = append(said, fault.Message(err))
		if fault.KindOf(err) == fault.Unavailable {
			kind = fault.Unavailable
		}
	}
	return fault.New(kind, "%s", strings.Join(said, " ; ")).About(fault.Subject(errs[0])).Because(errors.Join(errs...))
}

func (f *fetches) arrive(ctx context.Context, place string) *arrival {
	f.mu.Lock()
	a := f.places[place]
	if a == nil {
		a = &arrival{}
		f.places[place] = a
	}
	f.mu.Unlock()
	a.once.Do(func() { a.Artefact, a.err = f.bring(ctx, place) })
	return a
}

// keptOf are those of a load's files whose bytes are still kept.
func (p *Pipeline) keptOf(ctx context.Context, l *release.Load) (map[string]bool, error) {
	kept := map[string]bool{}
	if l == nil {
		return kept, nil
	}
	for _, a := range l.Artefacts {
		has, err := p.Blobs.Has(ctx, a.SHA256)
		if err != nil {
			return nil, err
		}
		kept[a.SHA256] = has
	}
	return kept, nil
}

func (f *fetches) bring(ctx context.Context, place string) (got source.Artefact, err error) {
	defer fault.Wrap(&err, "fetch %s", source.Shown(place)) // without the password that the address may hold
	object, err := f.Blobs.Put(ctx, func(w io.Writer) error {
		got, err = f.Fetcher.Fetch(ctx, place, f.known[source.Shown(place)], &meteredWriter{w, f.bar})
		if err == nil && got.Unchanged {
			return errUnchanged // there is nothing to keep
		}
		return err
	})
	if errors.Is(err, errUnchanged) {
		return got, nil
	}
	got.SHA256, got.Bytes = object.SHA256, object.Bytes
	return got, err
}

var errUnchanged = errors.New("the publisher has not changed the file")

// artefact is the lineage of a resource's file.
func (r *run) artefact(i int, got *choice) release.Artefact {
	resource := &r.d.Resources[i]
	kept := release.Artefact{Resource: i, Place: got.Place, Origin: got.origin, URL: got.FinalURL, RetrievedAt: got.RetrievedAt, LastModified: got.LastModified,
		ETag: got.ETag, MediaType: got.MediaType, Bytes: got.Bytes, SHA256: got.SHA256, Vintage: cmp.Or(quarter(got.FinalURL), quarter(got.Place), resource.Vintage)}
	licences := resource.Licenses
	if len(licences) == 0 {
		licences = r.d.Licenses
	}
	for _, l := range licences {
		kept.Licences = append(kept.Licences, l.Name)
	}
	return kept
}

var quarterInAddress = regexp.MustCompile(`(?i)(?:^|[^0-9])([0-9]{4})_?T([1-4])(?:[^0-9]|$)`)

// quarter is that of an address such as …/2026_T2/…, to which Arcep's …/last/… leads, or of a file such as
// 2026T2-commune.zip; "" when it names none, or several.
func quarter(address string) string {
	named := ""
	for _, found := range quarterInAddress.FindAllStringSubmatch(address, -1) {
		q := found[1] + "T" + found[2]
		if named != "" && named != q {
			return ""
		}
		named = q
	}
	return named
}
