package source

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"maille/internal/fault"
)

// TestOwnMistakesAreNoRefusals: what a library panics of is the file's fault, what we panic of is ours.
func TestOwnMistakesAreNoRefusals(t *testing.T) {
	ours := map[string]func() error{
		"an index":          func() error { var none []int; _ = none[len(t.Name())]; return nil },
		"a standard's":      func() error { _ = slices.Grow([]int{}, -len(t.Name())); return nil },
		"a panic of itself": func() error { panic("ours") },
	}
	do := map[string]func(func() error) error{
		"Parquet": (&parquetFile{}).do, "SQLite": (&database{ctx: context.Background()}).do,
	}
	for library, do := range do {
		for name, mistake := range ours {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: %s passes", library, name)
					}
				}()
				_ = do(mistake)
			}()
		}
		err := do(func() error { parquet.SchemaOf(reflect.ValueOf(1)).Fields(); parquet.ValueOf(struct{}{}); return nil })
		if fault.KindOf(err) != fault.Refused {
			t.Errorf("%s: the library's panic gives %v", library, err)
		}
	}
}
