package edition_test

import (
	"fmt"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// BenchmarkFindings is what the findings of one edit cost beside the database: what differs and every rule, with a few hundred
// buildings and some roads around the new border. An edit proves the communities touched, a check the county.
func BenchmarkFindings(b *testing.B) {
	for _, whole := range []bool{false, true} {
		b.Run(fmt.Sprintf("whole=%v", whole), func(b *testing.B) {
			c := bigCounty(b, 2000)
			all := c.Edition(cty).Base()
			drafted, _, err := draft(b, c, cty).Apply(halve(b, all[len(all)/2], 0), nil)
			if err != nil {
				b.Fatal(err)
			}
			ref := around(b, all[len(all)/2].Boundary[0][0][0])
			ref.Whole = whole
			for b.Loop() {
				d, err := c.Draft([]string{cty}, drafted.Parts())
				if err != nil {
					b.Fatal(err)
				}
				if found := d.Findings(ref); len(found) == 0 {
					b.Fatal("found nothing: a half has too few households")
				}
			}
		})
	}
}

// BenchmarkFindingsOfAnImport is a check of a county of 2,000 grids all of which are moved by some units.
func BenchmarkFindingsOfAnImport(b *testing.B) {
	c := bigCounty(b, 2000)
	var parts []grid.PlanPart
	for _, g := range c.Edition(cty).Base() {
		area, err := geo.FromOrb(g.Boundary)
		if err != nil {
			b.Fatal(err)
		}
		for _, poly := range area {
			for _, r := range poly {
				for i := range r {
					r[i].X += 20
				}
			}
		}
		g.Boundary = area.Orb()
		parts = append(parts, grid.PlanPart{Kind: grid.Base, Code: g.Code, Grid: &g})
	}
	for b.Loop() {
		d, err := c.Draft([]string{cty}, parts)
		if err != nil {
			b.Fatal(err)
		}
		d.Findings(edition.Reference{PlanKind: grid.ImportPlan, Whole: true})
	}
}

// around returns buildings in rows and roads across, around a place.
func around(tb testing.TB, at [2]float64) edition.Reference {
	tb.Helper()
	p, err := geo.Snap(at)
	if err != nil {
		tb.Fatal(err)
	}
	var ref edition.Reference
	for y := int32(-10); y < 10; y++ {
		for x := int32(-10); x < 10; x++ {
			o := geo.Point{X: p.X + x*2500, Y: p.Y + y*2500}
			area := geo.MultiPolygon{{{o, {X: o.X + 1200, Y: o.Y}, {X: o.X + 1200, Y: o.Y + 1200}, {X: o.X, Y: o.Y + 1200}}}}
			ref.Buildings = append(ref.Buildings, edition.Footprint{Key: fmt.Sprint(x, y), Area: area})
		}
		l := edition.ReferenceLine{Kind: "road", Name: fmt.Sprint(y), Lines: []geo.Line{{{X: p.X - 50_000, Y: p.Y + y*5000}, {X: p.X + 50_000, Y: p.Y + y*5000}}}}
		ref.Roads, ref.Barriers = append(ref.Roads, l), append(ref.Barriers, l)
	}
	return ref
}
