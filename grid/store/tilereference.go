package store

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

const (
	// MaxReferenceZoom is the deepest zoom of reference tiles.
	MaxReferenceZoom = 16
	// maxReferenceBytes bounds a tile before it is packed.
	maxReferenceBytes = 200_000
	// maxReferenceRows is how many lines, and polygons, are read for a tile at most: the most important first.
	maxReferenceRows = 10_000
	// maxReferenceVertices is how many vertices are kept while a tile is made.
	maxReferenceVertices = 400_000
	// referenceBuffer is what a tile shows beyond its edges, in tile units.
	referenceBuffer = 64
)

// ReferenceLayer is a layer of the reference tiles.
type ReferenceLayer struct {
	Name, Kind string
	Polygons   bool
	LeastZoom  uint8
}

// ReferenceLayers are the layers of the reference tiles, from the ground up. Below LeastZoom nothing of a layer is shown, and
// just above it only the classes and sizes that can be seen.
func ReferenceLayers() []ReferenceLayer {
	return []ReferenceLayer{
		{"greens", "green", true, groundZoom + 3},
		{"waters", "water", true, groundZoom},
		{"other_areas", "other", true, buildingZoom},
		{"buildings", "building", true, buildingZoom},
		{"rivers", "river", false, mainZoom},
		{"other_lines", "other", false, streetZoom},
		{"roads", "road", false, mainZoom},
		{"railways", "railway", false, mainZoom},
	}
}

// The zooms from which on reference tiles show roads of the classes that matter, railways, rivers and waters; roads of the second and of the third
// class; all streets; buildings.
const (
	mainZoom, groundZoom = 6, 6
	secondZoom           = 11
	thirdZoom            = 13
	streetZoom           = 14
	buildingZoom         = 15
)

// The statements begin with the same words, so that the planner sees which index is enough. $1 to $4 are the box of the tile, $5 how far a line may
// stray, or the least area of a polygon's box, in degrees; $6 the least importance that is shown, $7 the most rows.
const (
	mainLinesSQL = `
		SELECT id, kind, name, class, 1, ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_ClipByBox2D(simple, box), 2)))
		FROM (SELECT id, kind, name, class, ST_Simplify(shape, $5) AS simple, ST_MakeEnvelope($1, $2, $3, $4, 4326) AS box
		      FROM reference_line
		      WHERE (kind IN ('railway', 'river') OR class IN ('motorway', 'trunk', 'primary', 'arterial'))
		        AND class NOT IN ('stream', 'ditch', 'drain') AND 1 <= $6
		        AND shape && ST_MakeEnvelope($1, $2, $3, $4, 4326)) AS line
		WHERE simple IS NOT NULL
		ORDER BY ST_Length(simple) DESC, id
		LIMIT $7`
	linesSQL = `
		SELECT id, kind, name, class, importance, ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_ClipByBox2D(simple, box), 2)))
		FROM (SELECT id, kind, name, class, ST_Simplify(shape, $5) AS simple, ST_MakeEnvelope($1, $2, $3, $4, 4326) AS box,
		             CASE
		                 WHEN class IN ('stream', 'ditch', 'drain') THEN 3
		                 WHEN kind IN ('railway', 'river') OR class IN ('motorway', 'trunk', 'primary', 'arterial') THEN 1
		                 WHEN class IN ('secondary', 'collector') THEN 2
		                 WHEN class = 'tertiary' THEN 3
		                 ELSE 4
		             END AS importance
		      FROM reference_line
		      WHERE shape && ST_MakeEnvelope($1, $2, $3, $4, 4326)) AS line
		WHERE importance <= $6 AND simple IS NOT NULL
		ORDER BY importance, ST_Length(simple) DESC, id
		LIMIT $7`
	groundSQL = `
		SELECT id, kind, name, class, importance, ST_AsEWKB(ST_SimplifyPreserveTopology(shape, $8))
		FROM (SELECT id, kind, name, class, CASE kind WHEN 'water' THEN 1 ELSE 2 END AS importance, shape,
		             (ST_XMax(shape) - ST_XMin(shape)) * (ST_YMax(shape) - ST_YMin(shape)) AS size
		      FROM reference_polygon
		      WHERE kind IN ('water', 'green') AND shape && ST_MakeEnvelope($1, $2, $3, $4, 4326)) AS ground
		WHERE importance <= $6 AND size >= $5
		ORDER BY importance, size DESC, id
		LIMIT $7`
	polygonsSQL = `
		SELECT id, kind, name, class, importance, ST_AsEWKB(CASE WHEN importance > 2 THEN shape ELSE ST_SimplifyPreserveTopology(shape, $8) END)
		FROM (SELECT id, kind, name, class, CASE kind WHEN 'water' THEN 1 WHEN 'green' THEN 2 ELSE 5 END AS importance, shape,
		             (ST_XMax(shape) - ST_XMin(shape)) * (ST_YMax(shape) - ST_YMin(shape)) AS size
		      FROM reference_polygon
		      WHERE shape && ST_MakeEnvelope($1, $2, $3, $4, 4326)) AS area
		WHERE importance <= $6 AND size >= $5
		ORDER BY importance, size DESC, id
		LIMIT $7`
)

// ReferenceVersion returns what changes whenever a reference layer does: every import of one.
func (s *Store) ReferenceVersion(ctx context.Context) (last, count int64, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT coalesce(max(id), 0), count(*)
		FROM import
		WHERE layer IN ('roads', 'railways', 'rivers', 'buildings', 'waters', 'greens')`).Scan(&last, &count)
	return last, count, translate(err)
}

// reference is a line or polygon that a reference tile may show.
type reference struct {
	id                int64
	kind, name, class string
	importance        int
	shape             *mvt.Shape
	polygon           bool
}

// ReferenceTile returns a vector tile with the layers ReferenceLayers, whose features have name and class. What matters less is left out at low
// zooms and where a tile would get too large, the smallest of the least important first. Empty where there is nothing.
func (s *Store) ReferenceTile(ctx context.Context, id mvt.TileID) ([]byte, error) {
	tile, err := mvt.New(id, referenceBuffer)
	if err != nil || id.Z < mainZoom {
		return nil, err
	}
	var all []reference
	err = s.snapshot(ctx, func(db DB) error {
		lines, polygons := linesSQL, polygonsSQL
		if id.Z < secondZoom {
			lines = mainLinesSQL
		}
		if id.Z < buildingZoom {
			polygons = groundSQL
		}
		b := id.Bounds(2 * referenceBuffer)
		unit := 360 / math.Exp2(float64(id.Z)) / mvt.Extent // degrees of longitude to a tile unit
		box := []any{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
		rows, err := db.Query(ctx, polygons, append(box, 64*unit*unit, leastArea(id.Z), maxReferenceRows, 2*unit)...)
		if err != nil {
			return err
		}
		if all, err = readReferences(rows, all, true); err != nil {
			return err
		}
		rows, err = db.Query(ctx, lines, append(box, 2*unit, leastLine(id.Z), maxReferenceRows)...)
		if err != nil {
			return err
		}
		all, err = readReferences(rows, all, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b reference) int { return cmp.Compare(a.importance, b.importance) })
	return encodeReferences(tile, all)
}

// leastLine and leastArea return the least importance, 1 the most important, that a zoom shows.
func leastLine(z uint8) int {
	switch {
	case z >= streetZoom:
		return 4
	case z >= thirdZoom:
		return 3
	case z >= secondZoom:
		return 2
	}
	return 1
}

func leastArea(z uint8) int {
	switch {
	case z >= buildingZoom:
		return 5
	case z >= groundZoom+3:
		return 2
	}
	return 1
}

// readReferences appends rows as far as there is room.
func readReferences(rows pgx.Rows, all []reference, polygon bool) ([]reference, error) {
	r := reference{polygon: polygon}
	var b []byte
	vertices := 0
	_, err := pgx.ForEachRow(rows, []any{&r.id, &r.kind, &r.name, &r.class, &r.importance, &b}, func() error {
		if vertices > maxReferenceVertices {
			return nil
		}
		var err error
		if r.shape, err = referenceShape(b, polygon); err != nil {
			return err
		}
		if r.shape != nil {
			vertices += r.shape.Vertices()
			all = append(all, r)
		}
		return nil
	})
	return all, err
}

// referenceShape returns what EWKB shows, nil for nothing that can be drawn.
func referenceShape(b []byte, polygon bool) (*mvt.Shape, error) {
	if polygon {
		area, err := decodePolygons(b)
		if err != nil {
			return nil, err
		}
		m, err := geo.FromOrb(area)
		if err != nil {
			return nil, nil // simplified, it is not valid any more
		}
		return mvt.NewPolygons(m), nil
	}
	lines, err := decode[orb.MultiLineString](b)
	if err != nil {
		return nil, err
	}
	l, err := geo.LineFromOrb(lines)
	if err != nil {
		return nil, nil // cut down to a point
	}
	return mvt.NewLines(l), nil
}

// decodePolygons reads a polygon or several.
func decodePolygons(b []byte) (orb.MultiPolygon, error) {
	g, err := decode[orb.Geometry](b)
	if p, ok := g.(orb.Polygon); ok {
		return orb.MultiPolygon{p}, err
	}
	m, _ := g.(orb.MultiPolygon)
	return m, err
}

// encodeReferences encodes as many of all, which are in the order of importance, as the tile may hold.
func encodeReferences(tile *mvt.Tile, all []reference) ([]byte, error) {
	for {
		if err := tile.Reset(tile.ID()); err != nil {
			return nil, err
		}
		for _, of := range ReferenceLayers() {
			layer := tile.Layer(of.Name)
			for i := range all {
				if r := &all[i]; r.polygon == of.Polygons && r.kind == of.Kind {
					layer.Add(uint64(r.id), r.shape, mvt.Tag{Key: "name", Value: mvt.String(r.name)}, mvt.Tag{Key: "class", Value: mvt.String(r.class)})
				}
			}
		}
		body := tile.Encode(nil)
		if len(body) <= maxReferenceBytes {
			return body, nil
		}
		all = all[:len(all)*min(9, max(1, 10*maxReferenceBytes/len(body)))/10]
	}
}
