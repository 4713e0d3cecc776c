package source

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
)

// objects decodes a JSON array of objects.
type objects struct {
	*stream
	*flat
	raw json.RawMessage
}

func openJSON(p *plan, f file, in *text) (*objects, error) {
	o := &objects{stream: newStream(f, in), flat: flatten(p, f)}
	return o, o.enter(p.resource.Rows)
}

func (o *objects) next(rec *record) error {
	more, err := o.row(&o.raw)
	if err != nil {
		return err
	}
	if !more {
		if err := o.end(); err != io.EOF {
			return err
		}
		return o.never(o.rank)
	}
	o.begin()
	o.object(o.raw)
	o.fill(rec.cells)
	rec.line = o.rank
	return nil
}

// flat turns an object into the cells of a record. All of them are parts of one text, made once.
type flat struct {
	file  file
	plan  *plan
	names map[string]bool  // that rows have, while they are observed; or nil
	rows  int              // since they are
	slots map[string][]int // by name
	joins []string         // by slot
	seen  []bool
	spans []span
	text  []byte
}

type span struct{ from, to int }

func flatten(p *plan, about file) *flat {
	f := &flat{file: about, plan: p, slots: map[string][]int{}, seen: make([]bool, len(p.slots)), spans: make([]span, len(p.slots))}
	for i, s := range p.slots {
		f.joins = append(f.joins, s.join)
		if !s.virtual {
			f.slots[s.name] = append(f.slots[s.name], i)
		}
	}
	if p.observe != nil {
		f.names = map[string]bool{}
	}
	return f
}

func (f *flat) begin() {
	if f.rows++; f.rows > observedRows {
		f.tell()
	}
	clear(f.spans)
	f.text = f.text[:0]
}

// object reads the members; of two that share a name the last stands.
func (f *flat) object(raw []byte) {
	for key, value := range members(raw) {
		name := key[1 : len(key)-1]
		for _, c := range name {
			if c == '\\' {
				name = appendString(nil, key)
				break
			}
		}
		if f.names != nil && len(f.names) < observedNames {
			f.names[string(name)] = true
		}
		f.member(f.slots[string(name)], value)
	}
}

const (
	observedRows  = 1000
	observedNames = 10_000
)

// tell says, once, which names the rows have.
func (f *flat) tell() {
	if f.names != nil {
		f.plan.observed(f.file, slices.Sorted(maps.Keys(f.names)))
		f.names = nil
	}
}

// never ends the file, which is refused when none of its rows has a column that is needed: it was renamed.
func (f *flat) never(rows int64) error {
	f.tell()
	if absent := f.plan.absent(f.seen); rows > 0 && len(absent) > 0 {
		return f.file.refuse("columns.never", "columns", guillemets(absent), "rows", rows)
	}
	return io.EOF
}

func (f *flat) member(slots []int, value []byte) {
	for _, slot := range slots {
		from := len(f.text)
		f.text = appendText(f.text, value, f.joins[slot])
		f.spans[slot] = span{from, len(f.text)}
		f.seen[slot] = true
	}
}

func (f *flat) fill(cells []string) {
	text := string(f.text)
	for slot, s := range f.spans {
		cells[slot] = text[s.from:s.to]
	}
}
