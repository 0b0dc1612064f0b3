package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// The town of these tests is a square of 4 by 4 base grids. Each quarter of it is a community; the two in the west are one street, the
// two in the east another.
const (
	westStreet = "320211001000"
	eastStreet = "320211002000"

	southWest = "320211001001" // grids 001 and 002, north of them 003 and 004
	northWest = "320211001002"
	southEast = "320211002001"
	northEast = "320211002002"
)

// side is that of a grid of the town, in lattice units: about 100 m.
const side = 10_000

var townOrigin = geo.Point{X: 1_203_000_000, Y: 315_000_000}

// cells returns the cells from column x, row y on, with a vertex at every corner of a cell.
func cells(x, y, width, height int32) geo.MultiPolygon {
	var ring geo.Ring
	add := func(dx, dy int32) {
		ring = append(ring, geo.Point{X: townOrigin.X + (x+dx)*side, Y: townOrigin.Y + (y+dy)*side})
	}
	for i := range width {
		add(i, 0)
	}
	for i := range height {
		add(width, i)
	}
	for i := range width {
		add(width-i, height)
	}
	for i := range height {
		add(0, height-i)
	}
	return geo.MultiPolygon{{append(ring, ring[0])}}
}

// town fills s with the town and returns it.
func town(t testing.TB, s *store.Store) *edition.City {
	t.Helper()
	all := cells(0, 0, 4, 4)
	divisions := []grid.Division{
		division(cityCode, grid.LevelCity, "", "", all),
		division(countyCode, grid.LevelCounty, cityCode, countyCode, all),
		division(westStreet, grid.LevelStreet, countyCode, countyCode, cells(0, 0, 2, 4)),
		division(eastStreet, grid.LevelStreet, countyCode, countyCode, cells(2, 0, 2, 4)),
	}
	e := store.NewEdition{CountyCode: countyCode, Proven: true}
	for _, community := range []struct {
		code, street string
		x, y         int32
	}{{southWest, westStreet, 0, 0}, {northWest, westStreet, 0, 2}, {southEast, eastStreet, 2, 0}, {northEast, eastStreet, 2, 2}} {
		outline := cells(community.x, community.y, 2, 2)
		divisions = append(divisions, division(community.code, grid.LevelCommunity, community.street, countyCode, outline))
		for i := range int32(4) {
			code := fmt.Sprintf("%s%03d", community.code, i+1)
			e.Base = append(e.Base, baseGrid(code, community.code, cells(community.x+i%2, community.y+i/2, 1, 1)))
		}
	}
	importDivisions(t, s, divisions)
	if err := importEdition(t.Context(), s, e); err != nil {
		t.Fatal(err)
	}
	return cityOf(t, s)
}

var (
	westPlanner   = grid.Actor{Name: "west", Role: grid.RolePlanner, Scope: westStreet}
	countyDecider = grid.Actor{Name: "county", Role: grid.RoleAdministrator, Scope: countyCode}
)

// desk does acts on one plan of a town, each at the version that the one before left.
type desk struct {
	t     testing.TB
	s     *store.Store
	city  *edition.City
	actor grid.Actor
	plan  grid.Plan
}

func newDesk(t testing.TB, s *store.Store, city *edition.City, actor grid.Actor) *desk {
	t.Helper()
	p, err := s.CreatePlan(t.Context(), city, actor, grid.Plan{Counties: []string{countyCode}, Title: "调整", Reason: "workload"})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t, s, city, actor, p}
}

// after takes the plan as an act left it.
func (d *desk) after(p grid.Plan, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	if p.Version != d.plan.Version+1 {
		d.t.Errorf("version %d after %d", p.Version, d.plan.Version)
	}
	d.plan = p
}

func (d *desk) edit(ch grid.Change) store.PlanEdit {
	d.t.Helper()
	made, err := d.s.EditPlan(d.t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version, ch)
	d.after(made.Plan, err)
	return made
}

func (d *desk) rename(code, name string) store.PlanEdit {
	d.t.Helper()
	return d.edit(grid.Change{Op: grid.OpRename, Grid: code, Name: name})
}

func (d *desk) check() {
	d.t.Helper()
	p, findings, err := d.s.CheckPlan(d.t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version)
	d.after(p, err)
	for _, f := range findings {
		if f.OpenError() {
			d.t.Fatalf("%s is open: %v: %s", f.Rule, f.GridCodes, f.Detail)
		}
	}
}

func (d *desk) consult(r store.ConsultRequest) {
	d.t.Helper()
	d.after(d.s.Consult(d.t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version, r))
}

func (d *desk) submit() {
	d.t.Helper()
	d.after(d.s.SubmitPlan(d.t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version))
}

func (d *desk) decide(act grid.PlanAct) {
	d.t.Helper()
	decision := store.Decision{Act: act, DocNo: "滨政发〔2026〕7号"}
	if act != grid.ActApprove {
		decision.Reason = "请修改"
	}
	d.after(d.s.DecidePlan(d.t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version, decision))
}

// state fails the test unless the plan is in that state, in the database too.
func (d *desk) state(want grid.PlanState) {
	d.t.Helper()
	stored, err := d.s.Plan(d.t.Context(), d.plan.Code)
	if err != nil {
		d.t.Fatal(err)
	}
	if diff := cmp.Diff(stored, d.plan); diff != "" {
		d.t.Errorf("the stored plan and the answer differ (-stored +answer):\n%s", diff)
	}
	if stored.State != want {
		d.t.Fatalf("the plan is %s, want %s", stored.State, want)
	}
}

func TestCreatePlan(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	first := newDesk(t, s, city, westPlanner).plan
	second := newDesk(t, s, city, planner).plan
	year := time.Now().Format("2006")
	if first.Code != "320211-"+year+"-001" || second.Code != "320211-"+year+"-002" {
		t.Errorf("codes %s and %s", first.Code, second.Code)
	}
	if first.State != grid.Draft || first.Version != 1 || first.DecidingLevel != grid.LevelCounty || first.CreatedBy != "west" ||
		!cmp.Equal(first.BaseEditions, []int{1}) || first.Kind != grid.AdjustmentPlan {
		t.Errorf("made %+v", first)
	}
	for name, c := range map[string]struct {
		actor grid.Actor
		plan  grid.Plan
		want  error
	}{
		"no county":      {planner, grid.Plan{Title: "x", Reason: "other"}, grid.ErrInvalid},
		"a street":       {planner, grid.Plan{Counties: []string{westStreet}, Title: "x", Reason: "other"}, grid.ErrNotFound},
		"unknown county": {planner, grid.Plan{Counties: []string{"320212000000"}, Title: "x", Reason: "other"}, grid.ErrNotFound},
		"no title":       {planner, grid.Plan{Counties: []string{countyCode}, Reason: "other"}, grid.ErrInvalid},
		"no such reason": {planner, grid.Plan{Counties: []string{countyCode}, Title: "x", Reason: "whim"}, grid.ErrInvalid},
		"undo":           {planner, grid.Plan{Counties: []string{countyCode}, Title: "x", Reason: "undo", Kind: grid.UndoPlan}, grid.ErrInvalid},
		"a phone number": {planner, grid.Plan{Counties: []string{countyCode}, Title: "x", Reason: "other", Note: "找13800138000"}, grid.ErrInvalid},
		"a dispatcher":   {grid.Actor{Name: "d", Role: grid.RoleDispatcher}, grid.Plan{Counties: []string{countyCode}, Title: "x", Reason: "other"}, grid.ErrForbidden},
		"elsewhere":      {grid.Actor{Name: "p", Role: grid.RolePlanner, Scope: "330000000000"}, grid.Plan{Counties: []string{countyCode}, Title: "x", Reason: "other"}, grid.ErrForbidden},
	} {
		if _, err := s.CreatePlan(t.Context(), city, c.actor, c.plan); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestPlans(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	var codes []string
	for range 5 {
		codes = append(codes, newDesk(t, s, city, planner).plan.Code)
	}
	ended, err := s.WithdrawPlan(t.Context(), city, planner, codes[1], 1, "不再需要")
	if err != nil {
		t.Fatal(err)
	}
	list := func(f store.PlanFilter) (found []string, last int64) {
		plans, err := s.Plans(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range plans {
			found, last = append(found, p.Code), p.ID
		}
		return found, last
	}
	page, last := list(store.PlanFilter{Limit: 2})
	rest, _ := list(store.PlanFilter{Limit: 10, After: last})
	if diff := cmp.Diff(append(page, rest...), codes); diff != "" {
		t.Errorf("two pages (-got +want):\n%s", diff)
	}
	for name, c := range map[string]struct {
		filter store.PlanFilter
		want   []string
	}{
		"open":          {store.PlanFilter{State: "open", Limit: 10}, []string{codes[0], codes[2], codes[3], codes[4]}},
		"withdrawn":     {store.PlanFilter{State: "withdrawn", Limit: 10}, []string{ended.Code}},
		"other county":  {store.PlanFilter{Counties: []string{"320212000000"}, Limit: 10}, nil},
		"of the county": {store.PlanFilter{Counties: []string{countyCode}, State: "open", Limit: 1}, codes[:1]},
		"imports":       {store.PlanFilter{Kind: grid.ImportPlan, Limit: 10}, nil},
	} {
		if got, _ := list(c.filter); !cmp.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// TestPlanLife goes through a whole plan, every act in its order.
func TestPlanLife(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	d := newDesk(t, s, town(t, s), planner)
	d.rename(southWest+"001", "梅园")
	d.state(grid.Draft)
	d.check()
	d.state(grid.Checked)
	d.consult(store.ConsultRequest{Method: "written", Public: true})
	d.state(grid.Consulting)
	d.rename(southWest+"002", "兰园")
	d.state(grid.Revised)
	d.check()
	d.state(grid.Consulting)
	d.submit()
	d.state(grid.Submitted)
	d.decide(grid.ActReturn)
	d.state(grid.Revised)
	if d.plan.EndedReason != "请修改" {
		t.Errorf("the reason of the return is %q", d.plan.EndedReason)
	}
	d.check()
	d.submit()
	d.decide(grid.ActApprove)
	d.state(grid.Decided)
	if d.plan.DecidedBy != "county" || d.plan.DecisionDocNo == "" || d.plan.DecidedAt == nil || d.plan.EndedReason != "" {
		t.Errorf("decided: %+v", d.plan)
	}
	if days := d.plan.FilingDueAt.Sub(*d.plan.DecidedAt).Hours() / 24; days < 14.9 || days > 15.1 {
		t.Errorf("filing is due after %v days", days)
	}
	var locks int
	if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM plan_lock`).Scan(&locks); err != nil || locks != 2 {
		t.Errorf("%d parts are held, want 2 (%v)", locks, err)
	}
	d.after(s.WithdrawPlan(t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version, "另行安排"))
	d.state(grid.Withdrawn)
	if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM plan_lock`).Scan(&locks); err != nil || locks != 0 {
		t.Errorf("%d parts are held after the end (%v)", locks, err)
	}
	entries, err := s.Audit(t.Context(), "plan", d.plan.Code, 100)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for i := range entries {
		e := entries[len(entries)-1-i]
		actions = append(actions, e.Actor+" "+e.Action)
		if (e.Before == nil) != (i == 0) || e.After == nil {
			t.Errorf("entry %s lacks what was before or after", e.Action)
		}
	}
	want := []string{
		"planner create", "planner edit", "planner check", "planner consult", "planner edit", "planner check", "planner submit", "county return",
		"planner check", "planner submit", "county approve", "county withdraw",
	}
	if diff := cmp.Diff(actions, want); diff != "" {
		t.Errorf("audit (-got +want):\n%s", diff)
	}
}

// planEWKB returns the draft as the database has it, part by part with the exact bytes.
func planEWKB(t testing.TB, tx pgx.Tx, code string) []string {
	t.Helper()
	rows, err := tx.Query(t.Context(), `
		SELECT DISTINCT ON (x.kind, x.code) concat_ws(' ', x.kind, x.code, x.removed, x.name, x.community_code, x.households, encode(ST_AsEWKB(x.boundary), 'hex'))
		FROM plan_part x
		JOIN plan p ON p.id = x.plan_id AND x.seq <= p.position
		WHERE p.code = $1
		ORDER BY x.kind, x.code, x.seq DESC`, code)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return parts
}
