package mvt

// candidates appends to dst the hot pixels that the segment from a to b may pass through: at least all that it does.
func (r *router) candidates(a, b vec, pa, pb px, dst []px) []px {
	lo := r.grid.clamp(px{min(pa.x, pb.x), min(pa.y, pb.y)})
	hi := r.grid.clamp(px{max(pa.x, pb.x), max(pa.y, pb.y)})
	if hi.x-lo.x < 64 || hi.y-lo.y < 64 {
		return r.hot.within(lo, hi, dst)
	}
	return r.nearby(a, b, lo, hi, dst)
}

// passed returns those of the candidates in r.hits that the segment from a to b passes through. A pixel is the
// half-open square of one tile unit around its node, as rounding has it.
func (r *router) passed(a, b vec, pa, pb px) []px {
	if pa.x == pb.x || pa.y == pb.y {
		return r.hits // their rectangle is one pixel wide: all of it is passed
	}
	kept := r.hits[:0]
	for _, p := range r.hits {
		if p == pa || p == pb || r.passes(a, b, p) {
			kept = append(kept, p)
		}
	}
	return kept
}

// nearby appends the hot pixels close to a long segment: strip by strip, those between the rows where it enters and
// leaves.
func (r *router) nearby(a, b vec, lo, hi px, dst []px) []px {
	if a.x > b.x {
		a, b = b, a
	}
	slope := float64(b.y-a.y) / float64(b.x-a.x)
	row := func(col int32, shift int64) int32 {
		x := float64(int64(col)<<r.grid.frac + shift - a.x)
		y := (float64(a.y) + x*slope) / float64(int64(1)<<r.grid.frac)
		return int32(min(max(y, -far), far))
	}
	for x := lo.x; x <= hi.x; x += 32 {
		end := min(x+31, hi.x)
		y0, y1 := row(x, -r.grid.half), row(end, r.grid.half)
		// Two units of slack: one for rounding to rows, one for float64.
		from, to := max(min(y0, y1)-2, lo.y), min(max(y0, y1)+2, hi.y)
		if from <= to {
			dst = r.hot.within(px{x, from}, px{end, to}, dst)
		}
	}
	return dst
}

// passes reports whether the segment from a to b, not parallel to an axis, passes through the pixel of p, which lies
// in the rectangle of the pixels of a and b. It is exact.
//
// The line meets the open square when its distance from the middle is less than that of the corners on both sides. Of
// the corners only the one with the least x and y belongs to the pixel, and it is one of the two that a falling
// segment can just touch.
func (r *router) passes(a, b vec, p px) bool {
	dx, dy := b.x-a.x, b.y-a.y
	ex, ey := int64(p.x)<<r.grid.frac-a.x, int64(p.y)<<r.grid.frac-a.y
	falling := (dx < 0) != (dy < 0)
	if isNarrow(dx) && isNarrow(dy) && isNarrow(ex) && isNarrow(ey) && r.grid.half < narrow {
		c := dx*ey - dy*ex
		reach := r.grid.half * (max(dx, -dx) + max(dy, -dy))
		if c == reach || c == -reach {
			return falling && (c > 0) == (dx > 0)
		}
		return -reach < c && c < reach
	}
	c := mul128(dx, ey).sub(mul128(dy, ex))
	reach := mul128(r.grid.half, int64(absolute(dx)+absolute(dy)))
	upper, lower := c.cmp(reach), c.cmp(int128{}.sub(reach))
	if upper == 0 || lower == 0 {
		return falling && (upper == 0) == (dx > 0)
	}
	return lower > 0 && upper < 0
}
