package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// sorted compares lists in any order.
var sorted = cmpopts.SortSlices(strings.Compare)

// asked returns the bodies of a plan's consultations that are required.
func (d *desk) asked() (required, others []string, all map[string]grid.Consultation) {
	d.t.Helper()
	found, err := d.s.Consultations(d.t.Context(), d.plan.Code)
	if err != nil {
		d.t.Fatal(err)
	}
	all = map[string]grid.Consultation{}
	for _, c := range found {
		all[c.BodyCode] = c
		if c.Required {
			required = append(required, c.BodyCode)
		} else {
			others = append(others, c.BodyKind+" "+c.BodyCode)
		}
	}
	return required, others, all
}

// answer records an opinion on the plan and takes the plan's next version.
func (d *desk) answer(actor grid.Actor, body, opinion, text string) error {
	d.t.Helper()
	_, _, all := d.asked()
	c := all[body]
	_, err := d.s.AnswerConsultation(d.t.Context(), d.city, actor, d.plan.Code, c.ID, c.Version, opinion, text)
	d.reread()
	return err
}

func (d *desk) reply(body, reply, text string) error {
	d.t.Helper()
	_, _, all := d.asked()
	c := all[body]
	_, err := d.s.ReplyConsultation(d.t.Context(), d.city, d.actor, d.plan.Code, c.ID, c.Version, reply, text)
	d.reread()
	return err
}

func (d *desk) reread() {
	d.t.Helper()
	p, err := d.s.Plan(d.t.Context(), d.plan.Code)
	if err != nil {
		d.t.Fatal(err)
	}
	d.plan = p
}

func organization(code, kind, level, division string) grid.Organization {
	return grid.Organization{Code: code, Name: code, Kind: kind, Level: level, DivisionCode: division}
}

// TestConsult: a border between two grids moves, so their committee and street are asked; a campus lies over another community too.
func TestConsult(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	if err := s.Set(t.Context(), grid.Actor{Name: "root", Role: grid.RoleAdministrator}, "dedicated.span", true); err != nil {
		t.Fatal(err)
	}
	town(t, s)
	orgs := []grid.Organization{organization("campus", "institution", "county", countyCode), organization("fire", "department", "county", countyCode)}
	if err := s.ImportOrganizations(t.Context(), newImport("organizations", len(orgs)), orgs); err != nil {
		t.Fatal(err)
	}
	d := importDesk(t, s, planner)
	d.replace(5)
	d.check()
	if _, err := s.SubmitPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("submitted before anyone was asked: %v", err)
	}
	unknown := store.ConsultRequest{Departments: []string{"nobody"}}
	if _, err := s.Consult(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, unknown); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("a department that is not there: %v", err)
	}
	past := time.Now().Add(-time.Hour)
	if _, err := s.Consult(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, store.ConsultRequest{DueAt: &past}); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("due before it is asked: %v", err)
	}
	d.consult(store.ConsultRequest{Departments: []string{"fire"}, Public: true})
	required, others, all := d.asked()
	if diff := cmp.Diff(required, []string{westStreet, southWest}); diff != "" {
		t.Errorf("required (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(others, []string{"department fire", "public "}); diff != "" {
		t.Errorf("others (-got +want):\n%s", diff)
	}
	if c := all[southWest]; c.BodyKind != "committee" || c.Method != "system" || c.DueAt.Sub(c.AskedAt).Round(24*time.Hour) != 10*24*time.Hour {
		t.Errorf("asked %+v", c)
	}
	if err := d.answer(planner, southWest, "agree", ""); err != nil {
		t.Fatal(err)
	}

	// The draft now has a campus over the border of two streets, and the border of the two grids runs as before.
	e := shifted(d, 0)
	campus := cells(1, 0, 2, 1)
	e.Dedicated = []grid.Grid{baseGrid(southWest+"801", southWest, campus)}
	e.Dedicated[0].DedicatedKind, e.Dedicated[0].HostOrg = "school", "campus"
	made, err := d.replaceBy(e)
	d.after(made.Plan, err)
	d.state(grid.Revised)
	d.check()
	d.consult(store.ConsultRequest{Method: "meeting"})
	required, _, all = d.asked()
	if diff := cmp.Diff(required, []string{westStreet, southWest, southEast, eastStreet}, sorted); diff != "" {
		t.Errorf("required of the campus (-got +want):\n%s", diff)
	}
	if all[southWest].Opinion != "agree" || all[southEast].Method != "meeting" {
		t.Errorf("an answer is gone, or the new ones are not asked: %+v", all)
	}
	if _, err := s.UndoPlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version); err != nil {
		t.Fatal(err)
	}
	d.reread()
	d.check()
	d.consult(store.ConsultRequest{})
	if required, _, _ = d.asked(); !cmp.Equal(required, []string{westStreet, southWest}, sorted) {
		t.Errorf("required after the campus is gone: %v", required)
	}
}

// TestConcernedByLine: a split whose line ends on the border of another community puts a vertex there, which concerns nobody there.
// What a border that moves concerns is in TestConsult.
func TestConcernedByLine(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	for _, c := range []struct {
		name    string
		change  grid.Change
		touches string // a part of the draft
		want    []string
	}{
		{"split to the neighbour's border", lineChange(grid.OpSplit, southWest+"002", spot(100, 51), spot(200, 50)), southEast + "001", []string{westStreet, southWest}},
		{"to the neighbour", grid.Change{Op: grid.OpTransfer, Grid: southWest + "002", Community: southEast}, southWest + "002", []string{westStreet, southWest, eastStreet, southEast}},
		{"a name", grid.Change{Op: grid.OpRename, Grid: southWest + "002", Name: "河西"}, southWest + "002", nil},
	} {
		d := newDesk(t, s, city, planner)
		made := d.edit(c.change)
		if !slices.ContainsFunc(made.Parts, func(p grid.PlanPart) bool { return p.Code == c.touches }) {
			t.Fatalf("%s: %s is no part of it", c.name, c.touches)
		}
		concerned, err := s.Concerned(t.Context(), city, d.plan.Code)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, b := range concerned {
			codes = append(codes, b.Code)
		}
		if diff := cmp.Diff(codes, c.want, sorted); diff != "" {
			t.Errorf("%s (-got +want):\n%s", c.name, diff)
		}
	}
}

// TestAnswerConsultation: who may answer for whom, and what an answer needs.
func TestAnswerConsultation(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	town(t, s)
	d := importDesk(t, s, planner)
	d.replace(5)
	d.check()
	d.consult(store.ConsultRequest{Public: true})
	clerk := func(scope string) grid.Actor {
		return grid.Actor{Name: "clerk", Role: grid.RoleDispatcher, Scope: scope}
	}
	for name, c := range map[string]struct {
		actor         grid.Actor
		body          string
		opinion, text string
		want          error
	}{
		"the committee for the street":  {clerk(southWest), westStreet, "agree", "", grid.ErrForbidden},
		"the neighbour":                 {clerk(northWest), southWest, "agree", "", grid.ErrForbidden},
		"the other street":              {clerk(eastStreet), southWest, "agree", "", grid.ErrForbidden},
		"a reader":                      {grid.Actor{Name: "r", Role: grid.RoleReader, Scope: southWest}, southWest, "agree", "", grid.ErrForbidden},
		"a clerk for the public":        {clerk(southWest), "", "agree", "", grid.ErrForbidden},
		"an objection without a word":   {clerk(southWest), southWest, "object", "", grid.ErrInvalid},
		"an opinion that is none":       {clerk(southWest), southWest, "perhaps", "", grid.ErrInvalid},
		"no reply, with time to answer": {clerk(southWest), southWest, "no_reply", "", grid.ErrInvalid},
		"a phone number":                {clerk(southWest), southWest, "object", "找 13800138000", grid.ErrInvalid},
	} {
		if err := d.answer(c.actor, c.body, c.opinion, c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if err := d.reply(southWest, "adopted", ""); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("a reply to no answer: %v", err)
	}
	before := d.plan.Version
	if err := d.answer(clerk(southWest), southWest, "object", "线划得不好"); err != nil {
		t.Fatal(err)
	}
	if d.plan.Version != before+1 || d.plan.ConsultedCount != 3 || d.plan.AnsweredCount != 1 {
		t.Errorf("the plan after an answer: %+v", d.plan)
	}
	_, _, all := d.asked()
	c := all[southWest]
	if c.Opinion != "object" || c.AnsweredBy != "clerk" || c.AnsweredAt == nil || c.Version != 2 {
		t.Errorf("answered %+v", c)
	}
	var stale *grid.StaleError
	if _, err := s.AnswerConsultation(t.Context(), d.city, planner, d.plan.Code, c.ID, 1, "agree", ""); !errors.As(err, &stale) || stale.Current != 2 {
		t.Errorf("answered at an old version: %v", err)
	}
	if _, err := s.AnswerConsultation(t.Context(), d.city, planner, d.plan.Code, c.ID+100, 1, "agree", ""); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("a consultation that is not there: %v", err)
	}
	if err := d.reply(southWest, "not_adopted", ""); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("not adopted without a reason: %v", err)
	}
	if err := d.reply(southWest, "not_adopted", "河道以此为界"); err != nil {
		t.Fatal(err)
	}
	if err := d.answer(clerk(westStreet), southWest, "agree_with_comments", "可以"); err != nil { // the street for its committee
		t.Fatal(err)
	}
	if _, _, all = d.asked(); all[southWest].Reply != "" {
		t.Error("the reply to another opinion is still there")
	}
	if _, err := tx.Exec(t.Context(), `UPDATE consultation SET due_at = now() - interval '1 day' WHERE body_code = $1`, westStreet); err != nil {
		t.Fatal(err)
	}
	if err := d.answer(planner, westStreet, "no_reply", ""); err != nil {
		t.Errorf("no reply after the time was over: %v", err)
	}
	entries, err := s.Audit(t.Context(), "plan", d.plan.Code, 3)
	if err != nil || entries[0].Action != "answer" || entries[2].Action != "reply" {
		t.Errorf("audit %v (%v)", entries, err)
	}
}

// TestQC24Heard: a plan is approved only when all concerned have been heard.
func TestQC24Heard(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	town(t, s)
	d := importDesk(t, s, planner)
	d.replace(5)
	notices := func() (codes []string) {
		d.check()
		findings, err := s.PlanFindings(t.Context(), d.plan.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if f.Rule == "QC-24" && f.Class == grid.NoticeClass {
				codes = append(codes, f.Fingerprint)
			}
		}
		return codes
	}
	if got := notices(); !cmp.Equal(got, []string{"QC-24-street-" + westStreet, "QC-24-committee-" + southWest}) {
		t.Errorf("before anyone was asked the check tells of %v", got)
	}
	d.consult(store.ConsultRequest{})
	if got := notices(); len(got) != 2 {
		t.Errorf("before anyone has answered the check tells of %v", got)
	}
	d.submit()
	approve := func() error {
		p, err := s.DecidePlan(t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version, store.Decision{Act: grid.ActApprove})
		if err == nil {
			d.plan = p
		}
		return err
	}
	if err := approve(); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("approved before anyone answered: %v", err)
	}
	if err := d.answer(planner, southWest, "object", "不同意"); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE consultation SET due_at = now() - interval '1 day' WHERE body_code = $1`, westStreet); err != nil {
		t.Fatal(err)
	}
	if err := approve(); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("approved over an objection without a reply: %v", err)
	}
	if err := d.reply(southWest, "partly", "已调整"); err != nil {
		t.Fatal(err)
	}
	if err := approve(); err != nil {
		t.Fatalf("one has answered, the other's time is over: %v", err)
	}
	d.state(grid.Decided)
	if err := d.answer(planner, southWest, "agree", ""); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("answered after the decision: %v", err)
	}
}

// TestPlanHoldsParts: what a submitted plan changes no other plan can change or submit, until it ends (BR-37).
func TestPlanHoldsParts(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	first, second, third := newDesk(t, s, city, planner), newDesk(t, s, city, planner), newDesk(t, s, city, planner)
	first.rename(southWest+"001", "甲")
	first.rename(southEast+"001", "甲东")
	second.rename(southWest+"002", "乙")
	second.rename(southWest+"001", "乙")
	for _, d := range []*desk{first, second} {
		d.check()
	}
	first.submit()
	conflictWith := func(what string, err error) {
		t.Helper()
		var conflict *grid.ConflictError
		if !errors.As(err, &conflict) || len(conflict.Conflicts) != 1 {
			t.Fatalf("%s: got %v, want a conflict over one part", what, err)
		}
		c := conflict.Conflicts[0]
		base, _ := city.Grid(southWest + "001")
		if c.Plan != first.plan.Code || c.Kind != grid.Base || c.Code != southWest+"001" || !cmp.Equal(c.Base, base.Boundary) || c.Draft == nil {
			t.Errorf("%s: the conflict is %+v", what, c)
		}
	}
	_, err := s.SubmitPlan(t.Context(), city, planner, second.plan.Code, second.plan.Version)
	conflictWith("the second was submitted", err)
	second.state(grid.Checked)
	rename := grid.Change{Op: grid.OpRename, Grid: southWest + "001", Name: "丙"}
	_, err = s.EditPlan(t.Context(), city, planner, third.plan.Code, third.plan.Version, rename)
	conflictWith("the third changed it", err)
	made, err := s.UndoPlan(t.Context(), city, planner, second.plan.Code, second.plan.Version)
	second.after(made.Plan, err) // taking back is allowed
	_, err = s.RedoPlan(t.Context(), city, planner, second.plan.Code, second.plan.Version)
	conflictWith("the second did it again", err)
	third.rename(southWest+"003", "丙") // another grid of the community
	first.decide(grid.ActReturn)
	third.rename(southWest+"001", "丙")
}

// TestPlansSubmittedAtOnce: of two plans that change one grid one is submitted, however close they come.
func TestPlansSubmittedAtOnce(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	city := town(t, s)
	for range 5 {
		var desks []*desk
		for _, grids := range [][]string{{southWest + "001", southEast + "001"}, {southEast + "001", southWest + "001"}} {
			d := newDesk(t, s, city, planner)
			for _, code := range grids {
				d.rename(code, d.plan.Code)
			}
			d.check()
			desks = append(desks, d)
		}
		results := make(chan error)
		for _, d := range desks {
			go func() {
				_, err := s.SubmitPlan(t.Context(), city, planner, d.plan.Code, d.plan.Version)
				results <- err
			}()
		}
		a, b := <-results, <-results
		var conflict *grid.ConflictError
		if (a == nil) == (b == nil) || !errors.As(errors.Join(a, b), &conflict) {
			t.Fatalf("got %v and %v, want one submitted and one conflict", a, b)
		}
		for _, d := range desks {
			d.reread()
			if _, err := s.WithdrawPlan(t.Context(), city, planner, d.plan.Code, d.plan.Version, "完"); err != nil {
				t.Fatal(err)
			}
		}
	}
}
