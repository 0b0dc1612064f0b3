// Package mesh is the planar structure of a layer of polygons on the lattice: the borders that parts share, and the
// proof that parts tile.
//
// Check, CheckLayer and CheckDisjoint find every gap and overlap of valid parts. Build makes nodes, arcs and faces
// from parts whose borders match, for neighbours and dissolving; a Simplifier leaves vertices out of shared borders.
//
// A border is shared when both sides have the same two vertices one after the other, in opposite directions. Adding
// up the directed edges of all parts cancels the shared ones. Since every valid part winds once around its inside
// and not at all around its outside, the number of parts that cover a point is the winding number of the sum around
// that point; so the edges that are left over say exactly where parts overlap or leave gaps.
package mesh

import (
	"fmt"
	"sort"

	"github.com/wangge/wangge/geo"
)

// MaxVertices is the largest number of vertices that Build and the checks take.
const MaxVertices = 1 << 29

// An Arc is a piece of border between two nodes, with the same faces along its whole length. A closed arc that meets
// no other starts and ends at its smallest vertex (Point.Less).
type Arc struct {
	Line        geo.Line // from node to node, both included
	Left, Right int32    // the faces to either side, Outside for none
}

// Outside stands for the face that is none: what lies around and between the faces of a mesh.
const Outside = -1

// An ArcRef is an arc in the ring of a face: the number of the arc, or its bitwise complement when the ring runs
// against the arc's direction.
type ArcRef int32

// Arc returns the number of the arc and whether the ring runs against its direction.
func (r ArcRef) Arc() (arc int32, reversed bool) {
	if r < 0 {
		return int32(^r), true
	}
	return int32(r), false
}

// A Mesh holds the borders of a layer, each once. It is immutable and safe for concurrent use. Make it with Build.
type Mesh struct {
	arcs  []Arc
	faces [][][][]ArcRef // face, polygon, ring, arc
}

// Build returns the mesh of faces, numbered as they come. Every face must be valid (geo.Check). Borders are shared
// where they match vertex for vertex; where they do not, or where faces overlap, both sides get arcs of their own
// with Outside on their other side: ask CheckLayer whether that is so. Arcs are numbered in the order in which the
// rings of the faces meet them, so the same faces give the same mesh. The error is for more than MaxVertices
// vertices and for rings with fewer than three different ones.
func Build(faces []geo.MultiPolygon) (*Mesh, error) {
	if err := checkSize(faces); err != nil {
		return nil, err
	}
	h := newHalfEdges(faces)
	h.pair()
	b := builder{halfEdges: h, nodes: h.nodes(), behind: make([]int32, len(h.pts))}
	m := &Mesh{faces: make([][][][]ArcRef, len(faces))}
	ring := 0
	for k, face := range faces {
		m.faces[k] = make([][][]ArcRef, len(face))
		for i, poly := range face {
			m.faces[k][i] = make([][]ArcRef, len(poly))
			for j := range poly {
				m.faces[k][i][j] = b.ring(m, ring)
				ring++
			}
		}
	}
	return m, nil
}

func checkSize(faces []geo.MultiPolygon) error {
	n := 0
	for k, face := range faces {
		for _, poly := range face {
			for _, r := range poly {
				if len(r) < 3 {
					return fmt.Errorf("face %d: %w", k, &geo.InvalidError{Rule: geo.RuleRingTooShort})
				}
				n += len(r) + 1
			}
		}
	}
	if n > MaxVertices {
		return fmt.Errorf("mesh of %d vertices: %w", n, &geo.InvalidError{Rule: geo.RuleTooManyVertices})
	}
	return nil
}

// builder makes arcs from half edges.
type builder struct {
	*halfEdges
	nodes  []bool  // by half edge: whether it starts at a node
	behind []int32 // by half edge at which the right side of a known arc starts: the arc's number + 1
}

// ring makes the arcs of a ring that are not there yet and returns all of them, from the first node on.
func (b *builder) ring(m *Mesh, ring int) []ArcRef {
	start, end := b.starts[ring], b.starts[ring+1]-1
	first := start
	for first < end && !b.nodes[first] {
		first++
	}
	if first == end { // a closed ring that meets no other: its other side chooses the same anchor
		first = start
		for e := start; e < end; e++ {
			if b.pts[e].Less(b.pts[first]) {
				first = e
			}
		}
		b.nodes[first] = true
	}
	var refs []ArcRef
	at := first
	for left := int(end - start); left > 0; {
		var ref ArcRef
		if known := b.behind[at]; known != 0 {
			ref = ^ArcRef(known - 1)
		} else {
			ref = b.arc(m, at, b.faces[ring])
		}
		refs = append(refs, ref)
		arc, _ := ref.Arc()
		for range len(m.arcs[arc].Line) - 1 {
			at = b.next(at)
			left--
		}
	}
	return refs
}

// arc makes the arc that runs from half edge e to the next node.
func (b *builder) arc(m *Mesh, e, face int32) ArcRef {
	line := geo.Line{b.pts[e], b.pts[e+1]}
	last := e
	for next := b.next(e); !b.nodes[next]; next = b.next(next) {
		line = append(line, b.pts[next+1])
		last = next
	}
	arc := Arc{Line: line, Left: face, Right: Outside}
	if twin := b.twin[last]; twin >= 0 {
		arc.Right = b.faceOf(twin)
		b.behind[twin] = int32(len(m.arcs)) + 1
	}
	m.arcs = append(m.arcs, arc)
	return ArcRef(len(m.arcs) - 1)
}

// Arcs returns all arcs. The caller must not change them.
func (m *Mesh) Arcs() []Arc { return m.arcs }

// Face returns the polygons of a face, put together from its arcs.
func (m *Mesh) Face(face int32) geo.MultiPolygon {
	out := make(geo.MultiPolygon, len(m.faces[face]))
	for i, poly := range m.faces[face] {
		out[i] = make(geo.Polygon, len(poly))
		for j, refs := range poly {
			out[i][j] = m.ring(refs)
		}
	}
	return out
}

// ring puts the vertices of a ring together.
func (m *Mesh) ring(refs []ArcRef) geo.Ring {
	n := 0
	for _, ref := range refs {
		arc, _ := ref.Arc()
		n += len(m.arcs[arc].Line) - 1
	}
	r := make(geo.Ring, 0, n)
	for _, ref := range refs {
		arc, reversed := ref.Arc()
		line := m.arcs[arc].Line
		if !reversed {
			r = append(r, line[:len(line)-1]...)
			continue
		}
		for i := len(line) - 1; i > 0; i-- {
			r = append(r, line[i])
		}
	}
	return r
}

// faceOf returns the face of a half edge.
func (h *halfEdges) faceOf(e int32) int32 {
	ring := sort.Search(len(h.starts), func(i int) bool { return h.starts[i] > e }) - 1
	return h.faces[ring]
}
