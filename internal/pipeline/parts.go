package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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
// places/code_departement=91/places.csv, then places/code_departement=91/places-2.csv.
func partName(d *dataset.Dataset, at partKey, format *dump.Format) string {
	number := ""
	if at.number > 1 {
		number = fmt.Sprintf("-%d", at.number)
	}
	return fmt.Sprintf("%s/code_departement=%s/%s%s.%s", d.Name, at.code, d.Name, number, format.Extension)
}

func isPart(f release.File) bool { return f.Role == release.RolePart }

// parts makes files of each département in each format, beside the whole ones, of a version that has a whole one too large for
// data.gouv.fr, in one read: as many as it takes for none to be too large. A dataset that had parts keeps them, and an address
// goes on though no row is left at it.
func (w *filesOf) parts(ctx context.Context) error {
	if !w.lacksParts() {
		return nil
	}
	former := w.formerParts()
	w.begin()
	rows := int64(0)
	all := w.DB.Features(ctx, w.e.Version, w.d, dataset.Query{Geometry: dataset.AsBoth, Parted: true})
	for at, features := range runs(metered(all, w.bar), newCutter(w.d).key) {
		delete(former, at)
		n, err := w.part(ctx, at, features)
		if err != nil {
			return err
		}
		rows += n
		if at.number > 1 {
			w.Log.Info("a département has one more part, for data.gouv.fr to look into", "dataset", w.d.Name, "departement", at.code, "part", at.number, "rows", n)
		}
	}
	for at := range former {
		if _, err := w.part(ctx, at, func(func(*dataset.Feature, error) bool) {}); err != nil {
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

// formerParts are those of which the release before has files.
func (w *filesOf) formerParts() map[partKey]bool {
	former := map[partKey]bool{}
	if w.before == nil {
		return former
	}
	for _, f := range w.before.Files {
		if isPart(f) {
			former[keyOf(w.d.Name, f.Name)] = true
		}
	}
	return former
}

// keyOf reads what partName wrote of a dataset.
func keyOf(dataset, name string) partKey {
	_, path, _ := strings.Cut(name, "=")
	code, file, _ := strings.Cut(path, "/")
	file = strings.TrimPrefix(strings.TrimPrefix(file, dataset), "-")
	number, _, _ := strings.Cut(file, ".")
	if n, err := strconv.Atoi(number); err == nil {
		return partKey{code, n}
	}
	return partKey{code, 1}
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

// part makes the files of one part, which have the same rows.
func (w *filesOf) part(ctx context.Context, at partKey, features dump.Features) (rows int64, err error) {
	var readers []dump.Reader
	files := make([]release.File, len(partFormats))
	for i, format := range partFormats {
		readers = append(readers, func(ctx context.Context, features dump.Features) (err error) {
			files[i], err = w.write(ctx, format.Format, &dump.Content{Features: features, Rows: -1}, release.File{Name: partName(w.d, at, format.Format), Role: release.RolePart})
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
