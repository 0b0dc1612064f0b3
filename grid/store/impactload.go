package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// loads weighs the base grids of the communities that are touched, before and after, and fills in the parts.
func (m *measuring) loads(ctx context.Context, db DB) error {
	before, after := m.baseGrids()
	if err := m.count(ctx, db, before); err != nil {
		return err
	}
	for i := range m.diff.Parts {
		if p := &m.diff.Parts[i]; p.Kind == grid.Base && p.After != nil {
			after = append(after, m.counted(p))
		}
	}
	m.impact.LoadBefore = grid.SpreadOf(m.weigh(before, m.countsBefore))
	m.impact.LoadAfter = grid.SpreadOf(m.weigh(after, m.countsAfter))
	m.estimate()
	for i := range m.diff.Parts {
		m.impact.Parts = append(m.impact.Parts, m.part(&m.diff.Parts[i]))
	}
	return nil
}

// counted returns the grid after, as publishing writes it. The draft could only share out the households of a grid that is drawn anew
// by area; where they are counted by household points it has those that are in it, be it none.
func (m *measuring) counted(p *edition.PartDiff) *grid.Grid {
	g := *p.After.Grid
	counts := m.countsAfter(p.Code)
	pointed := func(from string) bool { return m.counts[from].HouseholdPoints > 0 }
	if !m.drawn || !sharedOut(p) || counts.HouseholdPoints == 0 && !allFrom(m.diff.Lineage, p.Code, pointed) {
		return &g
	}
	g.Households = &counts.Households
	if g.Residents != nil && counts.Residents > 0 { // points may tell none
		g.Residents = &counts.Residents
	}
	return &g
}

// sharedOut reports whether a part is a base grid that is drawn anew, of which the draft knows the households by area only.
func sharedOut(p *edition.PartDiff) bool {
	return p.Kind == grid.Base && (p.Change == edition.Created || p.Change == edition.Redrawn) && p.After.Grid.Households != nil
}

// allFrom reports whether everything that a grid comes from is so; false for what comes from nothing.
func allFrom(lineage []grid.Lineage, code string, so func(from string) bool) bool {
	from := 0
	for _, l := range lineage {
		if l.ToCode != code {
			continue
		}
		if !so(l.FromCode) {
			return false
		}
		from++
	}
	return from > 0
}

// baseGrids returns the base grids of the touched communities before, and those that are the same after.
func (m *measuring) baseGrids() (before, after []*grid.Grid) {
	touched, changed := map[string]bool{}, map[string]bool{}
	for _, p := range m.diff.Parts {
		if p.Kind == grid.Dedicated {
			continue
		}
		for _, side := range []*edition.Part{p.Before, p.After} {
			if side != nil {
				touched[side.Community()] = true
			}
		}
		if p.Kind != grid.Base {
			continue
		}
		changed[p.Code] = true
	}
	for _, info := range m.impact.Before {
		grids := m.city.Edition(info.CountyCode).Base()
		for i := range grids {
			if g := &grids[i]; touched[g.CommunityCode] {
				before = append(before, g)
				if !changed[g.Code] {
					after = append(after, g)
				}
			}
		}
	}
	return before, after
}

func (m *measuring) countsBefore(code string) grid.GridCounts { return m.counts[code] }

func (m *measuring) countsAfter(code string) grid.GridCounts {
	return plus(m.counts[code], m.gained[code], 1)
}

func (m *measuring) weigh(grids []*grid.Grid, counts func(code string) grid.GridCounts) []float64 {
	loads := make([]float64, len(grids))
	for i, g := range grids {
		loads[i] = grid.LoadOf(g, counts(g.Code), m.weights)
	}
	return loads
}

// estimate adds the households of grids without household points that get another grid, in proportion to the area.
func (m *measuring) estimate() {
	before := map[string]*edition.Part{}
	for i := range m.diff.Parts {
		if p := &m.diff.Parts[i]; p.Kind == grid.Base && p.Before != nil {
			before[p.Code] = p.Before
		}
	}
	for _, moved := range m.diff.Moved {
		part := before[moved.From]
		if moved.Kind != grid.Base || part == nil || m.counts[moved.From].HouseholdPoints > 0 || part.Grid.Households == nil || part.Grid.AreaM2 <= 0 {
			continue
		}
		m.impact.HouseholdsEstimated = true
		m.impact.HouseholdsMoved += float64(*part.Grid.Households) * min(moved.AreaM2/part.Grid.AreaM2, 1)
	}
}

// part returns what becomes of one grid or void area. The households of a dedicated grid, which lies over base grids that have
// counted the same, are its own figure.
func (m *measuring) part(p *edition.PartDiff) grid.PartImpact {
	impact := grid.PartImpact{Kind: p.Kind, Code: p.Code, Change: p.Change}
	for _, side := range []struct {
		part                     *edition.Part
		counts                   func(code string) grid.GridCounts
		areaM2, households, load *float64
	}{
		{p.Before, m.countsBefore, &impact.AreaM2Before, &impact.HouseholdsBefore, &impact.LoadBefore},
		{p.After, m.countsAfter, &impact.AreaM2After, &impact.HouseholdsAfter, &impact.LoadAfter},
	} {
		switch {
		case side.part == nil:
			continue
		case side.part.Void != nil:
			*side.areaM2 = side.part.Void.AreaM2
		default:
			g := side.part.Grid
			if side.part == p.After {
				g = m.counted(p)
			}
			var counts grid.GridCounts
			if p.Kind == grid.Base {
				counts = side.counts(p.Code)
				*side.load = grid.LoadOf(g, counts, m.weights)
			}
			*side.areaM2, *side.households = g.AreaM2, float64(grid.HouseholdsOf(g, counts))
		}
		impact.Name, impact.CommunityCode = side.part.Name(), side.part.Community()
	}
	return impact
}

// count counts what is assigned to the grids, as far as the weights need it, and their household points.
func (m *measuring) count(ctx context.Context, db DB, grids []*grid.Grid) error {
	m.counts = map[string]grid.GridCounts{}
	ids, codes := make([]int64, len(grids)), map[int64]string{}
	for i, g := range grids {
		ids[i], codes[g.ID] = g.ID, g.Code
	}
	var kinds []string
	for input := range m.weights {
		if _, isKind := grid.PlaceLayer(input); isKind {
			kinds = append(kinds, input)
		}
	}
	slices.Sort(kinds)
	_, incidents := m.weights["incidents"]
	rows, err := db.Query(ctx, `
		SELECT base_grid_id, 'household_point', count(*), sum(households), sum(coalesce(residents, 0))
		FROM household_point
		WHERE base_grid_id = ANY ($1)
		GROUP BY base_grid_id
		UNION ALL
		SELECT base_grid_id, kind, count(*), 0, 0
		FROM place
		WHERE cardinality($2::text[]) > 0 AND base_grid_id = ANY ($1) AND kind = ANY ($2)
		GROUP BY base_grid_id, kind
		UNION ALL
		SELECT base_grid_id, 'incident', count(*), 0, 0
		FROM incident
		WHERE $3 AND base_grid_id = ANY ($1)
		GROUP BY base_grid_id`, ids, listOrEmpty(kinds), incidents)
	if err != nil {
		return err
	}
	var id int64
	var what string
	var n, households, residents int
	_, err = pgx.ForEachRow(rows, []any{&id, &what, &n, &households, &residents}, func() error {
		of := grid.GridCounts{}
		switch what {
		case "household_point":
			of.HouseholdPoints, of.Households, of.Residents = n, households, residents
		case "incident":
			of.IncidentsTotal = n
		default:
			of.Places = map[string]int{what: n}
		}
		m.counts[codes[id]] = plus(m.counts[codes[id]], of, 1)
		return nil
	})
	return err
}
