package mesh_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// nasty returns the geometries of every file of a folder of hard and broken inputs, those of a file together.
func nasty(t *testing.T, folder, pattern string, read func(text []byte) []orb.Geometry) map[string][]orb.Geometry {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(geotest.Data(t, "nasty-geometry", filepath.FromSlash(folder)), pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	out := make(map[string][]orb.Geometry, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[folder+"/"+filepath.Base(file)] = read(text)
	}
	return out
}

func readGeoJSON(text []byte) []orb.Geometry {
	if fc, err := geojson.UnmarshalFeatureCollection(text); err == nil {
		var out []orb.Geometry
		for _, f := range fc.Features {
			if f != nil {
				out = append(out, f.Geometry)
			}
		}
		return out
	}
	g, err := geojson.UnmarshalGeometry(text)
	if err != nil {
		return nil
	}
	if all, ok := g.Geometry().(orb.Collection); ok {
		return all
	}
	return []orb.Geometry{g.Geometry()}
}

func readRings(text []byte) []orb.Geometry {
	var p orb.Polygon
	if json.Unmarshal(text, &p) != nil {
		return nil
	}
	for i, r := range p {
		if len(r) > 0 && r[0] != r[len(r)-1] {
			p[i] = append(r, r[0])
		}
	}
	return []orb.Geometry{p}
}

func readCases(text []byte) []orb.Geometry {
	var run struct {
		Cases []struct {
			A string `xml:"a"`
			B string `xml:"b"`
		} `xml:"case"`
	}
	if xml.Unmarshal(text, &run) != nil {
		return nil
	}
	var out []orb.Geometry
	for _, c := range run.Cases {
		for _, s := range []string{c.A, c.B} {
			if g, err := wkt.Unmarshal(strings.Join(strings.Fields(s), " ")); err == nil {
				out = append(out, g)
			}
		}
	}
	return out
}

// TestNastyLayers takes the areas of every file together as a layer, at several sizes down to a few hundred lattice units, and those
// that are not valid too: Build, Check and Clean end, and Clean's result is sound or refused with rule and spot.
func TestNastyLayers(t *testing.T) {
	t.Parallel()
	sizes := []float64{5_000_000, 3000, 200} // units
	if testing.Short() {
		sizes = sizes[1:2]
	}
	for _, group := range []map[string][]orb.Geometry{
		nasty(t, "mapshaper-clean", "*.*json", readGeoJSON),
		nasty(t, "geojsonhint/good", "*.*json", readGeoJSON),
		nasty(t, "geojsonhint/bad", "*.*json", readGeoJSON),
		nasty(t, "earcut", "*.json", readRings),
		nasty(t, "jts-xml", "*.xml", readCases),
	} {
		layers, cleaned := 0, 0
		for name, all := range group {
			for _, units := range sizes {
				for some := range slices.Chunk(all, 15) {
					layers++
					if nastyLayer(t, name, some, units) {
						cleaned++
					}
				}
			}
		}
		t.Logf("%d layers, %d cleaned", layers, cleaned)
	}
}

// nastyLayer takes the areas among all, scaled to a size in units; it reports whether they could be cleaned.
func nastyLayer(t *testing.T, name string, all []orb.Geometry, units float64) bool {
	t.Helper()
	box := orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
	for _, g := range all {
		if g != nil && box.IsEmpty() {
			box = g.Bound()
		} else if g != nil {
			box = box.Union(g.Bound())
		}
	}
	size := max(box.Max[0]-box.Min[0], box.Max[1]-box.Min[1])
	var parts, broken []geo.MultiPolygon
	for _, g := range all {
		if g == nil || !(size > 0 && size < 1e300) {
			continue
		}
		g = geotest.Map(g, func(p orb.Point) orb.Point {
			return orb.Point{(p[0] - box.Min[0]) / size * units / geo.UnitsPerDegree, (p[1] - box.Min[1]) / size * units / geo.UnitsPerDegree}
		})
		if m, err := geo.FromOrb(g); err == nil {
			parts = append(parts, m)
		} else {
			broken = append(broken, unchecked(g))
		}
	}
	for _, m := range broken {
		mesh.CheckLayer([]geo.MultiPolygon{m})
		if _, err := mesh.Clean(mesh.Layer{Parts: []geo.MultiPolygon{m}}, tolerances); err == nil && geo.Check(m) != nil {
			t.Errorf("%s: cleaned what is not valid", name)
		}
	}
	if _, err := mesh.Build(parts); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	ok := false
	for _, opt := range []mesh.CleanOptions{{}, tolerances, {AreaM2: 1e12, WidthM: 1e6}} {
		for _, outline := range outlines(parts) {
			c, err := mesh.Clean(into(parts, outline), opt)
			if err != nil {
				refused(t, name, err)
				continue
			}
			ok = true
			holdCleaned(t, parts, outline, opt, c)
			if t.Failed() {
				t.Fatalf("%s, %v units, %+v", name, units, opt)
			}
		}
	}
	return ok
}

// outlines returns what to clean parts into: one of them, and nothing.
func outlines(parts []geo.MultiPolygon) []geo.MultiPolygon {
	if len(parts) == 0 {
		return []geo.MultiPolygon{nil}
	}
	return []geo.MultiPolygon{parts[0], nil}
}

// refused checks that an error names rule and spot.
func refused(t testing.TB, name string, err error) {
	t.Helper()
	var invalid *geo.InvalidError
	if !errors.As(err, &invalid) || invalid.Rule == "" {
		t.Errorf("%s: %v", name, err)
	}
}

// unchecked returns the areas of g on the lattice as they are.
func unchecked(g orb.Geometry) geo.MultiPolygon {
	var in orb.MultiPolygon
	switch g := g.(type) {
	case orb.Polygon:
		in = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		in = g
	}
	var out geo.MultiPolygon
	for _, p := range in {
		var poly geo.Polygon
		for _, r := range p {
			var ring geo.Ring
			for _, v := range r {
				if at, err := geo.Snap(v); err == nil {
					ring = append(ring, at)
				}
			}
			poly = append(poly, ring)
		}
		out = append(out, poly)
	}
	return out
}

// FuzzClean makes parts of bytes, three to a corner of a triangle fan in a small place, and cleans them.
func FuzzClean(f *testing.F) {
	f.Add([]byte("two triangles that meet"), uint64(1))
	f.Add([]byte{0, 0, 10, 0, 10, 10, 10, 0, 20, 0, 20, 20}, uint64(2))
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 3))
		var parts []geo.MultiPolygon
		for len(data) >= 6 && len(parts) < 30 {
			n := min(3+rng.IntN(4), len(data)/2)
			var r orb.Ring
			for range n {
				r = append(r, geo.Point{X: 1_200_000_000 + int32(data[0]), Y: 310_000_000 + int32(data[1])}.Orb())
				data = data[2:]
			}
			if m, err := geo.FromOrb(orb.Polygon{append(r, r[0])}); err == nil {
				parts = append(parts, m)
			}
		}
		opt := mesh.CleanOptions{AreaM2: float64(rng.IntN(4)), WidthM: rng.Float64()}
		for _, outline := range outlines(parts) {
			c, err := mesh.Clean(into(parts, outline), opt)
			if err != nil {
				refused(t, "layer", err)
				continue
			}
			holdCleaned(t, parts, outline, opt, c)
		}
	})
}
