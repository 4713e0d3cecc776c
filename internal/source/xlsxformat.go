package source

import (
	"encoding/xml"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// numberFormat is what a cell's number format says of its value: a date, or a code with its zeros.
type numberFormat struct {
	date  bool
	zeros int // digits of a code such as 00000
}

// epoch says whether days are counted from 1904 rather than 1900 (§18.17.4.1).
type epoch bool

const mostFormats = 1 << 16

// styles reads the format of each style of cells (§18.8.10).
func (b *book) styles(part string) (formats []numberFormat, err error) {
	m, err := b.part(part)
	if err == errNoPart {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	custom := map[int]numberFormat{}
	err = m.each(func(e xml.StartElement) error {
		m.begin(0)
		id, _ := strconv.Atoi(attribute(e, "numFmtId")) // none is 0, General
		switch {
		case e.Name.Local == "numFmt" && len(custom) < mostFormats:
			custom[id] = formatOf(attribute(e, "formatCode"))
		case e.Name.Local == "cellXfs":
			return m.each(func(e xml.StartElement) error {
				m.begin(0)
				if id, _ := strconv.Atoi(attribute(e, "numFmtId")); e.Name.Local == "xf" && len(formats) < mostFormats {
					formats = append(formats, formatNumbered(id, custom))
				}
				return nil
			})
		}
		return nil
	})
	return formats, err
}

// formatNumbered knows the formats that are not written (§18.8.30), those of East Asia too. 45 to 47 are durations.
func formatNumbered(id int, custom map[int]numberFormat) numberFormat {
	if f, known := custom[id]; known {
		return f
	}
	return numberFormat{date: id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 50 && id <= 58}
}

var (
	formatLiterals = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)
	formatElapsed  = regexp.MustCompile(`(?i)\[(h+|m+|s+)\]`)
	formatZeros    = regexp.MustCompile(`^0{2,18}$`)
)

// generals are what writers call the format that says nothing: some translate it.
var generals = []string{"general", "standard"}

// formatOf reads a format code (§18.8.31): letters of dates outside what is quoted, escaped or in brackets. A duration is
// a number.
func formatOf(code string) numberFormat {
	if formatZeros.MatchString(code) {
		return numberFormat{zeros: len(code)}
	}
	positive, _, _ := strings.Cut(code, ";")
	bare := strings.ToLower(formatLiterals.ReplaceAllString(positive, ""))
	return numberFormat{date: !formatElapsed.MatchString(code) && !slices.Contains(generals, bare) && strings.ContainsAny(bare, "ymdhs")}
}

// write gives a number's text.
func (f numberFormat) write(text string, from epoch) string {
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return text
	case f.date && number >= 0 && number < lastDay:
		return from.moment(number)
	case f.zeros > 0 && number >= 0 && number == math.Trunc(number):
		whole := plain(text)
		return strings.Repeat("0", max(0, f.zeros-len(whole))) + whole
	}
	return plain(text)
}

const lastDay = 2958466 // the first day of the year 10000

// moment is the date that a number of days makes, or the time of day. The year 1900 has a 29 February, as in Lotus 1-2-3.
func (from epoch) moment(days float64) string {
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case bool(from):
		day = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 60:
		day = day.AddDate(0, 0, 1)
	}
	whole, part := math.Modf(days)
	t := day.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*86400)) * time.Second)
	if whole == 0 && part > 0 {
		return t.Format(time.TimeOnly)
	}
	return moment(t)
}
