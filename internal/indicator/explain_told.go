package indicator

import (
	"math"
	"slices"
	"strings"

	"maille/internal/schema"
)

// Said is the value as people read it.
func (x *Explanation) Said() string {
	switch {
	case x.Value != nil:
		return withUnit(*x.Value, x.Indicator.Decimals, x.Indicator.Unit)
	case x.Flag == flagFew && x.High != nil && *x.High < FewPeople && x.Indicator.Columns.Scale == 0:
		return words.Say("few", "n", FewPeople)
	case x.Flag == flagFew:
		return explained.Say("value.few", "few", FewPeople)
	}
	return explained.Say("null")
}

// BoundsSaid are the bounds of the value; "" of none.
func (x *Explanation) BoundsSaid() string {
	if x.Low == nil || x.High == nil {
		return ""
	}
	return words.Say("portrait.bounds", "low", figure(*x.Low, x.Indicator.Decimals), "high", withUnit(*x.High, x.Indicator.Decimals, x.Indicator.Unit))
}

// PeriodSaid is the period as --period and periode= take it, but for what is not dated.
func (x *Explanation) PeriodSaid() string {
	if x.Period == undated {
		return coded(x.Period, explained.Say("undated"))
	}
	return x.Period
}

// FlagSaid is the flag, with words beside its code.
func (x *Explanation) FlagSaid() string { return coded(x.Flag, words["flag."+x.Flag]) }

// ReasonSaid is the reason, with words beside its code; "" where the flag says it.
func (x *Explanation) ReasonSaid() string {
	if x.Reason == x.Flag {
		return ""
	}
	return coded(x.Reason, reasonSaid(x.Reason))
}

// Said is the parameter as people read it.
func (p Parameter) Said() string {
	if x, is := p.Value.(float64); is {
		return strings.TrimRight(written(x)+"\u00a0"+p.Unit, "\u00a0")
	}
	return strings.TrimSpace(textOf(p.Value) + " " + p.Unit)
}

// Said is the result as people read it.
func (r Result) Said() string {
	text := r.Computed
	switch {
	case r.Value == nil:
		return orElse(text, explained.Say("null"))
	case text == "":
		text = written(*r.Value)
	}
	return strings.TrimRight(text+"\u00a0"+unitSaid(*r.Value, r.Unit), "\u00a0")
}

// ClassSaid is a class of comparable communes in words.
func ClassSaid(class string) string { return orElse(words["class."+class], class) }

func coded(code, text string) string {
	if text == "" || text == code {
		return code
	}
	return explained.Say("coded", "code", code, "text", text)
}

// parts of a unit that a cell shows: more says nothing to people, and is in the JSON.
var shownParts = map[string]float64{"degrés": 1e7, "m": 10, "habitants": 100, "habitants × m": 1, "minutes": 1, "%": 1e4}

// shownDigits is how many digits a cell shows of any other number.
const shownDigits = 6

// Cell is a cell as people read it.
func (t *Listing) Cell(row, column int) schema.Value {
	h, v := t.Columns[column], t.Rows[row].Values[column]
	switch v.Type() {
	case "":
		if slices.Contains(t.Rows[row].few, h.Name) {
			return schema.Text(explained.Say(t.fewSaid(row, h.Name), "few", FewPeople, "taken", FewTaken))
		}
	case schema.Number:
		x := digits(v.Float(), shownDigits)
		if parts := shownParts[h.Unit]; parts > 0 {
			x = math.Round(v.Float()*parts) / parts
		}
		if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return schema.Int(int64(x))
		}
		return schema.Float(x)
	case schema.String:
		return schema.Text(coded(v.Text(), CodeSaid(h.Name, v.Text())))
	}
	return v
}

// fewSaid is the text of what stands where a number is not told.
func (t *Listing) fewSaid(row int, column string) string {
	if t.Few == "cell.few.taken" && t.allBut(row, column) {
		return "cell.within"
	}
	return t.Few
}

// CodeSaid are the words of a code; "" of what is none.
func CodeSaid(column, code string) string {
	switch {
	case strings.HasSuffix(column, "drapeau"):
		return words["flag."+code]
	case strings.HasSuffix(column, "motif"):
		return words["reason."+code]
	case column == "comparables":
		return words["class."+code]
	case column == "quadrant":
		return words["quadrant."+code]
	}
	return ""
}
