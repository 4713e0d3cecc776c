package dump

import (
	"encoding/json"
	"fmt"
	"io"

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
