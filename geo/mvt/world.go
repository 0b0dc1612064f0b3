package mvt

import (
	"math"

	"github.com/wangge/wangge/geo"
)

const (
	worldBits = 32
	worldMax  = 1<<worldBits - 1
)

// maxLatUnits is the latitude, in lattice units, where the square web mercator map ends: atan(sinh(pi)).
const maxLatUnits = 850511288

// World is a position on the square web mercator map (EPSG:3857) in units of 2^-32 of its width, about 0.9 cm on the
// equator: X grows to the east from 180° W, Y grows to the south from 85.0511…° N.
type World struct{ X, Y uint32 }

// Project returns the world position nearest to p.
//
// X is exact: integer arithmetic, rounded to the nearest unit, and different for different longitudes; only 180° E,
// which would be 2^32, gives 2^32-1. Y goes through float64 and lies within 1e-5 units of the true value before it is
// rounded to the nearest unit; different latitudes give different Y between ±85.0511°, latitudes beyond are moved
// there. A result depends on p alone, so that a vertex lands in the same place for every feature, tile and zoom.
// Source: OGC 17-083r4 (WebMercatorQuad); spherical formula, IOGP 373-7-2 §3.5.1.2.
func Project(p geo.Point) World {
	const half = 180 * geo.UnitsPerDegree
	// (k + 1.8e9) * 2^32 / 3.6e9: at most 1.55e19, which a uint64 holds.
	x := (uint64(int64(p.X)+half)<<worldBits + half) / (2 * half)

	lat := float64(min(max(p.Y, -maxLatUnits), maxLatUnits)) * (math.Pi / half)
	y := (0.5 - math.Asinh(math.Tan(lat))/(2*math.Pi)) * (1 << worldBits)
	return World{X: uint32(min(x, worldMax)), Y: uint32(min(max(math.Floor(y+0.5), 0), worldMax))}
}

// Tile returns the tile of zoom z, at most MaxZoom, that contains w.
func (w World) Tile(z uint8) TileID {
	z = min(z, MaxZoom)
	return TileID{Z: z, X: uint32(uint64(w.X) >> (worldBits - uint(z))), Y: uint32(uint64(w.Y) >> (worldBits - uint(z)))}
}

// lonUnits returns the lattice longitude nearest to world column x, which may lie outside the world by a buffer.
func lonUnits(x int64) int32 {
	const half = 180 * geo.UnitsPerDegree
	k := math.Round(float64(x)*(2*half/(1<<worldBits))) - half
	return int32(min(max(k, -half), half))
}

// latUnits returns the lattice latitude nearest to world row y, which may lie outside the world by a buffer.
func latUnits(y int64) int32 {
	const half = 180 * geo.UnitsPerDegree
	lat := math.Atan(math.Sinh(math.Pi * (1 - 2*float64(y)/(1<<worldBits))))
	return int32(math.Round(lat * (half / math.Pi)))
}
