package store

import (
	"fmt"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// mostWords bounds a search.
const mostWords = 32

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// search adds the condition that all words stand in the texts of a row, each anywhere in one of them. The texts are folded
// together once, a line each: no word has a line's end in it.
func (w *where) search(d *dataset.Dataset, text string) error {
	words := strings.Fields(text)
	switch {
	case len(words) == 0:
		return nil
	case !readable(text):
		return fault.New(fault.Invalid, "q: it has a character that is none").About("q")
	case len(words) > mostWords:
		return fault.New(fault.Invalid, "q: it has more than %d words", mostWords).About("q")
	}
	var columns []string
	for i := range d.Schema.Columns {
		if c := &d.Schema.Columns[i]; c.Type == schema.String {
			columns = append(columns, quote(c.Name))
		}
	}
	if len(columns) == 0 {
		w.add("false")
		return nil
	}
	for i, word := range words {
		words[i] = escapeLike.Replace(word)
	}
	w.add(fmt.Sprintf(`maille.folded(concat_ws(E'\n', %s)) like all ((select array_agg('%%' || maille.folded(word) || '%%') from unnest(%s::text[]) word)::text[])`,
		strings.Join(columns, ", "), w.arg(words)))
	return nil
}
