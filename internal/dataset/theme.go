package dataset

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"maille/internal/schema"
)

// Themes are the maps of several datasets, by name.
func (r *Registry) Themes() []Theme { return r.themes }

// Without is the theme of the datasets that are there only; false when there is none of them.
func (t *Theme) Without(absent func(dataset string) bool) (Theme, bool) {
	kept := *t
	kept.Layers = slices.DeleteFunc(slices.Clone(t.Layers), func(l ThemeLayer) bool { return absent(l.Dataset) })
	return kept, len(kept.Layers) > 0
}

func (l *loader) readThemes(f Files) {
	names, err := fs.Glob(f.Datasets, "themes/*.json")
	l.add(err)
	for _, file := range names {
		where := "datasets/" + file
		text, err := fs.ReadFile(f.Datasets, file)
		var t Theme
		if err == nil {
			err = schema.Strict(text, &t)
		}
		switch {
		case err != nil:
			l.problem(where, "", "%s", err)
		case t.Name != strings.TrimSuffix(path.Base(file), ".json"):
			l.problem(where, "name", "%q differs from the file's name", t.Name)
		case slices.ContainsFunc(l.registry.themes, func(other Theme) bool { return other.Name == t.Name }):
			l.problem(where, "name", "%q is taken by another theme", t.Name)
		default:
			l.registry.themes = append(l.registry.themes, t)
		}
	}
}

// checkThemes comes after all datasets were read: an operator's theme may show ours.
func (l *loader) checkThemes() {
	slices.SortFunc(l.registry.themes, func(a, b Theme) int { return strings.Compare(a.Name, b.Name) })
	for i := range l.registry.themes {
		l.checkTheme(&l.registry.themes[i])
	}
}

func (l *loader) checkTheme(t *Theme) {
	where := "datasets/themes/" + t.Name + ".json"
	if !datasetName.MatchString(t.Name) || len(t.Name) > longestName {
		l.problem(where, "name", "must be words of a-z and 0-9 joined by hyphens, at most %d characters", longestName)
	}
	if l.registry.byName[t.Name] != nil {
		l.problem(where, "name", "%q is the name of a dataset, which has a map of its own", t.Name)
	}
	for key, text := range map[string]string{"title": t.Title, "description": t.Description} {
		if strings.TrimSpace(text) == "" {
			l.problem(where, key, "is missing")
		}
	}
	if len(t.Layers) == 0 {
		l.problem(where, "layers", "a theme shows at least one dataset")
	}
	seen := map[string]bool{}
	for _, layer := range t.Layers {
		if seen[layer.Dataset] {
			l.problem(where, "layers", "%s stands twice", layer.Dataset)
		}
		seen[layer.Dataset] = true
		l.checkLayer(&layer, where, "layers."+layer.Dataset)
	}
}

func (l *loader) checkLayer(layer *ThemeLayer, where, key string) {
	d := l.registry.byName[layer.Dataset]
	if d == nil {
		l.problem(where, key, "no dataset is named %q", layer.Dataset)
		return
	}
	tiles := d.Tiles()
	if tiles == nil {
		l.problem(where, key, "%s has no geometry", d.Name)
		return
	}
	if layer.MinZoom < 0 || layer.MinZoom > deepestZoom {
		l.problem(where, key+".minzoom", "is a zoom, from 0 to %d", deepestZoom)
	}
	if layer.Style == nil {
		return
	}
	l.checkStyle(d, layer.Style, max(layer.MinZoom, tiles.MinZoom), where, key+".style")
	if label := layer.Style.Label; label != "" && label != NoLabel && label != d.LabelColumn() {
		l.problem(where, key+".style.label", "the labels of %s's tiles are %q; only these can be written", d.Name, d.LabelColumn())
	}
}
