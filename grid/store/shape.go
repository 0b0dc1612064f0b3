package store

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
)

// srid is WGS 84; CGCS2000 is numerically the same here, and the declared CRS is a column of its own.
const srid = 4326

// encode returns g as EWKB, nil (SQL NULL) for nil.
func encode(g orb.Geometry) ([]byte, error) {
	switch g := g.(type) {
	case nil:
		return nil, nil
	case orb.Point: // by the million: four times as fast as the general way
		b := make([]byte, 0, 25)
		b = append(b, 1)                                       // little-endian
		b = binary.LittleEndian.AppendUint32(b, 1|0x2000_0000) // a point, with SRID
		b = binary.LittleEndian.AppendUint32(b, srid)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(g[0]))
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(g[1])), nil
	case orb.MultiPolygon:
		if g == nil {
			return nil, nil
		}
	}
	return ewkb.Marshal(g, srid)
}

// decode reads EWKB as a geometry of type G; nil bytes (SQL NULL) are the zero G.
func decode[G orb.Geometry](b []byte) (G, error) {
	var none G
	if b == nil {
		return none, nil
	}
	g, _, err := ewkb.Unmarshal(b)
	if err != nil {
		return none, fmt.Errorf("reading EWKB: %w", err)
	}
	want, ok := g.(G)
	if !ok {
		return none, fmt.Errorf("reading EWKB: got a %s", g.GeoJSONType())
	}
	return want, nil
}

// encodeUnits is encode for lattice units, which are in no reference system.
func encodeUnits(g orb.Geometry) ([]byte, error) { return ewkb.Marshal(g, 0) }
