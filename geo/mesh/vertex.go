package mesh

import (
	"math"

	"github.com/wangge/wangge/geo"
)

// project returns the point of the segment from a to b nearest to p, as DistanceToSegmentM measures, rounded.
func project(p, a, b geo.Point) geo.Point {
	kx := math.Cos(float64(p.Y) / geo.UnitsPerDegree * math.Pi / 180)
	ax, ay := float64(int64(a.X)-int64(p.X)), float64(int64(a.Y)-int64(p.Y))
	dx, dy := float64(int64(b.X)-int64(a.X)), float64(int64(b.Y)-int64(a.Y))
	t := max(0, min(1, -(ax*dx*kx*kx+ay*dy)/(dx*dx*kx*kx+dy*dy)))
	return geo.Point{X: a.X + int32(math.Floor(t*dx+0.5)), Y: a.Y + int32(math.Floor(t*dy+0.5))}
}
