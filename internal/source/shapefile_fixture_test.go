package source_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/encoding/wkt"

	"maille/internal/geo"
	"maille/internal/source"
)

// column is a field of a DBF.
type column struct {
	name   string
	kind   byte
	length int
}

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

// dbfHead is the header of a table of so many records.
func dbfHead(language byte, records int, columns ...column) []byte {
	width := 1
	var fields []byte
	for _, c := range columns {
		field := make([]byte, 32)
		copy(field, c.name)
		field[11], field[16] = c.kind, byte(c.length)
		fields = append(fields, field...)
		width += c.length
	}
	head := make([]byte, 32)
	head[0], head[29] = 3, language
	le.PutUint32(head[4:], uint32(records))
	le.PutUint16(head[8:], uint16(32+len(fields)+1))
	le.PutUint16(head[10:], uint16(width))
	return append(append(head, fields...), 0x0d)
}

// dbfOf writes a table. A row whose first cell begins with "*" is deleted.
func dbfOf(language byte, columns []column, rows ...[]string) []byte {
	b := dbfHead(language, len(rows), columns...)
	for _, row := range rows {
		mark := byte(' ')
		if strings.HasPrefix(row[0], "†") {
			mark = '*'
		}
		b = append(b, mark)
		for i, cell := range row {
			b = append(b, fmt.Sprintf("%-*.*s", columns[i].length, 1000, "")[:columns[i].length]...)
			copy(b[len(b)-columns[i].length:], strings.TrimPrefix(cell, "†"))
		}
	}
	return append(b, 0x1a)
}

// shpOf writes shapes, each the content of a record from its type on.
func shpOf(kind uint32, shapes ...[]byte) []byte {
	var records []byte
	for i, shape := range shapes {
		records = be.AppendUint32(be.AppendUint32(records, uint32(i+1)), uint32(len(shape)/2))
		records = append(records, shape...)
	}
	head := make([]byte, 100)
	be.PutUint32(head, 9994)
	be.PutUint32(head[24:], uint32(100+len(records))/2)
	le.PutUint32(head[28:], 1000)
	le.PutUint32(head[32:], kind)
	return append(head, records...)
}

func shape(kind uint32, numbers ...float64) []byte {
	b := le.AppendUint32(nil, kind)
	for _, n := range numbers {
		b = le.AppendUint64(b, math.Float64bits(n))
	}
	return b
}

var null = shape(0)

// polygon writes rings, each x and y in turn; extra bytes are heights and measures.
func polygon(kind uint32, extra int, rings ...[]float64) []byte {
	b := shape(kind, 0, 0, 0, 0)
	points := 0
	for _, ring := range rings {
		points += len(ring) / 2
	}
	b = le.AppendUint32(le.AppendUint32(b, uint32(len(rings))), uint32(points))
	start := 0
	for _, ring := range rings {
		b = le.AppendUint32(b, uint32(start))
		start += len(ring) / 2
	}
	for _, ring := range rings {
		b = append(b, shape(0, ring...)[4:]...)
	}
	return append(b, make([]byte, extra)...)
}

// zipOf writes files, a name and its content in turn.
func zipOf(t testing.TB, files ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i].(string))
		if err != nil {
			t.Fatal(err)
		}
		switch content := files[i+1].(type) {
		case string:
			_, err = io.WriteString(w, content)
		case []byte:
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shaped writes rows as lines does, their geometry as WKT of whole numbers of so many parts of a degree.
func shaped(t testing.TB, data []byte, resource, schemaText string, grid float64) (got []string, err error) {
	t.Helper()
	for row, err := range source.Rows(context.Background(), bytes.NewReader(data), resourceOf(t, resource), 0, schemaOf(t, schemaText), "f") {
		if err != nil {
			return got, err
		}
		line := fmt.Sprintf("%d: %s", row.Line, strings.Join(row.Cells, "/"))
		if row.WKB != nil {
			line += " " + textOf(t, row.WKB, grid)
		}
		for _, i := range row.Issues {
			if i.Rule != "missing-column" {
				line += fmt.Sprintf(" [%d %s %s %s %s]", i.Line, i.Column, i.Rule, i.Level, i.Message)
			}
		}
		got = append(got, line)
	}
	return got, nil
}

func textOf(t testing.TB, data []byte, grid float64) string {
	t.Helper()
	for _, want := range []string{"Point", "MultiPolygon"} {
		if data, err := geo.FromWKB(data, want, grid); err == nil {
			g, _, err := ewkb.Unmarshal(data)
			if err != nil {
				t.Fatal(err)
			}
			return wkt.MarshalString(orb.Round(g, int(math.Round(1/grid))))
		}
	}
	return "a " + geo.TypeOfWKB(data)
}
