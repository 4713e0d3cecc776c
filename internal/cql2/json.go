package cql2

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"unicode/utf8"
)

// value is a JSON document, or a part of it, with its place.
type value struct {
	at
	kind    valueKind
	text    string // of a string or a number
	yes     bool
	items   []value
	members []member // in the order of the document
}

type member struct {
	name string
	value
}

type valueKind uint8

const (
	jsonNull valueKind = iota
	jsonBoolean
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

var jsonKinds = [...]string{"null", "true or false", "a number", "a string", "an array", "an object"}

func (k valueKind) String() string { return jsonKinds[k] }

// readJSON reads a document, whose nesting is bounded and whose members have each their own name.
func readJSON(data []byte) (value, error) {
	switch {
	case len(data) > MaxLength:
		return value{}, wrong(at{}, "it is longer than %d bytes", MaxLength)
	case !utf8.Valid(data):
		return value{}, wrong(at{}, "it is not UTF-8")
	case len(bytes.TrimSpace(data)) == 0:
		return value{}, wrong(at{}, "it is empty")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decode(d, at{path: &path{}}, 0)
	if err != nil {
		return value{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return value{}, wrong(at{}, "something follows the JSON value")
	}
	return v, nil
}

func decode(d *json.Decoder, place at, nesting int) (value, error) {
	v := value{at: place}
	if nesting > maxNesting {
		return v, wrong(at{}, "more than %d arrays and objects are open", maxNesting)
	}
	token, err := d.Token()
	if err != nil {
		return v, notJSON(err)
	}
	switch t := token.(type) {
	case bool:
		v.kind, v.yes = jsonBoolean, t
	case json.Number:
		v.kind, v.text = jsonNumber, t.String()
	case string:
		v.kind, v.text = jsonString, t
	case json.Delim:
		if t == '[' {
			v.kind = jsonArray
			err = v.decodeItems(d, nesting)
		} else {
			v.kind = jsonObject
			err = v.decodeMembers(d, nesting)
		}
	}
	return v, err
}

func notJSON(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return wrong(at{}, "the JSON ends too early")
	}
	return wrong(at{}, "it is no JSON: %s", shorten(err.Error()))
}

func (v *value) decodeItems(d *json.Decoder, nesting int) error {
	for d.More() {
		item, err := decode(d, at{path: &path{up: v.path, index: len(v.items)}}, nesting+1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	return closed(d)
}

func (v *value) decodeMembers(d *json.Decoder, nesting int) error {
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return notJSON(err)
		}
		key, _ := token.(string)
		if seen[key] {
			return wrong(v.at, "the member %s is there twice", quote(key))
		}
		seen[key] = true
		inner, err := decode(d, at{path: &path{up: v.path, key: key}}, nesting+1)
		if err != nil {
			return err
		}
		v.members = append(v.members, member{key, inner})
	}
	return closed(d)
}

// closed passes over the closing bracket.
func closed(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return notJSON(err)
	}
	return nil
}

func (v *value) member(name string) *value {
	for i := range v.members {
		if v.members[i].name == name {
			return &v.members[i].value
		}
	}
	return nil
}

// only refuses members of other names.
func (v *value) only(names ...string) error {
	for _, m := range v.members {
		if !slices.Contains(names, m.name) {
			return wrong(v.at, "unexpected member %s", quote(m.name))
		}
	}
	return nil
}

func (v *value) mustBe(kind valueKind, what string) error {
	if v.kind != kind {
		return wrong(v.at, "%s is %s, not %s", what, kind, v.kind)
	}
	return nil
}
