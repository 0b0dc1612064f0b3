// Package geotest makes areas for tests: from text, random partitions that tile exactly, and large ones for
// benchmarks; and compares numbers.
//
// All coordinates are lattice units unless a name says otherwise. It is imported by tests only.
package geotest

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"github.com/wangge/wangge/geo"
)

// WKT returns the POLYGON or MULTIPOLYGON in degrees lon/lat that text describes. It ends the test when it is not
// valid.
func WKT(t testing.TB, text string) geo.MultiPolygon {
	t.Helper()
	m, err := geo.FromOrb(Orb(t, text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return m
}

// Units returns the POLYGON or MULTIPOLYGON in lattice units that text describes. It ends the test when it is not
// valid. Small whole numbers are good to read: a square of 10 units is "POLYGON((0 0,10 0,10 10,0 10,0 0))".
func Units(t testing.TB, text string) geo.MultiPolygon {
	t.Helper()
	m, err := geo.FromOrb(Scale(Orb(t, text), 1/geo.UnitsPerDegree))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return m
}

// Orb returns the geometry that text describes, valid or not.
func Orb(t testing.TB, text string) orb.Geometry {
	t.Helper()
	g, err := wkt.Unmarshal(text)
	if err != nil {
		t.Fatalf("wkt: %v: %s", err, text)
	}
	return g
}

// Scale returns g with every coordinate multiplied by factor.
func Scale(g orb.Geometry, factor float64) orb.Geometry {
	return Map(g, func(p orb.Point) orb.Point { return orb.Point{p[0] * factor, p[1] * factor} })
}

// Map returns g with f applied to every position. g may be any geometry but a Bound; nil stays nil.
func Map(g orb.Geometry, f func(orb.Point) orb.Point) orb.Geometry {
	switch g := g.(type) {
	case orb.Point:
		return f(g)
	case orb.MultiPoint:
		return orb.MultiPoint(mapPoints(g, f))
	case orb.LineString:
		return orb.LineString(mapPoints(g, f))
	case orb.Ring:
		return orb.Ring(mapPoints(g, f))
	case orb.MultiLineString:
		return mapParts(g, f)
	case orb.Polygon:
		return mapParts(g, f)
	case orb.MultiPolygon:
		return mapParts(g, f)
	case orb.Collection:
		return mapParts(g, f)
	}
	return g
}

func mapPoints(in []orb.Point, f func(orb.Point) orb.Point) []orb.Point {
	out := make([]orb.Point, len(in))
	for i, p := range in {
		out[i] = f(p)
	}
	return out
}

func mapParts[S ~[]G, G orb.Geometry](in S, f func(orb.Point) orb.Point) S {
	out := make(S, len(in))
	for i, g := range in {
		out[i], _ = Map(g, f).(G)
	}
	return out
}

// Near reports whether got differs from want by at most rel of want or by abs.
func Near(got, want, rel, abs float64) bool {
	return math.Abs(got-want) <= max(abs, rel*math.Abs(want))
}
