package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
)

type ogcTileset struct {
	DataType, CRS, TileMatrixSetID, TileMatrixSetURI string
	TileMatrixSetLimits                              []struct {
		TileMatrix                                     string
		MinTileRow, MaxTileRow, MinTileCol, MaxTileCol int64
	}
	Links ogcLinks
}

const (
	relTilesets = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	quadURI     = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
)

// TestTilesSuite repeats what the OGC's suite for Tiles looks at (ets-ogcapi-tiles10).
func TestTilesSuite(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	for _, as := range []string{"", "planner"} {
		g := s.gis(t, as)
		t.Run("tilesets of the landing page as "+as, func(t *testing.T) {
			var landing ogcLanding
			g.read(t, "", &landing)
			suiteTilesets(t, g, landing.Links.one(t, relTilesets, "application/json").Href)
		})
		t.Run("tilesets of a collection as "+as, func(t *testing.T) {
			for _, c := range g.collectionsOf(t) {
				if c.Links.has(relTilesets) {
					suiteTilesets(t, g, c.Links.one(t, relTilesets, "application/json").Href)
				}
			}
		})
		t.Run("operations of the document as "+as, func(t *testing.T) { suiteTileOperations(t, g) })
	}
	g := s.gis(t, "")
	lon, lat := at(1.5, 0.5)
	id := maptile.At(orb.Point{lon, lat}, 14)
	ofGrids, rowFirst := fmt.Sprintf("/tiles/grids/14/%d/%d.mvt", id.X, id.Y), fmt.Sprintf("/tiles/WebMercatorQuad/14/%d/%d", id.Y, id.X)
	t.Run("row before column", func(t *testing.T) {
		_, body := g.fetch(t, "/collections/base"+rowFirst, "")
		if got, want := codesOf(t, body), codesOf(t, tileOf(t, g, ofGrids, "base")); got != want || got == "" {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("tiles of the dataset are those of the tileset grids", func(t *testing.T) {
		_, body := g.fetch(t, rowFirst, "")
		if got, want := codesOf(t, body), codesOf(t, tileOf(t, g, ofGrids)); got != want || !strings.Contains(got, "divisions") {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("tiles of a kind hold that kind", func(t *testing.T) {
		g, whole := s.gis(t, "planner"), maptile.At(orb.Point{lon, lat}, 10)
		for collection, want := range map[string]string{
			"hazards": "places: 320211-HZ-00000001 320211-HZ-00000002 320213-HZ-00000001", "shelters": "places: 320211-SH-00000001", "key_sites": "",
		} {
			answer, body := g.fetch(t, fmt.Sprintf("/collections/%s/tiles/WebMercatorQuad/10/%d/%d", collection, whole.Y, whole.X), "")
			if got := codesOf(t, body); got != want || answer.Header.Get("Cache-Control") != "private, no-cache" {
				t.Errorf("%s: got %q, kept as %s", collection, got, answer.Header.Get("Cache-Control"))
			}
		}
	})
	t.Run("a tag", func(t *testing.T) {
		answer, _ := g.fetch(t, rowFirst, "")
		tag := answer.Header.Get("ETag")
		if again, _ := g.fetch(t, rowFirst, "If-None-Match: "+tag); tag == "" || again.StatusCode != http.StatusNotModified {
			t.Error(tag, again.Status)
		}
	})
}

// suiteTilesets looks at a list of tilesets as the suite does.
func suiteTilesets(t *testing.T, g *gis, href string) {
	t.Helper()
	if !strings.HasPrefix(href, g.URL+"/") || !strings.HasSuffix(href, "/tiles?f=json") {
		t.Errorf("the link is not absolute, or no list in JSON: %s", href)
	}
	var list struct {
		Links    ogcLinks
		Tilesets []ogcTileset
	}
	g.read(t, href, &list)
	list.Links.one(t, "alternate", "text/html")
	for _, listed := range list.Tilesets {
		if listed.TileMatrixSetURI != quadURI || listed.TileMatrixSetID != "WebMercatorQuad" || listed.DataType != "vector" || listed.CRS != uriEPSG+"3857" {
			t.Errorf("%+v", listed)
		}
		var one ogcTileset
		g.read(t, listed.Links.one(t, "self", "application/json").Href, &one)
		if fmt.Sprint(one.TileMatrixSetLimits) != fmt.Sprint(listed.TileMatrixSetLimits) || len(one.TileMatrixSetLimits) < 17 {
			t.Errorf("listed with %v, by itself %v", listed.TileMatrixSetLimits, one.TileMatrixSetLimits)
		}
		var set struct{ URI string }
		g.read(t, listed.Links.one(t, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", "application/json").Href, &set)
		if set.URI != quadURI {
			t.Error(set)
		}
		suiteTiles(t, g, one)
	}
}

// suiteTiles asks for tiles at the limits, in the middle and beyond.
func suiteTiles(t *testing.T, g *gis, set ogcTileset) {
	t.Helper()
	template := set.Links.one(t, "item", "application/vnd.mapbox-vector-tile")
	for _, part := range []string{"{tileMatrix}", "{tileRow}", "{tileCol}", "/tiles/WebMercatorQuad/"} {
		if !strings.Contains(template.Href, part) || !template.Templated {
			t.Fatalf("%+v lacks %s", template, part)
		}
	}
	status := func(matrix string, row, col int64) int {
		answer, body := g.fetch(t, strings.NewReplacer("{tileMatrix}", matrix, "{tileRow}", fmt.Sprint(row), "{tileCol}", fmt.Sprint(col)).Replace(template.Href), "")
		if answer.StatusCode == http.StatusOK {
			if media := answer.Header.Get("Content-Type"); media != "application/vnd.mapbox-vector-tile" {
				t.Errorf("a tile is %s", media)
			}
			if _, err := mvt.Unmarshal(body); err != nil {
				t.Error(err)
			}
		}
		return answer.StatusCode
	}
	for _, l := range set.TileMatrixSetLimits {
		for _, c := range []struct {
			row, col int64
			want     int
		}{
			{l.MinTileRow, l.MinTileCol, 200},
			{l.MaxTileRow, l.MinTileCol, 200},
			{l.MaxTileRow, l.MaxTileCol, 200},
			{(l.MinTileRow + l.MaxTileRow) / 2, (l.MinTileCol + l.MaxTileCol) / 2, 200},
			{l.MaxTileRow + 1, l.MinTileCol, 404},
			{l.MinTileRow - 1, l.MinTileCol, 404},
			{l.MinTileRow, l.MaxTileCol + 1, 404},
			{l.MinTileRow, 2147483647, 404},
			{2147483647, l.MinTileCol, 404},
		} {
			if got := status(l.TileMatrix, c.row, c.col); got != c.want {
				t.Errorf("%s: tile %s/%d/%d: got %d, want %d", template.Href, l.TileMatrix, c.row, c.col, got, c.want)
			}
		}
	}
	for _, matrix := range []string{"25", "-1", "x", "2147483647", "00"} {
		if got := status(matrix, 0, 0); got != http.StatusNotFound {
			t.Errorf("matrix %s: %d", matrix, got)
		}
	}
	if got := g.status(t, strings.Replace(template.Href[:strings.Index(template.Href, "/{")], "WebMercatorQuad", "WorldCRS84Quad", 1)+"/0/0/0"); got != http.StatusNotFound {
		t.Errorf("another matrix set: %d", got)
	}
}

func suiteTileOperations(t *testing.T, g *gis) {
	found := map[string]bool{}
	for path, item := range g.document.Paths.Map() {
		if strings.HasSuffix(item.Get.OperationID, ".getTile") != strings.HasSuffix(path, "/{tileMatrix}/{tileRow}/{tileCol}") {
			t.Errorf("%s is %s", path, item.Get.OperationID)
		}
		if kind, ok := strings.CutSuffix(item.Get.OperationID, ".vector.getTile"); ok {
			_, kind, _ = strings.Cut(kind, ".")
			found[kind] = true
		}
	}
	if !found["dataset"] || !found["collection"] {
		t.Errorf("operations for tiles: %v", found)
	}
}

// tileOf gets a tile of the other address, with the layers named only.
func tileOf(t *testing.T, g *gis, target string, only ...string) []byte {
	t.Helper()
	body, err := io.ReadAll(g.do(t, exchange{target: target}).Body)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := mvt.Unmarshal(body)
	if err != nil {
		t.Fatal(err)
	}
	var kept mvt.Layers
	for _, l := range layers {
		if len(only) == 0 || l.Name == only[0] {
			kept = append(kept, l)
		}
	}
	raw, err := mvt.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
