package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// recordIncident writes what a change of an incident leaves behind: its event, the audit entry, and the word to whoever listens.
func recordIncident(ctx context.Context, tx DB, actor grid.Actor, before, after *grid.Incident, e grid.IncidentEvent) error {
	if err := writeEvent(ctx, tx, after.ID, e); err != nil {
		return err
	}
	return auditAndTell(ctx, tx, actor, before, after, e.Action)
}

func auditAndTell(ctx context.Context, tx DB, actor grid.Actor, before, after *grid.Incident, act string) error {
	entry := AuditEntry{Actor: actor.Name, Action: act, ObjectType: "incident", ObjectCode: after.Code, After: auditable{*after, after.Shape}}
	if before != nil {
		entry.Before = auditable{*before, before.Shape}
	}
	if err := audit(ctx, tx, entry); err != nil {
		return err
	}
	h, err := incidentHappening(before, after, act)
	if err != nil {
		return err
	}
	return happened(ctx, tx, h)
}

// writeEvent adds an event to an incident's history. Its time is now unless it says otherwise, and never before the one before it,
// whatever the clock does.
func writeEvent(ctx context.Context, tx DB, incidentID int64, e grid.IncidentEvent) error {
	data, err := object(e.Data)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO incident_event (incident_id, at, actor, action, from_state, to_state, unit, text, data)
		SELECT $1, greatest(coalesce($2, now()), (SELECT at FROM incident_event WHERE incident_id = $1 ORDER BY id DESC LIMIT 1)),
		       $3, $4, $5, $6, $7, $8, $9`,
		incidentID, orNull(e.At), e.Actor, e.Action, orNull(e.FromState), orNull(e.ToState), orNull(e.Unit), orNull(e.Text), data)
	return err
}

// IncidentEvents returns the history of an incident after the event of that id, oldest first, as many as limit; empty for one that was
// imported and not changed since.
func (s *Store) IncidentEvents(ctx context.Context, id, after int64, limit int) ([]grid.IncidentEvent, error) {
	rows, err := s.db.Query(ctx, `
		SELECT id, at, actor, action, coalesce(from_state, '') AS from_state, coalesce(to_state, '') AS to_state, coalesce(unit, '') AS unit,
		       coalesce(text, '') AS text, data
		FROM incident_event
		WHERE incident_id = $1 AND id > $2
		ORDER BY id
		LIMIT $3`, id, after, limit)
	if err != nil {
		return nil, translate(err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.IncidentEvent])
	return events, translate(err)
}

// incidentHappening is what is told of a change of an incident: nothing that somebody wrote but the title, and nothing but that there was
// one when it has left somebody's scope, who may not read what has become of it.
func incidentHappening(before, after *grid.Incident, act string) (grid.Happening, error) {
	h := grid.Happening{Topic: grid.TopicIncident, Action: act, Code: after.Code, Areas: after.Areas()}
	var err error
	if before != nil {
		left := slices.DeleteFunc(before.Areas(), func(area string) bool { return slices.Contains(h.Areas, area) })
		if len(left) > 0 {
			h.Areas = append(h.Areas, left...)
			slices.Sort(h.Areas)
			h.Data, err = json.Marshal(map[string]any{"code": after.Code, "act": act, "version": after.Version})
			return h, err
		}
	}
	at := after.Shape.Bound().Center()
	told := struct {
		Code          string     `json:"code"`
		Kind          string     `json:"kind"`
		Severity      string     `json:"severity"`
		State         string     `json:"state"`
		Phase         string     `json:"phase"`
		Act           string     `json:"act"`
		Title         string     `json:"title"`
		Lon           float64    `json:"lon"`
		Lat           float64    `json:"lat"`
		Version       int        `json:"version"`
		LeadUnit      string     `json:"lead_unit,omitempty"`
		TransferTo    grid.Unit  `json:"transfer_to,omitempty"`
		BaseGrid      string     `json:"base_grid,omitempty"`
		DedicatedGrid string     `json:"dedicated_grid,omitempty"`
		DueAt         *time.Time `json:"due_at,omitempty"`
		Supervised    bool       `json:"supervised"`
		Handover      bool       `json:"handover"`
	}{
		after.Code, after.Kind, after.Severity, after.State, after.Phase, act, after.Title, at[0], at[1], after.Version, after.LeadUnit,
		after.TransferTo, after.BaseGrid, after.DedicatedGrid, after.DueAt, after.Supervised, after.Handover,
	}
	h.Data, err = json.Marshal(told)
	return h, err
}
