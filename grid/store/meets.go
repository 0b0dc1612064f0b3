package store

import (
	"strings"

	"github.com/wangge/wangge/geo"
)

// meets writes that what lies in a table with cells and an index of what is no point meets one of the boxes.
type meets func(sql *statement, alias string, boxes []geo.Box) (string, error)

// meetsBoxes writes that a shape meets one of the boxes. A point is compared in degrees, which are the same numbers on both sides; anything
// else in lattice units. What the index cannot say stands in a CASE, of which the planner expects that half of the rows pass: of the comparisons
// each by itself it expects that together hardly one does, and then joins row by row (measured: seconds instead of milliseconds).
func (s *statement) meetsBoxes(alias string, boxes []geo.Box) (string, error) {
	points, err := s.pointsMeet(alias, boxes)
	if err != nil {
		return "", err
	}
	shapes, err := s.shapesMeet(alias, boxes)
	return "(" + points + " OR " + shapes + ")", err
}

// pointsMeet is meetsBoxes for points.
func (s *statement) pointsMeet(alias string, boxes []geo.Box) (string, error) {
	var cells []string
	for _, box := range boxes {
		for _, r := range boxCells(box, coarseCells) {
			cells = append(cells, alias+".cell BETWEEN "+s.arg(r.first)+" AND "+s.arg(r.last))
		}
	}
	shape := alias + ".shape"
	return "(" + anyOf(cells) + ") AND CASE WHEN GeometryType(" + shape + ") = 'POINT' THEN " + s.pointIn(shape, boxes) + " ELSE false END", nil
}

// shapesMeet is meetsBoxes for what is no point.
func (s *statement) shapesMeet(alias string, boxes []geo.Box) (string, error) {
	shape := alias + ".shape"
	exactly, err := s.shapeMeets(shape, boxes)
	return "GeometryType(" + shape + ") <> 'POINT' AND (" + s.overlaps(shape, boxes) + ") AND CASE WHEN GeometryType(" + shape + ") <> 'POINT' THEN " + exactly + " END", err
}

// nearMeets is meetsBoxes for rows of FeatureQuery.near, which are points unless their cell is noPoint: no index is to be used for them.
func (s *statement) nearMeets(alias string, boxes []geo.Box) (string, error) {
	shape := alias + ".shape"
	exactly, err := s.shapeMeets(shape, boxes)
	return "CASE WHEN near.cell < 0 THEN " + exactly + " WHEN GeometryType(" + shape + ") = 'POINT' THEN " + s.pointIn(shape, boxes) + " ELSE false END", err
}

func (s *statement) pointIn(shape string, boxes []geo.Box) string {
	var in []string
	for _, box := range boxes {
		low, high := box.Min.Orb(), box.Max.Orb()
		in = append(in, "ST_X("+shape+") BETWEEN "+s.arg(low[0])+" AND "+s.arg(high[0])+" AND ST_Y("+shape+") BETWEEN "+s.arg(low[1])+" AND "+s.arg(high[1]))
	}
	return "(" + anyOf(in) + ")"
}

func (s *statement) shapeMeets(shape string, boxes []geo.Box) (string, error) {
	var meet []string
	for _, box := range boxes {
		window := geo.BoxShape(box)
		inUnits, err := units(&window)
		if err != nil {
			return "", err
		}
		meet = append(meet, "ST_Intersects(lattice_units("+shape+"), ST_GeomFromEWKB("+s.arg(inUnits)+"))")
	}
	return "(" + anyOf(meet) + ")", nil
}

// overlaps writes that the box of a shape overlaps one of the boxes, as far as the index can say.
func (s *statement) overlaps(shape string, boxes []geo.Box) string {
	var overlap []string
	for _, box := range boxes {
		low, high := box.Min.Orb(), box.Max.Orb()
		overlap = append(overlap, shape+" && ST_MakeEnvelope("+s.arg(low[0])+", "+s.arg(low[1])+", "+s.arg(high[0])+", "+s.arg(high[1])+", 4326)")
	}
	return anyOf(overlap)
}

// anyOf joins conditions by OR; one of none does not hold.
func anyOf(conditions []string) string {
	if len(conditions) == 0 {
		return "false"
	}
	return strings.Join(conditions, " OR ")
}
