package synthetic_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"maille/internal/fault"
	"maille/internal/synthetic"
)

const sample = "../../datasets/echantillon/"

func essonne(t testing.TB) []synthetic.Commune {
	t.Helper()
	communes, err := read(t, sample+"geo-api-communes-91.json", sample+"communes-100m.geojson.gz")
	if err != nil {
		t.Fatal(err)
	}
	return communes
}

func read(t testing.TB, cog, contours string) ([]synthetic.Commune, error) {
	t.Helper()
	a, err := os.Open(cog)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := os.Open(contours)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	return synthetic.Communes(t.Context(), a, b)
}

func write(t testing.TB, m synthetic.Immeubles, communes []synthetic.Commune) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(t.Context(), &b, communes); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func records(t testing.TB, file []byte) (header []string, rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

// TestSameFlagsSameBytes pins the file of a seed: figures of two machines, or of two years, are of the same rows.
func TestSameFlagsSameBytes(t *testing.T) {
	communes := essonne(t)
	if len(communes) != 194 {
		t.Fatalf("%d communes", len(communes))
	}
	for _, c := range []struct {
		m    synthetic.Immeubles
		hash string
	}{
		{synthetic.Immeubles{Rows: 10_000, Seed: 1, Outside: 0.01}, "2df75e364506"},
		{synthetic.Immeubles{Rows: 10_000, Seed: 2, Outside: 0.01}, "760125392770"},
		{synthetic.Immeubles{Rows: 0, Seed: 1}, "a96042989f1f"},
	} {
		sum := sha256.Sum256(write(t, c.m, communes))
		if got := hex.EncodeToString(sum[:6]); got != c.hash {
			t.Errorf("%+v: %s, not %s", c.m, got, c.hash)
		}
	}
}

func TestRowsAreLikeTheRealOnes(t *testing.T) {
	header, rows := records(t, write(t, synthetic.Immeubles{Rows: 20_000, Seed: 1, Outside: 0.01}, essonne(t)))
	if len(rows) != 20_000 || len(header) != 20 {
		t.Fatalf("%d rows of %d columns", len(rows), len(header))
	}
	ids, forms, quoted, communes := map[string]bool{}, map[string]bool{}, 0, map[string]int{}
	for _, r := range rows {
		ids[r[2]] = true
		form, _, _ := strings.Cut(r[2], r[8])
		forms[form] = true
		communes[r[8]]++
		if strings.ContainsAny(r[6]+r[7], `",`) {
			quoted++
		}
	}
	if len(ids) != len(rows) {
		t.Errorf("%d identifiers for %d rows", len(ids), len(rows))
	}
	if !forms["IMB/"] || !forms["ID-"] {
		t.Errorf("identifiers begin with %v", forms)
	}
	if quoted == 0 {
		t.Error("nothing is quoted")
	}
	if communes["91228"] < 10*communes["91145"] || communes["91145"] == 0 {
		t.Errorf("the largest commune has %d premises, the smallest %d", communes["91228"], communes["91145"])
	}
}

// TestChangedChangesStatesAlone: a quarter later the same premises are there, and some are in another state.
func TestChangedChangesStatesAlone(t *testing.T) {
	communes := essonne(t)
	_, before := records(t, write(t, synthetic.Immeubles{Rows: 20_000, Seed: 1}, communes))
	_, after := records(t, write(t, synthetic.Immeubles{Rows: 20_000, Seed: 1, Changed: 0.05}, communes))
	changed := 0
	for i := range before {
		for column := range before[i] {
			switch {
			case before[i][column] == after[i][column]:
			case column == 12:
				changed++
			default:
				t.Fatalf("row %d: column %d is %q, was %q", i, column, after[i][column], before[i][column])
			}
		}
	}
	if share := float64(changed) / 20_000; math.Abs(share-0.05) > 0.01 {
		t.Errorf("%.3f of the states changed", share)
	}
}

func TestArrondissements(t *testing.T) {
	paris := essonne(t)[:1]
	paris[0].Code = "75056"
	_, rows := records(t, write(t, synthetic.Immeubles{Rows: 2_000, Seed: 1}, paris))
	codes, ids := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		codes[r[8]], ids[r[2]] = true, true
	}
	if len(codes) != 20 || codes["75056"] || !codes["75101"] || !codes["75120"] || len(ids) != 2_000 {
		t.Errorf("%d identifiers in %v", len(ids), codes)
	}
}

func TestCommunesRefuses(t *testing.T) {
	const empty = `{"type":"FeatureCollection","features":[]}`
	for _, c := range []struct{ name, cog, contours string }{
		{"no contour", `[{"code":"91001","nom":"A","population":3,"codesPostaux":["91000"]}]`, empty},
		{"not a COG", `{}`, empty},
		{"not contours", `[]`, `[1,2`},
	} {
		if communes, err := synthetic.Communes(t.Context(), strings.NewReader(c.cog), strings.NewReader(c.contours)); err == nil {
			t.Errorf("%s: %d communes", c.name, len(communes))
		}
	}
}

// TestCommunesWithoutContour: a feature may have no geometry (RFC 7946 §3.2).
func TestCommunesWithoutContour(t *testing.T) {
	cog := `[{"code":"91001","nom":"A","population":10,"codesPostaux":["91000"]},{"code":"91002","nom":"B","population":10,"codesPostaux":["91000"]}]`
	contours := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"91001"},"geometry":null},
		{"type":"Feature","properties":{"code":"91002"},"geometry":{"type":"Polygon","coordinates":[[[2,48],[3,48],[3,49],[2,48]]]}}]}`
	communes, err := synthetic.Communes(t.Context(), strings.NewReader(cog), strings.NewReader(contours))
	if err != nil || len(communes) != 1 || communes[0].Code != "91002" {
		t.Errorf("%v, %v", communes, err)
	}
}

// TestContourOfNothing: no point lies in a contour without a surface.
func TestContourOfNothing(t *testing.T) {
	flat := orb.MultiPolygon{{{{2, 48}, {3, 48}, {2, 48}, {2, 48}}}}
	err := synthetic.Immeubles{Rows: 1}.Write(t.Context(), io.Discard, []synthetic.Commune{{Code: "91001", Population: 10, Contour: flat}})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

func TestWriteEnds(t *testing.T) {
	communes := essonne(t)
	left, leave := context.WithCancel(t.Context())
	leave()
	m := synthetic.Immeubles{Rows: 1 << 40, Seed: 1}
	if err := m.Write(left, io.Discard, communes); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller left: %v", err)
	}
	if err := m.Write(t.Context(), full{}, communes); !errors.Is(err, errFull) {
		t.Errorf("the disk is full: %v", err)
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func BenchmarkImmeubles(b *testing.B) {
	communes := essonne(b)
	for b.Loop() {
		m := synthetic.Immeubles{Rows: 1_000_000, Seed: 1, Outside: 0.01}
		if err := m.Write(b.Context(), io.Discard, communes); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(m.Rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	}
}
