package features

import (
	"context"
	"strings"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
	"github.com/wangge/wangge/grid/edition"
)

// properties gives the values of the fields of a T, in the order of the collection.
type properties[T any] []func(T) any

// newProperties puts the functions in the order of the fields; TestEveryFieldHasAValue has none missing.
func newProperties[T any](c *grid.Collection, byName map[string]func(T) any) properties[T] {
	p := make(properties[T], len(c.Fields))
	for i, f := range c.Fields {
		p[i] = byName[f.Name]
	}
	return p
}

func (p properties[T]) of(v T) []any {
	values := make([]any, len(p))
	for i, f := range p {
		values[i] = f(v)
	}
	return values
}

// gridIn is a grid with where it is.
type gridIn struct {
	*grid.Grid
	city *edition.City
	info grid.EditionInfo
}

var gridProperties = map[string]func(gridIn) any{
	"code":           func(g gridIn) any { return g.Code },
	"name":           func(g gridIn) any { return g.Name },
	"kind":           func(g gridIn) any { return g.Kind },
	"community_code": func(g gridIn) any { return g.CommunityCode },
	"street_code":    func(g gridIn) any { return g.street() },
	"county_code":    func(g gridIn) any { return g.info.CountyCode },
	"households":     func(g gridIn) any { return count(g.Households) },
	"residents":      func(g gridIn) any { return count(g.Residents) },
	"buildings":      func(g gridIn) any { return count(g.Buildings) },
	"area_m2":        func(g gridIn) any { return g.AreaM2 },
	"perimeter_m":    func(g gridIn) any { return g.PerimeterM },
	"compactness":    func(g gridIn) any { return g.Compactness },
	"dedicated_kind": func(g gridIn) any { return orNull(g.DedicatedKind) },
	"host_org":       func(g gridIn) any { return orNull(g.HostOrg) },
	"bounds_text":    func(g gridIn) any { return orNull(g.BoundsText) },
	"valid_from":     func(g gridIn) any { return timeOrNull(g.ValidFrom) },
	"edition":        func(g gridIn) any { return int64(g.info.Number) },
	"proven":         func(g gridIn) any { return g.info.Proven },
}

func (g gridIn) street() any {
	if community := g.city.Division(g.CommunityCode); community != nil {
		return orNull(community.ParentCode)
	}
	return nil
}

var divisionProperties = map[string]func(*grid.Division) any{
	"code":              func(d *grid.Division) any { return d.Code },
	"name":              func(d *grid.Division) any { return d.Name },
	"level":             func(d *grid.Division) any { return d.Level },
	"parent_code":       func(d *grid.Division) any { return orNull(d.ParentCode) },
	"county_code":       func(d *grid.Division) any { return orNull(d.CountyCode) },
	"kind":              func(d *grid.Division) any { return orNull(d.Kind) },
	"urban_rural_class": func(d *grid.Division) any { return orNull(d.UrbanRuralClass) },
	"code_system":       func(d *grid.Division) any { return orNull(d.CodeSystem) },
	"households":        func(d *grid.Division) any { return count(d.Households) },
	"residents":         func(d *grid.Division) any { return count(d.Residents) },
	"counted_on": func(d *grid.Division) any {
		if d.CountedOn == nil {
			return nil
		}
		return *d.CountedOn
	},
	"area_m2": func(d *grid.Division) any { return d.AreaM2 },
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func count(n *int) any {
	if n == nil {
		return nil
	}
	return int64(*n)
}

func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// grids makes features of the grids of a city.
type grids struct {
	city       *edition.City
	properties properties[gridIn]
}

func newGrids(city *edition.City, c *grid.Collection) grids {
	return grids{city, newProperties(c, gridProperties)}
}

func (s grids) feature(g *grid.Grid, e *edition.Edition) grid.Feature {
	return grid.Feature{ID: g.ID, Code: g.Code, Geometry: g.Boundary, Values: s.properties.of(gridIn{g, s.city, e.Info()})}
}

type divisions struct{ properties properties[*grid.Division] }

func newDivisions(c *grid.Collection) divisions {
	return divisions{newProperties(c, divisionProperties)}
}

func (s divisions) feature(d *grid.Division) grid.Feature {
	return grid.Feature{ID: d.ID, Code: d.Code, Geometry: d.Outline, Values: s.properties.of(d)}
}

// readGrids goes through the counties by code, and in each through its grids by code.
func readGrids(ctx context.Context, city *edition.City, q *Query, each func(grid.Feature) error) error {
	county, code, ok := strings.Cut(q.After, " ")
	if !ok && q.After != "" {
		return badPosition(q.After)
	}
	from, out := newGrids(city, q.Collection), newSelection(q, each)
	boxes := q.Boxes
	if boxes == nil && q.Filter != nil {
		boxes = q.Filter.Boxes()
	}
	for _, e := range city.Editions() {
		if e.Info().CountyCode < county {
			continue
		}
		all, in, area := e.Base(), e.BaseIn, func(i int32) geo.MultiPolygon { return e.Tiling()[i] }
		if q.Collection.ID == grid.CollectionDedicated {
			all, in, area = e.Dedicated(), e.DedicatedIn, func(i int32) geo.MultiPolygon { return e.DedicatedArea(int(i)) }
		}
		chosen := in(boxes)
		if q.counted != 0 && out.seen+len(chosen) > q.counted {
			return errTooMany
		}
		for _, i := range chosen {
			if e.Info().CountyCode == county && all[i].Code <= code {
				continue
			}
			done, err := out.take(ctx, areaShape(area(i)), func() grid.Feature { return from.feature(&all[i], e) })
			if done || err != nil {
				return err
			}
		}
	}
	return nil
}

func readDivisions(ctx context.Context, city *edition.City, q *Query, each func(grid.Feature) error) error {
	from, out := newDivisions(q.Collection), newSelection(q, each)
	all := city.Divisions()
	for i := range all {
		d := &all[i]
		if d.Code <= q.After {
			continue
		}
		done, err := out.take(ctx, areaShape(city.DivisionArea(d.Code)), func() grid.Feature { return from.feature(d) })
		if done || err != nil {
			return err
		}
	}
	return nil
}

func areaShape(area geo.MultiPolygon) *geo.Shape { return &geo.Shape{Areas: []geo.MultiPolygon{area}} }

// selection hands on what the query chooses.
type selection struct {
	q     *Query
	boxes geo.Shape
	shape bool           // nothing but the shape matters for what is chosen
	index map[string]int // of the fields
	each  func(grid.Feature) error
	seen  int
	given int
}

func newSelection(q *Query, each func(grid.Feature) error) *selection {
	s := &selection{q: q, boxes: geo.BoxShape(q.Boxes...), index: map[string]int{}, each: each}
	for i, f := range q.Collection.Fields {
		s.index[f.Name] = i
	}
	s.shape = q.Filter == nil && (q.Collection.Time == "" || q.From.IsZero() && q.To.IsZero())
	return s
}

// take hands on one feature if it is chosen, and reports whether that was the last one.
func (s *selection) take(ctx context.Context, shape *geo.Shape, feature func() grid.Feature) (done bool, err error) {
	if s.seen++; s.seen%256 == 0 && ctx.Err() != nil {
		return false, ctx.Err()
	}
	if s.q.counted != 0 && s.seen > s.q.counted {
		return false, errTooMany
	}
	if s.q.Boxes != nil && !s.inBoxes(shape) {
		return false, nil
	}
	var f grid.Feature
	if !s.shape || s.q.counted == 0 {
		f = feature()
	}
	if !s.inTime(f) {
		return false, nil
	}
	if s.q.Filter != nil {
		ok, err := s.q.Filter.Match(func(name string) any { return s.value(name, &f, shape) })
		if !ok || err != nil {
			return false, err
		}
	}
	if err := s.each(f); err != nil {
		return false, err
	}
	s.given++
	return s.given == s.q.Limit, nil
}

// inBoxes reports whether a shape, which is not empty, meets one of the boxes.
func (s *selection) inBoxes(shape *geo.Shape) bool {
	for _, box := range s.q.Boxes {
		if shape.HasVertexIn(box) {
			return true
		}
	}
	return geo.Meets(shape, &s.boxes)
}

// value gives the properties of a feature to a filter.
func (s *selection) value(name string, f *grid.Feature, shape *geo.Shape) any {
	if name == GeometryProperty {
		return shape
	}
	i := s.index[name]
	if t, ok := f.Values[i].(time.Time); ok && s.q.Collection.Fields[i].Type == grid.Date {
		return cql2.Day(t)
	}
	return f.Values[i]
}

// inTime reports whether the feature's time lies in the query's. A date lies in it when some of the day, in UTC, does.
func (s *selection) inTime(f grid.Feature) bool {
	q := s.q
	if q.Collection.Time == "" || q.From.IsZero() && q.To.IsZero() {
		return true
	}
	i := s.index[q.Collection.Time]
	t, ok := f.Values[i].(time.Time)
	if !ok {
		return false
	}
	last := t
	if q.Collection.Fields[i].Type == grid.Date {
		last = t.Add(24*time.Hour - 1)
	}
	return (q.From.IsZero() || !last.Before(q.From)) && (q.To.IsZero() || !t.After(q.To))
}
