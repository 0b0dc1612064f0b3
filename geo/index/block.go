package index

import "github.com/wangge/wangge/geo"

// A block is the edges of a cell in words of 32 bits, close together because a look-up in a large layer mostly waits for memory:
//
//	word 0   the number of its parts and the code of its corner (4 bits each), the words of its chains (8 bits), the
//	         reference sum (16 bits)
//	         its parts, two to a word in a layer of at most 65,536 parts
//	         its chains: left and right label (8 bits each) and number of edges (16 bits), then the vertices, x and y in
//	         16 bits each
//
// Vertices count from the cell's lower left corner. Within a block of m parts the part in place k has the label m+1+k, and 0
// stands for no part: sums of these small labels are told apart as package index says. What does not fit stands wide:
//
//	word 0   0
//	words    parts, corner, words of chains, the reference sum in two words; its parts
//	         chains: left, right, number of edges, each a word; vertices in two words
//
// The code of the corner is 0 when no part covers it, 1+k for the part in place k, and several for more parts than one: then
// the block has no reference sum.
const (
	wide          = 0
	several       = 0xf
	wideSeveral   = 0xffffffff
	mostParts     = 14 // of a block that is not wide
	mostWords     = 0xff
	wideHeadWords = 6
	shortParts    = 1 << 16 // parts of a layer up to which two go to a word
)

// record is an edge: a before b (Point.Less), and the labels of the parts to the left and to the right of a→b, 0 for none.
type record struct {
	a, b        geo.Point
	left, right int32
}

const (
	noPart       = -1
	severalParts = -2
	undecided    = -3 // the walk met an edge, or its prolongation, at the point or at the elbow
)

// walk returns the part at (px, py), which counts from the corner of the block's cell, or noPart, severalParts or undecided.
//
// Vertices have whole coordinates. The walk goes up the line x = -1/2 from below all edges of the block (its reference sum is
// folded to fit, see builder.fold) to the elbow at py, and then right to the point, on the line just above py. At each edge
// it crosses it adds what is on the far side and takes away what is on the near side. All is computed with masks, since
// which edges are crossed is not to be foreseen.
func (x *Index) walk(block []uint32, px, py int64) int32 {
	head := block[0]
	if head == wide {
		return walkWide(block, px, py)
	}
	if head>>4&0xf == several {
		return undecided
	}
	n := int64(head & 0xf)
	parts := (n + int64(x.packed)) >> x.packed
	chains := block[1+parts : 1+parts+int64(head>>8&0xff)]
	toElbow := 2*px + 1 // twice the distance from the elbow
	sum := int64(int32(head) >> 16)
	for len(chains) > 1 {
		labels, edges := chains[0], chains[0]>>16
		change := int64(labels&0xff) - int64(labels>>8&0xff)
		ux, uy := int64(int16(chains[1]))-px, int64(int32(chains[1])>>16)-py
		vertices := chains[2:]
		for _, w := range vertices[:edges] {
			// This is cross, which is too long for the compiler to put here by itself.
			vx, vy := int64(int16(w))-px, int64(int32(w)>>16)-py
			side := ux*vy - uy*vx
			elbow := 2*side + (vy-uy)*toElbow
			if side == 0 || elbow == 0 {
				return undecided
			}
			elbowLeft := ^(elbow >> 63)
			up := ((ux + px) ^ (vx + px)) >> 63 & elbowLeft & change
			right := ((uy - 1) ^ (vy - 1)) & (elbow ^ side) >> 63 & ((change ^ elbowLeft) - elbowLeft)
			sum += up + right
			ux, uy = vx, vy
		}
		chains = vertices[edges:]
	}
	switch {
	case sum == 0:
		return noPart
	case sum > n && sum <= 2*n:
		return x.part(block[1:], int(sum-n-1))
	}
	return severalParts
}

// part returns the part in place k of those of a block that is not wide.
func (x *Index) part(parts []uint32, k int) int32 {
	if x.packed == 0 {
		return int32(parts[k])
	}
	return int32(parts[k>>1] >> (k & 1 * 16) & 0xffff)
}

// cross returns what a walk to (px, py) adds for the edge from u to v, counted from there, whose left side has a label that is
// greater by change than that of its right side; not ok where the elbow or the point lies on the edge's line. For an edge that runs
// to the left over the line of the walk up, -change belongs to the reference sum.
func cross(ux, uy, vx, vy, px, change int64) (crossed int64, ok bool) {
	side := ux*vy - uy*vx              // positive: the point is to the left of the edge
	elbow := 2*side + (vy-uy)*(2*px+1) // the same for the elbow, twice
	if side == 0 || elbow == 0 {
		return 0, false
	}
	elbowLeft := ^(elbow >> 63)
	up := ((ux + px) ^ (vx + px)) >> 63 & elbowLeft & change
	right := ((uy - 1) ^ (vy - 1)) & (elbow ^ side) >> 63 & ((change ^ elbowLeft) - elbowLeft)
	return up + right, true
}

// walkWide is walk for a wide block.
func walkWide(block []uint32, px, py int64) int32 {
	if block[2] == wideSeveral {
		return undecided
	}
	parts := block[wideHeadWords : wideHeadWords+block[1]]
	chains := block[wideHeadWords+block[1]:][:block[3]]
	sum := int64(uint64(block[4])<<32 | uint64(block[5]))
	for len(chains) > 0 {
		change, edges := int64(chains[0])-int64(chains[1]), chains[2]
		ux, uy := int64(int32(chains[3]))-px, int64(int32(chains[4]))-py
		chains = chains[5:]
		for range edges {
			vx, vy := int64(int32(chains[0]))-px, int64(int32(chains[1]))-py
			crossed, ok := cross(ux, uy, vx, vy, px, change)
			if !ok {
				return undecided
			}
			sum += crossed
			ux, uy, chains = vx, vy, chains[2:]
		}
	}
	n := int64(len(parts))
	switch {
	case sum == 0:
		return noPart
	case sum > n && sum <= 2*n:
		return int32(parts[sum-n-1])
	}
	return severalParts
}

// eachPart calls add with each part that covers the corner of the block's cell or has an edge in it.
func (x *Index) eachPart(block []uint32, add func(part int32)) {
	if block[0] == wide {
		for _, part := range block[wideHeadWords : wideHeadWords+block[1]] {
			add(int32(part))
		}
		return
	}
	for k := range int(block[0] & 0xf) {
		add(x.part(block[1:], k))
	}
}

// corner returns the part that covers the corner of the block's cell, noPart, or severalParts.
func (x *Index) corner(block []uint32) int32 {
	if block[0] == wide {
		switch block[2] {
		case 0:
			return noPart
		case wideSeveral:
			return severalParts
		}
		return int32(block[wideHeadWords+block[2]-1])
	}
	switch code := block[0] >> 4 & 0xf; code {
	case 0:
		return noPart
	case several:
		return severalParts
	default:
		return x.part(block[1:], int(code)-1)
	}
}

// records appends the edges of the block of the cell with that corner to dst. Their labels are part+1, 0 for none.
func (x *Index) records(block []uint32, x0, y0 int64, dst []record) []record {
	if block[0] == wide {
		return wideRecords(block, x0, y0, dst)
	}
	n := int(block[0] & 0xf)
	words := (n + int(x.packed)) >> x.packed
	chains := block[1+words:][:block[0]>>8&0xff]
	partOf := func(label uint32) int32 {
		if label == 0 {
			return 0
		}
		return x.part(block[1:], int(label)-n-1) + 1
	}
	for len(chains) > 0 {
		left, right := partOf(chains[0]&0xff), partOf(chains[0]>>8&0xff)
		edges := chains[0] >> 16
		for i := range edges {
			u, v := chains[1+i], chains[2+i]
			dst = append(dst, directed(
				geo.Point{X: int32(x0 + int64(int16(u))), Y: int32(y0 + int64(int32(u)>>16))},
				geo.Point{X: int32(x0 + int64(int16(v))), Y: int32(y0 + int64(int32(v)>>16))}, left, right))
		}
		chains = chains[2+edges:]
	}
	return dst
}

func wideRecords(block []uint32, x0, y0 int64, dst []record) []record {
	parts := block[wideHeadWords : wideHeadWords+block[1]]
	chains := block[wideHeadWords+block[1]:][:block[3]]
	partOf := func(label uint32) int32 {
		if label == 0 {
			return 0
		}
		return int32(parts[int(label)-len(parts)-1]) + 1
	}
	at := func(v []uint32) geo.Point {
		return geo.Point{X: int32(x0 + int64(int32(v[0]))), Y: int32(y0 + int64(int32(v[1])))}
	}
	for len(chains) > 0 {
		left, right := partOf(chains[0]), partOf(chains[1])
		edges := chains[2]
		for i := range edges {
			dst = append(dst, directed(at(chains[3+2*i:]), at(chains[5+2*i:]), left, right))
		}
		chains = chains[5+2*edges:]
	}
	return dst
}

// directed returns the record of the edge from u to v.
func directed(u, v geo.Point, left, right int32) record {
	if v.Less(u) {
		return record{a: v, b: u, left: right, right: left}
	}
	return record{a: u, b: v, left: left, right: right}
}
