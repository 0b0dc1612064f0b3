package synth

import (
	"fmt"
	"math"

	"github.com/wangge/wangge/grid"
)

// service is a department's own division of the city, which follows streets but not grids.
type service struct {
	code, kind, department, name, unit string
	grids                              int // base grids to a unit, about
	water                              bool
}

var services = []service{
	{"JW", "police", "public_security", "警务网", "派出所辖区", 22, true},
	{"CG", "urban_management", "urban_management", "城管网", "城管责任区", 9, false},
	{"XF", "fire", "fire_rescue", "消防网", "消防站辖区", 70, false},
}

func (c *City) networks(yield func(grid.Record) bool) {
	for _, s := range services {
		if !yield(record(nil, map[string]any{
			"code": s.code, "name": c.Name() + s.name, "kind": s.kind, "owner_org_code": departmentCode(CityCode, s.department), "has_full_cover": s.water,
		})) {
			return
		}
	}
}

func (c *City) serviceUnits(yield func(grid.Record) bool) {
	for i, s := range services {
		unit, units := c.unitOf(i, s)
		for k := range int32(units.len()) {
			faces := units.of(k)
			if len(faces) == 0 {
				continue
			}
			shape := c.outline(faces, func(f int32) bool { return unit[f] == k })
			county := c.countyOf(c.communityOf(faces[0]))
			org := departmentCode(county.code, s.department)
			if !yield(record(area(shape), map[string]any{
				"network_code": s.code, "external_code": fmt.Sprintf("%s%05d", s.code, k+1), "name": word(commonWords, c.seed^mix(uint64(i)), int(k)) + s.unit,
				"org_code": org, "phone": phone(80_000_000 + uint64(i)*1_000_000 + uint64(k)),
			})) {
				return
			}
		}
	}
}

// unitOf gives every block to the nearest of the unit's stations.
func (c *City) unitOf(i int, s service) ([]int32, spans) {
	r := random(c.seed, streamUnits, i)
	n := max(2, len(c.community)/s.grids)
	var stations []vec
	for range n {
		stations = append(stations, c.centroid[pick(r, c.faces.items)])
	}
	near := newNearest(stations, c.radius/math.Sqrt(float64(n)))
	unit := make([]int32, len(c.first))
	for f := range unit {
		unit[f] = -1
		if s.water || c.grounds[f] == land {
			unit[f] = near.to(c.centroid[f])
		}
	}
	return unit, gather(unit, n)
}

func (s spans) len() int { return len(s.start) - 1 }

// nearest finds the nearest of some points.
type nearest struct {
	points []vec
	cellM  float64
	cells  map[[2]int][]int32
	far    int // cells from the middle to the outermost points, at most
}

func newNearest(points []vec, cellM float64) *nearest {
	n := &nearest{points: points, cellM: cellM, cells: map[[2]int][]int32{}}
	for i, p := range points {
		k := n.cell(p)
		n.cells[k] = append(n.cells[k], int32(i))
		n.far = max(n.far, k[0], -k[0], k[1], -k[1])
	}
	return n
}

func (n *nearest) cell(p vec) [2]int {
	return [2]int{int(math.Floor(p.x / n.cellM)), int(math.Floor(p.y / n.cellM))}
}

// to returns the number of the point nearest to p, looking in wider and wider squares around it.
func (n *nearest) to(p vec) int32 {
	at := n.cell(p)
	best, least := int32(-1), math.Inf(1)
	limit := 2*n.far + max(at[0], -at[0], at[1], -at[1]) + 1
	for ring := 0; ring <= limit && float64(ring-1)*n.cellM < least; ring++ {
		for i := -ring; i <= ring; i++ {
			for j := -ring; j <= ring; j++ {
				if max(i, -i, j, -j) != ring {
					continue
				}
				for _, k := range n.cells[[2]int{at[0] + i, at[1] + j}] {
					if d := n.points[k].dist(p); d < least || d == least && k < best {
						best, least = k, d
					}
				}
			}
		}
	}
	return best
}
