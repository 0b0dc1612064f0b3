package grid

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Duty says that a post is on from OnFrom to OnTo, half-open, and which post stands in for it while it is absent.
type Duty struct {
	ID        int64
	PostID    int64
	StandIn   int64 // post, 0 for none
	OnFrom    time.Time
	OnTo      time.Time
	Absent    bool
	Cancelled bool
	Version   int
	UpdatedAt time.Time
	UpdatedBy string

	CountyCode string

	// Of the two posts, for who reads it.
	GridID        int64
	GridCode      string
	CommunityCode string
	WorkerCode    string
	PostKind      string
	StandInWorker string // code, "" for none
}

// Check returns the first rule that a worker breaks, as a *RuleError with the field.
func (w *Worker) Check() error {
	if w.Code == "" {
		return &RuleError{Rule: "required", Field: "code", Detail: "the field is required"}
	}
	if err := CheckCode("code", w.Code); err != nil {
		return err
	}
	if what, personal := PersonalText(w.Code); personal && what == whatID {
		return &RuleError{Rule: "BR-60", Field: "code", Detail: "the code looks like a personal " + what}
	}
	if strings.TrimSpace(w.Name) == "" {
		return &RuleError{Rule: "required", Field: "name", Detail: "the field is required"}
	}
	if what, personal := PersonalText(w.Name); personal {
		return &RuleError{Rule: "BR-60", Field: "name", Detail: "the text holds what looks like a personal " + what}
	}
	if w.RoleType != "full_time" && w.RoleType != "part_time" {
		return &RuleError{Rule: "enum", Field: "role_type", Detail: "it is to be one of full_time, part_time"}
	}
	return CheckPhone("work_phone", w.WorkPhone)
}

// maxPhone is how many characters a phone number has at most.
const maxPhone = 40

// CheckPhone returns a *RuleError for what is no phone number of an office or of a worker on duty. That may be a mobile one (L8).
func CheckPhone(field, phone string) error {
	if utf8.RuneCountInString(phone) > maxPhone {
		return &RuleError{Rule: "text", Field: field, Detail: "a phone number is shorter than that"}
	}
	if what, personal := PersonalText(phone); personal && what == whatID {
		return &RuleError{Rule: "BR-60", Field: field, Detail: "the text holds what looks like a personal " + what}
	}
	return nil
}

// Check returns the first rule that a post breaks by itself, as a *RuleError with the field.
func (p *Post) Check() error {
	if p.ValidTo != nil && !p.ValidTo.After(p.ValidFrom) {
		return &RuleError{Rule: "range", Field: "valid_to", Detail: "the post is to end after it begins"}
	}
	return nil
}

// Check returns the first rule that a duty breaks by itself, as a *RuleError with the field.
func (d *Duty) Check() error {
	if !d.OnTo.After(d.OnFrom) {
		return &RuleError{Rule: "range", Field: "on_to", Detail: "the duty is to end after it begins"}
	}
	if d.StandIn != 0 && d.StandIn == d.PostID {
		return &RuleError{Rule: "stand_in", Field: "stand_in_post_id", Detail: "a post cannot stand in for itself"}
	}
	return nil
}

// Within returns a *RuleError for the field unless the duty lies in the time of a post.
func (d *Duty) Within(p *Post, field string) error {
	if d.OnFrom.Before(p.ValidFrom) || p.ValidTo != nil && d.OnTo.After(*p.ValidTo) {
		return &RuleError{Rule: "post_valid", Field: field, Detail: "the post is not valid in all of the time of the duty"}
	}
	return nil
}

// ContactStep is one step of the chain to contact (BR-29).
type ContactStep string

// The steps, in the order in which they are tried. Posted takes the place of OnDuty for a grid of which no calendar is kept: whoever is
// posted to it.
const (
	StepOnDuty     ContactStep = "on_duty"
	StepPosted     ContactStep = "posted"
	StepStandIn    ContactStep = "stand_in"
	StepGridLeader ContactStep = "grid_leader"
	StepBaseWorker ContactStep = "base_worker"
	StepCommunity  ContactStep = "community"
	StepStreet     ContactStep = "street"
	StepAbove      ContactStep = "above" // the county or the city, where there is no street
)
