package coverage_test

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/coverage"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/grid/synth"
)

func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }

// synthetic is a small synthetic city in a database of its own, and a way past the store to it.
func synthetic(t *testing.T) (s *store.Store, exec func(sql string), count func(table string) int) {
	t.Helper()
	pool := gridtest.Pool(t)
	s = fill(t, pool)
	exec = func(sql string) {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	count = func(table string) (n int) {
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	return s, exec, count
}

// fill puts the city into a database.
func fill(t *testing.T, pool *pgxpool.Pool) *store.Store {
	t.Helper()
	s := store.New(pool)
	city, err := synth.New(synth.Config{Seed: 5, Grids: 80, Places: 400})
	if err != nil {
		t.Fatal(err)
	}
	var sources []intake.Source
	for layer, records := range city.Layers() {
		sources = append(sources, intake.Source{Layer: layer.Name, Name: layer.Name, Records: records})
	}
	_, err = intake.Run(t.Context(), intake.Config{
		Store: s, Actor: grid.Actor{Name: "test", Role: grid.RoleAdministrator}, CRS: crs.WGS84, Sources: sources,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestProve holds on a city as imported, and finds each law broken behind the store's back.
func TestProve(t *testing.T) {
	t.Parallel()
	s, exec, _ := synthetic(t)
	proof, err := coverage.Prove(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !proof.Holds() || len(proof.Nesting) > 0 || proof.Located < 400 || proof.Grids < 80 {
		t.Fatalf("a city as imported is not proven:\n%s", proof.Text(5))
	}
	for _, tt := range []struct {
		name, sql string
		broken    func(*coverage.Proof) []coverage.Finding
		want      string
	}{
		{
			"L3 a place is put into another grid",
			`UPDATE place SET base_grid_id = (SELECT min(id) FROM grid WHERE id <> base_grid_id) WHERE id = (SELECT min(id) FROM place WHERE base_grid_id IS NOT NULL)`,
			func(p *coverage.Proof) []coverage.Finding { return p.L3 }, "locate says",
		},
		{
			"L3 a household point loses its edition",
			`UPDATE household_point SET located_edition = NULL WHERE id = (SELECT min(id) FROM household_point WHERE base_grid_id IS NOT NULL)`,
			func(p *coverage.Proof) []coverage.Finding { return p.L3 }, "household_point",
		},
		{
			"L2 a vertex leaves the lattice",
			`ALTER TABLE reference_line DROP CONSTRAINT reference_line_lattice;
			 UPDATE reference_line SET shape = ST_Translate(shape, 0.00000003, 0) WHERE id = (SELECT min(id) FROM reference_line)`,
			func(p *coverage.Proof) []coverage.Finding { return p.L2 }, "reference_line.shape",
		},
		{
			"a place loses the row of its kind",
			`DELETE FROM hazard WHERE place_id = (SELECT min(place_id) FROM hazard)`,
			func(p *coverage.Proof) []coverage.Finding { return p.Whole }, "refer to nothing",
		},
		{
			"L1 a grid shrinks by a corner",
			`UPDATE grid_version v SET boundary = w.boundary
			 FROM (SELECT id, ST_Multi(ST_RemovePoint(ST_ExteriorRing(ST_GeometryN(boundary, 1)), 1)) AS ring, boundary FROM grid_version ORDER BY id LIMIT 1) r,
			      LATERAL (SELECT ST_Multi(ST_MakePolygon(ST_RemovePoint(ST_ExteriorRing(ST_GeometryN(r.boundary, 1)), 1))) AS boundary) w
			 WHERE v.id = r.id`,
			func(p *coverage.Proof) []coverage.Finding { return p.L1 }, "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			exec(tt.sql)
			proof, err := coverage.Prove(t.Context(), s, nil)
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(tt.broken(proof), func(f coverage.Finding) bool { return strings.Contains(f.What, tt.want) })
			if proof.Holds() || !found {
				t.Errorf("not found:\n%s", proof.Text(5))
			}
			if !strings.Contains(proof.Text(5), "BROKEN") {
				t.Errorf("the text does not say so:\n%s", proof.Text(5))
			}
		})
	}
}

// TestOf adds up: what is covered, void and gap is the area; the grids' counts and the unassigned are all that there is.
func TestOf(t *testing.T) {
	t.Parallel()
	s, _, count := synthetic(t)
	city, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	whole := city.Division(synth.CityCode)
	counts, err := s.CoverageCounts(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	r := coverage.Of(city, whole, counts)
	if !geotest.Near(r.CoveredM2+r.VoidM2, r.AreaM2, 1e-9, 0) || r.VoidM2 <= 0 || len(r.Gaps)+len(r.Overlaps)+len(r.Other) > 0 {
		t.Errorf("covered %.1f and void %.1f are not the area %.1f, or there are faults: %v", r.CoveredM2, r.VoidM2, r.AreaM2, r.Gaps)
	}
	places, incidents, households := 0, 0, 0
	for _, n := range r.Unassigned.Places {
		places += n
	}
	incidents += r.Unassigned.IncidentsTotal
	for _, g := range r.Grids {
		if g.Kind != grid.Base { // it lies over base grids, which have counted the same
			continue
		}
		for _, n := range g.Counts.Places {
			places += n
		}
		incidents += g.Counts.IncidentsTotal
		households += g.Households
	}
	stored, reported := count("place"), count("incident")
	if places != stored || incidents != reported || households != r.Households || households == 0 {
		t.Errorf("%d places of %d, %d incidents of %d, %d households of %d", places, stored, incidents, reported, households, r.Households)
	}
	areas := map[string]float64{}
	for _, d := range r.Divisions {
		areas[d.Level] += d.CoveredM2 + d.VoidM2
	}
	for _, level := range []string{grid.LevelCity, grid.LevelCounty, grid.LevelStreet, grid.LevelCommunity} {
		if !geotest.Near(areas[level], r.AreaM2, 1e-9, 0) {
			t.Errorf("the divisions of level %s have %.1f m² of %.1f", level, areas[level], r.AreaM2)
		}
	}
	if l := r.Load; !(l.Min <= l.Mean && l.Mean <= l.Max && l.CV > 0) || l.Weights["households"] != 1 {
		t.Errorf("load %+v", l)
	}
}

// TestLoad weighs the inputs of BR-73 as the deployment says.
func TestLoad(t *testing.T) {
	t.Parallel()
	const county, community = "990101000000", "990101001001"
	tiling := geotest.Big(4, 8)
	divisions := []grid.Division{
		{Code: "990100000000", Level: grid.LevelCity, Outline: tiling.Outline.Orb()},
		{Code: county, Level: grid.LevelCounty, ParentCode: "990100000000", CountyCode: county, Outline: tiling.Outline.Orb()},
		{Code: "990101001000", Level: grid.LevelStreet, ParentCode: county, CountyCode: county, Outline: tiling.Outline.Orb()},
		{Code: community, Level: grid.LevelCommunity, ParentCode: "990101001000", CountyCode: county, Outline: tiling.Outline.Orb()},
	}
	c := edition.Contents{Info: grid.EditionInfo{CountyCode: county, Number: 1, Proven: true}}
	hundred := 100
	for i, f := range tiling.Faces {
		c.Base = append(c.Base, grid.Grid{
			ID: int64(i + 1), Code: community + string(rune('1'+i)), Kind: grid.Base, CommunityCode: community, CountyCode: county, Boundary: f.Orb(),
			Households: &hundred,
		})
	}
	e, err := edition.New(c)
	if err != nil {
		t.Fatal(err)
	}
	settings := grid.DefaultSettings()
	settings.LoadWeights = map[string]float64{"households": 1, "hazard": 20, "incidents": 2}
	city, err := edition.NewCity(divisions, []*edition.Edition{e}, settings)
	if err != nil {
		t.Fatal(err)
	}
	r := coverage.Of(city, city.Division(community), map[int64]grid.GridCounts{
		1: {Places: map[string]int{"hazard": 3, "shelter": 9}, IncidentsTotal: 5}, // 100 by its own figure + 60 + 10
		2: {HouseholdPoints: 2, Households: 40},                                   // 40 by its points
		0: {IncidentsOpen: 1, IncidentsTotal: 1},
	})
	want := []float64{170, 40, 100, 100}
	mean, variance := 102.5, 0.0
	for i, g := range r.Grids {
		if g.Load != want[i] {
			t.Errorf("grid %s weighs %g, want %g", g.Code, g.Load, want[i])
		}
		variance += (want[i] - mean) * (want[i] - mean) / 4
	}
	if l := r.Load; l.Min != 40 || l.Max != 170 || l.Mean != mean || math.Abs(l.CV-math.Sqrt(variance)/mean) > 1e-12 {
		t.Errorf("load %+v", l)
	}
	if r.Unassigned.IncidentsOpen != 1 {
		t.Errorf("unassigned %+v", r.Unassigned)
	}
}
