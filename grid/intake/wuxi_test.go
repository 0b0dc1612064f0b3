package intake_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid/intake"
)

// TestWuxi imports divisions in GCJ-02 whose codes are adcodes: converted vertex by vertex, the counties still tile the
// city as they do in the file.
func TestWuxi(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(filepath.Dir(dc(t)), "cn-wuxi")
	if _, err := os.Stat(dir); err != nil {
		t.Skip(err)
	}
	s := newStore(t)
	city, counties := from(t, "divisions", dir, "city_2016_adcode.geojson.gz"), from(t, "divisions", dir, "county_2016_adcode.geojson.gz")
	city.Level, counties.Level = "city", "county"
	code := map[string]string{"code": "adcode"}
	city.Mapping, counties.Mapping = intake.Mapping{Columns: code}, intake.Mapping{Columns: map[string]string{"code": "adcode", "parent_code": "parent"}}
	summary, rejects, err := run(t, s, crs.GCJ02, counties, city)
	if err != nil {
		t.Fatal(err, lines(rejects))
	}
	t.Log(summary.Text(), lines(rejects))
	if len(summary.DivisionFaults) != 0 || summary.Files[1].Stored != 7 {
		t.Errorf("summary %v", summary.Text())
	}
	divisions, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The western end of the city, 119.5191 in GCJ-02, is 119.514 in WGS 84.
	if west := divisions.Box().Min.Orb()[0]; west < 119.513 || west > 119.515 {
		t.Errorf("the western end is %v", west)
	}
}
