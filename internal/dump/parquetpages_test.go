package dump_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/schema"
)

// coded are rows of a dataset with codes: a key, one that comes again and again, and one that does not at first but does later.
func coded(t testing.TB, n int) *dump.Content {
	t.Helper()
	d, err := dataset.Restore([]byte(`{"name": "rows", "publication": {"key": ["id"], "index": ["nom"]}}`), []byte(`{"fields": [
		{"name": "id", "type": "string"}, {"name": "code_insee", "type": "string"}, {"name": "code_epci", "type": "string"},
		{"name": "nom", "type": "string"}, {"name": "libre", "type": "string"}, {"name": "codes", "type": "list", "delimiter": "|"}, {"name": "annee", "type": "integer"}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	return content(d, func(yield func(*dataset.Feature, error) bool) {
		for i := range n {
			epci := fmt.Sprintf("2000%05d", i/30)
			if i > 2000 { // a dictionary that began well
				epci = fmt.Sprintf("2100%05d", i)
			}
			f := &dataset.Feature{Values: []schema.Value{schema.Text(fmt.Sprintf("R%07d", i)), schema.Text(fmt.Sprintf("%05d", i/50)), schema.Text(epci),
				schema.Text(fmt.Sprintf("Nom %d", i/2)), schema.Text("libre"), schema.Joined("a|b"), schema.Int(int64(2000 + i/10_000))}}
			if i%7 == 3 {
				f.Values[1], f.Values[6] = schema.Value{}, schema.Value{}
			}
			if !yield(f, nil) {
				return
			}
		}
	})
}

// TestParquetBloomFilters: of the columns that rows are looked up by, a filter for each row group that has all of its values and
// few others.
func TestParquetBloomFilters(t *testing.T) {
	const n = 90_000
	f, _ := parquetOf(t, coded(t, n), n)
	filtered, groups := map[string]int{}, 0
	for _, g := range f.RowGroups() {
		groups++
		for _, chunk := range g.ColumnChunks() {
			name := f.Root().Columns()[chunk.Column()].Name()
			filter := chunk.BloomFilter()
			if filter == nil {
				continue
			}
			filtered[name]++
			if missed, spurious := probe(t, chunk, filter); missed > 0 || spurious > 500 {
				t.Errorf("%s: %d values are not in their filter, %d of 10 000 others are", name, missed, spurious)
			}
		}
	}
	for name, want := range map[string]int{"id": groups, "code_insee": groups, "code_epci": groups, "nom": groups, "libre": 0, "codes": 0, "annee": 0} {
		if filtered[name] != want {
			t.Errorf("%s has %d filters in %d groups", name, filtered[name], groups)
		}
	}
}

func probe(t *testing.T, chunk parquet.ColumnChunk, filter parquet.BloomFilter) (missed, spurious int) {
	t.Helper()
	pages := chunk.Pages()
	defer pages.Close()
	for page, err := pages.ReadPage(); err == nil; page, err = pages.ReadPage() {
		values := make([]parquet.Value, page.NumValues())
		_, _ = page.Values().ReadValues(values)
		for _, v := range values {
			if ok, err := filter.Check(v); !v.IsNull() && (!ok || err != nil) {
				missed++
			}
		}
	}
	for i := range 10_000 {
		if ok, _ := filter.Check(parquet.ByteArrayValue(fmt.Appendf(nil, "absent %d", i))); ok {
			spurious++
		}
	}
	return missed, spurious
}

// TestParquetEncodings: in each column chunk all pages are encoded alike, for filters lack what stands beside a dictionary and some
// readers mistake it; texts that come again have a dictionary, others none.
func TestParquetEncodings(t *testing.T) {
	const n = 90_000
	f, _ := parquetOf(t, coded(t, n), n)
	want := map[string]format.Encoding{"id": format.Plain, "code_insee": format.RLEDictionary, "code_epci": format.RLEDictionary, "nom": format.Plain, "libre": format.RLEDictionary}
	for _, g := range f.Metadata().RowGroups {
		for _, c := range g.Columns {
			name := c.MetaData.PathInSchema[0]
			var data []format.Encoding
			for _, s := range c.MetaData.EncodingStats {
				if s.PageType == format.DataPageV2 {
					t.Errorf("%s has a page of version 2", name)
				}
				if s.PageType == format.DataPage && !slices.Contains(data, s.Encoding) {
					data = append(data, s.Encoding)
				}
			}
			if first, ok := want[name]; len(data) != 1 || ok && data[0] != first {
				t.Errorf("%s is encoded as %v, want %v", name, data, first)
			}
		}
	}
}

// TestParquetPages: pages of all columns end at the same rows, and the page index has their bounds.
func TestParquetPages(t *testing.T) {
	const n = 150_000
	d, all := points(t, n)
	f, _ := parquetOf(t, content(d, features(all, nil)), n)
	for i, g := range f.RowGroups() {
		for _, chunk := range g.ColumnChunks() {
			offsets, err := chunk.OffsetIndex()
			if err != nil {
				t.Fatal(err)
			}
			for p := range offsets.NumPages() {
				if offsets.FirstRowIndex(p) != int64(p)<<14 {
					t.Errorf("group %d, column %d: page %d begins at row %d", i, chunk.Column(), p, offsets.FirstRowIndex(p))
				}
			}
			bounds, err := chunk.ColumnIndex()
			if err != nil || bounds.NumPages() != offsets.NumPages() {
				t.Errorf("group %d, column %d: %v pages in its index", i, chunk.Column(), bounds)
			}
		}
	}
}
