// Package crs converts positions between the coordinate systems in use in China and WGS 84, and to web mercator.
//
// Positions are longitude, latitude in degrees, whatever order a system's standard prescribes. CGCS2000 (EPSG:4490)
// is numerically the same as WGS 84 here: the frames agree to some decimetres and the polar radii to 0.1 mm.
// GCJ-02 and BD-09 have no published definition; these are the well-known reverse-engineered formulas. They apply
// inside a box around China only; outside it providers use WGS 84 and so positions stay as they are. The box also
// covers places outside the providers' border, so declare a system only for data that are known to be in it.
//
// All functions are pure and safe for concurrent use.
package crs

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"
)

// System is a coordinate system by its name in the interfaces.
type System string

// The systems. The zero System is none of them.
const (
	WGS84    System = "wgs84"
	CGCS2000 System = "cgcs2000"
	GCJ02    System = "gcj02" // AutoNavi, Tencent
	BD09     System = "bd09"  // Baidu
)

// Parse returns the system that s names, in upper or lower case. The error names the accepted values.
func Parse(s string) (System, error) {
	switch sys := System(strings.ToLower(s)); sys {
	case WGS84, CGCS2000, GCJ02, BD09:
		return sys, nil
	}
	if s == "" {
		return "", fmt.Errorf("crs is missing: use wgs84, cgcs2000, gcj02 or bd09")
	}
	return "", fmt.Errorf("crs %.40q is not known: use wgs84, cgcs2000, gcj02 or bd09", s)
}

// ToWGS84 returns p, which is in system s, in WGS 84. It undoes FromWGS84 within 1e-10 degrees (0.01 mm), except
// within a kilometre of the edge of the box, where the two meanings of a position cannot be told apart.
func (s System) ToWGS84(p orb.Point) orb.Point {
	q := p
	switch s {
	case GCJ02:
		q = invert(gcjShift, p)
	case BD09:
		q = invert(gcjShift, invert(bdShift, p))
	}
	if !inBox(q) {
		return p
	}
	return q
}

// FromWGS84 returns p, which is in WGS 84, in system s.
func (s System) FromWGS84(p orb.Point) orb.Point {
	if !inBox(p) {
		return p
	}
	switch s {
	case GCJ02:
		return add(p, gcjShift(p))
	case BD09:
		g := add(p, gcjShift(p))
		return add(g, bdShift(g))
	}
	return p
}

// ToWGS84 returns g, which is in system s, in WGS 84, vertex by vertex: edges stay straight. g itself is not
// changed. A Bound becomes a Polygon, since its image is no rectangle; nil stays nil.
func ToWGS84(s System, g orb.Geometry) orb.Geometry {
	switch g := g.(type) {
	case orb.Point:
		return s.ToWGS84(g)
	case orb.MultiPoint:
		return orb.MultiPoint(points(s, g))
	case orb.LineString:
		return orb.LineString(points(s, g))
	case orb.Ring:
		return orb.Ring(points(s, g))
	case orb.MultiLineString:
		return parts(s, g)
	case orb.Polygon:
		return parts(s, g)
	case orb.MultiPolygon:
		return parts(s, g)
	case orb.Collection:
		return parts(s, g)
	case orb.Bound:
		return ToWGS84(s, g.ToPolygon())
	}
	return g
}

func points(s System, in []orb.Point) []orb.Point {
	out := make([]orb.Point, len(in))
	for i, p := range in {
		out[i] = s.ToWGS84(p)
	}
	return out
}

func parts[S ~[]G, G orb.Geometry](s System, in S) S {
	out := make(S, len(in))
	for i, g := range in {
		out[i], _ = ToWGS84(s, g).(G)
	}
	return out
}
