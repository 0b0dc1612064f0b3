package intake

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// maxRingWork bounds the search for the rings that holes lie in: so many edges are looked at for one shape.
const maxRingWork = 50_000_000

// areaOf makes an area of the rings of a shapefile, in which outer rings run clockwise and holes the other way, in any order. A hole
// belongs to the smallest outer ring around it; one that lies in none is an outer ring itself. The fault is one of the row.
func areaOf(rings [][]orb.Point) (orb.Geometry, error) {
	var outers []ring
	var holes []orb.Ring
	for _, points := range rings {
		r := ring{Ring: orb.Ring(points), box: orb.Ring(points).Bound(), area: shoelace(points)}
		if r.area > 0 {
			holes = append(holes, r.Ring)
			continue
		}
		r.area = -r.area
		outers = append(outers, r)
	}
	slices.SortStableFunc(outers, func(a, b ring) int { return cmp.Compare(a.area, b.area) })
	area := make(orb.MultiPolygon, len(outers))
	for i := range outers {
		area[i] = orb.Polygon{outers[i].Ring}
	}
	work := 0
	for _, hole := range holes {
		in := -1
		for i := range outers {
			if work++; outers[i].box.Contains(hole[0]) {
				if work += len(outers[i].Ring); outers[i].surrounds(hole, &work) {
					in = i
					break
				}
			}
			if work > maxRingWork {
				return nil, rowFaultf("shp", "the shape has too many rings to be put in order")
			}
		}
		if in < 0 {
			area = append(area, orb.Polygon{hole})
			continue
		}
		area[in] = append(area[in], hole)
	}
	return area, nil
}

type ring struct {
	orb.Ring
	box  orb.Bound
	area float64
}

// shoelace returns twice the area, positive for one that runs against the clock. Differences to the first point keep its digits.
func shoelace(ps []orb.Point) (sum float64) {
	for i := 1; i+1 < len(ps); i++ {
		a, b := ps[i], ps[i+1]
		sum += (a[0]-ps[0][0])*(b[1]-ps[0][1]) - (b[0]-ps[0][0])*(a[1]-ps[0][1])
	}
	return sum
}

// surrounds reports whether a ring lies in r, by its first point that is not on r's border.
func (r *ring) surrounds(hole orb.Ring, work *int) bool {
	for _, p := range hole {
		inside, border := false, false
		for i := range r.Ring {
			a, b := r.Ring[i], r.Ring[(i+1)%len(r.Ring)]
			turn := (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0])
			if turn == 0 && min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= p[1] && p[1] <= max(a[1], b[1]) {
				border = true
				break
			}
			if (a[1] > p[1]) != (b[1] > p[1]) && (turn > 0) == (b[1] > a[1]) {
				inside = !inside
			}
		}
		if !border {
			return inside
		}
		if *work += len(r.Ring); *work > maxRingWork {
			return false
		}
	}
	return true // it touches the border with every corner
}
