package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// detailSQL holds the statements on the table of a place kind, whose columns are place_id and the fields of its layer.
type detailSQL struct{ read, remove string }

var details = map[string]detailSQL{
	"hazard": {
		`SELECT place_id, to_jsonb(d) - 'place_id' FROM hazard d WHERE place_id = ANY ($1)`,
		`DELETE FROM hazard WHERE place_id = $1`,
	},
	"hazard_source": {
		`SELECT place_id, to_jsonb(d) - 'place_id' FROM hazard_source d WHERE place_id = ANY ($1)`,
		`DELETE FROM hazard_source WHERE place_id = $1`,
	},
	"danger_zone": {
		`SELECT place_id, to_jsonb(d) - 'place_id' FROM danger_zone d WHERE place_id = ANY ($1)`,
		`DELETE FROM danger_zone WHERE place_id = $1`,
	},
	"rental_premises": {
		`SELECT place_id, to_jsonb(d) - 'place_id' FROM rental_premises d WHERE place_id = ANY ($1)`,
		`DELETE FROM rental_premises WHERE place_id = $1`,
	},
	"key_site": {
		`SELECT place_id, to_jsonb(d) - 'place_id' FROM key_site d WHERE place_id = ANY ($1)`,
		`DELETE FROM key_site WHERE place_id = $1`,
	},
	"shelter": {
		`SELECT place_id, to_jsonb(d) - 'place_id' FROM shelter d WHERE place_id = ANY ($1)`,
		`DELETE FROM shelter WHERE place_id = $1`,
	},
	"response_point": {
		`SELECT place_id, to_jsonb(d) - 'place_id' FROM response_point d WHERE place_id = ANY ($1)`,
		`DELETE FROM response_point WHERE place_id = $1`,
	},
}

// readDetails fills the details of the places.
func readDetails(ctx context.Context, db DB, places []grid.Place) error {
	byKind := map[string][]int64{}
	index := map[int64]*grid.Place{}
	for i := range places {
		p := &places[i]
		byKind[p.Kind] = append(byKind[p.Kind], p.ID)
		index[p.ID] = p
	}
	for kind, ids := range byKind {
		layer, ok := grid.PlaceLayer(kind)
		if !ok {
			return fmt.Errorf("places of kind %s are stored, which this program does not know", kind)
		}
		rows, err := db.Query(ctx, details[kind].read, ids)
		if err != nil {
			return err
		}
		var id int64
		var raw map[string]json.RawMessage
		_, err = pgx.ForEachRow(rows, []any{&id, &raw}, func() error {
			detail, err := parseDetail(layer, raw)
			index[id].Detail, raw = detail, nil
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// parseDetail gives the values the Go types that grid.Place.Detail promises; null ones are left out.
func parseDetail(layer *grid.Layer, raw map[string]json.RawMessage) (map[string]any, error) {
	detail := map[string]any{}
	for _, f := range layer.Detail() {
		value := raw[f.Name]
		if value == nil || string(value) == "null" {
			continue
		}
		v, err := parseValue(f.Type, value)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		detail[f.Name] = v
	}
	return detail, nil
}

func parseValue(t grid.FieldType, raw json.RawMessage) (any, error) {
	switch t {
	case grid.Integer:
		return unmarshal[int64](raw)
	case grid.Number:
		return unmarshal[float64](raw)
	case grid.Boolean:
		return unmarshal[bool](raw)
	case grid.List:
		return unmarshal[[]string](raw)
	case grid.Object:
		return unmarshal[map[string]any](raw)
	case grid.Time:
		return unmarshal[time.Time](raw)
	case grid.Date:
		text, err := unmarshal[string](raw)
		if err != nil {
			return nil, err
		}
		return time.Parse(time.DateOnly, text)
	}
	return unmarshal[string](raw)
}

func unmarshal[T any](raw json.RawMessage) (T, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}

// replaceDetail writes the row of a place in the table of its kind anew.
func replaceDetail(ctx context.Context, tx pgx.Tx, kind string, id int64, detail map[string]any) error {
	layer, ok := grid.PlaceLayer(kind)
	if !ok {
		return fmt.Errorf("%w: there is no place kind %s", grid.ErrInvalid, kind)
	}
	if _, err := tx.Exec(ctx, details[kind].remove, id); err != nil {
		return err
	}
	p := grid.Place{Detail: detail}
	return copyDetails(ctx, tx, layer, []celled[grid.Place]{{id: id, row: &p}})
}
