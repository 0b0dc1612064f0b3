package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid/store"
)

// TestImportIntoNothing: an empty database gets its divisions and, cleaned on the way, its grids over HTTP, and answers from then on.
func TestImportIntoNothing(t *testing.T) {
	t.Parallel()
	s := serveNothing(t, func(testing.TB, *store.Store) {})
	ring := func(west, south, east, north float64) string {
		return fmt.Sprintf(`"POLYGON((%[1]v %[2]v,%[3]v %[2]v,%[3]v %[4]v,%[1]v %[4]v,%[1]v %[2]v))"`, west, south, east, north)
	}
	whole := ring(120.3, 31.5, 120.3004, 31.5002)
	files := []struct{ level, rows string }{
		{"city", "320200000000,无锡市," + whole},
		{"county", "320211000000,滨湖区," + whole},
		{"street", "320211001000,河埒街道," + whole},
		{"community", "320211001001,水秀社区," + whole},
	}
	var session struct{ City *struct{ Code string } }
	if s.call(t, exchange{target: "/v1/session", as: "administrator"}, http.StatusOK, &session); session.City != nil {
		t.Errorf("there is a city already: %+v", session)
	}
	for _, f := range files {
		u := s.upload(t, "administrator", "divisions.csv", "code,name,wkt\n"+f.rows+"\n")
		done := s.importAll(t, "administrator", `{"crs": "cgcs2000", "sources": [{"upload": "`+u.ID+`", "layer": "divisions", "level": "`+f.level+`"}]}`)
		if done.State != "done" || done.RowsAccepted != 1 {
			t.Fatalf("%s: %+v", f.level, done)
		}
	}
	s.call(t, exchange{target: "/v1/session", as: "administrator"}, http.StatusOK, &session)
	if session.City == nil || session.City.Code != city { // at once: nobody else follows the database in this test
		t.Errorf("the city is %+v", session.City)
	}

	grids := s.upload(t, "administrator", "base_grids.csv", "code,name,wkt\n"+
		"320211001001001,第一网格,"+ring(120.3, 31.5, 120.3002002, 31.5002)+"\n"+ // 2 cm too far
		"320211001001002,第二网格,"+ring(120.3002, 31.5, 120.3004, 31.5002)+"\n")
	request := `{"crs": "cgcs2000", "clean": true, "dry_run": DRY, "sources": [{"upload": "` + grids.ID + `", "layer": "base_grids"}]}`
	before := s.counts(t)
	for _, dry := range []string{"true", "false"} {
		s.importsCleaned(t, strings.ReplaceAll(request, "DRY", dry))
		if after := s.counts(t); (after == before) != (dry == "true") {
			t.Errorf("dry run %s: %s, before %s", dry, after, before)
		}
	}
	var answer struct {
		Responsible *struct{ Code string }
	}
	s.call(t, exchange{target: "/v1/locate?lon=120.3003&lat=31.5001", as: "administrator"}, http.StatusOK, &answer)
	if answer.Responsible == nil || answer.Responsible.Code != "320211001001002" {
		t.Errorf("responsible is %+v", answer.Responsible)
	}
}

// importsCleaned imports grids that overlap by 2 cm, and reads what was repaired.
func (s importServer) importsCleaned(t *testing.T, request string) {
	t.Helper()
	var done struct {
		ID, State string
		Editions  []struct{ Proven bool }
		Clean     []struct {
			Changes  map[string]int
			Left     map[string]int
			MaxMoveM float64 `json:"max_move_m"`
			LostM2   float64 `json:"lost_m2"`
		}
	}
	id := s.importAll(t, "administrator", request).ID
	s.call(t, exchange{target: "/v1/imports/" + id, as: "administrator"}, http.StatusOK, &done)
	if done.State != "done" || len(done.Editions) != 1 || !done.Editions[0].Proven || len(done.Clean) != 1 {
		t.Fatalf("the import says %+v", done)
	}
	of := done.Clean[0]
	if of.Changes["overlap_resolved"] != 1 || len(of.Left) != 0 || of.LostM2 <= 0 || of.LostM2 > 10 || of.MaxMoveM <= 0 || of.MaxMoveM > 0.03 {
		t.Errorf("cleaned: %+v", of)
	}
	var places struct {
		Features []struct {
			Geometry   struct{ Type string }
			Properties map[string]any
		}
	}
	s.call(t, exchange{target: "/v1/imports/" + id + "/clean.geojson", as: "administrator"}, http.StatusOK, &places)
	for _, f := range places.Features {
		if f.Properties["kind"] == "overlap_resolved" && strings.HasSuffix(f.Geometry.Type, "Polygon") {
			return
		}
	}
	t.Errorf("the places are %+v", places)
}
