package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// PlanImpact returns what publishing the plan would do now. The base editions must be in force, otherwise grid.ErrConflict: rebase.
func (s *Store) PlanImpact(ctx context.Context, city *edition.City, code string) (grid.Impact, error) {
	var impact grid.Impact
	err := s.snapshot(ctx, func(db DB) error {
		p, err := readPlan(ctx, db, code)
		if err != nil {
			return err
		}
		numbers, err := currentEditions(ctx, db, nil)
		if err != nil {
			return err
		}
		if city, err = inForce(ctx, db, city, slices.Collect(maps.Keys(numbers))); err != nil {
			return err
		}
		if city, err = cityAtBase(ctx, db, city, &p); err != nil {
			return err
		}
		parts, err := readParts(ctx, db, &p, p.Position)
		if err != nil {
			return err
		}
		draft, err := city.Draft(p.Counties, parts)
		if err != nil {
			return err
		}
		impact, err = planImpact(ctx, db, city, &p, draft)
		return err
	})
	return impact, err
}

// planImpact returns what publishing the draft, which is over the editions in force, would do now.
func planImpact(ctx context.Context, db DB, city *edition.City, plan *grid.Plan, draft *edition.Draft) (grid.Impact, error) {
	m, err := measure(ctx, db, city, plan, draft)
	if err != nil {
		return grid.Impact{}, err
	}
	return m.impact, nil
}

// measure is planImpact that also returns what it found on the way, for publishing to do.
func measure(ctx context.Context, db DB, city *edition.City, plan *grid.Plan, draft *edition.Draft) (*measuring, error) {
	m := &measuring{
		city: city, drawn: plan.Kind == grid.AdjustmentPlan, diff: draft.Diff(), weights: city.Settings().LoadWeights, moved: map[string][]moved{}, gained: map[string]grid.GridCounts{},
	}
	m.impact.AreaMovedM2, m.impact.BorderRedrawnM = m.diff.AreaMovedM2, m.diff.BorderRedrawnM
	m.impact.PlacesByKind, m.impact.IncidentsByKind = map[string]int{}, map[string]int{}
	for _, county := range draft.Counties() {
		m.impact.Before = append(m.impact.Before, city.Edition(county).Info())
	}
	units, err := m.unitsWithin(ctx, db)
	if err != nil {
		return nil, err
	}
	if m.handover, err = newHandover(ctx, db, draft, m.diff.Boxes, city.Settings().FallbackM, boxesOf(units)...); err != nil {
		return nil, err
	}
	for _, table := range locatedTables() {
		if m.moved[table.name], err = m.handover.moved(ctx, db, table); err != nil {
			return nil, err
		}
	}
	m.things()
	if err := m.loads(ctx, db); err != nil {
		return nil, err
	}
	if err := m.posts(ctx, db); err != nil {
		return nil, err
	}
	return m, m.cut(ctx, units)
}

// measuring is an impact on its way.
type measuring struct {
	city     *edition.City
	drawn    bool // by hand: the draft's households are shares of areas, not what an import or an undo brings
	diff     edition.Diff
	weights  map[string]float64
	handover *handover
	moved    map[string][]moved         // what is assigned otherwise afterwards, by table
	counts   map[string]grid.GridCounts // by code of the base grid, of what the weights need; before
	gained   map[string]grid.GridCounts // what a base grid has more afterwards; of one that loses, less than nothing
	impact   grid.Impact
}

// things counts what changes hands.
func (m *measuring) things() {
	places := m.moved[placeTable.name]
	m.impact.Places = m.handovers(places, m.impact.PlacesByKind)
	for i := range places {
		p := &places[i]
		if p.assignment.BaseGridID != 0 && p.now.BaseGridID == 0 {
			m.impact.LostPlaces++
		}
		m.gain(p, grid.GridCounts{Places: map[string]int{p.kind: 1}})
	}
	incidents := m.moved[incidentTable.name]
	m.impact.Incidents = m.handovers(incidents, m.impact.IncidentsByKind)
	for i := range incidents {
		m.gain(&incidents[i], grid.GridCounts{IncidentsOpen: 1, IncidentsTotal: 1})
	}
	households := m.moved[householdTable.name]
	for i := range households {
		h := &households[i]
		if otherGrids(h.assignment, h.now) {
			m.impact.HouseholdsMoved += float64(h.households)
		}
		m.gain(h, grid.GridCounts{HouseholdPoints: 1, Households: h.households, Residents: h.residents})
	}
}

// handovers counts the things that another grid is responsible for afterwards, by kind, and returns the first of them.
func (m *measuring) handovers(all []moved, byKind map[string]int) []grid.Handover {
	var list []grid.Handover
	for i := range all {
		c := &all[i]
		if !otherGrids(c.assignment, c.now) {
			continue
		}
		byKind[c.kind]++
		h := grid.Handover{Code: c.code, Kind: c.kind, Name: c.name}
		h.FromBase, h.FromDedicated = gridCodes(m.handover.before, c.assignment)
		h.ToBase, h.ToDedicated = gridCodes(m.handover.after, c.now)
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b grid.Handover) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code)) })
	return slices.Clip(list[:min(len(list), grid.MaxHandovers)])
}

// gain moves what a thing counts for from the base grid that it had to the one that it gets.
func (m *measuring) gain(c *moved, of grid.GridCounts) {
	from, _ := gridCodes(m.handover.before, c.assignment)
	to, _ := gridCodes(m.handover.after, c.now)
	if from == to {
		return
	}
	m.gained[from] = plus(m.gained[from], of, -1)
	m.gained[to] = plus(m.gained[to], of, 1)
}

// plus returns a + times b.
func plus(a, b grid.GridCounts, times int) grid.GridCounts {
	a.IncidentsOpen += times * b.IncidentsOpen
	a.IncidentsTotal += times * b.IncidentsTotal
	a.HouseholdPoints += times * b.HouseholdPoints
	a.Households += times * b.Households
	a.Residents += times * b.Residents
	if len(b.Places) > 0 {
		places := maps.Clone(a.Places)
		if places == nil {
			places = map[string]int{}
		}
		for kind, n := range b.Places {
			places[kind] += times * n
		}
		a.Places = places
	}
	return a
}

// posts lists the appointments on grids that end or get another boundary.
func (m *measuring) posts(ctx context.Context, db DB) error {
	next := map[int64]string{} // by id of the grid
	for _, p := range m.diff.Parts {
		if p.Before == nil || p.Before.Grid == nil {
			continue
		}
		switch p.Change {
		case edition.Retired:
			next[p.Before.Grid.ID] = edition.Successor(m.diff.Lineage, p.Code)
		case edition.Redrawn:
			next[p.Before.Grid.ID] = p.Code
		}
	}
	rows, err := db.Query(ctx, `
		SELECT p.grid_id, w.code, p.post_kind, g.code
		FROM post p
		JOIN worker w ON w.id = p.worker_id
		JOIN grid g ON g.id = p.grid_id
		WHERE p.grid_id = ANY ($1) AND (p.valid_to IS NULL OR p.valid_to > now())
		ORDER BY g.code COLLATE "C", p.id`, slices.Collect(maps.Keys(next)))
	if err != nil {
		return err
	}
	var id int64
	var p grid.PostImpact
	_, err = pgx.ForEachRow(rows, []any{&id, &p.WorkerCode, &p.PostKind, &p.GridCode}, func() error {
		p.ToGrid = next[id]
		m.impact.Posts = append(m.impact.Posts, p)
		return nil
	})
	return err
}

// unit is a unit of another network.
type unit struct {
	grid.UnitCut
	boundary orb.MultiPolygon
}

// unitsWithin returns the units whose boxes lie within that of a base grid whose boundary changes: only such a one can have been
// within one grid.
func (m *measuring) unitsWithin(ctx context.Context, db DB) ([]unit, error) {
	var boxes [][]byte
	for _, p := range m.diff.Parts {
		if p.Kind != grid.Base || p.Before == nil || p.Change == edition.Attributes {
			continue
		}
		box := p.Before.Area.Box()
		b, err := encode(orb.Bound{Min: box.Min.Orb(), Max: box.Max.Orb()}.ToPolygon())
		if err != nil {
			return nil, err
		}
		boxes = append(boxes, b)
	}
	if len(boxes) == 0 {
		return nil, nil
	}
	rows, err := db.Query(ctx, `
		SELECT DISTINCT ON (u.id) u.network_code, u.external_code, u.name, ST_AsEWKB(u.boundary)
		FROM unnest($1::bytea[]) AS b
		JOIN service_unit u ON u.boundary @ ST_GeomFromEWKB(b)
		ORDER BY u.id`, boxes)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (unit, error) {
		var u unit
		var boundary []byte
		if err := row.Scan(&u.Network, &u.Code, &u.Name, &boundary); err != nil {
			return u, err
		}
		var err error
		u.boundary, err = decode[orb.MultiPolygon](boundary)
		return u, err
	})
}

func boxesOf(units []unit) []geo.Box {
	var boxes []geo.Box
	for _, u := range units {
		if box, err := boxOf(u.boundary); err == nil { // what is stored is on the lattice
			boxes = append(boxes, box)
		}
	}
	return boxes
}

// cut finds the units that were within one base grid and are not any more.
func (m *measuring) cut(ctx context.Context, units []unit) error {
	for _, u := range units {
		before, err := m.handover.before.LocateShape(ctx, u.boundary)
		if err != nil {
			return err
		}
		if len(before.Shares) != 1 {
			continue
		}
		after, err := m.handover.after.LocateShape(ctx, u.boundary)
		if err != nil {
			return err
		}
		if len(after.Shares) < 2 {
			continue
		}
		for _, s := range after.Shares {
			u.GridCodes = append(u.GridCodes, s.Grid.Code)
		}
		slices.Sort(u.GridCodes)
		m.impact.UnitsCut = append(m.impact.UnitsCut, u.UnitCut)
	}
	slices.SortFunc(m.impact.UnitsCut, func(a, b grid.UnitCut) int {
		return cmp.Or(cmp.Compare(a.Network, b.Network), cmp.Compare(a.Code, b.Code))
	})
	return nil
}
