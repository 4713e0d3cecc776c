package cql2

import "strings"

// Function is a custom function, called by its name whatever its case: those of the standard are keywords, which have
// none (OGC 21-065r2 §6.3), and one rule for both is easier to remember. Check gives the name its case.
type Function struct {
	Name      string
	Title     string
	Arguments []Argument
	Returns   Kind
}

// Argument is one of a function's. A date may be a timestamp.
type Argument struct {
	Name string
	Kind Kind
}

// Functions are those that a filter may call. They give null for null.
var Functions = []Function{
	{"lower", "The text in small letters", []Argument{{"text", KindText}}, KindText},
	{"upper", "The text in capital letters", []Argument{{"text", KindText}}, KindText},
	{"length", "The number of characters of a text", []Argument{{"text", KindText}}, KindNumber},
	{"round", "The nearest whole number, a half away from zero", []Argument{{"number", KindNumber}}, KindNumber},
	{"floor", "The largest whole number that is not above", []Argument{{"number", KindNumber}}, KindNumber},
	{"ceil", "The smallest whole number that is not below", []Argument{{"number", KindNumber}}, KindNumber},
	{"abs", "The number without its sign", []Argument{{"number", KindNumber}}, KindNumber},
	{"year", "The year of a date", []Argument{{"date", KindDate}}, KindNumber},
	{"month", "The month of a date, 1 to 12", []Argument{{"date", KindDate}}, KindNumber},
	{"area", "The area in square metres, on the ellipsoid; 0 unless it is a polygon", []Argument{{"geometry", KindGeometry}}, KindNumber},
	{"perimeter", "The length of the border in metres, on the ellipsoid; 0 unless it is a polygon", []Argument{{"geometry", KindGeometry}}, KindNumber},
	{"distance", "The shortest distance in metres, on the ellipsoid", []Argument{{"geometry", KindGeometry}, {"other", KindGeometry}}, KindNumber},
	{"centroid", "The centre of mass", []Argument{{"geometry", KindGeometry}}, KindGeometry},
}

// functionOf is nil when there is none of the name.
func functionOf(name string) *Function {
	for i := range Functions {
		if strings.EqualFold(Functions[i].Name, name) {
			return &Functions[i]
		}
	}
	return nil
}
