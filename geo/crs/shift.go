package crs

import (
	"math"

	"github.com/paulmach/orb"
)

// inBox reports whether p (WGS 84) lies where GCJ-02 and BD-09 differ from WGS 84. It is false for NaN.
func inBox(p orb.Point) bool {
	return 72.004 <= p[0] && p[0] <= 137.8347 && 0.8293 <= p[1] && p[1] <= 55.8271
}

func add(p, d orb.Point) orb.Point { return orb.Point{p[0] + d[0], p[1] + d[1]} }

// rounds is how often invert corrects its result: 2 rounds leave 3 cm, 5 less than 1e-8 m.
const rounds = 5

// invert returns the position that shift moves to p.
func invert(shift func(orb.Point) orb.Point, p orb.Point) orb.Point {
	q := p
	for range rounds {
		d := shift(q)
		q = orb.Point{p[0] - d[0], p[1] - d[1]}
	}
	return q
}

// gcjShift returns GCJ-02 minus WGS 84 at p, in degrees.
//
// Source: the public reverse-engineered formula, as in github.com/googollee/eviltransform (MIT), with the Krasovsky
// ellipsoid's a = 6378245; symbols are those of the source.
func gcjShift(p orb.Point) orb.Point {
	const (
		a  = 6378245.0
		ee = 0.00669342162296594323
		pi = math.Pi
	)
	x, y := p[0]-105, p[1]-35
	wave := (20*math.Sin(6*pi*x) + 20*math.Sin(2*pi*x)) * 2 / 3
	root := math.Sqrt(math.Abs(x))
	dLat := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + wave +
		(20*math.Sin(pi*y)+40*math.Sin(pi*y/3))*2/3 +
		(160*math.Sin(pi*y/12)+320*math.Sin(pi*y/30))*2/3
	dLon := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + wave +
		(20*math.Sin(pi*x)+40*math.Sin(pi*x/3))*2/3 +
		(150*math.Sin(pi*x/12)+300*math.Sin(pi*x/30))*2/3
	sin, cos := math.Sincos(p[1] * pi / 180)
	m := 1 - ee*sin*sin
	s := math.Sqrt(m)
	return orb.Point{
		dLon * 180 / (a / s * cos * pi),
		dLat * 180 / (a * (1 - ee) / (m * s) * pi),
	}
}

// bdShift returns BD-09 minus GCJ-02 at the GCJ-02 position p, in degrees.
func bdShift(p orb.Point) orb.Point {
	const k = math.Pi * 3000 / 180
	x, y := p[0], p[1]
	z := math.Sqrt(x*x+y*y) + 0.00002*math.Sin(y*k)
	theta := math.Atan2(y, x) + 0.000003*math.Cos(x*k)
	sin, cos := math.Sincos(theta)
	return orb.Point{z*cos + 0.0065 - x, z*sin + 0.006 - y}
}
