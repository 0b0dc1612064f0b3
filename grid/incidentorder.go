package grid

import (
	"fmt"
	"slices"
	"time"
)

// IncidentOrder is an act with what it needs to be done. Members that the act has no use for are ignored.
type IncidentOrder struct {
	Act          IncidentAct
	Unit         Unit     // assign, transfer, lead: to whom; a transfer without one goes to the proposed unit
	Units        []Unit   // join: who handles it too
	Divisions    []string // combine: the divisions that it touches besides its own
	Into         string   // merge: code of the incident that it is the same as
	Reason       string   // in words, at most maxReason bytes, without personal data (BR-60)
	Outcome      string   // finish, and reject when it is given: an incident_outcome
	Satisfaction int      // feedback: 1 to 5
	Supervision  string   // supervise: one of SupervisionKinds; rectify: the kind that is set right, "" for all
	Deadline     *time.Time
}

// IncidentCircumstances is what an act depends on besides the incident and the order.
type IncidentCircumstances struct {
	Settings *Settings
	Now      time.Time
	Actor    Actor
	// Chain returns a division and those above it up to the city, empty for an unknown code.
	Chain func(division string) []*Division
	// DivisionOf returns the code of the division in which a unit is: a grid's community, an organisation's division, the division
	// itself; "" for a unit that nobody knows.
	DivisionOf func(Unit) string
	// Gate refuses to give the incident to a grid, or says under which item of which version of the county's list it may (BR-47).
	Gate func(Unit) (item string, version int, err error)
	// Into is the incident that the order merges into, nil when there is none or the actor may not know it.
	Into *Incident
	// Supervisions are those of the incident that have not been set right.
	Supervisions []Supervision
	// FinishedAt is when it was said to be done, the zero time when nobody knows.
	FinishedAt time.Time
}

// Supervision is a step by which somebody above presses for an incident (BR-55).
type Supervision struct {
	ID          int64 // 0 before it is stored
	Kind        string
	Target      string // the unit that is meant
	Reason      string
	IssuedAt    time.Time
	IssuedBy    string
	Deadline    *time.Time
	RectifiedAt *time.Time
	RectifiedBy string
}

// SupervisionKinds are the kinds of supervision, from the mildest on; deadline is an order to set something right by then.
var SupervisionKinds = []string{"circular", "interview", "supervise", "listed", "deadline"}

// MaxSupervisions is how many supervisions of an incident may wait to be set right before no other is issued.
const MaxSupervisions = 100

// Bounds of what one order may name.
const (
	maxReason    = 2000
	maxUnits     = 20
	maxDivisions = 100
)

// check returns a *RuleError for a member that the act needs and the order lacks, or that no order may have.
func (o *IncidentOrder) check(r *IncidentRule, in *Incident, c *IncidentCircumstances) error {
	missing := map[string]bool{
		"unit": o.Unit == "", "units": len(o.Units) == 0, "divisions": len(o.Divisions) == 0, "into": o.Into == "", "reason": o.Reason == "",
		"outcome": o.Outcome == "", "satisfaction": o.Satisfaction == 0, "supervision": o.Supervision == "",
	}
	for _, need := range r.Needs {
		if missing[need] {
			return &RuleError{Rule: "required", Field: need, Detail: fmt.Sprintf("%s needs it", o.Act)}
		}
	}
	if len(o.Reason) > maxReason {
		return &RuleError{Rule: "length", Field: "reason", Detail: fmt.Sprintf("has more than %d bytes", maxReason)}
	}
	if what, personal := PersonalText(o.Reason); personal {
		return &RuleError{Rule: "BR-60", Field: "reason", Detail: "holds what looks like a " + what + ": leave it out"}
	}
	if o.Satisfaction < 0 || o.Satisfaction > 5 {
		return &RuleError{Rule: "range", Field: "satisfaction", Detail: "must be 1 to 5"}
	}
	if o.Supervision != "" && !slices.Contains(SupervisionKinds, o.Supervision) {
		return &RuleError{Rule: "enum", Field: "supervision", Detail: fmt.Sprintf("must be one of %v", SupervisionKinds)}
	}
	if o.Deadline != nil && !o.Deadline.After(c.Now) {
		return &RuleError{Rule: "range", Field: "deadline", Detail: "must be in the future"}
	}
	return o.checkLists(in)
}

func (o *IncidentOrder) checkLists(in *Incident) error {
	if len(o.Units)+len(in.HandlingUnits) > maxUnits {
		return &RuleError{Rule: "length", Field: "units", Detail: fmt.Sprintf("at most %d units handle an incident", maxUnits)}
	}
	if len(o.Divisions) > maxDivisions {
		return &RuleError{Rule: "length", Field: "divisions", Detail: fmt.Sprintf("names more than %d divisions", maxDivisions)}
	}
	return nil
}

// chainOf returns the codes of a unit's division and those above it. A unit that nobody knows counts as being where the incident
// lies.
func (c *IncidentCircumstances) chainOf(u Unit, in *Incident) []*Division {
	if division := c.DivisionOf(u); division != "" {
		return c.Chain(division)
	}
	return c.Chain(in.Assignment.Division())
}

// covers reports whether the actor may write incidents in the first division of a chain.
func (c *IncidentCircumstances) covers(chain []*Division) bool {
	codes := make([]string, len(chain))
	for i, d := range chain {
		codes[i] = d.Code
	}
	return c.Actor.May(WriteIncidents, codes)
}

// coversAbove reports whether the actor may write incidents in a division above the first one of a chain, or in that where none is.
func (c *IncidentCircumstances) coversAbove(chain []*Division) bool {
	return c.covers(chain[min(1, max(0, len(chain)-1)):])
}

// known returns a *RuleError for a unit that is none or that nobody knows.
func (c *IncidentCircumstances) known(field string, u Unit) error {
	if _, err := ParseUnit(field, string(u)); err != nil {
		return err
	}
	if c.DivisionOf(u) == "" {
		return &RuleError{Rule: "unknown_code", Field: field, Detail: fmt.Sprintf("there is no %s %q", u.Kind(), u.Code())}
	}
	return nil
}
