package store_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }

const (
	cityCode      = "320200000000"
	countyCode    = "320211000000"
	streetCode    = "320211001000"
	communityCode = "320211001001"
)

var planner = grid.Actor{Name: "planner", Role: grid.RolePlanner}

// newImport returns an import of n rows, all of which are stored.
func newImport(layer string, n int) *store.Import {
	return &store.Import{
		Layer: layer, FileName: layer + ".geojson", SHA256: [32]byte{1}, CRS: "wgs84", Actor: "importer",
		RowsRead: int64(n), Stored: int64(n),
	}
}

func division(code, level, parent, county string, outline geo.MultiPolygon) grid.Division {
	return grid.Division{
		Code: code, Level: level, Name: level + " " + code, ParentCode: parent, CountyCode: county, CodeSystem: "statistical",
		Outline: outline.Orb(), LabelPoint: geo.PointOnSurface(outline).Orb(), AreaM2: geo.AreaM2(outline), SourceCRS: "wgs84",
	}
}

// oneCounty returns a city of one county of one street of one community with that outline.
func oneCounty(outline geo.MultiPolygon) []grid.Division {
	return []grid.Division{
		division(cityCode, grid.LevelCity, "", "", outline),
		division(countyCode, grid.LevelCounty, cityCode, countyCode, outline),
		division(streetCode, grid.LevelStreet, countyCode, countyCode, outline),
		division(communityCode, grid.LevelCommunity, streetCode, countyCode, outline),
	}
}

func baseGrid(code, community string, boundary geo.MultiPolygon) grid.Grid {
	return grid.Grid{
		Code: code, Kind: grid.Base, Name: "grid " + code, CommunityCode: community, Boundary: boundary.Orb(),
		LabelPoint: geo.PointOnSurface(boundary).Orb(), AreaM2: geo.AreaM2(boundary), PerimeterM: 1, Compactness: 0.5, SourceCRS: "wgs84",
	}
}

// newEdition returns the faces as base grids of a community, with codes in an order of their own.
func newEdition(county, community string, faces []geo.MultiPolygon) store.NewEdition {
	e := store.NewEdition{CountyCode: county, Proven: true}
	for i, face := range faces {
		e.Base = append(e.Base, baseGrid(fmt.Sprintf("%s%06d", community, (i*7919)%1_000_003), community, face))
	}
	return e
}

func importDivisions(t testing.TB, s *store.Store, divisions []grid.Division) {
	t.Helper()
	err := s.ImportDivisions(t.Context(), newImport("divisions", len(divisions)), divisions, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func importEdition(ctx context.Context, s *store.Store, e store.NewEdition) error {
	imports := []*store.Import{newImport("base_grids", len(e.Base))}
	if len(e.Dedicated) > 0 {
		imports = append(imports, newImport("dedicated_grids", len(e.Dedicated)))
	}
	if len(e.Voids) > 0 {
		imports = append(imports, newImport("void_areas", len(e.Voids)))
	}
	return s.ImportEditions(ctx, imports, []store.NewEdition{e})
}

func cityOf(t testing.TB, s *store.Store) *edition.City {
	t.Helper()
	city, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return city
}

// tiled fills s with a city of one county whose grids are the faces of the tiling.
func tiled(t testing.TB, s *store.Store, tiling geotest.Tiling) *edition.City {
	t.Helper()
	importDivisions(t, s, oneCounty(tiling.Outline))
	if err := importEdition(t.Context(), s, newEdition(countyCode, communityCode, tiling.Faces)); err != nil {
		t.Fatal(err)
	}
	return cityOf(t, s)
}

// each yields n rows that make gives.
func each[R any](n int, make func(i int) R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for i := range n {
			if !yield(make(i), nil) {
				return
			}
		}
	}
}

func hazard(p orb.Geometry, a grid.Assignment) grid.Place {
	return grid.Place{
		Kind: "hazard", Name: "隐患", Shape: p, InputCRS: "wgs84", Assignment: a,
		Detail: map[string]any{"hazard_kind": "gas", "level": "general", "found_at": time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)},
	}
}

func layerOf(t testing.TB, kind string) *grid.Layer {
	t.Helper()
	layer, ok := grid.PlaceLayer(kind)
	if !ok {
		t.Fatalf("no layer of kind %s", kind)
	}
	return layer
}
