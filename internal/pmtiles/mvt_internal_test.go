package pmtiles

import (
	"encoding/binary"
	"testing"

	"maille/internal/fault"
)

// field is one of Protocol Buffers: a number or bytes.
func field(n int, value any) []byte {
	switch v := value.(type) {
	case int:
		return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n)<<3), uint64(v))
	case string:
		return append(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n)<<3|wireBytes), uint64(len(v))), v...)
	case []byte:
		return field(n, string(v))
	}
	panic("no field")
}

func joined(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// numbers are packed.
func numbers(all ...uint64) (data []byte) {
	for _, n := range all {
		data = binary.AppendUvarint(data, n)
	}
	return data
}

// oneLayer is a layer with a feature: a property, a type and the numbers of a geometry.
func oneLayer(feature []byte, more ...[]byte) []byte {
	return field(3, joined(append([][]byte{field(15, 2), field(1, "lieux"), field(3, "nom"), field(4, field(1, "a")), field(5, 4096), field(2, feature)}, more...)...))
}

func shape(kind int, geometry ...uint64) []byte {
	return joined(field(1, 7), field(2, numbers(0, 0)), field(3, kind), field(4, numbers(geometry...)))
}

// lieux are the layers said of these tests: one with a name, at zooms 0 to 3.
func lieux() map[string]*saidLayer {
	return map[string]*saidLayer{"lieux": {fields: map[string]*kind{"nom": new(kind)}, last: 3, typed: true}}
}

// TestCheckTileAmongOthers: what one tile has is held to the zooms of its layer, and to what others have.
func TestCheckTileAmongOthers(t *testing.T) {
	const typed, wrong = "le champ nom de la couche lieux a des valeurs de plusieurs types", "la couche lieux n'est annoncée que des zooms 0 à 3"
	named := oneLayer(shape(1, 9, 50, 34))
	numbered := func(value []byte) []byte {
		return field(3, joined(field(15, 2), field(1, "lieux"), field(3, "nom"), field(4, value), field(2, shape(1, 9, 50, 34))))
	}
	for _, c := range []struct {
		because string
		typed   bool
		zoom    int
		tiles   [][]byte
		want    string
	}{
		{"text and text", true, 3, [][]byte{named, named}, ""},
		{"text and a number", true, 3, [][]byte{named, numbered(field(4, 1))}, typed},
		{"a number and a boolean", true, 3, [][]byte{numbered(field(5, 1)), numbered(field(7, 1))}, typed},
		{"numbers of two kinds", true, 3, [][]byte{numbered(field(6, 1)), numbered(append([]byte{3<<3 | wireFixed64}, 1, 2, 3, 4, 5, 6, 7, 8))}, ""},
		{"another's archive", false, 3, [][]byte{named, numbered(field(4, 1))}, ""},
		{"a zoom too deep", true, 4, [][]byte{named}, wrong},
	} {
		said := lieux()
		said["lieux"].typed = c.typed
		got := ""
		for _, tile := range c.tiles {
			if err := checkTile(tile, c.zoom, said); err != nil {
				got = fault.Message(err)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.because, got, c.want)
		}
	}
}

func TestCheckTile(t *testing.T) {
	const move, lines, end = 1<<3 | moveTo, 2<<3 | lineTo, 1<<3 | closePath
	square := []uint64{move, 0, 0, 3<<3 | lineTo, 8, 0, 0, 8, 7, 0, end}
	hole := []uint64{move, 2, 5, 3<<3 | lineTo, 0, 2, 2, 0, 0, 1, end}
	layer := func(more ...[]byte) []byte {
		return field(3, joined(append([][]byte{field(15, 2), field(1, "lieux")}, more...)...))
	}
	geometry := func(kind int, numbers ...uint64) []byte { return oneLayer(shape(kind, numbers...)) }
	for _, c := range []struct {
		because string
		data    []byte
		want    string // "" for a good one
	}{
		{"empty", nil, ""},
		{"a point", geometry(1, move, 50, 34), ""},
		{"two points", geometry(1, 2<<3|moveTo, 50, 34, 2, 2), ""},
		{"a line", geometry(2, move, 4, 4, lines, 0, 16, 16, 0), ""},
		{"two lines", geometry(2, move, 4, 4, lines, 0, 16, 16, 0, move, 17, 17, 1<<3|lineTo, 4, 8), ""},
		{"a square", geometry(3, square...), ""},
		{"a square with a hole", geometry(3, append(square[:len(square):len(square)], hole...)...), ""},
		{"a value that is a double", layer(field(4, append([]byte{3<<3 | wireFixed64}, 1, 2, 3, 4, 5, 6, 7, 8))), ""},
		{"fields of others", append(layer(field(99, "x")), field(99, 1)...), ""},

		{"a layer that is a number", field(3, 7), "elle ne se lit pas"},
		{"a group", []byte{3<<3 | 3}, "elle ne se lit pas"},
		{"bytes past the end", []byte{3<<3 | wireBytes, 9, 1}, "elle ne se lit pas"},
		{"a varint without end", []byte{3<<3 | wireBytes, 0x80}, "elle ne se lit pas"},
		{"a name that is a number", field(3, joined(field(15, 2), field(1, 3))), "elle ne se lit pas"},
		{"a version that is a text", field(3, joined(field(15, "2"), field(1, "lieux"))), "elle ne se lit pas"},
		{"no version", field(3, field(1, "lieux")), "la couche lieux est de la version 0, et non 2"},
		{"version 1", field(3, joined(field(15, 1), field(1, "lieux"))), "la couche lieux est de la version 1, et non 2"},
		{"version 3", field(3, joined(field(15, 3), field(1, "lieux"))), "la couche lieux est de la version 3, et non 2"},
		{"no extent", layer(field(5, 0)), "la couche lieux n'a pas d'étendue"},
		{"no name", field(3, field(15, 2)), "la couche «  » n'est pas dans les métadonnées"},
		{"a value of nothing", layer(field(4, "")), "une valeur de la couche lieux n'a pas exactement un type"},
		{"a value of two types", layer(field(4, joined(field(1, "a"), field(5, 1)))), "une valeur de la couche lieux n'a pas exactement un type"},
		{"a value of a type unknown", layer(field(4, field(8, 1))), "une valeur de la couche lieux n'a pas exactement un type"},
		{"a key of no property", layer(field(3, "code")), "le champ code de la couche lieux n'est pas dans les métadonnées"},
		{"a tag without value", oneLayer(joined(field(2, numbers(0)), field(3, 1), field(4, numbers(move, 0, 0)))), "les propriétés d'un objet de la couche lieux n'ont pas de champ ou de valeur, ou un champ vient deux fois"},
		{"a tag of no key", oneLayer(joined(field(2, numbers(1, 0)), field(3, 1), field(4, numbers(move, 0, 0)))), "les propriétés d'un objet de la couche lieux n'ont pas de champ ou de valeur, ou un champ vient deux fois"},
		{"a key twice", oneLayer(joined(field(2, numbers(0, 0, 0, 0)), field(3, 1), field(4, numbers(move, 0, 0)))), "les propriétés d'un objet de la couche lieux n'ont pas de champ ou de valeur, ou un champ vient deux fois"},
		{"tags that are a number", oneLayer(joined(field(2, 1), field(3, 1))), "elle ne se lit pas"},
	} {
		told(t, c.because, c.data, c.want)
	}
	for because, data := range map[string][]byte{
		"no type":                   geometry(0, move, 50, 34),
		"no geometry":               geometry(1),
		"a point of no step":        geometry(1, move),
		"points that are not there": geometry(1, 1000<<3|moveTo, 50, 34),
		"a point that goes on":      geometry(1, move, 50, 34, move, 50, 34),
		"a line of a point":         geometry(2, move, 4, 4),
		"a line of two beginnings":  geometry(2, 2<<3|moveTo, 4, 4, 4, 4, lines, 0, 16, 16, 0),
		"a ring of two points":      geometry(3, move, 0, 0, 1<<3|lineTo, 8, 0, end),
		"a ring that is open":       geometry(3, square[:len(square)-1]...),
		"a ring without area":       geometry(3, move, 0, 0, lines, 8, 0, 8, 0, end),
		"a hole first":              geometry(3, hole...),
		"a hole outside":            geometry(3, append(square[:len(square):len(square)], move, 20, 9, 3<<3|lineTo, 0, 2, 2, 0, 0, 1, end)...),
		"a command unknown":         geometry(3, 1<<3|3, 0, 0),
		"a world away":              geometry(1, move, 1<<31, 0),
	} {
		told(t, because, data, "la géométrie d'un objet de la couche lieux n'est pas celle de son type, ou un anneau est retourné, sans surface ou hors de celui dont il est un trou")
	}
}

func told(t *testing.T, because string, data []byte, want string) {
	t.Helper()
	err := checkTile(data, 3, lieux())
	if got := fault.Message(err); err == nil && want != "" || err != nil && got != want {
		t.Errorf("%s: %q, want %q", because, got, want)
	}
}
