package mvt

import "math/bits"

// px is a node of the tile's integer grid, in tile units from the tile's north-west corner, y down.
type px struct{ x, y int32 }

// block is a bitmap of 32 x 32 nodes; bit x of word y is the node (x, y).
type block struct {
	rows uint32 // bit y is set when the set has a node in row y
	set  [32]uint32
}

// marks are what the assembler notes about the nodes of a block while it looks at a polygon, apart from the block to
// keep that small: searching it is most of the work of a tile.
type marks struct {
	seen, again [32]uint32
}

// pixelSet is a set of nodes inside a square: a grid of blocks, of which only those in use take memory.
type pixelSet struct {
	lo, hi int32 // the square, both ends included
	stride int32 // blocks a row
	slot   []uint16
	blocks []block
	marks  []marks // one for each block
}

// reset empties the set and gives it a new square of at most 2^13 nodes a side.
func (s *pixelSet) reset(lo, hi int32) {
	s.lo, s.hi = lo, hi
	s.stride = (hi-lo)>>5 + 1
	n := int(s.stride * s.stride)
	s.slot = resize(s.slot, n)
	clear(s.slot)
	s.blocks, s.marks = s.blocks[:0], s.marks[:0]
}

func (s *pixelSet) inside(p px) bool {
	return s.lo <= p.x && p.x <= s.hi && s.lo <= p.y && p.y <= s.hi
}

// add puts p, which must be inside, into the set.
func (s *pixelSet) add(p px) {
	x, y := p.x-s.lo, p.y-s.lo
	at := &s.slot[(y>>5)*s.stride+x>>5]
	if *at == 0 {
		s.blocks, s.marks = append(s.blocks, block{}), append(s.marks, marks{})
		*at = uint16(len(s.blocks))
	}
	b := &s.blocks[*at-1]
	b.rows |= 1 << uint(y&31)
	b.set[y&31] |= 1 << uint(x&31)
}

// has reports whether p, which must be inside, is in the set.
func (s *pixelSet) has(p px) bool {
	x, y := p.x-s.lo, p.y-s.lo
	at := s.slot[(y>>5)*s.stride+x>>5]
	return at != 0 && s.blocks[at-1].set[y&31]>>uint(x&31)&1 != 0
}

// marksOf returns the marks of the block of p, which must be in the set, and p's row and bit in them.
func (s *pixelSet) marksOf(p px) (*marks, int32, uint32) {
	x, y := p.x-s.lo, p.y-s.lo
	return &s.marks[s.slot[(y>>5)*s.stride+x>>5]-1], y & 31, 1 << uint(x&31)
}

// mark notes a visit of p, which must be in the set, and reports whether there was one before.
func (s *pixelSet) mark(p px) bool {
	m, row, bit := s.marksOf(p)
	before := m.seen[row] & bit
	m.seen[row] |= bit
	m.again[row] |= before
	return before != 0
}

// markedTwice reports whether p, which must be in the set, was visited more than once.
func (s *pixelSet) markedTwice(p px) bool {
	m, row, bit := s.marksOf(p)
	return m.again[row]&bit != 0
}

// unmark forgets the visits of p, which must be in the set.
func (s *pixelSet) unmark(p px) {
	m, row, bit := s.marksOf(p)
	m.seen[row] &^= bit
	m.again[row] &^= bit
}

// within appends to dst the nodes of the set in the rectangle from lo to hi, both ends included and inside the square.
func (s *pixelSet) within(lo, hi px, dst []px) []px {
	x0, y0, x1, y1 := lo.x-s.lo, lo.y-s.lo, hi.x-s.lo, hi.y-s.lo
	for by := y0 >> 5; by <= y1>>5; by++ {
		rows := span(y0-by<<5, y1-by<<5)
		for bx := x0 >> 5; bx <= x1>>5; bx++ {
			at := s.slot[by*s.stride+bx]
			if at == 0 {
				continue
			}
			b := &s.blocks[at-1]
			columns := span(x0-bx<<5, x1-bx<<5)
			for r := b.rows & rows; r != 0; r &= r - 1 {
				y := bits.TrailingZeros32(r)
				for w := b.set[y&31] & columns; w != 0; w &= w - 1 {
					dst = append(dst, px{s.lo + bx<<5 + int32(bits.TrailingZeros32(w)), s.lo + by<<5 + int32(y)})
				}
			}
		}
	}
	return dst
}

// span returns the bits from first to last, both included, as far as they exist.
func span(first, last int32) uint32 {
	return ^uint32(0) << uint(max(first, 0)) & (^uint32(0) >> uint(31-min(last, 31)))
}
