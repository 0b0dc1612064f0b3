package synth

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// territory says what every face of the mesh belongs to.
type territory struct {
	*plane
	*mesh
	tree
	super          []int32  // by face
	grounds        []ground // by face
	grid           []int32  // by face: its base grid, -1 in a void area
	faces          spans    // of each grid
	community      []int32  // of each grid
	voids          []void
	roads          spans   // half-edges of each road in its direction
	roadOf         []int32 // by edge
	communityFaces spans
	centroid       []vec     // by face
	area           []float32 // by face, square metres on the board
}

// void is a part of a community in no grid.
type void struct {
	community int32
	ground    ground
	faces     []int32
}

// spans is a list of lists in one piece of memory.
type spans struct {
	start []int32
	items []int32
}

func (s spans) of(i int32) []int32 { return s.items[s.start[i]:s.start[i+1]] }

// gather returns the items i of [0, len(owner)) by owner; those with a negative owner are left out.
func gather(owner []int32, owners int) spans {
	s := spans{start: make([]int32, owners+1)}
	for _, o := range owner {
		if o >= 0 {
			s.start[o+1]++
		}
	}
	for i := range owners {
		s.start[i+1] += s.start[i]
	}
	s.items = make([]int32, s.start[owners])
	fill := slices.Clone(s.start)
	for i, o := range owner {
		if o >= 0 {
			s.items[fill[o]] = int32(i)
			fill[o]++
		}
	}
	return s
}

// parcel is a part of a community that is divided into grids by itself, or is one grid.
type parcel struct {
	faces []int32
	fixed bool // one grid, whatever its size
}

// parceller divides the blocks of communities into base grids.
type parceller struct {
	*territory
	grower  *grower
	manners []manner
	parcels [][]parcel // by community
	guests  [][]int32  // by community: faces that join the nearest grid
	weight  []float64  // by community
}

// drawGrids divides the blocks of every community into base grids, exactly n in the city.
func (t *territory) drawGrids(n int, manners []manner) error {
	p := &parceller{territory: t, manners: manners}
	p.measure()
	blocks := newGraph(t.centroid, p.blockLinks())
	p.grower = newGrower(blocks, func(int32) bool { return true })
	p.findParcels()
	lower, upper := make([]int, len(p.parcels)), make([]int, len(p.parcels))
	for c, parcels := range p.parcels {
		for _, q := range parcels {
			lower[c]++
			upper[c]++
			if !q.fixed {
				upper[c] += len(q.faces) - 1
			}
		}
		upper[c] = min(upper[c], 799) // the numbers of base grids end there
	}
	counts, ok := allocate(n, p.weight, lower, upper)
	if !ok {
		return fmt.Errorf("a city of %d grids does not come out with this seed", n)
	}
	for c := range p.parcels {
		p.drawCommunity(int32(c), counts[c])
	}
	t.faces = gather(t.grid, n)
	return nil
}

func (p *parceller) measure() {
	n := len(p.first)
	p.centroid, p.area, p.grid = make([]vec, n), make([]float32, n), make([]int32, n)
	for f := range n {
		a, c := areaAndCentroid(p.corners(int32(f)))
		p.area[f], p.centroid[f], p.grid[f] = float32(a), c, -1
	}
}

// isVoid reports whether a face is in no grid.
func (t *territory) isVoid(f int32) bool { return t.grounds[f] != land }

// blockLinks are the neighbourships of blocks of one community; a grid prefers not to cross a main street.
func (p *parceller) blockLinks() []link {
	var links []link
	for h := int32(0); h < int32(len(p.org)); h += 2 {
		f, g := p.face[h], p.face[h^1]
		if f < 0 || g < 0 || p.ofSuper[p.super[f]] != p.ofSuper[p.super[g]] || p.grounds[f] != p.grounds[g] {
			continue
		}
		cost := p.centroid[f].dist(p.centroid[g])
		if p.class[h>>1] == arterial {
			cost *= 2
		}
		links = append(links, link{f, g, float32(cost)})
	}
	return links
}

// findParcels lists what each community's land consists of, and its void areas.
func (p *parceller) findParcels() {
	n := len(p.communities)
	p.parcels, p.guests, p.weight = make([][]parcel, n), make([][]int32, n), make([]float64, n)
	owner := make([]int32, len(p.super))
	for f, s := range p.super {
		owner[f] = p.ofSuper[s]
	}
	byCommunity := gather(owner, n)
	p.communityFaces = byCommunity
	for c := range int32(n) {
		var dry, wet []int32
		for _, f := range byCommunity.of(c) {
			switch {
			case p.isVoid(f):
				wet = append(wet, f)
				continue
			case p.guest[p.super[f]]:
				p.guests[c] = append(p.guests[c], f)
			default:
				dry = append(dry, f)
			}
			pace := p.pace(p.centroid[f])
			p.weight[c] += float64(p.area[f]) / (pace * pace)
		}
		for _, part := range p.grower.components(p.takeSpecial(c, dry)) {
			p.parcels[c] = append(p.parcels[c], parcel{faces: part})
		}
		for _, part := range p.grower.components(wet) {
			for _, f := range part {
				p.grid[f] = -2 - int32(len(p.voids))
			}
			p.voids = append(p.voids, void{c, p.grounds[part[0]], part})
		}
	}
}

// takeSpecial makes grids of the blocks of some superblocks: of a courtyard two, the one in the middle enclosed by the
// other; of each strip one, long and thin. It returns the other faces.
func (p *parceller) takeSpecial(c int32, dry []int32) []int32 {
	rest := dry[:0:0]
	courts := map[int32][2][]int32{} // the middle and the ring
	for _, f := range dry {
		s := p.super[f]
		switch p.manners[s] {
		case courtyard:
			parts := courts[s]
			if p.inCourt(f) {
				parts[0] = append(parts[0], f)
			} else {
				parts[1] = append(parts[1], f)
			}
			courts[s] = parts
		case strips:
			p.parcels[c] = append(p.parcels[c], parcel{[]int32{f}, true})
		default:
			rest = append(rest, f)
		}
	}
	for _, s := range sortedKeys(courts) {
		for _, part := range courts[s] {
			p.parcels[c] = append(p.parcels[c], parcel{part, true})
		}
	}
	return rest
}

// inCourt reports whether all neighbours of a face are in its own superblock.
func (p *parceller) inCourt(f int32) bool {
	for _, h := range p.loop(f, nil) {
		if g := p.face[h^1]; g < 0 || p.super[g] != p.super[f] {
			return false
		}
	}
	return true
}

func sortedKeys[V any](m map[int32]V) []int32 {
	keys := make([]int32, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// drawCommunity divides the parcels of a community into n grids and numbers them.
func (p *parceller) drawCommunity(c int32, n int) {
	parcels := p.parcels[c]
	weight, lower, upper := make([]float64, len(parcels)), make([]int, len(parcels)), make([]int, len(parcels))
	for i, q := range parcels {
		lower[i], upper[i] = 1, len(q.faces)
		if q.fixed {
			upper[i] = 1
		}
		for _, f := range q.faces {
			weight[i] += float64(p.area[f])
		}
	}
	counts, _ := allocate(n, weight, lower, upper)
	var groups [][]int32
	for i, q := range parcels {
		if counts[i] == 1 {
			groups = append(groups, q.faces)
			continue
		}
		base := len(groups)
		groups = append(groups, make([][]int32, counts[i])...)
		p.grower.regions(q.faces, counts[i], nil, random(p.seed, streamGrids, int(q.faces[0])))
		for _, f := range q.faces {
			k := base + int(p.grower.label[f])
			groups[k] = append(groups[k], f)
		}
		p.grower.release(q.faces)
	}
	p.number(c, groups)
}

// number gives the grids of a community their place in the order of codes.
func (p *parceller) number(c int32, groups [][]int32) {
	at := make([]vec, len(groups))
	for i, g := range groups {
		at[i] = p.warp(p.centroid[p.mainFace(g)])
	}
	p.communities[c].first = int32(len(p.territory.community))
	for _, k := range rows(at) {
		id := int32(len(p.territory.community))
		for _, f := range groups[k] {
			p.grid[f] = id
		}
		p.territory.community = append(p.territory.community, c)
	}
	p.communities[c].last = int32(len(p.territory.community))
	for _, f := range p.guests[c] {
		p.grid[f] = p.nearestGrid(p.centroid[p.super[f]], groups) // the same for all faces of the superblock
	}
}

// nearestGrid returns the grid of the group with the face nearest to a point.
func (p *parceller) nearestGrid(at vec, groups [][]int32) int32 {
	best, least := int32(-1), math.Inf(1)
	for _, g := range groups {
		for _, f := range g {
			if d := p.centroid[f].dist(at); d < least {
				best, least = p.grid[f], d
			}
		}
	}
	return best
}

// mainFace returns the face of a group that is nearest to its middle: its centroid stands for the group.
func (t *territory) mainFace(faces []int32) int32 {
	var middle vec
	total := 0.0
	for _, f := range faces {
		middle = middle.add(t.centroid[f].times(float64(t.area[f])))
		total += float64(t.area[f])
	}
	middle = middle.times(1 / total)
	return slices.MinFunc(faces, func(a, b int32) int {
		return cmp.Or(cmp.Compare(t.centroid[a].dist(middle), t.centroid[b].dist(middle)), cmp.Compare(a, b))
	})
}

// allocate shares n among takers by weight within bounds, false when the bounds do not allow n.
func allocate(n int, weight []float64, lower, upper []int) ([]int, bool) {
	total := 0.0
	for _, w := range weight {
		total += w
	}
	got := make([]int, len(weight))
	order := make([]int, len(weight))
	left := n
	for i, w := range weight {
		got[i] = min(max(int(w/total*float64(n)), lower[i]), upper[i])
		left -= got[i]
		order[i] = i
	}
	wish := func(i int) float64 { return weight[i]/total*float64(n) - float64(got[i]) }
	for left != 0 {
		step := 1
		if left < 0 {
			step = -1
		}
		slices.SortFunc(order, func(a, b int) int {
			return cmp.Or(cmp.Compare(wish(b), wish(a))*step, cmp.Compare(a, b))
		})
		moved := false
		for _, i := range order[:max(1, len(order)/2)] {
			if k := got[i] + step; left != 0 && k >= lower[i] && k <= upper[i] {
				got[i] = k
				left -= step
				moved = true
			}
		}
		if !moved {
			if left, moved = spill(got, lower, upper, left, step); !moved {
				return nil, false
			}
		}
	}
	return got, true
}

// spill moves anything that can be moved by one step.
func spill(got, lower, upper []int, left, step int) (int, bool) {
	moved := false
	for i := range got {
		if k := got[i] + step; left != 0 && k >= lower[i] && k <= upper[i] {
			got[i] = k
			left -= step
			moved = true
		}
	}
	return left, moved
}
