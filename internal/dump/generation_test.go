package dump_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"maille/internal/dataset"
	"maille/internal/dump"
)

// generation are the sums of small files, as the program of dump.Generation makes them.
const generation = 2

var sums = map[string]string{
	"lieux.csv":     "3d612d046097f24c925ec77895c5023a8ffcda43efbe1c8a7045fb6a4dc4611a",
	"lieux.geojson": "ab490af180e629886f9b7e07ca595c4ffff3d3febc822c33c687e3c5ab6521c2",
	"lieux.parquet": "2a1bf855df1e55d3fd5e21e970240218c47cdd844515e5969955b54a627ee5f9",
	"lieux.gpkg":    "baaaec7980b5c66758faba75deea51e5f189dc9a5a96a5f561288d9b3a2f5b5a",
	"lieux.fgb":     "00e68a475f0e91d9fba6dbfd486265db8457e443267be817a16a9414826a5050",
	"lieux.xlsx":    "2d53a3bf7289f296ae39bd2b4f9a3cf4892f44ab72b01246fdcfdc92b187cfec",
	"lieux.pmtiles": "aa837be51d88c75381d6671faec842c00e8895e95e6d6b684726e0fa0c48e746",
	"zones.csv":     "33110c99ba136392753d88e762ac3d5fc495d2dce4624b50b9b0b248340733ce",
	"zones.geojson": "6f1d90bcf4bf2062adf05a773b3d8cc93fa061444baac79999803520d3d68374",
	"zones.parquet": "4506fdb0413653f8ca3364f91a78ce84c48f6274020265563a55fe644d388899",
	"zones.gpkg":    "10ac023d5dd19664f0f33c58c04ad003f179184728e8056797404af4013e4c7b",
	"zones.fgb":     "f58536c1a5ced5bd906e2c5eeeb8931b5cd4a9426a6d520ebf5d5756f6fe061b",
	"zones.xlsx":    "3ee6edcccfde12c9a8192bf290ea6aed1c84b13a709bc88a7ac89d0ccd7912f7",
	"zones.pmtiles": "566c9db023ec2e7daa70a2283b84396d74ab40b0fb82562511713e1aa25c60ff",
}

// TestGeneration: a program that makes other bytes says so, for files are kept from release to release until one does.
func TestGeneration(t *testing.T) {
	places, few := tiled(t, 300)
	for _, f := range few {
		f.GeoJSON = []byte(`{"type":"Point","coordinates":[2.5,48.5]}`)
	}
	zones, all := zoned(t, `, "title": "nom"`)
	for _, f := range all {
		f.GeoJSON = []byte(`{"type":"MultiPolygon","coordinates":[[[[0,45],[1,45],[1,46],[0,45]]]]}`)
	}
	for _, c := range []struct {
		*dataset.Dataset
		features []*dataset.Feature
	}{{places, few}, {zones, all}} {
		for _, format := range dump.Formats(c.Dataset) {
			content := content(c.Dataset, features(c.features, nil))
			content.Folder, content.About.Version = t.TempDir(), c.Name+"@0123456789ab"
			var b bytes.Buffer
			if _, err := format.Write(&b, content); err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(b.Bytes())
			name := format.Name(c.Dataset)
			if got := hex.EncodeToString(sum[:]); got != sums[name] || generation != dump.Generation {
				t.Errorf("%s has other bytes than generation %d gave it: once they are as they should be, add one to dump.Generation and to generation, and write\n%s", name, generation,
					fmt.Sprintf("%q: %q,", name, got))
			}
		}
	}
}
