package mvt

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// MaxZoom is the deepest zoom that the package serves: one tile unit is about 0.6 mm there, finer than the lattice.
const MaxZoom = 24

// Extent is the width and height of a tile in tile units.
const Extent = 4096

// MaxBuffer is the largest buffer around a tile, in tile units.
const MaxBuffer = 1024

// ErrTile is wrapped by every error about a tile that does not exist.
var ErrTile = errors.New("no such tile")

// TileID names a tile of the web mercator pyramid: zoom Z, column X from the west, row Y from the north.
type TileID struct {
	Z    uint8
	X, Y uint32
}

// ParseTile reads a tile's address from its three path segments: decimal digits only, no sign, no leading zero, zoom
// 0 to MaxZoom, column and row inside the zoom's pyramid. The error wraps ErrTile and says which part is wrong.
func ParseTile(z, x, y string) (TileID, error) {
	zoom, ok := parseDecimal(z)
	if !ok || zoom > MaxZoom {
		return TileID{}, fmt.Errorf("%w: zoom %q is not a number from 0 to %d", ErrTile, clip(z), MaxZoom)
	}
	last := uint32(1)<<zoom - 1
	col, ok := parseDecimal(x)
	if !ok || col > last {
		return TileID{}, fmt.Errorf("%w: column %q is not a number from 0 to %d", ErrTile, clip(x), last)
	}
	row, ok := parseDecimal(y)
	if !ok || row > last {
		return TileID{}, fmt.Errorf("%w: row %q is not a number from 0 to %d", ErrTile, clip(y), last)
	}
	return TileID{Z: uint8(zoom), X: col, Y: row}, nil
}

// parseDecimal reads a canonical decimal number of at most eight digits, enough for every column of MaxZoom.
func parseDecimal(s string) (uint32, bool) {
	if s == "" || len(s) > 8 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	n := uint32(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + uint32(s[i]-'0')
	}
	return n, true
}

// clip keeps an error readable when the path segment is absurdly long.
func clip(s string) string { return s[:min(len(s), 16)] }

// Valid reports whether t exists: zoom at most MaxZoom, column and row inside the pyramid.
func (t TileID) Valid() bool {
	return t.Z <= MaxZoom && uint64(t.X)>>t.Z == 0 && uint64(t.Y)>>t.Z == 0
}

// String returns t as z/x/y.
func (t TileID) String() string {
	return strconv.Itoa(int(t.Z)) + "/" + strconv.FormatUint(uint64(t.X), 10) + "/" + strconv.FormatUint(uint64(t.Y), 10)
}

// Contains reports whether w lies in t. Tiles are half-open to the east and south, so that every World lies in
// exactly one tile of a zoom.
func (t TileID) Contains(w World) bool {
	at := w.Tile(t.Z)
	return at == t
}

// Parent returns the tile of the zoom above that contains t; the tile 0/0/0 is its own parent.
func (t TileID) Parent() TileID {
	if t.Z == 0 {
		return t
	}
	return TileID{Z: t.Z - 1, X: t.X >> 1, Y: t.Y >> 1}
}

// Children returns the four tiles of the next zoom that make up t: north-west, north-east, south-west, south-east.
// Children of a tile of MaxZoom are not Valid.
func (t TileID) Children() [4]TileID {
	z, x, y := t.Z+1, t.X<<1, t.Y<<1
	return [4]TileID{{z, x, y}, {z, x + 1, y}, {z, x, y + 1}, {z, x + 1, y + 1}}
}

// worldRange is a closed range of world coordinates; it may reach beyond the world by a buffer.
type worldRange struct{ minX, minY, maxX, maxY int64 }

// worldRange returns the world coordinates whose nearest tile unit lies in t or its buffer, both ends included, never
// too few.
func (t TileID) worldRange(bufferPx int) worldRange {
	// In units of 2^-37 of the world a tile unit of every zoom up to 24 is a whole number, as is half of it.
	const shift = 37
	px := int64(1) << (shift - 12 - uint(t.Z))
	slack := int64(bufferPx)*px + px/2
	outer := func(n uint32) (lo, hi int64) {
		start := int64(n) * Extent * px
		return (start - slack) >> (shift - worldBits), (start + Extent*px + slack) >> (shift - worldBits)
	}
	var r worldRange
	r.minX, r.maxX = outer(t.X)
	r.minY, r.maxY = outer(t.Y)
	return r
}

func emptyRange() worldRange {
	return worldRange{minX: worldMax + 1, minY: worldMax + 1, maxX: -1, maxY: -1}
}

func (r worldRange) extend(w World) worldRange {
	x, y := int64(w.X), int64(w.Y)
	return r.union(worldRange{x, y, x, y})
}

func (r worldRange) union(o worldRange) worldRange {
	return worldRange{min(r.minX, o.minX), min(r.minY, o.minY), max(r.maxX, o.maxX), max(r.maxY, o.maxY)}
}

func (r worldRange) intersects(o worldRange) bool {
	return r.minX <= o.maxX && o.minX <= r.maxX && r.minY <= o.maxY && o.minY <= r.maxY
}

// in reports whether all of r lies in o.
func (r worldRange) in(o worldRange) bool {
	return o.minX <= r.minX && r.maxX <= o.maxX && o.minY <= r.minY && r.maxY <= o.maxY
}

// Bounds returns the degrees lon/lat that t covers together with a buffer of bufferPx tile units, cut off at ±180 and
// at the latitudes ±85.0511… where the map ends. The error is that of float64.
func (t TileID) Bounds(bufferPx int) orb.Bound {
	buffer := float64(bufferPx) / Extent
	scale := math.Exp2(-float64(t.Z))
	at := func(x, y float64) orb.Point {
		x, y = min(max(x*scale, 0), 1), min(max(y*scale, 0), 1)
		return orb.Point{x*360 - 180, math.Atan(math.Sinh(math.Pi*(1-2*y))) * 180 / math.Pi}
	}
	x, y := float64(t.X), float64(t.Y)
	return orb.Bound{Min: at(x-buffer, y+1+buffer), Max: at(x+1+buffer, y-buffer)}
}

// Box returns a lattice box that contains every lattice point that can leave a mark on t drawn with a buffer of
// bufferPx tile units. Give a Tile every feature whose box meets it: nothing outside can change a byte.
func (t TileID) Box(bufferPx int) geo.Box {
	r := t.worldRange(bufferPx)
	b := geo.Box{
		Min: geo.Point{X: lonUnits(r.minX) - 2, Y: latUnits(r.maxY) - 2},
		Max: geo.Point{X: lonUnits(r.maxX) + 2, Y: latUnits(r.minY) + 2},
	}
	// Latitudes beyond the map are projected onto its edge, so that the tiles there answer for them.
	if r.minY <= 0 {
		b.Max.Y = 90 * geo.UnitsPerDegree
	}
	if r.maxY >= worldMax {
		b.Min.Y = -90 * geo.UnitsPerDegree
	}
	b.Min.X = max(b.Min.X, -180*geo.UnitsPerDegree)
	b.Max.X = min(b.Max.X, 180*geo.UnitsPerDegree)
	return b
}

// Range is a rectangle of tiles of one zoom, all four limits included. It is empty when MinX > MaxX or MinY > MaxY.
type Range struct {
	Z                      uint8
	MinX, MinY, MaxX, MaxY uint32
}

// Cover returns the tiles of zoom z (at most MaxZoom) that a change inside b can alter when they are drawn with a
// buffer of bufferPx tile units. An empty box covers no tile.
func Cover(b geo.Box, z uint8, bufferPx int) Range {
	if b.Empty() {
		return Range{Z: z, MinX: 1, MinY: 1}
	}
	z = min(z, MaxZoom)
	nw, se := Project(geo.Point{X: b.Min.X, Y: b.Max.Y}), Project(geo.Point{X: b.Max.X, Y: b.Min.Y})
	// One tile unit of slack, rounded up to whole world units: a vertex rounds to the nearest unit.
	slack := (int64(bufferPx)+1)<<(worldBits-12)>>z + 1
	tile := func(w int64) uint32 { return uint32(min(max(w, 0), worldMax) >> (worldBits - uint(z))) }
	return Range{
		Z:    z,
		MinX: tile(int64(nw.X) - slack), MinY: tile(int64(nw.Y) - slack),
		MaxX: tile(int64(se.X) + slack), MaxY: tile(int64(se.Y) + slack),
	}
}

// Len returns the number of tiles in r.
func (r Range) Len() uint64 {
	if r.MinX > r.MaxX || r.MinY > r.MaxY {
		return 0
	}
	return (uint64(r.MaxX-r.MinX) + 1) * (uint64(r.MaxY-r.MinY) + 1)
}

// Contains reports whether t is one of the tiles of r.
func (r Range) Contains(t TileID) bool {
	return t.Z == r.Z && r.MinX <= t.X && t.X <= r.MaxX && r.MinY <= t.Y && t.Y <= r.MaxY
}

// All yields the tiles of r row by row from the north-west.
func (r Range) All() iter.Seq[TileID] {
	return func(yield func(TileID) bool) {
		for y := uint64(r.MinY); y <= uint64(r.MaxY); y++ {
			for x := uint64(r.MinX); x <= uint64(r.MaxX); x++ {
				if !yield(TileID{Z: r.Z, X: uint32(x), Y: uint32(y)}) {
					return
				}
			}
		}
	}
}
