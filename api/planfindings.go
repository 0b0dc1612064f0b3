package api

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
)

// findingJSON is what a check found, with its polygon or spot to look at.
type findingJSON struct {
	ID           *int64            `json:"id"` // of one that a check has kept
	Rule         string            `json:"rule"`
	Class        string            `json:"class"`
	Open         bool              `json:"open"`
	Waivable     bool              `json:"waivable"`
	GridCodes    []string          `json:"grid_codes"`
	Detail       string            `json:"detail"`
	Polygon      *geojson.Geometry `json:"polygon"`
	At           *orb.Point        `json:"at"`
	AreaM2       *float64          `json:"area_m2"`
	WidthM       *float64          `json:"width_m"`
	Measured     *float64          `json:"measured"`
	Threshold    *float64          `json:"threshold"`
	WaivedBy     *string           `json:"waived_by"`
	WaiverReason *string           `json:"waiver_reason"`
}

func newFindingJSON(f *grid.Finding) findingJSON {
	j := findingJSON{
		ID: orNull(f.ID), Rule: f.Rule, Class: f.Class, Open: f.OpenError(), Waivable: f.Class == grid.ErrorClass && !f.Unwaivable(),
		GridCodes: append([]string{}, f.GridCodes...), Detail: f.Detail, At: f.At, AreaM2: measured(f.AreaM2), WidthM: measured(f.WidthM),
		Measured: measured(f.Measured), Threshold: f.Threshold, WaivedBy: orNull(f.WaivedBy), WaiverReason: orNull(f.WaiverReason),
	}
	j.Polygon = shapeOrNull(f.Polygon)
	return j
}

func newFindingList(findings []grid.Finding) []findingJSON {
	list := make([]findingJSON, len(findings))
	for i := range findings {
		list[i] = newFindingJSON(&findings[i])
	}
	return list
}

// measured is rounded, nil for none.
func measured(x *float64) *float64 {
	if x == nil {
		return nil
	}
	r := rounded(*x, 4)
	return &r
}

// shapeOrNull returns the geometry of an area, nil for none.
func shapeOrNull(area orb.MultiPolygon) *geojson.Geometry {
	if len(area) == 0 {
		return nil
	}
	return geojson.NewGeometry(area)
}
