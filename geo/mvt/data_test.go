package mvt_test

import (
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
)

// Real layers come out valid at every zoom, and no two faces of one that tiles its city ever run along the same edge in
// the same direction.
func TestRealLayers(t *testing.T) {
	t.Parallel()
	for name, tiles := range map[string]bool{
		"washington-dc/grid_smd_2013.geojson.gz":                true,
		"washington-dc/grid_census_block_group_2010.geojson.gz": false,
		"taichung-villages/village.geojson.gz":                  false,
		"london-output-areas/ward.geojson.gz":                   false,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faces := readLayer(t, geotest.Data(t, name))
			var shapes []*mvt.Shape
			box := geo.EmptyBox()
			for _, f := range faces {
				shapes = append(shapes, mvt.NewPolygons(f))
				box = box.Union(f.Box())
			}
			rng := rand.New(rand.NewPCG(1, 1))
			drawn := 0
			for z := range uint8(17) {
				r := mvt.Cover(box, z, testBuffer)
				for id := range r.All() {
					if rng.IntN(int(r.Len()/10)+1) > 0 {
						continue
					}
					tile := newTile(t, id, testBuffer)
					for i, s := range shapes {
						tile.Layer("faces").Add(uint64(i), s)
					}
					layers := mustDecode(t, tile.Encode(nil), testBuffer)
					drawn += len(layers["faces"].Features)
					for e, n := range layers["faces"].Edges(testBuffer) {
						if tiles && n > 1 {
							t.Fatalf("tile %v: %d faces on the same side of edge %v", id, n, e)
						}
					}
				}
			}
			if drawn < len(faces) {
				t.Errorf("only %d features drawn of %d faces", drawn, len(faces))
			}
		})
	}
}

// readLayer returns the polygons of a gzipped GeoJSON file that are valid on the lattice.
func readLayer(t *testing.T, path string) []geo.MultiPolygon {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	layer, err := geojson.UnmarshalFeatureCollection(text)
	if err != nil {
		t.Fatal(err)
	}
	var faces []geo.MultiPolygon
	for _, f := range layer.Features {
		if m, err := geo.FromOrb(f.Geometry); err == nil {
			faces = append(faces, m)
		}
	}
	if len(faces) < len(layer.Features)*9/10 {
		t.Fatalf("only %d polygons of %d are valid", len(faces), len(layer.Features))
	}
	return faces
}
