package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// handIncidents proposes to transfer the incidents that another grid is responsible for from now on, where one of the grids in which they
// lay leads, writes it into their history and tells whoever listens (BR-39). They keep their units. all are the incidents that get
// another assignment, now their new ones, handed those of another grid.
func (p *publication) handIncidents(ctx context.Context, all []moved, now map[int64]grid.Assignment, handed []int64) error {
	if len(handed) == 0 {
		return nil
	}
	before := make(map[int64]grid.Assignment, len(handed))
	for i := range all {
		before[all[i].id] = all[i].assignment
	}
	if err := p.proposeUnits(ctx, before, now, handed); err != nil {
		return err
	}
	_, err := p.tx.Exec(ctx, `
		INSERT INTO incident_event (incident_id, at, actor, action, from_state, to_state, unit, text, data)
		SELECT i.id, greatest($2, (SELECT e.at FROM incident_event e WHERE e.incident_id = i.id ORDER BY e.id DESC LIMIT 1)), $3, 'handover',
		       i.state, i.state, i.lead_unit, $4, CASE WHEN i.proposed_unit IS NOT NULL THEN jsonb_build_object('proposed_unit', i.proposed_unit) END
		FROM incident i
		WHERE i.id = ANY ($1)
		ORDER BY i.id`, handed, p.at, p.actor.Name, "plan "+p.plan.Code)
	if err != nil {
		return err
	}
	return p.tellIncidents(ctx, before, handed)
}

// proposeUnits writes who is responsible now for incidents that are led by, or were proposed to, a grid which was and is not any more.
func (p *publication) proposeUnits(ctx context.Context, before, now map[int64]grid.Assignment, handed []int64) error {
	kinds := make([]string, len(handed))
	assigned := make([]grid.Assignment, len(handed))
	bases, dedicated := make([]int64, len(handed)), make([]int64, len(handed))
	byID, err := incidentKinds(ctx, p.tx, handed)
	if err != nil {
		return err
	}
	for i, id := range handed {
		kinds[i], assigned[i] = byID[id], now[id]
		bases[i], dedicated[i] = before[id].BaseGridID, before[id].DedicatedID
	}
	settings, err := New(p.tx).Settings(ctx)
	if err != nil {
		return err
	}
	units, err := responsibleUnits(ctx, p.tx, settings, kinds, assigned)
	if err != nil {
		return err
	}
	_, err = p.tx.Exec(ctx, `
		UPDATE incident i
		SET proposed_unit = u.unit
		FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS u (id, unit, base, dedicated)
		WHERE i.id = u.id AND u.unit <> '' AND i.lead_unit <> u.unit
		  AND EXISTS (SELECT
		              FROM grid g
		              WHERE g.id IN (u.base, u.dedicated) AND 'grid:' || g.code IN (i.lead_unit, i.proposed_unit))`, handed, units, bases, dedicated)
	return err
}

func incidentKinds(ctx context.Context, db DB, ids []int64) (map[int64]string, error) {
	rows, err := db.Query(ctx, `SELECT id, kind FROM incident WHERE id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	kinds := make(map[int64]string, len(ids))
	var id int64
	var kind string
	_, err = pgx.ForEachRow(rows, []any{&id, &kind}, func() error {
		kinds[id] = kind
		return nil
	})
	return kinds, err
}

// tellIncidents tells whoever listens that incidents are to be handed over.
func (p *publication) tellIncidents(ctx context.Context, before map[int64]grid.Assignment, handed []int64) error {
	for ids := range slices.Chunk(handed, 1000) {
		incidents, err := readIncidents(ctx, p.tx, ids)
		if err != nil {
			return err
		}
		told := make([]grid.Happening, len(incidents))
		for i := range incidents {
			was := incidents[i]
			was.Assignment = before[was.ID]
			if told[i], err = incidentHappening(&was, &incidents[i], "handover"); err != nil {
				return err
			}
		}
		if err := allHappened(ctx, p.tx, told); err != nil {
			return err
		}
	}
	return nil
}

// allHappened is happened for many.
func allHappened(ctx context.Context, tx DB, told []grid.Happening) error {
	columns := []string{"topic", "action", "code", "areas", "data"}
	err := copyRows(ctx, tx, "outbox", columns, told, func(_ int, h *grid.Happening) ([]any, error) {
		return []any{h.Topic, h.Action, h.Code, listOrEmpty(h.Areas), h.Data}, nil
	})
	if err != nil {
		return err
	}
	return notify(ctx, tx, FeedChannel, "")
}
