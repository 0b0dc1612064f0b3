package synth

import (
	"math"
	"math/rand/v2"
)

// graph is the neighbourhood of pieces of land: superblocks or blocks.
type graph struct {
	at   []vec
	from []int32 // neighbours of i are to[from[i]:from[i+1]]
	to   []int32
	cost []float32
}

// link is a neighbourship of pieces a and b, each way.
type link struct {
	a, b int32
	cost float32
}

func newGraph(at []vec, links []link) *graph {
	g := &graph{at: at, from: make([]int32, len(at)+1), to: make([]int32, 2*len(links)), cost: make([]float32, 2*len(links))}
	for _, l := range links {
		g.from[l.a+1]++
		g.from[l.b+1]++
	}
	for i := range at {
		g.from[i+1] += g.from[i]
	}
	fill := append([]int32(nil), g.from...)
	put := func(a, b int32, cost float32) {
		g.to[fill[a]], g.cost[fill[a]] = b, cost
		fill[a]++
	}
	for _, l := range links {
		put(l.a, l.b, l.cost)
		put(l.b, l.a, l.cost)
	}
	return g
}

// grower divides parts of a graph into connected regions around seeds.
type grower struct {
	*graph
	label   []int32   // of each piece: its region; notMember for pieces outside the part
	dist    []float32 // of each piece from its seed
	mayLead func(i int32) bool
	queue   heap
}

const (
	notMember = -2
	noRegion  = -1
)

func newGrower(g *graph, mayLead func(i int32) bool) *grower {
	w := &grower{graph: g, mayLead: mayLead, label: make([]int32, len(g.at)), dist: make([]float32, len(g.at))}
	for i := range w.label {
		w.label[i] = notMember
	}
	return w
}

// regions divides members into n connected regions, numbered 0 to n-1 in label, by repeatedly growing them from seeds and
// moving each seed to its region's middle. Only pieces for which mayLead holds become seeds; keep, when not empty, stays
// in region 0. Members that no seed reaches keep noRegion. The caller ends with release.
func (w *grower) regions(members []int32, n int, keep []int32, r *rand.Rand) {
	seeds := w.scatter(members, n, keep, r)
	for round := range 4 {
		w.grow(members, seeds, keep)
		if round < 3 {
			w.recentre(members, seeds, len(keep) > 0)
		}
	}
}

// release makes members foreign again.
func (w *grower) release(members []int32) {
	for _, i := range members {
		w.label[i] = notMember
	}
}

// scatter chooses n different leaders far from each other, fewer when there are not so many.
func (w *grower) scatter(members []int32, n int, keep []int32, r *rand.Rand) []int32 {
	var seeds, leaders []int32
	taken := map[int32]bool{}
	take := func(i int32) { seeds, taken[i] = append(seeds, i), true }
	if len(keep) > 0 {
		take(keep[0])
	}
	for _, k := range keep {
		taken[k] = true
	}
	for _, i := range members {
		if w.mayLead(i) && !taken[i] {
			leaders = append(leaders, i)
		}
	}
	for n = min(n, len(leaders)+len(seeds)); len(seeds) < n; {
		best, far := int32(-1), -1.0
		for range 7 {
			c := pick(r, leaders)
			near := math.Inf(1)
			for _, s := range seeds {
				near = min(near, w.at[c].dist(w.at[s]))
			}
			if !taken[c] && near > far {
				best, far = c, near
			}
		}
		if best >= 0 {
			take(best)
			continue
		}
		for _, c := range leaders { // nearly all are taken
			if !taken[c] {
				take(c)
				break
			}
		}
	}
	return seeds
}

// grow gives every member to the seed from which it is reached at least cost.
func (w *grower) grow(members, seeds, keep []int32) {
	for _, i := range members {
		w.label[i], w.dist[i] = noRegion, math.MaxFloat32
	}
	w.queue = w.queue[:0]
	for k, s := range seeds {
		w.label[s], w.dist[s] = int32(k), 0
		w.queue.push(entry{0, s})
	}
	for _, s := range keep {
		w.label[s], w.dist[s] = 0, 0
		w.queue.push(entry{0, s})
	}
	for len(w.queue) > 0 {
		e := w.queue.pop()
		if e.dist > w.dist[e.piece] {
			continue
		}
		for k := w.from[e.piece]; k < w.from[e.piece+1]; k++ {
			o, d := w.to[k], e.dist+w.cost[k]
			if w.label[o] != notMember && d < w.dist[o] {
				w.label[o], w.dist[o] = w.label[e.piece], d
				w.queue.push(entry{d, o})
			}
		}
	}
}

// recentre moves each seed to the member of its region that is nearest to the region's middle.
func (w *grower) recentre(members, seeds []int32, keepFirst bool) {
	middle, count := make([]vec, len(seeds)), make([]float64, len(seeds))
	for _, i := range members {
		if l := w.label[i]; l >= 0 {
			middle[l] = middle[l].add(w.at[i])
			count[l]++
		}
	}
	least := make([]float64, len(seeds))
	for k := range least {
		least[k] = math.Inf(1)
	}
	for _, i := range members {
		l := w.label[i]
		if l < 0 || l == 0 && keepFirst || !w.mayLead(i) {
			continue
		}
		if d := w.at[i].dist(middle[l].times(1 / count[l])); d < least[l] {
			least[l], seeds[l] = d, i
		}
	}
}

// components lists the connected parts of members.
func (w *grower) components(members []int32) [][]int32 {
	var parts [][]int32
	for _, i := range members {
		w.label[i] = noRegion
	}
	for _, i := range members {
		if w.label[i] != noRegion {
			continue
		}
		id := int32(len(parts))
		part := []int32{i}
		w.label[i] = id
		for k := 0; k < len(part); k++ {
			for e := w.from[part[k]]; e < w.from[part[k]+1]; e++ {
				if o := w.to[e]; w.label[o] == noRegion {
					w.label[o] = id
					part = append(part, o)
				}
			}
		}
		parts = append(parts, part)
	}
	w.release(members)
	return parts
}

type entry struct {
	dist  float32
	piece int32
}

// heap is a binary heap of entries, the least first; equal ones by piece, so that the order is always the same.
type heap []entry

func (h heap) less(i, j int) bool {
	return h[i].dist < h[j].dist || h[i].dist == h[j].dist && h[i].piece < h[j].piece
}

func (h *heap) push(e entry) {
	*h = append(*h, e)
	q := *h
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.less(i, up) {
			return
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
}

func (h *heap) pop() entry {
	q := *h
	top := q[0]
	q[0] = q[len(q)-1]
	q = q[:len(q)-1]
	*h = q
	for i := 0; ; {
		least := i
		for _, c := range []int{2*i + 1, 2*i + 2} {
			if c < len(q) && q.less(c, least) {
				least = c
			}
		}
		if least == i {
			return top
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
}
