package intake

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
)

// shaped is a geometry on the lattice: an orb.Point, orb.MultiLineString or orb.MultiPolygon in degrees on WGS 84.
type shaped struct {
	shape    orb.Geometry
	original *orb.Point // of a point: as it came
	point    geo.Point  // of a point
	area     geo.MultiPolygon
	box      geo.Box
}

// shape converts a geometry from its system, vertex by vertex, snaps it to the lattice and checks it (QC-01, QC-02). The
// error is a *geo.InvalidError.
func shape(system crs.System, g orb.Geometry, want grid.Shape) (shaped, error) {
	if g == nil {
		return shaped{}, &geo.InvalidError{Rule: geo.RuleEmpty}
	}
	if m, ok := g.(orb.MultiPoint); ok && len(m) == 1 {
		g = m[0] // as many tools write a point
	}
	if p, ok := g.(orb.Point); ok {
		if want != grid.PointShape && want != grid.AnyShape {
			return shaped{}, &geo.InvalidError{Rule: geo.RuleType, At: p}
		}
		return shapePoint(system, p)
	}
	if err := takes(want, g); err != nil {
		return shaped{}, err
	}
	if system != crs.WGS84 && system != crs.CGCS2000 {
		g = crs.ToWGS84(system, g)
	}
	switch g.(type) {
	case orb.LineString, orb.MultiLineString:
		lines, err := geo.LineFromOrb(g)
		if err != nil {
			return shaped{}, err
		}
		s := shaped{box: geo.EmptyBox()}
		m := make(orb.MultiLineString, len(lines))
		for i, l := range lines {
			m[i] = l.Orb()
			for _, v := range l {
				s.box = s.box.Extend(v)
			}
		}
		s.shape = m
		return s, nil
	}
	area, err := geo.FromOrb(g)
	if err != nil {
		return shaped{}, err
	}
	return shaped{shape: area.Orb(), area: area, box: area.Box()}, nil
}

func shapePoint(system crs.System, p orb.Point) (shaped, error) {
	s := shaped{original: &p}
	at := p
	if _, err := geo.Snap(p); err != nil {
		return s, err
	}
	if system != crs.WGS84 && system != crs.CGCS2000 {
		at = system.ToWGS84(p)
	}
	var err error
	if s.point, err = geo.Snap(at); err != nil {
		return s, err
	}
	s.shape, s.box = s.point.Orb(), geo.Box{Min: s.point, Max: s.point}
	return s, nil
}

// takes returns an error when the layer does not take geometries of g's type, or when g is empty.
func takes(want grid.Shape, g orb.Geometry) error {
	n := 0
	line, area := false, false
	switch g := g.(type) {
	case orb.LineString:
		n, line = len(g), true
	case orb.MultiLineString:
		n, line = len(g), true
	case orb.Polygon:
		n, area = len(g), true
	case orb.MultiPolygon:
		n, area = len(g), true
	case orb.MultiPoint:
		if len(g) == 0 {
			return &geo.InvalidError{Rule: geo.RuleEmpty}
		}
		return &geo.InvalidError{Rule: geo.RuleType, At: g[0]}
	}
	switch {
	case line && (want == grid.LineShape || want == grid.AnyShape), area && (want == grid.PolygonShape || want == grid.AnyShape):
		if n == 0 {
			return &geo.InvalidError{Rule: geo.RuleEmpty}
		}
		return nil
	}
	return &geo.InvalidError{Rule: geo.RuleType}
}

// hintSwap adds to the fault of a position off the globe that swapping longitude and latitude would put it into the city.
func (in inBox) hintSwap(err error) error {
	var invalid *geo.InvalidError
	if !errors.As(err, &invalid) || invalid.Rule != geo.RulePosition {
		return err
	}
	swapped, swapErr := geo.Snap(orb.Point{invalid.At[1], invalid.At[0]})
	if swapErr != nil || !in(swapped) {
		return err
	}
	return &Reject{
		Field: "geometry", Rule: string(invalid.Rule), At: finite(invalid.At),
		Reason: reasons[invalid.Rule] + "; longitude and latitude look swapped",
	}
}

// inBox is the city's box test, by edition.City.InBox.
type inBox func(geo.Point) bool

// checkBox refuses what leaves the city's box and its margin, and says when swapping longitude and latitude would help.
func (in inBox) checkBox(s shaped) error {
	for _, corner := range []geo.Point{s.box.Min, s.box.Max} {
		if in(corner) {
			continue
		}
		at := corner.Orb()
		reason := fmt.Sprintf("%.6f, %.6f lies outside the city's box and its margin", at[0], at[1])
		swapped, err := geo.Snap(orb.Point{at[1], at[0]})
		if err == nil && in(swapped) {
			reason += "; longitude and latitude look swapped"
		}
		return &Reject{Field: "geometry", Rule: string(geo.RuleOutsideCity), Reason: reason, At: &at}
	}
	return nil
}
