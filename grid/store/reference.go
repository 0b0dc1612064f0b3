package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

const (
	// maxReferences is how many features References returns at most.
	maxReferences = 6_000
	// maxReferencesVertices is how many vertices they have at most, the last one's left out of account.
	maxReferencesVertices = 200_000
	// blockMargin is how far beyond its grid a block reaches, in degrees: some 2 m. What is given away is cut to the grid by whoever gives it.
	blockMargin = 2e-5
)

// References returns the roads, railways, rivers, waters and buildings near a box as they are stored, on the lattice: the kind, name, class
// and Shape of each, an orb.MultiLineString or orb.MultiPolygon. Where there are too many it returns the first ones, lines before areas and
// buildings last, and false.
func (s *Store) References(ctx context.Context, box geo.Box) ([]grid.Reference, bool, error) {
	low, high := box.Min.Orb(), box.Max.Orb()
	rows, err := s.db.Query(ctx, `
		WITH near AS MATERIALIZED ( -- of a whole city's buildings, no more shapes are read than are wanted
			SELECT rank, id
			FROM (SELECT 1 AS rank, id
			      FROM reference_line
			      WHERE kind IN ('road', 'railway', 'river') AND shape && ST_MakeEnvelope($1, $2, $3, $4, 4326)
			      UNION ALL
			      SELECT CASE kind WHEN 'water' THEN 2 ELSE 3 END, id
			      FROM reference_polygon
			      WHERE kind IN ('water', 'building') AND shape && ST_MakeEnvelope($1, $2, $3, $4, 4326)) AS there
			ORDER BY rank, id
			LIMIT $5)
		SELECT kind, name, class, shape
		FROM (SELECT n.rank, n.id, l.kind, l.name, l.class, ST_AsEWKB(l.shape) AS shape FROM near AS n JOIN reference_line AS l ON l.id = n.id WHERE n.rank = 1
		      UNION ALL
		      SELECT n.rank, n.id, p.kind, p.name, p.class, ST_AsEWKB(p.shape) FROM near AS n JOIN reference_polygon AS p ON p.id = n.id WHERE n.rank > 1) AS first
		ORDER BY rank, id`, low[0], low[1], high[0], high[1], maxReferences+1)
	if err != nil {
		return nil, false, translate(err)
	}
	all, vertices, complete := []grid.Reference{}, 0, true
	var r grid.Reference
	var b []byte
	_, err = pgx.ForEachRow(rows, []any{&r.Kind, &r.Name, &r.Class, &b}, func() error {
		if complete = complete && len(all) < maxReferences && vertices < maxReferencesVertices; !complete {
			return nil
		}
		var err error
		if r.Shape, err = decode[orb.Geometry](b); err != nil {
			return err
		}
		all, vertices = append(all, r), vertices+countVertices(r.Shape)
		return nil
	})
	return all, complete, translate(err)
}

// Block returns the face of the roads, railways and rivers about a point within an area, cut at some 2 m beyond the area's border; empty where
// the point lies outside of it. It reports whether lines divide the area at all. Vertices are not on the lattice.
func (s *Store) Block(ctx context.Context, area geo.MultiPolygon, at geo.Point) (orb.Polygon, bool, error) {
	shape, err := encode(area.Orb())
	if err != nil {
		return nil, false, err
	}
	p := at.Orb()
	var b []byte
	var faces int
	err = s.db.QueryRow(ctx, `
		WITH around AS MATERIALIZED (SELECT ST_Buffer(ST_GeomFromEWKB($1), $4, 'join=mitre') AS shape),
		     line AS (SELECT ST_CollectionExtract(ST_Intersection(l.shape, a.shape), 2) AS shape
		              FROM around AS a JOIN reference_line AS l ON l.kind IN ('road', 'railway', 'river') AND l.shape && a.shape
		              UNION ALL
		              SELECT ST_Boundary(shape) FROM around),
		     face AS MATERIALIZED (SELECT (ST_Dump(ST_Polygonize(shape))).geom AS shape FROM (SELECT ST_UnaryUnion(ST_Collect(shape)) AS shape FROM line) AS noded)
		SELECT (SELECT count(*) FROM face), (SELECT ST_AsEWKB(shape) FROM face WHERE ST_Intersects(shape, ST_SetSRID(ST_MakePoint($2, $3), 4326)) ORDER BY ST_Area(shape) DESC LIMIT 1)`,
		shape, p[0], p[1], blockMargin).Scan(&faces, &b)
	if err != nil {
		return nil, false, translate(err)
	}
	block, err := decode[orb.Polygon](b)
	return block, faces > 1, err
}
