package crs_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo/crs"
)

// near reports whether both coordinates differ by at most tol degrees. It is false for NaN.
func near(p, q orb.Point, tol float64) bool {
	return math.Abs(p[0]-q[0]) <= tol && math.Abs(p[1]-q[1]) <= tol
}

// TestPlaces has positions computed independently, to seven decimals; lon, lat.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		wgs, gcj, bd orb.Point
	}{
		{"Anyang", orb.Point{114.35, 36.1}, orb.Point{114.3560526, 36.1001248}, orb.Point{114.3624301, 36.1064553}},
		{"Hohhot", orb.Point{111.75, 40.84}, orb.Point{111.7569177, 40.8414452}, orb.Point{111.7634767, 40.8473320}},
		{"Wuxi", orb.Point{120.31, 31.49}, orb.Point{120.3146058, 31.4881072}, orb.Point{120.3211853, 31.4938497}},
		{"Suzhou", orb.Point{120.585, 31.30}, orb.Point{120.5891778, 31.2978159}, orb.Point{120.5955808, 31.3041165}},
		{"Shanghai", orb.Point{121.5272106, 31.1774276}, orb.Point{121.5315419, 31.1753040}, orb.Point{121.5380157, 31.1813286}},
		{"Beijing station", orb.Point{116.42079, 39.90105}, orb.Point{116.4270221, 39.9024463}, orb.Point{116.4335011, 39.9084997}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const tol = 0.6e-7 // half of the last decimal
			for _, s := range []struct {
				sys crs.System
				pos orb.Point
			}{{crs.WGS84, c.wgs}, {crs.CGCS2000, c.wgs}, {crs.GCJ02, c.gcj}, {crs.BD09, c.bd}} {
				if got := s.sys.FromWGS84(c.wgs); !near(got, s.pos, tol) {
					t.Errorf("to %s: got %v, want %v", s.sys, got, s.pos)
				}
				if got := s.sys.ToWGS84(s.pos); !near(got, c.wgs, tol) {
					t.Errorf("from %s: got %v, want %v", s.sys, got, c.wgs)
				}
			}
		})
	}
}

// TestOutside has positions outside the box, where nothing is shifted.
func TestOutside(t *testing.T) {
	t.Parallel()
	for _, p := range []orb.Point{
		{139.7, 35.7},
		{-77, 38.9},
		{0, 0},
		{72.003, 40},
		{137.8348, 40},
		{110, 0.829},
		{110, 55.8272},
		{-180, -90},
		{180, 90},
		{1e300, -1e300},
		{31.49, 120.31},
	} {
		for _, s := range []crs.System{crs.WGS84, crs.CGCS2000, crs.GCJ02, crs.BD09} {
			if got := s.FromWGS84(p); got != p {
				t.Errorf("%s.FromWGS84(%v) = %v, want no change", s, p, got)
			}
			if s != crs.BD09 && s != crs.GCJ02 && s.ToWGS84(p) != p {
				t.Errorf("%s.ToWGS84(%v) = %v, want no change", s, p, s.ToWGS84(p))
			}
		}
	}
	for _, p := range []orb.Point{{139.7, 35.7}, {-77, 38.9}, {0, 0}, {1e300, -1e300}, {31.49, 120.31}} {
		if g, b := crs.GCJ02.ToWGS84(p), crs.BD09.ToWGS84(p); g != p || b != p {
			t.Errorf("ToWGS84(%v): gcj02 %v, bd09 %v, want no change", p, g, b)
		}
	}
	nan := orb.Point{math.NaN(), math.Inf(1)}
	if got := crs.GCJ02.ToWGS84(nan); !math.IsNaN(got[0]) || !math.IsInf(got[1], 1) {
		t.Errorf("NaN became %v", got)
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(72.005, 137.834).Draw(t, "lon"), rapid.Float64Range(0.83, 55.827).Draw(t, "lat")}
		for _, s := range []crs.System{crs.WGS84, crs.CGCS2000, crs.GCJ02, crs.BD09} {
			shifted := s.FromWGS84(p)
			if got := s.ToWGS84(shifted); !near(got, p, 1e-10) {
				t.Errorf("%s: %v came back as %v", s, p, got)
			}
			if moved := shifted != p; moved != (s == crs.GCJ02 || s == crs.BD09) {
				t.Errorf("%s moved %v to %v", s, p, shifted)
			}
		}
	})
}

// TestShiftIsBounded holds the published bounds: GCJ-02 moves by at most 700 m, BD-09 by about a kilometre more.
func TestShiftIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(74, 134.5).Draw(t, "lon"), rapid.Float64Range(18, 53).Draw(t, "lat")}
		g, b := crs.GCJ02.FromWGS84(p), crs.BD09.FromWGS84(p)
		metres := func(p, q orb.Point) float64 {
			return 111_320 * math.Hypot(q[1]-p[1], (q[0]-p[0])*math.Cos(p[1]*math.Pi/180))
		}
		if d := metres(p, g); d > 705 {
			t.Errorf("gcj02 is %.0f m from %v", d, p)
		}
		if d := metres(g, b); d > 995 {
			t.Errorf("bd09 is %.0f m from gcj02 at %v", d, p)
		}
	})
}

func TestToWGS84(t *testing.T) {
	t.Parallel()
	p, q := orb.Point{120.3146058, 31.4881072}, orb.Point{139.7, 35.7}
	w := crs.GCJ02.ToWGS84(p)
	line, wantLine := orb.LineString{p, q}, orb.LineString{w, q}
	ring, wantRing := orb.Ring{p, q, p}, orb.Ring{w, q, w}
	for _, c := range []struct {
		name    string
		g, want orb.Geometry
	}{
		{"point", p, w},
		{"multipoint", orb.MultiPoint{p, q}, orb.MultiPoint{w, q}},
		{"line", line, wantLine},
		{"multiline", orb.MultiLineString{line}, orb.MultiLineString{wantLine}},
		{"ring", ring, wantRing},
		{"polygon", orb.Polygon{ring, ring}, orb.Polygon{wantRing, wantRing}},
		{"multipolygon", orb.MultiPolygon{{ring}, {ring}}, orb.MultiPolygon{{wantRing}, {wantRing}}},
		{"collection", orb.Collection{p, line, nil}, orb.Collection{w, wantLine, nil}},
		{"bound", orb.Bound{Min: p, Max: p}, orb.Polygon{{w, w, w, w, w}}},
		{"nil", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, crs.ToWGS84(crs.GCJ02, c.g)); diff != "" {
				t.Error(diff)
			}
			if b, ok := c.g.(orb.Bound); ok {
				c.g = b.ToPolygon()
			}
			if diff := cmp.Diff(c.g, crs.ToWGS84(crs.CGCS2000, c.g)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if p != (orb.Point{120.3146058, 31.4881072}) || line[0] != p || ring[0] != p {
		t.Error("the input was changed")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"wgs84", "cgcs2000", "gcj02", "bd09"} {
		for _, in := range []string{s, strings.ToUpper(s)} {
			if got, err := crs.Parse(in); got != crs.System(s) || err != nil {
				t.Errorf("Parse(%q) = %q, %v", in, got, err)
			}
		}
	}
	for _, s := range []string{"", "EPSG:4326", "wgs84 ", "gcj-02", "\x00", strings.Repeat("x", 1<<20)} {
		_, err := crs.Parse(s)
		if err == nil {
			t.Errorf("Parse(%.20q) is accepted", s)
			continue
		}
		if msg := err.Error(); !strings.Contains(msg, "wgs84, cgcs2000, gcj02 or bd09") || len(msg) > 200 {
			t.Errorf("Parse(%.20q): %.300s", s, msg)
		}
	}
}

func TestMercator(t *testing.T) {
	t.Parallel()
	const half = 20037508.342789244
	for _, c := range []struct {
		p    orb.Point
		x, y float64
	}{
		{orb.Point{0, 0}, 0, 0},
		{orb.Point{180, crs.MaxMercatorLat}, half, half},
		{orb.Point{-180, -90}, -half, -half},
		{orb.Point{130.9954759, 45.7695273}, 14582349.673, 5743492.418},
	} {
		if x, y := crs.Mercator(c.p); math.Abs(x-c.x) > 1e-3 || math.Abs(y-c.y) > 1e-3 {
			t.Errorf("Mercator(%v) = %.3f, %.3f, want %.3f, %.3f", c.p, x, y, c.x, c.y)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-85, 85).Draw(t, "lat")}
		if got := crs.FromMercator(crs.Mercator(p)); !near(got, p, 1e-12*180) {
			t.Errorf("%v came back as %v", p, got)
		}
	})
}
