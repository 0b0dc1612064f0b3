package api_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/geo/pmtiles"
	"github.com/wangge/wangge/grid/store"
)

// exported answers GET path and returns the body, which came whole.
func (s *server) exported(t *testing.T, target, as string) ([]byte, http.Header) {
	t.Helper()
	answer := s.do(t, exchange{target: target, as: as})
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s as %q: %s, %v\n%s", target, as, answer.Status, err, body)
	}
	return body, answer.Header
}

// exportedCodes are the codes of a GeoJSON file.
func (s *server) exportedCodes(t *testing.T, target, as string) string {
	t.Helper()
	body, _ := s.exported(t, target, as)
	var doc struct {
		Features       []struct{ ID string }
		NumberReturned int
	}
	if err := json.Unmarshal(body, &doc); err != nil || doc.NumberReturned != len(doc.Features) {
		t.Fatalf("%s: %v\n%s", target, err, body)
	}
	codes := make([]string, len(doc.Features))
	for i, f := range doc.Features {
		codes[i] = f.ID
	}
	return strings.Join(codes, " ")
}

// exportTown is the town with two hazards in one county and one in the other.
func exportTown(t *testing.T) *server {
	t.Helper()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	s.secrets["bridge"] = token(t, s.store, "reader", bridge)
	for _, x := range []float64{0.25, 0.5, 3} {
		if made := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: hazard(x, 0.5, "")}); made.StatusCode != 201 {
			t.Fatal(made.Status)
		}
	}
	return s
}

func TestExports(t *testing.T) {
	t.Parallel()
	s := exportTown(t)
	s.all(t, []exchange{
		{name: "base grids", target: "/v1/export/base.geojson"},
		{name: "divisions as lines", target: "/v1/export/divisions.ndjson?filter=" + url.QueryEscape("level = 'county'")},
		{name: "divisions as CSV", target: "/v1/export/divisions.csv"},
		{name: "grids of nothing", target: "/v1/export/base.geojson?bbox=0,0,1,1"},
		{name: "lines of nothing", target: "/v1/export/base.ndjson?bbox=0,0,1,1"},
		{name: "collection unknown", target: "/v1/export/roads.geojson"},
		{name: "format unknown", target: "/v1/export/base.shp"},
		{name: "parameter unknown", target: "/v1/export/base.geojson?limit=1"},
		{name: "box of words", target: "/v1/export/base.geojson?bbox=a,b,c,d"},
		{name: "filter that is none", target: "/v1/export/base.geojson?filter=" + url.QueryEscape("code = ")},
		{name: "filter of a property that is not there", target: "/v1/export/base.geojson?filter=" + url.QueryEscape("colour = 'red'")},
		{name: "filter in no language", target: "/v1/export/base.geojson?filter-lang=sql&filter=1"},
		{name: "filter that drops a table", target: "/v1/export/base.csv?filter=" + url.QueryEscape("code = ''; DROP TABLE grid --'")},
		{name: "time that is none", target: "/v1/export/base.geojson?datetime=yesterday"},
		{name: "time before all time", target: "/v1/export/base.geojson?datetime=0001-01-01T00:00:00Z"},
		{name: "time turned round", target: "/v1/export/base.geojson?datetime=2026-02-01/2026-01-01"},
		{name: "as of before all", target: "/v1/export/base.geojson?as_of=1999-01-01"},
		{name: "hazards of the future", target: "/v1/export/hazards.geojson?as_of=2999-01-01&purpose=x", as: "planner"},
		{name: "hazards of a plan", target: "/v1/export/hazards.geojson?plan=320211-2026-001&purpose=x", as: "planner"},
		{name: "hazards without a token", target: "/v1/export/hazards.geojson?purpose=x"},
		{name: "hazards without a purpose", target: "/v1/export/hazards.geojson", as: "planner"},
		{name: "hazards with a purpose of lines", target: "/v1/export/hazards.geojson?purpose=a%0Ab", as: "planner"},
		{name: "tileset unknown", target: "/v1/export/tiles/roads.pmtiles"},
		{name: "zoom too deep", target: "/v1/export/tiles/grids.pmtiles?max_zoom=17"},
		{name: "zooms turned round", target: "/v1/export/tiles/grids.pmtiles?min_zoom=9&max_zoom=8"},
		{name: "tiles of places without a token", target: "/v1/export/tiles/places.pmtiles?purpose=x"},
		{name: "tiles of places without a purpose", target: "/v1/export/tiles/places.pmtiles", as: "planner"},
	})
	for _, target := range []string{"/v1/export/base.gpkg", "/v1/export/tiles/grids.pmtiles"} {
		head := s.do(t, exchange{method: http.MethodHead, target: target})
		body, header := s.exported(t, target, "")
		if head.StatusCode != http.StatusOK || head.Header.Get("Content-Type") != header.Get("Content-Type") || len(body) == 0 {
			t.Errorf("%s: HEAD %s %v", target, head.Status, head.Header)
		}
		name := target[strings.LastIndexByte(target, '/')+1:]
		if got, want := header.Get("Content-Disposition"), `attachment; filename="`+name+`"`; got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

// TestExportsAreGzipped: texts come smaller to who takes that, the same bytes when unpacked, and what cannot be exported is a problem document.
func TestExportsAreGzipped(t *testing.T) {
	t.Parallel()
	s := exportTown(t)
	for file, packs := range map[string]bool{
		"divisions.geojson": true, "divisions.ndjson": true, "divisions.csv": true, "base.ndjson?bbox=0,0,1,1": true, "hazards.csv?purpose=x": true,
		"divisions.gpkg": false, "tiles/grids.pmtiles?max_zoom=8": false,
	} {
		get := func(accept string) ([]byte, http.Header) {
			answer := s.do(t, exchange{target: "/v1/export/" + file, header: "Accept-Encoding: " + accept + "\n", as: "planner"})
			body, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(answer.Header.Get("Vary"), "Accept-Encoding") {
				t.Fatalf("%s: %s %v, Vary %q", file, answer.Status, err, answer.Header.Get("Vary"))
			}
			return body, answer.Header
		}
		plain, header := get("identity")
		if header.Get("Content-Encoding") != "" {
			t.Errorf("%s comes packed to who does not take it", file)
		}
		packed, header := get("gzip")
		if (header.Get("Content-Encoding") == "gzip") != packs {
			t.Errorf("%s comes in %q", file, header.Get("Content-Encoding"))
		}
		if !packs || strings.HasSuffix(file, ".gpkg") {
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(file, err)
		}
		unpacked, err := io.ReadAll(z)
		if isJSON := strings.Contains(file, "geojson"); err != nil || isJSON && !json.Valid(unpacked) || !isJSON && !bytes.Equal(unpacked, plain) { // which says when it was made
			t.Errorf("%s: %d bytes unpacked, %d plain, %v", file, len(unpacked), len(plain), err)
		}
		if len(plain) > 4000 && len(packed) > len(plain)/2 {
			t.Errorf("%s: %d bytes of %d", file, len(packed), len(plain))
		}
	}
	wrong := s.do(t, exchange{target: "/v1/export/base.csv?filter=colour%3D1", header: "Accept-Encoding: gzip\n"})
	if wrong.StatusCode != http.StatusBadRequest || wrong.Header.Get("Content-Encoding") != "" || wrong.Header.Get("Content-Disposition") != "" {
		t.Errorf("a filter that is none: %s %v", wrong.Status, wrong.Header)
	}
}

// TestBR62ExportsAreLogged: what is not public goes out only after who asked for it and what for are in the audit; what is public leaves none.
func TestBR62ExportsAreLogged(t *testing.T) {
	t.Parallel()
	s := exportTown(t)
	audits := func(kind, code string) []store.AuditEntry {
		t.Helper()
		entries, err := s.store.Audit(t.Context(), kind, code, 10)
		if err != nil {
			t.Fatal(err)
		}
		return entries
	}
	if got := s.exportedCodes(t, "/v1/export/hazards.geojson?purpose=weekly+report&bbox=120,31,121,32", "planner"); got != "320211-HZ-00000001 320211-HZ-00000002 320213-HZ-00000001" {
		t.Errorf("the planner gets %s", got)
	}
	if got := s.exportedCodes(t, "/v1/export/hazards.geojson?purpose=mine", "bridge"); got != "320213-HZ-00000001" {
		t.Errorf("who is for one community gets %s", got)
	}
	s.exported(t, "/v1/export/tiles/places.pmtiles?purpose=map&max_zoom=3", "planner")
	s.exported(t, "/v1/export/base.csv", "planner")
	s.exported(t, "/v1/export/tiles/grids.pmtiles?max_zoom=3", "planner")
	s.do(t, exchange{target: "/v1/export/hazards.geojson", as: "planner"})
	s.do(t, exchange{method: http.MethodHead, target: "/v1/export/hazards.geojson?purpose=look", as: "planner"})
	if n := len(audits("collection", "base")) + len(audits("tileset", "grids")); n > 0 {
		t.Errorf("%d entries about what is public", n)
	}
	entries := append(audits("collection", "hazards"), audits("tileset", "places")...)
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s %s %s", e.Actor, e.Action, e.After))
	}
	want := []string{
		`bridge export {"file": "hazards.geojson", "chosen": {}, "purpose": "mine"}`,
		`planner export {"file": "hazards.geojson", "chosen": {"bbox": "120,31,121,32"}, "purpose": "weekly report"}`,
		`planner export {"file": "places.pmtiles", "chosen": {"max_zoom": "3"}, "purpose": "map"}`,
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.HasSuffix(got[i], want[i][strings.Index(want[i], " "):]) {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
	}
}

// TestBR63ExportsForAnybody: of places anybody gets those that are public, without a purpose, and without where they came from.
func TestBR63ExportsForAnybody(t *testing.T) {
	t.Parallel()
	s := exportTown(t)
	for i, public := range []bool{true, false} {
		lon, lat := at(0.25, 0.25+float64(i)/4)
		body := fmt.Sprintf(`{"kind":"shelter","name":"避难所","source":"register","public":%t,"geometry":{"type":"Point","coordinates":[%v,%v]},"crs":"wgs84","detail":{"shelter_level":"city","host_kind":"square"}}`, public, lon, lat)
		if made := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: body}); made.StatusCode != 201 {
			text, _ := io.ReadAll(made.Body)
			t.Fatal(made.Status, string(text))
		}
	}
	if got := s.exportedCodes(t, "/v1/export/shelters.geojson", ""); got != "320211-SH-00000001" {
		t.Errorf("anybody gets %s", got)
	}
	if got := s.exportedCodes(t, "/v1/export/shelters.geojson?purpose=x", "planner"); got != "320211-SH-00000001 320211-SH-00000002" {
		t.Errorf("the planner gets %s", got)
	}
	past := "/v1/export/shelters.geojson?as_of=" + url.QueryEscape(time.Now().UTC().Format(time.RFC3339Nano))
	if answer := s.do(t, exchange{target: past}); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("anybody gets the past: %s", answer.Status)
	}
	if got := s.exportedCodes(t, past+"&purpose=x", "planner"); got != "320211-SH-00000001 320211-SH-00000002" {
		t.Errorf("a moment ago there were %s", got)
	}
	for _, format := range []string{"geojson", "ndjson", "csv", "gpkg"} {
		if body, _ := s.exported(t, "/v1/export/shelters."+format, ""); bytes.Contains(body, []byte("register")) || bytes.Contains(body, []byte("external_refs")) {
			t.Errorf("%s tells anybody the source", format)
		}
	}
}

// TestTooManyExports: who comes when as many run as may is told when to come again; registers and strangers do not take all places.
func TestTooManyExports(t *testing.T) {
	t.Parallel()
	s, l := newTown(t)
	app := api.New(api.Config{Store: s, Live: l})
	for _, test := range []struct {
		stranger, registers bool
		most                int
	}{{true, false, 3}, {false, true, 2}, {false, false, 6}} {
		leave, n := app.OccupyExports(test.stranger, test.registers)
		if n != test.most {
			t.Errorf("%+v: %d run at once", test, n)
		}
		answer := httptest.NewRecorder()
		app.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v1/export/base.csv", nil))
		if busy := answer.Code == http.StatusServiceUnavailable && answer.Header().Get("Retry-After") == "60"; busy != !test.registers {
			t.Errorf("%+v: a stranger is answered %d", test, answer.Code)
		}
		leave()
	}
}

// TestSlowReaderOfExports: a reader who takes nothing is cut off.
func TestSlowReaderOfExports(t *testing.T) {
	t.Parallel()
	s := hurried(t)
	result := make(chan error, 1)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		result <- api.WriteExport(w, late, lateBytes, 64<<20)
	}))
	t.Cleanup(front.Close)
	s.URL = front.URL
	c := s.dial(t)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-result:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the reader is still waited for")
	}
}

// TestExportedTilesAreServed: every tile of an archive is the one that the server answers, and where it has none the server has none.
func TestExportedTilesAreServed(t *testing.T) {
	t.Parallel()
	s := exportTown(t)
	for _, test := range []struct{ tileset, as, chosen string }{
		{"grids", "", ""},
		{"reference", "", ""},
		{"places", "planner", ""},
		{"places", "bridge", ""},
		{"places", "planner", "filter=" + url.QueryEscape("code = '320211-HZ-00000002'")},
	} {
		raw, header := s.exported(t, "/v1/export/tiles/"+test.tileset+".pmtiles?purpose=test&"+test.chosen, test.as)
		if header.Get("Content-Length") != fmt.Sprint(len(raw)) {
			t.Errorf("Content-Length %s of %d", header.Get("Content-Length"), len(raw))
		}
		r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		served := func(id mvt.TileID) []byte {
			answer := s.do(t, exchange{target: "/tiles/" + test.tileset + "/" + id.String() + ".mvt?" + test.chosen, as: test.as})
			body, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode >= 300 {
				t.Fatal(answer.Status, err)
			}
			return body
		}
		err = r.Each(func(id mvt.TileID, tile []byte) error {
			compared++
			if !bytes.Equal(served(id), tile) {
				return fmt.Errorf("%s of %s differs", id, test.tileset)
			}
			for _, beside := range []mvt.TileID{{Z: id.Z, X: id.X + 1, Y: id.Y}, {Z: id.Z, X: id.X, Y: id.Y + 1}, {Z: id.Z, X: id.X - 1, Y: id.Y}} {
				if inside, err := r.Tile(beside); beside.Valid() && (err != nil || len(inside) == 0 && len(served(beside)) > 0) {
					return fmt.Errorf("%s of %s is missing: %v", beside, test.tileset, err)
				}
			}
			return nil
		})
		if err != nil || compared < 17 && test.tileset != "reference" {
			t.Errorf("%s as %q: %d tiles compared: %v", test.tileset, test.as, compared, err)
		}
	}
}
