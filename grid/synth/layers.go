package synth

import (
	"fmt"
	"iter"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// rowsOf is what makes the records of a layer: it calls yield for each until that returns false.
type rowsOf func(yield func(grid.Record) bool)

// Layers returns every layer with its records, in the order of grid.Layers, in which each finds what it refers to. The
// geometries are orb points, line strings, polygons and multi-polygons in degrees lon/lat on the lattice.
func (c *City) Layers() iter.Seq2[*grid.Layer, iter.Seq[grid.Record]] {
	return func(yield func(*grid.Layer, iter.Seq[grid.Record]) bool) {
		for i := range grid.Layers {
			records, err := c.Layer(grid.Layers[i].Name)
			if err != nil {
				continue // a layer that cities do not have
			}
			if !yield(&grid.Layers[i], records) {
				return
			}
		}
	}
}

// Layer returns the records of one layer, made while they are read, with fields as files have them: text, float64, bool,
// []any and map[string]any. The error is grid.ErrNotFound when the city has no layer of that name.
func (c *City) Layer(name string) (iter.Seq[grid.Record], error) {
	rows := c.layerRows(name)
	if rows == nil {
		return nil, fmt.Errorf("layer %q: %w", name, grid.ErrNotFound)
	}
	return func(yield func(grid.Record) bool) {
		line := int64(0)
		rows(func(r grid.Record) bool {
			line++
			r.Line = line
			return yield(r)
		})
	}, nil
}

func (c *City) layerRows(name string) rowsOf {
	switch name {
	case "divisions":
		return c.divisions
	case "base_grids":
		return c.baseGrids
	case "void_areas":
		return c.voidAreas
	case "organizations":
		return c.organizations
	case "dedicated_grids":
		return c.dedicatedGrids
	case "household_points":
		return c.householdPoints
	case "networks":
		return c.networks
	case "service_units":
		return c.serviceUnits
	case "workers":
		return c.workers
	case "posts":
		return c.posts
	case "duty":
		return c.duty
	case "incidents":
		return c.incidents
	case "roads":
		return c.roadRows
	case "railways":
		return c.railwayRows
	case "rivers":
		return c.riverRows
	case "buildings":
		return c.buildingRows
	case "waters":
		return c.waterRows
	case "greens":
		return c.greenRows
	}
	if kind, ok := placeKindOf(name); ok {
		return func(yield func(grid.Record) bool) { c.places(kind, yield) }
	}
	return nil
}

func record(shape orb.Geometry, fields map[string]any) grid.Record {
	return grid.Record{Geometry: shape, Fields: fields}
}

// area returns m in degrees, a polygon when it has one part.
func area(m geo.MultiPolygon) orb.Geometry {
	o := m.Orb()
	if len(o) == 1 {
		return o[0]
	}
	return o
}

func number[N int | int32 | int64](n N) float64 { return float64(n) }
