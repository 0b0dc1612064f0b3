package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// PlanParts returns what the plan makes of every grid and void area that it touches, by kind and code.
func (s *Store) PlanParts(ctx context.Context, code string) ([]grid.PlanPart, error) {
	var parts []grid.PlanPart
	err := s.snapshot(ctx, func(db DB) error {
		p, err := readPlan(ctx, db, code)
		if err != nil {
			return err
		}
		parts, err = readParts(ctx, db, &p, p.Position)
		return err
	})
	return parts, err
}

// draftParts returns the parts at the plan's position, which are read once an act.
func (a *planAct) draftParts(ctx context.Context) ([]grid.PlanPart, error) {
	if a.read {
		return a.parts, nil
	}
	var err error
	a.parts, err = readParts(ctx, a.tx, &a.plan, a.plan.Position)
	a.read = err == nil
	return a.parts, err
}

type partRow struct {
	Kind           string
	Code           string
	Removed        bool
	GridID         int64
	VersionID      int64
	VoidID         int64
	CountyCode     string
	CommunityCode  string
	Name           string
	Boundary       []byte
	Households     *int
	Residents      *int
	Buildings      *int
	BoundsText     string
	DedicatedKind  string
	HostOrg        string
	SupervisingOrg string
	SourceCRS      string `db:"source_crs"`
	Note           string
	Reason         string
	PostWorker     string
}

// readParts returns the draft after the change of that number: of every part the latest row up to it, by kind and code. A part that
// is in the base edition has its ids.
func readParts(ctx context.Context, db DB, p *grid.Plan, position int) ([]grid.PlanPart, error) {
	rows, err := db.Query(ctx, `
		SELECT t.kind, t.code, t.removed, coalesce(v.grid_id, 0) AS grid_id, coalesce(v.id, 0) AS version_id, coalesce(w.id, 0) AS void_id,
		       t.county_code, t.community_code, t.name, ST_AsEWKB(t.boundary) AS boundary, t.households, t.residents, t.buildings,
		       coalesce(t.bounds_text, '') AS bounds_text, coalesce(t.dedicated_kind, '') AS dedicated_kind,
		       coalesce(t.host_org_code, '') AS host_org, coalesce(t.supervising_org_code, '') AS supervising_org, t.source_crs,
		       coalesce(t.note, '') AS note, coalesce(t.reason, '') AS reason, coalesce(t.post_worker_code, '') AS post_worker
		FROM (SELECT DISTINCT ON (kind, code) *
		      FROM plan_part
		      WHERE plan_id = $1 AND seq <= $2
		      ORDER BY kind, code, seq DESC) t
		JOIN unnest($3::text[], $4::integer[]) AS b (county, edition) ON b.county = t.county_code
		LEFT JOIN grid g ON t.kind <> 'void' AND g.code = t.code
		LEFT JOIN grid_version v ON v.grid_id = g.id AND v.from_edition <= b.edition AND (v.to_edition IS NULL OR v.to_edition > b.edition)
		LEFT JOIN void_area w ON t.kind = 'void' AND w.code = t.code AND w.from_edition <= b.edition
		          AND (w.to_edition IS NULL OR w.to_edition > b.edition)
		ORDER BY t.kind COLLATE "C", t.code COLLATE "C"`, p.ID, position, p.Counties, p.BaseEditions)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.PlanPart, error) {
		r, err := pgx.RowToStructByName[partRow](row)
		if err != nil {
			return grid.PlanPart{}, err
		}
		return r.part()
	})
}

func (r partRow) part() (grid.PlanPart, error) {
	part := grid.PlanPart{Kind: r.Kind, Code: r.Code, Removed: r.Removed, PostWorker: r.PostWorker}
	if r.Removed {
		return part, nil
	}
	boundary, err := decode[orb.MultiPolygon](r.Boundary)
	if r.Kind == grid.Void {
		part.Void = &grid.VoidArea{
			ID: r.VoidID, Code: r.Code, CommunityCode: r.CommunityCode, CountyCode: r.CountyCode, Reason: r.Reason, Name: r.Name, Boundary: boundary,
		}
		return part, err
	}
	part.Grid = &grid.Grid{
		ID: r.GridID, VersionID: r.VersionID, Code: r.Code, Kind: r.Kind, Name: r.Name, CommunityCode: r.CommunityCode, CountyCode: r.CountyCode,
		Boundary: boundary, Households: r.Households, Residents: r.Residents, Buildings: r.Buildings, BoundsText: r.BoundsText,
		DedicatedKind: r.DedicatedKind, HostOrg: r.HostOrg, SupervisingOrg: r.SupervisingOrg, SourceCRS: r.SourceCRS, Note: r.Note,
	}
	return part, err
}

// partColumns are those that copyParts fills.
var partColumns = []string{
	"plan_id", "seq", "kind", "code", "removed", "county_code", "community_code", "name", "boundary", "households", "residents", "buildings",
	"bounds_text", "dedicated_kind", "host_org_code", "supervising_org_code", "source_crs", "note", "reason", "post_worker_code",
}

// copyParts writes what the change of that number makes of the parts. home says where a removed part was.
func copyParts(ctx context.Context, tx DB, planID int64, seq int, parts []grid.PlanPart, home func(*grid.PlanPart) (county, community string)) error {
	for batch := range slices.Chunk(parts, batchRows) {
		err := copyRows(ctx, tx, "plan_part", partColumns, batch, func(_ int, part *grid.PlanPart) ([]any, error) {
			return partValues(planID, seq, part, home)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func partValues(planID int64, seq int, part *grid.PlanPart, home func(*grid.PlanPart) (county, community string)) ([]any, error) {
	county, community := home(part)
	if community == "" {
		return nil, fmt.Errorf("%s %s is in no community", part.Kind, part.Code)
	}
	post := orNull(part.PostWorker)
	switch {
	case part.Removed:
		return []any{
			planID, seq, part.Kind, part.Code, true, county, community, "", nil, nil, nil, nil,
			nil, nil, nil, nil, "wgs84", nil, nil, nil,
		}, nil
	case part.Void != nil:
		v := part.Void
		boundary, err := encode(v.Boundary)
		return []any{
			planID, seq, part.Kind, part.Code, false, county, community, v.Name, boundary, nil, nil, nil,
			nil, nil, nil, nil, "wgs84", nil, orNull(v.Reason), nil,
		}, err
	case part.Grid != nil:
		g := part.Grid
		boundary, err := encode(g.Boundary)
		return []any{
			planID, seq, part.Kind, part.Code, false, county, community, g.Name, boundary, g.Households, g.Residents, g.Buildings,
			orNull(g.BoundsText), orNull(g.DedicatedKind), orNull(g.HostOrg), orNull(g.SupervisingOrg), g.SourceCRS, orNull(g.Note), nil, post,
		}, err
	}
	return nil, fmt.Errorf("%s %s is neither removed nor there", part.Kind, part.Code)
}
