package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
)

func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }

// dc is the folder of the Washington DC set; the test is skipped where it is absent.
func dc(t testing.TB) string {
	t.Helper()
	root := os.Getenv("WANGGE_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	dir := filepath.Join(root, "washington-dc")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no test data: %v (set WANGGE_DATA to the folder that holds washington-dc)", err)
	}
	return dir
}

// newStore returns a store on a database of its own that takes any codes.
func newStore(t testing.TB) *store.Store {
	t.Helper()
	s, _ := newStoreOn(t)
	return s
}

// newStoreOn is newStore with the way past it that the oracle takes.
func newStoreOn(t testing.TB) (*store.Store, oracle) {
	t.Helper()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	setting := func(key string, value any) {
		if err := s.Set(context.Background(), grid.Actor{Name: "test", Role: grid.RoleAdministrator}, key, value); err != nil {
			t.Fatal(err)
		}
	}
	setting("code_scheme", grid.FreeScheme)
	setting("time_zone", "America/New_York")
	return s, func(city *edition.City) (points, shares int) { return gridtest.ComparePostGIS(t, pool, city) }
}

// oracle compares what is stored with PostGIS's own answers.
type oracle func(city *edition.City) (points, shares int)

// from opens a file as a source.
func from(t testing.TB, layer, dir, name string) intake.Source {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return intake.Source{Layer: layer, Name: name, Reader: f}
}

// run imports one source and returns the summary and the rejects.
func run(t testing.TB, s *store.Store, system crs.System, sources ...intake.Source) (intake.Summary, []intake.Reject, error) {
	t.Helper()
	var out bytes.Buffer
	summary, err := intake.Run(t.Context(), intake.Config{
		Store: s, Actor: grid.Actor{Name: "test", Role: grid.RoleAdministrator}, CRS: system, Sources: sources, Rejects: &out,
	})
	var rejects []intake.Reject
	for d := json.NewDecoder(&out); d.More(); {
		var r intake.Reject
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		rejects = append(rejects, r)
	}
	for _, f := range summary.Files {
		if f.Stored+f.Rejected != f.Read {
			t.Errorf("%s: %d stored and %d rejected are not the %d read", f.File, f.Stored, f.Rejected, f.Read)
		}
	}
	return summary, rejects, err
}

// TestWashington imports the DC set as it is, without editing a file.
func TestWashington(t *testing.T) {
	t.Parallel()
	dir := dc(t)
	s, askPostGIS := newStoreOn(t)
	level := func(layer, file, level string, m intake.Mapping) intake.Source {
		src := from(t, layer, dir, file)
		src.Level, src.Mapping = level, m
		return src
	}
	columns := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	for _, step := range []struct {
		name string
		src  intake.Source
		want []string
	}{
		{
			"city", level("divisions", "admin_city.geojson.gz", "city", intake.Mapping{Columns: columns("name", "city_name"), Fixed: columns("code", "DC")}),
			[]string{"divisions: admin_city.geojson.gz: 1 rows read, 1 stored, 0 rejected"},
		},
		{
			"wards", level("divisions", "admin_ward_2012.geojson.gz", "county", intake.Mapping{Columns: columns("code", "ward")}),
			[]string{
				"divisions: admin_ward_2012.geojson.gz: 8 rows read, 8 stored, 0 rejected",
				"  warning: 8 name no parent and were put under the one that holds most of their area",
			},
		},
		{
			"ancs", level("divisions", "admin_anc_2013.geojson.gz", "street", intake.Mapping{Columns: columns("code", "anc_id")}),
			[]string{
				"divisions: admin_anc_2013.geojson.gz: 40 rows read, 40 stored, 0 rejected",
				"  warning: 40 name no parent and were put under the one that holds most of their area",
				"divisions that do not nest or tile (stored and reported, BR-06): ",
			},
		},
		{
			"grids", level("base_grids", "grid_smd_2013.geojson.gz", "", intake.Mapping{Columns: columns("code", "smd_id", "community_code", "anc_id")}),
			[]string{
				"base_grids: grid_smd_2013.geojson.gz: 296 rows read, 296 stored, 0 rejected",
				"divisions made for a missing level, with their parent's outline: 40 (",
				"county 1, edition 1: 37 base grids, 0 dedicated grids, 0 void areas: proven to tile",
			},
		},
		{
			"crimes", level("incidents", "incidents_crime.csv.gz", "", intake.Mapping{
				Columns: columns("external_case_no", "ccn", "kind", "offense", "title", "offense", "address", "blocksiteaddress", "reported_at", "reportdatetime", "occurred_at", "start_date"),
				Fixed:   columns("source", "police_110"), Values: map[string]map[string]string{"kind": {"*": "public_order"}}, Keep: []string{"ward", "anc", "psa"},
			}),
			[]string{"incidents: incidents_crime.csv.gz: 2898 rows read, 2898 stored, 0 rejected"},
		},
		{
			"requests", level("incidents", "incidents_311.csv.gz", "", intake.Mapping{
				Columns: columns("code", "servicerequestid", "kind", "servicecode", "title", "servicecodedescription", "address", "streetaddress", "reported_at", "adddate"),
				Values:  map[string]map[string]string{"kind": {"*": "service_request"}},
			}),
			[]string{"incidents: incidents_311.csv.gz: 22576 rows read, 22576 stored, 0 rejected"},
		},
		{
			"rentals", level("rental_premises", "rental_listings_airbnb.csv.gz", "", intake.Mapping{
				Columns: columns("rental_kind", "room_type"), Values: map[string]map[string]string{"rental_kind": {"*": "short_stay"}}, Keep: []string{"id"},
			}),
			[]string{"rental_premises: rental_listings_airbnb.csv.gz: 4928 rows read, "},
		},
		{
			"key sites", level("key_sites", "keysite_polygons.geojson.gz", "", intake.Mapping{
				Columns: columns("site_kind", "category"), Fixed: columns("site_class", "key_venue"),
				Values: map[string]map[string]string{"site_kind": {"school_ground": "school", "hospital": "hospital", "park": "park", "*": "heritage_site"}},
			}),
			[]string{"key_sites: keysite_polygons.geojson.gz: 1115 rows read, 1111 stored, 4 rejected"},
		},
		{
			"hazards", level("hazards", "hazard_points.geojson.gz", "", intake.Mapping{
				Columns: columns("hazard_kind", "category", "found_at", "notified_date", "address", "site_address"), Fixed: columns("level", "general"),
				Values: map[string]map[string]string{"hazard_kind": {"gas_station": "gas", "*": "dangerous_goods"}, "found_at": {"": "2016-08-16"}}, DateFormat: "M/D/YYYY",
			}),
			[]string{"hazards: hazard_points.geojson.gz: 7548 rows read, "},
		},
		{
			"danger zones", level("danger_zones", "hazard_polygons.geojson.gz", "", intake.Mapping{
				Columns: columns("zone_kind", "category"), Fixed: columns("risk_level", "yellow"), Values: map[string]map[string]string{"zone_kind": {"special_flood_hazard_area": "flood", "*": "other"}},
			}),
			[]string{"danger_zones: hazard_polygons.geojson.gz: 333 rows read, 329 stored, 4 rejected"},
		},
		{
			"roads", level("roads", "roads_major.geojson.gz", "", intake.Mapping{Columns: columns("name", "st_name", "class", "functionalclass")}),
			[]string{"roads: roads_major.geojson.gz: 1823 rows read, 1823 stored, 0 rejected"},
		},
	} {
		summary, rejects, err := run(t, s, crs.WGS84, step.src)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		got := strings.Join(summary.Text(), "\n")
		t.Logf("%s:\n%s", step.name, got)
		for i, r := range rejects {
			if i < 5 {
				t.Logf("  %s line %d %s %s: %s %v", r.File, r.Line, r.Rule, r.Field, r.Reason, r.At)
			}
		}
		for _, want := range step.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the summary has no line %q", step.name, want)
			}
		}
		for _, e := range summary.Editions {
			if !e.Proven {
				t.Errorf("county %s is not proven: %v", e.County, e.Faults)
			}
		}
	}
	city, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if points, shares := askPostGIS(city); points < 37_000 || shares < 1_400 {
		t.Errorf("only %d points and %d shares were compared with PostGIS", points, shares)
	}
	crossing := map[string]bool{}
	faults, err := s.DivisionFaults(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		if f.Kind == "leaves_parent" && f.AreaM2 > 1e6 {
			crossing[f.DivisionCode] = true
		}
	}
	if diff := cmp.Diff(map[string]bool{"3G": true, "6D": true}, crossing); diff != "" {
		t.Errorf("ANCs that cross a ward (-want +got):\n%s", diff)
	}
	_, _, err = run(t, s, crs.WGS84, level("base_grids", "grid_smd_2013.geojson.gz", "", intake.Mapping{Columns: columns("code", "smd_id", "community_code", "anc_id")}))
	if err != nil { // every code is stored already: rows are rejects, and no county is touched
		t.Errorf("the same grids again: %v", err)
	}
	_, _, err = run(t, s, crs.WGS84, level("base_grids", "grid_smd_2002.geojson.gz", "", intake.Mapping{Columns: columns("code", "name", "community_code", "anc_id")}))
	if err == nil || !strings.Contains(err.Error(), "has grids already") {
		t.Errorf("other grids of the same counties: %v", err)
	}
	_, _, err = run(t, s, crs.WGS84, from(t, "key_sites", dir, "poi_points.geojson.gz"))
	if err == nil || !strings.Contains(err.Error(), `BR-60: the column "religion"`) {
		t.Errorf("a file with a column for religion: %v", err)
	}
}

// TestPrecincts imports a layer that does not tile: it is stored as unproven, with its slivers listed.
func TestPrecincts(t *testing.T) {
	t.Parallel()
	dir, s := dc(t), newStore(t)
	city := from(t, "divisions", dir, "admin_city.geojson.gz")
	city.Level, city.Mapping = "city", intake.Mapping{Columns: map[string]string{"name": "city_name"}, Fixed: map[string]string{"code": "DC"}}
	precincts := from(t, "base_grids", dir, "grid_voting_precinct_2012.geojson.gz")
	precincts.Mapping = intake.Mapping{Columns: map[string]string{"code": "name"}}
	summary, rejects, err := run(t, s, crs.WGS84, precincts, city)
	if err != nil || len(rejects) > 0 {
		t.Fatal(err, rejects)
	}
	if diff := cmp.Diff([]string{"DC-county", "DC-county-street", "DC-county-street-community"}, summary.Derived); diff != "" {
		t.Errorf("divisions made (-want +got):\n%s", diff)
	}
	if len(summary.Editions) != 1 || summary.Editions[0].Proven || summary.Editions[0].Faults["gap"] < 50 || summary.Editions[0].Faults["overlap"] < 10 {
		t.Errorf("editions %+v, want one that is unproven for many slivers", summary.Editions)
	}
	stored, err := s.LoadEdition(t.Context(), "DC-county")
	if err != nil || stored.Info.Proven || len(stored.Base) != 143 {
		t.Errorf("stored: %d grids, proven %v, %v", len(stored.Base), stored.Info.Proven, err)
	}
}
