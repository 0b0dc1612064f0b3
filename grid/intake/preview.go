package intake

import (
	"context"
	"io"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
)

// PreviewOf says what of a file is to be shown, and how it is to be read.
type PreviewOf struct {
	Layer   string // "" for the only one
	CRS     crs.System
	Rows    int               // how many to read
	Columns map[string]string // lon, lat and wkt of a table, where the names of the columns do not tell
}

// Preview are the first things of a file where they would lie.
type Preview struct {
	Rows     int // that were read
	Skipped  int // of them: no coordinates, or none on the globe
	Features []PreviewFeature
}

// PreviewFeature is the shape of a row, in degrees on WGS 84 on the lattice. It need not be valid.
type PreviewFeature struct {
	Row      int // from 1
	Geometry orb.Geometry
}

// maxPreviewVertices bounds the answer; what comes after them is not read.
const maxPreviewVertices = 200_000

// Preview reads the first rows. Errors are *FileError, those of reading, or the context's.
func (f File) Preview(ctx context.Context, of PreviewOf) (Preview, error) {
	var out Preview
	err := f.each(ctx, of.Layer, func(_ string, t *table, _ format) error {
		l, err := newLooker(t, Mapping{Columns: of.Columns})
		if err != nil {
			return err
		}
		vertices := 0
		for out.Rows < of.Rows && vertices < maxPreviewVertices {
			row, err := l.next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			out.Rows++
			g, n := placedOn(of.CRS, row.geometry)
			if vertices += n; g == nil {
				out.Skipped++
				continue
			}
			out.Features = append(out.Features, PreviewFeature{out.Rows, g})
		}
		return nil
	}, nil)
	return out, err
}

// placedOn converts a shape and snaps it to the lattice, and returns the number of its vertices; nil where it leaves the globe, and for
// several points, which no layer takes.
func placedOn(system crs.System, g orb.Geometry) (orb.Geometry, int) {
	switch one := g.(type) {
	case nil:
		return nil, 0
	case orb.Point:
		g = orb.MultiPoint{one}
	}
	n := 0
	good := eachPosition(g, func(p *orb.Point) bool {
		_, err := geo.Snap(*p)
		if err != nil {
			return false
		}
		at, err := geo.Snap(system.ToWGS84(*p))
		*p = at.Orb()
		n++
		return err == nil
	})
	if !good || n == 0 {
		return nil, n
	}
	if m, several := g.(orb.MultiPoint); several {
		if len(m) > 1 {
			return nil, n
		}
		return m[0], n
	}
	return g, n
}

// eachPosition calls f with the positions of a line or an area, or several points, until it says no.
func eachPosition(g orb.Geometry, f func(*orb.Point) bool) bool {
	run := func(ps []orb.Point) bool {
		for i := range ps {
			if !f(&ps[i]) {
				return false
			}
		}
		return true
	}
	switch g := g.(type) {
	case orb.MultiPoint:
		return run(g)
	case orb.LineString:
		return run(g)
	case orb.MultiLineString:
		for _, l := range g {
			if !run(l) {
				return false
			}
		}
	case orb.Polygon:
		for _, r := range g {
			if !run(r) {
				return false
			}
		}
	case orb.MultiPolygon:
		for _, p := range g {
			if !eachPosition(p, f) {
				return false
			}
		}
	}
	return true
}
