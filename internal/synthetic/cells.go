package synthetic

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"maille/internal/fault"
	"maille/internal/geo"
)

// Cells describes a file of inhabited cells of 200 m in the layout of Insee's grid (Filosofi 2021, CSV): the same description and
// the same communes give the same bytes, whatever the order of the communes.
type Cells struct {
	Seed   uint64
	People int64 // to a cell, about; 30 unless said
	Most   int64 // cells of a commune; 0 for any
	System int   // whose cells are written: 3035 of the mainland and Corsica, 5490 of Martinique, 2975 of La Réunion
}

// Cell is one of them.
type Cell struct {
	Code     string // CRS3035RES200mN2831200E3755200
	Lon, Lat float64
	Communes []string // those that have people in it
	Halves   int64    // people, twice: a child whose parents parted counts for a half in each home
}

const (
	cellSide   = 200
	cellHeader = "idcar_200m,idcar_1km,idcar_nat,i_est_200,i_est_1km,lcog_geo,ind,men,men_pauv,men_1ind,men_5ind,men_prop,men_fmp,ind_snv,men_surf," +
		"men_coll,men_mais,log_av45,log_45_70,log_70_90,log_ap90,log_inc,log_soc,ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_18_24,ind_25_39,ind_40_54," +
		"ind_55_64,ind_65_79,ind_80p,ind_inc\n"
)

// Of gives the cells of communes, by their code. All the people of each are in its cells, and none outside of its box.
func (o Cells) Of(ctx context.Context, communes []Commune) (cells []Cell, err error) {
	defer fault.Wrap(&err, "synthetic.Cells")
	system, ok := geo.OfEPSG(o.System)
	if !ok || system.Degrees() {
		return nil, fault.New(fault.Invalid, "EPSG:%d is the system of no grid", o.System)
	}
	g := &settling{Cells: o, system: system, found: map[[2]int]*Cell{}}
	for _, c := range slices.SortedFunc(slices.Values(communes), func(a, b Commune) int { return strings.Compare(a.Code, b.Code) }) {
		if g.systemOf(c.Code) != o.System {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := g.settle(&c); err != nil {
			return nil, err
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(g.found), func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }) {
		cells = append(cells, *g.found[at])
	}
	return cells, nil
}

// Write streams the file.
func (o Cells) Write(ctx context.Context, w io.Writer, communes []Commune) error {
	cells, err := o.Of(ctx, communes)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	out.WriteString(cellHeader)
	var line []byte
	for i := range cells {
		line = cells[i].appendLine(line[:0])
		out.Write(line)
	}
	return out.Flush()
}

// settling puts people in cells.
type settling struct {
	Cells
	system *geo.CRS
	found  map[[2]int]*Cell // by north and east of the corner
}

// systemOf is that of a commune's grid; 0 where Insee has none.
func (g *settling) systemOf(code string) int {
	switch code[:3] {
	case "972":
		return 5490
	case "974":
		return 2975
	case "970", "971", "973", "975", "976", "977", "978", "984", "986", "987", "988", "989":
		return 0
	}
	return 3035
}

// settle draws points in a commune and shares its people among their cells.
func (g *settling) settle(c *Commune) error {
	wanted := 1 + c.Population/cmp.Or(g.People, 30)
	if g.Most > 0 {
		wanted = min(wanted, g.Most)
	}
	draw := &premises{random: rand.NewPCG(g.Seed, seedOf(c.Code))}
	p := newPlace(*c, 0)
	left := 2 * c.Population
	for i := range wanted {
		lon, lat, err := draw.point(&p)
		if err != nil {
			return err
		}
		halves := left
		if i < wanted-1 { // between a half and three halves of an even share of what is left
			even := left / (wanted - i)
			halves = min(left, even/2+int64(draw.random.Uint64()%uint64(even+1)))
		}
		left -= halves
		g.put(c.Code, lon, lat, halves)
	}
	return nil
}

func seedOf(code string) uint64 {
	n, _ := strconv.ParseUint(code, 36, 64) // two letters of Corsica, or none
	return n
}

func (g *settling) put(commune string, lon, lat float64, halves int64) {
	x, y := project(g.system, lon, lat)
	at := [2]int{int(math.Floor(y/cellSide)) * cellSide, int(math.Floor(x/cellSide)) * cellSide}
	cell := g.found[at]
	if cell == nil {
		cell = &Cell{Code: "CRS" + strconv.Itoa(g.System) + "RES200mN" + strconv.Itoa(at[0]) + "E" + strconv.Itoa(at[1])}
		cell.Lon, cell.Lat = g.system.LonLat(float64(at[1])+cellSide/2, float64(at[0])+cellSide/2)
		g.found[at] = cell
	}
	if !slices.Contains(cell.Communes, commune) {
		cell.Communes = append(cell.Communes, commune)
	}
	cell.Halves += halves
}

// project inverts LonLat by steps along meridians and parallels; each leaves less than a fifth of the distance.
func project(system *geo.CRS, lon, lat float64) (x, y float64) {
	const metres = orb.EarthRadius * math.Pi / 180
	x, y = 500_000, 2_000_000
	for range 60 {
		atLon, atLat := system.LonLat(x, y)
		dx, dy := (lon-atLon)*metres*math.Cos(lat*math.Pi/180), (lat-atLat)*metres
		x, y = x+dx, y+dy
		if math.Hypot(dx, dy) < 1e-3 {
			break
		}
	}
	return x, y
}

// appendLine writes the cell as the real file's lines are. Fewer than eleven households are marked as imputed; what nobody reads
// here is zero.
func (c *Cell) appendLine(b []byte) []byte {
	households := (c.Halves + 4) / 5 // of two people and a half
	imputed := byte('0')
	if households < 11 {
		imputed = '1'
	}
	b = append(append(b, c.Code...), ",,,"...)
	b = append(b, imputed, ',', '0', ',')
	for _, commune := range c.Communes {
		b = append(b, commune...)
	}
	b = strconv.AppendFloat(append(b, ','), float64(c.Halves)/2, 'f', -1, 64)
	b = strconv.AppendInt(append(b, ','), households, 10)
	return append(append(b, strings.Repeat(",0", strings.Count(cellHeader, ",")-7)...), '\n')
}
