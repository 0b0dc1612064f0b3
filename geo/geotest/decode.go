package geotest

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/geojson"
)

// Decode returns the geometry that data holds as GeoJSON or WKB, nil when it holds none; for fuzzing.
func Decode(data []byte) orb.Geometry {
	if len(data) > 0 && data[0] == '{' {
		g, err := geojson.UnmarshalGeometry(data)
		if err != nil {
			return nil
		}
		return g.Geometry()
	}
	g, err := wkb.Unmarshal(data)
	if err != nil {
		return nil
	}
	return g
}
