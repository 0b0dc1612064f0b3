package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// TestBR63ScopeAddsToWhatAnybodySees: a token for one division sees what is published everywhere, as anybody does, and all of its own.
func TestBR63ScopeAddsToWhatAnybodySees(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	shelter := func(name string, x float64, public string) string {
		return `{"kind":"shelter","name":"` + name + `","public":` + public + `,"source":"台账","geometry":` + geometry("Point", [2]float64{x, 0.3}) +
			`,"crs":"wgs84","detail":{"shelter_level":"community","host_kind":"school"}}`
	}
	s.create(t, "/v1/places", shelter("别处公开", 1.5, "true"))
	s.create(t, "/v1/places", shelter("别处内部", 1.5, "false"))
	s.create(t, "/v1/places", shelter("中桥公开", 2.5, "true"))
	s.create(t, "/v1/places", shelter("中桥内部", 2.5, "false"))
	read := func(target, as string) string {
		t.Helper()
		answer := s.do(t, exchange{target: target, as: as})
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s as %q: %s %v %s", target, as, answer.Status, err, body)
		}
		return string(body)
	}
	box := degreesBox(0, 0, 4, 4)
	for _, target := range []string{
		"/v1/places?kind=shelter", "/v1/places?kind=shelter&bbox=" + box,
		"/ogc/collections/shelters/items?f=json", "/ogc/collections/shelters/items?f=json&bbox=" + box,
		"/v1/export/shelters.geojson?purpose=test", "/v1/export/shelters.csv?purpose=test",
	} {
		anybody, bridge := read(target, ""), read(target, "bridge")
		for name, sees := range map[string][2]bool{"别处公开": {true, true}, "别处内部": {}, "中桥公开": {true, true}, "中桥内部": {false, true}} {
			if got := [2]bool{strings.Contains(anybody, name), strings.Contains(bridge, name)}; got != sees {
				t.Errorf("%s: %s is seen by anybody and by the token: %v, want %v", target, name, got, sees)
			}
		}
		if got := strings.Count(bridge, "台账"); strings.Contains(anybody, "台账") || got != 2 {
			t.Errorf("%s: the token sees where %d come from, want its own 2", target, got)
		}
	}
	if got := read("/ogc/collections/shelters/items?f=json&source=台账", "bridge"); strings.Contains(got, "别处") {
		t.Error("a filter tells where what lies elsewhere comes from")
	}
	lon, lat := at(2, 0.3)
	tile := maptile.At(orb.Point{lon, lat}, 6)
	for target, all := range map[string]bool{
		fmt.Sprintf("/tiles/places/6/%d/%d.mvt", tile.X, tile.Y):                                                     true,
		fmt.Sprintf("/ogc/collections/shelters/tiles/WebMercatorQuad/6/%d/%d", tile.Y, tile.X):                       true,
		fmt.Sprintf("/tiles/places/6/%d/%d.mvt?filter=%s", tile.X, tile.Y, url.QueryEscape("source = '台账'")):         false,
		fmt.Sprintf("/tiles/places/6/%d/%d.mvt?filter=%s", tile.X, tile.Y, url.QueryEscape("NOT (source = '别的来源')")): false,
	} {
		got := read(target, "bridge")
		for name, sees := range map[string]bool{"别处公开": all, "别处内部": false, "中桥公开": true, "中桥内部": true} {
			if strings.Contains(got, name) != sees {
				t.Errorf("%s: the token sees %s: %t, want %t", target, name, !sees, sees)
			}
		}
	}
	var codes []string
	for part := range strings.SplitSeq(read("/v1/places?kind=shelter", ""), `"code":"`) {
		if code, _, _ := strings.Cut(part, `"`); strings.Contains(code, "-SH-") || strings.Contains(code, "-BN-") {
			codes = append(codes, code)
		}
	}
	for _, code := range codes {
		for _, path := range []string{"/v1/places/", "/ogc/collections/shelters/items/"} {
			if body := read(path+code, "bridge"); strings.Contains(body, "别处") && strings.Contains(body, "台账") {
				t.Errorf("%s says where it comes from", path+code)
			}
		}
	}
	if len(codes) == 0 {
		t.Error("no public shelter was found by its code")
	}
}
