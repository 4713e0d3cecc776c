package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
)

// partFormats are those of parts, each with the bytes beyond which data.gouv.fr does not look into a file.
var partFormats = []struct {
	*dump.Format
	most int64
}{{dump.CSV, 100 << 20}, {dump.GeoJSON, 100 << 20}, {dump.GeoParquet, 50 << 20}}

var partsSooner int64 = 1 // tests have parts of small versions

// hiveNull is how a path of Hive says null: the part of the rows that are of no département.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// partName is the path of a part, whose column is not in the file unless the schema has it:
// places/code_departement=91/places.csv.
func partName(d *dataset.Dataset, code string, format *dump.Format) string {
	return fmt.Sprintf("%s/code_departement=%s/%s", d.Name, code, format.Name(d))
}

func isPart(f release.File) bool { return f.Role == release.RolePart }

// parts makes a file of each département and format, beside the whole ones, of a version that has a whole one too large for
// data.gouv.fr, in one read. A dataset that had parts keeps them, and an address goes on though no row is left at it.
func (w *filesOf) parts(ctx context.Context) error {
	if !w.lacksParts() {
		return nil
	}
	codes := w.formerParts()
	w.begin()
	rows := int64(0)
	all := w.DB.Features(ctx, w.e.Version, w.d, dataset.Query{Geometry: dataset.AsBoth, Parted: true})
	for code, features := range runs(metered(all, w.bar), w.d.Schema.Index(w.d.Publication.Commune)) {
		delete(codes, code)
		n, err := w.part(ctx, code, features)
		if err != nil {
			return err
		}
		rows += n
	}
	for code := range codes {
		if _, err := w.part(ctx, code, func(func(*dataset.Feature, error) bool) {}); err != nil {
			return err
		}
	}
	if rows != w.e.Rows {
		return fault.New(fault.Internal, "the parts have %d rows, the version %d", rows, w.e.Rows)
	}
	return nil
}

func (w *filesOf) lacksParts() bool {
	return w.d.Publication.Commune != "" && !slices.ContainsFunc(w.e.Files, isPart) && (len(w.formerParts()) > 0 || slices.ContainsFunc(w.e.Files, tooLarge))
}

// formerParts are the codes of which the release before has parts.
func (w *filesOf) formerParts() map[string]bool {
	codes := map[string]bool{}
	if w.before == nil {
		return codes
	}
	for _, f := range w.before.Files {
		if isPart(f) {
			_, code, _ := strings.Cut(f.Name, "=")
			code, _, _ = strings.Cut(code, "/")
			codes[code] = true
		}
	}
	return codes
}

func tooLarge(f release.File) bool {
	if f.Role != release.RoleDump && f.Role != release.RolePart {
		return false
	}
	for _, format := range partFormats {
		if strings.HasSuffix(f.Name, "."+format.Extension) && f.Bytes > format.most/partsSooner {
			return true
		}
	}
	return false
}

// part makes the files of one département.
func (w *filesOf) part(ctx context.Context, code string, features dump.Features) (rows int64, err error) {
	var readers []dump.Reader
	files := make([]release.File, len(partFormats))
	for i, format := range partFormats {
		readers = append(readers, func(ctx context.Context, features dump.Features) (err error) {
			files[i], err = w.write(ctx, format.Format, &dump.Content{Features: features, Rows: -1}, release.File{Name: partName(w.d, code, format.Format), Role: release.RolePart})
			return err
		})
	}
	if err := dump.Fan(ctx, func(context.Context) dump.Features { return features }, readers...); err != nil {
		return 0, err
	}
	for _, f := range files {
		if f.Rows != files[0].Rows {
			return 0, fault.New(fault.Internal, "%s has %d rows, %s %d", f.Name, f.Rows, files[0].Name, files[0].Rows)
		}
		if tooLarge(f) {
			w.Log.Warn("a part is larger than data.gouv.fr looks into", "file", f.Name, "bytes", f.Bytes)
		}
	}
	w.add(files...)
	return files[0].Rows, nil
}

// runs parts features where the département of a column changes: each run is gone through once, before the next.
func runs(features dump.Features, commune int) iter.Seq2[string, dump.Features] {
	return func(yield func(string, dump.Features) bool) {
		next, stop := iter.Pull2(features)
		defer stop()
		f, err, more := next()
		for more {
			code := strings.Clone(codeOf(f, commune)) // the row's is lent
			run := func(yield func(*dataset.Feature, error) bool) {
				for more && (err != nil || codeOf(f, commune) == code) {
					if !yield(f, err) || err != nil {
						more = false
						return
					}
					f, err, more = next()
				}
			}
			if !yield(code, run) {
				return
			}
		}
	}
}

// codeOf is what the path of a row's part says; of none where there is no row.
func codeOf(f *dataset.Feature, commune int) string {
	if f == nil {
		return hiveNull
	}
	if code := dataset.DepartementOf(f.Values[commune].Text()); code != "" {
		return code
	}
	return hiveNull
}
