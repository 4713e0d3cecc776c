package dump

import (
	_ "embed"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"maille/internal/fault"
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)

// definitions writes what each field means.
func (b *workbook) definitions() error {
	rows := [][]any{b.titles("name", "title", "description", "type", "unit", "values")}
	for _, column := range b.content.columns() {
		c := &b.content.Schema.Columns[column]
		rows = append(rows, []any{c.Name, c.Title, c.Description, texts["xlsx.type."+string(c.Type)], c.Unit, strings.Join(c.Enum(), "\n")})
	}
	return b.sheet(texts["xlsx.definitions"], []float64{26, 34, 70, 12, 14, 40}, rows, true)
}

func (b *workbook) titles(keys ...string) (cells []any) {
	for _, key := range keys {
		cells = append(cells, excelize.Cell{StyleID: b.bold, Value: texts["xlsx."+key]})
	}
	return cells
}

// about writes where the features come from and how to have the same again.
func (b *workbook) about(rows int64) error {
	c := b.content
	choice := c.About.Choice
	if choice == "" {
		choice = texts["xlsx.all"]
	}
	table := [][]any{}
	add := func(key string, value any) {
		if value != "" {
			table = append(table, append(b.titles(key), value))
		}
	}
	add("dataset", c.Title)
	add("description", c.Description)
	add("sources", credits(c))
	add("licence", licences(c))
	add("publisher", c.About.Instance)
	add("release", c.About.Release)
	add("published", b.date(c.About.Published))
	add("version", c.About.Version)
	add("link", c.About.Link)
	add("choice", choice)
	add("rows", rows)
	for _, f := range c.About.Fetched {
		table = append(table, append(b.titles("fetched"), f.Place, b.date(f.Date)))
	}
	return b.sheet(texts["xlsx.about"], []float64{26, 100, 14}, table, false)
}

// date is a day as Excel has it, "" for none.
func (b *workbook) date(t time.Time) any {
	if t.IsZero() {
		return ""
	}
	return excelize.Cell{StyleID: b.day, Value: int(t.Unix()/86400) + dayZero}
}

// sheet adds a small sheet of texts that wrap.
func (b *workbook) sheet(name string, widths []float64, rows [][]any, header bool) error {
	if _, err := b.NewSheet(name); err != nil {
		return err
	}
	if err := b.SetSheetDimension(name, ""); err != nil {
		return err
	}
	for i, width := range widths {
		column, _ := excelize.ColumnNumberToName(i + 1)
		if err := b.SetColWidth(name, column, column, width); err != nil {
			return err
		}
	}
	for i, row := range rows {
		for j, value := range row {
			if err := b.place(name, cellAt(j+1, int64(i+1)), value); err != nil {
				return err
			}
		}
	}
	if header {
		return b.SetPanes(name, frozenHeader())
	}
	return nil
}

// place writes a cell of a small sheet, wrapped unless it has a style of its own.
func (b *workbook) place(sheet, at string, value any) error {
	cell, styled := value.(excelize.Cell)
	if !styled {
		cell = excelize.Cell{StyleID: b.wrapped, Value: value}
	}
	if text, ok := cell.Value.(string); ok && tooLong(text) {
		return fault.New(fault.Internal, "a text of the sheet %s is longer than a cell", sheet)
	}
	if err := b.SetCellValue(sheet, at, cell.Value); err != nil {
		return err
	}
	return b.SetCellStyle(sheet, at, at, cell.StyleID)
}
