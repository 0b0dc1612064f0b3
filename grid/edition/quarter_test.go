package edition_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// The quarter is a county of 4 by 4 cells of some 300 m, at 120° E 31° N. The west half is one community, the east half another; each
// cell is a base grid, but for one void area in the east. A dedicated grid with a host lies in the north-west. Another county of
// one grid lies to the east.
//
//	W7  W8  E7  E8 |
//	W5  W6  E5  E6 | other
//	W3  W4  E3  V  | county
//	W1  W2  E1  E2 |
const (
	cell    = 30_000
	west    = "990101001001"
	east    = "990101001002"
	other   = "990102000000"
	otherCm = "990102001001"
)

// rect is a rectangle in cells.
func rect(x0, y0, x1, y1 float64) geo.MultiPolygon {
	return ring([2]float64{x0, y0}, [2]float64{x1, y0}, [2]float64{x1, y1}, [2]float64{x0, y1})
}

// ring is a polygon with these corners, counter-clockwise, in cells.
func ring(corners ...[2]float64) geo.MultiPolygon {
	return geo.MultiPolygon{{geo.Ring(pathOf(corners...))}}
}

func pathOf(corners ...[2]float64) geo.Line {
	var l geo.Line
	for _, c := range corners {
		l = append(l, geo.Point{X: 1_200_000_000 + int32(c[0]*cell), Y: 310_000_000 + int32(c[1]*cell)})
	}
	return l
}

func w(n int) string { return fmt.Sprintf("%s%03d", west, n) }

func e(n int) string { return fmt.Sprintf("%s%03d", east, n) }

// quarter is a state of the county: what is there by code.
type quarter map[string]*grid.PlanPart

func someGrid(kind, code string, area geo.MultiPolygon) *grid.PlanPart {
	households := 400
	g := &grid.Grid{
		ID: 1, Code: code, Kind: kind, Name: "grid " + code, CommunityCode: code[:12], CountyCode: cty, Boundary: area.Orb(), SourceCRS: "wgs84",
		Households: &households, AreaM2: geo.AreaM2(area),
	}
	if kind == grid.Dedicated {
		g.HostOrg = "host"
	}
	return &grid.PlanPart{Kind: kind, Code: code, Grid: g}
}

func newQuarter() quarter {
	q := quarter{}
	for y := range 4 {
		for x := range 4 {
			area := rect(float64(x), float64(y), float64(x+1), float64(y+1))
			code := w(2*y + x + 1)
			if x > 1 {
				code = e(2*y + x - 1)
			}
			if code == e(4) {
				v := &grid.VoidArea{Code: "V1", CommunityCode: east, CountyCode: cty, Reason: "water", Boundary: area.Orb()}
				q["V1"] = &grid.PlanPart{Kind: grid.Void, Code: "V1", Void: v}
				continue
			}
			q[code] = someGrid(grid.Base, code, area)
		}
	}
	q[w(801)] = someGrid(grid.Dedicated, w(801), rect(0.2, 3.2, 0.8, 3.8))
	return q
}

func (q quarter) parts() []grid.PlanPart {
	var parts []grid.PlanPart
	for _, code := range slices.Sorted(maps.Keys(q)) {
		parts = append(parts, *q[code])
	}
	return parts
}

func (q quarter) area(code string) geo.MultiPolygon {
	m := orb.MultiPolygon(nil)
	if v := q[code].Void; v != nil {
		m = v.Boundary
	} else {
		m = q[code].Grid.Boundary
	}
	area, err := geo.FromOrb(m)
	if err != nil {
		panic(err)
	}
	return area
}

func (q quarter) setArea(code string, area geo.MultiPolygon) {
	p := *q[code]
	if p.Void != nil {
		v := *p.Void
		v.Boundary = area.Orb()
		p.Void = &v
	} else {
		g := *p.Grid
		g.Boundary, g.AreaM2 = area.Orb(), geo.AreaM2(area)
		p.Grid = &g
	}
	q[code] = &p
}

// set gives a part another area, and adds a base or dedicated grid that is not there.
func (q quarter) set(code string, area geo.MultiPolygon) {
	if q[code] == nil {
		kind := grid.Base
		if code[12] >= '8' {
			kind = grid.Dedicated
		}
		q[code] = someGrid(kind, code, area)
		q[code].Grid.ID = 0
	}
	q.setArea(code, area)
}

// edit changes a copy of a grid's attributes.
func (q quarter) edit(code string, f func(g *grid.Grid)) {
	p := *q[code]
	g := *p.Grid
	f(&g)
	p.Grid = &g
	q[code] = &p
}

// node puts every vertex of a tiling part into the edges of the others that it lies on.
func (q quarter) node() {
	var vertices []geo.Point
	for code, p := range q {
		if p.Kind != grid.Dedicated {
			for _, poly := range q.area(code) {
				for _, r := range poly {
					vertices = append(vertices, r...)
				}
			}
		}
	}
	for code, p := range q {
		if p.Kind == grid.Dedicated {
			continue
		}
		area := q.area(code)
		for _, poly := range area {
			for k := range poly {
				poly[k] = nodedRing(poly[k], vertices)
			}
		}
		q.setArea(code, area)
	}
}

func nodedRing(r geo.Ring, vertices []geo.Point) geo.Ring {
	var out geo.Ring
	for i, a := range r {
		b := r[(i+1)%len(r)]
		on := []geo.Point{a}
		for _, v := range vertices {
			if v != a && v != b && geo.OnSegment(v, a, b) {
				on = append(on, v)
			}
		}
		slices.SortFunc(on, func(p, q geo.Point) int {
			d := func(p geo.Point) int64 { return abs(int64(p.X)-int64(a.X)) + abs(int64(p.Y)-int64(a.Y)) }
			return int(d(p) - d(q))
		})
		out = append(out, slices.Compact(on)...)
	}
	return out
}

func abs(v int64) int64 { return max(v, -v) }

func quarterCity(t testing.TB, q quarter, set func(s *grid.Settings)) *edition.City {
	t.Helper()
	county, neighbour := rect(0, 0, 4, 4).Orb(), rect(4, 0, 5, 4).Orb()
	noded := func(x0, x1 float64) orb.MultiPolygon { // with a vertex at each cell
		var corners [][2]float64
		for i := 0.0; i < 4; i++ {
			corners = append(corners, [2]float64{x1, i})
		}
		for x := x1; x > x0; x-- {
			corners = append(corners, [2]float64{x, 4})
		}
		for i := 4.0; i > 0; i-- {
			corners = append(corners, [2]float64{x0, i})
		}
		for x := x0; x < x1; x++ {
			corners = append(corners, [2]float64{x, 0})
		}
		return ring(corners...).Orb()
	}
	divisions := []grid.Division{
		division("990100000000", grid.LevelCity, "", "", rect(0, 0, 5, 4).Orb()),
		division(cty, grid.LevelCounty, "990100000000", cty, county),
		division("990101001000", grid.LevelStreet, cty, cty, county),
		division(west, grid.LevelCommunity, "990101001000", cty, noded(0, 2)),
		division(east, grid.LevelCommunity, "990101001000", cty, noded(2, 4)),
		division(other, grid.LevelCounty, "990100000000", other, neighbour),
		division("990102001000", grid.LevelStreet, other, other, neighbour),
		division(otherCm, grid.LevelCommunity, "990102001000", other, neighbour),
	}
	contents := contentsOf(q.parts())
	contents.Info.Proven = true
	first, err := edition.New(contents)
	if err != nil {
		t.Fatal(err)
	}
	g := someGrid(grid.Base, otherCm+"001", rect(4, 0, 5, 4)).Grid
	g.CountyCode = other
	second, err := edition.New(edition.Contents{Info: grid.EditionInfo{CountyCode: other, Number: 1, Proven: true}, Base: []grid.Grid{*g}})
	if err != nil {
		t.Fatal(err)
	}
	settings := grid.DefaultSettings()
	if set != nil {
		set(&settings)
	}
	c, err := edition.NewCity(divisions, []*edition.Edition{first, second}, settings)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reference is one that finds nothing: everybody has posts, and the host is known.
func reference(q quarter) edition.Reference {
	ref := edition.Reference{PlanKind: grid.AdjustmentPlan, Posts: map[string]int{}, Organizations: map[string]bool{"host": true}}
	for code := range q {
		ref.Posts[code] = 1
	}
	return ref
}
