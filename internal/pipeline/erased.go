package pipeline

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"iter"
	"maps"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
	"maille/internal/store"
)

// ruleErased counts the cells that a publisher's file still has of a person whose data were taken out.
const ruleErased = "erased"

// withoutErased leaves out of the features of a run what was taken out of the dataset for a person's sake. Most datasets have
// nothing of it, and their features pass as they are.
func (r *run) withoutErased(ctx context.Context, features iter.Seq2[*dataset.Feature, error]) (iter.Seq2[*dataset.Feature, error], error) {
	key, digests, err := r.DB.Erased(ctx, r.d.Name)
	if err != nil || len(digests) == 0 {
		return features, err
	}
	e := &erasing{d: r.d, key: key, digests: digests, report: &r.report, in: r.erased}
	return func(yield func(*dataset.Feature, error) bool) {
		for f, err := range features {
			if err == nil && !e.passes(f) {
				continue
			}
			if !yield(f, err) {
				return
			}
		}
	}, nil
}

type erasing struct {
	d       *dataset.Dataset
	key     []byte
	digests map[string]map[[32]byte]bool // by column
	report  *dataset.Report
	in      map[int]bool // resources that have some of it
}

// doomErased has the run's files that still say what was erased deleted, once they are read. They are no last good files either.
func (r *run) doomErased(ctx context.Context) error {
	var hashes []string
	for _, a := range r.artefacts {
		if r.erased[a.Resource] {
			hashes = append(hashes, a.SHA256)
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	return r.DB.Doom(ctx, hashes, r.Now())
}

// withhold deletes what came and is not to be kept: files in which an erasure, or the run that ends, found a person's data. A run
// that was killed before leaves it to the next, which finds the files unchanged.
func (p *Pipeline) withhold(ctx context.Context, files map[resourceID]*choice) error {
	hashes := []string{}
	for _, got := range files {
		if got.err == nil {
			hashes = append(hashes, got.SHA256)
		}
	}
	if err := p.DB.DoomAgain(ctx, hashes); err != nil {
		return err
	}
	return p.deleteDoomed(ctx)
}

// passes takes what was erased out of a feature; false when the row goes whole.
func (e *erasing) passes(f *dataset.Feature) bool {
	for i := range e.d.Schema.Columns {
		c := &e.d.Schema.Columns[i]
		known := e.digests[c.Name]
		if known == nil || f.Values[i].IsNull() {
			continue
		}
		left := e.left(f.Values[i].Text(), c, known)
		if left == f.Values[i].Text() {
			continue
		}
		e.in[f.Resource] = true
		e.report.Add(dataset.Issue{Resource: f.Resource, Line: f.Line, Column: c.Name, Rule: ruleErased, Level: dataset.Warning, Message: texts.Say("erased.cell", "column", c.Name)})
		switch {
		case left != "":
			f.Values[i] = schema.Joined(left)
		case c.Constraints.Required || slices.Contains(e.d.Publication.Key, c.Name):
			return false
		default:
			f.Values[i] = schema.Value{}
		}
	}
	return true
}

// left is a cell, or the items of a list, without what was erased.
func (e *erasing) left(text string, c *schema.Column, known map[[32]byte]bool) string {
	if c.Type != schema.List {
		if e.knows(text, known) {
			return ""
		}
		return text
	}
	items := slices.DeleteFunc(strings.Split(text, c.Delimiter), func(item string) bool { return e.knows(item, known) })
	return strings.Join(items, c.Delimiter)
}

func (e *erasing) knows(text string, known map[[32]byte]bool) bool {
	mac := hmac.New(sha256.New, e.key)
	mac.Write([]byte(text))
	return known[[32]byte(mac.Sum(nil))]
}

// forget leaves out of a derived draft what was taken out of the dataset.
func (r *run) forget(ctx context.Context, draft *store.Draft) error {
	taken, err := draft.Forget(ctx)
	for _, column := range slices.Sorted(maps.Keys(taken)) {
		for range taken[column] {
			r.report.Add(dataset.Issue{Column: column, Rule: ruleErased, Level: dataset.Warning, Message: texts.Say("erased.cell", "column", column)})
		}
	}
	return err
}

// issues are those of a load, without what a person's erasure hides.
func (p *Pipeline) issues(ctx context.Context, load int64) ([]dataset.Issue, error) {
	issues, err := p.DB.Issues(ctx, load)
	if p.hidden == nil {
		return issues, err
	}
	for i := range issues {
		if p.hidden.in(issues[i].Key + " " + issues[i].Message) {
			issues[i].Key, issues[i].Message = "", texts.Say("erased.sentence")
		}
	}
	return issues, err
}
