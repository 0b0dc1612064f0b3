package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// DraftCounts returns CoverageCounts of a division as it is, and as it would be with the draft in force; grids that are new in the
// draft have the ids of edition.Draft.Near. plan is the draft's, city is the draft's base. When its editions are not in force, it is grid.ErrConflict.
func (s *Store) DraftCounts(ctx context.Context, city *edition.City, plan *grid.Plan, draft *edition.Draft, diff *edition.Diff, d *grid.Division) (before, after map[int64]grid.GridCounts, err error) {
	err = s.snapshot(ctx, func(db DB) error {
		numbers, err := currentEditions(ctx, db, nil)
		if err != nil {
			return err
		}
		for county, number := range numbers {
			if e := city.Edition(county); number > 0 && (e == nil || e.Info().Number != number) {
				return fmt.Errorf("edition %d of %s is in force now: %w", number, county, grid.ErrConflict)
			}
		}
		if before, err = New(db).CoverageCounts(ctx, d); err != nil {
			return err
		}
		h, err := newHandover(ctx, db, draft, diff.Boxes, city.Settings().FallbackM)
		if err != nil {
			return err
		}
		after = cloneCounts(before)
		c := draftCounts{city: city, division: d, counts: after}
		for _, table := range []*locatedTable{&placeTable, &incidentTable, &householdTable} {
			things, err := h.moved(ctx, db, table)
			if err != nil {
				return err
			}
			for i := range things {
				c.move(table, &things[i])
			}
		}
		if plan.Kind == grid.AdjustmentPlan {
			c.markCounted(before, diff, h.after)
		}
		return nil
	})
	return before, after, err
}

// markCounted marks the grids without household points that come of grids which had some: publishing gives them none (measuring.counted).
func (c *draftCounts) markCounted(before map[int64]grid.GridCounts, diff *edition.Diff, after *edition.City) {
	pointed := func(from string) bool {
		g, _ := c.city.Grid(from)
		return g != nil && before[g.ID].HouseholdPoints > 0
	}
	for i := range diff.Parts {
		p := &diff.Parts[i]
		if !sharedOut(p) || !allFrom(diff.Lineage, p.Code, pointed) {
			continue
		}
		if g, _ := after.Grid(p.Code); g != nil {
			of := c.counts[g.ID]
			of.Counted = true
			c.counts[g.ID] = of
		}
	}
}

func cloneCounts(counts map[int64]grid.GridCounts) map[int64]grid.GridCounts {
	clone := maps.Clone(counts)
	for id, c := range clone {
		c.Places = maps.Clone(c.Places)
		clone[id] = c
	}
	return clone
}

// draftCounts moves the counts of things to the grids that they get.
type draftCounts struct {
	city     *edition.City // whose divisions say what lies in which
	division *grid.Division
	counts   map[int64]grid.GridCounts
}

func (c *draftCounts) move(table *locatedTable, m *moved) {
	one := grid.GridCounts{}
	switch table {
	case &placeTable:
		one.Places = map[string]int{m.kind: 1}
	case &incidentTable:
		one.IncidentsOpen, one.IncidentsTotal = 1, 1 // those that have ended keep their grids
	default:
		one.HouseholdPoints, one.Households, one.Residents = 1, m.households, m.residents
	}
	c.add(m.assignment, one, -1)
	c.add(m.now, one, 1)
}

func (c *draftCounts) add(a grid.Assignment, one grid.GridCounts, times int) {
	lowest := a.CommunityCode
	if lowest == "" {
		lowest = a.CountyCode
	}
	if lowest == "" && c.division.Level != grid.LevelCity || lowest != "" && !slices.Contains(c.city.ChainCodes(lowest), c.division.Code) {
		return
	}
	c.counts[a.BaseGridID] = plus(c.counts[a.BaseGridID], one, times)
	if a.DedicatedID != 0 {
		c.counts[a.DedicatedID] = plus(c.counts[a.DedicatedID], one, times)
	}
}
