package features

import (
	"context"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Chooses reports whether the query chooses the feature, by what decides in memory.
func Chooses(q Query, f grid.Feature) (bool, error) {
	shape, err := geo.ShapeFromOrb(f.Geometry)
	if err != nil {
		return false, err
	}
	chosen := false
	s := newSelection(&q, func(grid.Feature) error {
		chosen = true
		return nil
	})
	_, err = s.take(context.Background(), &shape, func() grid.Feature { return f })
	return chosen, err
}

// PlaceFeature and IncidentFeature are what readPast makes features with.
func PlaceFeature(c *grid.Collection, city *edition.City, p *grid.Place) grid.Feature {
	return placeFeature(c, city, p, false)
}

var IncidentFeature = incidentFeature

// MissingProperties lists the fields of the collections in memory that have no value.
func MissingProperties() (missing []string) {
	for _, id := range []string{grid.CollectionBase, grid.CollectionDedicated, grid.CollectionDivisions} {
		c, _ := grid.CollectionByID(id)
		for _, f := range c.Fields {
			if gridProperties[f.Name] == nil && id != grid.CollectionDivisions || divisionProperties[f.Name] == nil && id == grid.CollectionDivisions {
				missing = append(missing, id+"."+f.Name)
			}
		}
	}
	return missing
}
