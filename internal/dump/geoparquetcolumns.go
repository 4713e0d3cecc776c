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
func columnNode(c *schema.Column) parquet.Node {
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
		node = parquet.List(textNode())
	default:
		node = textNode()
	}
	return parquet.Optional(node)
}

func textNode() parquet.Node { return parquet.Encoded(parquet.String(), &parquet.RLEDictionary) }

// parquetColumn gathers the values of one leaf. Texts are copied, since features lend theirs.
type parquetColumn struct {
	out       *parquet.ColumnWriter
	leaf      int // its rank in the file
	source    int // its column in the dataset
	kind      schema.Type
	delimiter string // of a list

	values []parquet.Value
	texts  []byte
}

func newParquetColumn(out *parquet.ColumnWriter, leaf, source int, c *schema.Column) *parquetColumn {
	return &parquetColumn{out: out, leaf: leaf, source: source, kind: c.Type, delimiter: c.Delimiter}
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

func (c *parquetColumn) flush() error {
	if len(c.values) == 0 {
		return nil
	}
	_, err := c.out.WriteRowValues(c.values)
	c.values, c.texts = c.values[:0], c.texts[:0]
	return err
}
