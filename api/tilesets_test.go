package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
)

// tileHere returns the layers of the tile at a place of the town, with the status and the tag.
func (s *server) tileHere(t *testing.T, tileset, query, as string) (layers map[string]geotest.TileLayer, status int, tag string) {
	t.Helper()
	lon, lat := at(1.5, 0.5)
	tile := maptile.At(orb.Point{lon, lat}, 14)
	answer := s.do(t, exchange{target: fmt.Sprintf("/tiles/%s/14/%d/%d.mvt%s", tileset, tile.X, tile.Y, query), as: as})
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, answer, body)
	layers = map[string]geotest.TileLayer{}
	if answer.StatusCode == http.StatusOK {
		decoded, err := geotest.DecodeTile(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range decoded {
			layers[l.Name] = l
			for _, f := range l.Features {
				if err := f.Valid(64); err != nil {
					t.Errorf("%s %v: %v", l.Name, f.Tags, err)
				}
			}
		}
	}
	return layers, answer.StatusCode, answer.Header.Get("ETag")
}

func tagsOf(layer geotest.TileLayer, names ...string) string {
	var all []string
	for _, f := range layer.Features {
		var one []string
		for _, n := range names {
			one = append(one, fmt.Sprint(f.Tags[n]))
		}
		all = append(all, strings.Join(one, " "))
	}
	return strings.Join(all, ", ")
}

// TestDifferenceTiles compares two editions, and a draft with what it is drawn over: in edition 2 grid 003 is gone, its area is 002's, and 001 has
// another name; the draft splits 002.
func TestDifferenceTiles(t *testing.T) {
	t.Parallel()
	s, pool := serveTown(t)
	planners(t, s)
	p := &onPlan{planCode(t, 1), 1}
	for _, e := range []exchange{
		{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan},
		p.act("", "planner", "/changes", change("split", `"grid":"`+lake+`002",`+line([2]float64{0.99, 0.5}, [2]float64{1.5, 0.5}, [2]float64{1.5, 1.02})+`,"snap_m":5`)),
	} {
		if answer := s.do(t, e); answer.StatusCode >= 300 {
			body, _ := io.ReadAll(answer.Body)
			t.Fatalf("%s %s", answer.Status, body)
		}
	}
	layers, status, _ := s.tileHere(t, "difference", "?plan="+p.code, "reader")
	if n := len(layers["created"].Features) + len(layers["changed"].Features); status != http.StatusOK || n == 0 || len(layers["moved"].Features) == 0 {
		t.Errorf("of the plan: %d, %d grids, moved %v", status, n, layers["moved"])
	}

	gridtest.NextEdition{
		County: binhu, Actor: "test", Plan: "p2", Retire: []string{lake + "003"},
		Grids: []grid.Grid{
			aGrid(lake+"001", grid.Base, lake, "新名", 300, box(0, 0, 1, 1)),
			aGrid(lake+"002", grid.Base, lake, "水秀第二网格", 300, box(1, 0, 1, 2)),
		},
	}.Write(t, pool)
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	query := "?county=" + binhu + "&from=1&to=2"
	layers, status, tag := s.tileHere(t, "difference", query, "reader")
	for _, tt := range []struct{ layer, got, want string }{
		{"created", tagsOf(layers["created"], "code"), ""},
		{"retired", tagsOf(layers["retired"], "code", "kind", "change"), lake + "003 base retired"},
		{"changed", tagsOf(layers["changed"], "code", "name", "change"), lake + "001 新名 attributes, " + lake + "002 水秀第二网格 boundary"},
		{"changed_from", tagsOf(layers["changed_from"], "code", "name"), lake + "001 水秀第一网格, " + lake + "002 水秀第二网格"},
		{"moved", tagsOf(layers["moved"], "kind", "from", "to"), "base " + lake + "003 " + lake + "002"},
	} {
		if status != http.StatusOK || tt.got != tt.want {
			t.Errorf("%s: got %q, want %q (%d)", tt.layer, tt.got, tt.want, status)
		}
	}
	back, _, other := s.tileHere(t, "difference", "?county="+binhu+"&from=2&to=1", "reader")
	if got := tagsOf(back["created"], "code"); got != lake+"003" || other == tag {
		t.Errorf("the other way round %q is created, under the tag %s after %s", got, other, tag)
	}
	if none, status, _ := s.tileHere(t, "difference", "?county="+binhu+"&from=2&to=2", "reader"); status != http.StatusNoContent {
		t.Errorf("an edition and itself: %d, %v", status, none)
	}

	for query, want := range map[string]int{
		"": 400, "?county=" + binhu: 400, "?county=" + binhu + "&from=1": 400, "?county=" + binhu + "&from=x&to=1": 400,
		"?county=" + binhu + "&from=0&to=1": 400, "?county=" + binhu + "&from=1&to=9": 404, "?county=1&from=1&to=2": 404,
		"?county=" + street + "&from=1&to=2": 404, "?plan=320211-2026-999": 404, "?plan=" + p.code + "&county=" + binhu: 400,
		"?county=" + binhu + "&from=1&to=2&as_of=2099-01-01": 400, "?county=" + liangxi + "&from=1&to=1": 403,
	} {
		if _, got, _ := s.tileHere(t, "difference", query, map[bool]string{true: "planner", false: "reader"}[want == 403]); got != want {
			t.Errorf("%s: got %d, want %d", query, got, want)
		}
	}
	if _, status, _ := s.tileHere(t, "difference", query, ""); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}
}

// TestReferenceTileset is public, and its tag changes with an import of a reference layer.
func TestReferenceTileset(t *testing.T) {
	t.Parallel()
	s := serve(t)
	_, _, before := s.tileHere(t, "reference", "", "")
	west, lat := at(1, 0.5)
	east, _ := at(3, 0.5)
	road := grid.Reference{Kind: "road", Name: "蠡湖大道", Class: "primary", Shape: orb.MultiLineString{{{west, lat}, {east, lat}}}}
	err := s.store.ImportReferences(t.Context(), imported("roads", 1), func(yield func(grid.Reference, error) bool) { yield(road, nil) })
	if err != nil {
		t.Fatal(err)
	}
	layers, status, after := s.tileHere(t, "reference", "", "")
	if got := tagsOf(layers["roads"], "name", "class"); status != http.StatusOK || got != "蠡湖大道 primary" || before == after || after == "" {
		t.Errorf("got %d, %q under the tag %s after %s", status, got, after, before)
	}
	if _, _, again := s.tileHere(t, "reference", "", ""); again != after {
		t.Errorf("the tag has changed from %s to %s", after, again)
	}
}

// TestTileJSON holds the documents to what TileJSON 3.0 asks for: absolute addresses that carry the parameters, bounds, a centre in them, layers with
// fields and zooms.
func TestTileJSON(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	for _, target := range []string{"grids", "reference", "places", "incidents", "difference?county=" + binhu + "&from=1&to=1", "grids?as_of=2099-01-01"} {
		name, query, _ := strings.Cut(target, "?")
		if query != "" {
			query = "?" + query
		}
		var doc struct {
			TileJSON, Scheme string
			Tiles            []string
			Bounds           [4]float64
			Center           [3]float64
			MinZoom, MaxZoom int
			VectorLayers     []struct {
				ID               string
				Fields           map[string]string
				MinZoom, MaxZoom *int
				Levels           map[string]int
			} `json:"vector_layers"`
		}
		if status, _ := s.get(t, "/tiles/"+name+".json"+query, "reader", &doc); status != http.StatusOK {
			t.Errorf("%s: %d", target, status)
			continue
		}
		if want := "https://grid.example.cn/tiles/" + name + "/{z}/{x}/{y}.mvt" + query; doc.TileJSON != "3.0.0" || len(doc.Tiles) != 1 || doc.Tiles[0] != want {
			t.Errorf("%s: %s with tiles %v, want %s", target, doc.TileJSON, doc.Tiles, want)
		}
		b, c := doc.Bounds, doc.Center
		if b[0] >= b[2] || b[1] >= b[3] || c[0] <= b[0] || c[0] >= b[2] || c[1] <= b[1] || c[1] >= b[3] || c[2] < float64(doc.MinZoom) || c[2] > float64(doc.MaxZoom) {
			t.Errorf("%s: bounds %v, centre %v", target, b, c)
		}
		if len(doc.VectorLayers) == 0 {
			t.Errorf("%s has no layers", target)
		}
		for _, l := range doc.VectorLayers {
			if len(l.Fields) == 0 || l.MinZoom == nil || l.MaxZoom == nil || *l.MinZoom > *l.MaxZoom || *l.MaxZoom > doc.MaxZoom {
				text, _ := json.Marshal(l)
				t.Errorf("%s: layer %s", target, text)
			}
			if l.ID == "divisions" && len(l.Levels) != 4 {
				t.Errorf("%s: divisions of the levels %v", target, l.Levels)
			}
		}
	}
}
