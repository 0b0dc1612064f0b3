package intake

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// clean makes the base grids and void areas among the parts of one county tile its communities, as far as their faults are
// below both tolerances (BR-03). The outlines of the communities get the vertices that they lack, and follow the grids where they
// differ by less than the tolerances; those that are stored and have changed are returned. The county's never changes.
func (s *session) clean(t *tree, county string, parts []*part) (*grid.CleanReport, []grid.Division, error) {
	made := t.madeUp(county)
	tiling, communities := tilingOf(parts), t.communities(county)
	layer := mesh.Layer{Parts: areas(tiling), Outlines: outlinesOf(communities), Group: make([]int32, len(tiling))}
	var codes, names []string
	number := map[string]int32{}
	for k, n := range communities {
		number[n.Code] = int32(k)
		names = append(names, "outline of "+n.Code)
	}
	for i, p := range tiling {
		codes, layer.Group[i] = append(codes, p.code()), number[p.community()]
	}
	cleaned, err := mesh.Clean(layer, mesh.CleanOptions{AreaM2: s.settings.QCAreaM2, WidthM: s.settings.QCWidthM})
	if err != nil {
		return nil, nil, cleanError(county, codes, err)
	}
	for i, p := range tiling {
		p.setArea(cleaned.Parts[i])
	}
	report := grid.NewCleanReport(codes, names, cleaned)
	report.CountyCode = county
	var redrawn []grid.Division
	for _, n := range t.redraw(communities, cleaned.Outlines, made) {
		report.RedrawnDivisions = append(report.RedrawnDivisions, n.Code)
		if !slices.Contains(t.derived, n) {
			redrawn = append(redrawn, n.Division)
		}
	}
	return report, redrawn, nil
}

// redraw gives communities their outlines, and the streets that they made up before the union of these. It returns those that
// changed.
func (t *tree) redraw(communities []*node, outlines []geo.MultiPolygon, made []madeUpStreet) []*node {
	var redrawn []*node
	for k, n := range communities {
		if !slices.EqualFunc(outlines[k], n.area, samePolygon) {
			n.setArea(outlines[k])
			redrawn = append(redrawn, n)
		}
	}
	for _, street := range made {
		within := outlinesOf(street.communities)
		if len(mesh.Check(within, street.area)) == 0 {
			continue
		}
		if union := mesh.Dissolve(within); geo.Check(union) == nil {
			street.setArea(union)
			redrawn = append(redrawn, street.node)
		}
	}
	return redrawn
}

func samePolygon(p, q geo.Polygon) bool {
	return slices.EqualFunc(p, q, func(r, s geo.Ring) bool { return slices.Equal(r, s) })
}

// tilingOf returns the base grids and void areas among parts in the order of an edition: base grids first, by code.
func tilingOf(parts []*part) []*part {
	tiling := slices.DeleteFunc(slices.Clone(parts), func(p *part) bool { return p.grid != nil && p.grid.Kind == grid.Dedicated })
	slices.SortStableFunc(tiling, func(a, b *part) int {
		if (a.void != nil) != (b.void != nil) {
			if a.void != nil {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.code(), b.code())
	})
	return tiling
}

// setArea sets the area of a part and what follows from it.
func (p *part) setArea(area geo.MultiPolygon) {
	p.area = area
	if p.void != nil {
		p.void.SetBoundary(area)
	} else {
		p.grid.SetBoundary(area)
	}
}

// cleanError says that a county cannot be cleaned, by which rule and where.
func cleanError(county string, codes []string, err error) error {
	var invalid *geo.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	what := "county " + county
	var part *mesh.PartError
	if errors.As(err, &part) && part.Part >= 0 {
		what += ", " + codes[part.Part]
	}
	return &FileError{
		Rule:   string(invalid.Rule),
		Reason: fmt.Sprintf("%s cannot be cleaned: %v; mend the place by hand, or import without cleaning", what, invalid),
	}
}

func (t *tree) communities(county string) []*node {
	var out []*node
	for _, n := range t.byLevel[grid.LevelRank(grid.LevelCommunity)] {
		if n.CountyCode == county {
			out = append(out, n)
		}
	}
	return out
}

// A madeUpStreet is a street that its communities tile.
type madeUpStreet struct {
	*node
	communities []*node
}

func (t *tree) madeUp(county string) []madeUpStreet {
	below := map[string][]*node{}
	for _, n := range t.communities(county) {
		below[n.ParentCode] = append(below[n.ParentCode], n)
	}
	var out []madeUpStreet
	for _, n := range t.byLevel[grid.LevelRank(grid.LevelStreet)] {
		if c := below[n.Code]; len(c) > 0 && len(mesh.Check(outlinesOf(c), n.area)) == 0 {
			out = append(out, madeUpStreet{n, c})
		}
	}
	return out
}

func outlinesOf(nodes []*node) []geo.MultiPolygon {
	out := make([]geo.MultiPolygon, len(nodes))
	for i, n := range nodes {
		out[i] = n.area
	}
	return out
}

// setArea gives a division another outline.
func (n *node) setArea(area geo.MultiPolygon) {
	n.area, n.box, n.Outline = area, area.Box(), area.Orb()
	n.AreaM2, n.LabelPoint = geo.AreaM2(area), geo.PointOnSurface(area).Orb()
}
