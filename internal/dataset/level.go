package dataset

// mostLevels bounds how many times the polygons of a version are kept.
const mostLevels = 8

// Levels are the tolerances, in degrees and rising, at which generalised geometries are kept beside a version.
func (d *Dataset) Levels() []float64 {
	if g := d.Publication.Geometry; g != nil {
		return g.Generalise
	}
	return nil
}

// Level is the largest of Levels that is not above an offset; 0, the geometry itself, when there is none.
func (d *Dataset) Level(offset float64) (level float64) {
	for _, l := range d.Levels() {
		if l <= offset {
			level = l
		}
	}
	return level
}

func rising(levels []float64) bool {
	last := 0.0
	for _, l := range levels {
		if !(l > last && l <= 1) {
			return false
		}
		last = l
	}
	return len(levels) <= mostLevels
}
