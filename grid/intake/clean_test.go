package intake_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
)

// areasOf reads the valid polygons of a layer.
func areasOf(t *testing.T, elem ...string) []geo.MultiPolygon {
	t.Helper()
	f, err := os.Open(geotest.Data(t, elem...))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	fc, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		t.Fatal(err)
	}
	var out []geo.MultiPolygon
	for _, f := range fc.Features {
		if m, err := geo.FromOrb(f.Geometry); err == nil {
			out = append(out, m)
		}
	}
	return out
}

// jitter moves vertices of some areas by a few units, so that a layer that tiles no longer does.
func jitter(rng *rand.Rand, areas []geo.MultiPolygon, every int) {
	for k := 0; k < len(areas); k += every {
		moved := geo.MultiPolygon{}
		for _, poly := range areas[k] {
			p := geo.Polygon{}
			for _, r := range poly {
				r = slices.Clone(r)
				for i := range r {
					if rng.IntN(3) == 0 {
						r[i].X += rng.Int32N(7) - 3
						r[i].Y += rng.Int32N(7) - 3
					}
				}
				p = append(p, r)
			}
			moved = append(moved, p)
		}
		if geo.Check(moved) == nil {
			areas[k] = moved
		}
	}
}

// TestCleanedAreas cleans real layers and compares the report's sums, and every changed place, with PostGIS. London's and
// Taichung's layers tile but for what is a gap indeed, so some of their areas are spoiled first.
func TestCleanedAreas(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		file   []string
		spoil  int // every so many areas; 0 for none
		opt    mesh.CleanOptions
		proven bool
	}{
		{"precincts", []string{"washington-dc", "grid_voting_precinct_2012.geojson.gz"}, 0, mesh.CleanOptions{AreaM2: 1, WidthM: 0.5}, false},
		{"precincts, all of it", []string{"washington-dc", "grid_voting_precinct_2012.geojson.gz"}, 0, mesh.CleanOptions{AreaM2: 3000, WidthM: 20}, true},
		{"output areas", []string{"london-output-areas", "oa.geojson.gz"}, 150, mesh.CleanOptions{AreaM2: 20, WidthM: 0.5}, false},
		{"villages", []string{"taichung-villages", "village.geojson.gz"}, 25, mesh.CleanOptions{AreaM2: 20, WidthM: 0.5}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			areas := areasOf(t, tt.file...)
			if tt.spoil > 0 {
				jitter(rand.New(rand.NewPCG(1, 2)), areas, tt.spoil)
			}
			cleaned, err := mesh.Clean(mesh.Layer{Parts: areas}, tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			codes := make([]string, len(areas))
			for i := range codes {
				codes[i] = fmt.Sprint(i)
			}
			report := grid.NewCleanReport(codes, nil, cleaned)
			changes, left := report.Counts()
			t.Logf("%d areas: %v, left %v", len(areas), changes, left)
			if report.Proven != tt.proven || len(changes) == 0 || report.Parts != len(areas) {
				t.Errorf("%d parts, proven %v", report.Parts, report.Proven)
			}
			for _, f := range report.Left {
				if f.AreaM2 < tt.opt.AreaM2 && f.WidthM < tt.opt.WidthM {
					t.Errorf("left below the tolerances: %+v", f)
				}
			}
			comparePostGIS(t, report, areas, cleaned.Parts)
		})
	}
}

// comparePostGIS compares the sums of a report, whose codes are numbers of parts, with PostGIS's.
func comparePostGIS(t *testing.T, report *grid.CleanReport, before, after []geo.MultiPolygon) {
	t.Helper()
	same := func(got, want float64) bool { return math.Abs(got-want) <= max(0.01, 1e-6*math.Abs(want)) }
	var was, is []orb.MultiPolygon
	for _, s := range report.Sums {
		var k int
		if _, err := fmt.Sscan(s.Code, &k); err != nil {
			t.Fatal(err)
		}
		was, is = append(was, before[k].Orb()), append(is, after[k].Orb())
	}
	db := gridtest.Tx(t)
	for i, m := range gridtest.MeasureChanges(t, db, was, is) {
		s := report.Sums[i]
		if !same(s.BeforeM2, m.BeforeM2) || !same(s.AfterM2, m.AfterM2) || !same(s.GainedM2, m.GainedM2) || !same(s.LostM2, m.LostM2) {
			t.Errorf("part %s: %+v, PostGIS %+v", s.Code, s, m)
		}
	}
	var places []orb.MultiPolygon
	var areas []float64
	for _, c := range report.Changes {
		if c.Polygon != nil {
			places, areas = append(places, c.Polygon), append(areas, c.AreaM2)
		}
	}
	for i, m := range gridtest.MeasureChanges(t, db, places, places) {
		if !same(areas[i], m.AfterM2) || areas[i] <= 0 {
			t.Errorf("place %v: %v m², PostGIS %v m²", places[i], areas[i], m.AfterM2)
		}
	}
	t.Logf("%d sums and %d places compared with PostGIS", len(was), len(places))
}

// TestImportCleaned imports the precincts with cleaning: what is repaired is stored, what is not is listed.
func TestImportCleaned(t *testing.T) {
	t.Parallel()
	dir, s := dc(t), newStore(t)
	set(t, s, "qc.area_m2", 1000.0)
	set(t, s, "qc.width_m", 20.0)
	city := from(t, "divisions", dir, "admin_city.geojson.gz")
	city.Level, city.Mapping = "city", intake.Mapping{Columns: map[string]string{"name": "city_name"}, Fixed: map[string]string{"code": "DC"}}
	if _, _, err := run(t, s, crs.WGS84, city); err != nil {
		t.Fatal(err)
	}
	precincts := func() intake.Source {
		src := from(t, "base_grids", dir, "grid_voting_precinct_2012.geojson.gz")
		src.Mapping = intake.Mapping{Columns: map[string]string{"code": "name"}}
		return src
	}
	config := intake.Config{Store: s, Actor: grid.Actor{Name: "test", Role: grid.RoleAdministrator}, CRS: crs.WGS84, Sources: []intake.Source{precincts()}, Clean: true}
	summary, err := intake.Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(strings.Join(summary.Text(), "\n"))
	if len(summary.Cleaned) != 1 || len(summary.Cleaned[0].Changes) < 80 || summary.Cleaned[0].CountyCode != "DC-county" {
		t.Fatalf("cleaned %+v", summary.Cleaned)
	}
	stored, err := s.LoadEdition(t.Context(), "DC-county")
	if err != nil || len(stored.Base) != 143 || stored.Info.Proven != summary.Editions[0].Proven {
		t.Errorf("stored: %d grids, proven %v, %v", len(stored.Base), stored.Info.Proven, err)
	}
	if left := summary.Cleaned[0].Left; len(left) == 0 || len(left) > 5 { // the city's outline is another one in a few places
		t.Errorf("left: %v", left)
	}
	if text := strings.Join(summary.Text(), "\n"); !strings.Contains(text, "qc.area_m2 (1000 m²) and qc.width_m (20 m)\n  --clean-report") {
		t.Errorf("the summary does not say what was left, and why:\n%s", text)
	}
	if n := summary.Editions[0].Faults["unmatched_border"]; n > 0 {
		t.Errorf("%d unmatched borders", n)
	}

	// The same file, read for a plan: the grids that are there keep their codes, and nothing is stored.
	config.Sources = []intake.Source{precincts()}
	got, err := intake.County(t.Context(), config, "DC-county")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Edition.Base) != 143 || got.Edition.CountyCode != "DC-county" || got.Summary.Files[0].Rejected != 0 {
		t.Errorf("county: %d grids, %+v", len(got.Edition.Base), got.Summary.Files)
	}
	if text := strings.Join(got.Summary.Text(), "\n"); !strings.Contains(text, "143 taken into the draft") || !strings.Contains(text, "county DC-county, the draft: 143") {
		t.Errorf("the summary of a draft is\n%s", text)
	}
	if diff := cmp.Diff(stored.Base[0].Boundary, got.Edition.Base[0].Boundary); diff != "" {
		t.Errorf("the first grid (-stored +read):\n%s", diff)
	}
	if _, err := intake.County(t.Context(), config, "nowhere"); err == nil {
		t.Error("a county that is not there")
	}
}

// TestImportCleanedTiles holds L1: two communities whose grids fall short of their outlines, and of each other, by centimetres are a
// proven edition afterwards; their outlines, and the street's, follow the grids.
func TestL1ImportCleaned(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	divisions := func(level string, rows ...string) intake.Source {
		return intake.Source{Layer: "divisions", Name: level + ".csv", Level: level, Reader: strings.NewReader("code,name,wkt\n" + strings.Join(rows, "\n"))}
	}
	box := func(x0, y0, x1, y1 float64) string {
		return fmt.Sprintf(`"POLYGON((%.7[1]f %.7[2]f,%.7[3]f %.7[2]f,%.7[3]f %.7[4]f,%.7[1]f %.7[4]f,%.7[1]f %.7[2]f))"`, 120+x0, 31+y0, 120+x1, 31+y1)
	}
	for _, src := range []intake.Source{
		divisions("city", "C,City,"+box(0, 0, 0.0004, 0.0002)), divisions("county", "N,County,"+box(0, 0, 0.0004, 0.0002)),
		divisions("street", "S,Street,"+`"POLYGON((120 31,120.0002 31,120.0004 31,120.0004 31.0002,120.0002 31.0002,120 31.0002,120 31))"`),
		divisions("community", "A,West,"+box(0, 0, 0.0002, 0.0002), "B,East,"+box(0.0002, 0, 0.0004, 0.0002)),
	} {
		if _, rejects, err := run(t, s, crs.WGS84, src); err != nil || len(rejects) > 0 {
			t.Fatal(err, rejects)
		}
	}
	grids := intake.Source{Layer: "base_grids", Name: "grids.csv", Reader: strings.NewReader("code,name,community_code,wkt\n" + strings.Join([]string{
		"A1,a,A," + box(0, 0, 0.0002002, 0.0001), // 2 cm into B
		"A2,b,A," + box(0, 0.0001, 0.0001998, 0.0002),
		"B1,c,B," + box(0.0002, 0, 0.0004, 0.0001501),
		"B2,d,B," + box(0.0002, 0.00015, 0.0004, 0.0002),
	}, "\n"))}
	summary, err := intake.Run(t.Context(), intake.Config{
		Store: s, Actor: grid.Actor{Name: "test", Role: grid.RoleAdministrator}, CRS: crs.WGS84, Sources: []intake.Source{grids}, Clean: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(strings.Join(summary.Text(), "\n"))
	if !summary.Editions[0].Proven {
		t.Fatalf("faults: %v", summary.Editions[0].Faults)
	}
	city, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if faults := city.Faults(city.Edition("N")); len(faults) > 0 {
		t.Errorf("stored with faults: %+v", faults)
	}
	var outlines []geo.MultiPolygon
	for _, code := range []string{"A", "B"} {
		m, err := geo.FromOrb(city.Division(code).Outline)
		if err != nil {
			t.Fatal(err)
		}
		outlines = append(outlines, m)
	}
	street, err := geo.FromOrb(city.Division("S").Outline)
	if err != nil {
		t.Fatal(err)
	}
	if faults := mesh.Check(outlines, street); len(faults) > 0 {
		t.Errorf("the communities do not make up the street: %+v", faults)
	}
	if diff := cmp.Diff([]string{"A", "B", "S"}, summary.Cleaned[0].RedrawnDivisions); diff != "" {
		t.Errorf("redrawn (-want +got):\n%s", diff)
	}
	checkForms(t, summary.Cleaned[0])
}

// checkForms reads both forms of a report.
func checkForms(t *testing.T, r *grid.CleanReport) {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again grid.CleanReport
	if err := json.Unmarshal(text, &again); err != nil || len(again.Changes) != len(r.Changes) || again.Changes[0].Code != r.Changes[0].Code {
		t.Errorf("JSON form: %v, %s", err, text)
	}
	fc := geojson.NewFeatureCollection()
	fc.Features = r.Features()
	if text, err = json.Marshal(fc); err != nil {
		t.Fatal(err)
	}
	read, err := geojson.UnmarshalFeatureCollection(text)
	if err != nil || len(read.Features) != len(r.Changes)+len(r.Left) {
		t.Fatalf("GeoJSON form: %v, %s", err, text)
	}
	if p := read.Features[0].Properties; p["kind"] != string(r.Changes[0].Kind) || p["county_code"] != r.CountyCode {
		t.Errorf("properties %v", p)
	}
}

func set(t *testing.T, s *store.Store, key string, value any) {
	t.Helper()
	if err := s.Set(t.Context(), grid.Actor{Name: "test", Role: grid.RoleAdministrator}, key, value); err != nil {
		t.Fatal(err)
	}
}
