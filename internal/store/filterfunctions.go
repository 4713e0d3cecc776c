package store

import "maille/internal/cql2"

// functions are CASEI, ACCENTI and those of cql2.Functions. They give null for null.
var functions map[string]func(*filter, []cql2.Expr) term

func init() { // in a function, since the functions lead back here
	functions = map[string]func(*filter, []cql2.Expr) term{
		"casei":     ofText("casefold"),
		"accenti":   ofText("unaccented"),
		"lower":     ofText("lowered"),
		"upper":     ofText("raised"),
		"length":    length,
		"round":     rounding("round(%s::numeric)::double precision"),
		"floor":     rounding("floor(%s)"),
		"ceil":      rounding("ceil(%s)"),
		"abs":       absolute,
		"year":      partOf("year"),
		"month":     partOf("month"),
		"area":      measure("ST_Area", 1),
		"perimeter": measure("ST_Perimeter", 1),
		"distance":  measure("ST_Distance", 2),
		"centroid":  centroid,
	}
}
