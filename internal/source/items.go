package source

import (
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// items brings a cell, or each item of a list, from the publisher's words to the schema's. What has no word there is left
// out of the cell and said, once for each row.
func items(made cell, m *dataset.Mapping, c *schema.Column) cell {
	if m.Split == "" && m.Before == "" && len(m.Terms) == 0 && len(m.Without) == 0 {
		return made
	}
	known := memory[*wording]{known: map[string]*changed[*wording]{}}
	change := func(text string) *wording { return worded(text, m, c.Delimiter) }
	return func(cells []string, row *dataset.Row) string {
		w := known.of(made(cells, row), change)
		for _, word := range w.lost {
			row.Issues = append(row.Issues, dataset.Issue{Column: c.Name, Rule: "no-term", Level: dataset.Warning,
				Message: texts.Say("no-term", "column", c.Name, "value", quoted(word))})
		}
		return w.translated
	}
}

// wording is a text in the schema's words, and those of the publisher whose term is "".
type wording struct {
	translated string
	lost       []string
}

// worded translates a text. The whole cell is looked up first, so that a list may have terms for what is no item.
func worded(text string, m *dataset.Mapping, delimiter string) *wording {
	w := &wording{}
	if to, ok := m.Terms[text]; ok || delimiter == "" {
		w.translated = term(before(text, m.Before), to, ok, m, &w.lost)
		return w
	}
	separator, remade := delimiter, m.Split != ""
	if remade {
		separator = m.Split
	}
	var kept []string
	for item := range strings.SplitSeq(text, separator) {
		item = before(item, m.Before)
		if remade {
			item = strings.TrimSpace(item)
		}
		to, ok := m.Terms[item]
		item = term(item, to, ok, m, &w.lost)
		if remade && (item == "" || slices.Contains(kept, item)) { // two words of the publisher's may be one of the schema's
			continue
		}
		kept = append(kept, item)
	}
	w.translated = strings.Join(kept, delimiter)
	return w
}

// term is the word to publish for an item whose term is to, if ok.
func term(item, to string, ok bool, m *dataset.Mapping, lost *[]string) string {
	switch {
	case ok && to == "" && item != "":
		*lost = append(*lost, item)
		return ""
	case ok:
		item = to
	}
	if slices.Contains(m.Without, item) {
		return ""
	}
	return item
}

func before(item, mark string) string {
	if mark != "" {
		item, _, _ = strings.Cut(item, mark)
	}
	return item
}
