package store_test

import (
	"bytes"
	"compress/gzip"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	wanggemvt "github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// features reads the one layer of a tile.
func features(t *testing.T, tile []byte, layer string) []*geojson.Feature {
	t.Helper()
	if len(tile) == 0 {
		return nil
	}
	if zipped(t, tile) > 200_000 {
		t.Errorf("a tile of %d bytes, %d with gzip", len(tile), zipped(t, tile))
	}
	layers, err := mvt.Unmarshal(tile)
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 1 || layers[0].Name != layer {
		t.Fatalf("%d layers, want one of name %s", len(layers), layer)
	}
	return layers[0].Features
}

// TestTilesCountEveryPlaceOnce sums what the tiles of a zoom show, one by one and by squares.
func TestTilesCountEveryPlaceOnce(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	tiling := geotest.Big(64, 8)
	city := tiled(t, s, tiling)
	rng := rand.New(rand.NewPCG(3, 3))
	points := clustered(rng, 6000, tiling.Outline.Box())
	for _, kind := range []string{"hazard", "response_point"} {
		imp := newImport(kind, len(points)/2)
		imp.City = city
		err := s.ImportPlaces(t.Context(), imp, layerOf(t, kind), each(len(points)/2, func(i int) grid.Place {
			p := hazard(points[i].Orb(), city.AssignPoint(points[i]))
			p.Name, p.State = strings.Repeat("长名", 200), placeStates[i%3]
			if kind == "response_point" {
				p.Detail = map[string]any{"point_kind": "fire_station"}
			}
			return p
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	half := len(points) / 2
	for _, test := range []struct {
		name   string
		filter string
		from   time.Time
		want   int
		zooms  []uint8
	}{
		{name: "all", want: 2 * half, zooms: []uint8{0, 11, 14, 17}},
		{name: "of a state", filter: "state = 'closed'", want: 2 * half / 3, zooms: []uint8{0, 13}},
		{name: "of a kind", filter: "kind = 'hazard' AND hazard_kind = 'gas'", want: half, zooms: []uint8{0, 13}},
		{name: "of another kind", filter: "point_kind IN ('fire_station') OR hazard_kind = 'fire'", want: half, zooms: []uint8{12}},
		{name: "of a time", from: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), want: half, zooms: []uint8{12}}, // points have no time
		{name: "none", filter: "name LIKE 'x%'", zooms: []uint8{0}},
	} {
		f := store.TileFilter{From: test.from}
		if test.filter != "" {
			f.Filter = filterOf(t, test.filter)
		}
		for _, z := range test.zooms {
			var sum tileSum
			for id := range wanggemvt.Cover(tiling.Outline.Box(), z, 0).All() {
				tile, err := s.PlaceTile(t.Context(), id, f)
				if err != nil {
					t.Fatal(err)
				}
				sum.add(t, features(t, tile, "places"))
			}
			if sum.singles+sum.counted != test.want || sum.kinds != sum.counted || sum.states != sum.counted {
				t.Errorf("%s, zoom %d: %+v, want %d together", test.name, z, sum, test.want)
			}
			if z == 0 && sum.singles > 0 || z == 17 && sum.counted > 0 {
				t.Errorf("%s, zoom %d: %+v", test.name, z, sum)
			}
		}
	}
	if tile, err := s.PlaceTile(t.Context(), wanggemvt.TileID{}, store.TileFilter{Scope: "999"}); err != nil || len(tile) > 0 {
		t.Errorf("out of scope: %d bytes, %v", len(tile), err)
	}
	tile, err := s.PlaceTile(t.Context(), wanggemvt.TileID{}, store.TileFilter{Scope: streetCode})
	if err != nil || len(features(t, tile, "places")) == 0 {
		t.Errorf("in scope: %d bytes, %v", len(tile), err)
	}
}

var placeStates = []string{"active", "suspended", "closed"}

func filterOf(t *testing.T, text string) *cql2.Expr {
	t.Helper()
	e, err := cql2.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// tileSum adds up what tiles show.
type tileSum struct{ singles, squares, counted, kinds, states int }

func (s *tileSum) add(t *testing.T, shown []*geojson.Feature) {
	t.Helper()
	seen := map[any]bool{}
	for _, f := range shown {
		if seen[f.ID] {
			t.Errorf("a tile has id %v twice", f.ID)
		}
		seen[f.ID] = true
		count, isSquare := f.Properties["count"].(float64)
		if !isSquare {
			s.singles++
			if f.Properties["code"] == nil || f.Properties["kind"] == nil || f.Properties["state"] == nil {
				t.Errorf("properties %v", f.Properties)
			}
			continue
		}
		s.squares++
		s.counted += int(count)
		for name, n := range f.Properties {
			switch {
			case strings.HasPrefix(name, "count_"):
				s.kinds += int(n.(float64))
			case strings.HasPrefix(name, "state_"):
				s.states += int(n.(float64))
			}
		}
	}
}

// TestTilesAreSmall: names and codes that do not compress make counts of what are few points, and the counts are all there.
func TestTilesAreSmall(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	tiling := geotest.Big(64, 8)
	city := tiled(t, s, tiling)
	rng := rand.New(rand.NewPCG(4, 4))
	points := clustered(rng, 1400, tiling.Outline.Box())
	text := func(n int) string {
		runes := make([]rune, n)
		for i := range runes {
			runes[i] = 0x20000 + rng.Int32N(0xA6D0) // ideographs of four bytes
		}
		return string(runes)
	}
	imp := newImport("hazards", len(points))
	imp.City = city
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(len(points), func(i int) grid.Place {
		p := hazard(points[i].Orb(), city.AssignPoint(points[i]))
		p.Code, p.Name = text(60), text(100)
		return p
	}))
	if err != nil {
		t.Fatal(err)
	}
	var sum tileSum
	tile, err := s.PlaceTile(t.Context(), wanggemvt.TileID{}, store.TileFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if n := zipped(t, tile); n > 200_000 {
		t.Errorf("a tile of %d bytes with gzip", n)
	}
	sum.add(t, features(t, tile, "places"))
	if sum.singles != 0 || sum.counted != len(points) {
		t.Errorf("%+v, want %d counted", sum, len(points))
	}
}

// TestManyKindsMakeSmallTiles: squares of many kinds and states become larger rather than the tile.
func TestManyKindsMakeSmallTiles(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	_, err := tx.Exec(t.Context(), `
		INSERT INTO incident (code, kind, source, title, shape, cell, input_crs, reported_at, state, created_by, updated_by)
		SELECT 'I' || i, md5((i % 60)::text), 'import', '', ST_SetSRID(ST_MakePoint(0, 0), 4326), (random() * 4611686018427387903)::bigint, 'wgs84', now(),
		       (ARRAY['reported', 'accepted', 'assigned', 'handling', 'transferred', 'escalated', 'closed', 'rejected'])[1 + i % 8], 'x', 'x'
		FROM generate_series(1, 150000) AS i`)
	if err != nil {
		t.Fatal(err)
	}
	tile, err := store.New(tx).IncidentTile(t.Context(), wanggemvt.TileID{}, store.TileFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var sum tileSum
	sum.add(t, features(t, tile, "incidents"))
	if n := zipped(t, tile); n > 200_000 || sum.counted != 150_000 || sum.kinds != sum.counted || sum.states != sum.counted {
		t.Errorf("%d bytes with gzip, %+v", n, sum)
	}
}

func zipped(t *testing.T, tile []byte) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(tile); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

func TestIncidentTile(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	at := inside(tiling, 2)
	made, _, err := s.CreateIncident(t.Context(), dispatcher, city, grid.Incident{
		Kind: "gas", Title: "x", Shape: tiling.Faces[2].Orb(), InputCRS: "wgs84",
	}, store.IdempotencyKey{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := geo.Snap(at)
	if err != nil {
		t.Fatal(err)
	}
	tile, err := s.IncidentTile(t.Context(), wanggemvt.Project(p).Tile(13), store.TileFilter{})
	if err != nil {
		t.Fatal(err)
	}
	found := features(t, tile, "incidents")
	if len(found) != 1 {
		t.Fatalf("%d features", len(found))
	}
	for name, want := range map[string]string{"code": made.Code, "kind": "gas", "state": "reported", "severity": "normal"} {
		if found[0].Properties[name] != want {
			t.Errorf("%s is %v, want %s", name, found[0].Properties[name], want)
		}
	}
	if found[0].ID != float64(made.ID) {
		t.Errorf("id is %v, want %d", found[0].ID, made.ID)
	}
}
