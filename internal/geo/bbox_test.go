package geo_test

import (
	"encoding/json"
	"slices"
	"testing"

	"maille/internal/fault"
	"maille/internal/geo"
)

func TestParseBBox(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want geo.BBox
	}{
		{"four numbers", "1.9,48.2,2.6,48.8", geo.BBox{West: 1.9, South: 48.2, East: 2.6, North: 48.8}},
		{"six numbers, heights ignored", "1.9,48.2,100,2.6,48.8,-5", geo.BBox{West: 1.9, South: 48.2, East: 2.6, North: 48.8}},
		{"across the antimeridian", "177,-20,-178,-15", geo.BBox{West: 177, South: -20, East: -178, North: -15}},
		{"spaces around numbers", " 1 , 2 ,3, 4 ", geo.BBox{West: 1, South: 2, East: 3, North: 4}},
		{"a point", "2,48,2,48", geo.BBox{West: 2, South: 48, East: 2, North: 48}},
		{"exponents and signs", "+1e0,-2E1,3,4", geo.BBox{West: 1, South: -20, East: 3, North: 4}},
		{"beyond the globe, as viewers ask", "-200,-100,200,100", geo.BBox{West: -200, South: -100, East: 200, North: 100}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := geo.ParseBBox(c.text)
			if err != nil || got != c.want {
				t.Errorf("ParseBBox(%q) = %v (%v), want %v", c.text, got, err, c.want)
			}
		})
	}
}

func TestParseBBoxRefuses(t *testing.T) {
	const form = " (west,south,east,north in degrees)"
	for _, c := range []struct{ name, text, message string }{
		{"nothing", "", "bbox: it needs 4 or 6 numbers" + form},
		{"three numbers", "1,2,3", "bbox: it needs 4 or 6 numbers" + form},
		{"five numbers", "1,2,3,4,5", "bbox: it needs 4 or 6 numbers" + form},
		{"eight numbers", "1,2,3,4,5,6,7,8", "bbox: it needs 4 or 6 numbers" + form},
		{"a comma too many", "1,2,,4", `bbox: "" is not a number` + form},
		{"a word", "1,2,trois,4", `bbox: "trois" is not a number` + form},
		{"NaN", "1,2,NaN,4", `bbox: "NaN" is not a number` + form},
		{"an infinity", "1,2,3,+Inf", `bbox: "+Inf" is not a number` + form},
		{"a number that overflows", "1,2,3,1e309", `bbox: "1e309" is not a number` + form},
		{"hexadecimal", "0x1p4,2,30,4", `bbox: "0x1p4" is not a number` + form},
		{"a height that is no number", "1,2,bas,3,4,haut", `bbox: "bas" is not a number` + form},
		{"south above north", "1,4,3,2", "bbox: south is above north" + form},
		{"latitudes first, in six numbers", "1,4,0,3,2,0", "bbox: south is above north" + form},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := geo.ParseBBox(c.text)
			if fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "bbox" || fault.Message(err) != c.message {
				t.Errorf("ParseBBox(%q) = %v, %q: %s", c.text, got, fault.Subject(err), fault.Message(err))
			}
		})
	}
}

func TestBBoxText(t *testing.T) {
	for text, want := range map[string]string{
		"1.90,48.2, 2.6,48.8":        "1.9,48.2,2.6,48.8",
		"1,2,3,4,5,6":                "1,2,4,5",
		"-0,-0.0,1e3,1e3":            "0,0,1000,1000",
		"0.0000001,-1e-7,180,90":     "0.0000001,-0.0000001,180,90",
		"177,-20,-178,-15":           "177,-20,-178,-15",
		"2.0000000000000004,0,3,1e0": "2.0000000000000004,0,3,1",
	} {
		b, err := geo.ParseBBox(text)
		if err != nil || b.String() != want {
			t.Errorf("ParseBBox(%q) is written %q (%v), want %q", text, b, err, want)
		}
	}
}

func TestParts(t *testing.T) {
	whole := geo.BBox{West: -10, South: 1, East: 20, North: 2}
	if got := whole.Parts(); !slices.Equal(got, []geo.BBox{whole}) {
		t.Errorf("a box that does not cross the antimeridian is in parts: %v", got)
	}
	crossing := geo.BBox{West: 177, South: -20, East: -178, North: -15}
	want := []geo.BBox{{West: 177, South: -20, East: 180, North: -15}, {West: -180, South: -20, East: -178, North: -15}}
	if got := crossing.Parts(); !slices.Equal(got, want) {
		t.Errorf("parts = %v, want %v", got, want)
	}
}

// FuzzParseBBox: what is taken is written in one form, which reads back as the same box.
func FuzzParseBBox(f *testing.F) {
	for _, text := range []string{"1,2,3,4", "1,2,3,4,5,6", "177,-20,-178,-15", "-0,0,1e300,5e-324", " 1,+2,3.,.4", "0x1p4,_,,"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := geo.ParseBBox(text)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("ParseBBox(%q): %v", text, err)
			}
			return
		}
		if again, err := geo.ParseBBox(b.String()); err != nil || again != b || again.String() != b.String() {
			t.Fatalf("ParseBBox(%q) = %s, which reads back as %s (%v)", text, b, again, err)
		}
		if b.South > b.North {
			t.Fatalf("ParseBBox(%q) = %s", text, b)
		}
		for _, part := range b.Parts() {
			if part.South != b.South || part.North != b.North {
				t.Fatalf("a part of %s is %s", b, part)
			}
		}
	})
}

func TestBBoxJSON(t *testing.T) {
	box := geo.BBox{West: 1.9145, South: 48.2846, East: 2.5852, North: 48.7761}
	text, err := json.Marshal(&box)
	if err != nil || string(text) != "[1.9145,48.2846,2.5852,48.7761]" {
		t.Errorf("written as %s, %v", text, err)
	}
	var read geo.BBox
	if err := json.Unmarshal(text, &read); err != nil || read != box {
		t.Errorf("read as %v, %v", read, err)
	}
	if err := json.Unmarshal([]byte(`{"West":1}`), &read); err == nil {
		t.Error("an object is read as a box")
	}
}

func TestParseBBoxIn(t *testing.T) {
	latFirst, metres := geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/4326"), geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/2154")
	for _, c := range []struct {
		because, text string
		crs           *geo.OGCCRS
		want          geo.BBox
	}{
		{"latitudes first", "48.2,1.9,48.8,2.6", latFirst, geo.BBox{West: 1.9, South: 48.2, East: 2.6, North: 48.8}},
		{"latitudes first, with heights", "48.2,1.9,0,48.8,2.6,9", latFirst, geo.BBox{West: 1.9, South: 48.2, East: 2.6, North: 48.8}},
		{"latitudes first, across the antimeridian", "-20,177,-15,-178", latFirst, geo.BBox{West: 177, South: -20, East: -178, North: -15}},
		{"metres", "600000,6800000,700000,6900000", metres, geo.BBox{West: 600000, South: 6800000, East: 700000, North: 6900000}},
	} {
		if got, err := geo.ParseBBoxIn(c.text, c.crs); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", c.because, got, err)
		}
	}
	for _, c := range []struct {
		text    string
		crs     *geo.OGCCRS
		message string
	}{
		{"48.8,1.9,48.2,2.6", latFirst, "bbox: south is above north (south,west,north,east in degrees, as bbox-crs has them)"},
		{"700000,6800000,600000,6900000", metres, "bbox: west is east of east (west,south,east,north in metres, as bbox-crs has them)"},
	} {
		if _, err := geo.ParseBBoxIn(c.text, c.crs); err == nil || fault.Message(err) != c.message {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}
