package synth

import (
	"cmp"
	"math"
	"slices"
)

// tree is the city's divisions over its superblocks. Every level is in the order of codes, and the children of a division
// follow each other.
type tree struct {
	counties, streets, communities []division
	ofSuper                        []int32 // community of each superblock
	guest                          []bool  // by superblock: an exclave without a grid of its own
}

// division is a county, street or community.
type division struct {
	parent      int32
	first, last int32 // its children are [first, last) of the level below; those of a community are grids
	middle      vec
	urban       float64 // 1 in a town's centre to 0 at the fringe
	code, name  string
	kind        string
}

// divider makes the tree.
type divider struct {
	*plane
	tree
	grower  *grower
	graph   *graph
	grounds []ground
	keep    []int32 // a piece of river and its banks, which stay in one community
}

func (p *plane) divide(m *mesh, centres []vec, grounds []ground, grids int) tree {
	d := &divider{plane: p, grounds: grounds, graph: newGraph(centres, superLinks(p.seed, m, grounds))}
	d.ofSuper, d.guest = make([]int32, len(centres)), make([]bool, len(centres))
	d.grower = newGrower(d.graph, func(i int32) bool { return grounds[i] == land })
	d.keep = d.bridgehead()
	all := make([]int32, len(centres))
	for i := range all {
		all[i] = int32(i)
	}
	counties := d.split(all, min(max(int(math.Round(4*math.Pow(float64(grids)/500, 0.417))), 2), 95))
	slices.SortStableFunc(counties, func(a, b []int32) int {
		return cmp.Compare(d.middle(a).length(), d.middle(b).length())
	})
	perStreet := 28 * math.Pow(float64(grids)/500, 0.19) / gridsPerBlock
	for _, county := range counties {
		c := d.add(&d.counties, county, 0, len(d.streets))
		for _, street := range d.inRows(d.split(county, d.share(county, perStreet))) {
			s := d.add(&d.streets, street, c, len(d.communities))
			for _, community := range d.inRows(d.split(street, d.share(street, 9/gridsPerBlock))) {
				id := d.add(&d.communities, community, s, 0)
				for _, i := range community {
					d.ofSuper[i] = id
				}
			}
			d.streets[s].last = int32(len(d.communities))
		}
		d.counties[c].last = int32(len(d.streets))
	}
	d.exclaves()
	return d.tree
}

func (d *divider) add(level *[]division, members []int32, parent int32, first int) int32 {
	at := d.middle(members)
	*level = append(*level, division{
		parent: parent, first: int32(first), middle: at,
		urban: 1 - (d.pace(at)/d.spacing-1)/fringeStretch,
	})
	return int32(len(*level) - 1)
}

// superLinks are the neighbourships of superblocks. Water is dear to cross, a lake cannot be told apart, and chance makes
// the regions' borders less straight.
func superLinks(seed uint64, m *mesh, grounds []ground) []link {
	var links []link
	for h := int32(0); h < int32(len(m.org)); h += 2 {
		f, g := m.face[h], m.face[h^1]
		if f < 0 || g < 0 {
			continue
		}
		cost := 1 + 0.5*float32(mix(seed+uint64(h))>>40)/(1<<24)
		switch wet := max(grounds[f], grounds[g]); {
		case wet == lakeWater && grounds[f] == grounds[g]:
			cost = 0
		case wet == lakeWater:
			cost += 3
		case wet == river:
			cost += 0.7
		}
		links = append(links, link{f, g, cost})
	}
	return links
}

// bridgehead returns a piece of river in the middle of the city with the land on both banks.
func (d *divider) bridgehead() []int32 {
	best, least := int32(-1), math.Inf(1)
	for i, g := range d.grounds {
		if l := d.graph.at[i].length(); g == river && l < least {
			best, least = int32(i), l
		}
	}
	if best < 0 {
		return nil
	}
	keep := []int32{best}
	for _, north := range []bool{false, true} {
		bank, least := int32(-1), math.Inf(1)
		for _, o := range d.graph.to[d.graph.from[best]:d.graph.from[best+1]] {
			at := d.graph.at[o]
			if l := at.dist(d.graph.at[best]); d.grounds[o] == land && (at.y > d.riverY) == north && l < least {
				bank, least = o, l
			}
		}
		if bank >= 0 {
			keep = append(keep, bank)
		}
	}
	return keep
}

// split divides members into n connected groups, each with land.
func (d *divider) split(members []int32, n int) [][]int32 {
	var keep []int32
	if len(d.keep) > 0 && slices.Contains(members, d.keep[0]) {
		keep = d.keep
	}
	w := d.grower
	w.regions(members, n, keep, random(d.seed, streamDivide, int(members[0])*7+len(members)))
	groups := make([][]int32, n)
	for _, i := range members {
		if l := w.label[i]; l >= 0 {
			groups[l] = append(groups[l], i)
		}
	}
	w.release(members)
	return slices.DeleteFunc(groups, func(g []int32) bool { return len(g) == 0 })
}

// share returns how many groups of about that many superblocks on land members make.
func (d *divider) share(members []int32, size float64) int {
	n := 0.0
	for _, i := range members {
		if d.grounds[i] == land {
			n++
		}
	}
	return max(1, int(math.Round(n/size)))
}

func (d *divider) middle(members []int32) vec {
	var at vec
	for _, i := range members {
		at = at.add(d.graph.at[i].times(1 / float64(len(members))))
	}
	return at
}

// inRows orders groups as codes are numbered: row by row from the north, each from west to east (DOMAIN 14).
func (d *divider) inRows(groups [][]int32) [][]int32 {
	at := make([]vec, len(groups))
	for i, g := range groups {
		at[i] = d.warp(d.middle(g))
	}
	ordered := make([][]int32, len(groups))
	for i, k := range rows(at) {
		ordered[i] = groups[k]
	}
	return ordered
}

// rows returns the order of points row by row from the north, each row from west to east.
func rows(at []vec) []int {
	lo, hi := at[0], at[0]
	for _, p := range at {
		lo, hi = vec{min(lo.x, p.x), min(lo.y, p.y)}, vec{max(hi.x, p.x), max(hi.y, p.y)}
	}
	height := max(1, math.Sqrt((hi.x-lo.x)*(hi.y-lo.y)/float64(len(at))))
	order := make([]int, len(at))
	for i := range order {
		order[i] = i
	}
	row := func(i int) float64 { return math.Floor((hi.y - at[i].y) / height) }
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(row(a), row(b)), cmp.Compare(at[a].x, at[b].x), cmp.Compare(a, b))
	})
	return order
}

// exclaves moves a few superblocks into another community of their street that does not touch them.
func (d *divider) exclaves() {
	members := make([][]int32, len(d.communities))
	for i, c := range d.ofSuper {
		members[c] = append(members[c], int32(i))
	}
	want, made := 2+len(d.communities)/80, 0
	stride := max(1, len(d.ofSuper)/(3*want))
	for _, sameStreet := range []bool{true, false} {
		for start := 0; start < stride && made < want; start++ {
			for i := start; i < len(d.ofSuper) && made < want; i += stride {
				if to := d.farHome(int32(i), members, sameStreet); to >= 0 {
					from := d.ofSuper[i]
					members[from] = slices.DeleteFunc(members[from], func(o int32) bool { return o == int32(i) })
					members[to] = append(members[to], int32(i))
					d.ofSuper[i], d.guest[i] = to, made%2 == 0
					made++
				}
			}
		}
	}
}

// farHome returns a community of the same street, or county, that superblock i could belong to as an exclave, -1 for
// none: i must not touch it, and the community that i leaves must stay in one piece and keep some land.
func (d *divider) farHome(i int32, members [][]int32, sameStreet bool) int32 {
	from := d.ofSuper[i]
	if d.grounds[i] != land || slices.Contains(d.keep, i) || len(members[from]) < 4 {
		return -1
	}
	rest := slices.DeleteFunc(slices.Clone(members[from]), func(o int32) bool { return o == i })
	if len(d.grower.components(rest)) != 1 || d.share(rest, 1) < 2 {
		return -1
	}
	street := d.streets[d.communities[from].parent]
	first, last := street.first, street.last
	if !sameStreet {
		county := d.counties[street.parent]
		first, last = d.streets[county.first].first, d.streets[county.last-1].last
	}
	for to := first; to < last; to++ {
		at := d.graph.at[i]
		pace := d.pace(at)
		near := func(o int32) bool { return d.graph.at[o].dist(at) < 1.9*pace } // may touch, if only at a corner
		if to != from && !slices.ContainsFunc(members[to], near) && d.communities[to].middle.dist(at) < 6*pace {
			return to
		}
	}
	return -1
}
