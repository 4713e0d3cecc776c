// Package cql2 knows the filter language: CQL2 text and JSON (OGC 21-065r2) to one typed syntax tree.
package cql2

import (
	"time"

	"github.com/paulmach/orb"
)

// Expr is a node of the syntax tree.
type Expr interface {
	// Column is where the node begins in the text it was read from: characters, from 1; 0 when it came from JSON.
	Column() int
}

// at is the place of a node, which all of them embed.
type at struct {
	column int
	path   *path // in JSON
}

// Column is where the node begins.
func (a at) Column() int { return a.column }

func (a at) place() at { return a }

type (
	// Call is an operator or a function over its arguments, named as CQL2 JSON names it: and or not = <> < > <= >= like
	// between in isNull casei accenti + - * / ^ % div, s_… t_… a_…, or a function of Functions.
	// "in" has two arguments, the second an Array; "between" three; "not like" is a "not" over a "like".
	Call struct {
		at
		Op   string
		Args []Expr
	}
	// Property is a queryable of the collection.
	Property struct {
		at
		Name string
	}
	// Text is a character literal.
	Text struct {
		at
		Value string
	}
	// Number is a numeric literal.
	Number struct {
		at
		Value float64
		Text  string // as it was written, so that no digit of a large integer is lost
	}
	// Boolean is TRUE or FALSE.
	Boolean struct {
		at
		Value bool
	}
	// Date is a day, UTC.
	Date struct {
		at
		Value time.Time
	}
	// Timestamp is an instant, UTC.
	Timestamp struct {
		at
		Value time.Time
	}
	// Interval is a span of time. Each end is a Date, a Timestamp, a Property or a Call; nil leaves it open (".."). Both
	// ends are in it.
	Interval struct {
		at
		From, To Expr
	}
	// Geometry is a spatial literal, x and y in the axis order of its CRS (filter-crs).
	Geometry struct {
		at
		Value orb.Geometry
	}
	// BBox is the spatial literal BBOX(…): four numbers, or six whose heights are ignored.
	BBox struct {
		at
		Value []float64
	}
	// Array is a list of expressions.
	Array struct {
		at
		Items []Expr
	}
)

// Kind is what an expression gives.
type Kind uint8

const (
	KindBoolean Kind = iota + 1
	KindText
	KindNumber
	KindDate
	KindTimestamp
	KindInterval
	KindGeometry
	KindArray
)

// Field is a queryable: what a Property may name.
type Field struct {
	Name string
	Kind Kind
	Enum []string // the values that a text may have; nil when any may
}
