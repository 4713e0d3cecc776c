package dump

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"maille/internal/release"
)

// Changes are the rows that differ between two versions of a dataset. What a file says of them names versions, not
// releases: the same two versions make the same bytes.
type Changes struct {
	Dataset string   `json:"dataset"`
	Before  string   `json:"before"` // communes@3f9a1c0b7d2e
	After   string   `json:"after"`
	Commune string   `json:"commune,omitempty"` // whose rows were chosen; "" for all
	Columns []string `json:"columns,omitempty"` // that came or went, or whose type is another
	Causes  []string `json:"causes,omitempty"`
}

// ChangesWriter writes rows one by one; the file is whole once it is closed.
type ChangesWriter interface {
	Add(c *release.RowChange) error
	Close() error
}

// ChangesFormat is a kind of file of changes.
type ChangesFormat struct {
	Extension string
	MediaType string
	Open      func(w io.Writer, c *Changes) ChangesWriter
}

// ChangesFormats are the files that a dataset which changed has in a release.
var ChangesFormats = []*ChangesFormat{
	{"csv", CSV.MediaType, newChangesCSV},
	{"json", "application/json", newChangesJSON},
	{"parquet", GeoParquet.MediaType, newChangesParquet},
}

// Name is the file of a dataset in this format: communes.changes.csv.
func (f *ChangesFormat) Name(dataset string) string { return dataset + ".changes." + f.Extension }

// changesColumns are those of the long form, one line for each field that changed, and one for a row that came or went.
var changesColumns = []string{"nature", "id", "titre", "code_insee", "champ", "avant", "apres", "cause"}

// natures are what the long form calls the kinds of change.
var natures = map[string]string{release.RowAdded: texts.Say("change.added"), release.RowRemoved: texts.Say("change.removed"), release.RowChanged: texts.Say("change.changed")}

// changeLine is a line of the long form; nil stands for nothing to say.
type changeLine [8]*string

// eachLine calls add with each line of a change.
func eachLine(c *release.RowChange, cause string, add func(line *changeLine) error) error {
	nature := natures[c.Kind]
	line := changeLine{&nature, &c.ID, given(&c.Title), given(&c.Commune), nil, nil, nil, given(&cause)}
	if len(c.Fields) == 0 {
		return add(&line)
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		line[4], line[5], line[6] = &f.Field, given(&f.Before), given(&f.After)
		if err := add(&line); err != nil {
			return err
		}
	}
	return nil
}

func given(text *string) *string {
	if *text == "" {
		return nil
	}
	return text
}

// cause is all causes in one cell.
func (c *Changes) cause() string { return strings.Join(c.Causes, "|") }

type changesCSV struct {
	w     io.Writer
	cause string
	buf   []byte
}

func newChangesCSV(w io.Writer, c *Changes) ChangesWriter {
	return &changesCSV{w: w, cause: c.cause(), buf: append(make([]byte, 0, chunk+chunk/4), strings.Join(changesColumns, ",")+"\r\n"...)}
}

func (f *changesCSV) Add(c *release.RowChange) error {
	return eachLine(c, f.cause, func(line *changeLine) (err error) {
		for i, cell := range line {
			f.buf = appendComma(f.buf, i)
			if cell != nil {
				start := len(f.buf)
				f.buf = quoteCell(append(f.buf, *cell...), start)
			}
		}
		f.buf = append(f.buf, '\r', '\n')
		f.buf, err = flush(f.w, f.buf)
		return err
	})
}

func (f *changesCSV) Close() error {
	_, err := f.w.Write(f.buf)
	return err
}

// changesJSON is one object, whose counts come after the rows: they are not known before.
type changesJSON struct {
	w      io.Writer
	buf    bytes.Buffer
	encode *json.Encoder
	counts struct {
		Added   int64 `json:"added"`
		Removed int64 `json:"removed"`
		Changed int64 `json:"changed"`
	}
	err error
}

func newChangesJSON(w io.Writer, c *Changes) ChangesWriter {
	f := &changesJSON{w: w}
	f.encode = json.NewEncoder(&f.buf)
	f.encode.SetEscapeHTML(false)
	if f.err = f.encode.Encode(c); f.err == nil {
		f.buf.Truncate(f.buf.Len() - len("}\n"))
		f.buf.WriteString(",\"rows\":[")
	}
	return f
}

func (f *changesJSON) Add(c *release.RowChange) error {
	if f.err != nil {
		return f.err
	}
	if f.counts.Added+f.counts.Removed+f.counts.Changed > 0 {
		f.buf.WriteByte(',')
	}
	f.buf.WriteByte('\n')
	switch c.Kind {
	case release.RowAdded:
		f.counts.Added++
	case release.RowRemoved:
		f.counts.Removed++
	default:
		f.counts.Changed++
	}
	if f.err = f.encode.Encode(c); f.err != nil {
		return f.err
	}
	f.buf.Truncate(f.buf.Len() - 1) // the encoder's line feed
	if f.buf.Len() >= chunk {
		_, f.err = f.buf.WriteTo(f.w)
	}
	return f.err
}

func (f *changesJSON) Close() error {
	if f.err != nil {
		return f.err
	}
	counts, err := json.Marshal(f.counts)
	if err != nil {
		return err
	}
	f.buf.WriteString("\n],")
	f.buf.Write(counts[1:])
	f.buf.WriteByte('\n')
	_, err = f.buf.WriteTo(f.w)
	return err
}
