package cql2

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/paulmach/orb"
)

// AppendJSON prints a tree that was read as CQL2 JSON, in one form for one tree.
func AppendJSON(dst []byte, e Expr) []byte {
	switch e := e.(type) {
	case Call:
		dst = appendString(append(dst, `{"op":`...), e.Op)
		return append(appendArray(append(dst, `,"args":`...), e.Args, AppendJSON), '}')
	case Property:
		return append(appendString(append(dst, `{"property":`...), e.Name), '}')
	case Text:
		return appendString(dst, e.Value)
	case Number:
		return append(dst, e.Text...)
	case Boolean:
		return strconv.AppendBool(dst, e.Value)
	case Date:
		return append(appendJSONEnd(append(dst, `{"date":`...), e), '}')
	case Timestamp:
		return append(appendJSONEnd(append(dst, `{"timestamp":`...), e), '}')
	case Interval:
		dst = appendArray(append(dst, `{"interval":`...), []Expr{e.From, e.To}, appendJSONEnd)
		return append(dst, '}')
	case Geometry:
		return appendGeoJSON(dst, e.Value)
	case BBox:
		return append(appendFloats(append(dst, `{"bbox":[`...), e.Value, ","), "]}"...)
	case Array:
		return appendArray(dst, e.Items, AppendJSON)
	}
	return dst
}

func appendJSONEnd(dst []byte, e Expr) []byte {
	switch e := e.(type) {
	case nil:
		return append(dst, `".."`...)
	case Date:
		return append(e.Value.AppendFormat(append(dst, '"'), time.DateOnly), '"')
	case Timestamp:
		return append(e.Value.AppendFormat(append(dst, '"'), time.RFC3339Nano), '"')
	}
	return AppendJSON(dst, e)
}

func appendString(dst []byte, s string) []byte {
	quoted := bytes.NewBuffer(dst)
	e := json.NewEncoder(quoted)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // into memory, which never fails
	return bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))
}

func appendArray[S ~[]G, G any](dst []byte, items S, one func([]byte, G) []byte) []byte {
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = one(dst, item)
	}
	return append(dst, ']')
}

func appendGeoJSON(dst []byte, g orb.Geometry) []byte {
	dst = append(dst, `{"type":"`...)
	dst = append(dst, g.GeoJSONType()...)
	if c, ok := g.(orb.Collection); ok {
		return append(appendArray(append(dst, `","geometries":`...), c, appendGeoJSON), '}')
	}
	return append(appendCoordinates(append(dst, `","coordinates":`...), g), '}')
}

func appendCoordinates(dst []byte, g orb.Geometry) []byte {
	switch g := g.(type) {
	case orb.Point:
		return appendPair(dst, g)
	case orb.MultiPoint:
		return appendArray(dst, g, appendPair)
	case orb.LineString:
		return appendArray(dst, g, appendPair)
	case orb.Ring:
		return appendArray(dst, g, appendPair)
	case orb.MultiLineString:
		return appendArray(dst, g, appendPart[orb.LineString])
	case orb.Polygon:
		return appendArray(dst, g, appendPart[orb.Ring])
	case orb.MultiPolygon:
		return appendArray(dst, g, appendPart[orb.Polygon])
	}
	return dst
}

func appendPart[G orb.Geometry](dst []byte, g G) []byte { return appendCoordinates(dst, g) }

func appendPair(dst []byte, p orb.Point) []byte {
	return append(appendFloats(append(dst, '['), p[:], ","), ']')
}
