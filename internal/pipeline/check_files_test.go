package pipeline_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
)

// lying is a store that keeps other bytes than it is given, and says that it kept them: what a writer that is wrong, or memory
// that is, leads to.
type lying struct {
	blob.Store
	change func(file []byte) []byte
}

func (l lying) Put(ctx context.Context, write func(io.Writer) error) (blob.Object, error) {
	var file bytes.Buffer
	if err := write(&file); err != nil {
		return blob.Object{}, err
	}
	return l.Store.Put(ctx, func(w io.Writer) error {
		_, err := w.Write(l.change(file.Bytes()))
		return err
	})
}

// TestAFileThatDoesNotGiveTheRowsBack: what is published says what the version does, in each format that is read.
func TestAFileThatDoesNotGiveTheRowsBack(t *testing.T) {
	t.Parallel()
	replace := func(old, new string) func([]byte) []byte {
		return func(file []byte) []byte { return bytes.ReplaceAll(file, []byte(old), []byte(new)) }
	}
	w := changed(t)
	w.Formats = func(d *dataset.Dataset) []*dump.Format { return append(few(d), dump.GeoParquet) }
	sound := w.Blobs
	for _, c := range []struct {
		name, want string
		change     func([]byte) []byte
	}{
		{"a cell of CSV", "codes.csv : le fichier relu ne donne pas les lignes de la version (des valeurs diffèrent)", replace("91016,Angerville", "91016,Angervilla")},
		{"a row of CSV", "codes.csv : le fichier relu ne donne pas les lignes de la version (3 lignes au lieu de 4)", replace("91016,Angerville,4000\r\n", "")},
		{"two rows in another order", "codes.csv : le fichier relu ne donne pas les lignes de la version (des valeurs diffèrent)",
			replace("91001,Abbéville-la-Rivière,300\r\n91016,Angerville,4000\r\n", "91016,Angerville,4000\r\n91001,Abbéville-la-Rivière,300\r\n")},
		{"a property of GeoJSON", "codes.geojson : le fichier relu ne donne pas les lignes de la version (des valeurs diffèrent)", replace(`"population":4000`, `"population":null`)},
		{"a geometry", "lieux.geojson : le fichier relu ne donne pas les lignes de la version (des géométries diffèrent)", replace(`"coordinates":[2.16,48.34]`, `"coordinates":[2.16,48.35]`)},
		{"a page of Parquet", ".parquet : le fichier relu ne donne pas les lignes de la version (", func(file []byte) []byte {
			if !bytes.HasPrefix(file, []byte("PAR1")) {
				return file
			}
			file[60] ^= 0x10
			return file
		}},
		{"an archive of tiles", "lieux.pmtiles", func(file []byte) []byte {
			if bytes.HasPrefix(file, []byte("PMTiles")) {
				file[len(file)-20] ^= 0xff
			}
			return file
		}},
	} {
		w.Blobs = lying{sound, c.change}
		_, published, err := w.Publish(t.Context())
		if published || fault.KindOf(err) != fault.Refused || !strings.Contains(fault.Message(err), c.want) || !strings.Contains(fault.Message(err), "maille publish --accept ") {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
		w.Blobs = sound
		w.stands(t, c.name)
	}
	if m, published := w.publish(t); !published || m.Release != "2026-11-22.2" {
		t.Errorf("%v %s", published, m.Release)
	}
}
