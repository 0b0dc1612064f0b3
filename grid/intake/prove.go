package intake

import (
	"cmp"
	"runtime"
	"slices"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// prove returns where the parts of a county do not tile its communities (L1), where borders between communities do not
// match, and where dedicated grids overlap (BR-12). None means that the county is proven.
func (t *tree) prove(county string, parts []*part) []grid.EditionFault {
	byCommunity := map[string][]*part{}
	var tiling, dedicated []*part
	for _, p := range parts {
		if p.grid != nil && p.grid.Kind == grid.Dedicated {
			dedicated = append(dedicated, p)
			continue
		}
		tiling = append(tiling, p)
		byCommunity[p.community()] = append(byCommunity[p.community()], p)
	}
	var faults []grid.EditionFault
	for i, found := range t.proveCommunities(county, byCommunity) {
		n := t.byLevel[3][i]
		for _, f := range found {
			faults = append(faults, editionFault(f, n.Code, byCommunity[n.Code]))
		}
	}
	for _, f := range mesh.CheckLayer(areas(tiling)) {
		if f.Kind == mesh.UnmatchedBorder && severalCommunities(f, tiling) {
			faults = append(faults, editionFault(f, tiling[f.Parts[0]].community(), tiling))
		}
	}
	for _, f := range mesh.CheckDisjoint(areas(dedicated)) {
		fault := editionFault(f, "", dedicated)
		fault.Kind = "dedicated_overlap"
		faults = append(faults, fault)
	}
	slices.SortStableFunc(faults, func(a, b grid.EditionFault) int {
		return cmp.Or(cmp.Compare(a.CommunityCode, b.CommunityCode), cmp.Compare(a.Kind, b.Kind))
	})
	return faults
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
		n.area, n.box, n.Outline = union, union.Box(), union.Orb()
		n.AreaM2, n.LabelPoint = geo.AreaM2(union), geo.PointOnSurface(union).Orb()
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

// proveCommunities checks each community of the county, in as many goroutines as there are processors, and returns the
// faults by the community's place in the tree.
func (t *tree) proveCommunities(county string, parts map[string][]*part) [][]mesh.Fault {
	communities := t.byLevel[3]
	out := make([][]mesh.Fault, len(communities))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				out[i] = mesh.Check(areas(parts[communities[i].Code]), communities[i].area)
			}
		})
	}
	for i, n := range communities {
		if n.CountyCode == county {
			next <- i
		}
	}
	close(next)
	wg.Wait()
	return out
}

func areas(parts []*part) []geo.MultiPolygon {
	out := make([]geo.MultiPolygon, len(parts))
	for i, p := range parts {
		out[i] = p.area
	}
	return out
}

func severalCommunities(f mesh.Fault, parts []*part) bool {
	for _, p := range f.Parts {
		if parts[p].community() != parts[f.Parts[0]].community() {
			return true
		}
	}
	return false
}

func editionFault(f mesh.Fault, community string, parts []*part) grid.EditionFault {
	out := grid.EditionFault{
		Kind: string(f.Kind), CommunityCode: community, Polygon: f.Polygon, At: f.At, AreaM2: f.AreaM2, WidthM: f.WidthM,
	}
	if f.Kind == mesh.Tangle { // too many crossings to say more
		out.Kind = string(mesh.Overlap)
	}
	for _, p := range f.Parts {
		out.GridCodes = append(out.GridCodes, parts[p].code())
	}
	return out
}
