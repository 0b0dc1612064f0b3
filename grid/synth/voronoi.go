package synth

import (
	"cmp"
	"math"
	"slices"
)

// shortStreet is the length, in paces, under which two junctions are drawn as one: it makes crossings of four and more
// streets out of the three that meet in every corner of a Voronoi cell.
const shortStreet = 0.17

// mostStreets is the largest number of streets that meet in a junction; n triangles make one of n+2.
const mostStreets = 12

// voronoi turns the cells of the sites inside the city into a mesh, and returns for each face its site's position and
// ground.
func (s *sites) voronoi() (*mesh, []vec, []ground) {
	var points []vec
	for _, c := range s.list {
		if !c.hollow {
			points = append(points, c.at.add(jitter(s.seed, len(points))))
		}
	}
	t := triangulate(points)
	b := &cells{triangulation: t, plane: s.plane, inside: make([]bool, len(points))}
	for i, p := range points {
		b.inside[i] = s.inside(p, 0)
	}
	b.dropIslands()
	b.placeNodes()
	m, centres := b.build()
	grounds := make([]ground, len(centres))
	for f, c := range centres {
		grounds[f] = s.ground(c)
	}
	return m, centres, grounds
}

// jitter moves points out of exact rows and circles, which the triangulation does not like, by a few decimetres.
func jitter(seed uint64, i int) vec {
	k := mix(seed ^ mix(uint64(streamSites)+uint64(i)))
	return vec{float64(k>>40) / (1 << 24) * 0.3, float64(k<<24>>40) / (1 << 24) * 0.3}
}

// cells makes the dual of a triangulation.
type cells struct {
	*triangulation
	plane   *plane
	inside  []bool
	node    []int32 // by triangle, -1 where no cell of the city touches
	nodes   []vec
	someOut []int32 // by site: a half-edge that starts there, -1 for none
}

// dropIslands leaves only the largest connected set of sites inside.
func (c *cells) dropIslands() {
	c.someOut = make([]int32, len(c.points))
	for i := range c.someOut {
		c.someOut[i] = -1
	}
	for e := range c.corners {
		c.someOut[c.corners[e]] = int32(e)
	}
	part := make([]int32, len(c.points))
	sizes := []int{0}
	for i := range c.points {
		if !c.inside[i] || part[i] != 0 || c.someOut[i] < 0 {
			continue
		}
		sizes = append(sizes, 0)
		id := int32(len(sizes) - 1)
		part[i] = id
		for todo := []int32{int32(i)}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			sizes[id]++
			for _, e := range c.around(at) {
				if o := c.corners[nextInTriangle(e)]; c.inside[o] && part[o] == 0 {
					part[o] = id
					todo = append(todo, o)
				}
			}
		}
	}
	largest := int32(slices.Index(sizes, slices.Max(sizes)))
	for i := range c.inside {
		c.inside[i] = part[i] == largest
	}
}

// around returns the half-edges that leave a site, clockwise; the site is not on the hull.
func (c *cells) around(i int32) []int32 {
	var es []int32
	for e := c.someOut[i]; e != -1; {
		es = append(es, e)
		if o := c.opposite[e]; o == -1 {
			break
		} else if e = nextInTriangle(o); e == c.someOut[i] {
			break
		}
	}
	return es
}

// placeNodes puts a node at every circumcentre, and one for each cluster of circumcentres that lie close together.
func (c *cells) placeNodes() {
	n := len(c.corners) / 3
	at := make([]vec, n)
	used := make([]bool, n)
	for t := range n {
		a, b, d := c.corners[3*t], c.corners[3*t+1], c.corners[3*t+2]
		used[t] = c.inside[a] || c.inside[b] || c.inside[d]
		at[t] = circumcentre(c.points[a], c.points[b], c.points[d])
	}
	clusters := c.cluster(at, used)
	c.node = make([]int32, n)
	for t := range n {
		c.node[t] = -1
	}
	for t := range n {
		if !used[t] {
			continue
		}
		root := clusters.root(int32(t))
		if c.node[root] < 0 {
			c.node[root] = int32(len(c.nodes))
			c.nodes = append(c.nodes, clusters.centre(root))
		}
		c.node[t] = c.node[root]
	}
}

// cluster joins the ends of short Voronoi edges, the shortest first.
func (c *cells) cluster(at []vec, used []bool) *clusters {
	k := &clusters{parent: make([]int32, len(at)), sum: slices.Clone(at), count: make([]float64, len(at))}
	for t := range at {
		k.parent[t], k.count[t] = int32(t), 1
	}
	type street struct {
		length float64
		a, b   int32
	}
	var short []street
	for e, o := range c.opposite {
		a, b := int32(e/3), o/3
		if o < int32(e) || !used[a] || !used[b] {
			continue
		}
		limit := shortStreet * c.plane.pace(at[a])
		if c.byRiver(int32(e)) {
			limit = min(limit, 0.25*c.plane.riverM)
		}
		if l := at[a].dist(at[b]); l < limit {
			short = append(short, street{l, a, b})
		}
	}
	slices.SortFunc(short, func(a, b street) int {
		return cmp.Or(cmp.Compare(a.length, b.length), cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b))
	})
	for _, s := range short {
		a, b := k.root(s.a), k.root(s.b)
		if a != b && k.count[a]+k.count[b] <= mostStreets-2 && k.centre(a).dist(k.centre(b)) < shortStreet*c.plane.pace(at[s.a]) {
			k.parent[b] = a
			k.sum[a] = k.sum[a].add(k.sum[b])
			k.count[a] += k.count[b]
		}
	}
	return k
}

// byRiver reports whether the edge between two cells has the river on a side: it is not so short that the banks may meet.
func (c *cells) byRiver(e int32) bool {
	half := c.plane.riverM / 2
	a, b := c.points[c.corners[e]], c.points[c.corners[nextInTriangle(e)]]
	return math.Abs(a.y-c.plane.riverY) < half || math.Abs(b.y-c.plane.riverY) < half
}

// clusters is a union-find of points with the mean of each set.
type clusters struct {
	parent []int32
	sum    []vec
	count  []float64
}

func (k *clusters) root(i int32) int32 {
	for k.parent[i] != i {
		k.parent[i] = k.parent[k.parent[i]]
		i = k.parent[i]
	}
	return i
}

func (k *clusters) centre(root int32) vec { return k.sum[root].times(1 / k.count[root]) }

// build makes the mesh: a face for each site inside, twins found by the pair of sites on both sides.
func (c *cells) build() (*mesh, []vec) {
	m := &mesh{nodes: c.nodes}
	faceOf := make([]int32, len(c.points))
	var centres []vec
	for i := range c.points {
		faceOf[i] = -1
		if c.inside[i] {
			faceOf[i] = int32(len(centres))
			centres = append(centres, c.points[i])
		}
	}
	half := make(map[[2]int32]int32) // from the site on the left and the one on the right
	for i := range c.points {
		if c.inside[i] {
			c.buildFace(m, int32(i), faceOf, half)
		}
	}
	closeOutside(m)
	return m, centres
}

// buildFace walks the corners of a cell counter-clockwise and makes or meets its edges.
func (c *cells) buildFace(m *mesh, i int32, faceOf []int32, half map[[2]int32]int32) {
	es := c.around(i)
	slices.Reverse(es)
	var ring []int32
	for _, e := range es {
		// the edge between this cell and that of the site at e's end runs from the triangle on e's right to that on its left
		from, to := c.node[c.opposite[e]/3], c.node[e/3]
		if from == to {
			continue
		}
		o := c.corners[nextInTriangle(e)]
		h, made := half[[2]int32{i, o}]
		if !made {
			h = m.newEdge(from, to, arterial)
			half[[2]int32{o, i}] = h ^ 1
			if !c.inside[o] {
				m.class[h>>1] = outlineEdge
			}
		}
		m.face[h] = faceOf[i]
		ring = append(ring, h)
	}
	for k, h := range ring {
		m.link(h, ring[(k+1)%len(ring)])
	}
	m.first = append(m.first, ring[0])
}

// closeOutside links the half-edges that have the city's outside on their left.
func closeOutside(m *mesh) {
	for h := range int32(len(m.org)) {
		if m.face[h] >= 0 {
			continue
		}
		n := h ^ 1
		for m.face[n] >= 0 {
			n = m.prev[n] ^ 1
		}
		m.link(h, n)
	}
}
