package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

//go:embed sql/update_incident.sql
var updateIncidentSQL string

// CreateIncident stores a new incident with its first event, located by city or, where that is not up to date, by the editions
// in force, and returns it as stored. Who receives it first is the desk of the actor's scope unless it says otherwise, and its deadlines
// are those of its kind and severity (BR-50, BR-55). The actor must be allowed to write incidents where it lies and in the division of the
// unit that receives it (grid.ErrForbidden). A code that is there already is grid.ErrConflict, and so is a case number that its source has
// given before, as a *grid.ConflictError. What was made before under the same key is returned again.
func (s *Store) CreateIncident(ctx context.Context, actor grid.Actor, city *edition.City, in grid.Incident, key IdempotencyKey) (made grid.Incident, again bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		code, err := key.claim(ctx, tx, actor)
		if err != nil {
			return err
		}
		if again = code != ""; again {
			if made, err = readIncident(ctx, tx, code); err != nil {
				return err
			}
			return mayIncident(actor, grid.ReadPlaces, city, &made) // which may have gone elsewhere since
		}
		made, err = s.createIncident(ctx, tx, actor, city, in)
		if err != nil {
			return err
		}
		return key.keep(ctx, tx, actor, made.Code)
	})
	return made, again, err
}

func (s *Store) createIncident(ctx context.Context, tx pgx.Tx, actor grid.Actor, city *edition.City, in grid.Incident) (grid.Incident, error) {
	city, err := settle(ctx, tx, city, in.Shape)
	if err != nil {
		return in, err
	}
	if in.Assignment, err = city.Assign(ctx, in.Shape); err != nil {
		return in, err
	}
	if err := may(actor, grid.WriteIncidents, city, in.Assignment); err != nil {
		return in, err
	}
	if err := receive(ctx, tx, actor, city, &in); err != nil {
		return in, err
	}
	if err := newCaseNumber(ctx, tx, &in); err != nil {
		return in, err
	}
	codes, err := s.newCodeMaker(ctx, tx)
	if err != nil {
		return in, err
	}
	one := []grid.Incident{in}
	if err := copyIncidents(ctx, tx, &Import{Actor: actor.Name}, codes, one); err != nil {
		return in, err
	}
	made, err := readIncident(ctx, tx, one[0].Code)
	if err != nil {
		return in, err
	}
	event := grid.IncidentEvent{Actor: actor.Name, Action: "create", ToState: made.State, Unit: made.LeadUnit}
	return made, recordIncident(ctx, tx, actor, nil, &made, event)
}

// receive gives a new incident to whom receives it.
func receive(ctx context.Context, tx pgx.Tx, actor grid.Actor, city *edition.City, in *grid.Incident) error {
	settings := city.Settings()
	var desk grid.Unit
	if actor.Scope != "" {
		desk = grid.NewUnit(grid.UnitDivision, actor.Scope)
	} else if chain := city.Chain(in.Assignment.Division()); len(chain) > 0 {
		desk = grid.NewUnit(grid.UnitDivision, chain[len(chain)-1].Code)
	}
	given := in.LeadUnit
	if err := in.Intake(&settings, desk); err != nil {
		return err
	}
	if grid.Unit(given).Kind() != "" && given != in.FirstReceiver {
		return &grid.RuleError{Rule: "BR-50", Field: "lead_unit", Detail: "who receives it first leads: give it to another unit by an act"}
	}
	at, err := divisionsOf(ctx, tx, in.Units())
	if err != nil {
		return err
	}
	for _, u := range in.Units() {
		if u.Kind() != "" && at[u] == "" {
			return &grid.RuleError{Rule: "unknown_code", Field: "first_receiver", Detail: fmt.Sprintf("there is no %s %q", u.Kind(), u.Code())}
		}
	}
	if division := at[grid.Unit(in.FirstReceiver)]; division != "" && !actor.May(grid.WriteIncidents, city.ChainCodes(division)) {
		return fmt.Errorf("first_receiver %s: %w", in.FirstReceiver, grid.ErrForbidden)
	}
	return give(ctx, tx, grid.Unit(in.FirstReceiver), in, "first_receiver")
}

// give notes under which item of the county's list a grid has an incident. The *grid.RuleError of BR-47 for one that it may not have is
// about the field.
func give(ctx context.Context, tx pgx.Tx, u grid.Unit, in *grid.Incident, field string) error {
	if u.Kind() != grid.UnitGrid {
		return nil
	}
	item, version, err := itemGate(ctx, tx, in.Kind)(u)
	if rule := (*grid.RuleError)(nil); errors.As(err, &rule) {
		return &grid.RuleError{Rule: rule.Rule, Field: field, Detail: rule.Detail}
	}
	if err == nil {
		in.ItemCode, in.ItemListVersion = item, version
	}
	return err
}

// UpdateIncident changes the incident of that code, if it still is at that version (otherwise grid.ErrStale), writes an event and
// returns it as stored. change gets the incident and changes it; its error ends the update. Code, assignment, version and times
// of writing are not change's to set; its state and whatever else acts change is refused (*grid.RuleError): see ActOnIncident. When the
// shape has changed the incident is located again, as by CreateIncident, and an open one for which another unit is responsible then is
// proposed to be transferred (BR-53). The actor must be allowed to write incidents where the incident was and where it comes to lie, or
// in the division of the unit that leads.
func (s *Store) UpdateIncident(ctx context.Context, actor grid.Actor, city *edition.City, code string, version int, change func(*grid.Incident) error) (grid.Incident, error) {
	var made grid.Incident
	err := s.write(ctx, func(tx pgx.Tx) error {
		before, err := readIncident(ctx, tx, code)
		if err != nil {
			return err
		}
		after := before
		after.ExternalRefs, after.HandlingUnits = maps.Clone(before.ExternalRefs), slices.Clone(before.HandlingUnits)
		shapes := []orb.Geometry{before.Shape}
		wrong := changeIncident(&after, &before, change)
		if wrong == nil {
			shapes = append(shapes, after.Shape)
		}
		// The locks of the counties come before the row's, as they do for whoever publishes an edition.
		city, err := settle(ctx, tx, city, shapes...)
		if err != nil {
			return err
		}
		// What is wrong with a change tells of the incident: it is for who may change it.
		if err := mayIncident(actor, grid.WriteIncidents, city, &before); err != nil {
			return err
		}
		if wrong != nil {
			return wrong
		}
		if err := lockVersion(ctx, tx, `SELECT version FROM incident WHERE id = $1 FOR UPDATE`, before.ID, before.Version, version); err != nil {
			return fmt.Errorf("incident %s: %w", code, err)
		}
		if after.ExternalCaseNo != before.ExternalCaseNo || after.Source != before.Source {
			if err := newCaseNumber(ctx, tx, &after); err != nil {
				return err
			}
		}
		u := incidentUpdate{tx: tx, actor: actor, city: city, before: &before, after: &after}
		if made, err = u.write(ctx); err != nil {
			return err
		}
		return recordIncident(ctx, tx, actor, &before, &made, u.event)
	})
	return made, err
}

func changeIncident(after, before *grid.Incident, change func(*grid.Incident) error) error {
	if err := change(after); err != nil {
		return &rowsError{err}
	}
	return after.SameLife(before)
}

// incidentUpdate is a change of an incident's texts and place on its way.
type incidentUpdate struct {
	tx            pgx.Tx
	actor         grid.Actor
	city          *edition.City
	before, after *grid.Incident
	event         grid.IncidentEvent
}

func (u *incidentUpdate) write(ctx context.Context) (grid.Incident, error) {
	before, after := u.before, u.after
	moved := !orb.Equal(before.Shape, after.Shape)
	var err error
	after.Assignment = before.Assignment
	if moved {
		if after.Assignment, err = u.city.Assign(ctx, after.Shape); err != nil {
			return *after, err
		}
	}
	at, err := divisionsOf(ctx, u.tx, after.Units())
	if err != nil {
		return *after, err
	}
	lead := at[grid.Unit(before.LeadUnit)]
	if err := may(u.actor, grid.WriteIncidents, u.city, before.Assignment, after.Assignment); err != nil {
		if lead == "" || !u.actor.May(grid.WriteIncidents, u.city.ChainCodes(lead)) {
			return *after, err
		}
	}
	u.event = grid.IncidentEvent{
		Actor: u.actor.Name, Action: "update", FromState: before.State, ToState: before.State, Unit: after.LeadUnit, Data: map[string]any{},
	}
	if err := u.rejudge(ctx); err != nil {
		return *after, err
	}
	if moved {
		if err := u.move(ctx, at); err != nil {
			return *after, err
		}
	}
	if moved || !after.Assignment.Same(before.Assignment) {
		if err := keepPast(ctx, u.tx, &incidentTable, []int64{before.ID}, ending{actor: u.actor.Name, moved: moved}); err != nil {
			return *after, err
		}
	}
	if err := writeIncident(ctx, u.tx, u.actor, after); err != nil {
		return *after, err
	}
	return readIncident(ctx, u.tx, before.Code)
}

// rejudge holds an incident that is found to be something else to what that asks for: a grid leads it only as an item of the county's
// list (BR-47), and its time is another (BR-55).
func (u *incidentUpdate) rejudge(ctx context.Context) error {
	before, after := u.before, u.after
	if after.Kind != before.Kind && before.State == "waiting_check" {
		return fmt.Errorf("BR-56: it is said to be done as a case of %s: rework it before you change its kind: %w", before.Kind, grid.ErrConflict)
	}
	if after.Kind != before.Kind && after.Open() {
		if err := give(ctx, u.tx, grid.Unit(after.LeadUnit), after, "kind"); err != nil {
			return err
		}
	}
	settings := u.city.Settings()
	if after.Rejudge(&settings, before) && after.DueAt != nil {
		u.event.Data["due_at"] = after.DueAt.UTC().Format(time.RFC3339)
	}
	return nil
}

// move proposes to transfer an open incident whose pin was moved to where another unit is responsible (BR-53).
func (u *incidentUpdate) move(ctx context.Context, at unitsAt) error {
	before, after := u.before, u.after
	u.event.Action = "move"
	u.event.Data["base_from"], u.event.Data["dedicated_from"] = before.BaseGrid, before.DedicatedGrid
	kinds := []string{before.Kind, after.Kind}
	units, err := responsibleUnits(ctx, u.tx, u.city.Settings(), kinds, []grid.Assignment{before.Assignment, after.Assignment})
	if err != nil {
		return err
	}
	was, is := units[0], units[1]
	if !after.Relocated(was, is, grid.IncidentCircumstances{
		Chain: u.city.Chain, DivisionOf: func(unit grid.Unit) string { return at[unit] },
	}) {
		return nil
	}
	u.event.Action, u.event.Unit = "propose_transfer", string(is)
	u.event.Text = fmt.Sprintf("moved from where %s is responsible to where %s is", was, is)
	u.event.Data["responsible_from"], u.event.Data["proposed_unit"] = string(was), string(is)
	return nil
}

func otherGrids(a, b grid.Assignment) bool {
	return a.BaseGridID != b.BaseGridID || a.DedicatedID != b.DedicatedID
}

// writeIncident writes all of an incident over its row, of which the transaction has the lock.
func writeIncident(ctx context.Context, tx DB, actor grid.Actor, in *grid.Incident) error {
	shape, err := encode(in.Shape)
	if err != nil {
		return err
	}
	cell, err := cellOf(in.Shape)
	if err != nil {
		return err
	}
	if err := touchRows(ctx, tx, &incidentTable, []int64{in.ID}); err != nil { // where it was
		return err
	}
	if err := touchTiles(tx, &incidentTable, cell); err != nil {
		return err
	}
	externalRefs, err := object(in.ExternalRefs)
	if err != nil {
		return err
	}
	at, err := divisionsOf(ctx, tx, in.Units())
	if err != nil {
		return err
	}
	lon, lat := original(in.Original)
	a := in.Assignment
	_, err = tx.Exec(ctx, updateIncidentSQL,
		in.ID, in.Kind, orDefault(in.Severity, "normal"), orDefault(in.Source, "import"), orNull(in.ExternalCaseNo), in.Title,
		orNull(in.Description), shape, cell, orNull(in.Address), in.InputCRS, lon, lat, in.PositionAccuracyM, in.OccurredAt,
		in.ReportedAt, orNull(in.PlaceCode), orNull(in.FirstReceiver), orNull(in.LeadUnit), listOrEmpty(in.HandlingUnits),
		orNull(in.ItemCode), orDefault(in.State, "reported"), grid.IncidentPhase(in.State, in.Supervised), in.DueAt, in.ResponseDueAt,
		in.Supervised, in.Handover, orNull(in.ParentID), in.ClosedAt, orNull(in.Outcome), in.Satisfaction, externalRefs,
		orNull(a.CountyCode), orNull(a.CommunityCode), orNull(a.BaseGridID), orNull(a.DedicatedID), orNull(a.Edition), a.OnBoundary,
		orNull(string(in.TransferTo)), orNull(string(in.ProposedUnit)), at.of(in.Units()), in.RespondedAt, orNull(in.FinishedBy), in.JointDueAt,
		in.OverdueStep, orNull(in.ItemListVersion), actor.Name)
	return err
}
