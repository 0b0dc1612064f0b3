package api_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid"
)

func TestTiles(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	s.secrets["bridge"] = token(t, s.store, "reader", bridge)
	for _, x := range []float64{0.25, 0.5, 3} {
		if made := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: hazard(x, 0.5, "")}); made.StatusCode != 201 {
			t.Fatal(made.Status)
		}
	}
	lon, lat := at(1.5, 0.5)
	here := func(tileset string, z int) string {
		tile := maptile.At(orb.Point{lon, lat}, maptile.Zoom(z))
		return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", tileset, z, tile.X, tile.Y)
	}
	tag := s.do(t, exchange{target: here("grids", 14)}).Header.Get("ETag")
	s.all(t, []exchange{
		{name: "TileJSON of grids", target: "/tiles/grids.json"},
		{name: "TileJSON of places", target: "/tiles/places.json"},
		{name: "TileJSON of incidents", target: "/tiles/incidents.json"},
		{name: "TileJSON of nothing", target: "/tiles/roads.json"},
		{name: "grids with their tag", target: here("grids", 14), header: "If-None-Match: " + tag + "\n"},
		{name: "grids beside the city", target: "/tiles/grids/14/0/0.mvt"},
		{name: "grids too deep", target: here("grids", 17)},
		{name: "column beyond the zoom", target: "/tiles/grids/1/2/0.mvt"},
		{name: "row that is no number", target: "/tiles/grids/1/0/x.mvt"},
		{name: "zoom with a sign", target: "/tiles/grids/-1/0/0.mvt"},
		{name: "zoom beyond all", target: "/tiles/grids/99/0/0.mvt"},
		{name: "tileset unknown", target: "/tiles/roads/0/0/0.mvt"},
		{name: "parameter unknown", target: "/tiles/grids/0/0/0.mvt?zoom=1"},
		{name: "another version", target: "/tiles/grids/0/0/0.mvt?v=1"},
		{name: "TileJSON with the version", target: "/tiles/grids.json?versioned=true"},
		{name: "version twice", target: "/tiles/grids/0/0/0.mvt?v=1&v=1"},
		{name: "places without a token", target: here("places", 14)},
		{name: "places too deep", target: here("places", 19), as: "planner"},
		{name: "places of no one", target: "/tiles/places/14/0/0.mvt", as: "planner"},
		{name: "incidents of no one", target: here("incidents", 14), as: "planner"},
		{name: "filter of grids", target: here("grids", 14) + "?filter=kind='base'"},
		{name: "filter of what is not there", target: here("places", 14) + "?filter=colour='red'", as: "planner"},
		{name: "filter that is none", target: here("incidents", 14) + "?filter=state='x'%3B+DROP+TABLE+place", as: "planner"},
		{name: "filter language unknown", target: here("places", 14) + "?filter-lang=sql&filter=1=1", as: "planner"},
		{name: "time that is none", target: here("places", 14) + "?datetime=yesterday", as: "planner"},
		{name: "TileJSON of a filter", target: "/tiles/places.json?filter=kind='hazard'&datetime=2026-01-01/.."},
	})

	for _, test := range []struct {
		target, as string
		want       string // layers with the codes of their features
	}{
		{here("grids", 14), "", "base: " + lake + "001 " + lake + "002 " + lake + "003 " + bridge + "001; " +
			"dedicated: " + lake + "801 " + lake + "802; divisions: 320200000000 320211000000 320213000000 320211001000 320213001000 320211001001 320213001001"},
		{here("places", 10), "planner", "places: 320211-HZ-00000001 320211-HZ-00000002 320213-HZ-00000001"},
		{here("places", 10), "bridge", "places: 320213-HZ-00000001"},
		{here("places", 10) + "?filter=county_code='320211000000'", "planner", "places: 320211-HZ-00000001 320211-HZ-00000002"},
		{here("places", 10) + "?filter=county_code='320211000000'", "bridge", ""},
		{
			here("places", 10) + "?filter-lang=cql2-json&filter=" + url.QueryEscape(`{"op":"like","args":[{"property":"code"},"%1"]}`), "planner",
			"places: 320211-HZ-00000001 320213-HZ-00000001",
		},
		{here("places", 10) + "?datetime=../1990-01-01", "planner", ""},
		{here("places", 10) + "?filter=name='x'+OR+1=1+OR+name='y'", "bridge", "places: 320213-HZ-00000001"},
	} {
		answer := s.do(t, exchange{target: test.target, as: test.as})
		raw, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := codesOf(t, raw); got != test.want {
			t.Errorf("%s as %q:\ngot  %s\nwant %s", test.target, test.as, got, test.want)
		}
		packed := s.do(t, exchange{target: test.target, as: test.as, header: "Accept-Encoding: br;q=1, gzip;q=0.5\n"})
		if packed.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(packed.Body)
			if err != nil {
				t.Fatal(err)
			}
			unpacked, err := io.ReadAll(z)
			if err != nil || !bytes.Equal(unpacked, raw) {
				t.Errorf("%s: gzip gives other bytes (%v)", test.target, err)
			}
		} else if len(raw) > 1024 {
			t.Errorf("%s: %d bytes are not packed", test.target, len(raw))
		}
	}
}

// TestTileEncoding holds one tile to its bytes: where they change, tileEncoding is to change too, since clients keep tiles under
// tags made from it. Then write the file with go test ./api -run TestTileEncoding -update.
func TestTileEncoding(t *testing.T) {
	t.Parallel()
	s := serve(t)
	lon, lat := at(1.5, 0.5)
	tile := maptile.At(orb.Point{lon, lat}, 14)
	body, err := io.ReadAll(s.do(t, exchange{target: fmt.Sprintf("/tiles/grids/14/%d/%d.mvt", tile.X, tile.Y)}).Body)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %x\n", api.TileEncoding, sha256.Sum256(body))
	const path = "testdata/tile-encoding.txt"
	want, err := os.ReadFile(path)
	if string(want) == got {
		return
	}
	encoding, _, _ := strings.Cut(string(want), " ")
	if *update && encoding != api.TileEncoding {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("got %swant %s(%v): other bytes need another tileEncoding, then -update", got, want, err)
}

// TestGridTagOutlivesPosts: only what tiles are made of changes their tag.
func TestGridTagOutlivesPosts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	tag := func() string {
		if err := s.live.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s.do(t, exchange{target: "/tiles/grids/0/0/0.mvt"}).Header.Get("ETag")
	}
	before, state := tag(), s.live.Now()
	worker := grid.Worker{Code: "0009", Name: "网格员0009", RoleType: "full_time", ManagingOrg: "org-school", WorkPhone: "0510-00000009", Active: true}
	if err := s.store.ImportWorkers(t.Context(), imported("workers", 1), []grid.Worker{worker}); err != nil {
		t.Fatal(err)
	}
	if got := tag(); got != before || s.live.Now() == state {
		t.Errorf("after workers: got %s, want %s of a newer state", got, before)
	}
	if err := addCounty(t.Context(), s.store); err != nil {
		t.Fatal(err)
	}
	if got := tag(); got == before {
		t.Errorf("after an edition: still %s", got)
	}
}

// codesOf lists the layers of a tile, but for labels, with the codes of their features in order.
func codesOf(t *testing.T, raw []byte) string {
	t.Helper()
	layers, err := mvt.Unmarshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, layer := range layers {
		if layer.Name == "labels" {
			continue
		}
		var codes []string
		for _, f := range layer.Features {
			codes = append(codes, fmt.Sprint(f.Properties["code"]))
		}
		parts = append(parts, layer.Name+": "+strings.Join(codes, " "))
	}
	return strings.Join(parts, "; ")
}
