package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// ActOnIncident does an act with the incident of that code, if it still is at that version (otherwise grid.ErrStale), writes the event,
// and returns the incident as stored. grid.Incident.Do says what may be done, by whom, and what comes of it.
func (s *Store) ActOnIncident(ctx context.Context, actor grid.Actor, city *edition.City, code string, version int, order grid.IncidentOrder) (grid.Incident, error) {
	var made grid.Incident
	err := s.write(ctx, func(tx pgx.Tx) error {
		before, err := readIncident(ctx, tx, code)
		if err != nil {
			return err
		}
		city, err := settle(ctx, tx, city, before.Shape)
		if err != nil {
			return err
		}
		if err := mayIncident(actor, grid.WriteIncidents, city, &before); err != nil {
			return err
		}
		act := incidentActing{tx: tx, actor: actor, city: city, before: &before, order: &order}
		if err := act.lock(ctx, version); err != nil {
			return fmt.Errorf("incident %s: %w", code, err)
		}
		made, err = act.do(ctx)
		return err
	})
	return made, err
}

// mostSteps is how many supervisions an incident has of deadlines that have passed, besides those that somebody issues, and some to spare.
const mostSteps = 1000

// incidentActing is an act on its way.
type incidentActing struct {
	tx     pgx.Tx
	actor  grid.Actor
	city   *edition.City
	before *grid.Incident
	order  *grid.IncidentOrder
	into   *grid.Incident // that it is merged into, nil for none
}

// lock locks the incident, and one that it is merged into, in the order of their ids: so two that are merged into each other at once
// come one after the other.
func (a *incidentActing) lock(ctx context.Context, version int) error {
	ids := []int64{a.before.ID}
	if a.order.Act == grid.IncidentMerge && a.order.Into != "" {
		rows, err := a.tx.Query(ctx, `SELECT id FROM incident WHERE code = $1`, a.order.Into)
		if err != nil {
			return err
		}
		more, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		ids = append(ids, more...)
	}
	if _, err := a.tx.Exec(ctx, `SELECT FROM incident WHERE id = ANY ($1) ORDER BY id FOR UPDATE`, ids); err != nil {
		return err
	}
	if err := lockVersion(ctx, a.tx, `SELECT version FROM incident WHERE id = $1`, a.before.ID, a.before.Version, version); err != nil {
		return err
	}
	if len(ids) == 1 {
		return nil
	}
	into, err := readIncidents(ctx, a.tx, ids[1:])
	if err != nil {
		return err
	}
	if mayIncident(a.actor, grid.ReadPlaces, a.city, &into[0]) == nil {
		a.into = &into[0]
	}
	return nil
}

func (a *incidentActing) do(ctx context.Context) (grid.Incident, error) {
	after := *a.before
	c, err := a.circumstances(ctx)
	if err != nil {
		return after, err
	}
	if err := a.divisions(ctx); err != nil {
		return after, err
	}
	event, err := after.Do(*a.order, c)
	if err != nil {
		return after, err
	}
	if after.Open() && !a.before.Open() {
		if err := a.relocate(ctx, &after); err != nil {
			return after, err
		}
	}
	if err := a.supervise(ctx, &after, event); err != nil {
		return after, err
	}
	if err := writeIncident(ctx, a.tx, a.actor, &after); err != nil {
		return after, err
	}
	made, err := readIncident(ctx, a.tx, a.before.Code)
	if err != nil {
		return made, err
	}
	return made, recordIncident(ctx, a.tx, a.actor, a.before, &made, event)
}

// circumstances gathers what the act depends on.
func (a *incidentActing) circumstances(ctx context.Context) (grid.IncidentCircumstances, error) {
	settings := a.city.Settings()
	supervisions, err := readSupervisions(ctx, a.tx, a.before.ID, true, 0, grid.MaxSupervisions+mostSteps)
	if err != nil {
		return grid.IncidentCircumstances{}, err
	}
	units := slices.Concat(a.before.Units(), a.order.Units, []grid.Unit{a.order.Unit, a.before.ProposedUnit})
	for i := range supervisions {
		units = append(units, grid.Unit(supervisions[i].Target))
	}
	at, err := divisionsOf(ctx, a.tx, units)
	if err != nil {
		return grid.IncidentCircumstances{}, err
	}
	c := grid.IncidentCircumstances{
		Settings: &settings, Actor: a.actor, Chain: a.city.Chain, DivisionOf: func(u grid.Unit) string { return at[u] },
		Gate: itemGate(ctx, a.tx, a.before.Kind), Into: a.into, Supervisions: supervisions,
	}
	var finished *time.Time
	err = a.tx.QueryRow(ctx, `
		SELECT now(), (SELECT max(at) FROM incident_event WHERE incident_id = $1 AND action = 'finish')`, a.before.ID).Scan(&c.Now, &finished)
	if err != nil {
		return c, err
	}
	if finished != nil {
		c.FinishedAt = *finished
	}
	return c, nil
}

// divisions lets a line or polygon name the divisions that it touches by itself, where the order does not (BR-52).
func (a *incidentActing) divisions(ctx context.Context) error {
	if _, point := a.before.Shape.(orb.Point); point || a.order.Act != grid.IncidentCombine || len(a.order.Divisions) > 0 {
		return nil
	}
	answer, err := a.city.LocateShape(ctx, a.before.Shape)
	if err != nil {
		return err
	}
	for _, share := range answer.Shares {
		if !slices.Contains(a.order.Divisions, share.Grid.CommunityCode) {
			a.order.Divisions = append(a.order.Divisions, share.Grid.CommunityCode)
		}
	}
	return nil
}

// relocate gives one that had ended, and kept the grids of its time, those where it lies now. Boundaries may have moved since: then it
// is to be handed over (BR-39).
func (a *incidentActing) relocate(ctx context.Context, after *grid.Incident) error {
	was := a.before.Assignment
	is, err := a.city.Assign(ctx, after.Shape)
	if err != nil || is.Same(was) {
		return err
	}
	if err := keepPast(ctx, a.tx, &incidentTable, []int64{after.ID}, ending{actor: a.actor.Name}); err != nil {
		return err
	}
	after.Assignment = is
	if was.BaseGridID == 0 || !otherGrids(was, is) {
		return nil
	}
	after.Handover = true
	units, err := responsibleUnits(ctx, a.tx, a.city.Settings(), []string{after.Kind}, []grid.Assignment{is})
	if err == nil && a.leadsByGrid() && string(units[0]) != after.LeadUnit {
		after.ProposedUnit = units[0]
	}
	return err
}

// leadsByGrid reports whether one of the grids in which the incident lay leads.
func (a *incidentActing) leadsByGrid() bool {
	lead := grid.Unit(a.before.LeadUnit)
	return lead.Kind() == grid.UnitGrid && (lead.Code() == a.before.BaseGrid || lead.Code() == a.before.DedicatedGrid)
}

// supervise keeps the supervisions that an act issues or sets right.
func (a *incidentActing) supervise(ctx context.Context, after *grid.Incident, e grid.IncidentEvent) error {
	switch a.order.Act {
	case grid.IncidentSuper:
		return writeSupervision(ctx, a.tx, after.ID, grid.Supervision{
			Kind: a.order.Supervision, Target: after.Target(), Reason: a.order.Reason, IssuedAt: e.At, IssuedBy: a.actor.Name, Deadline: a.order.Deadline,
		})
	case grid.IncidentRectify:
		_, err := a.tx.Exec(ctx, `
			UPDATE supervision
			SET rectified_at = greatest(now(), issued_at), rectified_by = $3
			WHERE incident_id = $1 AND rectified_at IS NULL AND ($2 = '' OR kind = $2)`, after.ID, a.order.Supervision, a.actor.Name)
		return err
	}
	return nil
}

func writeSupervision(ctx context.Context, tx DB, incidentID int64, v grid.Supervision) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO supervision (incident_id, kind, target, reason, issued_at, issued_by, deadline)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, incidentID, v.Kind, v.Target, v.Reason, v.IssuedAt, v.IssuedBy, v.Deadline)
	return err
}

// Supervisions returns how an incident was pressed for after the supervision of that id, oldest first, as many as limit.
func (s *Store) Supervisions(ctx context.Context, id, after int64, limit int) ([]grid.Supervision, error) {
	list, err := readSupervisions(ctx, s.db, id, false, after, limit)
	return list, translate(err)
}

// readSupervisions returns those of an incident after an id: all, or what has not been set right.
func readSupervisions(ctx context.Context, db DB, id int64, pending bool, after int64, limit int) ([]grid.Supervision, error) {
	rows, err := db.Query(ctx, `
		SELECT id, kind, target, reason, issued_at, issued_by, deadline, rectified_at, coalesce(rectified_by, '') AS rectified_by
		FROM supervision
		WHERE incident_id = $1 AND (NOT $2 OR rectified_at IS NULL) AND id > $3
		ORDER BY id
		LIMIT $4`, id, pending, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[grid.Supervision])
}
