package edition_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// apply makes changes one after the other; it ends the test when one is refused.
func apply(t testing.TB, d *edition.Draft, changes ...grid.Change) *edition.Draft {
	t.Helper()
	for _, ch := range changes {
		next, _, err := d.Apply(written(ch), nil)
		if err != nil {
			t.Fatalf("%s: %v", ch.Op, err)
		}
		d = next
	}
	return d
}

func draft(t testing.TB, c *edition.City, counties ...string) *edition.Draft {
	t.Helper()
	d, err := c.Draft(counties, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDraftOf(t *testing.T) {
	c := district(t, grid.DefaultSettings())
	foreign := grid.PlanPart{Kind: grid.Base, Code: commC + "001", Grid: &grid.Grid{CommunityCode: commC, CountyCode: ctyC, Boundary: area(6, 0, 7, 0, 7, 4)}}
	for _, tt := range []struct {
		name     string
		counties []string
		parts    []grid.PlanPart
		want     error
	}{
		{"no county", nil, nil, grid.ErrInvalid},
		{"a county without an edition", []string{"990103000000"}, nil, grid.ErrNotFound},
		{"more counties than a plan may have", strings.Split("123456789", ""), nil, grid.ErrInvalid},
		{"a part of another county", []string{cty}, []grid.PlanPart{foreign}, grid.ErrInvalid},
		{"a part of no kind", []string{ctyC}, []grid.PlanPart{{Kind: "micro", Code: "x", Grid: foreign.Grid}}, grid.ErrInvalid},
		{"a part without a grid", []string{ctyC}, []grid.PlanPart{{Kind: grid.Base, Code: "x"}}, grid.ErrInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := c.Draft(tt.counties, tt.parts); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	t.Run("a part that is not valid", func(t *testing.T) {
		bow := foreign
		bow.Grid = &grid.Grid{CommunityCode: commC, CountyCode: ctyC, Boundary: area(6, 0, 7, 4, 7, 0, 6, 4)}
		var invalid *geo.InvalidError
		if _, err := c.Draft([]string{ctyC}, []grid.PlanPart{bow}); !errors.As(err, &invalid) {
			t.Errorf("got %v, want a *geo.InvalidError", err)
		}
	})
	t.Run("a grid of a county that the plan is not of", func(t *testing.T) {
		_, _, err := draft(t, c, cty).Apply(written(grid.Change{Op: "rename", Grid: "C001", Name: "x"}), nil)
		if !errors.Is(err, grid.ErrInvalid) || !strings.Contains(err.Error(), "make a plan of both") {
			t.Errorf("got %v", err)
		}
	})
}

// TestUnprovenBase refuses every change of a county that does not tile, but takes whole parts.
func TestUnprovenBase(t *testing.T) {
	c := district(t, grid.DefaultSettings())
	whole := c.Edition(cty)
	info := whole.Info()
	info.Proven = false
	unproven, err := edition.New(edition.Contents{Info: info, Base: whole.Base()[1:], Dedicated: whole.Dedicated(), Voids: whole.Voids()})
	if err != nil {
		t.Fatal(err)
	}
	broken, err := c.With(unproven)
	if err != nil {
		t.Fatal(err)
	}
	d := draft(t, broken, cty)
	_, _, err = d.Apply(written(grid.Change{Op: "rename", Grid: "A002", Name: "x"}), nil)
	if !errors.Is(err, grid.ErrConflict) || !strings.Contains(err.Error(), "--clean") {
		t.Errorf("got %v, want an ErrConflict that says how to clean", err)
	}
	missing := whole.Base()[0]
	next, result, err := d.Replace([]grid.PlanPart{{Kind: grid.Base, Code: missing.Code, Grid: &missing}})
	if err != nil {
		t.Fatal(err)
	}
	if got := summary(t, result.Parts); got != "A001 400 hh 100" {
		t.Errorf("got %s", got)
	}
	proveDraft(t, next)
}

func TestReplace(t *testing.T) {
	c := district(t, grid.DefaultSettings())
	d := apply(t, draft(t, c, cty), grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4)})
	a2, _ := c.Grid(commA + "002")
	back, result, err := d.Replace([]grid.PlanPart{
		{Kind: grid.Base, Code: a2.Code, Grid: a2}, {Kind: grid.Base, Code: commA + "004", Removed: true}, {Kind: grid.Base, Code: commA + "005", Removed: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := summary(t, result.Parts); got != "A002 400 hh 200, -A004, -A005" {
		t.Errorf("got %s", got)
	}
	if parts := back.Parts(); len(parts) != 0 {
		t.Errorf("the draft is as the base, but has %s", summary(t, parts))
	}
	t.Run("codes stay taken", func(t *testing.T) {
		again := apply(t, back, grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4)})
		if got := summary(t, again.Parts()); got != "-A002, A006 200 hh 100, A007 200 hh 100" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("nothing new", func(t *testing.T) {
		if _, _, err := d.Replace([]grid.PlanPart{{Kind: grid.Base, Code: a2.Code, Removed: true}}); !errors.Is(err, grid.ErrInvalid) {
			t.Errorf("got %v, want a refusal", err)
		}
	})
}

// TestL1WholeDraft says whether the city with a draft in force tiles, however the draft was made.
func TestL1WholeDraft(t *testing.T) {
	c := district(t, grid.DefaultSettings())
	part := func(short string, boundary orb.MultiPolygon) grid.PlanPart {
		g, _ := c.Grid(long.Replace(short))
		redrawn := *g
		redrawn.Boundary = boundary
		return grid.PlanPart{Kind: g.Kind, Code: g.Code, Grid: &redrawn}
	}
	for _, tt := range []struct {
		name  string
		parts []grid.PlanPart
		want  bool
	}{
		{"vertices that the county's line does not have", []grid.PlanPart{part("A001", area(0, 0, .5, 0, .5, 4, 0, 4)), part("A002", area(.5, 0, 1, 0, 2, 0, 2, 3, 2, 4, 1, 4, .5, 4))}, true},
		{"a border within that does not match", []grid.PlanPart{part("A001", area(0, 0, 1, 0, 1, 2, 1, 4, 0, 4))}, false},
		{"it tiles", []grid.PlanPart{part("A001", area(0, 0, 1, 0, .5, 2, 1, 4, 0, 4)), part("A002", area(1, 0, 2, 0, 2, 3, 2, 4, 1, 4, .5, 2))}, true},
		{"a gap", []grid.PlanPart{part("A001", area(0, 0, 1, 0, .5, 2, 1, 4, 0, 4))}, false},
		{"an overlap", []grid.PlanPart{part("A001", area(0, 0, 1, 0, 1.5, 2, 1, 4, 0, 4))}, false},
		{"beyond the county", []grid.PlanPart{part("A001", area(0, 0, 1, 0, 1, 4, 0, 4, -1, 2))}, false},
		{"a grid is gone", []grid.PlanPart{{Kind: grid.Base, Code: commA + "001", Removed: true}}, false},
		{"a dedicated grid elsewhere", []grid.PlanPart{part("A801", area(2.25, 1, 2.75, 1, 2.75, 2, 2.25, 2))}, true},
		{"a dedicated grid over another", []grid.PlanPart{part("A801", area(.25, 1, 1.5, 1, 1.5, 2, .25, 2))}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, _, err := draft(t, c, cty).Replace(tt.parts)
			if err != nil {
				t.Fatal(err)
			}
			whole, err := d.City(map[string]int{cty: 2}, time.Now(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := whole.Edition(cty).Info().Proven; got != tt.want {
				t.Errorf("got %t, want %t: faults %v", got, tt.want, whole.Faults(whole.Edition(cty)))
			}
		})
	}
}

// TestDraftAttributes checks what a change does to attributes, ids and measures.
func TestDraftAttributes(t *testing.T) {
	c := district(t, grid.DefaultSettings())
	find := func(parts []grid.PlanPart, short string) grid.Grid {
		for _, p := range parts {
			if p.Code == long.Replace(short) && p.Grid != nil {
				return *p.Grid
			}
		}
		t.Fatalf("no grid %s in %s", short, summary(t, parts))
		return grid.Grid{}
	}
	t.Run("the base stays as it is", func(t *testing.T) {
		before := *c.Edition(cty)
		apply(t, draft(t, c, cty), grid.Change{Op: "rename", Grid: "A001", Name: "x"}, grid.Change{Op: "retire", Grid: "A001", Into: "A002"})
		if g, _ := c.Grid(commA + "001"); g.Name != "grid A001" || len(before.Base()) != 6 {
			t.Errorf("the base has changed: %v", g)
		}
	})
	t.Run("a part that keeps", func(t *testing.T) {
		parts := apply(t, draft(t, c, cty), grid.Change{Op: "split", Grid: "A002", Line: line(.9, 3.5, 2.1, 3.5)}).Parts()
		keeps, made := find(parts, "A002"), find(parts, "A004")
		if keeps.ID != 2 || keeps.VersionID != 12 || keeps.Name != "grid A002" || keeps.SourceCRS != "cgcs2000" {
			t.Errorf("the part that keeps its code has id %d, version %d, name %q", keeps.ID, keeps.VersionID, keeps.Name)
		}
		if made.ID != 0 || made.Name != "grid A002-1" || made.CommunityCode != commA || made.CountyCode != cty || made.Kind != grid.Base {
			t.Errorf("the new part is %+v", made)
		}
		if whole := geo.AreaM2(lattice(t, made)); made.AreaM2 != whole || made.PerimeterM <= 0 || made.Compactness <= 0 || made.LabelPoint[1] < at(0, 3.5)[1] {
			t.Errorf("the measures of the new part are %+v", made)
		}
	})
	t.Run("names", func(t *testing.T) {
		parts := apply(t, draft(t, c, cty), grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4), Names: []string{"North"}}).Parts()
		if a, b := find(parts, "A004").Name, find(parts, "A005").Name; a != "North" || b != "grid A002-1" {
			t.Errorf("got %q and %q", a, b)
		}
	})
	t.Run("a dedicated grid", func(t *testing.T) {
		d := apply(t, draft(t, c, cty),
			grid.Change{Op: "create", Kind: "dedicated", Name: "Market", DedicatedKind: "market", HostOrg: "ORG3", SupervisingOrg: "ORG4", PostWorker: "W1", Area: drawn(2.25, 1, 2.75, 1, 2.75, 2, 2.25, 2)})
		p := d.Parts()[0]
		if g := p.Grid; p.PostWorker != "W1" || g.HostOrg != "ORG3" || g.SupervisingOrg != "ORG4" || g.DedicatedKind != "market" || g.SourceCRS != "wgs84" {
			t.Errorf("got %+v", p)
		}
		d = apply(t, d, grid.Change{Op: "change_host", Grid: "A803", HostOrg: "ORG5"}, grid.Change{Op: "reclassify", Grid: "A803", DedicatedKind: "other"})
		if g := d.Parts()[0].Grid; g.HostOrg != "ORG5" || g.SupervisingOrg != "ORG4" || g.DedicatedKind != "other" {
			t.Errorf("got %+v", g)
		}
	})
	t.Run("shifted back it is no change", func(t *testing.T) {
		d := apply(t, draft(t, c, cty), grid.Change{Op: "shift", Vertex: point(2, 3), To: point(2, 2)}, grid.Change{Op: "shift", Vertex: point(2, 2), To: point(2, 3)})
		if parts := d.Parts(); len(parts) != 0 {
			t.Errorf("got %s", summary(t, parts))
		}
	})
}

func lattice(t testing.TB, g grid.Grid) geo.MultiPolygon {
	t.Helper()
	m, err := geo.FromOrb(g.Boundary)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestDraftOutlines checks which communities and streets a draft redraws.
func TestDraftOutlines(t *testing.T) {
	c := district(t, grid.DefaultSettings())
	for _, tt := range []struct {
		name   string
		change grid.Change
		want   string
	}{
		{"a name", grid.Change{Op: "rename", Grid: "A001", Name: "x"}, ""},
		{"within a community", grid.Change{Op: "shift", Grid: "A001", Line: line(1, 0, 1.2, 1, 1.2, 3, 1, 4)}, ""},
		{"a junction in the border between communities", grid.Change{Op: "split", Grid: "A003", Line: line(1.9, 1, 3.1, 1)}, "A B"},
		{"a transfer", grid.Change{Op: "transfer", Grid: "A003", Community: "B"}, "A B"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := apply(t, draft(t, c, cty), tt.change)
			var got []string
			for _, division := range d.Divisions() {
				got = append(got, letters.Replace(division.Code))
				if old := c.Division(division.Code); division.AreaM2 <= 0 || len(division.Outline) == 0 || old.Name != division.Name {
					t.Errorf("%s is %+v", division.Code, division)
				}
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
	t.Run("the whole city has them", func(t *testing.T) {
		d := apply(t, draft(t, c, cty), grid.Change{Op: "transfer", Grid: "A003", Community: "B"})
		whole, err := d.City(map[string]int{cty: 2}, time.Now(), func(string) int64 { return 50 })
		if err != nil {
			t.Fatal(err)
		}
		a := whole.Locate(geo.Point{X: 5 * unit / 2, Y: unit}, 0)
		if a.Base == nil || a.Base.Code != commB+"004" || a.Base.ID != 50 || a.Division.Code != commB || a.Editions[0].Number != 2 {
			t.Errorf("got %s", describe(a))
		}
		if whole.Edition(ctyC) != c.Edition(ctyC) {
			t.Error("the edition of another county is not the same")
		}
		for _, d := range whole.Divisions() {
			if d.Code == commB && d.AreaM2 == c.Division(commB).AreaM2 {
				t.Error("Divisions has the old outline")
			}
		}
	})
}
