package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
)

// AuditEntry is one change: who, what, and the thing before and after (L9).
type AuditEntry struct {
	ID         int64
	At         time.Time
	Actor      string
	Action     string // create, update, import, revoke …
	ObjectType string
	ObjectCode string
	Before     any // marshalled as JSON; nil for none
	After      any
}

// audit writes an entry in the transaction of the change.
func audit(ctx context.Context, tx DB, e AuditEntry) error {
	before, err := jsonOrNil(e.Before)
	if err != nil {
		return err
	}
	after, err := jsonOrNil(e.After)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO audit (actor, action, object_type, object_code, before, after)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		e.Actor, e.Action, e.ObjectType, e.ObjectCode, before, after)
	return err
}

// LogExport notes that somebody has something exported that is not public, with what about says of it, marshalled as JSON (BR-62).
func (s *Store) LogExport(ctx context.Context, actor grid.Actor, objectType, objectCode string, about any) error {
	return translate(audit(ctx, s.db, AuditEntry{Actor: actor.Name, Action: "export", ObjectType: objectType, ObjectCode: objectCode, After: about}))
}

// Audit returns up to limit entries about an object, newest first; Before and After are json.RawMessage or nil.
func (s *Store) Audit(ctx context.Context, objectType, objectCode string, limit int) ([]AuditEntry, error) {
	rows, err := s.db.Query(ctx, `
		SELECT id, at, actor, action, object_type, object_code, before, after
		FROM audit
		WHERE object_type = $1 AND object_code = $2
		ORDER BY id DESC
		LIMIT $3`, objectType, objectCode, limit)
	if err != nil {
		return nil, translate(err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e AuditEntry, err error) {
		var before, after json.RawMessage
		err = row.Scan(&e.ID, &e.At, &e.Actor, &e.Action, &e.ObjectType, &e.ObjectCode, &before, &after)
		e.Before, e.After = rawOrNil(before), rawOrNil(after)
		return e, err
	})
	return entries, translate(err)
}

func jsonOrNil(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}

func rawOrNil(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return raw
}

// auditable marshals as the thing with its shape as GeoJSON.
type auditable struct {
	thing any
	shape orb.Geometry
}

// MarshalJSON implements json.Marshaler.
func (a auditable) MarshalJSON() ([]byte, error) {
	thing, err := json.Marshal(a.thing)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(thing, &members); err != nil {
		return nil, err
	}
	if members["Shape"], err = json.Marshal(geojson.NewGeometry(a.shape)); err != nil {
		return nil, err
	}
	return json.Marshal(members)
}
