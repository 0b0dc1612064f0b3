package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// rota is a town with one worker on each of two grids of the west and one of the east, whose posts are [west, west2, east].
type rota struct {
	t     *testing.T
	s     *store.Store
	tx    store.DB
	city  *edition.City
	posts []grid.Post
}

func newRota(t *testing.T) *rota {
	t.Helper()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	town(t, s)
	staff(t, s, southWest+"001", southWest+"002", southEast+"001")
	posts, err := s.Posts(t.Context(), store.RosterFilter{Limit: 10})
	if err != nil || len(posts) != 3 {
		t.Fatal(posts, err)
	}
	return &rota{t, s, tx, cityOf(t, s), posts}
}

func (r *rota) version() int64 {
	r.t.Helper()
	marks, err := r.s.Marks(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return marks.Rosters[countyCode]
}

// refused checks that a write fails as it should and changes nothing that servers read.
func (r *rota) refused(t *testing.T, before int64, err, sentinel error, rule, field string) {
	t.Helper()
	var broken *grid.RuleError
	if !errors.Is(err, sentinel) || rule != "" && (!errors.As(err, &broken) || broken.Rule != rule || broken.Field != field) {
		t.Errorf("got %v, want %v of rule %s, field %s", err, sentinel, rule, field)
	}
	if r.version() != before {
		t.Error("what was refused has raised the roster's version")
	}
}

// soon is an hour from now on.
func soon(hours int) time.Time {
	return time.Now().Truncate(time.Second).Add(time.Duration(hours) * time.Hour)
}

var westDispatcher = grid.Actor{Name: "west desk", Role: grid.RoleDispatcher, Scope: westStreet}

func TestL9Worker(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	before := r.version()
	made, err := r.s.CreateWorker(t.Context(), westPlanner, r.city, grid.Worker{
		Code: "N1", Name: "新员", RoleType: "part_time", Origin: "volunteer", ManagingOrg: "ORG", WorkPhone: "13800138000", Active: true,
	})
	if err != nil || made.Version != 1 || made.WorkPhone != "13800138000" || r.version() != before+1 {
		t.Fatalf("made %+v, %v; roster %d after %d", made, err, r.version(), before)
	}
	changed, err := r.s.UpdateWorker(t.Context(), westPlanner, r.city, "N1", 1, func(w *grid.Worker) error {
		w.Code, w.Grade, w.Active = "other", "一级", false
		return nil
	})
	if err != nil || changed.Code != "N1" || changed.Version != 2 || changed.Active || changed.Grade != "一级" {
		t.Errorf("changed %+v, %v", changed, err)
	}
	entries, err := r.s.Audit(t.Context(), "worker", "N1", 10)
	if err != nil || len(entries) != 2 || entries[0].Action != "update" || entries[0].Before == nil || entries[1].Actor != "west" {
		t.Errorf("audit %+v, %v", entries, err)
	}
	if n := count(t, r.tx, `SELECT count(*) FROM outbox WHERE topic = 'roster' AND code = $1`, countyCode); n < 2 {
		t.Errorf("%d happenings of the roster", n)
	}
	found, err := r.s.Workers(t.Context(), store.WorkerFilter{Divisions: []string{westStreet}, ActiveOnly: true, Limit: 10})
	if err != nil || len(found) != 3 {
		t.Errorf("active workers of the west: %+v, %v", found, err)
	}
}

func TestWorkerRefuses(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	eastOrg := grid.Organization{Code: "EAST", Name: "东", Kind: "street_office", Level: grid.LevelStreet, DivisionCode: eastStreet}
	if err := r.s.ImportOrganizations(t.Context(), newImport("organizations", 1), []grid.Organization{eastOrg}); err != nil {
		t.Fatal(err)
	}
	with := func(f func(*grid.Worker)) grid.Worker {
		w := grid.Worker{Code: "N", Name: "新员", RoleType: "part_time", ManagingOrg: "ORG", Active: true}
		f(&w)
		return w
	}
	before := r.version()
	for _, test := range []struct {
		name        string
		actor       grid.Actor
		worker      grid.Worker
		sentinel    error
		rule, field string
	}{
		{"role", westDispatcher, with(func(*grid.Worker) {}), grid.ErrForbidden, "", ""},
		{"another street's organisation", westPlanner, with(func(w *grid.Worker) { w.ManagingOrg = "EAST" }), grid.ErrForbidden, "", ""},
		{"no such organisation", planner, with(func(w *grid.Worker) { w.ManagingOrg = "X" }), grid.ErrInvalid, "unknown_code", "managing_org_code"},
		{"taken code", planner, with(func(w *grid.Worker) { w.Code = "w" + southWest + "001" }), grid.ErrConflict, "", ""},
		{"no code", planner, with(func(w *grid.Worker) { w.Code = "" }), grid.ErrInvalid, "required", "code"},
		{"no name", planner, with(func(w *grid.Worker) { w.Name = " " }), grid.ErrInvalid, "required", "name"},
		{"a phone in the name", planner, with(func(w *grid.Worker) { w.Name = "李 13800138000" }), grid.ErrInvalid, "BR-60", "name"},
		{"an ID number for a phone", planner, with(func(w *grid.Worker) { w.WorkPhone = "11010519491231002X" }), grid.ErrInvalid, "BR-60", "work_phone"},
		{"role type", planner, with(func(w *grid.Worker) { w.RoleType = "half" }), grid.ErrInvalid, "enum", "role_type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := r.s.CreateWorker(t.Context(), test.actor, r.city, test.worker)
			r.refused(t, before, err, test.sentinel, test.rule, test.field)
		})
	}
	update := func(actor grid.Actor, version int, change func(*grid.Worker)) error {
		_, err := r.s.UpdateWorker(t.Context(), actor, r.city, "w"+southWest+"001", version, func(w *grid.Worker) error { change(w); return nil })
		return err
	}
	r.refused(t, before, update(planner, 9, func(*grid.Worker) {}), grid.ErrStale, "", "")
	r.refused(t, before, update(westPlanner, 1, func(w *grid.Worker) { w.ManagingOrg = "EAST" }), grid.ErrForbidden, "", "")
	r.refused(t, before, update(grid.Actor{Name: "east", Role: grid.RolePlanner, Scope: eastStreet}, 1, func(*grid.Worker) {}), grid.ErrForbidden, "", "")
}

func TestL9Post(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	before := r.version()
	p := grid.Post{WorkerCode: "w" + southWest + "001", GridCode: southWest + "002", PostKind: "deputy", ValidFrom: soon(0), Public: true}
	made, err := r.s.CreatePost(t.Context(), westPlanner, r.city, p)
	if err != nil || made.ID == 0 || made.Version != 1 || made.CommunityCode != southWest || r.version() != before+1 {
		t.Fatalf("made %+v, %v", made, err)
	}
	end := soon(48)
	ended, err := r.s.UpdatePost(t.Context(), westPlanner, r.city, made.ID, 1, func(p *grid.Post) error {
		p.ValidTo, p.Public = &end, false
		return nil
	})
	if err != nil || ended.ValidTo == nil || !ended.ValidTo.Equal(end) || ended.Public || ended.Version != 2 {
		t.Errorf("ended %+v, %v", ended, err)
	}
	p.ValidFrom = end
	if _, err := r.s.CreatePost(t.Context(), westPlanner, r.city, p); err != nil {
		t.Errorf("a post from the end of the other on: %v", err)
	}
	before = r.version()
	p.ValidFrom = soon(47)
	_, err = r.s.CreatePost(t.Context(), westPlanner, r.city, p)
	r.refused(t, before, err, grid.ErrConflict, "", "")
	_, err = r.s.UpdatePost(t.Context(), westPlanner, r.city, made.ID, 2, func(p *grid.Post) error { p.ValidTo = nil; return nil })
	r.refused(t, before, err, grid.ErrConflict, "", "")
	if entries, err := r.s.Audit(t.Context(), "post", fmt.Sprint(made.ID), 10); err != nil || len(entries) != 2 || entries[0].Before == nil {
		t.Errorf("audit %+v, %v", entries, err)
	}
}

// TestPostEndsBesideAnother ends posts that another one of the kind overlaps, as imports once stored them.
func TestPostEndsBesideAnother(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	p := r.posts[0]
	if _, err := r.tx.Exec(t.Context(), `
		INSERT INTO post (worker_id, grid_id, county_code, post_kind, valid_from)
		SELECT worker_id, grid_id, county_code, post_kind, valid_from FROM post WHERE id = $1`, p.ID); err != nil {
		t.Fatal(err)
	}
	end := func(version int, at *time.Time) (grid.Post, error) {
		return r.s.UpdatePost(t.Context(), planner, r.city, p.ID, version, func(p *grid.Post) error { p.ValidTo = at; return nil })
	}
	later, sooner := soon(48), soon(24)
	for i, at := range []*time.Time{&later, &sooner} {
		if made, err := end(p.Version+i, at); err != nil || !made.ValidTo.Equal(*at) {
			t.Fatalf("ended at %v: %+v, %v", at, made, err)
		}
	}
	before := r.version()
	for _, at := range []*time.Time{&later, nil} {
		_, err := end(p.Version+2, at)
		r.refused(t, before, err, grid.ErrConflict, "", "")
	}
}

func TestPostRefuses(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	_, err := r.s.UpdateWorker(t.Context(), planner, r.city, "w"+southEast+"001", 1, func(w *grid.Worker) error { w.Active = false; return nil })
	if err != nil {
		t.Fatal(err)
	}
	before := r.version()
	end := soon(-1)
	with := func(f func(*grid.Post)) grid.Post {
		p := grid.Post{WorkerCode: "w" + southWest + "001", GridCode: southWest + "002", PostKind: "deputy", ValidFrom: soon(0)}
		f(&p)
		return p
	}
	for _, test := range []struct {
		name        string
		actor       grid.Actor
		post        grid.Post
		sentinel    error
		rule, field string
	}{
		{"role", westDispatcher, with(func(*grid.Post) {}), grid.ErrForbidden, "", ""},
		{"another street's grid", westPlanner, with(func(p *grid.Post) { p.GridCode = southEast + "001" }), grid.ErrForbidden, "", ""},
		{"no such grid", planner, with(func(p *grid.Post) { p.GridCode = "X" }), grid.ErrInvalid, "unknown_code", "grid_code"},
		{"no such worker", planner, with(func(p *grid.Post) { p.WorkerCode = "X" }), grid.ErrInvalid, "unknown_code", "worker_code"},
		{"a worker who has left", planner, with(func(p *grid.Post) { p.WorkerCode = "w" + southEast + "001" }), grid.ErrInvalid, "inactive", "worker_code"},
		{"ends before it begins", planner, with(func(p *grid.Post) { p.ValidTo = &end }), grid.ErrInvalid, "range", "valid_to"},
		{"the same post again", planner, with(func(p *grid.Post) { p.GridCode, p.PostKind = southWest+"001", "worker" }), grid.ErrConflict, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := r.s.CreatePost(t.Context(), test.actor, r.city, test.post)
			r.refused(t, before, err, test.sentinel, test.rule, test.field)
		})
	}
	_, err = r.s.UpdatePost(t.Context(), planner, r.city, r.posts[0].ID, 7, func(*grid.Post) error { return nil })
	r.refused(t, before, err, grid.ErrStale, "", "")
	_, err = r.s.UpdatePost(t.Context(), planner, r.city, -1, 1, func(*grid.Post) error { return nil })
	r.refused(t, before, err, grid.ErrNotFound, "", "")
}

func TestL9Duty(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	before := r.version()
	made, err := r.s.CreateDuty(t.Context(), westDispatcher, r.city, grid.Duty{PostID: r.posts[0].ID, OnFrom: soon(0), OnTo: soon(8), StandIn: r.posts[1].ID})
	if err != nil || made.GridCode != southWest+"001" || made.StandInWorker != "w"+southWest+"002" || made.Version != 1 || r.version() != before+1 {
		t.Fatalf("made %+v, %v", made, err)
	}
	away, err := r.s.UpdateDuty(t.Context(), westDispatcher, r.city, made.ID, 1, func(d *grid.Duty) error { d.Absent = true; return nil })
	if err != nil || !away.Absent || away.Version != 2 || away.UpdatedBy != "west desk" {
		t.Errorf("away %+v, %v", away, err)
	}
	duties, err := r.s.DutyBetween(t.Context(), []string{countyCode}, soon(7), soon(20))
	if err != nil || len(duties) != 1 || duties[0].StandIn != r.posts[1].ID || !duties[0].Absent {
		t.Errorf("calendar %+v, %v", duties, err)
	}
	if _, err := r.s.CreateDuty(t.Context(), planner, r.city, grid.Duty{PostID: r.posts[0].ID, OnFrom: soon(8), OnTo: soon(16)}); err != nil {
		t.Errorf("the next shift: %v", err)
	}
	if _, err := r.s.UpdateDuty(t.Context(), planner, r.city, made.ID, 2, func(d *grid.Duty) error { d.Cancelled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if duties, err = r.s.DutyBetween(t.Context(), []string{countyCode}, soon(1), soon(2)); err != nil || len(duties) != 0 {
		t.Errorf("calendar after cancelling %+v, %v", duties, err)
	}
	if _, err := r.s.CreateDuty(t.Context(), planner, r.city, grid.Duty{PostID: r.posts[0].ID, OnFrom: soon(0), OnTo: soon(8)}); err != nil {
		t.Errorf("in place of the cancelled one: %v", err)
	}
	before = r.version()
	_, err = r.s.UpdateDuty(t.Context(), planner, r.city, made.ID, 3, func(d *grid.Duty) error { d.Cancelled = false; return nil })
	r.refused(t, before, err, grid.ErrConflict, "", "")
	if entries, err := r.s.Audit(t.Context(), "duty", fmt.Sprint(made.ID), 10); err != nil || len(entries) != 3 {
		t.Errorf("audit %+v, %v", entries, err)
	}
	listed, err := r.s.Duties(t.Context(), store.RosterFilter{Communities: []string{southWest}, Limit: 10})
	if err != nil || len(listed) != 3 || !listed[0].Cancelled {
		t.Errorf("listed %+v, %v", listed, err)
	}
}

func TestDutyRefuses(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	west, west2, east := r.posts[0].ID, r.posts[1].ID, r.posts[2].ID
	end := soon(4)
	if _, err := r.s.UpdatePost(t.Context(), planner, r.city, west2, 1, func(p *grid.Post) error { p.ValidTo = &end; return nil }); err != nil {
		t.Fatal(err)
	}
	own, err := r.s.CreatePost(t.Context(), planner, r.city, grid.Post{WorkerCode: "w" + southWest + "001", GridCode: southWest + "002", PostKind: "deputy", ValidFrom: soon(-2)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.s.CreateDuty(t.Context(), planner, r.city, grid.Duty{PostID: west, OnFrom: soon(10), OnTo: soon(18)}); err != nil {
		t.Fatal(err)
	}
	before := r.version()
	for _, test := range []struct {
		name        string
		actor       grid.Actor
		duty        grid.Duty
		sentinel    error
		rule, field string
	}{
		{"role", grid.Actor{Name: "r", Role: grid.RoleReader}, grid.Duty{PostID: west, OnFrom: soon(0), OnTo: soon(8)}, grid.ErrForbidden, "", ""},
		{"another street's post", westDispatcher, grid.Duty{PostID: east, OnFrom: soon(0), OnTo: soon(8)}, grid.ErrForbidden, "", ""},
		{"no such post", planner, grid.Duty{PostID: -1, OnFrom: soon(0), OnTo: soon(8)}, grid.ErrInvalid, "unknown_code", "post_id"},
		{"ends before it begins", planner, grid.Duty{PostID: west, OnFrom: soon(8), OnTo: soon(8)}, grid.ErrInvalid, "range", "on_to"},
		{"before the post", planner, grid.Duty{PostID: west, OnFrom: soon(-100), OnTo: soon(8)}, grid.ErrInvalid, "post_valid", "post_id"},
		{"after the post", planner, grid.Duty{PostID: west2, OnFrom: soon(3), OnTo: soon(5)}, grid.ErrInvalid, "post_valid", "post_id"},
		{"another duty of the post", planner, grid.Duty{PostID: west, OnFrom: soon(17), OnTo: soon(20)}, grid.ErrConflict, "", ""},
		{"itself stands in", planner, grid.Duty{PostID: west, StandIn: west, OnFrom: soon(0), OnTo: soon(3)}, grid.ErrInvalid, "stand_in", "stand_in_post_id"},
		{"the same worker stands in", planner, grid.Duty{PostID: west, StandIn: own.ID, OnFrom: soon(0), OnTo: soon(3)}, grid.ErrInvalid, "stand_in", "stand_in_post_id"},
		{"a stand-in whose post ends", planner, grid.Duty{PostID: west, StandIn: west2, OnFrom: soon(0), OnTo: soon(5)}, grid.ErrInvalid, "post_valid", "stand_in_post_id"},
		{"no such stand-in", planner, grid.Duty{PostID: west, StandIn: -1, OnFrom: soon(0), OnTo: soon(5)}, grid.ErrInvalid, "unknown_code", "stand_in_post_id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := r.s.CreateDuty(t.Context(), test.actor, r.city, test.duty)
			r.refused(t, before, err, test.sentinel, test.rule, test.field)
		})
	}
}

// TestDutyFollowsLineage merges a grid whose worker is on duty: the calendar goes on with the post that follows (BR-39).
// TestL9PostOfOthers: nobody gets at a worker of another branch by posting him, or having him stand in, in his own.
func TestL9PostOfOthers(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	west, east := r.posts[0].ID, r.posts[2].ID
	eastOrg := grid.Organization{Code: "EAST", Name: "东", Kind: "street_office", Level: grid.LevelStreet, DivisionCode: eastStreet}
	if err := r.s.ImportOrganizations(t.Context(), newImport("organizations", 1), []grid.Organization{eastOrg}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.s.CreateWorker(t.Context(), planner, r.city, grid.Worker{Code: "E1", Name: "东员", RoleType: "full_time", ManagingOrg: "EAST", Active: true}); err != nil {
		t.Fatal(err)
	}
	hidden, err := r.s.UpdatePost(t.Context(), planner, r.city, east, 1, func(p *grid.Post) error { p.Public = false; return nil })
	if err != nil {
		t.Fatal(err)
	}
	before := r.version()
	post := grid.Post{WorkerCode: "E1", GridCode: southWest + "001", PostKind: "worker", ValidFrom: soon(0), Public: true}
	_, err = r.s.CreatePost(t.Context(), westPlanner, r.city, post)
	r.refused(t, before, err, grid.ErrForbidden, "", "")
	standIn := grid.Duty{PostID: west, StandIn: hidden.ID, OnFrom: soon(0), OnTo: soon(8)}
	_, err = r.s.CreateDuty(t.Context(), westDispatcher, r.city, standIn)
	r.refused(t, before, err, grid.ErrInvalid, "unknown_code", "stand_in_post_id")
	standIn.StandIn = 0
	duty, err := r.s.CreateDuty(t.Context(), westDispatcher, r.city, standIn)
	if err != nil {
		t.Fatal(err)
	}
	before = r.version()
	by := func(actor grid.Actor, version int, change func(*grid.Duty)) error {
		_, err := r.s.UpdateDuty(t.Context(), actor, r.city, duty.ID, version, func(d *grid.Duty) error { change(d); return nil })
		return err
	}
	name := func(d *grid.Duty) { d.StandIn = hidden.ID }
	r.refused(t, before, by(westDispatcher, 1, name), grid.ErrInvalid, "unknown_code", "stand_in_post_id")
	if err := by(planner, 1, name); err != nil {
		t.Errorf("named by who may see him: %v", err)
	}
	if err := by(westDispatcher, 2, func(d *grid.Duty) { d.Absent = true }); err != nil {
		t.Errorf("away, with the stand-in that is there: %v", err)
	}
	if _, err := r.s.CreatePost(t.Context(), planner, r.city, post); err != nil {
		t.Errorf("posted by who manages both: %v", err)
	}
}

func TestDutyFollowsLineage(t *testing.T) {
	t.Parallel()
	r := newRota(t)
	west, west2 := r.posts[0].ID, r.posts[1].ID
	now, err := r.s.CreateDuty(t.Context(), planner, r.city, grid.Duty{PostID: west, StandIn: west2, OnFrom: soon(0), OnTo: soon(24 * 30)})
	if err != nil {
		t.Fatal(err)
	}
	later, err := r.s.CreateDuty(t.Context(), planner, r.city, grid.Duty{PostID: west, OnFrom: soon(24 * 30), OnTo: soon(24 * 31)})
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, r.s, r.city, planner)
	d.edit(grid.Change{Op: grid.OpMerge, Grids: []string{southWest + "001", southWest + "002"}})
	d.publish()
	merged := texts(t, r.tx, `SELECT DISTINCT g.code FROM grid_lineage l JOIN grid g ON g.id = l.to_grid_id WHERE l.relation = 'merge'`)
	if len(merged) != 1 {
		t.Fatal(merged)
	}
	duties, err := r.s.Duties(t.Context(), store.RosterFilter{Limit: 10})
	if err != nil || len(duties) != 3 {
		t.Fatalf("%+v, %v", duties, err)
	}
	at := *d.plan.PublishedAt
	first, second, third := duties[0], duties[1], duties[2]
	if first.ID != now.ID || first.PostID != west || !first.OnTo.Equal(at) {
		t.Errorf("the duty of then: %+v", first)
	}
	if second.ID != later.ID || second.GridCode != merged[0] || !second.OnFrom.Equal(later.OnFrom) {
		t.Errorf("the duty to come: %+v", second)
	}
	if third.GridCode != merged[0] || !third.OnFrom.Equal(at) || !third.OnTo.Equal(now.OnTo) || third.StandInWorker != "w"+southWest+"002" || third.StandIn == west2 {
		t.Errorf("the rest of the duty of then: %+v", third)
	}
}
