package edition_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// findingCase is a change of the quarter with what it is to be told: rule, class and the codes without their community, of one rule or
// of all when rule is "".
type findingCase struct {
	name   string
	rule   string
	change func(q quarter, ref *edition.Reference)
	set    func(s *grid.Settings)
	want   []string
}

func (c findingCase) run(t *testing.T, whole bool) []grid.Finding {
	t.Helper()
	before, after := newQuarter(), newQuarter()
	ref := reference(before)
	c.change(after, &ref)
	ref.Whole = whole
	for code, p := range after {
		if before[code] == nil && ref.Posts[code] == 0 && p.PostWorker == "" {
			ref.Posts[code] = 1
		}
		if ref.Posts[code] < 0 {
			ref.Posts[code] = 0
		}
	}
	return draftTo(t, quarterCity(t, before, c.set), before.parts(), after.parts()).Findings(ref)
}

func told(findings []grid.Finding, rule string) []string {
	var all []string
	for _, f := range findings {
		if rule == "" || f.Rule == rule {
			var codes []string
			for _, code := range f.GridCodes {
				codes = append(codes, strings.NewReplacer(west, "W", east, "E").Replace(code))
			}
			all = append(all, f.Rule+" "+f.Class+" "+strings.Join(codes, ","))
		}
	}
	return all
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(tilingCases(), gridCases(), dedicatedCases(), lineCases(), countyCases()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, whole := range []bool{false, true} {
				found := c.run(t, whole)
				if got := told(found, c.rule); !slices.Equal(got, c.want) {
					t.Errorf("whole %v: got %q, want %q\n%+v", whole, got, c.want, found)
				}
				holdFindings(t, found, c.run(t, whole))
			}
		})
	}
}

// holdFindings makes sure that findings can be told apart, and are the same the next time.
func holdFindings(t *testing.T, found, again []grid.Finding) {
	t.Helper()
	seen := map[string]bool{}
	for i, f := range found {
		if seen[f.Fingerprint] || f.Fingerprint == "" || f.Detail == "" {
			t.Errorf("not told apart, or not told: %+v", f)
		}
		seen[f.Fingerprint] = true
		if f.Rule == "QC-13" && (f.AreaM2 != nil) != strings.Contains(f.Detail, "m²") {
			t.Errorf("an area if and only if the area is judged: %+v", f)
		}
		if i >= len(again) || again[i].Fingerprint != f.Fingerprint || again[i].Detail != f.Detail {
			t.Errorf("another finding the next time: %+v", f)
		}
	}
}

func tilingCases() []findingCase {
	shift := func(x float64) func(q quarter, ref *edition.Reference) { // the border between W3 and W4, bulging
		return func(q quarter, _ *edition.Reference) {
			q.set(w(3), ring([2]float64{0, 1}, [2]float64{1, 1}, [2]float64{x, 1.5}, [2]float64{1, 2}, [2]float64{0, 2}))
			q.set(w(4), ring([2]float64{1, 1}, [2]float64{2, 1}, [2]float64{2, 2}, [2]float64{1, 2}, [2]float64{x, 1.5}))
		}
	}
	ends := func(q quarter, _ *edition.Reference) { // the border between W1 and W2, from another place
		q.set(w(1), ring([2]float64{0, 0}, [2]float64{1.1, 0}, [2]float64{1.1, 1}, [2]float64{0, 1}))
		q.set(w(2), ring([2]float64{1.1, 0}, [2]float64{2, 0}, [2]float64{2, 1}, [2]float64{1.1, 1}))
		q.set(w(3), ring([2]float64{0, 1}, [2]float64{1.1, 1}, [2]float64{1, 2}, [2]float64{0, 2}))
		q.set(w(4), ring([2]float64{1.1, 1}, [2]float64{2, 1}, [2]float64{2, 2}, [2]float64{1, 2}))
	}
	return []findingCase{
		{name: "a clean shift", change: shift(1.2)},
		{name: "QC-01 outside the city", rule: "QC-01", change: func(q quarter, _ *edition.Reference) {
			q.set(w(802), rect(-40, 0, -39, 1))
		}, want: []string{"QC-01 error W802"}},
		{name: "QC-01 inside its margin", rule: "QC-01", change: func(q quarter, _ *edition.Reference) { q.set(w(802), rect(-3, 0, -2, 1)) }},
		{name: "QC-02 an unknown system", rule: "", change: func(q quarter, _ *edition.Reference) {
			shift(1.2)(q, nil)
			q.edit(w(3), func(g *grid.Grid) { g.SourceCRS = "xian80" })
		}, want: []string{"QC-02 error W003"}},
		{name: "QC-03 over a neighbour that stays", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.set(w(3), ring([2]float64{0, 1}, [2]float64{1, 1}, [2]float64{1.2, 1.5}, [2]float64{1, 2}, [2]float64{0, 2}))
		}, want: []string{"QC-03 error W003,W004"}},
		{name: "QC-03 by a hair", rule: "QC-03", change: func(q quarter, _ *edition.Reference) {
			q.set(w(3), ring([2]float64{0, 1}, [2]float64{1, 1}, [2]float64{1 + 1.0/cell, 1.5}, [2]float64{1, 2}, [2]float64{0, 2}))
		}, want: []string{"QC-03 error W003,W004"}},
		{name: "QC-04 a gap", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.set(w(3), ring([2]float64{0, 1}, [2]float64{1, 1}, [2]float64{0.8, 1.5}, [2]float64{1, 2}, [2]float64{0, 2}))
		}, want: []string{"QC-04 error W003,W004"}},
		{
			name: "QC-04 a grid that is not there any more", rule: "", change: func(q quarter, _ *edition.Reference) { delete(q, w(3)) },
			want: []string{"QC-04 error W001,W004,W005"},
		},
		{name: "QC-05 beyond the county", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.set(w(3), ring([2]float64{0, 1}, [2]float64{1, 1}, [2]float64{1, 2}, [2]float64{0, 2}, [2]float64{-0.1, 1.5}))
		}, want: []string{"QC-05 error W003"}},
		{name: "QC-06 a vertex in one of two", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.set(w(3), ring([2]float64{0, 1}, [2]float64{1, 1}, [2]float64{1, 1.5}, [2]float64{1, 2}, [2]float64{0, 2}))
		}, want: []string{"QC-06 error W003,W004"}},
		{name: "QC-06 a vertex in both", change: shift(1)},
		{name: "QC-06 another vertex on the county's line", rule: "", change: ends, want: []string{"QC-06 error W001", "QC-06 error W001,W002"}},
		{name: "QC-06 another layer's vertex on the county's line", rule: "", change: func(q quarter, ref *edition.Reference) {
			ends(q, ref)
			ref.PlanKind = grid.ImportPlan
		}},
		{name: "QC-08 over another dedicated grid", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.set(w(802), rect(0.5, 3.2, 0.9, 3.8))
		}, want: []string{"QC-08 error W801,W802"}},
		{name: "QC-08 beside it", change: func(q quarter, _ *edition.Reference) { q.set(w(802), rect(0.8, 3.2, 0.9, 3.8)) }},
	}
}

// split cuts W4 at x; the part to the right is a new grid.
func split(q quarter, x float64) {
	q.set(w(4), rect(1, 1, x, 2))
	q.set(w(9), rect(x, 1, 2, 2))
	q.node()
}

func gridCases() []findingCase {
	return []findingCase{
		{name: "a clean split", change: func(q quarter, _ *edition.Reference) { split(q, 1.5) }},
		{name: "QC-07 a sliver", rule: "", change: func(q quarter, _ *edition.Reference) { split(q, 1.01) }, want: []string{"QC-07 notice W004"}},
		{name: "QC-07 narrower than the tolerance", rule: "", change: func(q quarter, _ *edition.Reference) { split(q, 1.001) }, want: []string{"QC-07 notice W004"}},
		{name: "QC-07 narrow enough", change: func(q quarter, _ *edition.Reference) { split(q, 1.1) }},
		{name: "QC-10 two pieces", rule: "", change: func(q quarter, _ *edition.Reference) {
			delete(q, w(8))
			q.set(w(2), append(rect(1, 0, 2, 1), rect(1, 3, 2, 4)...))
		}, want: []string{"QC-10 error W002"}},
		{name: "QC-10 merged with a neighbour", change: func(q quarter, _ *edition.Reference) {
			delete(q, w(4))
			q.set(w(2), rect(1, 0, 2, 2))
			q.node()
		}},
		{name: "QC-10 a new enclosed grid", rule: "", change: func(q quarter, _ *edition.Reference) {
			hole := geo.MultiPolygon{append(slices.Clone(rect(1, 1, 2, 2)[0]), rect(1.4, 1.4, 1.6, 1.6)[0][0])}
			slices.Reverse(hole[0][1])
			q.set(w(4), hole)
			q.set(w(9), rect(1.4, 1.4, 1.6, 1.6))
		}, want: []string{"QC-10 notice W004,W009"}},
		{name: "QC-10 an enclosed grid of another community", rule: "QC-10", change: func(q quarter, _ *edition.Reference) {
			hole := geo.MultiPolygon{append(slices.Clone(rect(1, 1, 2, 2)[0]), rect(1.4, 1.4, 1.6, 1.6)[0][0])}
			slices.Reverse(hole[0][1])
			q.set(w(4), hole)
			q.set(e(9), rect(1.4, 1.4, 1.6, 1.6))
		}, want: []string{"QC-10 error W004,E009"}},
		{name: "QC-11 of another community", rule: "", change: func(q quarter, _ *edition.Reference) {
			split(q, 1.5)
			q.edit(w(9), func(g *grid.Grid) { g.CommunityCode = east })
		}, want: []string{"QC-11 error W009"}},
		{name: "QC-11 a number of dedicated grids", rule: "QC-11", change: func(q quarter, _ *edition.Reference) {
			split(q, 1.5)
			q[w(9)].Code = w(850)
		}, want: []string{"QC-11 error W850"}},
		{name: "QC-12 a code that was used", rule: "", change: func(q quarter, ref *edition.Reference) {
			split(q, 1.5)
			ref.UsedGrids = map[string]bool{w(9): true}
		}, want: []string{"QC-12 error W009"}},
		{name: "QC-12 brought back by an undo", change: func(q quarter, ref *edition.Reference) {
			split(q, 1.5)
			ref.UsedGrids, ref.PlanKind = map[string]bool{w(9): true}, grid.UndoPlan
		}},
		{name: "QC-12 a void area's code", change: func(q quarter, ref *edition.Reference) {
			split(q, 1.5)
			ref.UsedVoids = map[string]bool{w(9): true}
		}},
		{name: "QC-13 too few households", rule: "", change: func(q quarter, ref *edition.Reference) {
			split(q, 1.5)
			ref.Households = map[string]float64{w(9): 299}
		}, want: []string{"QC-13 notice W009"}},
		{name: "QC-13 too many", rule: "", change: func(q quarter, _ *edition.Reference) {
			split(q, 1.5)
			q.edit(w(4), func(g *grid.Grid) { n := 501; g.Households = &n })
		}, want: []string{"QC-13 notice W004"}},
		{name: "QC-13 at the ends of the band", change: func(q quarter, ref *edition.Reference) {
			split(q, 1.5)
			ref.Households = map[string]float64{w(9): 300, w(4): 500}
		}},
		{
			name: "QC-13 too small", rule: "", change: func(q quarter, _ *edition.Reference) { split(q, 1.2) },
			set: func(s *grid.Settings) { s.AreaMinM2 = 30_000 }, want: []string{"QC-13 notice W004"},
		},
		{name: "QC-18 and QC-19", rule: "", change: func(q quarter, ref *edition.Reference) {
			split(q, 1.5)
			ref.Places, ref.Incidents, ref.LostPlaces, ref.LostCodes = 3, 1, 2, []string{"320211-HZ-00000001", "320211-HZ-00000002"}
		}, want: []string{"QC-18 notice ", "QC-19 error "}},
		{name: "QC-23 no name", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.edit(w(3), func(g *grid.Grid) { g.Name = " " })
		}, want: []string{"QC-23 error W003"}},
		{name: "QC-23 a neighbour's name", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.edit(w(3), func(g *grid.Grid) { g.Name = "grid " + w(4) })
		}, want: []string{"QC-23 notice W003,W004"}},
		{name: "QC-23 a name of another community", change: func(q quarter, _ *edition.Reference) {
			q.edit(w(3), func(g *grid.Grid) { g.Name = "grid " + e(1) })
		}},
	}
}

func dedicatedCases() []findingCase {
	span := func(s *grid.Settings) { s.DedicatedSpan = true }
	over := func(x float64) func(q quarter, ref *edition.Reference) {
		return func(q quarter, _ *edition.Reference) { q.set(w(802), rect(1.1, 2.1, x, 2.9)) }
	}
	return []findingCase{
		{name: "QC-09 over another community", rule: "", change: over(2.5), want: []string{"QC-09 error W802"}},
		{name: "QC-09 where that is allowed", rule: "", change: over(2.5), set: span, want: []string{"QC-09 notice W802"}},
		{name: "QC-09 mostly in another community", rule: "", change: over(3.5), set: span, want: []string{"QC-09 error W802", "QC-09 notice W802"}},
		{name: "QC-09 up to it", change: over(2)},
		{
			name: "QC-09 out of the county", rule: "QC-09", change: func(q quarter, _ *edition.Reference) { q.set(e(802), rect(3.5, 3.1, 4.5, 3.9)) },
			set: span, want: []string{"QC-09 error E802"},
		},
		{name: "QC-09 the community moves away under it", rule: "", change: func(q quarter, _ *edition.Reference) {
			delete(q, w(7))
			q.set(e(9), rect(0, 3, 1, 4))
		}, want: []string{"QC-09 error W801"}},
		{name: "QC-09 another grid of the community", change: func(q quarter, _ *edition.Reference) {
			delete(q, w(7))
			q.set(w(9), rect(0, 3, 1, 4))
		}},
		{name: "QC-17 no host", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.edit(w(801), func(g *grid.Grid) { g.HostOrg = "" })
		}, want: []string{"QC-17 error W801"}},
		{name: "QC-17 an unknown host", rule: "", change: func(q quarter, _ *edition.Reference) {
			q.edit(w(801), func(g *grid.Grid) { g.HostOrg = "nobody" })
		}, want: []string{"QC-17 error W801"}},
		{name: "QC-17 a new dedicated grid without a post", rule: "", change: func(q quarter, ref *edition.Reference) {
			over(2)(q, ref)
			ref.Posts[w(802)] = -1
		}, want: []string{"QC-17 error W802"}},
		{name: "QC-17 an imported one", rule: "QC-17", change: func(q quarter, ref *edition.Reference) {
			over(2)(q, ref)
			ref.Posts[w(802)], ref.PlanKind = -1, grid.ImportPlan
		}, want: []string{"QC-17 notice W802"}},
		{name: "QC-17 with a worker named", change: func(q quarter, ref *edition.Reference) {
			over(2)(q, ref)
			q[w(802)].PostWorker = "worker"
		}},
		{name: "QC-17 a new base grid without a post", rule: "", change: func(q quarter, ref *edition.Reference) {
			split(q, 1.5)
			ref.Posts[w(9)] = -1
		}, want: []string{"QC-17 notice W009"}},
		{name: "QC-17 the heir of a post", change: func(q quarter, ref *edition.Reference) {
			delete(q, w(4))
			q.set(w(9), rect(1, 1, 2, 2))
			ref.Posts[w(9)] = -1
		}},
		{name: "QC-17 the lesser heir", rule: "", change: func(q quarter, ref *edition.Reference) {
			delete(q, w(4))
			q.set(w(9), rect(1, 1, 1.6, 2))
			q.set(w(10), rect(1.6, 1, 2, 2))
			q.node()
			ref.Posts[w(9)], ref.Posts[w(10)] = -1, -1
		}, want: []string{"QC-17 notice W010"}},
	}
}

func countyCases() []findingCase {
	bulge := func(units float64) func(q quarter, ref *edition.Reference) {
		return func(q quarter, ref *edition.Reference) {
			q.set(e(6), ring([2]float64{3, 2}, [2]float64{4, 2}, [2]float64{4 - units/cell, 2.5}, [2]float64{4, 3}, [2]float64{3, 3}))
			ref.PlanKind = grid.ImportPlan
		}
	}
	displaced := func(shift func(orb.Point) orb.Point) func(q quarter, ref *edition.Reference) {
		return func(q quarter, ref *edition.Reference) {
			ref.PlanKind = grid.ImportPlan
			for code := range q {
				area := q.area(code)
				for _, poly := range area {
					for _, r := range poly {
						for i := range r {
							r[i], _ = geo.Snap(shift(r[i].Orb()))
						}
					}
				}
				q.setArea(code, area)
			}
		}
	}
	return []findingCase{
		{name: "QC-20 away from the neighbour", rule: "QC-20", change: bulge(100), want: []string{"QC-20 notice E006"}},
		{name: "QC-20 two units", rule: "QC-20", change: bulge(2)},
		{name: "QC-20 where there is no neighbour", rule: "QC-20", change: func(q quarter, ref *edition.Reference) {
			q.set(w(3), ring([2]float64{0, 1}, [2]float64{1, 1}, [2]float64{1, 2}, [2]float64{0, 2}, [2]float64{0.1, 1.5}))
			ref.PlanKind = grid.ImportPlan
		}},
		{name: "QC-22 gcj02 taken for wgs84", rule: "QC-22", change: displaced(crs.GCJ02.FromWGS84), want: []string{"QC-22 notice "}},
		{name: "QC-22 wgs84 taken for bd09", rule: "QC-22", change: displaced(crs.BD09.ToWGS84), want: []string{"QC-22 notice "}},
		{name: "QC-22 displaced otherwise", rule: "QC-22", change: displaced(func(p orb.Point) orb.Point { return orb.Point{p[0] - 0.004, p[1] + 0.003} })},
		{name: "QC-22 in its place", rule: "QC-22", change: displaced(func(p orb.Point) orb.Point { return orb.Point{p[0], p[1] + 1e-7} })},
	}
}
