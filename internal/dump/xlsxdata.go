package dump

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

const (
	// cellUnits is how many UTF-16 units a cell holds; excelize cuts more without a word.
	cellUnits = 32767
	// sheetUnits is how many the name of a sheet holds.
	sheetUnits = 31
	// exactIntegers is what Excel keeps of a number: fifteen digits.
	exactIntegers = 999_999_999_999_999
	// firstDay is 1900-03-01 in days since 1970: before it Excel's calendar has a day that never was (1900-02-29).
	firstDay = -25508
	// dayZero is 1970-01-01 in Excel's days.
	dayZero = 25569
)

// data writes the sheet of the features, a row at a time: beyond some megabytes excelize keeps it in a temporary file.
func (b *workbook) data() (rows int64, err error) {
	name := b.sheetName()
	if err := b.SetSheetName("Sheet1", name); err != nil {
		return 0, err
	}
	if err := b.SetSheetDimension(name, ""); err != nil { // unknown before the last row; a wrong one cuts readers short
		return 0, err
	}
	out, err := b.NewStreamWriter(name)
	if err != nil {
		return 0, err
	}
	columns := b.content.columns()
	if err := b.header(out, columns); err != nil {
		return 0, err
	}
	cells := make([]any, len(columns))
	for f, err := range b.content.Features {
		if err != nil {
			return rows, err
		}
		if rows++; rows > xlsxRows {
			return rows, tooManyRows("xlsx", xlsxRows)
		}
		if err := b.fill(cells, f, columns); err != nil {
			return rows, err
		}
		if err := b.content.work(xmlSize(cells)); err != nil {
			return rows, err
		}
		if err := out.SetRow(cellAt(1, rows+1), cells); err != nil {
			return rows, err
		}
	}
	if err := b.AutoFilter(name, "A1:"+cellAt(len(columns), rows+1), nil); err != nil {
		return rows, err
	}
	return rows, out.Flush()
}

// header writes the fields' names over columns as wide as their values are likely to be, and keeps them in sight.
func (b *workbook) header(out *excelize.StreamWriter, columns []int) error {
	if err := out.SetPanes(frozenHeader()); err != nil {
		return err
	}
	cells := make([]any, len(columns))
	for i, column := range slices.Backward(columns) { // excelize puts each width before those that it has, and Excel wants them rising
		c := &b.content.Schema.Columns[column]
		cells[i] = excelize.Cell{StyleID: b.bold, Value: c.Name}
		if err := out.SetColWidth(i+1, i+1, columnWidth(c)); err != nil {
			return err
		}
	}
	return out.SetRow("A1", cells)
}

func frozenHeader() *excelize.Panes {
	return &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
}

// columnWidth is in characters; the name has the button of the filter beside it.
func columnWidth(c *schema.Column) float64 {
	width := 12
	switch {
	case c.Type == schema.List || c.Type == schema.String && strings.HasPrefix(c.Name, "nom"):
		width = 30
	case c.Type == schema.String && !strings.HasPrefix(c.Name, "code_"):
		width = 20
	}
	return float64(max(width, len(c.Name)+4))
}

// fill makes the cells of a feature; nil leaves one out.
func (b *workbook) fill(cells []any, f *dataset.Feature, columns []int) error {
	for i, column := range columns {
		c, v := &b.content.Schema.Columns[column], f.Values[column]
		cells[i] = b.cell(v)
		if text, ok := cells[i].(string); ok && tooLong(text) {
			return fault.New(fault.Invalid, "f: %s of feature %s is longer than the %d characters that an XLSX cell holds; leave %s out with properties=, or ask for csv",
				c.Name, b.content.ID(f.Values), cellUnits, c.Name).About("f")
		}
	}
	return nil
}

// cell is a value by its type. Texts are written as texts whatever they begin with, so that none is ever a formula, and
// keep the zeros of codes; so do the numbers and dates that Excel would change.
func (b *workbook) cell(v schema.Value) any {
	switch {
	case v.IsNull():
		return nil
	case v.Type() == schema.Integer && -exactIntegers <= v.Int() && v.Int() <= exactIntegers:
		return v.Int()
	case v.Type() == schema.Number:
		return v.Float()
	case v.Type() == schema.Boolean:
		return v.Bool()
	case v.Type() == schema.Date && v.Days() >= firstDay:
		return excelize.Cell{StyleID: b.day, Value: int(v.Days()) + dayZero}
	}
	return v.String()
}

// xmlSize is about what excelize writes of a row in its temporary file.
func xmlSize(cells []any) int64 {
	size := 40
	for _, c := range cells {
		size += 48
		if text, ok := c.(string); ok {
			size += len(text)
		}
	}
	return int64(size)
}

func tooLong(text string) bool {
	return len(text) > cellUnits && (utf8.RuneCountInString(text) > cellUnits || utf16Len(text) > cellUnits)
}

func utf16Len(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

func cellAt(column int, row int64) string {
	name, _ := excelize.CoordinatesToCellName(column, int(row)) // of a row that the sheet has
	return name
}

// sheetName is the dataset's title with what a sheet's name may hold. An apostrophe it may hold, but excelize writes the
// filter's range without escaping it.
func (b *workbook) sheetName() string {
	title := strings.NewReplacer("'", "’", ":", " ", "\\", " ", "/", " ", "?", " ", "*", " ", "[", "(", "]", ")").Replace(b.content.Title)
	title = strings.Join(strings.Fields(title), " ")
	for utf16Len(title) > sheetUnits {
		_, size := utf8.DecodeLastRuneInString(title)
		title = title[:len(title)-size]
	}
	title = strings.TrimSpace(title)
	for _, other := range []string{"", texts["xlsx.definitions"], texts["xlsx.about"]} {
		if strings.EqualFold(title, other) {
			return texts["xlsx.data"]
		}
	}
	return title
}
