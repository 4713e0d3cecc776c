package cql2

// Bare is a tree without places, for tests to compare.
func Bare(e Expr) Expr {
	switch e := e.(type) {
	case Call:
		return Call{Op: e.Op, Args: bareAll(e.Args)}
	case Array:
		return Array{Items: bareAll(e.Items)}
	case Interval:
		return Interval{From: Bare(e.From), To: Bare(e.To)}
	case Property:
		return Property{Name: e.Name}
	case Text:
		return Text{Value: e.Value}
	case Number:
		return Number{Value: e.Value, Text: e.Text}
	case Boolean:
		return Boolean{Value: e.Value}
	case Date:
		return Date{Value: e.Value}
	case Timestamp:
		return Timestamp{Value: e.Value}
	case Geometry:
		return Geometry{Value: e.Value}
	case BBox:
		return BBox{Value: e.Value}
	}
	return nil
}

func bareAll(all []Expr) []Expr {
	bare := make([]Expr, len(all))
	for i, e := range all {
		bare[i] = Bare(e)
	}
	return bare
}
