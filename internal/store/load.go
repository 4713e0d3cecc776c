package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

func draftName(name string, load int64) string { return fmt.Sprintf("%s~%d", name, load) }

// endLoad writes how a load ended, its artefacts and its issues.
func endLoad(ctx context.Context, tx pgx.Tx, l *release.Load, report *dataset.Report, now time.Time) error {
	if report != nil {
		l.Counts = report.Counts
	}
	if l.Inputs == nil {
		l.Inputs = map[string]string{}
	}
	if l.Counts == nil {
		l.Counts = map[string]int64{}
	}
	_, err := tx.Exec(ctx, statement("end_load", nil), l.ID, l.Version, l.Status, now, l.RowsRead, l.RowsKept, l.Inputs, l.Counts, l.Reason)
	if err != nil {
		return explained(ctx, err)
	}
	for _, a := range l.Artefacts {
		if a.Licences == nil {
			a.Licences = []string{}
		}
		_, err := tx.Exec(ctx, statement("insert_artefact", nil), l.ID, a.Resource, a.Place, a.Origin, a.URL, a.RetrievedAt, a.LastModified,
			a.ETag, a.MediaType, a.Bytes, a.SHA256, a.Vintage, a.Licences)
		if err != nil {
			return explained(ctx, err)
		}
	}
	return saveIssues(ctx, tx, l.ID, report)
}

func saveIssues(ctx context.Context, tx pgx.Tx, load int64, report *dataset.Report) error {
	if report == nil || len(report.Issues) == 0 {
		return nil
	}
	columns := []string{"load", "resource", "line", "key", "col", "rule", "level", "message"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"maille", "issue"}, columns, pgx.CopyFromSlice(len(report.Issues), func(i int) ([]any, error) {
		s := &report.Issues[i]
		return []any{load, s.Resource, s.Line, s.Key, s.Column, s.Rule, string(s.Level), s.Message}, nil
	}))
	return explained(ctx, err)
}

// LastLoad is the latest load of a dataset that led to a version, with its artefacts and that version; nil when there is none.
func (db *DB) LastLoad(ctx context.Context, name string) (l *release.Load, v *release.Version, err error) {
	defer fault.Wrap(&err, "store.LastLoad %s", name)
	l = &release.Load{Dataset: name}
	var counts, inputs []byte
	found, err := db.one(ctx, statement("last_load", nil), []any{name}, &l.ID, &l.Version, &l.Status, &l.Fingerprint, &l.Code,
		&l.RowsRead, &l.RowsKept, &inputs, &counts)
	if err != nil || !found {
		return nil, nil, err
	}
	if err := errors.Join(json.Unmarshal(inputs, &l.Inputs), json.Unmarshal(counts, &l.Counts)); err != nil {
		return nil, nil, err
	}
	if l.Artefacts, err = db.artefacts(ctx, l.ID); err != nil {
		return nil, nil, err
	}
	v, err = db.Version(ctx, name, l.Version)
	return l, v, err
}

func (db *DB) artefacts(ctx context.Context, load int64) ([]release.Artefact, error) {
	return list(ctx, db, statement("artefacts", nil), []any{load}, func(row pgx.CollectableRow) (a release.Artefact, err error) {
		err = row.Scan(&a.Resource, &a.Place, &a.Origin, &a.URL, &a.RetrievedAt, &a.LastModified, &a.ETag, &a.MediaType, &a.Bytes, &a.SHA256, &a.Vintage, &a.Licences)
		return a, err
	})
}

// Issues gives the kept issues of a load in the order of the file.
func (db *DB) Issues(ctx context.Context, load int64) (issues []dataset.Issue, err error) {
	defer fault.Wrap(&err, "store.Issues %d", load)
	return list(ctx, db, statement("issues", nil), []any{load}, func(row pgx.CollectableRow) (i dataset.Issue, err error) {
		err = row.Scan(&i.Resource, &i.File, &i.Line, &i.Key, &i.Column, &i.Rule, &i.Level, &i.Message)
		return i, err
	})
}

// Described is a dataset as it was described when a load ran.
func (db *DB) Described(ctx context.Context, load int64) (d *dataset.Dataset, err error) {
	defer fault.Wrap(&err, "store.Described %d", load)
	var descriptor, schema string
	found, err := db.one(ctx, statement("described", nil), []any{load}, &descriptor, &schema)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fault.New(fault.Internal, "there is no load %d", load)
	}
	return dataset.Restore([]byte(descriptor), []byte(schema))
}
