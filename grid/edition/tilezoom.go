package edition

import (
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/geo/mvt"
)

// simplifier returns what simplifies the borders that tiles of a zoom show. Each is simplified by itself when a tile needs it, and comes out
// the same wherever it is shown (L7), since that depends on nothing but the borders around it.
func (t *tiles) simplifier(z uint8) *mesh.Simplifier {
	return mesh.NewSimplifier(tileTolerance*tileUnits(z), func(box geo.Box, add func(geo.MultiPolygon)) { t.near(z, box, add) })
}

// tileUnits returns how many lattice units of longitude are a tile unit of a zoom.
func tileUnits(z uint8) float64 {
	return 360 * geo.UnitsPerDegree / float64(uint64(1)<<z) / mvt.Extent
}

// near calls add with everything whose borders tiles of a zoom show, or which shares some with that: divisions, grids and void areas.
func (t *tiles) near(z uint8, box geo.Box, add func(geo.MultiPolygon)) {
	c := t.city
	for rank := range c.outlines {
		if o := &c.outlines[rank]; t.shows(z, o) {
			for _, i := range o.overlapping(box) {
				add(o.parts[i])
			}
		}
	}
	if z >= t.least[LayerDedicated] {
		for _, e := range c.editions {
			for _, k := range e.dedicatedIndex.Overlapping(box, nil) {
				add(e.dedicatedParts[k])
			}
		}
	}
	if z < t.least[LayerBase] {
		return
	}
	var buf [16]int32
	for _, county := range c.counties.meeting(box, buf[:0]) {
		e := c.editions[county]
		for _, k := range e.tilingIndex.Overlapping(box, nil) {
			add(e.tiling[k])
		}
	}
}

// shows reports whether a zoom shows the divisions of a level.
func (t *tiles) shows(z uint8, o *outlines) bool {
	return len(o.divisions) > 0 && z >= t.least[LayerDivisions+o.divisions[0].Level]
}

// simplified returns an area as a simplifier leaves it.
func simplified(s *mesh.Simplifier, area geo.MultiPolygon) geo.MultiPolygon {
	vertices := 0
	for _, poly := range area {
		for _, r := range poly {
			vertices += len(r)
		}
	}
	stays := make([]bool, vertices)
	s.Keep(area, func(n int) { stays[n] = true })
	out := make(geo.MultiPolygon, len(area))
	n := 0
	for i, poly := range area {
		out[i] = make(geo.Polygon, len(poly))
		for j, r := range poly {
			for k, v := range r {
				if stays[n+k] {
					out[i][j] = append(out[i][j], v)
				}
			}
			n += len(r)
		}
	}
	return out
}
