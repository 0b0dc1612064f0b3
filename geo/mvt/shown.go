package mvt

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// AppendShown appends to dst bytes that tell what a tile drawn with a buffer of bufferPx tile units shows of polygons, and reports whether
// it may show anything: where the bytes are the same, so is what Encode makes of the shape next to the same others. They do not depend on
// what is nowhere near the tile.
func (s *Shape) AppendShown(dst []byte, id TileID, bufferPx int) ([]byte, bool) {
	v := view{reach: id.worldRange(bufferPx + 2)}
	v.midX, v.midY = (v.reach.minX+v.reach.maxX)/2, (v.reach.minY+v.reach.maxY)/2
	if !s.box.intersects(v.reach) {
		return dst, false
	}
	if s.box.in(v.reach) {
		return append(append(dst, allShown), s.sum[:]...), true
	}
	for i := range s.parts {
		v.ring(&s.parts[i])
	}
	if len(v.runs) == 0 && !v.inside {
		return dst, false
	}
	slices.SortFunc(v.runs, func(a, b []World) int { return slices.CompareFunc(a, b, compareWorld) })
	dst = append(dst, v.inside01(), byte(btoi(s.dirty)))
	for _, run := range v.runs {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(run)))
		for _, w := range run {
			dst = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(dst, w.X), w.Y)
		}
	}
	return binary.LittleEndian.AppendUint32(dst, 0), true
}

// allShown begins the bytes of a shape of which a tile shows everything, and which AppendShown says in short. Others begin with 0 or 1.
const allShown = 2

// setSum sums up the rings and how they are drawn.
func (s *Shape) setSum() {
	bytes := make([]byte, 0, 1+4*len(s.parts)+8*s.verts)
	bytes = append(bytes, byte(btoi(s.dirty)))
	for i := range s.parts {
		verts := s.parts[i].verts
		bytes = binary.LittleEndian.AppendUint32(bytes, uint32(len(verts)))
		for _, w := range verts {
			bytes = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(bytes, w.X), w.Y)
		}
	}
	sum := sha256.Sum256(bytes)
	copy(s.sum[:], sum[:])
}

func compareWorld(a, b World) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }

// view is what a tile shows of a shape.
type view struct {
	reach      worldRange
	midX, midY int64
	runs       [][]World // edges that the tile shows, one after the other
	inside     bool      // the middle of the tile lies inside
}

// inside01 says that the tile lies inside, which edges say by themselves where there are any.
func (v *view) inside01() byte { return byte(btoi(v.inside && len(v.runs) == 0)) }

// ring notes the edges of a ring that the tile shows, in runs that do not depend on where the ring begins, unless all of it is shown: a
// ring that leaves a tile is drawn from the same node on wherever it begins.
func (v *view) ring(p *part) {
	first, hidden, shown := len(v.runs), false, false
	for k, box := range p.chunks {
		if box.maxY < v.reach.minY || box.minY > v.reach.maxY || box.maxX < v.reach.minX {
			hidden, shown = true, false
			continue
		}
		prev, path := p.chunk(k)
		for _, w := range path {
			was := shown
			if shown = v.shows(prev, w); shown && was {
				v.runs[len(v.runs)-1] = append(v.runs[len(v.runs)-1], w)
			} else if shown {
				v.runs = append(v.runs, []World{prev, w})
			}
			hidden = hidden || !shown
			if v.east(prev, w) {
				v.inside = !v.inside
			}
			prev = w
		}
	}
	last := len(v.runs) - 1
	if !hidden || last <= first || !shown {
		return
	}
	if head := v.runs[first]; head[0] == p.prev && head[1] == p.verts[0] { // the last run goes on in the first
		v.runs[first] = append(v.runs[last], head[1:]...)
		v.runs = v.runs[:last]
	}
}

// shows reports whether the edge from a to b may meet the reach.
func (v *view) shows(a, b World) bool {
	r := &v.reach
	if !emptyRange().extend(a).extend(b).intersects(*r) {
		return false
	}
	left, right := 0, 0
	for _, c := range [4][2]int64{{r.minX, r.minY}, {r.maxX, r.minY}, {r.maxX, r.maxY}, {r.minX, r.maxY}} {
		switch turn := turnOf(a, b, c[0], c[1]); {
		case turn > turnDoubt:
			left++
		case turn < -turnDoubt:
			right++
		}
	}
	return left < 4 && right < 4
}

// east reports whether the edge from a to b passes the middle of the tile to the east. The two do not meet where it matters.
func (v *view) east(a, b World) bool {
	if (int64(a.Y) > v.midY) == (int64(b.Y) > v.midY) {
		return false
	}
	return (turnOf(a, b, v.midX, v.midY) > 0) == (b.Y > a.Y)
}

// turnDoubt is more than what turnOf may be wrong by.
const turnDoubt = 1 << 14

// turnOf returns on which side of the line from a to b a position lies: how far, times the length of the edge.
func turnOf(a, b World, x, y int64) float64 {
	return float64(int64(b.X)-int64(a.X))*float64(y-int64(a.Y)) - float64(int64(b.Y)-int64(a.Y))*float64(x-int64(a.X))
}
