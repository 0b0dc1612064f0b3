package pmtiles

import (
	"math/bits"

	"github.com/wangge/wangge/geo/mvt"
)

// Number returns a tile's number in an archive: zoom after zoom, within a zoom along the Hilbert curve, from 0 for the tile 0/0/0. The
// tile must be Valid.
func Number(id mvt.TileID) uint64 { return First(id.Z) + Position(id) }

// First returns the number of a zoom's first tile.
func First(zoom uint8) uint64 { return (uint64(1)<<(2*zoom) - 1) / 3 }

// Position returns how many tiles of its zoom come before the tile along the Hilbert curve. The four children of the
// tile at position p are at 4p to 4p+3 of the next zoom.
func Position(id mvt.TileID) uint64 {
	x, y, p := id.X, id.Y, uint64(0)
	for side := uint32(1) << id.Z >> 1; side > 0; side >>= 1 {
		var east, south uint64
		if x&side != 0 {
			east = 1
		}
		if y&side != 0 {
			south = 1
		}
		p = p<<2 | 3*east ^ south
		x, y = turn(side, x&(side-1), y&(side-1), east, south)
	}
	return p
}

// At returns the tile at a position of its zoom, which must be less than 4 to the power of zoom.
func At(zoom uint8, position uint64) mvt.TileID {
	var x, y uint32
	for level := range zoom {
		side := uint32(1) << level
		east := position >> 1 & 1
		south := (position ^ east) & 1
		x, y = turn(side, x, y, east, south)
		x, y = x+side*uint32(east), y+side*uint32(south)
		position >>= 2
	}
	return mvt.TileID{Z: zoom, X: x, Y: y}
}

// turn maps a place in a quarter of that side to where the curve begins in the north-west, and back.
func turn(side, x, y uint32, east, south uint64) (uint32, uint32) {
	if south != 0 {
		return x, y
	}
	if east != 0 {
		x, y = side-1-x, side-1-y
	}
	return y, x
}

// Tile returns the tile of that number; false where its zoom is over mvt.MaxZoom.
func Tile(number uint64) (mvt.TileID, bool) {
	if number >= First(mvt.MaxZoom+1) {
		return mvt.TileID{}, false
	}
	zoom := uint8(bits.Len64(3*number+1)-1) / 2
	return At(zoom, number-First(zoom)), true
}
