package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

// TestMeasures compares with PostGIS 3.3: ST_Area(geography(ST_Segmentize(g, 1e-4))) and ST_Perimeter(geography(g)).
func TestMeasures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, wkt          string
		areaM2, perimeterM float64
	}{
		{"block", "POLYGON((120.3 31.5,120.31 31.5,120.31 31.51,120.3 31.51,120.3 31.5))", 1053312.432376, 4117.508993},
		{"slanting", "POLYGON((120.3 31.5,120.3123457 31.5076543,120.3011111 31.5199999,120.3 31.5))", 1255535.379418, 5403.434658},
		{"large", "POLYGON((120 31,121 31,120 32,120 31))", 5275976673.29956, 352391.800056},
		{"hole_in_the_north", "POLYGON((10 60,12 60.5,11 61.5,10 60),(10.9 60.5,11.1 60.5,11 60.8,10.9 60.5))", 7431646520.39582, 502376.219495},
		{"south_west", "POLYGON((-70 -40,-69.9 -40,-69.9 -39.9,-70 -39.9,-70 -40))", 94885042.120102, 39297.948522},
		{"equator", "POLYGON((29.9 -0.1,30.1 -0.1,30.1 0.1,29.9 0.1,29.9 -0.1))", 492362639.895027, 88757.439731},
		{"ten_units", "POLYGON((120.3 31.5,120.300001 31.5,120.300001 31.500001,120.3 31.500001,120.3 31.5))", 0.010534, 0.411761},
		{"far_north", "POLYGON((20 80,21 80,21 80.5,20 80.5,20 80))", 1055951835.30414, 149487.748841},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := geotest.WKT(t, c.wkt)
			if got := geo.AreaM2(m); !geotest.Near(got, c.areaM2, 1e-7, 1e-6) {
				t.Errorf("area %.6f m², want %.6f", got, c.areaM2)
			}
			if got := geo.PerimeterM(m); !geotest.Near(got, c.perimeterM, 1e-8, 1e-6) {
				t.Errorf("perimeter %.6f m, want %.6f", got, c.perimeterM)
			}
		})
	}
	if got := geo.AreaM2(nil); got != 0 {
		t.Errorf("nothing has %g m²", got)
	}
}

// TestDistance compares with PostGIS 3.3: ST_Distance of geographies.
func TestDistance(t *testing.T) {
	t.Parallel()
	point := func(lon, lat float64) geo.Point {
		p, err := geo.Snap([2]float64{lon, lat})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		name     string
		a, b     geo.Point
		want     float64
		rel, abs float64
	}{
		{"same", point(120, 31), point(120, 31), 0, 0, 0},
		{"block", point(120.3, 31.5), point(120.31, 31.51), 1460.083977, 1e-9, 0},
		{"unit_north", point(120.3, 31.5), point(120.3, 31.5000001), 0.011088, 0, 1e-6},
		{"unit_east", point(120.3, 31.5), point(120.3000001, 31.5), 0.0095, 0, 1e-6},
		{"beijing_shanghai", point(116.4, 39.9), point(121.47, 31.23), 1065615.456587, 1e-9, 0},
		{"across_180", point(179.9, 10), point(-179.9, 10), 21927.872478, 1e-9, 0},
		{"quarter_of_the_equator", point(0, 0), point(90, 0), 10018754.171395, 1e-9, 0},
		{"quarter_of_a_meridian", point(0, 0), point(0, 90), 10001965.729313, 1e-9, 0},
		{"pole_to_pole", point(0, -90), point(0, 90), 20003931.458625, 0.006, 0},
		{"over_the_pole", point(10, 85), point(-170, 85), 1116911.177293, 1e-9, 0},
		{"opposite_on_the_equator", point(0, 0), point(180, 0), 20003931.458625, 0.006, 0},
		{"nearly_opposite", point(0, 30), point(179.9, -30), 20003008.421509, 0.006, 0},
		{"opposite", point(0, 30), point(180, -30), 20003931.458625, 0.006, 0},
	} {
		for _, got := range []float64{geo.DistanceM(c.a, c.b), geo.DistanceM(c.b, c.a)} {
			if !geotest.Near(got, c.want, c.rel, c.abs) {
				t.Errorf("%s: %.6f m, want %.6f", c.name, got, c.want)
			}
		}
	}
}

func anyPoint(t *rapid.T, name string) geo.Point {
	return geo.Point{
		X: rapid.Int32Range(-18e8, 18e8).Draw(t, name+" x"),
		Y: rapid.Int32Range(-9e8, 9e8).Draw(t, name+" y"),
	}
}

// TestDistanceIsAMetric also tells NaN, which is in no relation to anything.
func TestDistanceIsAMetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyPoint(t, "a"), anyPoint(t, "b"), anyPoint(t, "c")
		if rapid.Bool().Draw(t, "opposite") {
			d := rapid.Int32Range(-1000, 1000).Draw(t, "off")
			b = geo.Point{X: a.X - 18e8, Y: -a.Y}
			if a.X < 0 {
				b.X = a.X + 18e8
			}
			b.Y = max(-9e8, min(9e8, b.Y+d))
		}
		ab, bc, ac := geo.DistanceM(a, b), geo.DistanceM(b, c), geo.DistanceM(a, c)
		if !(ab >= 0 && ab < 2.02e7) {
			t.Errorf("distance %g", ab)
		}
		if !(ac <= (ab+bc)*1.007) {
			t.Errorf("%g > %g + %g", ac, ab, bc)
		}
	})
}

// TestAreaAddsUp holds that areas of a tiling's faces make up that of its outline.
func TestAreaAddsUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		tiling := geotest.Partition(rand.New(rand.NewPCG(seed, 1)), 40)
		sum, planar := 0.0, 0.0
		for _, f := range tiling.Faces {
			sum += geo.AreaM2(f)
			planar += geo.PlanarArea(f)
		}
		if want := geo.AreaM2(tiling.Outline); !geotest.Near(sum, want, 1e-12, 0) {
			t.Errorf("seed %d: %.6f m², want %.6f", seed, sum, want)
		}
		if want := geo.PlanarArea(tiling.Outline); planar != want {
			t.Errorf("seed %d: planar %f, want %f", seed, planar, want)
		}
	}
}

func TestDistanceToSegment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{X: rapid.Int32Range(-17e8, 17e8).Draw(t, "x"), Y: rapid.Int32Range(-6e8, 6e8).Draw(t, "y")}
		near := func(name string) geo.Point {
			return geo.Point{
				X: p.X + rapid.Int32Range(-50_000, 50_000).Draw(t, name+" x"),
				Y: p.Y + rapid.Int32Range(-50_000, 50_000).Draw(t, name+" y"),
			}
		}
		a, b := near("a"), near("b")
		// The nearest of many points on the segment, by the geodesic. They are off the segment by up to a unit.
		want := math.Inf(1)
		const steps = 2000
		for i := range steps + 1 {
			f := float64(i) / steps
			q := geo.Point{
				X: a.X + int32(math.Round(f*float64(b.X-a.X))),
				Y: a.Y + int32(math.Round(f*float64(b.Y-a.Y))),
			}
			want = min(want, geo.DistanceM(p, q))
		}
		spacing := geo.DistanceM(a, b) / steps
		if got := geo.DistanceToSegmentM(p, a, b); !geotest.Near(got, want, 2e-4, spacing+0.02) {
			t.Errorf("%g m, want %g", got, want)
		}
		if got, want := geo.DistanceToSegmentM(p, a, a), geo.DistanceM(p, a); !geotest.Near(got, want, 2e-4, 1e-6) {
			t.Errorf("to a point %g m, want %g", got, want)
		}
	})
}

func TestOrbRingAreaM2(t *testing.T) {
	t.Parallel()
	m := geotest.WKT(t, "POLYGON((120 31,120.3 31.05,120.2 31.2,119.9 31.1,120 31))")
	if got, want := geo.OrbRingAreaM2(m[0][0].Orb()), geo.AreaM2(m); !geotest.Near(got, want, 1e-12, 0) {
		t.Errorf("got %v m², want %v", got, want)
	}
	if got := geo.OrbRingAreaM2(nil); got != 0 {
		t.Errorf("an empty ring has %v m²", got)
	}
}
