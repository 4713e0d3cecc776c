package dump

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"

	"maille/internal/release"
)

// ReadChanges reads the first rows of a JSON file of changes, so many at most, and no further.
func ReadChanges(r io.Reader, most int) (rows []release.RowChange, err error) {
	d := json.NewDecoder(r)
	if _, err := d.Token(); err != nil { // {
		return nil, err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		if name == "rows" {
			return firstOf(d, most)
		}
		var passed json.RawMessage
		if err := d.Decode(&passed); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("a file of changes has no rows")
}

// ChangesOf streams the rows of a JSON file of changes that are of a commune, or were: that have its code now, had it when
// they went, or had it in the field that says it. With "" it streams all. A row is a line of the file; those that do not have
// the code at all are passed over unread.
func ChangesOf(r io.Reader, commune, field string) iter.Seq2[*release.RowChange, error] {
	said := []byte(`"` + commune + `"`)
	return func(yield func(*release.RowChange, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 64<<10), 1<<30)
		lines.Scan() // what the file is about
		for lines.Scan() {
			line := bytes.TrimSuffix(lines.Bytes(), []byte(","))
			if bytes.HasPrefix(line, []byte("]")) {
				return
			}
			if commune != "" && !bytes.Contains(line, said) {
				continue
			}
			var c release.RowChange
			if err := json.Unmarshal(line, &c); err != nil {
				yield(nil, err)
				return
			}
			if concerns(&c, commune, field) && !yield(&c, nil) {
				return
			}
		}
		yield(nil, cmp.Or(lines.Err(), io.ErrUnexpectedEOF))
	}
}

func concerns(c *release.RowChange, commune, field string) bool {
	return commune == "" || c.Commune == commune || slices.ContainsFunc(c.Fields, func(f release.FieldChange) bool { return f.Field == field && f.Before == commune })
}

func firstOf(d *json.Decoder, most int) (rows []release.RowChange, err error) {
	if _, err := d.Token(); err != nil { // [
		return nil, err
	}
	for len(rows) < most && d.More() {
		var c release.RowChange
		if err := d.Decode(&c); err != nil {
			return nil, err
		}
		rows = append(rows, c)
	}
	return rows, nil
}
