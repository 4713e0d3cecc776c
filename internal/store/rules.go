package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// Reference is a version against which rules check, and its column of codes.
type Reference struct {
	Version release.Version
	Commune string
}

// References are what the rules of a set check against; a nil one is not there. Passages has the columns of
// communes-passages: code_ancien, nature, debut, fin and nom, with the successor in its column of commune codes.
type References struct{ Communes, Contours, Passages, Arrondissements *Reference }

// Check holds the draft to the rules over a set, adds what it finds to the report, and drops the rows in error. It gives
// how many were dropped.
func (dr *Draft) Check(ctx context.Context, refs References, report *dataset.Report) (dropped int64, err error) {
	defer fault.Wrap(&err, "store.Check %s", dr.d.Name)
	for _, name := range dataset.SetRules {
		rule, ok := dr.d.Rule(name)
		if !ok {
			continue
		}
		n, err := dr.check(ctx, rule, refs, report)
		if err != nil {
			return dropped, err
		}
		dropped += n
	}
	dr.rows -= dropped
	return dropped, nil
}

func (dr *Draft) check(ctx context.Context, rule dataset.Rule, refs References, report *dataset.Report) (int64, error) {
	switch rule.Name {
	case dataset.UniqueKey:
		return dr.checkUnique(ctx, rule, report)
	case dataset.ValidGeometry:
		return dr.checkValid(ctx, rule, report)
	case dataset.KnownCommune:
		if refs.Communes != nil {
			return dr.checkKnown(ctx, rule, refs, report)
		}
	default:
		if refs.Contours != nil {
			return dr.checkInside(ctx, rule, refs.Contours, report)
		}
	}
	return 0, fault.New(fault.Refused, "%s", dataset.Say("no-reference", "value", rule.Name)).About(dr.d.Name)
}

// finding is a row that breaks a rule: where it stands, its key, and two texts for the sentence.
type finding struct {
	Resource   int
	Line       int64
	Key        string
	Value      string
	Complement string
}

// find runs a rule's query, which gives ctid as "row" first, and drops the rows it finds when the rule says so.
func (dr *Draft) find(ctx context.Context, query string, drop bool, each func(finding)) (n int64, err error) {
	if drop {
		query = fmt.Sprintf("with bad as materialized (%s), gone as (delete from %s d using bad where d.ctid = bad.row returning bad.*) "+
			"select resource, line, key, value, complement from gone order by resource, line", query, dr.table)
	} else {
		query = fmt.Sprintf("select resource, line, key, value, complement from (%s) bad order by resource, line", query)
	}
	rows, err := dr.conn.Query(ctx, query)
	if err != nil {
		return 0, explained(ctx, err)
	}
	var f finding
	_, err = pgx.ForEachRow(rows, []any{&f.Resource, &f.Line, &f.Key, &f.Value, &f.Complement}, func() error {
		n++
		each(f)
		return nil
	})
	return n, explained(ctx, err)
}

func (dr *Draft) fill(ref *Reference) map[string]string {
	fill := map[string]string{
		"draft":     dr.table,
		"grid":      fmt.Sprint(dr.d.Grid()),
		"key":       keyColumns(dr.d),
		"key_hash":  "coalesce(" + keyHash(dr.d) + ", 0)", // a key with a part that is null has none
		"key_texts": keyTexts(dr.d),
		"commune":   quote(dr.d.Publication.Commune),
	}
	if ref != nil {
		fill["reference"] = versionTable(ref.Version)
		fill["reference_commune"] = quote(ref.Commune)
		fill["mapped"] = mapped(dr.d.Publication.Commune, ref)
	}
	return fill
}

// mapped holds for rows whose commune has a contour in the reference, or that name none.
func mapped(commune string, ref *Reference) string {
	if commune == "" {
		return "true"
	}
	return fmt.Sprintf("(d.%[1]s is null or exists (select from %[2]s m where m.%[3]s = d.%[1]s and m.geometry is not null))",
		quote(commune), versionTable(ref.Version), quote(ref.Commune))
}

func (dr *Draft) checkUnique(ctx context.Context, rule dataset.Rule, report *dataset.Report) (int64, error) {
	var twice bool
	if err := dr.conn.QueryRow(ctx, statement("rule_unique_key_any", dr.fill(nil))).Scan(&twice); err != nil || !twice {
		return 0, explained(ctx, err)
	}
	if dr.d.IsDerived() { // which of the rows would stand is chance
		return 0, dr.ambiguous(ctx)
	}
	return dr.find(ctx, statement("rule_unique_key", dr.fill(nil)), true, func(f finding) {
		report.Add(dataset.Issue{Resource: f.Resource, Line: f.Line, Key: f.Key, Column: strings.Join(dr.d.Publication.Key, ","),
			Rule: rule.Name, Level: dataset.Error, Message: dataset.Say(rule.Name, "key", f.Key, "value", f.Value)})
	})
}

func (dr *Draft) ambiguous(ctx context.Context) error {
	least := ""
	n, err := dr.find(ctx, statement("rule_unique_key", dr.fill(nil)), false, func(f finding) {
		if least == "" || f.Key < least {
			least = f.Key
		}
	})
	if err != nil || n == 0 { // two keys of one hash are no fault
		return err
	}
	return fault.New(fault.Invalid, "datasets/%s.sql: several rows have the key %s", dr.d.Name, least).About(dr.d.Name)
}

func (dr *Draft) checkInside(ctx context.Context, rule dataset.Rule, ref *Reference, report *dataset.Report) (int64, error) {
	query := statement("rule_"+strings.ReplaceAll(rule.Name, "-", "_"), dr.fill(ref))
	if rule.Name != dataset.InsideTerritory {
		return dr.report(ctx, rule, query, report)
	}
	// A point that exchanging its coordinates would put inside is no doubt: it is wrong, whatever the rule's level.
	swapped := dataset.Rule{Name: rule.Name, Level: dataset.Error}
	dropped, err := dr.report(ctx, swapped, "select * from ("+query+") outside where complement = 'swapped'", report)
	if err != nil {
		return 0, err
	}
	n, err := dr.report(ctx, rule, query, report)
	return dropped + n, err
}

// report adds what a rule's query finds to the report, drops it when the rule is of level error, and gives how many.
func (dr *Draft) report(ctx context.Context, rule dataset.Rule, query string, report *dataset.Report) (int64, error) {
	drop := rule.Level == dataset.Error
	n, err := dr.find(ctx, query, drop, func(f finding) {
		text, column := rule.Name, dr.d.Publication.Commune
		if rule.Name == dataset.InsideTerritory {
			column = cmp.Or(dr.d.Publication.Geometry.Longitude, "geometry")
			if f.Complement == "swapped" {
				text += ".swapped"
			}
		}
		report.Add(dataset.Issue{Resource: f.Resource, Line: f.Line, Key: f.Key, Column: column, Rule: rule.Name, Level: rule.Level,
			Message: dataset.Say(text, "value", f.Value, "distance", distance(f.Complement))})
	})
	if !drop {
		return 0, err
	}
	return n, err
}

// checkValid repairs invalid polygons when the rule warns, and drops those that it may not or cannot repair.
func (dr *Draft) checkValid(ctx context.Context, rule dataset.Rule, report *dataset.Report) (int64, error) {
	fill := dr.fill(nil)
	issue := func(level dataset.Level, text string) func(finding) {
		return func(f finding) {
			report.Add(dataset.Issue{Resource: f.Resource, Line: f.Line, Key: f.Key, Column: "geometry", Rule: rule.Name, Level: level,
				Message: dataset.Say(text, "value", f.Value, "expected", dr.d.Publication.Geometry.Type)})
		}
	}
	if rule.Level == dataset.Warning {
		rows, err := dr.conn.Query(ctx, statement("rule_valid_geometry_repair", fill))
		if err != nil {
			return 0, explained(ctx, err)
		}
		var f finding
		_, err = pgx.ForEachRow(rows, []any{&f.Resource, &f.Line, &f.Key, &f.Value}, func() error {
			issue(dataset.Warning, "valid-geometry.repaired")(f)
			return nil
		})
		if err != nil {
			return 0, explained(ctx, err)
		}
	}
	return dr.find(ctx, statement("rule_valid_geometry", fill), true, issue(dataset.Error, "valid-geometry.rejected"))
}

// distance writes metres for a French reader: "850 m", "10,7 km".
func distance(metres string) string {
	var m float64
	if _, err := fmt.Sscan(metres, &m); err != nil {
		return metres
	}
	if m < 1000 {
		return fmt.Sprintf("%.0f m", m)
	}
	return strings.Replace(fmt.Sprintf("%.1f km", m/1000), ".", ",", 1)
}
