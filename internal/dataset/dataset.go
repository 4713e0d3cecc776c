// Package dataset knows what a published dataset is: its descriptor, the registry and its graph, Feature and Query.
package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"maille/internal/schema"
)

// Dataset is a descriptor with its schema and, for a derived one, its SQL.
type Dataset struct {
	Descriptor
	Schema *schema.Schema
	SQL    string

	DescriptorText json.RawMessage // as written, kept with every load
	SchemaText     json.RawMessage
	inputs         []string // datasets that must be ready before this one
	territory      []string // codes of the départements that the instance keeps; empty for all
}

// Relation is the dataset's name as SQL knows it: hyphens become underscores.
func (d *Dataset) Relation() string { return Relation(d.Name) }

// Relation is the name of a dataset as SQL knows it.
func Relation(name string) string { return strings.ReplaceAll(name, "-", "_") }

// Inputs are the datasets this one reads: those it derives from, and those its rules check against.
func (d *Dataset) Inputs() []string { return d.inputs }

// IsDerived says whether the dataset is made of others, by SQL or by a method, and has no file of its own.
func (d *Dataset) IsDerived() bool { return d.Derived != nil || d.Computed != nil }

// From are the datasets that this one is made of; none for one that has files of its own.
func (d *Dataset) From() []string {
	switch {
	case d.Derived != nil:
		return d.Derived.From
	case d.Computed != nil:
		return d.Computed.From
	}
	return nil
}

// kind is the key of the descriptor that says what the dataset is made of.
func (d *Dataset) kind() string {
	switch {
	case d.Derived != nil:
		return "derived"
	case d.Computed != nil:
		return "computed"
	}
	return "resources"
}

// Tolerance is the share of rows in error beyond which a version is refused.
func (d *Dataset) Tolerance() float64 {
	if d.Publication.Tolerance != nil {
		return *d.Publication.Tolerance
	}
	return 0.05
}

// Fall is the share by which rows may fall from one release to the next.
func (d *Dataset) Fall() float64 {
	if d.Publication.Fall != nil {
		return *d.Publication.Fall
	}
	return 0.2
}

// Churn is the share of a release's keys that may be gone from the next.
func (d *Dataset) Churn() float64 {
	if d.Publication.Churn != nil {
		return *d.Publication.Churn
	}
	return 0.5
}

// Grid is the step in degrees to which coordinates are rounded.
func (d *Dataset) Grid() float64 {
	if g := d.Publication.Geometry; g != nil && g.Grid > 0 {
		return g.Grid
	}
	return 1e-7
}

// Rule finds a rule of publication.rules; unique-key always holds, whether it is written or not.
func (d *Dataset) Rule(name string) (Rule, bool) {
	for _, r := range d.Publication.Rules {
		if r.Name == name {
			return r, true
		}
	}
	return Rule{Name: name, Level: Error}, name == UniqueKey
}

// Within says whether a row whose commune has this code is of the territory that the instance keeps. A row that names no
// commune is.
func (d *Dataset) Within(commune string) bool {
	return len(d.territory) == 0 || commune == "" || slices.Contains(d.territory, Departement(commune))
}

// Departement is the code of the département that the code of a commune begins with: two characters, three overseas. A
// commune keeps its code when its département does; the few that moved have another code since.
func Departement(commune string) string {
	n := 2
	if strings.HasPrefix(commune, "97") || strings.HasPrefix(commune, "98") {
		n = 3
	}
	return commune[:min(n, len(commune))]
}

// Fingerprint identifies what the publisher of the instance wrote about the dataset: descriptor, schema and SQL, and the
// territory that is kept.
func (d *Dataset) Fingerprint() string {
	h := sha256.New()
	for _, text := range [][]byte{d.DescriptorText, d.SchemaText, []byte(d.SQL)} {
		fmt.Fprintf(h, "%d\n", len(text))
		h.Write(text)
	}
	for _, code := range d.territory {
		fmt.Fprintf(h, "territory %s\n", code)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Signature is what a version's hash covers besides its rows.
func (d *Dataset) Signature() string {
	geometry := "none"
	if g := d.Publication.Geometry; g != nil {
		geometry = g.Type
	}
	return d.Schema.Signature() + "geometry " + geometry + "\nkey " + strings.Join(d.Publication.Key, ",") + "\n"
}

// ID is the id of a feature: the parts of its key, percent-encoded and joined by ":".
func (d *Dataset) ID(values []schema.Value) string {
	return string(d.AppendID(nil, values))
}

// AppendID appends the id of a feature whose values are in schema order.
func (d *Dataset) AppendID(dst []byte, values []schema.Value) []byte {
	for i, name := range d.Publication.Key {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = appendEscaped(dst, values[d.Schema.Index(name)])
	}
	return dst
}

// IDOf is the id of a feature by the texts of its key's parts, as ParseID gives them.
func (d *Dataset) IDOf(key []string) string {
	var dst []byte
	for i, part := range key {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = appendEscaped(dst, schema.Text(part))
	}
	return string(dst)
}

// appendEscaped percent-encodes what is not unreserved in RFC 3986 §2.3, so that an id is one path segment.
func appendEscaped(dst []byte, v schema.Value) []byte {
	start := len(dst)
	dst = v.AppendText(dst)
	clean := true
	for _, c := range dst[start:] {
		clean = clean && unreserved(c)
	}
	if clean {
		return dst
	}
	text := string(dst[start:])
	dst = dst[:start]
	for i := range len(text) {
		if c := text[i]; unreserved(c) {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', "0123456789ABCDEF"[c>>4], "0123456789ABCDEF"[c&15])
		}
	}
	return dst
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// ParseID splits an id into the texts of its key's parts; false when it cannot be an id of this dataset.
func (d *Dataset) ParseID(id string) ([]string, bool) {
	parts := strings.Split(id, ":")
	if len(parts) != len(d.Publication.Key) {
		return nil, false
	}
	for i, part := range parts {
		text, ok := unescape(part)
		if !ok {
			return nil, false
		}
		parts[i] = text
	}
	return parts, true
}

func unescape(part string) (string, bool) {
	if !strings.Contains(part, "%") {
		return part, true
	}
	var b strings.Builder
	for i := 0; i < len(part); i++ {
		if part[i] != '%' {
			b.WriteByte(part[i])
			continue
		}
		if i+2 >= len(part) {
			return "", false
		}
		c, err := hex.DecodeString(part[i+1 : i+3])
		if err != nil {
			return "", false
		}
		b.WriteByte(c[0])
		i += 2
	}
	return b.String(), true
}
