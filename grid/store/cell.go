package store

import (
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

// boxCells returns ranges, at most 25, that together hold every cell of the box and little else, ascending. What they hold too
// much is for the caller to filter.
func boxCells(box geo.Box) []cellRange {
	northWest := mvt.Project(geo.Point{X: box.Min.X, Y: box.Max.Y})
	southEast := mvt.Project(geo.Point{X: box.Max.X, Y: box.Min.Y})
	minX, minY := northWest.X>>(32-cellBits), northWest.Y>>(32-cellBits)
	maxX, maxY := southEast.X>>(32-cellBits), southEast.Y>>(32-cellBits)
	if minX > maxX || minY > maxY {
		return nil
	}
	// Squares of a size of which no more than five by five meet the box.
	size := max(0, bits.Len32(max(maxX-minX, maxY-minY))-2)
	var ranges []cellRange
	var firsts []int64
	for x := minX >> size; x <= maxX>>size; x++ {
		for y := minY >> size; y <= maxY>>size; y++ {
			firsts = append(firsts, int64(spread(x)|spread(y)<<1)<<(2*size))
		}
	}
	slices.Sort(firsts)
	for _, first := range firsts {
		last := first + 1<<(2*size) - 1
		if n := len(ranges); n > 0 && ranges[n-1].last+1 == first {
			ranges[n-1].last = last
			continue
		}
		ranges = append(ranges, cellRange{first, last})
	}
	return ranges
}
