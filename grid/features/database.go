package features

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// batch is how many features are read from the database at once.
const batch = 1000

// readStored reads places and incidents batch by batch: what was there at the first one and stays where it is is read once.
func (r *Reader) readStored(ctx context.Context, q *Query, each func(grid.Feature) error) error {
	from := storeQuery(q)
	var err error
	if from.After, err = storedAfter(&from, q.After); err != nil {
		return err
	}
	for left := q.Limit; ; {
		from.Limit = batch
		if q.Limit > 0 {
			from.Limit = min(left, batch)
		}
		found, err := r.Store.Features(ctx, from)
		if err != nil {
			return err
		}
		for _, f := range found {
			if err := each(f); err != nil {
				return err
			}
		}
		left -= len(found)
		if len(found) < from.Limit || q.Limit > 0 && left == 0 {
			return nil
		}
		if from.After, err = from.Position(&found[len(found)-1]); err != nil {
			return err
		}
	}
}

// storedFeature returns a place or incident by its code.
func (r *Reader) storedFeature(ctx context.Context, state *live.State, q *Query, code string) (grid.Feature, error) {
	one := storeQuery(q)
	one.Code, one.Limit = code, 1
	found, err := r.Store.Features(ctx, one)
	if err != nil {
		return grid.Feature{}, err
	}
	missing := fmt.Errorf("%s %s: %w", q.Collection.ID, code, grid.ErrNotFound)
	if len(found) == 0 {
		return grid.Feature{}, missing
	}
	if state.At.IsZero() {
		return found[0], nil
	}
	past := *q
	past.After, past.Limit = strconv.FormatInt(found[0].ID-1, 10), 1
	f := grid.Feature{}
	err = r.readPast(ctx, state, &past, func(was grid.Feature) error {
		f = was
		return nil
	})
	if err == nil && f.ID != found[0].ID {
		err = missing
	}
	return f, err
}

func storeQuery(q *Query) store.FeatureQuery {
	return store.FeatureQuery{
		Collection: q.Collection, Scope: q.Actor.Scope, Public: anybody(q.Actor), Boxes: q.Boxes, Filter: q.Filter, From: q.From, To: q.To,
	}
}

// storedAfter reads what Query.Position has written: an id, and before it the cell where features stand in the order of cells.
func storedAfter(q *store.FeatureQuery, position string) (after store.FeaturePosition, err error) {
	if position == "" {
		return after, nil
	}
	cell, id, boxed := strings.Cut(position, " ")
	if boxed != q.Boxed() {
		return after, badPosition(position)
	}
	if !boxed {
		after.ID, err = rowAfter(position)
		return after, err
	}
	if after.Cell, err = strconv.ParseInt(cell, 10, 64); err == nil {
		after.ID, err = strconv.ParseInt(id, 10, 64)
	}
	if err != nil || after.Cell < -1 || after.ID < 0 {
		return after, badPosition(position)
	}
	return after, nil
}

func rowAfter(position string) (int64, error) {
	if position == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(position, 10, 64)
	if err != nil || id < 0 {
		return 0, badPosition(position)
	}
	return id, nil
}

// readPast reads places or incidents as they were at the instant of the state: where they were and in which grids are of then, everything
// else is of now.
func (r *Reader) readPast(ctx context.Context, state *live.State, q *Query, each func(grid.Feature) error) error {
	after, err := rowAfter(q.After)
	if err != nil {
		return err
	}
	out := newSelection(q, each)
	for {
		found, err := r.featuresAt(ctx, state, store.Filter{
			Kind: q.Collection.Kind, Scope: q.Actor.Scope, Public: anybody(q.Actor), Boxes: q.Boxes, After: after, Limit: batch,
		}, q)
		if err != nil {
			return err
		}
		for i := range found {
			shape, err := geo.ShapeFromOrb(found[i].Geometry)
			if err != nil {
				return err
			}
			done, err := out.take(ctx, &shape, func() grid.Feature { return found[i] })
			if done || err != nil {
				return err
			}
		}
		if len(found) < batch {
			return nil
		}
		after = found[len(found)-1].ID
	}
}

func (r *Reader) featuresAt(ctx context.Context, state *live.State, f store.Filter, q *Query) ([]grid.Feature, error) {
	var all []grid.Feature
	if q.Collection.ID == grid.CollectionIncidents {
		found, err := r.Store.IncidentsAt(ctx, f, state.At)
		for i := range found {
			all = append(all, incidentFeature(q.Collection, &found[i]))
		}
		return all, err
	}
	found, err := r.Store.PlacesAt(ctx, f, state.At)
	for i := range found {
		all = append(all, placeFeature(q.Collection, state.City, &found[i], anybody(q.Actor)))
	}
	return all, err
}

// placeFeature returns a place that has been read already as a feature of the collection of its kind. The codes of its grids are those that
// city has.
func placeFeature(c *grid.Collection, city *edition.City, p *grid.Place, public bool) grid.Feature {
	own := map[string]any{
		"code": p.Code, "name": p.Name, "address": orNull(p.Address), "address_parts": object(p.AddressParts), "plate_code": orNull(p.PlateCode),
		"position_accuracy_m": number(p.PositionAccuracyM), "operator_org": orNull(p.OperatorOrg), "supervising_org_code": orNull(p.SupervisingOrg),
		"source": orNull(p.Source), "state": p.State, "public": p.Public, "external_refs": object(p.ExternalRefs),
		"base_grid": gridCode(city, p.Assignment.BaseGridID), "dedicated_grid": gridCode(city, p.Assignment.DedicatedID),
	}
	located(own, p.Assignment, p.Version, p.UpdatedAt)
	for name, v := range p.Detail {
		if t, ok := v.(time.Time); ok {
			v = t.UTC()
		}
		own[name] = v
	}
	return featureOf(c, p.ID, p.Code, p.Shape, own, public)
}

func incidentFeature(c *grid.Collection, in *grid.Incident) grid.Feature {
	own := map[string]any{
		"code": in.Code, "kind": in.Kind, "severity": in.Severity, "source": in.Source, "external_case_no": orNull(in.ExternalCaseNo),
		"title": in.Title, "description": orNull(in.Description), "address": orNull(in.Address), "position_accuracy_m": number(in.PositionAccuracyM),
		"occurred_at": instant(in.OccurredAt), "reported_at": in.ReportedAt.UTC(), "place_code": orNull(in.PlaceCode),
		"first_receiver": orNull(in.FirstReceiver), "lead_unit": orNull(in.LeadUnit), "handling_units": append([]string{}, in.HandlingUnits...),
		"item_code": orNull(in.ItemCode), "state": in.State, "phase": in.Phase, "due_at": instant(in.DueAt),
		"response_due_at": instant(in.ResponseDueAt), "supervised": in.Supervised, "closed_at": instant(in.ClosedAt), "outcome": orNull(in.Outcome),
		"satisfaction": count(in.Satisfaction), "external_refs": object(in.ExternalRefs), "base_grid": orNull(in.BaseGrid),
		"dedicated_grid": orNull(in.DedicatedGrid),
	}
	located(own, in.Assignment, in.Version, in.UpdatedAt)
	return featureOf(c, in.ID, in.Code, in.Shape, own, false)
}

func located(own map[string]any, a grid.Assignment, version int, updated time.Time) {
	own["community_code"], own["county_code"], own["on_boundary"] = orNull(a.CommunityCode), orNull(a.CountyCode), a.OnBoundary
	own["version"], own["updated_at"] = int64(version), updated.UTC()
}

// featureOf puts values by name in the order of the fields.
func featureOf(c *grid.Collection, id int64, code string, shape orb.Geometry, own map[string]any, public bool) grid.Feature {
	f := grid.Feature{ID: id, Code: code, Geometry: shape, Values: make([]any, len(c.Fields))}
	for i, field := range c.Fields {
		if !public || c.ForAnybody(field.Name) {
			f.Values[i] = own[field.Name]
		}
	}
	return f
}

func gridCode(city *edition.City, id int64) any {
	if id == 0 {
		return nil
	}
	if g := city.GridByID(id); g != nil {
		return g.Code
	}
	return nil
}

func object(m map[string]any) any {
	if len(m) == 0 {
		return nil
	}
	return m
}

func number(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func instant(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UTC()
}
