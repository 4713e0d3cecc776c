package serve_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestComputedIsSaid: the document and the page of a computed collection say by which method and of which versions; others do not.
func TestComputedIsSaid(t *testing.T) {
	at := sample(t).address + "/collections/"
	var c struct {
		Inputs   map[string]string
		Computed *struct {
			By, Method, Code string
			Parameters       map[string]any
		}
	}
	if err := json.Unmarshal(ask(t, http.MethodGet, at+"acces-mediation").body, &c); err != nil {
		t.Fatal(err)
	}
	if c.Computed == nil || c.Computed.By != "acces" || c.Computed.Method == "" || c.Computed.Code == "" || c.Computed.Parameters["detour"] != 1.3 || len(c.Inputs["lieux-mediation"]) != 12 {
		t.Errorf("%+v of %v", c.Computed, c.Inputs)
	}
	page := string(ask(t, http.MethodGet, at+"acces-mediation", "Accept", browser).body)
	if !strings.Contains(page, "Calculée par la méthode <code>acces</code>, version "+c.Computed.Method) || !strings.Contains(page, "&#34;detour&#34;:1.3") {
		t.Error("the page does not say how it was computed")
	}
	for _, name := range []string{"offre-communes", "lieux-mediation-declares"} {
		if other := string(ask(t, http.MethodGet, at+name).body); strings.Contains(other, `"computed"`) || strings.Contains(other, `"inputs"`) != (name == "offre-communes") {
			t.Errorf("%s: %s", name, other)
		}
	}
}
