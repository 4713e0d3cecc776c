package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"
	"unsafe"

	"github.com/jackc/pgx/v5"

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
	sql, args, possible := db.plan(ctx, v, d, q)
	if !possible {
		return nil
	}
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	binaryResults := pgx.QueryResultFormats{pgx.BinaryFormatCode} // of every column: pgx would read geometries as text
	rows, err := conn.Query(ctx, sql, append([]any{binaryResults}, args...)...)
	if err != nil {
		return explained(ctx, err)
	}
	defer rows.Close()
	r := newRowReader(d, q.Geometry)
	for rows.Next() {
		if err := r.read(rows.RawValues()); err != nil {
			return err
		}
		if !yield(&r.feature) {
			cancel() // before Close, which would read the rest of a large answer
			return nil
		}
	}
	return explained(ctx, rows.Err())
}

// plan writes the query. A box is read through its index and sorted when it holds few of the rows, and along _ord when
// it holds many: PostgreSQL, which cannot know how a limit meets a spatial filter, errs by a factor of fifty.
func (db *DB) plan(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query) (sql string, args []any, possible bool) {
	w := where{args: []any{q.After}, terms: []string{"_ord > $1"}}
	if len(q.ID) > 0 && !w.id(d, q.ID) {
		return "", nil, false
	}
	from := versionTable(v) + " v"
	if filters := w.filters(d, v, q); len(filters) > 0 {
		filter := strings.Join(filters, " and ")
		if few, err := db.few(ctx, v, d, q); err == nil && few {
			from = fmt.Sprintf("(select * from %s where %s offset 0) v", from, filter) // offset 0 keeps the filter's index in use
		} else {
			w.terms = append(w.terms, filter)
		}
	}
	sql = fmt.Sprintf("select %s from %s where %s order by _ord", selectList(d, v, q), from, strings.Join(w.terms, " and "))
	if q.Limit > 0 {
		sql += fmt.Sprintf(" limit %d", q.Limit)
	}
	return sql, w.args, true
}

// few says whether sorting what the filters match costs less than walking _ord until the limit is met.
func (db *DB) few(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query) (bool, error) {
	matched, known, err := db.Count(ctx, v, d, q)
	if err != nil || !known {
		return false, err
	}
	if q.Limit == 0 {
		return matched < v.Rows/4, nil
	}
	walked := float64(q.Limit) * float64(v.Rows) / float64(max(matched, 1))
	return matched < 10_000 || float64(matched) < walked, nil
}

type where struct {
	terms []string
	args  []any
}

// filters are the conditions of a query that the key and the page are not part of.
func (w *where) filters(d *dataset.Dataset, v release.Version, q dataset.Query) (filters []string) {
	if q.BBox != nil && d.Publication.Geometry != nil {
		filters = append(filters, w.box(d, v, *q.BBox))
	}
	if column := d.Publication.Time; column != "" && q.Time != (dataset.Interval{}) {
		filters = append(filters, w.interval(quote(column), q.Time))
	}
	for _, e := range q.Equal {
		filters = append(filters, w.equal(d.Schema.Column(e.Column), e.Value))
	}
	return filters
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

// box is the condition of OGC 17-069r4 /req/core/fc-bbox-response; its "or has no geometry" stands only where a version
// has such rows, because it keeps PostgreSQL from using the index alone.
func (w *where) box(d *dataset.Dataset, v release.Version, b geo.BBox) string {
	var terms []string
	for _, part := range b.Parts() {
		west, south, east, north := w.arg(part.West), w.arg(part.South), w.arg(part.East), w.arg(part.North)
		// A box2d becomes a point or a line where it has no area; ST_MakeEnvelope's polygon would intersect nothing.
		envelope := fmt.Sprintf("public.ST_SetSRID(public.ST_MakeBox2D(public.ST_Point(%s, %s), public.ST_Point(%s, %s))::public.geometry, %d)",
			west, south, east, north, geo.SRID)
		exact := fmt.Sprintf("public.ST_Intersects(geometry, %s)", envelope)
		if d.Publication.Geometry.Type == "Point" {
			exact = fmt.Sprintf("public.ST_X(geometry) between %s and %s and public.ST_Y(geometry) between %s and %s", west, east, south, north)
		}
		terms = append(terms, "(geometry operator(public.&&) "+envelope+" and "+exact+")") // && itself compares float32 boxes
	}
	if v.Unlocated > 0 {
		terms = append(terms, "geometry is null")
	}
	return "(" + strings.Join(terms, " or ") + ")"
}

// selectList is _ord, the columns in schema order, and the geometry as it is asked for.
func selectList(d *dataset.Dataset, v release.Version, q dataset.Query) string {
	var b strings.Builder
	b.WriteString("_ord")
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		if c.Type == schema.List {
			fmt.Fprintf(&b, ", array_to_string(%s, '%s')", quote(c.Name), strings.ReplaceAll(c.Delimiter, "'", "''"))
		} else {
			b.WriteString(", " + quote(c.Name))
		}
	}
	g := d.Publication.Geometry
	switch {
	case g == nil || q.Geometry == dataset.NoGeometry:
	case q.Geometry == dataset.AsGeoJSON && q.Level > 0:
		fmt.Fprintf(&b, ", (select g._geojson from %s g where g.level = %g and g._ord = v._ord)", levelTable(v), q.Level)
	case q.Geometry == dataset.AsGeoJSON && g.Type != "Point":
		b.WriteString(", _geojson")
	default:
		b.WriteString(", geometry")
	}
	return b.String()
}

// rowReader turns a row of binary values into a Feature without copying texts.
type rowReader struct {
	feature  dataset.Feature
	types    []schema.Type
	encoding dataset.Encoding
	point    bool
	json     []byte
}

func newRowReader(d *dataset.Dataset, e dataset.Encoding) *rowReader {
	r := &rowReader{encoding: e}
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
	last := raw[1+len(r.types)]
	if r.encoding == dataset.AsWKB {
		r.feature.WKB = last
		return nil
	}
	r.feature.GeoJSON = last
	if r.point && last != nil {
		lon, lat, ok := geo.PointOf(last)
		if !ok {
			return fault.New(fault.Internal, "a stored geometry is not a point")
		}
		r.json = geo.AppendPointJSON(r.json[:0], lon, lat)
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
