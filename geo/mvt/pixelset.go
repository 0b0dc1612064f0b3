package mvt

import "math/bits"

// px is a node of the tile's integer grid, in tile units from the tile's north-west corner, y down.
type px struct{ x, y int32 }

// block is the bitmap of 32 x 32 nodes; bit x of word y is the node (x, y).
type block [32]uint32

// pixelSet is a set of nodes inside a square: a grid of blocks, of which only those in use take memory.
type pixelSet struct {
	lo, hi int32 // the square, both ends included
	stride int32 // blocks a row
	slot   []int32
	blocks []block
}

// reset empties the set and gives it a new square.
func (s *pixelSet) reset(lo, hi int32) {
	s.lo, s.hi = lo, hi
	s.stride = (hi-lo)>>5 + 1
	n := int(s.stride * s.stride)
	if cap(s.slot) < n {
		s.slot = make([]int32, n)
	}
	s.slot = s.slot[:n]
	clear(s.slot)
	s.blocks = s.blocks[:0]
}

func (s *pixelSet) inside(p px) bool {
	return s.lo <= p.x && p.x <= s.hi && s.lo <= p.y && p.y <= s.hi
}

// add puts p, which must be inside, into the set.
func (s *pixelSet) add(p px) {
	x, y := p.x-s.lo, p.y-s.lo
	at := &s.slot[(y>>5)*s.stride+x>>5]
	if *at == 0 {
		s.blocks = append(s.blocks, block{})
		*at = int32(len(s.blocks))
	}
	s.blocks[*at-1][y&31] |= 1 << uint(x&31)
}

// has reports whether p, which must be inside, is in the set.
func (s *pixelSet) has(p px) bool {
	x, y := p.x-s.lo, p.y-s.lo
	at := s.slot[(y>>5)*s.stride+x>>5]
	return at != 0 && s.blocks[at-1][y&31]>>uint(x&31)&1 != 0
}

// swap adds p, which must be inside, and reports whether it was there before.
func (s *pixelSet) swap(p px) bool {
	was := s.has(p)
	if !was {
		s.add(p)
	}
	return was
}

// remove takes p, which must be inside, out of the set.
func (s *pixelSet) remove(p px) {
	x, y := p.x-s.lo, p.y-s.lo
	if at := s.slot[(y>>5)*s.stride+x>>5]; at != 0 {
		s.blocks[at-1][y&31] &^= 1 << uint(x&31)
	}
}

// within appends to dst the nodes of the set in the rectangle from lo to hi, both ends included and inside the square.
func (s *pixelSet) within(lo, hi px, dst []px) []px {
	x0, y0, x1, y1 := lo.x-s.lo, lo.y-s.lo, hi.x-s.lo, hi.y-s.lo
	for by := y0 >> 5; by <= y1>>5; by++ {
		for bx := x0 >> 5; bx <= x1>>5; bx++ {
			at := s.slot[by*s.stride+bx]
			if at == 0 {
				continue
			}
			mask := ^uint32(0)
			if bx == x0>>5 {
				mask &= ^uint32(0) << uint(x0&31)
			}
			if bx == x1>>5 {
				mask &= ^uint32(0) >> uint(31-x1&31)
			}
			b := &s.blocks[at-1]
			first, last := max(y0-by<<5, 0), min(y1-by<<5, 31)
			for y := first; y <= last; y++ {
				for w := b[y] & mask; w != 0; w &= w - 1 {
					dst = append(dst, px{s.lo + bx<<5 + int32(bits.TrailingZeros32(w)), s.lo + by<<5 + y})
				}
			}
		}
	}
	return dst
}
