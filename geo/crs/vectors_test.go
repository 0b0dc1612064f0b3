package crs_test

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/geo/geotest"
)

// rows reads a CSV file as maps from column to cell.
func rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = r[i]
		}
		out = append(out, row)
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func position(t *testing.T, row map[string]string, prefix string) orb.Point {
	t.Helper()
	return orb.Point{number(t, row[prefix+"_lon"]), number(t, row[prefix+"_lat"])}
}

// TestCities compares with 183 places of another library's tests. Their GCJ-02 comes from a provider, not from the
// formula, so 1e-5 degrees is as close as it gets; the step to BD-09 is the formula's.
func TestCities(t *testing.T) {
	t.Parallel()
	all := rows(t, geotest.Data(t, "coordinate-transforms", "gcoord_cities.csv"))
	if len(all) < 183 {
		t.Errorf("%d places, want 183", len(all))
	}
	for _, row := range all {
		wgs, gcj, bd := position(t, row, "wgs84"), position(t, row, "gcj02"), position(t, row, "bd09")
		if got := crs.GCJ02.FromWGS84(wgs); !near(got, gcj, 1e-5) {
			t.Errorf("%s to gcj02: got %v, want %v", row["name"], got, gcj)
		}
		if got := crs.GCJ02.ToWGS84(gcj); !near(got, wgs, 1e-5) {
			t.Errorf("%s from gcj02: got %v, want %v", row["name"], got, wgs)
		}
		if got := crs.BD09.FromWGS84(crs.GCJ02.ToWGS84(gcj)); !near(got, bd, 1e-6) {
			t.Errorf("%s gcj02 to bd09: got %v, want %v", row["name"], got, bd)
		}
		if got := crs.GCJ02.FromWGS84(crs.BD09.ToWGS84(bd)); !near(got, gcj, 1e-6) {
			t.Errorf("%s bd09 to gcj02: got %v, want %v", row["name"], got, gcj)
		}
		if got := crs.BD09.ToWGS84(bd); !near(got, wgs, 1e-5) {
			t.Errorf("%s from bd09: got %v, want %v", row["name"], got, wgs)
		}
		x, y := crs.Mercator(wgs)
		if math.Abs(x-number(t, row["epsg3857_x"])) > 0.01 || math.Abs(y-number(t, row["epsg3857_y"])) > 0.01 {
			t.Errorf("%s to 3857: got %.3f, %.3f", row["name"], x, y)
		}
	}
}

// TestLibraryVectors compares with vectors of two libraries, each within its own tolerance. Where a library stops
// after one step of the inverse, the vector is off by that step's error, which is looser than its tolerance.
func TestLibraryVectors(t *testing.T) {
	t.Parallel()
	for _, row := range rows(t, geotest.Data(t, "coordinate-transforms", "library_vectors.csv")) {
		from, err := crs.Parse(row["from_crs"])
		if err != nil {
			t.Fatal(err)
		}
		to, err := crs.Parse(row["to_crs"])
		if err != nil {
			t.Fatal(err)
		}
		tol := 0.0
		switch {
		case row["place"] == "Zhejiang":
			tol = 4e-4 // the source has k = π instead of π·3000/180, and one step of the inverse
		case from == crs.BD09:
			tol = 3e-6 // the closed formula: up to 22 cm
		case strings.Contains(row["place"], "one-step"):
			tol = number(t, row["tolerance_m"]) / 111_320 * 2 // in longitude at 40° N
		case row["tolerance_m"] != "":
			tol = 1e-10 // an exact inverse
		default:
			tol = number(t, row["tolerance_deg"])
		}
		got := to.FromWGS84(from.ToWGS84(position(t, row, "from")))
		if want := position(t, row, "to"); !near(got, want, tol) {
			t.Errorf("%s %s to %s: got %v, want %v within %g", row["place"], from, to, got, want, tol)
		}
	}
}
