package source

import (
	"bytes"
	"strconv"
	"strings"

	"maille/internal/dataset"
)

// cell writes a field of the record as a cell; overflow says that the number was too wide for its field, whose writer
// put asterisks instead. ok is false for types that are not read.
func (d *dbf) cell(f *dbfField) (text string, overflow, ok bool) {
	raw := d.row[f.from:f.to]
	switch f.kind {
	case 'C':
		return d.text(bytes.TrimRight(raw, " \x00")), false, true
	case 'N', 'F':
		raw = bytes.Trim(raw, " \x00")
		if len(raw) > 0 && len(bytes.Trim(raw, "*")) == 0 {
			return "", true, true
		}
		return dbfNumber(d.text(raw)), false, true
	case 'D':
		return dbfDate(d.text(bytes.Trim(raw, " \x00"))), false, true
	case 'L':
		return dbfLogical(raw), false, true
	}
	return "", false, false
}

// dbfNumber writes a decimal with no more digits than its value has: fields are filled with zeros, with the digits of a
// binary fraction or an exponent (126892.000000000000000, 42.978999999999999, 1.26e+05). What has no point stays as it is.
func dbfNumber(text string) string {
	if !strings.ContainsAny(text, ".eE") || strings.ContainsAny(text, "xX_") {
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(f+0, 'f', -1, 64) // minus zero is zero
}

// dbfDate reads AAAAMMJJ; blanks and zeros are no date.
func dbfDate(text string) string {
	if strings.Trim(text, "0") == "" {
		return ""
	}
	if len(text) != 8 || strings.Trim(text, "0123456789") != "" {
		return text
	}
	return text[:4] + "-" + text[4:6] + "-" + text[6:]
}

func dbfLogical(raw []byte) string {
	switch string(raw) {
	case "T", "t", "Y", "y":
		return "true"
	case "F", "f", "N", "n":
		return "false"
	}
	return ""
}

func overflowed(column string) dataset.Issue {
	return dataset.Issue{Column: column, Rule: "overflow", Level: dataset.Warning, Message: dataset.Say("overflow", "column", column)}
}
