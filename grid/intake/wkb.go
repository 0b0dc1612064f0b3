package intake

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// wkbReader reads well-known binary (OGC 06-103r4, 8.2; with Z and M as ISO or PostGIS write them, which are dropped). Libraries take memory by the
// counts that it says it has; this one by what there is.
type wkbReader struct {
	b     []byte
	order binary.ByteOrder
	extra int // ordinates beyond two
	bad   bool
}

// readWKB reads a geometry, nil for an empty point. The error is a fault of the row.
func readWKB(b []byte) (orb.Geometry, error) {
	r := wkbReader{b: b, order: binary.BigEndian}
	g := r.geometry(0)
	switch {
	case r.bad:
		return nil, faultf("wkb", "geometry", "the geometry is damaged")
	case g == nil:
		return nil, &geo.InvalidError{Rule: geo.RuleType}
	}
	if p, ok := g.(orb.Point); ok && p[0] != p[0] && p[1] != p[1] {
		return nil, nil
	}
	return g, nil
}

// take returns the next n bytes, nil when there are not so many.
func (r *wkbReader) take(n int) []byte {
	if r.bad || n > len(r.b) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

// head reads what begins each geometry and returns its type.
func (r *wkbReader) head() uint32 {
	b := r.take(5)
	if b == nil {
		return 0
	}
	switch b[0] {
	case 0:
		r.order = binary.BigEndian
	case 1:
		r.order = binary.LittleEndian
	default:
		r.bad = true
	}
	kind := r.order.Uint32(b[1:])
	const z, m, srid = 1 << 31, 1 << 30, 1 << 29
	r.extra = 0
	for _, flag := range []uint32{z, m} {
		if kind&flag != 0 {
			r.extra++
		}
	}
	if kind&srid != 0 {
		r.take(4)
	}
	kind &^= z | m | srid
	switch kind / 1000 {
	case 0:
	case 1, 2:
		r.extra = 1
	case 3:
		r.extra = 2
	default:
		r.bad = true
	}
	return kind % 1000
}

// count reads how many parts of at least so many bytes follow.
func (r *wkbReader) count(bytes int) int {
	b := r.take(4)
	if b == nil {
		return 0
	}
	n := r.order.Uint32(b)
	if uint64(n)*uint64(bytes) > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *wkbReader) point() orb.Point {
	b := r.take(16 + 8*r.extra)
	if b == nil {
		return orb.Point{}
	}
	return orb.Point{math.Float64frombits(r.order.Uint64(b)), math.Float64frombits(r.order.Uint64(b[8:]))}
}

func (r *wkbReader) points() []orb.Point {
	out := make([]orb.Point, r.count(16+8*r.extra))
	for i := range out {
		out[i] = r.point()
	}
	return out
}

func (r *wkbReader) polygon() orb.Polygon {
	p := make(orb.Polygon, 0, r.count(4))
	for range cap(p) {
		if p = append(p, r.points()); r.bad {
			return nil
		}
	}
	return p
}

// geometry reads one geometry, nil for one of a type that no layer takes.
func (r *wkbReader) geometry(depth int) orb.Geometry {
	kind := r.head()
	if r.bad {
		return nil
	}
	switch kind {
	case 1:
		return r.point()
	case 2:
		return orb.LineString(r.points())
	case 3:
		return r.polygon()
	}
	if depth > 0 || kind < 4 || kind > 6 {
		return nil
	}
	return r.several(kind)
}

func (r *wkbReader) several(kind uint32) orb.Geometry {
	var points orb.MultiPoint
	var lines orb.MultiLineString
	var areas orb.MultiPolygon
	for range r.count(9) {
		switch g := r.geometry(1).(type) {
		case orb.Point:
			points = append(points, g)
		case orb.LineString:
			lines = append(lines, g)
		case orb.Polygon:
			areas = append(areas, g)
		default:
			r.bad = true
		}
		if r.bad {
			return nil
		}
	}
	r.bad = r.bad || len(points) > 0 && kind != 4 || len(lines) > 0 && kind != 5 || len(areas) > 0 && kind != 6
	switch kind {
	case 4:
		return points
	case 5:
		return lines
	}
	return areas
}

// gpkgGeometry reads a geometry in the binary form of GeoPackage (OGC 12-128r17, 2.1.3), nil for an empty one.
func gpkgGeometry(b []byte) (orb.Geometry, error) {
	bad := faultf("gpkg", "geometry", "this is no geometry of a GeoPackage")
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return nil, bad
	}
	flags := b[3]
	envelope := []int{0, 32, 48, 48, 64, -1, -1, -1}[flags>>1&7]
	if envelope < 0 || len(b) < 8+envelope || flags&0x20 != 0 {
		return nil, bad
	}
	if flags&0x10 != 0 {
		return nil, nil
	}
	return readWKB(b[8+envelope:])
}
