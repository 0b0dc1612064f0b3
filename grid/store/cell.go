package store

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

// cellBits is how many bits of x and of y a cell has: two centimetres on the equator, and a bigint stays positive.
const cellBits = 31

// cellAt returns the cell of a position on the web map: the bits of x and y interleaved, y above x, so that a tile of zoom z is
// one range of 4^(31-z) cells.
func cellAt(w mvt.World) int64 {
	return int64(spread(w.X>>(32-cellBits)) | spread(w.Y>>(32-cellBits))<<1)
}

// cellCentre returns the middle of the square that is 4^n cells and begins at cell.
func cellCentre(cell int64, n int) mvt.World {
	half := uint32(1) << n // half of it in world units, of which a cell has two
	return mvt.World{
		X: gather(uint64(cell))<<(32-cellBits) + half,
		Y: gather(uint64(cell)>>1)<<(32-cellBits) + half,
	}
}

// tileCells returns the cells of a tile: from first up to, not including, end.
func tileCells(id mvt.TileID) (first, end int64) {
	shift := 2 * (cellBits - int(id.Z))
	first = int64(spread(id.X)|spread(id.Y)<<1) << shift
	return first, first + 1<<shift
}

// spread puts the lower 31 bits of v on the even positions.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}

// gather is the inverse of spread; odd positions do not matter.
func gather(x uint64) uint32 {
	x &= 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return uint32(x | x>>16)
}

// cellOf returns the cell of a shape: of the point itself, of the middle vertex of a line, of a point inside a polygon.
func cellOf(shape orb.Geometry) (int64, error) {
	var at geo.Point
	var err error
	switch g := shape.(type) {
	case orb.Point:
		at, err = geo.Snap(g)
	case orb.MultiLineString:
		if len(g) == 0 || len(g[0]) == 0 {
			return 0, &geo.InvalidError{Rule: geo.RuleEmpty}
		}
		at, err = geo.Snap(g[0][len(g[0])/2])
	case orb.MultiPolygon:
		var polygons geo.MultiPolygon
		if polygons, err = geo.FromOrb(g); err == nil {
			at = geo.PointOnSurface(polygons)
		}
	default:
		return 0, fmt.Errorf("%w: a place cannot be a %T", &geo.InvalidError{Rule: geo.RuleType}, shape)
	}
	if err != nil {
		return 0, err
	}
	return cellAt(mvt.Project(at)), nil
}

// cellRange is a closed range of cells.
type cellRange struct{ first, last int64 }

// How closely boxCells goes along the border of a box: coarse where each range is a condition of its own, fine where they are read one
// after the other.
const (
	coarseCells = 2 // squares of which no more than 5 by 5 meet the box: at most 25 ranges
	fineCells   = 4 // 17 by 17: at most 100 ranges
)

// boxCells returns ranges that together hold every cell of the box and little else, ascending. What they hold too much is for the caller to
// filter.
func boxCells(box geo.Box, closeness int) []cellRange {
	c := coverOf(box)
	if c.minX > c.maxX || c.minY > c.maxY {
		return nil
	}
	c.smallest = max(0, bits.Len32(max(c.maxX-c.minX, c.maxY-c.minY))-closeness)
	c.add(0, 0, cellBits)
	return c.ranges
}

// cover makes the ranges of the cells from min to max, both included, out of squares of 2^smallest cells.
type cover struct {
	minX, minY, maxX, maxY uint32
	smallest               int
	ranges                 []cellRange
}

func coverOf(box geo.Box) cover {
	northWest := mvt.Project(geo.Point{X: box.Min.X, Y: box.Max.Y})
	southEast := mvt.Project(geo.Point{X: box.Max.X, Y: box.Min.Y})
	return cover{
		minX: northWest.X >> (32 - cellBits), minY: northWest.Y >> (32 - cellBits),
		maxX: southEast.X >> (32 - cellBits), maxY: southEast.Y >> (32 - cellBits),
	}
}

// The bits of a cell that x and y are made of. They compare as x and y themselves do.
const (
	columnBits int64 = 0x1555555555555555
	rowBits    int64 = columnBits << 1
)

// inBoxes writes that a cell is one of those of the boxes.
func (s *statement) inBoxes(cell string, boxes []geo.Box) string {
	var in []string
	for _, box := range boxes {
		c := coverOf(box)
		in = append(in, cell+" & "+s.arg(columnBits)+" BETWEEN "+s.arg(int64(spread(c.minX)))+" AND "+s.arg(int64(spread(c.maxX)))+
			" AND "+cell+" & "+s.arg(rowBits)+" BETWEEN "+s.arg(int64(spread(c.minY)<<1))+" AND "+s.arg(int64(spread(c.maxY)<<1)))
	}
	return "(" + anyOf(in) + ")"
}

// add adds what meets the box of a square of 2^size cells.
func (c *cover) add(x, y uint32, size int) {
	last := uint32(1)<<size - 1
	if x > c.maxX || y > c.maxY || x+last < c.minX || y+last < c.minY {
		return
	}
	if size > c.smallest && (x < c.minX || y < c.minY || x+last > c.maxX || y+last > c.maxY) {
		size--
		half := uint32(1) << size
		c.add(x, y, size)
		c.add(x+half, y, size)
		c.add(x, y+half, size)
		c.add(x+half, y+half, size)
		return
	}
	first := int64(spread(x) | spread(y)<<1)
	end := first + 1<<(2*size) - 1
	if n := len(c.ranges); n > 0 && c.ranges[n-1].last+1 == first {
		c.ranges[n-1].last = end
		return
	}
	c.ranges = append(c.ranges, cellRange{first, end})
}

// mergeRanges returns the ranges ascending, with those that meet as one.
func mergeRanges(ranges []cellRange) []cellRange {
	slices.SortFunc(ranges, func(a, b cellRange) int { return cmp.Compare(a.first, b.first) })
	var merged []cellRange
	for _, r := range ranges {
		if n := len(merged); n > 0 && r.first <= merged[n-1].last {
			merged[n-1].last = max(merged[n-1].last, r.last)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}
