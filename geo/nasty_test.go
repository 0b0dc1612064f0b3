package geo_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
)

// take gives g to FromOrb and LineFromOrb and demands of each a result that all functions take, or an *InvalidError.
func take(t *testing.T, name string, g orb.Geometry) (valid bool) {
	t.Helper()
	m, err := geo.FromOrb(g)
	if err == nil {
		checkUse(t, name, m)
	} else {
		checkRefusal(t, name, err)
	}
	if _, err := geo.LineFromOrb(g); err != nil {
		checkRefusal(t, name, err)
	}
	return err == nil
}

func checkRefusal(t *testing.T, name string, err error) {
	t.Helper()
	var invalid *geo.InvalidError
	if !errors.As(err, &invalid) || invalid.Rule == "" || !strings.Contains(err.Error(), string(invalid.Rule)) {
		t.Errorf("%s: error %#v names no rule", name, err)
	}
}

// checkUse demands what holds for every valid area.
func checkUse(t *testing.T, name string, m geo.MultiPolygon) {
	t.Helper()
	if a := m.TwiceArea(); a <= 0 {
		t.Errorf("%s: area %d", name, a)
	}
	if a := geo.AreaM2(m); !(a > 0 && a < 5.2e14) {
		t.Errorf("%s: %g m²", name, a)
	}
	if p := geo.PerimeterM(m); !(p > 0) {
		t.Errorf("%s: perimeter %g m", name, p)
	}
	if s := geo.Locate(m, geo.PointOnSurface(m)); s == geo.Outside {
		t.Errorf("%s: point on surface is %s", name, s)
	}
	if got, want := geo.OverlapArea(m, m), geo.PlanarArea(m); !geotest.Near(got, want, 1e-11, 0) {
		t.Errorf("%s: overlaps itself by %g of %g", name, got, want)
	}
	if again, err := geo.FromOrb(m.Orb()); err != nil || again.TwiceArea() != m.TwiceArea() {
		t.Errorf("%s: does not survive a round trip: %v", name, err)
	}
}

// TestNastyGeoJSON walks GeoJSON that is broken in every way, and some that is sound.
func TestNastyGeoJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		folder                   string
		files, geometries, valid int // at least
	}{
		{"geojsonhint/good", 17, 20, 4},
		{"geojsonhint/bad", 44, 20, 3},
		{"mapshaper-clean", 26, 55, 40},
	} {
		dir := geotest.Data(t, "nasty-geometry", filepath.FromSlash(c.folder))
		files, err := filepath.Glob(filepath.Join(dir, "*.[gj]*son"))
		if err != nil {
			t.Fatal(err)
		}
		geometries, valid, unreadable := 0, 0, 0
		for _, file := range files {
			name := c.folder + "/" + filepath.Base(file)
			all, err := readGeoJSON(file)
			if err != nil {
				unreadable++
				if strings.HasSuffix(c.folder, "good") || err.Error() == "" {
					t.Errorf("%s: %v", name, err)
				}
			}
			for i, g := range all {
				geometries++
				if take(t, fmt.Sprintf("%s geometry %d", name, i), g) {
					valid++
				}
			}
		}
		t.Logf("%s: %d files (%d with text that is no GeoJSON), %d geometries, %d valid areas",
			c.folder, len(files), unreadable, geometries, valid)
		if len(files) < c.files || geometries < c.geometries || valid < c.valid {
			t.Errorf("%s: want at least %d files, %d geometries, %d valid", c.folder, c.files, c.geometries, c.valid)
		}
	}
}

// readGeoJSON returns the geometries of a file, collections taken apart. Coordinates beyond the globe are scaled
// down: some files are planar.
func readGeoJSON(file string) ([]orb.Geometry, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if fc, err := geojson.UnmarshalFeatureCollection(text); err == nil {
		var out []orb.Geometry
		for _, f := range fc.Features {
			if f != nil {
				out = append(out, flatten(f.Geometry)...)
			}
		}
		return out, nil
	}
	if f, err := geojson.UnmarshalFeature(text); err == nil {
		return flatten(f.Geometry), nil
	}
	g, err := geojson.UnmarshalGeometry(text)
	if err != nil {
		return nil, err
	}
	return flatten(g.Geometry()), nil
}

func flatten(g orb.Geometry) []orb.Geometry {
	if all, ok := g.(orb.Collection); ok {
		var out []orb.Geometry
		for _, g := range all {
			out = append(out, flatten(g)...)
		}
		return out
	}
	if g != nil && g.Bound().Max[0] > 1000 {
		g = geotest.Scale(g, 1e-4)
	}
	return []orb.Geometry{g}
}

// TestNastyRings walks the bare rings of a triangulator's tests, in planar units.
func TestNastyRings(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(geotest.Data(t, "nasty-geometry", "earcut"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	valid := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var p orb.Polygon
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		take(t, filepath.Base(file)+" as it is", p)
		for i, r := range p {
			if len(r) > 0 && r[0] != r[len(r)-1] {
				p[i] = append(r, r[0])
			}
		}
		b := p.Bound()
		for size := max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1], 1); size > 0; size = 0 {
			g := geotest.Map(p, func(v orb.Point) orb.Point {
				return orb.Point{(v[0] - b.Min[0]) / size * 0.5, (v[1] - b.Min[1]) / size * 0.5}
			})
			if take(t, filepath.Base(file), g) {
				valid++
			}
		}
	}
	t.Logf("%d files, %d valid areas", len(files), valid)
	if len(files) < 59 || valid < 25 || valid == len(files) {
		t.Errorf("%d files, %d valid", len(files), valid)
	}
}

// A jtsCase is a case of the JTS test files.
type jtsCase struct {
	Desc  string `xml:"desc"`
	A     string `xml:"a"`
	B     string `xml:"b"`
	Tests []struct {
		Op struct {
			Name string `xml:"name,attr"`
			Arg1 string `xml:"arg1,attr"`
			Want string `xml:",chardata"`
		} `xml:"op"`
	} `xml:"test"`
}

// readJTS returns the cases of all files; their coordinates are scaled to whole lattice units.
func readJTS(t *testing.T) map[string][]jtsCase {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(geotest.Data(t, "nasty-geometry", "jts-xml"), "*.xml"))
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	out := map[string][]jtsCase{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var run struct {
			Cases []jtsCase `xml:"case"`
		}
		if err := xml.Unmarshal(text, &run); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[filepath.Base(file)] = run.Cases
	}
	return out
}

var (
	decimals = regexp.MustCompile(`\.([0-9]+)`)
	exponent = regexp.MustCompile(`[0-9][eE]`)
)

// onLattice reads WKT whose numbers have few decimals and makes lattice units of its last decimals. Otherwise it says
// why the text cannot be compared.
func onLattice(text string) (g orb.Geometry, why string) {
	if exponent.MatchString(text) {
		return nil, "has exponents"
	}
	places := 0
	for _, d := range decimals.FindAllStringSubmatch(text, -1) {
		places = max(places, len(strings.TrimRight(d[1], "0")))
	}
	factor := math.Pow10(places)
	g, err := wkt.Unmarshal(strings.Join(strings.Fields(text), " "))
	if err != nil {
		return nil, "has empty parts, or is of a type the reader does not know"
	}
	switch g.(type) {
	case orb.Polygon, orb.MultiPolygon:
	default:
		return nil, "is no area"
	}
	b := g.Bound()
	if span := factor * max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]); span > geo.MaxExtentUnits {
		return nil, "is too large for the lattice"
	}
	g = geotest.Map(g, func(p orb.Point) orb.Point {
		return orb.Point{(p[0] - b.Min[0]) * factor / geo.UnitsPerDegree, (p[1] - b.Min[1]) * factor / geo.UnitsPerDegree}
	})
	return g, ""
}

// TestNastyJTS compares validity with the expected results of JTS, which PostGIS shares, and uses all areas.
func TestNastyJTS(t *testing.T) {
	t.Parallel()
	compared, valid, used := 0, 0, 0
	left := map[string]int{}
	for file, cases := range readJTS(t) {
		for _, c := range cases {
			name := file + ": " + strings.Join(strings.Fields(c.Desc), " ")
			for _, text := range []string{c.A, c.B} {
				if g, why := onLattice(text); why == "" {
					used++
					take(t, name, g)
				}
			}
			for _, test := range c.Tests {
				if !strings.EqualFold(test.Op.Name, "isValid") {
					continue
				}
				g, why := onLattice(c.A)
				if why != "" {
					left[why]++
					continue
				}
				_, err := geo.FromOrb(g)
				compared++
				want := strings.TrimSpace(test.Op.Want) == "true"
				if want {
					valid++
				}
				var invalid *geo.InvalidError
				if errors.As(err, &invalid) && invalid.Rule == geo.RuleEmpty {
					left["is empty, which we refuse"]++
					compared--
					continue
				}
				if (err == nil) != want {
					t.Errorf("%s: got %v, want valid %v", name, err, want)
				}
			}
		}
	}
	t.Logf("compared %d, of which %d valid; left out %v; used %d areas", compared, valid, left, used)
	if compared < 300 || valid < 50 || compared-valid < 50 || used < 500 {
		t.Errorf("too few cases: compared %d, %d valid, used %d", compared, valid, used)
	}
}
