package grid_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
)

// bench is an incident in a small city of two counties, with two streets of two communities each, and who acts on it.
type bench struct {
	*testing.T
	tree     *tree
	settings grid.Settings
	in       grid.Incident
	now      time.Time
	gate     func(grid.Unit) (string, int, error)
	into     *grid.Incident

	supervisions []grid.Supervision // that have not been set right
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newBench(t *testing.T, severity string) *bench {
	b := &bench{T: t, tree: newTree(2, 2, 2), settings: grid.DefaultSettings(), now: noon}
	b.in = grid.Incident{
		ID: 1, Code: "I-1", Kind: "gas", Severity: severity, ReportedAt: noon, FirstReceiver: "division:c000",
		Assignment: grid.Assignment{CommunityCode: "c000"},
	}
	if err := b.in.Intake(&b.settings, "division:c"); err != nil {
		t.Fatal(err)
	}
	return b
}

// try does an order as the dispatcher of a division.
func (b *bench) try(name, scope string, o grid.IncidentOrder) error {
	c := b.tree.circumstances(&b.settings, grid.Actor{Name: name, Role: grid.RoleDispatcher, Scope: scope})
	c.Now, c.Into, c.Supervisions = b.now, b.into, b.supervisions
	if b.gate != nil {
		c.Gate = b.gate
	}
	if o.Reason == "" {
		o.Reason = "because"
	}
	_, err := b.in.Do(o, c)
	return err
}

// do is try for what must succeed.
func (b *bench) do(name, scope string, orders ...grid.IncidentOrder) {
	b.Helper()
	for _, o := range orders {
		if err := b.try(name, scope, o); err != nil {
			b.Fatalf("%s by %s of %q: %v", o.Act, name, scope, err)
		}
	}
}

// refuse is try for what must not.
func (b *bench) refuse(name, scope string, o grid.IncidentOrder, want error, words string) {
	b.Helper()
	if err := b.try(name, scope, o); !errors.Is(err, want) || !strings.Contains(err.Error(), words) {
		b.Errorf("%s by %s of %q: %v, want %v that says %q", o.Act, name, scope, err, want, words)
	}
}

func (b *bench) leads(unit grid.Unit, state string) {
	b.Helper()
	if b.in.LeadUnit != string(unit) || b.in.State != state {
		b.Errorf("%s, led by %s: want %s by %s", b.in.State, b.in.LeadUnit, state, unit)
	}
}

// TestBR50FirstReceiver: who received it first stays responsible until a transfer is taken, and gets back what is returned.
func TestBR50FirstReceiver(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"})
	b.do("甲", "c000", grid.IncidentOrder{Act: "assign", Unit: "grid:c000g1"})
	b.leads("grid:c000g1", "assigned")
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "assign", Unit: "grid:c001g0"}, grid.ErrInvalid, "transfer")
	b.do("甲", "c000", grid.IncidentOrder{Act: "transfer", Unit: "division:c001"})
	b.leads("grid:c000g1", "transferred")
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "take"}, grid.ErrForbidden, "transfer_to")
	b.refuse("乙", "c001", grid.IncidentOrder{Act: "recall"}, grid.ErrForbidden, "lead_unit")
	b.do("乙", "c001", grid.IncidentOrder{Act: "return"})
	b.leads("division:c000", "accepted")
	b.do("甲", "c000", grid.IncidentOrder{Act: "transfer", Unit: "division:c001"}, grid.IncidentOrder{Act: "recall"})
	b.leads("division:c000", "accepted")
	b.do("甲", "c000", grid.IncidentOrder{Act: "transfer", Unit: "org:Oc001"})
	b.do("乙", "c001", grid.IncidentOrder{Act: "take"})
	b.leads("org:Oc001", "assigned")
	if b.in.FirstReceiver != "division:c000" || b.in.RespondedAt == nil {
		t.Errorf("first received by %s, taken up at %v", b.in.FirstReceiver, b.in.RespondedAt)
	}
	b.refuse("乙", "c001", grid.IncidentOrder{Act: "transfer", Unit: "grid:nowhere"}, grid.ErrInvalid, "no grid")
	b.refuse("乙", "c001", grid.IncidentOrder{Act: "transfer", Unit: "派出所"}, grid.ErrInvalid, "grid:CODE")
	b.refuse("乙", "c001", grid.IncidentOrder{Act: "transfer", Unit: "org:Oc001"}, grid.ErrInvalid, "already")
}

// TestBR50Imported: a case that was imported as transferred, by nobody to nobody, goes on from where it lies.
func TestBR50Imported(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	b.in.State, b.in.LeadUnit, b.in.FirstReceiver = "transferred", "", ""
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "take"}, grid.ErrConflict, "nobody was asked")
	b.refuse("乙", "c001", grid.IncidentOrder{Act: "return"}, grid.ErrForbidden, "transfer_to")
	b.do("甲", "c000", grid.IncidentOrder{Act: "return"}, grid.IncidentOrder{Act: "assign", Unit: "grid:c000g0"})
	b.leads("grid:c000g0", "assigned")
}

// TestBR51Escalation goes up one level at a time, or straight for what is grave.
func TestBR51Escalation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		severity string
		steps    []grid.Unit
	}{
		{"normal", []grid.Unit{"division:c000", "division:c00", "division:c0", "division:c"}},
		{"grave", []grid.Unit{"division:c0", "division:c"}},
		{"extreme", []grid.Unit{"division:c"}},
	} {
		b := newBench(t, test.severity)
		b.do("市", "", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "assign", Unit: "grid:c000g0"})
		for _, unit := range test.steps {
			b.do("市", "", grid.IncidentOrder{Act: "escalate"})
			b.leads(unit, "escalated")
		}
		b.refuse("市", "", grid.IncidentOrder{Act: "escalate"}, grid.ErrConflict, "nothing above")
		b.refuse("区", "c0", grid.IncidentOrder{Act: "start"}, grid.ErrForbidden, "lead_unit")
	}
}

// TestBR52Areas: a case of several divisions is for the lowest above them all.
func TestBR52Areas(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		divisions []string
		want      grid.Unit
	}{
		{[]string{"c001"}, "division:c00"},
		{[]string{"c001", "c010"}, "division:c0"},
		{[]string{"c0", "c001"}, "division:c00"}, // which lies in c0
		{[]string{"c", "c0", "c000", "c010"}, "division:c0"},
		{[]string{"c01"}, "division:c0"},
		{[]string{"c1", "c001"}, "division:c"},
	} {
		b := newBench(t, "normal")
		b.do("甲", "c000", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "combine", Divisions: test.divisions})
		b.leads(test.want, "escalated")
	}
	b := newBench(t, "normal")
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"})
	for _, above := range []string{"c000", "c00", "c0", "c"} {
		b.refuse("甲", "c000", grid.IncidentOrder{Act: "combine", Divisions: []string{above}}, grid.ErrInvalid, "nothing to combine")
	}
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "combine", Divisions: []string{"c", "nowhere"}}, grid.ErrInvalid, "no division")
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "combine", Divisions: []string{"nowhere"}}, grid.ErrInvalid, "no division")
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "combine"}, grid.ErrInvalid, "divisions")
}

// TestBR52Departments: several departments agree on who leads in time, or the division above them names it.
func TestBR52Departments(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "join", Units: []grid.Unit{"org:Oc000"}})
	if b.in.JointDueAt != nil {
		t.Error("one department has to agree with itself")
	}
	b.do("甲", "c000", grid.IncidentOrder{Act: "join", Units: []grid.Unit{"org:Oc001", "org:Oc000"}})
	if b.in.JointDueAt == nil || !b.in.JointDueAt.Equal(noon.Add(48*time.Hour)) || len(b.in.HandlingUnits) != 2 {
		t.Fatalf("until %v, %v", b.in.JointDueAt, b.in.HandlingUnits)
	}
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "lead", Unit: "org:Oc010"}, grid.ErrInvalid, "join")
	b.now = noon.Add(49 * time.Hour)
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "lead", Unit: "org:Oc001"}, grid.ErrForbidden, "c00 names")
	b.do("街道", "c00", grid.IncidentOrder{Act: "lead", Unit: "org:Oc001"})
	b.leads("org:Oc001", "assigned")
	if b.in.JointDueAt != nil || len(b.in.HandlingUnits) != 2 || b.in.HandlingUnits[1] != "division:c000" {
		t.Errorf("until %v, %v", b.in.JointDueAt, b.in.HandlingUnits)
	}
}

// TestBR53Proposal: a transfer without a unit goes to the one proposed; taking it or keeping the case settles that.
func TestBR53Proposal(t *testing.T) {
	t.Parallel()
	moved := func() *bench {
		b := newBench(t, "normal")
		b.do("甲", "c000", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "assign", Unit: "grid:c000g0"})
		b.refuse("甲", "c000", grid.IncidentOrder{Act: "keep"}, grid.ErrConflict, "nothing is proposed")
		b.refuse("甲", "c000", grid.IncidentOrder{Act: "transfer"}, grid.ErrInvalid, "unit")
		b.in.Assignment.CommunityCode = "c001"
		if !b.in.Relocated("grid:c000g0", "grid:c001g1", b.tree.circumstances(&b.settings, grid.Actor{})) {
			t.Fatal("nothing proposed")
		}
		return b
	}
	b := moved()
	b.do("甲", "c000", grid.IncidentOrder{Act: "transfer"})
	b.do("乙", "c001", grid.IncidentOrder{Act: "take"})
	b.leads("grid:c001g1", "assigned")
	if b.in.Handover || b.in.ProposedUnit != "" {
		t.Errorf("still proposed: %s", b.in.ProposedUnit)
	}
	b = moved()
	b.do("甲", "c000", grid.IncidentOrder{Act: "keep"})
	b.leads("grid:c000g0", "assigned")
	if b.in.Handover || b.in.ProposedUnit != "" {
		t.Errorf("still proposed: %s", b.in.ProposedUnit)
	}
}

// TestBR54Merge: merged is what somebody merges, into one that is not merged itself.
func TestBR54Merge(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "merge", Into: "I-9"}, grid.ErrInvalid, "no incident")
	for _, into := range []grid.Incident{{Code: "I-1", State: "reported"}, {Code: "I-2", State: "merged"}, {Code: "I-2", State: "cancelled"}} {
		b.into = &into
		if err := b.try("甲", "c000", grid.IncidentOrder{Act: "merge", Into: into.Code}); err == nil {
			t.Errorf("merged into %s, which is %s", into.Code, into.State)
		}
	}
	b.into = &grid.Incident{ID: 7, Code: "I-7", State: "closed"}
	b.do("甲", "c000", grid.IncidentOrder{Act: "merge", Into: "I-7"})
	if b.in.ParentID != 7 || b.in.State != "merged" || b.in.Outcome != "duplicate" || b.in.Open() {
		t.Errorf("%+v", b.in)
	}
}

// TestBR55ClockGoesBack: a clock that goes back repeats no step, undoes none and loses none.
func TestBR55ClockGoesBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	due := noon.Add(120 * time.Hour)
	if !b.in.DueAt.Equal(due) || !b.in.ResponseDueAt.Equal(noon.Add(4*time.Hour)) {
		t.Fatalf("due %v, to be taken up until %v", b.in.DueAt, b.in.ResponseDueAt)
	}
	for _, tick := range []struct {
		after time.Duration
		steps int
	}{
		{-time.Second, 0},
		{time.Second, 1},
		{-48 * time.Hour, 1},
		{25 * time.Hour, 2},
		{2 * time.Hour, 2},
		{-1000 * time.Hour, 2},
		{169 * time.Hour, 4},
		{-time.Hour, 4},
		{10_000 * time.Hour, 4},
	} {
		now := due.Add(tick.after)
		for {
			if _, _, taken := b.in.Remind(&b.settings, "scheduler", now); !taken {
				break
			}
		}
		if b.in.OverdueStep != tick.steps || b.in.Supervised != (tick.steps > 1) {
			t.Errorf("%v after the deadline: %d steps, want %d", tick.after, b.in.OverdueStep, tick.steps)
		}
	}
}

// TestBR55Finish stops the clock: what waits for its check is done, and sent back it has the time again that it waited.
func TestBR55Finish(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	due := *b.in.DueAt
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"}, grid.IncidentOrder{Act: "finish", Outcome: "resolved"})
	if _, _, taken := b.in.Remind(&b.settings, "scheduler", due.Add(time.Hour)); taken || b.in.Overdue(due.Add(time.Hour)) {
		t.Error("reminded of what is done")
	}
	c := b.tree.circumstances(&b.settings, grid.Actor{Name: "乙", Role: grid.RoleDispatcher})
	c.Now, c.FinishedAt = noon.Add(72*time.Hour), noon
	if _, err := b.in.Do(grid.IncidentOrder{Act: "rework", Reason: "because"}, c); err != nil {
		t.Fatal(err)
	}
	if !b.in.DueAt.Equal(due.Add(72*time.Hour)) || b.in.Outcome != "" || b.in.FinishedBy != "" {
		t.Errorf("sent back: due %v, %q by %q", b.in.DueAt, b.in.Outcome, b.in.FinishedBy)
	}
}

// TestBR56Closing needs somebody else, where the kind does; reopened within its time it keeps its number.
func TestBR56Closing(t *testing.T) {
	t.Parallel()
	finished := func(kind string) *bench {
		b := newBench(t, "normal")
		b.in.Kind = kind
		b.do("甲", "c000", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"})
		b.refuse("甲", "c000", grid.IncidentOrder{Act: "finish"}, grid.ErrInvalid, "outcome")
		b.do("甲", "c000", grid.IncidentOrder{Act: "finish", Outcome: "resolved"})
		return b
	}
	b := finished("opinion")
	b.do("甲", "c000", grid.IncidentOrder{Act: "close"})
	b = finished("gas")
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "close"}, grid.ErrConflict, "somebody else")
	b.do("乙", "c000", grid.IncidentOrder{Act: "close"})
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "feedback", Satisfaction: 6}, grid.ErrInvalid, "1 to 5")
	b.refuse("丙", "c001", grid.IncidentOrder{Act: "feedback", Satisfaction: 2}, grid.ErrForbidden, "first_receiver")
	b.do("甲", "c000", grid.IncidentOrder{Act: "feedback", Satisfaction: 2})
	if b.in.Satisfaction == nil || *b.in.Satisfaction != 2 || b.in.Phase != "feedback" {
		t.Errorf("satisfaction %v in %s", b.in.Satisfaction, b.in.Phase)
	}
	closed := b.in
	b.now = noon.AddDate(0, 0, 31)
	b.refuse("甲", "c000", grid.IncidentOrder{Act: "reopen"}, grid.ErrConflict, "new incident")
	b.now = noon.AddDate(0, 0, 29)
	b.do("甲", "c000", grid.IncidentOrder{Act: "reopen"})
	if b.in.Code != closed.Code || b.in.State != "rework" || b.in.ClosedAt != nil || b.in.Overdue(b.now) {
		t.Errorf("reopened: %+v", b.in)
	}
}

// TestBR47Gate: a grid gets what the list lets it have, with the item and the version noted; a desk gets anything.
func TestBR47Gate(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"})
	b.gate = func(grid.Unit) (string, int, error) {
		return "", 0, &grid.RuleError{Rule: "BR-47", Field: "unit", Detail: "item N-1"}
	}
	for _, o := range []grid.IncidentOrder{
		{Act: "assign", Unit: "grid:c000g0"},
		{Act: "transfer", Unit: "grid:c001g0"},
		{Act: "join", Units: []grid.Unit{"grid:c000g0"}},
	} {
		b.refuse("甲", "c000", o, grid.ErrInvalid, "N-1")
	}
	b.do("甲", "c000", grid.IncidentOrder{Act: "assign", Unit: "org:Oc000"})
	b.gate = func(grid.Unit) (string, int, error) { return "P-1", 3, nil }
	b.do("甲", "c000", grid.IncidentOrder{Act: "assign", Unit: "org:Oc000"})
	if b.in.ItemCode != "" {
		t.Errorf("item %s of an organisation", b.in.ItemCode)
	}
	b.do("市", "", grid.IncidentOrder{Act: "escalate"}, grid.IncidentOrder{Act: "assign", Unit: "grid:c000g0"})
	if b.in.ItemCode != "P-1" || b.in.ItemListVersion != 3 {
		t.Errorf("item %s of version %d", b.in.ItemCode, b.in.ItemListVersion)
	}
}

// TestBR55Supervision: pressing for an incident follows it up until that has had its effect.
func TestBR55Supervision(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"})
	past := noon.Add(-time.Hour)
	b.refuse("区", "c0", grid.IncidentOrder{Act: "supervise", Supervision: "deadline", Deadline: &past}, grid.ErrInvalid, "future")
	b.refuse("区", "c0", grid.IncidentOrder{Act: "supervise", Supervision: "shout"}, grid.ErrInvalid, "one of")
	b.do("区", "c0", grid.IncidentOrder{Act: "supervise", Supervision: "supervise"})
	if !b.in.Supervised || b.in.Phase != "follow_up" || b.in.State != "handling" {
		t.Errorf("%s in %s", b.in.State, b.in.Phase)
	}
	b.do("区", "c0", grid.IncidentOrder{Act: "rectify"})
	if b.in.Supervised || b.in.Phase != "handling" {
		t.Errorf("set right: %s", b.in.Phase)
	}
	b.refuse("区", "c0", grid.IncidentOrder{Act: "rectify"}, grid.ErrConflict, "no such supervision")
}
