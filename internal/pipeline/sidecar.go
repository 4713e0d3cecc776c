package pipeline

import (
	"context"
	"io"
	"maps"
	"slices"

	"maille/internal/blob"
	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/quality"
	"maille/internal/release"
)

// sidecarNames are the files that a dataset has beside its dumps.
func sidecarNames(d *dataset.Dataset) []string {
	return []string{catalog.CodebookName(d), quality.Name(d.Name)}
}

// sidecars writes what is said of a dataset's columns and rows; o saw each row once.
func (p *Pipeline) sidecars(ctx context.Context, e *release.Entry, d *dataset.Dataset, o *quality.Observer, lineage []*release.Entry) (files []release.File, err error) {
	defer fault.Wrap(&err, "sidecars of %s", e.Dataset)
	codebook := release.File{Name: catalog.CodebookName(d), Role: release.RoleCodebook, MediaType: catalog.CodebookMediaType}
	object, err := p.Blobs.Put(ctx, func(w io.Writer) (err error) {
		codebook.Rows, err = catalog.WriteCodebook(w, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	codebook.Bytes, codebook.SHA256 = object.Bytes, object.SHA256
	issues, err := p.issues(ctx, e.Load)
	if err != nil {
		return nil, err
	}
	report, err := p.putQuality(ctx, o.Report(issues, lineage...))
	return []release.File{codebook, report}, err
}

// renewQuality says again, in a report that a release keeps, what does not come from the rows, where it is not what the
// release before said: the issues, and which sources are stale. Otherwise its file is left alone, whatever the day on which
// a source that did not change was fetched again.
func (p *Pipeline) renewQuality(ctx context.Context, e, before *release.Entry, d *dataset.Dataset, lineage, former []*release.Entry) (err error) {
	defer fault.Wrap(&err, "quality of %s", e.Dataset)
	i := slices.IndexFunc(e.Files, func(f release.File) bool { return f.Role == release.RoleQuality })
	if i < 0 || before == nil {
		return nil
	}
	issues, err := p.issues(ctx, e.Load)
	if err != nil {
		return err
	}
	same, err := p.sameIssues(ctx, issues, e, before)
	if err != nil || same && sameStaleness(lineage, former) {
		return err
	}
	r, err := p.qualityOf(ctx, &e.Files[i])
	if err != nil {
		return err
	}
	r.Refresh(d, issues, lineage...)
	renewed, err := p.putQuality(ctx, r)
	if err == nil && renewed.SHA256 != e.Files[i].SHA256 {
		e.Files = slices.Clone(e.Files) // they are those of the release before
		e.Files[i] = renewed
	}
	return err
}

// sameIssues says whether an entry's load found what that of the entry before did: as many issues of each rule may be others.
func (p *Pipeline) sameIssues(ctx context.Context, issues []dataset.Issue, e, before *release.Entry) (bool, error) {
	if e.Load == before.Load || !maps.Equal(e.Issues, before.Issues) {
		return e.Load == before.Load, nil
	}
	former, err := p.issues(ctx, before.Load)
	return slices.Equal(issues, former), err
}

// sameStaleness says whether the same resources are stale since the same time in what a dataset is made of.
func sameStaleness(a, b []*release.Entry) bool {
	return slices.EqualFunc(a, b, func(a, b *release.Entry) bool {
		return a.Dataset == b.Dataset && slices.EqualFunc(a.Stale, b.Stale, func(a, b release.Stale) bool {
			return a.Resource == b.Resource && a.Place == b.Place && a.Since.Equal(b.Since)
		})
	})
}

func (p *Pipeline) qualityOf(ctx context.Context, f *release.File) (*quality.Report, error) {
	text, err := blob.Bytes(ctx, p.Blobs, f.SHA256)
	if err != nil {
		return nil, err
	}
	return quality.Read(text)
}

func (p *Pipeline) putQuality(ctx context.Context, r *quality.Report) (release.File, error) {
	f := release.File{Name: quality.Name(r.Collection), Role: release.RoleQuality, MediaType: quality.MediaType}
	text, err := r.Text()
	if err != nil {
		return f, err
	}
	object, err := p.Blobs.Put(ctx, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	f.Bytes, f.SHA256 = object.Bytes, object.SHA256
	return f, err
}
