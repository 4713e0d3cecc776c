package indicator_test

import (
	"encoding/json"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/indicator"
)

// TestCheck: what a method does not know of its descriptor is refused before anything is computed.
func TestCheck(t *testing.T) {
	for _, c := range []struct{ by, method, parameters, says string }{
		{"acces", "1.0.0", `{"detour": 1.3, "seuils_m": [1, 2, 3], "paliers": [{"jusqua_m": 5, "poids": 1}], "pour": 1, "soir_h": 18}`, ""},
		{"acces", "1.0.0", `{"detours": 1.3}`, `"detours"`},
		{"acces", "1.0.0", `{"detour": "1,3"}`, "detour"},
		{"acces", "1.0.0", `{"detour": 0.5}`, "parameters"},
		{"acces", "1.0.0", `{} {}`, "more text"},
		{"acces", "1.0.0", "", "parameters"},
		{"acces", "0.9.0", "", "0.9.0 is asked for"},
		{"hasard", "1.0.0", "", `"hasard" is none of`},
		{"definitions", "1.0.0", "", ""},
		{"definitions", "1.0.0", `{}`, ""},
		{"definitions", "1.0.0", `{"detour": 1.3}`, `"detour"`},
	} {
		d := &dataset.Dataset{Descriptor: dataset.Descriptor{Name: "x", Computed: &dataset.Computed{By: c.by, Method: c.method, Parameters: json.RawMessage(c.parameters)}}}
		err := indicator.Check(d)
		if (c.says == "") != (err == nil) || err != nil && (!strings.Contains(err.Error(), c.says) || fault.KindOf(err) != fault.Invalid) {
			t.Errorf("%s %s %s: %v, want %q", c.by, c.method, c.parameters, err, c.says)
		}
	}
	if err := indicator.Check(&dataset.Dataset{}); err != nil {
		t.Error(err)
	}
}
