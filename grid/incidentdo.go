package grid

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Do does an act with the incident and returns the one event to be written of it. The rule of IncidentRules is what it goes by: whether
// the act is possible now (ErrConflict), whose it is (ErrForbidden), what it needs (*RuleError). Where it returns an error the incident
// is as it was. It asks no clock: the time is that of the circumstances.
func (i *Incident) Do(o IncidentOrder, c IncidentCircumstances) (IncidentEvent, error) {
	r := IncidentRuleOf(o.Act)
	if r == nil {
		return IncidentEvent{}, &RuleError{Rule: "enum", Field: "act", Detail: fmt.Sprintf("there is no act %q", o.Act)}
	}
	if err := r.from(i.State); err != nil {
		return IncidentEvent{}, err
	}
	if !c.covers(c.chainOf(i.PartyUnit(r.By), i)) {
		return IncidentEvent{}, fmt.Errorf("%s is up to %s of the incident: %w", o.Act, r.By, ErrForbidden)
	}
	if err := o.check(r, i, &c); err != nil {
		return IncidentEvent{}, err
	}
	after := *i
	after.HandlingUnits = slices.Clone(i.HandlingUnits)
	d := doing{before: i, in: &after, order: &o, c: &c, data: map[string]any{}}
	if err := d.act(); err != nil {
		return IncidentEvent{}, err
	}
	event := d.finish(r)
	*i = after
	return event, nil
}

// PartyUnit returns the unit of a party, whose an act is.
func (i *Incident) PartyUnit(p IncidentParty) Unit {
	switch p {
	case PartyReceiver:
		return Unit(i.FirstReceiver)
	case PartyAsked:
		return i.TransferTo
	}
	return Unit(i.LeadUnit)
}

// doing is an act on its way.
type doing struct {
	before, in *Incident
	order      *IncidentOrder
	c          *IncidentCircumstances
	unit       Unit           // whom the event is about, "" for the lead unit
	data       map[string]any // of the event
}

// act does what is special about the act; the state is finish's.
func (d *doing) act() error {
	switch d.order.Act {
	case IncidentReject, IncidentCancel:
		d.end(d.order.Outcome)
	case IncidentMerge:
		return d.merge()
	case IncidentAssign:
		return d.assign()
	case IncidentStart:
		d.responded()
	case IncidentTransfer:
		return d.transfer()
	case IncidentTake:
		return d.take()
	case IncidentReturn, IncidentRecall:
		d.giveBack()
	case IncidentEscalate:
		return d.escalate()
	case IncidentCombine:
		return d.combine()
	case IncidentJoin:
		return d.join()
	case IncidentLead:
		return d.lead()
	case IncidentKeep:
		return d.stay()
	case IncidentFinish:
		d.in.FinishedBy, d.in.Outcome = d.c.Actor.Name, d.order.Outcome
		d.data["outcome"] = d.order.Outcome
	case IncidentRework:
		d.rework()
	case IncidentClose:
		return d.close()
	case IncidentFeedback:
		satisfaction := d.order.Satisfaction
		d.in.Satisfaction = &satisfaction
		d.data["satisfaction"] = d.order.Satisfaction
	case IncidentReopen:
		return d.reopen()
	case IncidentSuper:
		return d.supervise()
	case IncidentRectify:
		return d.rectify()
	}
	return nil
}

// finish gives the incident its new state and phase and returns the event.
func (d *doing) finish(r *IncidentRule) IncidentEvent {
	if r.To != "" {
		d.in.State = r.To
	}
	d.in.Phase = IncidentPhase(d.in.State, d.in.Supervised)
	if d.unit == "" {
		d.unit = Unit(d.in.LeadUnit)
	}
	if d.in.LeadUnit != d.before.LeadUnit {
		d.data["lead_from"], d.data["lead_to"] = d.before.LeadUnit, d.in.LeadUnit
	}
	maps.DeleteFunc(d.data, func(_ string, v any) bool { return v == "" || v == 0 })
	if len(d.data) == 0 {
		d.data = nil
	}
	return IncidentEvent{
		At: d.c.Now, Actor: d.c.Actor.Name, Action: string(d.order.Act), FromState: d.before.State, ToState: d.in.State,
		Unit: string(d.unit), Text: d.order.Reason, Data: d.data,
	}
}

// leadBy gives the incident to a unit. What was proposed since boundaries or the pin have moved is settled by it. A grid gets it only
// as an item of the county's list (BR-47).
func (d *doing) leadBy(u Unit) error {
	if u.Kind() == UnitGrid {
		item, version, err := d.c.Gate(u)
		if err != nil {
			return err
		}
		if version != 0 {
			d.in.ItemCode, d.in.ItemListVersion = item, version
			d.data["item_code"], d.data["item_list_version"] = item, version
		}
	}
	if string(u) != d.in.LeadUnit {
		d.in.ProposedUnit, d.in.Handover = "", false
	}
	d.in.LeadUnit = string(u)
	d.in.HandlingUnits = slices.DeleteFunc(d.in.HandlingUnits, func(h string) bool { return h == string(u) })
	return nil
}

// responded notes that it was taken up by whom it was given to (BR-55).
func (d *doing) responded() {
	if d.in.RespondedAt == nil {
		d.in.RespondedAt = &d.c.Now
	}
}

func (d *doing) end(outcome string) {
	if d.order.Act == IncidentReject {
		d.responded()
	}
	d.in.ClosedAt = &d.c.Now
	if outcome != "" {
		d.in.Outcome = outcome
		d.data["outcome"] = outcome
	}
}

// merge ends an incident as the same as another one, which is not merged away itself: so there are no circles (BR-54).
func (d *doing) merge() error {
	into := d.c.Into
	switch {
	case into == nil:
		return &RuleError{Rule: "unknown_code", Field: "into", Detail: fmt.Sprintf("there is no incident %q", d.order.Into)}
	case into.Code == d.in.Code:
		return &RuleError{Rule: "BR-54", Field: "into", Detail: "an incident is not merged into itself"}
	case !into.Open() && into.State != "closed":
		return fmt.Errorf("incident %s is %s: merge into one that is open or closed: %w", into.Code, into.State, ErrConflict)
	}
	d.in.ParentID = into.ID
	d.data["into"] = into.Code
	d.end("duplicate")
	return nil
}

// assign gives it to a unit below the lead unit.
func (d *doing) assign() error {
	if err := d.c.known("unit", d.order.Unit); err != nil {
		return err
	}
	own := d.c.chainOf(Unit(d.in.LeadUnit), d.in)
	if len(own) == 0 || !hasDivision(d.c.chainOf(d.order.Unit, d.in), own[0].Code) {
		return &RuleError{
			Rule: "BR-50", Field: "unit",
			Detail: fmt.Sprintf("%s does not lie within the division of the lead unit: transfer the incident to it", d.order.Unit),
		}
	}
	d.unit = d.order.Unit
	return d.leadBy(d.order.Unit)
}

// transfer asks another unit to take over. Until it does the one who has it stays responsible (BR-50).
func (d *doing) transfer() error {
	to := d.order.Unit
	if to == "" {
		to = d.in.ProposedUnit
	}
	if to == "" {
		return &RuleError{Rule: "required", Field: "unit", Detail: "transfer needs it where no unit is proposed"}
	}
	if err := d.c.known("unit", to); err != nil {
		return err
	}
	if string(to) == d.in.LeadUnit {
		return &RuleError{Rule: "BR-50", Field: "unit", Detail: fmt.Sprintf("%s leads already", to)}
	}
	if to.Kind() == UnitGrid {
		if _, _, err := d.c.Gate(to); err != nil {
			return err
		}
	}
	d.in.TransferTo, d.unit = to, to
	d.data["transfer_to"] = string(to)
	return nil
}

func (d *doing) take() error {
	to := d.in.TransferTo
	if to == "" { // as it was imported
		return fmt.Errorf("nobody was asked to take over: recall or return it: %w", ErrConflict)
	}
	if err := d.leadBy(to); err != nil {
		return err
	}
	d.in.TransferTo, d.in.ProposedUnit, d.in.Handover = "", "", false
	d.unit = to
	d.responded()
	return nil
}

// giveBack ends a transfer that is not taken: what is returned goes to who received it first (BR-50).
func (d *doing) giveBack() {
	d.data["transfer_to"] = string(d.in.TransferTo)
	d.in.TransferTo = ""
	if first := d.in.FirstReceiver; d.order.Act == IncidentReturn && first != "" && first != d.in.LeadUnit {
		d.in.LeadUnit, d.in.ProposedUnit, d.in.Handover = first, "", false
		d.in.HandlingUnits = slices.DeleteFunc(d.in.HandlingUnits, func(h string) bool { return h == first })
	}
}

// stay settles what was proposed by leaving everything as it is.
func (d *doing) stay() error {
	if !d.in.keepable() {
		return fmt.Errorf("nothing is proposed that it could be kept from: %w", ErrConflict)
	}
	d.data["proposed_unit"] = string(d.in.ProposedUnit)
	d.in.ProposedUnit, d.in.Handover = "", false
	return nil
}

// rework sends back what was said to be done. The time that waited for the check does not count.
func (d *doing) rework() {
	d.data["outcome"] = d.in.Outcome
	d.in.FinishedBy, d.in.Outcome = "", ""
	if waited := d.c.Now.Sub(d.c.FinishedAt); d.in.DueAt != nil && !d.c.FinishedAt.IsZero() && waited > 0 {
		d.due(d.in.DueAt.Add(waited))
	}
}

func (d *doing) due(at time.Time) {
	d.in.DueAt = &at
	d.data["due_at"] = at.UTC().Format(time.RFC3339)
}

// close ends it after a check, by somebody else than who handled it where the kind demands it (BR-56).
func (d *doing) close() error {
	if !d.in.closableBy(d.c.Actor, d.c.Settings) {
		return fmt.Errorf("BR-56: %s said that it is done, somebody else has to check it: %w", d.in.FinishedBy, ErrConflict)
	}
	d.end("")
	d.data["outcome"] = d.in.Outcome
	return nil
}

// reopen takes it up again under its number, within the time for that, with time to be done (BR-56).
func (d *doing) reopen() error {
	days := d.c.Settings.ReopenDays
	if d.in.ClosedAt != nil && d.c.Now.After(d.in.ClosedAt.AddDate(0, 0, days)) {
		return fmt.Errorf("BR-56: it was closed more than %d days ago: register a new incident: %w", days, ErrConflict)
	}
	d.data["outcome"] = d.in.Outcome
	d.in.ClosedAt, d.in.FinishedBy, d.in.Outcome, d.in.Satisfaction = nil, "", "", nil
	limit, ok := d.c.Settings.DeadlineOf(d.in.Kind, d.in.Severity)
	if at := d.c.Now.Add(hours(limit.DoneHours)); ok && d.in.DueAt != nil && d.in.DueAt.Before(at) {
		d.due(at)
		d.in.OverdueStep = 0 // another deadline, of which nobody has been reminded
	}
	return nil
}

func (d *doing) supervise() error {
	if len(d.c.Supervisions) >= MaxSupervisions {
		return fmt.Errorf("%d supervisions have not been set right: rectify them before you issue another: %w", len(d.c.Supervisions), ErrConflict)
	}
	d.in.Supervised = true
	d.data["supervision"] = d.order.Supervision
	if d.order.Deadline != nil {
		d.data["deadline"] = d.order.Deadline.UTC().Format(time.RFC3339)
	}
	return nil
}

// rectify ends supervision that had its effect: of the kind named, or all. Whoever is supervised does not end it: that is up to who
// issued it, and to the desks above.
func (d *doing) rectify() error {
	left := len(d.c.Supervisions)
	var targets []Unit
	for _, s := range d.c.Supervisions {
		if d.order.Supervision == "" || d.order.Supervision == s.Kind {
			left--
			if s.IssuedBy != d.c.Actor.Name {
				targets = append(targets, Unit(s.Target))
			}
		}
	}
	if !d.in.Supervised || left > 0 && left == len(d.c.Supervisions) {
		return fmt.Errorf("there is no such supervision that has not been set right: %w", ErrConflict)
	}
	if len(d.c.Supervisions) == 0 { // as it was imported
		targets = append(targets, Unit(d.in.Target()))
	}
	for _, target := range targets {
		if !d.c.coversAbove(d.c.chainOf(target, d.in)) {
			return fmt.Errorf("BR-55: supervision of %s is set right by who issued it, or by a desk above: %w", target, ErrForbidden)
		}
	}
	d.in.Supervised = left > 0
	d.data["supervision"] = d.order.Supervision
	return nil
}

func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

func hasDivision(chain []*Division, code string) bool {
	return slices.ContainsFunc(chain, func(d *Division) bool { return d.Code == code })
}

// Target returns the unit that supervision of the incident is meant for, as text: who leads, else where it lies.
func (i *Incident) Target() string {
	if i.LeadUnit != "" {
		return i.LeadUnit
	}
	return string(NewUnit(UnitDivision, i.Assignment.Division()))
}

// SameLife returns a *RuleError for something that only acts change and that is not as it was before.
func (i *Incident) SameLife(before *Incident) error {
	for _, part := range []struct {
		field string
		same  bool
	}{
		{"state", i.State == before.State},
		{"phase", i.Phase == before.Phase},
		{"first_receiver", i.FirstReceiver == before.FirstReceiver},
		{"lead_unit", i.LeadUnit == before.LeadUnit},
		{"handling_units", slices.Equal(i.HandlingUnits, before.HandlingUnits)},
		{"item_code", i.ItemCode == before.ItemCode},
		{"due_at", sameTime(i.DueAt, before.DueAt)},
		{"response_due_at", sameTime(i.ResponseDueAt, before.ResponseDueAt)},
		{"supervised", i.Supervised == before.Supervised},
		{"handover", i.Handover == before.Handover},
		{"closed_at", sameTime(i.ClosedAt, before.ClosedAt)},
		{"outcome", i.Outcome == before.Outcome},
		{"satisfaction", i.Satisfaction == before.Satisfaction || i.Satisfaction != nil && before.Satisfaction != nil && *i.Satisfaction == *before.Satisfaction},
	} {
		if !part.same {
			return &RuleError{Rule: "acts_only", Field: part.field, Detail: "it is changed by an act: POST /v1/incidents/{code}/acts"}
		}
	}
	return nil
}

func sameTime(a, b *time.Time) bool {
	return a == b || a != nil && b != nil && a.Equal(*b)
}
