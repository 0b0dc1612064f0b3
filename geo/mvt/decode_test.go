package mvt_test

import (
	"testing"

	"github.com/paulmach/orb"
	orbmvt "github.com/paulmach/orb/encoding/mvt"

	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
)

// mustDecode decodes a tile strictly, and with orb's decoder too, and checks that every feature is valid.
func mustDecode(t *testing.T, b []byte, bufferPx int) map[string]geotest.TileLayer {
	t.Helper()
	layers, err := geotest.DecodeTile(b)
	if err != nil {
		t.Fatalf("decoding: %v", err)
	}
	theirs, err := orbmvt.Unmarshal(b)
	if err != nil {
		t.Fatalf("orb decoding: %v", err)
	}
	if len(theirs) != len(layers) {
		t.Fatalf("orb sees %d layers, want %d", len(theirs), len(layers))
	}
	byName := map[string]geotest.TileLayer{}
	for i, l := range layers {
		byName[l.Name] = l
		if l.Extent != mvt.Extent || len(theirs[i].Features) != len(l.Features) {
			t.Fatalf("layer %s: extent %d, %d features, orb sees %d", l.Name, l.Extent, len(l.Features), len(theirs[i].Features))
		}
		for k, f := range l.Features {
			if err := f.Valid(bufferPx); err != nil {
				t.Fatalf("layer %s feature %d: %v\n%v", l.Name, f.ID, err, f.Parts)
			}
			if got, want := orbParts(theirs[i].Features[k].Geometry), len(f.Parts); got != want {
				t.Fatalf("layer %s feature %d: orb sees %d parts, want %d", l.Name, f.ID, got, want)
			}
		}
	}
	return byName
}

func orbParts(g orb.Geometry) int {
	switch g := g.(type) {
	case orb.Polygon:
		return len(g)
	case orb.MultiPolygon:
		n := 0
		for _, p := range g {
			n += len(p)
		}
		return n
	case orb.MultiLineString:
		return len(g)
	case orb.MultiPoint:
		return len(g)
	}
	return 1
}
