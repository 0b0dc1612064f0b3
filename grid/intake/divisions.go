package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// divisions imports a file of divisions: their levels and parents are found, missing levels are made, and where they do
// not nest or tile is stored beside them (BR-06).
func (s *session) divisions(ctx context.Context, f file) error {
	r, rows, err := collect(ctx, s, f, func(l *layout, row *row) (*node, error) { return s.division(f, l, row) })
	if err != nil {
		return err
	}
	t, err := s.newTree()
	if err != nil {
		return err
	}
	rows, err = s.placeDivisions(t, rows)
	if err != nil {
		return err
	}
	imp, err := r.done(f, len(rows))
	if err != nil {
		return err
	}
	all := t.made()
	inferred := 0
	parents := map[string]bool{}
	for _, p := range rows {
		all = append(all, p.value.Division)
		parents[p.value.ParentCode] = true
		if p.value.Inferred {
			inferred++
		}
	}
	if inferred > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d name no parent and were put under the one that holds most of their area", inferred))
	}
	faults, small := t.faults(parents, s.settings)
	if !s.DryRun {
		if err := s.Store.ImportDivisions(ctx, imp, all, faults); err != nil {
			return err
		}
	}
	s.summary.Files = append(s.summary.Files, r.FileSummary)
	for _, n := range t.derived {
		s.summary.Derived = append(s.summary.Derived, n.Code)
	}
	for _, fault := range faults {
		if s.summary.DivisionFaults == nil {
			s.summary.DivisionFaults = map[string]int{}
		}
		s.summary.DivisionFaults[fault.Kind]++
	}
	s.summary.SmallFaults += small
	return nil
}

// division reads one row.
func (s *session) division(f file, l *layout, row *row) (*node, error) {
	at, err := shape(f.CRS, row.geometry, grid.PolygonShape)
	if err != nil {
		return nil, err
	}
	v, err := l.fields(row)
	if err != nil {
		return nil, err
	}
	n := &node{area: at.area, box: at.box, Division: grid.Division{
		Code: v.text("code"), Name: v.text("name"), ParentCode: v.text("parent_code"), Kind: v.text("kind"), CodeSystem: v.text("code_system"),
		UrbanRuralClass: v.text("urban_rural_class"), Outline: at.area.Orb(), LabelPoint: geo.PointOnSurface(at.area).Orb(),
		AreaM2: geo.AreaM2(at.area), SourceCRS: string(f.CRS),
		Households: v.count("households"), Residents: v.count("residents"),
	}}
	if day, ok := v["counted_on"].(time.Time); ok {
		n.CountedOn = &day
	}
	n.Level = cmp.Or(v.text("level"), f.Level, s.settings.CodeScheme.Level(n.Code))
	if n.Level == "" {
		return nil, faultf("level", "level", "the level is told neither by the code nor by a field; declare the level of the file")
	}
	return n, s.settings.CodeScheme.CheckDivision(n.Code, n.Level)
}

// placeDivisions finds the parent of each division, from the top down, and rejects those that cannot be placed.
func (s *session) placeDivisions(t *tree, rows []pending[*node]) ([]pending[*node], error) {
	slices.SortStableFunc(rows, func(a, b pending[*node]) int {
		return cmp.Compare(grid.LevelRank(a.value.Level), grid.LevelRank(b.value.Level))
	})
	var in inBox
	return each(rows, func(p *pending[*node]) error {
		n := p.value
		if t.byCode[n.Code] != nil {
			return faultf("QC-11", "code", "there is a division "+shown(n.Code)+" already")
		}
		if n.Level == grid.LevelCity {
			if c := t.city(); c != nil {
				return faultf("city", "level", "there is one city in a database, and "+c.Code+" is it")
			}
			n.ParentCode = ""
			t.add(n)
			return nil
		}
		if t.city() == nil {
			return fileErrorf(0, "there is no city yet: import its outline first (as level city)")
		}
		if in == nil {
			city, err := edition.NewCity([]grid.Division{t.city().Division}, nil, s.settings)
			if err != nil {
				return err
			}
			in = city.InBox
		}
		if err := in.checkBox(shaped{box: n.box}); err != nil {
			return err
		}
		parent, inferred, err := t.above(grid.LevelAbove(n.Level), n.ParentCode, n.Code, n.area)
		if err != nil {
			return err
		}
		n.ParentCode, n.Inferred, n.CountyCode = parent.Code, inferred, parent.CountyCode
		if n.Level == grid.LevelCounty {
			n.CountyCode = n.Code
		}
		t.add(n)
		return nil
	})
}

// faults returns where the children of these divisions do not tile them, and how many more such places there are below
// both tolerances (BR-02).
func (t *tree) faults(parents map[string]bool, s grid.Settings) (out []grid.DivisionFault, small int) {
	children := map[string][]*node{}
	for _, level := range t.byLevel {
		for _, n := range level {
			if parents[n.ParentCode] && n.ParentCode != "" {
				children[n.ParentCode] = append(children[n.ParentCode], n)
			}
		}
	}
	for code, below := range children {
		slices.SortFunc(below, func(a, b *node) int { return cmp.Compare(a.Code, b.Code) })
		parts := make([]geo.MultiPolygon, len(below))
		for i, n := range below {
			parts[i] = n.area
		}
		for _, fault := range mesh.Check(parts, t.byCode[code].area) {
			if fault.Kind != mesh.Tangle && fault.AreaM2 < s.QCAreaM2 && fault.WidthM < s.QCWidthM {
				small++
				continue
			}
			out = append(out, divisionFault(code, below, fault))
		}
	}
	slices.SortStableFunc(out, func(a, b grid.DivisionFault) int {
		return cmp.Or(cmp.Compare(a.DivisionCode, b.DivisionCode), cmp.Compare(a.Kind, b.Kind))
	})
	return out, small
}

// divisionFault names a fault after the division that leaves its parent or overlaps, or after the parent with the gap.
func divisionFault(parent string, below []*node, f mesh.Fault) grid.DivisionFault {
	var codes []string
	for _, p := range f.Parts {
		codes = append(codes, below[p].Code)
	}
	out := grid.DivisionFault{Polygon: f.Polygon, AreaM2: f.AreaM2, WidthM: f.WidthM, DivisionCode: parent, OtherCodes: codes}
	switch f.Kind {
	case mesh.OutsideOutline:
		out.Kind = "leaves_parent"
	case mesh.Gap:
		out.Kind = "gap"
	case mesh.UnmatchedBorder:
		out.Kind = "unmatched_border"
	default:
		out.Kind = "overlap"
	}
	if f.Kind != mesh.Gap && len(codes) > 0 {
		out.DivisionCode, out.OtherCodes = codes[0], append(codes[1:], parent)
	}
	return out
}
