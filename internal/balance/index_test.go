package balance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// scattered are points of the kinds that go wrong: clustered, the same twice, around the antimeridian and the poles, unknown.
func scattered(n int, seed uint64) []Point {
	draw := rand.New(rand.NewPCG(seed, 0))
	points := make([]Point, n)
	for i := range points {
		a, b := draw.Float64(), draw.Float64()
		switch kind := draw.IntN(12); {
		case kind < 6:
			points[i] = Point{2 + a, 48 + b}
		case kind == 6 && i > 0:
			points[i] = points[draw.IntN(i)]
		case kind == 7:
			points[i] = Point{math.Remainder(180+(a-0.5), 360), -17 + b}
		case kind == 8:
			points[i] = Point{360 * a, 90 - b/10}
		case kind == 9:
			points[i] = Point{360*a - 180, 180*b - 90}
		case kind == 10:
			points[i] = Point{2 + math.Round(20*a)/20, 48 + math.Round(20*b)/20}
		default:
			points[i] = []Point{{math.NaN(), 48}, {2, 91}, {180, 0}, {-180, 0}, {0, 90}, {99, 90}}[draw.IntN(6)]
		}
	}
	return points
}

func TestNearestIsTheNearest(t *testing.T) {
	for _, n := range []int{0, 1, 2, 11, 12, 13, 24, 25, 400, 1500} {
		places, from := scattered(n, 1), scattered(60, uint64(n)+2)
		index := NewIndex(places)
		all, metres := index.NearestOf(from)
		for i, p := range from {
			want, least := -1, math.Inf(1)
			for j, place := range places {
				if d := Distance(p, place); d < least {
					want, least = j, d
				}
			}
			if got, d := index.Nearest(p); got != want || d != least {
				t.Fatalf("%d places, from %v: %d at %v, want %d at %v", n, p, got, d, want, least)
			}
			if int(all[i]) != want || metres[i] != least {
				t.Fatalf("%d places, from %v with others: %d at %v", n, p, all[i], metres[i])
			}
		}
	}
}

func TestWithinHasAllAndNoMore(t *testing.T) {
	for _, n := range []int{0, 1, 13, 700} {
		places, from := scattered(n, 3), scattered(25, uint64(n)+4)
		index := NewIndex(places)
		for _, p := range from {
			for _, metres := range []float64{-1, 0, 3000, 70e3, 2e6, 19.9e6, math.Inf(1), math.NaN()} {
				checkWithin(t, index, p, metres)
			}
		}
	}
}

func checkWithin(t *testing.T, index *Index, p Point, metres float64) {
	t.Helper()
	var got []int
	for place, d := range index.Within(p, metres) {
		got = append(got, place)
		off := precise
		if d > far {
			off = 0
		}
		if exact := Distance(p, index.places[place]); math.Abs(exact-d) > off {
			t.Fatalf("%v to %v: %v, want %v", p, index.places[place], d, exact)
		}
	}
	var want []int
	for j, place := range index.places {
		if Distance(p, place) <= metres {
			want = append(want, j)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%v within %v: %v, want %v", p, metres, got, want)
	}
}

// A threshold that is the very distance of a place has it; the float below has not.
func TestThresholdsAreExactAndInclusive(t *testing.T) {
	places := scattered(300, 5)
	index := NewIndex(places)
	for i, p := range scattered(60, 6) {
		metres := Distance(p, places[i])
		if math.IsNaN(metres) {
			continue
		}
		checkWithin(t, index, p, metres)
		checkWithin(t, index, p, math.Nextafter(metres, 0))
	}
}

// The first row of equal positions wins wherever the tree has put it.
func TestOfPlacesAtOnePositionTheFirst(t *testing.T) {
	places := make([]Point, 1000)
	for i := range places {
		places[i] = Point{2 + float64(i%7)/100, 48}
	}
	index := NewIndex(places)
	for i := range 7 {
		if got, _ := index.Nearest(Point{2 + float64(i)/100, 48.001}); got != i {
			t.Errorf("%d, want %d", got, i)
		}
	}
	if got, metres := index.Nearest(Point{math.NaN(), 0}); got != -1 || !math.IsInf(metres, 1) {
		t.Error(got, metres)
	}
}

// Two places may have their chords in one order and their geodesics in the other: the ellipsoid bends more along meridians.
func TestGeodesicsDecideWhichIsNearest(t *testing.T) {
	from, found := Point{0, 0}, 0
	for i := range 400 {
		north := Point{0, 0.9 + float64(i)*1e-3}
		v, u := inSpace(from, 0), inSpace(north, 0)
		east := Point{math.Sqrt(v.chord2(&u)) / equatorial / degree, 0}
		for range 60 { // to where the geodesic is as long
			east.Lon += (Distance(from, north) - Distance(from, east)) / equatorial / degree
		}
		east.Lon -= 1e-9
		w := inSpace(east, 0)
		if v.chord2(&w) > v.chord2(&u) && Distance(from, north) > Distance(from, east) {
			found++
		}
		if got, _ := NewIndex([]Point{north, east}).Nearest(from); got != 1 {
			t.Fatalf("%v before %v", north, east)
		}
	}
	if found == 0 {
		t.Error("no pair has its chords the other way round: the test shows nothing")
	}
}

func TestOfPlacesAsFarTheFirst(t *testing.T) {
	for _, swapped := range []bool{false, true} {
		places := []Point{{2.1, 0}, {1.9, 0}}
		if swapped {
			slices.Reverse(places)
		}
		for i := range 40 {
			places = append(places, Point{1 + float64(i)/20, 1})
		}
		if d := Distance(Point{2, 0}, places[0]); d != Distance(Point{2, 0}, places[1]) {
			t.Skipf("no tie: %v", d)
		}
		if got, _ := NewIndex(places).Nearest(Point{2, 0}); got != 0 {
			t.Errorf("%d, swapped %v", got, swapped)
		}
	}
}

func TestNearestAmongAntipodes(t *testing.T) {
	draw := rand.New(rand.NewPCG(6, 6))
	for range 300 {
		from := Point{2 + draw.Float64(), 10 * draw.Float64()}
		places := make([]Point, 20)
		for i := range places {
			places[i] = Point{from.Lon + 180 + 3*draw.NormFloat64(), -from.Lat + 3*draw.NormFloat64()}
		}
		want := 0
		for j, p := range places {
			if Distance(from, p) < Distance(from, places[want]) {
				want = j
			}
		}
		if got, _ := NewIndex(places).Nearest(from); got != want {
			t.Fatalf("from %v: %d, want %d", from, got, want)
		}
	}
}
