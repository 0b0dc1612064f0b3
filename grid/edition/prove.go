package edition

import (
	"cmp"
	"runtime"
	"slices"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// The kind of a fault that has no name in package mesh.
const dedicatedOverlap = "dedicated_overlap"

// Outline is a community that an edition is to tile.
type Outline struct {
	Code string
	Area geo.MultiPolygon
}

// Faults returns where the grids of an edition do not do what law L1 and BR-12 ask: in each of the communities, which are
// all those of its county, gaps, overlaps, what leaves the community and borders that do not match; between communities
// borders that do not match; and dedicated grids that overlap. None means that the edition is proven. They come by
// community, kind and position.
func (e *Edition) Faults(communities []Outline) []grid.EditionFault {
	found := make([][]grid.EditionFault, len(communities))
	eachOf(len(communities), func(i int) { found[i] = e.communityFaults(communities[i]) })
	faults := slices.Concat(found...)
	for _, f := range mesh.CheckLayer(e.tiling) {
		if f.Kind == mesh.UnmatchedBorder && e.severalCommunities(f.Parts) {
			faults = append(faults, newFault(f, e.community(f.Parts[0]), e.codes(f.Parts)))
		}
	}
	for _, f := range mesh.CheckDisjoint(e.dedicatedParts) {
		var codes []string
		for _, k := range f.Parts {
			codes = append(codes, e.dedicated[k].Code)
		}
		fault := newFault(f, e.dedicated[f.Parts[0]].CommunityCode, codes)
		fault.Kind = dedicatedOverlap
		faults = append(faults, fault)
	}
	slices.SortStableFunc(faults, func(a, b grid.EditionFault) int {
		return cmp.Or(cmp.Compare(a.CommunityCode, b.CommunityCode), cmp.Compare(a.Kind, b.Kind))
	})
	return faults
}

func (e *Edition) communityFaults(community Outline) []grid.EditionFault {
	numbers := e.parts[community.Code]
	areas := make([]geo.MultiPolygon, len(numbers))
	for i, k := range numbers {
		areas[i] = e.tiling[k]
	}
	var faults []grid.EditionFault
	for _, f := range mesh.Check(areas, community.Area) {
		involved := make([]int, len(f.Parts))
		for i, k := range f.Parts {
			involved[i] = numbers[k]
		}
		faults = append(faults, newFault(f, community.Code, e.codes(involved)))
	}
	return faults
}

// Faults is Edition.Faults for the communities of the city.
func (c *City) Faults(e *Edition) []grid.EditionFault {
	var communities []Outline
	o := &c.outlines[grid.LevelRank(grid.LevelCommunity)]
	for i, d := range o.divisions {
		if d.CountyCode == e.info.CountyCode {
			communities = append(communities, Outline{d.Code, o.parts[i]})
		}
	}
	return e.Faults(communities)
}

// CommunityFaults returns where the base grids and void areas of one community do not tile its outline; nothing for an
// unknown community, and for one whose county has no grids.
func (c *City) CommunityFaults(community string) []grid.EditionFault {
	o := &c.outlines[grid.LevelRank(grid.LevelCommunity)]
	i := o.number(community)
	if i < 0 {
		return nil
	}
	e := c.Edition(o.divisions[i].CountyCode)
	if e == nil {
		return nil
	}
	return e.communityFaults(Outline{community, o.parts[i]})
}

func newFault(f mesh.Fault, community string, codes []string) grid.EditionFault {
	return grid.EditionFault{
		Kind: string(f.Kind), CommunityCode: community, GridCodes: codes, Polygon: f.Polygon, At: f.At, AreaM2: f.AreaM2, WidthM: f.WidthM,
	}
}

// community returns the community of a part of the tiling.
func (e *Edition) community(part int) string {
	if part < len(e.base) {
		return e.base[part].CommunityCode
	}
	return e.voids[part-len(e.base)].CommunityCode
}

// codes returns the codes of parts of the tiling.
func (e *Edition) codes(parts []int) []string {
	var codes []string
	for _, k := range parts {
		if k < len(e.base) {
			codes = append(codes, e.base[k].Code)
		} else {
			codes = append(codes, e.voids[k-len(e.base)].Code)
		}
	}
	return codes
}

func (e *Edition) severalCommunities(parts []int) bool {
	for _, k := range parts[1:] {
		if e.community(k) != e.community(parts[0]) {
			return true
		}
	}
	return false
}

// eachOf calls f with 0 to n-1, in as many goroutines as there are processors.
func eachOf(n int, f func(i int)) {
	next := make(chan int)
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		group.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}
