// Package schema knows a column: it reads a Table Schema, and parses and prints one cell.
//
// The dialect is Table Schema v2 (https://datapackage.org/standard/table-schema/), read strictly: a key that is not
// listed here is an error, so that a misspelt constraint never goes unnoticed.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"maille/internal/fault"
)

// Type is the type of a column, in Table Schema's words.
type Type string

const (
	String  Type = "string"
	Integer Type = "integer" // 64 bits
	Number  Type = "number"  // IEEE 754 double
	Boolean Type = "boolean"
	Date    Type = "date" // YYYY-MM-DD
	List    Type = "list" // strings joined by Column.Delimiter
)

var types = []Type{String, Integer, Number, Boolean, Date, List}

// Schema is a Table Schema: ordered columns with their constraints.
type Schema struct {
	Profile       string     `json:"$schema,omitempty"`
	Name          string     `json:"name,omitempty"`
	Title         string     `json:"title,omitempty"`
	Description   string     `json:"description,omitempty"`
	Version       string     `json:"version,omitempty"`
	ConformsTo    string     `json:"conformsTo,omitempty"` // address of the registered schema this one equals
	Columns       []Column   `json:"fields"`
	PrimaryKey    stringList `json:"primaryKey,omitempty"`
	MissingValues []string   `json:"missingValues,omitempty"`

	index map[string]int
}

// Column is one field of a Table Schema.
type Column struct {
	Name        string      `json:"name"`
	Title       string      `json:"title,omitempty"`
	Description string      `json:"description,omitempty"`
	Type        Type        `json:"type"`
	Format      string      `json:"format,omitempty"` // of a string, for readers (email, uri); of others only "default"
	Unit        string      `json:"unit,omitempty"`
	Example     any         `json:"example,omitempty"`
	Delimiter   string      `json:"delimiter,omitempty"` // of a list
	Items       *Items      `json:"items,omitempty"`     // constraints on each item of a list
	Constraints Constraints `json:"constraints,omitzero"`

	pattern *regexp.Regexp
	allowed map[string]bool
}

// Items constrains the items of a list.
type Items struct {
	Enum []string `json:"enum,omitempty"`
}

// Constraints are those of Table Schema v2 that Maille checks.
type Constraints struct {
	Required  bool     `json:"required,omitempty"`
	Unique    bool     `json:"unique,omitempty"`
	Enum      []string `json:"enum,omitempty"`
	Pattern   string   `json:"pattern,omitempty"` // the whole cell must match, as XML Schema has it
	Minimum   *float64 `json:"minimum,omitempty"`
	Maximum   *float64 `json:"maximum,omitempty"`
	MinLength int      `json:"minLength,omitempty"` // in characters
	MaxLength int      `json:"maxLength,omitempty"`
}

// UnmarshalJSON reads a field, and names it in its error.
func (c *Column) UnmarshalJSON(data []byte) error {
	type column Column
	if err := Strict(data, (*column)(c)); err != nil {
		return fmt.Errorf("field %q: %w", c.Name, err)
	}
	return nil
}

// stringList reads "a" and ["a"] alike, as Table Schema's primaryKey allows.
type stringList []string

func (l *stringList) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*l = stringList{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}

// Parse reads and checks a Table Schema. The error names the field and the key that is wrong.
func Parse(data []byte) (*Schema, error) {
	s := &Schema{}
	if err := Strict(data, s); err != nil {
		return nil, fault.New(fault.Invalid, "not a Table Schema: %s", err).Because(err)
	}
	return s, s.prepare()
}

// Restore reads a schema that was checked when it was written, perhaps by rules less strict than today's: columns keep
// their names and types, and nothing is refused but what cannot be read.
func Restore(data []byte) (*Schema, error) {
	type lenient Column // without the method that refuses unknown keys
	var old struct {
		Schema
		Columns []lenient `json:"fields"` // hides Schema's
	}
	if err := json.Unmarshal(data, &old); err != nil {
		return nil, fault.New(fault.Invalid, "not a Table Schema: %s", err).Because(err)
	}
	if len(old.Columns) == 0 {
		return nil, noFields()
	}
	s := &old.Schema
	for _, c := range old.Columns {
		s.Columns = append(s.Columns, Column(c))
	}
	s.index = make(map[string]int, len(s.Columns))
	for i := range s.Columns {
		s.index[s.Columns[i].Name] = i
	}
	for i := range s.Columns {
		_ = s.Columns[i].prepare(i) // best effort: constraints serve to check new rows, and these are not
	}
	return s, nil
}

// Strict decodes one JSON value and nothing after it; a key that into does not have is an error.
func Strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("more text after the JSON value")
	}
	return nil
}

func (s *Schema) prepare() error {
	if len(s.Columns) == 0 {
		return noFields()
	}
	s.index = make(map[string]int, len(s.Columns))
	for i := range s.Columns {
		c := &s.Columns[i]
		if _, twice := s.index[c.Name]; twice {
			return c.wrong(i, "name", "stands twice")
		}
		s.index[c.Name] = i
		if err := c.prepare(i); err != nil {
			return err
		}
	}
	for _, name := range s.PrimaryKey {
		if _, ok := s.index[name]; !ok {
			return fault.New(fault.Invalid, "primaryKey: no field is named %q", name).About("primaryKey")
		}
	}
	return nil
}

func noFields() error {
	return fault.New(fault.Invalid, "fields: a schema needs at least one").About("fields")
}

// columnName keeps names usable as they stand in SQL, CSV headers, URLs and Parquet; 59 bytes leaves room for a suffix
// under PostgreSQL's 63.
var columnName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,58}$`)

func (c *Column) prepare(i int) error {
	if !columnName.MatchString(c.Name) {
		return c.wrong(i, "name", "must be of lower case letters, digits and _, at most 59, a letter first")
	}
	if !slices.Contains(types, c.Type) {
		return c.wrong(i, "type", fmt.Sprintf("%q is none of %v", c.Type, types))
	}
	if (c.Type == List) != (c.Delimiter != "") {
		return c.wrong(i, "delimiter", "goes with the type list, and a list needs one")
	}
	if c.Items != nil && c.Type != List {
		return c.wrong(i, "items", "goes with the type list")
	}
	if c.Format != "" && c.Format != "default" && c.Type != String {
		return c.wrong(i, "format", fmt.Sprintf("%q is not read; a %s is written one way", c.Format, c.Type))
	}
	if err := c.prepareLimits(i); err != nil {
		return err
	}
	if err := c.preparePattern(i); err != nil {
		return err
	}
	return c.prepareEnum(i)
}

// prepareLimits refuses a limit that its column's type does not have, which would go unchecked.
func (c *Column) prepareLimits(i int) error {
	k := &c.Constraints
	key, why := "", "goes with numbers"
	switch numeric := c.Type == Integer || c.Type == Number; {
	case k.Minimum != nil && !numeric:
		key = "minimum"
	case k.Maximum != nil && !numeric:
		key = "maximum"
	case k.Minimum != nil && k.Maximum != nil && *k.Minimum > *k.Maximum:
		key, why = "maximum", "is below minimum"
	case k.MinLength < 0 || k.MinLength > 0 && c.Type != String:
		key, why = "minLength", "is a number of characters, of a string"
	case k.MaxLength < 0 || k.MaxLength > 0 && c.Type != String:
		key, why = "maxLength", "is a number of characters, of a string"
	case k.MaxLength > 0 && k.MinLength > k.MaxLength:
		key, why = "maxLength", "is below minLength"
	default:
		return nil
	}
	return c.wrong(i, "constraints."+key, why)
}

func (c *Column) preparePattern(i int) error {
	p := c.Constraints.Pattern
	if p == "" {
		return nil
	}
	if c.Type != String {
		return c.wrong(i, "constraints.pattern", "goes with the type string")
	}
	if _, err := regexp.Compile(p); err != nil { // alone first: a)|(b would slip out of its anchors
		return c.wrong(i, "constraints.pattern", err.Error())
	}
	var err error
	if c.pattern, err = regexp.Compile(`^(?:` + p + `)$`); err != nil {
		return c.wrong(i, "constraints.pattern", err.Error())
	}
	return nil
}

func (c *Column) prepareEnum(i int) error {
	key := "constraints.enum"
	if c.Type == List {
		if c.Constraints.Enum != nil {
			return c.wrong(i, key, "goes with other types; a list has items.enum")
		}
		key = "items.enum"
	}
	enum := c.Enum()
	if enum == nil {
		return nil
	}
	if len(enum) == 0 {
		return c.wrong(i, key, "allows nothing")
	}
	c.allowed = make(map[string]bool, len(enum))
	for _, text := range enum {
		if !c.writes(text) {
			return c.wrong(i, key, fmt.Sprintf("%q is not how a %s is written, so nothing would equal it", text, c.Type))
		}
		c.allowed[text] = true
	}
	return nil
}

// writes says whether text is the textual form of a value of the column, or of one item of a list.
func (c *Column) writes(text string) bool {
	v, ok := c.read(text)
	return ok && text != "" && v.String() == text && (c.Type != List || !strings.Contains(text, c.Delimiter))
}

func (c *Column) wrong(i int, key, why string) error {
	return fault.New(fault.Invalid, "fields[%d] (%s).%s: %s", i, c.Name, key, why).About("fields." + c.Name + "." + key)
}

// Index is the position of a column, or -1.
func (s *Schema) Index(name string) int {
	if i, ok := s.index[name]; ok {
		return i
	}
	return -1
}

// Column finds a column by name; nil when there is none.
func (s *Schema) Column(name string) *Column {
	if i := s.Index(name); i >= 0 {
		return &s.Columns[i]
	}
	return nil
}

// Names lists the columns' names in schema order.
func (s *Schema) Names() []string {
	names := make([]string, len(s.Columns))
	for i := range s.Columns {
		names[i] = s.Columns[i].Name
	}
	return names
}

// Missing says whether a cell's text stands for no value. The empty text always does.
func (s *Schema) Missing(cell string) bool {
	return cell == "" || len(s.MissingValues) > 0 && slices.Contains(s.MissingValues, cell)
}

// Enum lists the values a cell, or an item of a list, may have; nil when any may.
func (c *Column) Enum() []string {
	if c.Items != nil {
		return c.Items.Enum
	}
	return c.Constraints.Enum
}

// Signature is what a version's hash covers of a schema: names, types and order, not words that may be reworded.
func (s *Schema) Signature() string {
	var b strings.Builder
	for i := range s.Columns {
		fmt.Fprintf(&b, "%s %s%s\n", s.Columns[i].Name, s.Columns[i].Type, s.Columns[i].Delimiter)
	}
	return b.String()
}
