package cql2

import "github.com/paulmach/orb"

// geometry reads a GeoJSON geometry (RFC 7946 §3.1). Heights are dropped, as in well-known text.
func (v *value) geometry(tag *value) (Expr, error) {
	shape, err := v.shape(tag)
	if err != nil {
		return nil, err
	}
	return Geometry{v.at, shape}, nil
}

func (v *value) shape(tag *value) (orb.Geometry, error) {
	if err := tag.mustBe(jsonString, "type"); err != nil {
		return nil, err
	}
	if tag.text == "GeometryCollection" {
		return v.collection()
	}
	if err := v.only("type", "coordinates", "bbox"); err != nil {
		return nil, err
	}
	c := v.member("coordinates")
	if c == nil {
		return nil, wrong(v.at, "coordinates is missing")
	}
	switch tag.text {
	case "Point":
		if c.kind == jsonArray && len(c.items) == 0 {
			return orb.MultiPoint{}, nil
		}
		return c.position()
	case "LineString":
		return c.line()
	case "Polygon":
		return c.polygon()
	case "MultiPoint":
		return partsOf[orb.MultiPoint](c, (*value).position)
	case "MultiLineString":
		return partsOf[orb.MultiLineString](c, (*value).line)
	case "MultiPolygon":
		return partsOf[orb.MultiPolygon](c, (*value).polygon)
	}
	return nil, wrong(tag.at, "%s is no type of GeoJSON's geometries", quote(tag.text))
}

func (v *value) collection() (orb.Geometry, error) {
	if err := v.only("type", "geometries", "bbox"); err != nil {
		return nil, err
	}
	members := v.member("geometries")
	if members == nil {
		return nil, wrong(v.at, "geometries is missing")
	}
	return partsOf[orb.Collection](members, (*value).shapeOfCollection)
}

func (v *value) shapeOfCollection() (orb.Geometry, error) {
	tag := v.member("type")
	if tag == nil || tag.text == "GeometryCollection" {
		return nil, wrong(v.at, "a collection has geometries that are no collections")
	}
	return v.shape(tag)
}

func partsOf[S ~[]G, G any](v *value, one func(*value) (G, error)) (S, error) {
	if err := v.mustBe(jsonArray, "what a geometry is made of"); err != nil {
		return nil, err
	}
	all := make(S, len(v.items))
	for i := range v.items {
		part, err := one(&v.items[i])
		if err != nil {
			return nil, err
		}
		all[i] = part
	}
	return all, nil
}

func (v *value) line() (orb.LineString, error) {
	line, err := partsOf[orb.LineString](v, (*value).position)
	if err == nil {
		err = wrongLine(v.at, line)
	}
	return line, err
}

func (v *value) polygon() (orb.Polygon, error) { return partsOf[orb.Polygon](v, (*value).ring) }

func (v *value) ring() (orb.Ring, error) {
	ring, err := partsOf[orb.Ring](v, (*value).position)
	if err == nil {
		err = wrongRing(v.at, ring)
	}
	return ring, err
}

func (v *value) position() (point orb.Point, err error) {
	if v.kind != jsonArray || len(v.items) < 2 || len(v.items) > 4 {
		return point, wrong(v.at, "a position is an array of two to four numbers")
	}
	for i := range v.items {
		c, err := v.items[i].coordinate()
		if err != nil {
			return point, err
		}
		if i < 2 {
			point[i] = c
		}
	}
	return point, nil
}

func (v *value) coordinate() (float64, error) {
	if err := v.mustBe(jsonNumber, "a coordinate"); err != nil {
		return 0, err
	}
	e, err := newNumber(v.at, v.text)
	if err != nil {
		return 0, err
	}
	return coordinate(e.(Number))
}

func (v *value) bbox(of *value) (Expr, error) {
	if err := v.only("bbox"); err != nil {
		return nil, err
	}
	if err := of.mustBe(jsonArray, "a bounding box"); err != nil {
		return nil, err
	}
	box := BBox{at: v.at}
	for i := range of.items {
		c, err := of.items[i].coordinate()
		if err != nil {
			return nil, err
		}
		box.Value = append(box.Value, c)
	}
	return box, wrongBBox(box)
}
