package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// settingKeys maps the keys of table setting to the fields they set.
func settingKeys(s *grid.Settings) map[string]any {
	return map[string]any{
		"code_scheme":     &s.CodeScheme,
		"qc.area_m2":      &s.QCAreaM2,
		"qc.width_m":      &s.QCWidthM,
		"near_m":          &s.NearM,
		"fallback_m":      &s.FallbackM,
		"city_margin_deg": &s.CityMarginDeg,
		"load_weights":    &s.LoadWeights,
		"time_zone":       &s.TimeZone,

		"qc.households_min":    &s.HouseholdsMin,
		"qc.households_max":    &s.HouseholdsMax,
		"qc.area_min_m2":       &s.AreaMinM2,
		"qc.area_max_m2":       &s.AreaMaxM2,
		"qc.thinness":          &s.Thinness,
		"plan.keep_share":      &s.KeepShare,
		"plan.deciding_level":  &s.DecidingLevel,
		"plan.consult_days":    &s.ConsultDays,
		"filing.days":          &s.FilingDays,
		"filing.before_effect": &s.FilingBeforeEffect,
		"dedicated.span":       &s.DedicatedSpan,

		"precedence.base_kinds":    &s.BaseKinds,
		"worker.max_grids":         &s.WorkerMaxGrids,
		"incident.dup_m":           &s.DuplicateM,
		"incident.dup_hours":       &s.DuplicateHours,
		"incident.deadlines":       &s.Deadlines,
		"incident.overdue_hours":   &s.OverdueHours,
		"incident.unchecked_kinds": &s.UncheckedKinds,
		"incident.reopen_days":     &s.ReopenDays,
		"incident.straight_to":     &s.StraightTo,
		"incident.joint_hours":     &s.JointHours,
		"feed.days":                &s.FeedDays,
	}
}

// setting reads the value of one setting into its field, in place of the default and not beside it.
func setting(field any, raw json.RawMessage) error {
	switch field := field.(type) {
	case *map[string]float64:
		*field = nil
	case *map[string]string:
		*field = nil
	case *[]string:
		*field = nil
	case *[]grid.Deadline:
		*field = nil
	}
	return json.Unmarshal(raw, field)
}

// Settings returns the deployment's settings, with defaults where it sets none. A key that this program does not know is an
// error: a misspelt one must not be taken for set.
func (s *Store) Settings(ctx context.Context) (grid.Settings, error) {
	settings := grid.DefaultSettings()
	fields := settingKeys(&settings)
	rows, err := s.db.Query(ctx, `SELECT key, value FROM setting`)
	if err != nil {
		return settings, translate(err)
	}
	var key string
	var value json.RawMessage
	_, err = pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		field, ok := fields[key]
		if !ok {
			return &grid.RuleError{Rule: "setting", Field: key, Detail: "there is no such setting"}
		}
		if err := setting(field, value); err != nil {
			return &grid.RuleError{Rule: "setting", Field: key, Detail: err.Error()}
		}
		return nil
	})
	if err != nil {
		return settings, translate(err)
	}
	return settings, settings.Check()
}

// Set changes one setting, by its key, to a value that marshals as JSON. What locate answers by it is stored anew before the commit.
func (s *Store) Set(ctx context.Context, actor grid.Actor, key string, value any) error {
	settings := grid.DefaultSettings()
	field, ok := settingKeys(&settings)[key]
	if !ok {
		return &grid.RuleError{Rule: "setting", Field: key, Detail: "there is no such setting"}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if string(raw) == "null" {
		return &grid.RuleError{Rule: "setting", Field: key, Detail: "needs a value"}
	}
	if err := setting(field, raw); err != nil {
		return &grid.RuleError{Rule: "setting", Field: key, Detail: err.Error()}
	}
	if err := settings.Check(); err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if key == "fallback_m" { // the one that locate answers by
			if err := lockCity(ctx, tx); err != nil {
				return err
			}
		}
		var before json.RawMessage
		err := tx.QueryRow(ctx, `SELECT (SELECT value FROM setting WHERE key = $1)`, key).Scan(&before)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO setting (key, value)
			VALUES ($1, $2)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, raw)
		if err != nil {
			return fmt.Errorf("setting %s: %w", key, err)
		}
		if key == "fallback_m" {
			if err := assignCounties(ctx, tx, nil, ending{actor: actor.Name}); err != nil {
				return err
			}
		}
		if err := notify(ctx, tx, settingsChannel, key); err != nil {
			return err
		}
		return audit(ctx, tx, AuditEntry{
			Actor: actor.Name, Action: "set", ObjectType: "setting", ObjectCode: key, Before: rawOrNil(before), After: json.RawMessage(raw),
		})
	})
}

// Codes returns the deployment's reference codes by enumeration, in their order.
func (s *Store) Codes(ctx context.Context) (grid.Codes, error) {
	rows, err := s.db.Query(ctx, `
		SELECT enumeration, code, zh, en
		FROM reference_code
		ORDER BY enumeration, ordinal, code`)
	if err != nil {
		return nil, translate(err)
	}
	codes := grid.Codes{}
	var enumeration string
	var label grid.CodeLabel
	_, err = pgx.ForEachRow(rows, []any{&enumeration, &label.Code, &label.ZH, &label.EN}, func() error {
		codes[enumeration] = append(codes[enumeration], label)
		return nil
	})
	return codes, translate(err)
}
