package edition

import (
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// Editions are held for long, and by the hundred: what New makes of rows that came one by one lies together, which takes less memory
// and gives the collector less to look at.

// packAreas replaces the areas by equal ones in one piece of memory. What they were stays as it was.
func packAreas[T any](all []placed[T]) {
	n := 0
	for _, p := range all {
		for _, poly := range p.area {
			for _, r := range poly {
				n += len(r)
			}
		}
	}
	vertices := make([]geo.Point, 0, n)
	for k, p := range all {
		packed := make(geo.MultiPolygon, len(p.area))
		for i, poly := range p.area {
			packed[i] = make(geo.Polygon, len(poly))
			for j, r := range poly {
				from := len(vertices)
				vertices = append(vertices, r...)
				packed[i][j] = vertices[from:len(vertices):len(vertices)]
			}
		}
		all[k].area = packed
	}
}

// pack moves the boundaries of all grids and void areas into one piece of memory, and lets grids share the codes and words that many
// of them have.
func (e *Edition) pack() {
	var boundaries []*orb.MultiPolygon
	words := map[string]string{}
	share := func(s *string) {
		if word, ok := words[*s]; ok {
			*s = word
		} else {
			words[*s] = *s
		}
	}
	for _, grids := range [][]grid.Grid{e.base, e.dedicated} {
		for i := range grids {
			g := &grids[i]
			boundaries = append(boundaries, &g.Boundary)
			for _, s := range []*string{&g.Kind, &g.CommunityCode, &g.CountyCode, &g.DedicatedKind, &g.HostOrg, &g.SupervisingOrg, &g.SourceCRS} {
				share(s)
			}
		}
	}
	for i := range e.voids {
		v := &e.voids[i]
		boundaries = append(boundaries, &v.Boundary)
		for _, s := range []*string{&v.CommunityCode, &v.CountyCode, &v.Reason} {
			share(s)
		}
	}
	packBoundaries(boundaries)
}

// packBoundaries replaces boundaries by equal ones in one piece of memory. What they were stays as it was.
func packBoundaries(all []*orb.MultiPolygon) {
	n := 0
	for _, m := range all {
		for _, poly := range *m {
			for _, r := range poly {
				n += len(r)
			}
		}
	}
	positions := make([]orb.Point, 0, n)
	for _, m := range all {
		packed := make(orb.MultiPolygon, len(*m))
		for i, poly := range *m {
			packed[i] = make(orb.Polygon, len(poly))
			for j, r := range poly {
				from := len(positions)
				positions = append(positions, r...)
				packed[i][j] = positions[from:len(positions):len(positions)]
			}
		}
		*m = packed
	}
}
