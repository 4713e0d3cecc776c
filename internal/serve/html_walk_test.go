package serve_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestWalkingFarAndBack: an address remembers forty pages, and never says that one is the page before when it is not.
func TestWalkingFarAndBack(t *testing.T) {
	w := sample(t)
	var trodden [][]string
	p := look(t, w.address+"/collections/communes/items?limit=4")
	for {
		trodden = append(trodden, p.column(t, "Nom"))
		next := p.rel("next")
		if next == "" {
			break
		}
		if len(next) > 1000 {
			t.Fatalf("an address of %d bytes", len(next))
		}
		p = look(t, next)
	}
	if len(trodden) != 49 {
		t.Fatalf("%d pages", len(trodden))
	}
	back := 0
	for previous := p.rel("prev"); previous != ""; previous = p.rel("prev") {
		p, back = look(t, previous), back+1
		if want := trodden[len(trodden)-1-back]; !slices.Equal(p.column(t, "Nom"), want) {
			t.Fatalf("%d pages back is %v, not %v", back, p.column(t, "Nom"), want)
		}
	}
	if back != 40 || p.rel("first") == "" {
		t.Errorf("%d pages back, then the first is %q", back, p.rel("first"))
	}
	if first := look(t, p.rel("first")); !slices.Equal(first.column(t, "Nom"), trodden[0]) || first.rel("prev") != "" {
		t.Errorf("the first page is %v", first.column(t, "Nom"))
	}
}

// TestShowingOtherColumns: of the same rows of the same release, and the way back stays.
func TestShowingOtherColumns(t *testing.T) {
	w := sample(t)
	p := look(t, w.address+"/collections/communes/items?limit=20")
	second := look(t, p.rel("next"))
	p = look(t, strings.Replace(second.rel("next"), "/r/"+current(t, w), "", 1)) // as if by hand: a rank of the current release
	for _, name := range []string{"toutes les colonnes", "les principales seulement"} {
		href := p.named(name)
		u, err := url.Parse(href)
		if err != nil || !strings.Contains(href, "/r/"+current(t, w)+"/") || u.Query().Get("trail") == "" {
			t.Fatalf("%s: %s", name, href)
		}
		other := look(t, href)
		if !slices.Equal(other.column(t, "Nom"), p.column(t, "Nom")) || other.rel("prev") == "" {
			t.Errorf("%s: %v, before it %q", name, other.column(t, "Nom"), other.rel("prev"))
		}
		p = other
	}
	if p.named("toutes les colonnes") == "" {
		t.Error("the main columns do not lead to all")
	}
}
