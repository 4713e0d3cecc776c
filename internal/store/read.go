package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// Features streams the features of a version that a query asks for, in Ord order. The Feature, its texts and its
// bytes are those of the connection's buffer: they are valid until the next one. When the caller stops early, or its
// context ends, the statement is cancelled and the connection goes back to the pool. An ID that cannot be one of this
// dataset gives nothing.
func (db *DB) Features(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query) iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		err := db.features(ctx, v, d, q, func(f *dataset.Feature) bool { return yield(f, nil) })
		if err != nil {
			yield(nil, fmt.Errorf("store.Features %s: %w", v, err))
		}
	}
}

func (db *DB) features(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query, yield func(*dataset.Feature) bool) error {
	parts, err := db.plan(ctx, v, d, q)
	if err != nil || len(parts) == 0 {
		return err
	}
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := newRowReader(d, q)
	left := q.Limit
	more := func() bool {
		left--
		if yield(&r.feature) {
			return true
		}
		cancel() // before the rows are closed, which would read the rest of a large answer
		return false
	}
	for _, part := range parts {
		if ended, err := r.stream(ctx, conn, part.limited(left), more); ended || err != nil {
			return answerable(tooLong(ctx, err, v, d, q), q)
		}
		if q.Limit > 0 && left <= 0 {
			return nil
		}
	}
	return nil
}

// stream reads the rows of a statement until there are no more, or the caller has enough.
func (r *rowReader) stream(ctx context.Context, conn *pgxpool.Conn, s statementOf, more func() bool) (ended bool, err error) {
	binaryResults := pgx.QueryResultFormats{pgx.BinaryFormatCode} // of every column: pgx would read geometries as text
	args := append([]any{binaryResults}, s.args...)
	if s.foreign {
		args = unnamed(args)
	}
	rows, err := conn.Query(ctx, s.sql, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := r.read(rows.RawValues()); err != nil {
			return false, err
		}
		if !more() {
			return true, nil
		}
	}
	return false, rows.Err()
}

// statementOf is SQL with its parameters.
type statementOf struct {
	sql     string
	args    []any
	limit   bool // it takes the number of rows as one parameter more
	foreign bool // its shape is a stranger's
}

func (s statementOf) limited(limit int) statementOf {
	if s.limit {
		s.args = append(slices.Clip(s.args), limit)
		s.sql += fmt.Sprintf(" limit $%d::bigint", len(s.args))
	}
	return s
}

// plan writes the query, in one or more statements whose rows follow each other; none when nothing can match. A filter is
// read through its index and sorted when few rows match, and along the order asked for when many do: PostgreSQL, which cannot
// know how a limit meets a spatial filter, errs by a factor of fifty.
func (db *DB) plan(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query) ([]statementOf, error) {
	keys, err := sortKeys(d, q.Sort)
	if err != nil {
		return nil, err
	}
	w, err := db.where(ctx, v, d, q)
	if err != nil {
		return nil, err
	}
	s := sorted{where: w, from: versionTable(v) + " v", table: versionTable(v), keys: keys, after: q.After, foreign: len(w.terms) > 0}
	along := len(keys) == 0 || keys[0].indexed
	if len(w.terms) > 0 {
		m, err := db.matches(ctx, v, w)
		switch {
		case err != nil: // the statement itself will say so, if it has to
		case m.ranks != nil && (len(keys) == 0 || !along || m.few(v, q)): // else the order's own index is walked
			s.only(m.of(q))
			along = false
		case m.known && m.ranks == nil && len(keys) == 0 && q.Limit > 0: // they are of one place more often than not, and so is _ord
			w.add(fmt.Sprintf("_ord between %s and %s", w.arg(m.first), w.arg(m.last)))
		case along && m.few(v, q):
			s.found()
			along = false
		}
	}
	if len(q.ID) > 0 && !s.id(d, q.ID) {
		return nil, nil
	}
	s.reads = "select " + selectList(d, v, q) + " from " + s.from
	switch {
	case q.Parted:
		return []statementOf{s.parted(d)}, nil
	case len(keys) > 0 && along && q.Limit > 0:
		return s.stretches(), nil
	case q.Limit > 0:
		return []statementOf{s.whole(fmt.Sprintf(" limit %d", q.Limit))}, nil
	}
	return []statementOf{s.whole("")}, nil
}

// of are the ranks to read for a query: a page of them, or all where another order decides which are on the page.
func (m *matched) of(q dataset.Query) []int64 {
	if len(q.Sort) > 0 {
		return m.ranks
	}
	return m.page(q.After, q.Limit)
}

// few says whether sorting what the conditions match costs less than walking along the order until the limit is met.
func (m *matched) few(v release.Version, q dataset.Query) bool {
	switch {
	case !m.known:
		return false
	case q.Limit == 0:
		return m.n < v.Rows/4
	}
	return float64(m.n) < float64(q.Limit)*float64(v.Rows)/float64(max(m.n, 1))
}

type where struct {
	terms []string
	args  []any
}

func (w *where) and() string { return strings.Join(w.terms, " and ") }

func (w *where) add(term string) { w.terms = append(w.terms, term) }

// where holds the conditions of a query that the key and the page are not part of.
func (db *DB) where(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query) (*where, error) {
	w := &where{}
	if q.BBox != nil && d.Publication.Geometry != nil {
		w.add(w.box(d, *q.BBox, q.BBoxCRS, v.Unlocated > 0 && !q.Located))
	}
	if column := d.Publication.Time; column != "" && q.Time != (dataset.Interval{}) {
		w.add(w.interval(quote(column), q.Time))
	}
	for _, e := range q.Equal {
		w.add(w.equal(d.Schema.Column(e.Column), e.Value))
	}
	if err := w.search(d, q.Search); err != nil {
		return nil, err
	}
	if q.Filter == nil {
		return w, nil
	}
	f := &filter{where: w, d: d, crs: q.FilterCRS}
	term := f.condition(q.Filter)
	if f.err != nil {
		return nil, f.err
	}
	w.add(term)
	return w, f.prepare(ctx, db)
}

func (w *where) equal(c *schema.Column, value string) string {
	if c.Type == schema.List {
		return quote(c.Name) + " @> array[" + w.arg(value) + "::text]" // what a GIN index finds
	}
	return quote(c.Name) + " = " + w.arg(value) + "::text::" + columnTypes[c.Type]
}

func (w *where) interval(column string, t dataset.Interval) string {
	terms := []string{}
	if t.From != "" {
		terms = append(terms, column+" >= "+w.date(t.From))
	}
	if t.To != "" {
		terms = append(terms, column+" <= "+w.date(t.To))
	}
	return "(" + column + " is null or " + strings.Join(terms, " and ") + ")"
}

// date is a day as a number of days: PostgreSQL does not read the year 0000, which RFC 3339 allows.
func (w *where) date(text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return w.arg(text) + "::text::date" // PostgreSQL says what is wrong
	}
	return "(date '2000-01-01' + " + w.arg(t.Unix()/86400-epochDays) + "::integer)"
}

func (w *where) arg(value any) string {
	w.args = append(w.args, value)
	return fmt.Sprintf("$%d", len(w.args))
}

// id adds the terms that find one key; false when a part cannot be of its column's type.
func (w *where) id(d *dataset.Dataset, parts []string) bool {
	var texts []string
	for i, name := range d.Publication.Key {
		c := d.Schema.Column(name)
		if _, bad := c.Parse(parts[i]); bad != nil && (bad.Rule == "type" || bad.Rule == "encoding") {
			return false
		}
		value := w.arg(parts[i]) + "::text::" + columnTypes[c.Type]
		w.terms = append(w.terms, quote(name)+" = "+value)
		texts = append(texts, keyText("("+value+")", c.Type))
	}
	w.terms = append(w.terms, keyHash(d)+" = hashtextextended("+strings.Join(texts, " || ':' || ")+", 0)")
	return true
}

// rowReader turns a row of binary values into a Feature without copying texts.
type rowReader struct {
	feature  dataset.Feature
	types    []schema.Type
	encoding dataset.Encoding
	point    bool
	crs      *geo.OGCCRS // nil for CRS84
	json     []byte
}

func newRowReader(d *dataset.Dataset, q dataset.Query) *rowReader {
	r := &rowReader{encoding: q.Geometry}
	if !q.CRS.IsCRS84() {
		r.crs = q.CRS
	}
	for i := range d.Schema.Columns {
		r.types = append(r.types, d.Schema.Columns[i].Type)
	}
	r.feature.Values = make([]schema.Value, len(r.types))
	if g := d.Publication.Geometry; g == nil {
		r.encoding = dataset.NoGeometry
	} else {
		r.point = g.Type == "Point"
	}
	return r
}

func (r *rowReader) read(raw [][]byte) error {
	r.feature.Ord = int64(binary.BigEndian.Uint64(raw[0]))
	for i, t := range r.types {
		r.feature.Values[i] = readValue(t, raw[1+i])
	}
	if r.encoding == dataset.NoGeometry {
		return nil
	}
	return r.geometry(raw[1+len(r.types):])
}

// geometry takes what selectList has after the columns.
func (r *rowReader) geometry(raw [][]byte) error {
	last := raw[len(raw)-1]
	if r.encoding != dataset.AsGeoJSON {
		r.feature.WKB = last
	}
	if r.encoding == dataset.AsWKB {
		return nil
	}
	r.feature.GeoJSON = raw[0]
	if r.point && last != nil {
		x, y, ok := r.position(last)
		if !ok {
			return fault.New(fault.Internal, "a stored geometry is not a point")
		}
		r.json = geo.AppendPointJSON(r.json[:0], x, y)
		r.feature.GeoJSON = r.json
	}
	return nil
}

func readValue(t schema.Type, raw []byte) schema.Value {
	if raw == nil {
		return schema.Value{}
	}
	switch t {
	case schema.Integer:
		return schema.Int(int64(binary.BigEndian.Uint64(raw)))
	case schema.Number:
		return schema.Float(math.Float64frombits(binary.BigEndian.Uint64(raw)))
	case schema.Boolean:
		return schema.Bool(raw[0] != 0)
	case schema.Date:
		return schema.DateOf(int32(binary.BigEndian.Uint32(raw)) + epochDays)
	case schema.List:
		return schema.Joined(unsafe.String(unsafe.SliceData(raw), len(raw)))
	}
	return schema.Text(unsafe.String(unsafe.SliceData(raw), len(raw)))
}
