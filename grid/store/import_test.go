package store_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

func smallTiling() geotest.Tiling { return geotest.Big(9, 16) }

// spots returns points on and around a tiling.
func spots(n int, tiling geotest.Tiling) []geo.Point {
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	box := tiling.Outline.Box()
	points := make([]geo.Point, n)
	for i := range points {
		points[i] = geo.Point{
			X: box.Min.X + int32(rng.IntN(int(box.Max.X-box.Min.X))), Y: box.Min.Y + int32(rng.IntN(int(box.Max.Y-box.Min.Y))),
		}
	}
	return points
}

func TestImportDivisionsAndEditionsRoundTrip(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	divisions := oneCounty(tiling.Outline)
	households := 312
	divisions[3].Households = &households
	divisions[3].Kind = "residents_committee"
	importDivisions(t, s, divisions)
	got, err := s.Divisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i].ID = 0
	}
	if diff := cmp.Diff(got, divisions); diff != "" {
		t.Errorf("divisions (-got +want):\n%s", diff)
	}

	err = s.ImportOrganizations(t.Context(), newImport("organizations", 2), []grid.Organization{
		{Code: "SCHOOL", Name: "学校", Kind: "institution", Level: "community", DivisionCode: communityCode, ParentCode: "BUREAU"},
		{Code: "BUREAU", Name: "教育局", Kind: "department", Level: "county", DivisionCode: countyCode},
	})
	if err != nil {
		t.Fatal(err)
	}
	e := newEdition(countyCode, communityCode, tiling.Faces[:8])
	e.Dedicated = []grid.Grid{baseGrid(communityCode+"801", communityCode, tiling.Faces[2])}
	e.Dedicated[0].Kind, e.Dedicated[0].DedicatedKind, e.Dedicated[0].HostOrg = grid.Dedicated, "school", "SCHOOL"
	e.Voids = []grid.VoidArea{{
		Code: "V1", CommunityCode: communityCode, CountyCode: countyCode, Reason: "water", Name: "湖",
		Boundary: tiling.Faces[8].Orb(), AreaM2: 5,
	}}
	e.Faults = []grid.EditionFault{{Kind: "gap", CommunityCode: communityCode, At: tiling.Faces[0][0][0][0].Orb(), AreaM2: 0.01, WidthM: 0.01}}
	if err := importEdition(t.Context(), s, e); err != nil {
		t.Fatal(err)
	}
	contents, err := s.LoadEdition(t.Context(), countyCode)
	if err != nil {
		t.Fatal(err)
	}
	if len(contents.Base) != 8 || len(contents.Dedicated) != 1 || len(contents.Voids) != 1 || contents.Info.Number != 1 || !contents.Info.Proven {
		t.Errorf("edition: %d base, %d dedicated, %d voids, %+v", len(contents.Base), len(contents.Dedicated), len(contents.Voids), contents.Info)
	}
	e.Dedicated[0].CountyCode, e.Dedicated[0].ValidFrom = countyCode, contents.Info.InForceFrom
	contents.Dedicated[0].ID, contents.Dedicated[0].VersionID = 0, 0
	if diff := cmp.Diff(contents.Dedicated[0], e.Dedicated[0]); diff != "" {
		t.Errorf("dedicated grid (-got +want):\n%s", diff)
	}
	if err := importEdition(t.Context(), s, newEdition(countyCode, communityCode, tiling.Faces[:1])); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("second edition by import: got %v, want grid.ErrConflict", err)
	}
	if _, err := s.LoadEdition(t.Context(), cityCode); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("edition of no county: got %v, want grid.ErrNotFound", err)
	}
}

func TestImportPlacesOfEveryKindRoundTrip(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	for _, layer := range grid.Layers {
		if layer.Kind == "" {
			continue
		}
		t.Run(layer.Kind, func(t *testing.T) {
			accuracy := 12.5
			want := grid.Place{
				Kind: layer.Kind, Name: "某处", InputCRS: "gcj02", Original: &orb.Point{120.00001, 31.00002}, Address: "某路1号",
				AddressParts: map[string]any{"road": "某路"}, PlateCode: "P1", PositionAccuracyM: &accuracy, OperatorOrg: "某公司", Source: "普查",
				State: "suspended", Public: true, ExternalRefs: map[string]any{"gis": "7"}, Detail: detailOf(&layer),
				Version: 1, CreatedBy: "importer", UpdatedBy: "importer",
			}
			at := geo.PointOnSurface(tiling.Faces[4])
			want.Shape = at.Orb()
			if layer.Shape == grid.PolygonShape {
				want.Shape, want.Original = tiling.Faces[4].Orb(), nil
			}
			var err error
			if want.Assignment, err = city.Assign(t.Context(), want.Shape); err != nil {
				t.Fatal(err)
			}
			imp := newImport(layer.Name, 1)
			imp.City = city
			if err := s.ImportPlaces(t.Context(), imp, &layer, each(1, func(int) grid.Place { return want })); err != nil {
				t.Fatal(err)
			}
			code := "320211-" + layer.Prefix + "-00000001"
			got, err := s.Place(t.Context(), code)
			if err != nil {
				t.Fatal(err)
			}
			want.ID, want.Code, want.CreatedAt, want.UpdatedAt = got.ID, code, got.CreatedAt, got.UpdatedAt
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("place (-got +want):\n%s", diff)
			}
		})
	}
}

// detailOf returns a value for every field of a kind.
func detailOf(layer *grid.Layer) map[string]any {
	detail := map[string]any{}
	for _, f := range layer.Detail() {
		switch f.Type {
		case grid.Integer:
			detail[f.Name] = int64(3)
		case grid.Number:
			detail[f.Name] = 2.5
		case grid.Boolean:
			detail[f.Name] = true
		case grid.Date:
			detail[f.Name] = time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)
		case grid.Time:
			detail[f.Name] = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
		default:
			detail[f.Name] = "x"
			if len(f.Values) > 0 {
				detail[f.Name] = f.Values[1]
			}
		}
	}
	return detail
}

func TestImportCountsMustAddUp(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	points := spots(3, tiling)
	row := func(i int) grid.Place { return hazard(points[i].Orb(), city.AssignPoint(points[i])) }

	imp := newImport("hazards", 4) // one more than there are
	imp.City = city
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(3, row))
	if err == nil || !strings.Contains(err.Error(), "do not add up") {
		t.Errorf("counts that do not add up: got %v", err)
	}

	unreadable := errors.New("line 3 cannot be read")
	err = s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), func(yield func(grid.Place, error) bool) {
		if yield(row(0), nil) {
			yield(grid.Place{}, unreadable)
		}
	})
	if !errors.Is(err, unreadable) {
		t.Errorf("error of the rows: got %v", err)
	}
	if places, err := s.Places(t.Context(), store.Filter{Limit: 10}); err != nil || len(places) != 0 {
		t.Errorf("after failed imports: %d places, %v", len(places), err)
	}

	imp = &store.Import{Layer: "hazards", FileName: "h.csv", CRS: "wgs84", Actor: "importer", City: city}
	err = s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), func(yield func(grid.Place, error) bool) {
		for i := range 3 {
			if !yield(row(i), nil) {
				return
			}
		}
		imp.RowsRead, imp.Stored, imp.Rejected = 5, 3, 2 // known at the end only
	})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := s.Audit(t.Context(), "hazards", "3", 10)
	if err != nil || len(entries) > 1 {
		t.Fatal(entries, err)
	}
}

func TestImportRefusesACodeThatIsThere(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	point := spots(1, tiling)[0]
	coded := func(codes ...string) error {
		imp := newImport("hazards", len(codes))
		imp.City = city
		return s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(len(codes), func(i int) grid.Place {
			p := hazard(point.Orb(), city.AssignPoint(point))
			p.Code = codes[i]
			return p
		}))
	}
	if err := coded("A-1", "320211-HZ-00000002"); err != nil {
		t.Fatal(err)
	}
	if err := coded("A-2", "A-1"); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("a code twice: got %v, want grid.ErrConflict", err)
	}
	there, err := s.ExistingCodes(t.Context(), "shelters", []string{"A-1", "A-2"})
	if err != nil || cmp.Diff(there, []string{"A-1"}) != "" {
		t.Errorf("existing codes: %v, %v", there, err)
	}
	// A number that a file has used already is passed over.
	if err := coded("", "", ""); err != nil {
		t.Fatal(err)
	}
	there, err = s.ExistingCodes(t.Context(), "hazards", []string{"320211-HZ-00000001", "320211-HZ-00000003", "320211-HZ-00000004"})
	if err != nil || len(there) != 3 {
		t.Errorf("made codes: %v, %v", there, err)
	}
}

func TestImportPosts(t *testing.T) {
	t.Parallel()
	s, tiling := store.New(gridtest.Tx(t)), smallTiling()
	city := tiled(t, s, tiling)
	err := s.ImportOrganizations(t.Context(), newImport("organizations", 1), []grid.Organization{
		{Code: "STREET", Name: "街道办", Kind: "street_office", Level: "street", DivisionCode: streetCode},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.ImportWorkers(t.Context(), newImport("workers", 2), []grid.Worker{
		{Code: "W1", Name: "网格员0001", RoleType: "full_time", ManagingOrg: "STREET", WorkPhone: "000-0001", Active: true},
		{Code: "W2", Name: "网格员0002", RoleType: "part_time", ManagingOrg: "STREET"},
	})
	if err != nil {
		t.Fatal(err)
	}
	marks, err := s.Marks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := city.Editions()[0].Base()[0]
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	past := from.AddDate(0, 1, 0)
	err = s.ImportPosts(t.Context(), newImport("posts", 3), []grid.Post{
		{WorkerCode: "W1", GridCode: g.Code, PostKind: "worker", ValidFrom: from, Public: true},
		{WorkerCode: "W1", GridCode: g.Code, PostKind: "deputy", ValidFrom: from, ValidTo: &past},
		{WorkerCode: "W2", GridCode: g.Code, PostKind: "worker", ValidFrom: from},
	})
	if err != nil {
		t.Fatal(err)
	}
	roster, err := s.Roster(t.Context(), countyCode)
	if err != nil {
		t.Fatal(err)
	}
	for i := range roster {
		roster[i].ValidFrom = roster[i].ValidFrom.UTC()
	}
	want := []grid.Posting{{
		WorkerCode: "W1", Name: "网格员0001", WorkPhone: "000-0001", RoleType: "full_time", PostKind: "worker", GridID: g.ID, GridCode: g.Code,
		ValidFrom: from, Public: true, ManagingOrg: "STREET",
	}}
	if len(roster) == 1 {
		want[0].PostID = roster[0].PostID
	}
	if diff := cmp.Diff(roster, want); diff != "" { // the post that has ended and the worker who is not active are left out
		t.Errorf("roster (-got +want):\n%s", diff)
	}
	if after, err := s.Marks(t.Context()); err != nil || after.Equal(marks) || after.Rosters[countyCode] != marks.Rosters[countyCode]+1 {
		t.Errorf("posts did not move the marks: %v, %v", after.Rosters, err)
	}
	err = s.ImportPosts(t.Context(), newImport("posts", 1), []grid.Post{{WorkerCode: "W9", GridCode: g.Code, PostKind: "worker", ValidFrom: from}})
	var rule *grid.RuleError
	if !errors.As(err, &rule) || rule.Field != "worker_code" {
		t.Errorf("post of an unknown worker: got %v", err)
	}
}

func TestImportReferencesAndHouseholds(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s, tiling := store.New(tx), smallTiling()
	city := tiled(t, s, tiling)
	err := s.ImportReferences(t.Context(), newImport("roads", 2), each(2, func(i int) grid.Reference {
		if i == 0 {
			return grid.Reference{Kind: "building", Shape: tiling.Faces[0].Orb()}
		}
		return grid.Reference{Kind: "road", Name: "某路", Shape: orb.MultiLineString{{{120, 31}, {120.1, 31}}}}
	}))
	if err != nil {
		t.Fatal(err)
	}
	points := spots(25_000, tiling) // more than a batch
	imp := newImport("household_points", len(points))
	imp.City = city
	err = s.ImportHouseholdPoints(t.Context(), imp, each(len(points), func(i int) grid.HouseholdPoint {
		return grid.HouseholdPoint{Households: 2, Location: points[i].Orb(), InputCRS: "wgs84", Assignment: city.AssignPoint(points[i])}
	}))
	if err != nil {
		t.Fatal(err)
	}
	var lines, polygons, households int
	err = tx.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM reference_line), (SELECT count(*) FROM reference_polygon), (SELECT sum(households) FROM household_point)`,
	).Scan(&lines, &polygons, &households)
	if err != nil || lines != 1 || polygons != 1 || households != 50_000 {
		t.Errorf("%d lines, %d polygons, %d households, %v", lines, polygons, households, err)
	}
	counts, err := s.CoverageCounts(t.Context(), city.Division(cityCode))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, c := range counts {
		total += c.Households
	}
	if total != 50_000 {
		t.Errorf("coverage counts %d households", total)
	}
}
