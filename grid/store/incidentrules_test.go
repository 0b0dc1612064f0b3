package store_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// deskOf is a dispatcher of a division.
func deskOf(division string) grid.Actor {
	return grid.Actor{Name: "desk " + division, Role: grid.RoleDispatcher, Scope: division}
}

// report makes an incident of gas.
func (a acting) report(t testing.TB, actor grid.Actor, at orb.Geometry, set ...func(*grid.Incident)) grid.Incident {
	t.Helper()
	in := grid.Incident{Kind: "gas", Source: "patrol", Title: "燃气味", Shape: at, InputCRS: "wgs84", ReportedAt: time.Now()}
	for _, f := range set {
		f(&in)
	}
	made, _, err := a.s.CreateIncident(t.Context(), actor, a.city, in, store.IdempotencyKey{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestBR50Intake: the desk that reports receives it first and leads, unless it names another one of its own.
func TestBR50Intake(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	a := acting{s, town(t, s)}
	for _, test := range []struct {
		actor grid.Actor
		want  string
	}{{deskOf(westStreet), "division:" + westStreet}, {dispatcher, "division:" + cityCode}} {
		in := a.report(t, test.actor, spot(50, 50))
		if in.FirstReceiver != test.want || in.LeadUnit != test.want || in.Phase != "intake" || !slices.Contains(in.UnitDivisions, test.want[len("division:"):]) {
			t.Errorf("%s: received by %s, led by %s, %v", test.actor.Name, in.FirstReceiver, in.LeadUnit, in.UnitDivisions)
		}
	}
	for _, test := range []struct {
		name string
		in   grid.Incident
		want error
	}{
		{"closed", grid.Incident{State: "closed"}, grid.ErrInvalid},
		{"another leads", grid.Incident{LeadUnit: "grid:" + southWest + "001"}, grid.ErrInvalid},
		{"no such grid", grid.Incident{FirstReceiver: "grid:x"}, grid.ErrInvalid},
		{"not its own", grid.Incident{FirstReceiver: "division:" + eastStreet}, grid.ErrForbidden},
	} {
		in := test.in
		in.Kind, in.Source, in.Title, in.Shape, in.InputCRS = "gas", "patrol", "x", spot(50, 50), "wgs84"
		if _, _, err := s.CreateIncident(t.Context(), deskOf(westStreet), a.city, in, store.IdempotencyKey{}); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestBR50Scopes: who is asked to take over sees the case from then on, in the list too, and moves it; others do not.
func TestBR50Scopes(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	a := acting{s, town(t, s)}
	west, east := deskOf(westStreet), deskOf(eastStreet)
	in := a.do(t, west, a.report(t, west, spot(50, 50)), grid.IncidentOrder{Act: "accept"})
	sees := func(scope string) bool {
		t.Helper()
		now, err := s.Incidents(t.Context(), store.Filter{Scope: scope, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		then, err := s.IncidentsAt(t.Context(), store.Filter{Scope: scope, Limit: 10}, time.Now().Add(time.Hour))
		if err != nil || len(then) != len(now) {
			t.Errorf("%d incidents now, %d then: %v", len(now), len(then), err)
		}
		return len(now) == 1
	}
	if !sees(westStreet) || sees(eastStreet) || sees(southEast) || !sees(countyCode) {
		t.Error("seen before anybody else was asked")
	}
	if _, err := s.ActOnIncident(t.Context(), east, a.city, in.Code, in.Version, grid.IncidentOrder{Act: "note", Reason: "x"}); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("a note by another street: %v", err)
	}
	in = a.do(t, west, in, grid.IncidentOrder{Act: "transfer", Unit: "grid:" + southEast + "001", Reason: "属地"})
	if !sees(westStreet) || !sees(eastStreet) || !sees(southEast) || sees(northEast) {
		t.Errorf("seen after a transfer was asked: %v", in.UnitDivisions)
	}
	in = a.do(t, east, in, grid.IncidentOrder{Act: "take"}, grid.IncidentOrder{Act: "start"})
	if in.LeadUnit != "grid:"+southEast+"001" || in.TransferTo != "" || in.FirstReceiver != "division:"+westStreet {
		t.Errorf("taken: %+v", in)
	}
	p, err := geo.Snap(spot(50, 50))
	if err != nil {
		t.Fatal(err)
	}
	for scope, shown := range map[string]bool{westStreet: true, southEast: true, northEast: false, "": true, countyCode: true} {
		tile, err := s.IncidentTile(t.Context(), mvt.Project(p).Tile(13), store.TileFilter{Scope: scope})
		if err != nil || (len(tile) > 0) != shown {
			t.Errorf("tile of %q: %d bytes, %v", scope, len(tile), err)
		}
	}
	if _, err := s.ActOnIncident(t.Context(), west, a.city, in.Code, in.Version, grid.IncidentOrder{Act: "finish", Outcome: "resolved"}); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("finished by who gave it away: %v", err)
	}
	for _, filter := range []store.Filter{
		{Unit: "grid:" + southEast + "001"}, {Unit: "division:" + westStreet}, {Since: in.ReportedAt.Add(-time.Second)}, {Division: southWest},
	} {
		filter.Limit = 10
		if found, err := s.Incidents(t.Context(), filter); err != nil || len(found) != 1 {
			t.Errorf("%+v: %d, %v", filter, len(found), err)
		}
	}
	for _, filter := range []store.Filter{
		{Unit: "grid:" + southEast + "002"}, {Overdue: true}, {Handover: true}, {Supervised: true}, {ExternalCaseNo: "x"}, {Since: in.ReportedAt.Add(time.Second)}, {Division: southEast},
	} {
		filter.Limit = 10
		if found, err := s.Incidents(t.Context(), filter); err != nil || len(found) != 0 {
			t.Errorf("%+v: %d, %v", filter, len(found), err)
		}
	}
}

// TestBR52Shape: a line names the divisions that it touches by itself.
func TestBR52Shape(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	a := acting{s, town(t, s)}
	in := a.report(t, deskOf(westStreet), orb.MultiLineString{{spot(50, 50), spot(50, 350)}})
	in = a.do(t, deskOf(westStreet), in, grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "combine"})
	if in.LeadUnit != "division:"+westStreet || in.State != "escalated" {
		t.Errorf("%s, led by %s", in.State, in.LeadUnit)
	}
	across := a.report(t, dispatcher, orb.MultiLineString{{spot(50, 50), spot(350, 50)}})
	across = a.do(t, dispatcher, across, grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "combine"})
	if across.LeadUnit != "division:"+countyCode {
		t.Errorf("across two streets led by %s", across.LeadUnit)
	}
}

// TestBR53MovedPin: the case is located again, and the transfer to whose grid it is now proposed, with the reason.
func TestBR53MovedPin(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	a := acting{s, town(t, s)}
	in := a.do(t, dispatcher, a.report(t, dispatcher, spot(50, 50)), grid.IncidentOrder{Act: "accept"})
	moveTo := func(p orb.Point) {
		t.Helper()
		var err error
		in, err = s.UpdateIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, func(in *grid.Incident) error {
			in.Shape = p
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	moveTo(spot(150, 50))
	if in.Handover || in.ProposedUnit != "" {
		t.Errorf("the city's desk is asked to hand over to %s", in.ProposedUnit)
	}
	in = a.do(t, dispatcher, in, grid.IncidentOrder{Act: "assign", Unit: "grid:" + southWest + "002"})
	moveTo(spot(250, 50))
	if !in.Handover || in.ProposedUnit != "grid:"+southEast+"001" || in.LeadUnit != "grid:"+southWest+"002" {
		t.Errorf("proposed to %s, led by %s", in.ProposedUnit, in.LeadUnit)
	}
	events, err := s.IncidentEvents(t.Context(), in.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	last := events[len(events)-1]
	if last.Action != "propose_transfer" || last.Data["proposed_unit"] != "grid:"+southEast+"001" || last.Text == "" || last.FromState != "assigned" {
		t.Errorf("event %+v", last)
	}
	moveTo(spot(150, 60))
	if in.Handover || in.ProposedUnit != "" {
		t.Errorf("moved back, still proposed to %s", in.ProposedUnit)
	}
	moveTo(spot(250, 50))
	in = a.do(t, dispatcher, in, grid.IncidentOrder{Act: "transfer", Reason: "属地"})
	in = a.do(t, deskOf(southEast), in, grid.IncidentOrder{Act: "take"})
	if in.Handover || in.ProposedUnit != "" || in.LeadUnit != "grid:"+southEast+"001" {
		t.Errorf("taken: %+v", in)
	}
	// Who leads may write on it wherever it lies, and whoever has nothing to do with it may not.
	rename := func(in *grid.Incident) error { in.Title = "y"; return nil }
	if _, err := s.UpdateIncident(t.Context(), deskOf(northEast), a.city, in.Code, in.Version, rename); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("a stranger's PATCH: %v", err)
	}
	for field, change := range map[string]func(*grid.Incident){
		"state":          func(in *grid.Incident) { in.State = "closed" },
		"lead_unit":      func(in *grid.Incident) { in.LeadUnit = "x" },
		"handling_units": func(in *grid.Incident) { in.HandlingUnits = []string{"x"} },
		"due_at":         func(in *grid.Incident) { in.DueAt = nil },
		"supervised":     func(in *grid.Incident) { in.Supervised = true },
	} {
		_, err := s.UpdateIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, func(in *grid.Incident) error { change(in); return nil })
		var rule *grid.RuleError
		if !errors.As(err, &rule) || rule.Field != field {
			t.Errorf("%s by a PATCH: %v", field, err)
		}
	}
}

// TestBR39Proposed: when a border moves over an incident that the old grid leads, the new one is proposed; what a desk leads is only marked.
func TestBR39Proposed(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	d := newDesk(t, s, town(t, s), planner)
	a := acting{s, d.city}
	accept := grid.IncidentOrder{Act: "accept"}
	byGrid := a.do(t, dispatcher, a.report(t, dispatcher, spot(125, 50)), accept, grid.IncidentOrder{Act: "assign", Unit: "grid:" + southWest + "002"})
	byDesk := a.do(t, dispatcher, a.report(t, dispatcher, spot(125, 60)), accept)
	proposed := a.do(t, dispatcher, a.report(t, dispatcher, spot(125, 70)), accept)
	proposed.LeadUnit = "grid:" + southWest + "003" // where it lay before, with the grid proposed where it lies
	if _, err := tx.Exec(t.Context(), `UPDATE incident SET lead_unit = $2, proposed_unit = $3, handover_needed = true WHERE code = $1`,
		proposed.Code, proposed.LeadUnit, "grid:"+southWest+"002"); err != nil {
		t.Fatal(err)
	}
	d.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	before := count(t, tx, `SELECT count(*) FROM outbox`)
	d.publish()
	for _, test := range []struct {
		was      grid.Incident
		proposed grid.Unit
	}{{byGrid, "grid:" + southWest + "001"}, {byDesk, ""}, {proposed, "grid:" + southWest + "001"}} {
		is, err := s.Incident(t.Context(), test.was.Code)
		if err != nil || !is.Handover || is.ProposedUnit != test.proposed || is.LeadUnit != test.was.LeadUnit || is.Version <= test.was.Version {
			t.Errorf("%s: to be handed over %t to %q, led by %s: %v", test.was.Title, is.Handover, is.ProposedUnit, is.LeadUnit, err)
		}
		events, err := s.IncidentEvents(t.Context(), is.ID, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		last := events[len(events)-1]
		if last.Action != "handover" || last.FromState != is.State || last.ToState != is.State || (test.proposed != "") != (last.Data["proposed_unit"] != nil) {
			t.Errorf("event %+v", last)
		}
	}
	told := texts(t, tx, `SELECT code FROM outbox WHERE topic = 'incident' AND action = 'handover' ORDER BY id OFFSET 0`)
	if len(told) != 3 || count(t, tx, `SELECT count(*) FROM outbox`) <= before {
		t.Errorf("told of %v", told)
	}
	a.city = d.city
	is, err := s.Incident(t.Context(), byGrid.Code)
	if err != nil {
		t.Fatal(err)
	}
	is = a.do(t, dispatcher, is, grid.IncidentOrder{Act: "keep", Reason: "原网格继续"})
	if is.Handover || is.ProposedUnit != "" || is.LeadUnit != byGrid.LeadUnit {
		t.Errorf("kept: %+v", is)
	}
}

// TestBR54Duplicates: what was reported near in space and time is suggested with metres and hours, and nothing else.
func TestBR54Duplicates(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	a := acting{s, town(t, s)}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	at := func(hours float64, set ...func(*grid.Incident)) func(*grid.Incident) {
		return func(in *grid.Incident) {
			in.ReportedAt = now.Add(time.Duration(hours * float64(time.Hour)))
			for _, f := range set {
				f(in)
			}
		}
	}
	// A hundredth of a cell is about 10 m here.
	origin := spot(50, 50)
	off := func(m float64) orb.Point { return orb.Point{origin[0], math.Round((origin[1]+m/110_850)*1e7) / 1e7} }
	in := a.report(t, dispatcher, origin, at(0, func(in *grid.Incident) { in.ExternalCaseNo = "A-1" }))
	near := a.report(t, dispatcher, off(20), at(-5))
	line := a.report(t, dispatcher, orb.MultiLineString{{off(40), off(80)}}, at(3))
	a.report(t, dispatcher, off(60), at(0))
	a.report(t, dispatcher, off(10), at(25))
	a.report(t, dispatcher, off(10), at(-25))
	a.report(t, dispatcher, off(10), at(0, func(in *grid.Incident) { in.Kind = "crowd" }))
	gone := a.report(t, dispatcher, off(5), at(0))
	a.do(t, dispatcher, gone, grid.IncidentOrder{Act: "reject", Reason: "误报"})
	found, err := s.Duplicates(t.Context(), deskOf(westStreet), a.city, in)
	if err != nil || len(found) != 2 {
		t.Fatalf("%d duplicates, %v", len(found), err)
	}
	for i, want := range []struct {
		code     string
		m, hours float64
	}{{near.Code, 20, 5}, {line.Code, 40, 3}} {
		if d := found[i]; d.Incident.Code != want.code || math.Abs(d.DistanceM-want.m) > 0.5 || math.Abs(d.HoursApart-want.hours) > 1e-6 || d.SameCase {
			t.Errorf("%s %.1f m, %.1f h, want %+v", d.Incident.Code, d.DistanceM, d.HoursApart, want)
		}
	}
	if found, err = s.Duplicates(t.Context(), deskOf(eastStreet), a.city, in); err != nil || len(found) != 0 {
		t.Errorf("another street sees %d of them, %v", len(found), err)
	}
	merged := a.do(t, dispatcher, near, grid.IncidentOrder{Act: "merge", Into: in.Code})
	if merged.ParentID != in.ID || merged.State != "merged" {
		t.Errorf("%+v", merged)
	}
	if _, err := s.ActOnIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, grid.IncidentOrder{Act: "merge", Into: near.Code}); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("merged into each other: %v", err)
	}

	again := grid.Incident{Kind: "crowd", Source: "patrol", ExternalCaseNo: "A-1", Title: "x", Shape: off(5000), InputCRS: "wgs84", ReportedAt: now}
	_, _, err = s.CreateIncident(t.Context(), dispatcher, a.city, again, store.IdempotencyKey{})
	var conflict *grid.ConflictError
	if !errors.As(err, &conflict) || !strings.Contains(conflict.Detail, in.Code) {
		t.Errorf("the same case of the same source: %v", err)
	}
	if found, err = s.Duplicates(t.Context(), dispatcher, a.city, again); err != nil || len(found) != 1 || !found[0].SameCase || found[0].Incident.Code != in.Code {
		t.Errorf("the same case: %+v, %v", found, err)
	}
	again.Source = "hotline_12345"
	if _, _, err = s.CreateIncident(t.Context(), dispatcher, a.city, again, store.IdempotencyKey{}); err != nil {
		t.Errorf("the same number of another source: %v", err)
	}
}

// TestBR47Items: the list in effect in the county decides what a grid may get, and its version is stamped.
func TestBR47Items(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	a := acting{s, town(t, s)}
	accept, toGrid := grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "assign", Unit: "grid:" + southWest + "001"}
	free := a.do(t, dispatcher, a.report(t, dispatcher, spot(50, 50)), accept, toGrid)
	if free.ItemListVersion != 0 {
		t.Errorf("given under version %d of no list", free.ItemListVersion)
	}
	_, err := tx.Exec(t.Context(), `
		WITH list AS (
			INSERT INTO item_list (county_code, version, state, effective_from, created_by) VALUES ($1, 4, 'effective', now(), 'x') RETURNING id
		)
		INSERT INTO service_item (list_id, code, name, incident_kinds, is_negative)
		SELECT id, 'P-1', '燃气巡查', '{gas}'::text[], false FROM list
		UNION ALL SELECT id, 'N-1', '执法', '{rental_violation}', true FROM list`, countyCode)
	if err != nil {
		t.Fatal(err)
	}
	listed := a.do(t, dispatcher, a.report(t, dispatcher, spot(50, 50)), accept, toGrid)
	if listed.ItemCode != "P-1" || listed.ItemListVersion != 4 {
		t.Errorf("given as item %q of version %d", listed.ItemCode, listed.ItemListVersion)
	}
	for kind, words := range map[string]string{"rental_violation": "N-1", "crowd": "department"} {
		in := a.do(t, dispatcher, a.report(t, dispatcher, spot(50, 50), func(in *grid.Incident) { in.Kind = kind }), accept)
		var rule *grid.RuleError
		_, err := s.ActOnIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, toGrid)
		if !errors.As(err, &rule) || rule.Rule != "BR-47" || !strings.Contains(rule.Detail, words) {
			t.Errorf("%s to a grid: %v", kind, err)
		}
		a.do(t, dispatcher, in, grid.IncidentOrder{Act: "assign", Unit: "division:" + southWest})
	}
}
