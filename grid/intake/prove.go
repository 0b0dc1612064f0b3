package intake

import (
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/store"
)

// prove returns the faults of an edition as a tiling of its county's communities.
func (t *tree) prove(e store.NewEdition) ([]grid.EditionFault, error) {
	made, err := edition.New(edition.Contents{
		Info: grid.EditionInfo{CountyCode: e.CountyCode, Number: 1}, Base: e.Base, Dedicated: e.Dedicated, Voids: e.Voids,
	})
	if err != nil {
		return nil, err
	}
	var communities []edition.Outline
	for _, n := range t.communities(e.CountyCode) {
		communities = append(communities, edition.Outline{Code: n.Code, Area: n.area})
	}
	return made.Faults(communities), nil
}

// settle gives communities that were made for a missing level the union of their grids and void areas as outline, where
// that differs from the parent's by less than the tolerances: there is no outline of their own to be kept, and rounding to
// the lattice moves lines that two layers drew with different vertices.
func (t *tree) settle(parts []*part, s grid.Settings) error {
	byCommunity := map[string][]*part{}
	for _, p := range parts {
		if p.grid == nil || p.grid.Kind == grid.Base {
			byCommunity[p.community()] = append(byCommunity[p.community()], p)
		}
	}
	for _, n := range t.derived {
		within := areas(byCommunity[n.Code])
		if len(within) == 0 || !negligible(mesh.Check(within, n.area), s) {
			continue
		}
		m, err := mesh.Build(within)
		if err != nil {
			return err
		}
		union := m.Dissolve(make([]int32, len(within)), 1)[0]
		if geo.Check(union) != nil {
			continue
		}
		n.setArea(union)
	}
	return nil
}

// negligible reports whether all faults are gaps to the outline, or places beyond it, below both tolerances (BR-02).
func negligible(faults []mesh.Fault, s grid.Settings) bool {
	for _, f := range faults {
		if f.Kind == mesh.Overlap || f.Kind == mesh.Tangle || f.AreaM2 >= s.QCAreaM2 || f.WidthM >= s.QCWidthM {
			return false
		}
	}
	return true
}

func areas(parts []*part) []geo.MultiPolygon {
	out := make([]geo.MultiPolygon, len(parts))
	for i, p := range parts {
		out[i] = p.area
	}
	return out
}
