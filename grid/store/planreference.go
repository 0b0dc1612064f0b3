package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

const (
	// mostFootprints and mostLines bound what is looked at around the new borders of one draft.
	mostFootprints = 50_000
	mostLines      = 20_000
)

// barrierClasses are the classes of roads that divide: those of OpenStreetMap and those of the synthetic city.
var barrierClasses = []string{"motorway", "trunk", "primary", "arterial"}

// planReference returns what the findings of a plan's draft take into account beyond grids: reference layers and key sites near its
// new borders, posts, organisations, codes that were used, and its impact.
func planReference(ctx context.Context, db DB, plan *grid.Plan, draft *edition.Draft, impact *grid.Impact) (edition.Reference, error) {
	ref := edition.Reference{
		PlanKind: plan.Kind, UsedGrids: map[string]bool{}, UsedVoids: map[string]bool{}, Posts: map[string]int{}, Organizations: map[string]bool{},
		Households: map[string]float64{}, LostPlaces: impact.LostPlaces,
	}
	for _, n := range impact.PlacesByKind {
		ref.Places += n
	}
	for _, n := range impact.IncidentsByKind {
		ref.Incidents += n
	}
	for _, h := range impact.Places {
		if h.FromBase != "" && h.ToBase == "" {
			ref.LostCodes = append(ref.LostCodes, h.Code)
		}
	}
	for _, p := range impact.Parts {
		if p.Kind == grid.Base && p.HouseholdsAfter > 0 { // 0 may be for want of a figure
			ref.Households[p.Code] = p.HouseholdsAfter
		}
	}
	if err := referenceCodes(ctx, db, draft, &ref); err != nil {
		return ref, err
	}
	return ref, referenceGround(ctx, db, draft, &ref)
}

// referenceCodes reads which codes of new parts were used before, the posts of the grids that change, and which hosts there are.
func referenceCodes(ctx context.Context, db DB, draft *edition.Draft, ref *edition.Reference) error {
	var grids, voids, posted, hosts []string
	for _, p := range draft.Diff().Parts {
		switch {
		case p.Change != edition.Created:
		case p.Kind == grid.Void:
			voids = append(voids, p.Code)
		default:
			grids = append(grids, p.Code)
		}
		if p.Kind != grid.Void && p.Change != edition.Created {
			posted = append(posted, p.Code)
		}
		if p.Kind == grid.Dedicated && p.After != nil && p.After.Grid.HostOrg != "" {
			hosts = append(hosts, p.After.Grid.HostOrg)
		}
	}
	rows, err := db.Query(ctx, `
		SELECT 'grid', code, 1 FROM grid WHERE code = ANY ($1)
		UNION ALL
		SELECT DISTINCT 'void', code, 1 FROM void_area WHERE code = ANY ($2)
		UNION ALL
		SELECT 'post', g.code, count(*)
		FROM grid g
		JOIN post p ON p.grid_id = g.id
		JOIN worker w ON w.id = p.worker_id
		WHERE g.code = ANY ($3) AND w.active AND (p.valid_to IS NULL OR p.valid_to > now())
		GROUP BY g.code
		UNION ALL
		SELECT 'organization', code, 1 FROM organization WHERE code = ANY ($4)`, grids, voids, posted, hosts)
	if err != nil {
		return err
	}
	var what, code string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&what, &code, &n}, func() error {
		switch what {
		case "grid":
			ref.UsedGrids[code] = true
		case "void":
			ref.UsedVoids[code] = true
		case "post":
			ref.Posts[code] = n
		default:
			ref.Organizations[code] = true
		}
		return nil
	})
	return err
}

// referenceGround reads what lies near the new borders: footprints of buildings, key sites with an area, roads, and what divides.
func referenceGround(ctx context.Context, db DB, draft *edition.Draft, ref *edition.Reference) error {
	var boxes [][]byte
	for _, b := range draft.NewBorders() {
		box, err := encode(orb.Bound{Min: b.Min.Orb(), Max: b.Max.Orb()}.ToPolygon())
		if err != nil {
			return err
		}
		boxes = append(boxes, box)
	}
	if len(boxes) == 0 {
		return nil
	}
	if err := footprints(ctx, db, boxes, ref); err != nil {
		return err
	}
	return groundLines(ctx, db, boxes, ref)
}

func footprints(ctx context.Context, db DB, boxes [][]byte, ref *edition.Reference) error {
	rows, err := db.Query(ctx, `
		WITH near AS MATERIALIZED (SELECT ST_GeomFromEWKB(b) AS box FROM unnest($1::bytea[]) AS b)
		(SELECT DISTINCT ON (r.id) 'building', 'building ' || r.id, r.name, ST_AsEWKB(r.shape)
		 FROM near
		 JOIN reference_polygon r ON r.kind = 'building' AND r.shape && near.box
		 ORDER BY r.id
		 LIMIT $2)
		UNION ALL
		(SELECT DISTINCT ON (p.id) 'site', p.code, p.name, ST_AsEWKB(p.shape)
		 FROM near
		 JOIN place p ON p.kind = 'key_site' AND p.state <> 'closed' AND GeometryType(p.shape) <> 'POINT'
		      AND GeometryType(p.shape) = 'MULTIPOLYGON' AND p.shape && near.box
		 ORDER BY p.id
		 LIMIT $2)`, boxes, mostFootprints)
	if err != nil {
		return err
	}
	var what string
	var shape []byte
	var f edition.Footprint
	_, err = pgx.ForEachRow(rows, []any{&what, &f.Key, &f.Name, &shape}, func() error {
		area, err := decode[orb.MultiPolygon](shape)
		if err != nil {
			return err
		}
		if f.Area, err = geo.FromOrb(area); err != nil {
			return nil // a footprint that is not valid encloses nothing
		}
		if what == "building" {
			ref.Buildings = append(ref.Buildings, f)
		} else {
			ref.Sites = append(ref.Sites, f)
		}
		return nil
	})
	return err
}

// groundLines reads lines as far as they lie in the boxes: rivers and railways are long.
func groundLines(ctx context.Context, db DB, boxes [][]byte, ref *edition.Reference) error {
	rows, err := db.Query(ctx, `
		WITH near AS MATERIALIZED (SELECT ST_GeomFromEWKB(b) AS box FROM unnest($1::bytea[]) AS b)
		SELECT kind, class, name, barrier, ST_AsEWKB(ST_Multi(part))
		FROM (SELECT r.id, r.kind, r.class, r.name, r.kind IN ('railway', 'river') OR r.class = ANY ($2) AS barrier,
		             ST_CollectionExtract(ST_ClipByBox2D(r.shape, near.box), 2) AS part
		      FROM near
		      JOIN reference_line r ON r.shape && near.box
		      ORDER BY r.id
		      LIMIT $3) clipped
		WHERE NOT ST_IsEmpty(part)
		ORDER BY id`, boxes, barrierClasses, mostLines)
	if err != nil {
		return err
	}
	var line edition.ReferenceLine
	var barrier bool
	var shape []byte
	_, err = pgx.ForEachRow(rows, []any{&line.Kind, &line.Class, &line.Name, &barrier, &shape}, func() error {
		part, err := decode[orb.MultiLineString](shape)
		if err != nil {
			return err
		}
		if line.Lines, err = geo.LineFromOrb(part); err != nil {
			return nil // cut down to a point
		}
		if barrier {
			ref.Barriers = append(ref.Barriers, line)
		}
		if line.Kind == "road" {
			ref.Roads = append(ref.Roads, line)
		}
		return nil
	})
	return err
}
