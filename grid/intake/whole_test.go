package intake_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
)

// TestL6NothingHalfWritten ends files with a fault after many good rows, and tries what is refused as a whole.
func TestL6NothingHalfWritten(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	before := counts(s)
	good := strings.Repeat("120.005,31.015,3\n", 50_000)
	feature := `{"type":"Feature","properties":{"households":3},"geometry":{"type":"Point","coordinates":[120.005,31.015]}},` + "\n"
	for name, src := range map[string]intake.Source{
		"open quote":      text("household_points", "a.csv", "lon,lat,households\n"+good+"\"120,31,3\n"),
		"not utf-8":       text("household_points", "a.csv", "lon,lat,households\n"+good+"120,31,\xff\n"),
		"cut off":         text("household_points", "a.json", `{"type":"FeatureCollection","features":[`+strings.Repeat(feature, 30_000)),
		"personal column": text("household_points", "a.json", `{"type":"FeatureCollection","features":[`+strings.Repeat(feature, 30_000)+`{"type":"Feature","properties":{"民族":1},"geometry":null}]}`),
		"html":            text("household_points", "a.csv", "<html>"),
		"second city":     text("household_points", "", ""),
		"grids again":     text("base_grids", "g.csv", "code,name,wkt\n320211001001009,N9,"+box(0, 10, 10, 20)+"\n"),
		"no layer":        text("unicorns", "a.csv", "a"),
	} {
		_, _, err := run(t, s.Store, crs.WGS84, src)
		if !errors.Is(err, grid.ErrInvalid) && !errors.Is(err, grid.ErrConflict) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, _, err := run(t, s.Store, "", text("household_points", "a.csv", "lon,lat,households\n")); err == nil || !strings.Contains(err.Error(), "QC-02") {
		t.Errorf("without a coordinate system: %v", err)
	}
	if _, _, err := run(t, s.Store, "mars", text("household_points", "a.csv", "lon,lat,households\n")); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("with a wrong coordinate system: %v", err)
	}
	if diff := cmp.Diff(before, counts(s)); diff != "" {
		t.Errorf("the database has changed (-before +after):\n%s", diff)
	}
}

// counts says what an import may have touched.
func counts(s town) map[string]int {
	out := map[string]int{}
	for _, table := range []string{"import", "audit", "household_point", "place", "grid", "grid_version", "edition", "division"} {
		out[table] = s.count("SELECT count(*) FROM " + table)
	}
	return out
}

// TestL6CountsAddUp imports random rows, good and bad: what is read is stored or rejected, in the files and in the audit (L6).
func TestL6CountsAddUp(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	for range 5 {
		var b strings.Builder
		b.WriteString("lon,lat,households,name\n")
		before := s.count("SELECT count(*) FROM household_point")
		n := 3000 + rng.IntN(3000)
		for range n {
			fmt.Fprintf(&b, "%s,%s,%s,%s\n", pick("120.001", "120.015", "31", "", "x"), pick("31.002", "31.011", "120"), pick("3", "-1", "1.5", "", "7"), pick("a", `"b ""c""
d"`, `"bad"x`, "a,b"))
		}
		summary, rejects, err := run(t, s.Store, crs.WGS84, text("household_points", "a.csv", b.String()))
		if err != nil {
			t.Fatal(err)
		}
		f := summary.Files[0]
		if got := s.count("SELECT count(*) FROM household_point"); got != before+int(f.Stored) {
			t.Errorf("%d rows were written, %d are said to be stored", got-before, f.Stored)
		}
		if f.Read != int64(n) || f.Stored+f.Rejected != f.Read || f.Rejected != int64(len(rejects)) || f.Stored == 0 || f.Rejected == 0 {
			t.Errorf("%d rows: %+v, %d in the rejects file", n, f, len(rejects))
		}
	}
}
