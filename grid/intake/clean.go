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
// below both tolerances (BR-03), and gives communities that then differ from their grids by less their grids' outline.
func (s *session) clean(t *tree, county string, parts []*part) (*grid.CleanReport, []grid.Division, error) {
	tiling := tilingOf(parts)
	codes := make([]string, len(tiling))
	for i, p := range tiling {
		codes[i] = p.code()
	}
	opt := mesh.CleanOptions{AreaM2: s.settings.QCAreaM2, WidthM: s.settings.QCWidthM}
	cleaned, err := mesh.Clean(areas(tiling), t.tiled(county, opt), opt)
	if err != nil {
		return nil, nil, cleanError(county, codes, err)
	}
	for i, p := range tiling {
		p.setArea(cleaned.Parts[i])
	}
	report := grid.NewCleanReport(codes, cleaned)
	report.CountyCode = county
	redrawn, err := t.redraw(county, parts, s.settings)
	for _, d := range redrawn {
		report.RedrawnDivisions = append(report.RedrawnDivisions, d.Code)
	}
	return report, redrawn, err
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
	if errors.As(err, &part) && part.Part != mesh.Outline {
		what += ", " + codes[part.Part]
	}
	return &FileError{
		Rule:   string(invalid.Rule),
		Reason: fmt.Sprintf("%s cannot be cleaned: %v; mend the place by hand, or import without --clean", what, invalid),
	}
}

// tiled returns what the grids of a county are to tile: the union of its communities, whose own borders are cleaned for that.
// It is nil where they overlap by more than the tolerances; parts are then cleaned among themselves only.
func (t *tree) tiled(county string, opt mesh.CleanOptions) geo.MultiPolygon {
	var outlines []geo.MultiPolygon
	for _, n := range t.communities(county) {
		outlines = append(outlines, n.area)
	}
	cleaned, err := mesh.Clean(outlines, nil, opt)
	if err != nil || len(outlines) == 0 {
		return nil
	}
	for _, f := range cleaned.Left {
		if f.Kind != mesh.Gap {
			return nil
		}
	}
	union := mesh.Dissolve(cleaned.Parts)
	if geo.Check(union) != nil {
		return nil
	}
	return union
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

// redraw settles all communities of a county, and the streets that its communities made up before. It returns those that are
// stored already and have another outline now. The outlines of county and city never change.
func (t *tree) redraw(county string, parts []*part, s grid.Settings) ([]grid.Division, error) {
	made := t.madeUp(county)
	redrawn, err := t.settle(t.communities(county), parts, s)
	if err != nil {
		return nil, err
	}
	for _, street := range made {
		union := mesh.Dissolve(outlinesOf(street.communities))
		if geo.Check(union) == nil && len(mesh.Check([]geo.MultiPolygon{union}, street.area)) > 0 {
			street.setArea(union)
			redrawn = append(redrawn, street.node)
		}
	}
	var out []grid.Division
	for _, n := range redrawn {
		if !slices.Contains(t.derived, n) {
			out = append(out, n.Division)
		}
	}
	slices.SortFunc(out, func(a, b grid.Division) int { return cmp.Compare(a.Code, b.Code) })
	return out, nil
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
