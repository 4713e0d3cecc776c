package dump

import (
	"strings"

	"github.com/parquet-go/parquet-go"

	"maille/internal/schema"
)

// parquetGroup is a group whose fields keep their order; parquet-go's own are sorted by name.
type parquetGroup struct {
	parquet.Group
	inOrder []parquet.Field
}

func newGroup(fields []parquet.Field) *parquetGroup { return &parquetGroup{inOrder: fields} }

// Fields gives them in order.
func (g *parquetGroup) Fields() []parquet.Field { return g.inOrder }

func field(name string, node parquet.Node) parquet.Field {
	return parquet.Group{name: node}.Fields()[0]
}

// columnNode is the type of a column: those that readers of open data know, never unsigned (data.gouv.fr reads none).
// Integers have 64 bits whatever their bounds, so that a new bound changes no reader's type.
func columnNode(c *schema.Column, repeats bool) parquet.Node {
	var node parquet.Node
	switch c.Type {
	case schema.Integer:
		node = parquet.Leaf(parquet.Int64Type)
	case schema.Number:
		node = parquet.Leaf(parquet.DoubleType)
	case schema.Boolean:
		node = parquet.Leaf(parquet.BooleanType)
	case schema.Date:
		node = parquet.Date()
	case schema.List:
		node = parquet.List(textNode(repeats))
	default:
		node = textNode(repeats)
	}
	return parquet.Optional(node)
}

// textNode is a text. One that comes again has a dictionary of all its values in a row group, which bounds it: after one that
// is cut short come pages without, of which parquet-go leaves out the values in Bloom filters, and which not all readers read.
func textNode(repeats bool) parquet.Node {
	if repeats {
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	}
	return parquet.Encoded(parquet.String(), &parquet.Plain)
}

// seldom is how often a text must come in the first batch for a dictionary.
const seldom = 4

// parquetColumn gathers the values of one leaf. Texts are copied, since features lend theirs.
type parquetColumn struct {
	out       *parquet.ColumnWriter // nil until the file is begun
	leaf      int                   // its rank in the file
	source    int                   // its column in the dataset
	kind      schema.Type
	delimiter string // of a list

	values []parquet.Value
	texts  []byte
}

func newParquetColumn(leaf, source int, c *schema.Column) *parquetColumn {
	return &parquetColumn{leaf: leaf, source: source, kind: c.Type, delimiter: c.Delimiter}
}

// add gathers a value, and says about how many bytes it takes.
func (c *parquetColumn) add(v schema.Value) int {
	switch {
	case v.IsNull():
		c.put(parquet.NullValue(), 0, 0)
	case c.kind == schema.Integer:
		c.put(parquet.Int64Value(v.Int()), 0, 1)
	case c.kind == schema.Number:
		c.put(parquet.DoubleValue(v.Float()), 0, 1)
	case c.kind == schema.Boolean:
		c.put(parquet.BooleanValue(v.Bool()), 0, 1)
	case c.kind == schema.Date:
		c.put(parquet.Int32Value(v.Days()), 0, 1)
	case c.kind == schema.List:
		return c.addItems(v.Text())
	default:
		c.put(c.text(v.Text()), 0, 1)
		return len(v.Text())
	}
	return 8
}

// addItems gathers a list: its first item begins the row, and each stands two levels deep.
func (c *parquetColumn) addItems(joined string) int {
	repetition := 0
	for item := range strings.SplitSeq(joined, c.delimiter) {
		c.put(c.text(item), repetition, 2)
		repetition = 1
	}
	return len(joined)
}

func (c *parquetColumn) put(v parquet.Value, repetition, definition int) {
	c.values = append(c.values, v.Level(repetition, definition, c.leaf))
}

func (c *parquetColumn) text(s string) parquet.Value {
	c.reserve(len(s))
	start := len(c.texts)
	c.texts = append(c.texts, s...)
	return parquet.ByteArrayValue(c.texts[start:])
}

// reserve makes room for n bytes. Values that were gathered keep the room they are in.
func (c *parquetColumn) reserve(n int) {
	if cap(c.texts)-len(c.texts) < n {
		c.texts = make([]byte, 0, max(2*cap(c.texts), n, 16<<10))
	}
}

// repeats says whether each text that was gathered comes several times, about: compressed plainly, what comes two or three times
// in a row takes less than the ranks in a dictionary.
func (c *parquetColumn) repeats() bool {
	distinct, all := map[string]bool{}, 0
	for _, v := range c.values {
		if v.Kind() == parquet.ByteArray {
			distinct[string(v.ByteArray())] = true
			all++
		}
	}
	return len(distinct)*seldom <= all
}

// flush writes what was gathered, and ends the page if it is to end.
func (c *parquetColumn) flush(paged bool) error {
	if len(c.values) == 0 {
		return nil
	}
	_, err := c.out.WriteRowValues(c.values)
	c.values, c.texts = c.values[:0], c.texts[:0]
	if err == nil && paged {
		err = c.out.Flush()
	}
	return err
}
