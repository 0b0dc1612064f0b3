package grid

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// Void is the kind of a part that is no grid: a void area.
const Void = "void"

// The kinds of plans. An import plan replaces whole counties by a file; an undo plan restores what another plan changed.
const (
	AdjustmentPlan = "adjustment"
	ImportPlan     = "import"
	UndoPlan       = "undo"
)

// PlanState is where a plan stands (BR-32). Filing runs beside it from Decided on.
type PlanState string

// The states of a plan.
const (
	Draft      PlanState = "draft"
	Checked    PlanState = "checked"    // its last check found no open error, and nothing was drawn since
	Consulting PlanState = "consulting" // checked, and the bodies concerned have been asked
	Revised    PlanState = "revised"    // changed after they were asked: to be checked again
	Submitted  PlanState = "submitted"  // holds its grids against other plans (BR-37)
	Decided    PlanState = "decided"
	Effective  PlanState = "effective"
	Withdrawn  PlanState = "withdrawn"
	Rejected   PlanState = "rejected"
)

// PlanAct is something that is done to a plan.
type PlanAct string

// The acts. Publish needs its gates besides: a current base, a filing where the deployment wants it first.
const (
	ActEdit     PlanAct = "edit" // a change, undo, redo, rebase with another outcome
	ActCheck    PlanAct = "check"
	ActConsult  PlanAct = "consult"
	ActSubmit   PlanAct = "submit"
	ActReturn   PlanAct = "return" // the deciding body wants it revised
	ActApprove  PlanAct = "approve"
	ActReject   PlanAct = "reject"
	ActPublish  PlanAct = "publish"
	ActWithdraw PlanAct = "withdraw"
)

// planActs is the life of a plan: from each state, the acts that are allowed and where they lead.
var planActs = map[PlanState]map[PlanAct]PlanState{
	Draft:      {ActEdit: Draft, ActCheck: Checked, ActWithdraw: Withdrawn},
	Checked:    {ActEdit: Draft, ActCheck: Checked, ActConsult: Consulting, ActSubmit: Submitted, ActWithdraw: Withdrawn},
	Consulting: {ActEdit: Revised, ActCheck: Consulting, ActConsult: Consulting, ActSubmit: Submitted, ActWithdraw: Withdrawn},
	Revised:    {ActEdit: Revised, ActCheck: Consulting, ActWithdraw: Withdrawn},
	Submitted:  {ActReturn: Revised, ActApprove: Decided, ActReject: Rejected, ActWithdraw: Withdrawn},
	Decided:    {ActPublish: Effective, ActWithdraw: Withdrawn},
}

// After returns the state that an act leads to; the error is an ErrConflict that says what can be done instead.
func (s PlanState) After(act PlanAct) (PlanState, error) {
	if next, ok := planActs[s][act]; ok {
		return next, nil
	}
	acts := s.Acts()
	if len(acts) == 0 {
		return "", fmt.Errorf("the plan is %s, which is its end: %w", s, ErrConflict)
	}
	names := make([]string, len(acts))
	for i, a := range acts {
		names[i] = string(a)
	}
	return "", fmt.Errorf("the plan is %s: %s is not possible now, only %s: %w", s, act, strings.Join(names, ", "), ErrConflict)
}

// Acts returns what can be done in a state, in alphabetical order.
func (s PlanState) Acts() []PlanAct {
	var acts []PlanAct
	for act := range planActs[s] {
		acts = append(acts, act)
	}
	slices.Sort(acts)
	return acts
}

// Open reports whether the plan has not come to its end.
func (s PlanState) Open() bool { return len(planActs[s]) > 0 }

// Plan is a proposed change from the editions BaseEditions of its counties to the next.
type Plan struct {
	ID             int64
	Code           string // for instance 320211-2026-007
	Kind           string
	Counties       []string // in code order
	BaseEditions   []int    // of the counties
	Title          string
	Reason         string
	Note           string
	DecidingLevel  string
	State          PlanState
	Version        int
	Position       int        // the number of the last change that counts
	LastChange     int        // the number of the last change that can be redone
	DrawnAt        *time.Time // when the change at Position was stored: numbers of changes that were undone are given anew
	CheckedAt      *int
	EffectiveAt    *time.Time
	DecidedAt      *time.Time
	DecidedBy      string
	DecisionDocNo  string
	EndedReason    string
	PublishedAt    *time.Time
	PublishedAs    []int // editions of the counties
	Undoes         string
	Trouble        string
	CreatedAt      time.Time
	CreatedBy      string
	UpdatedAt      time.Time
	FilingDueAt    *time.Time
	FiledAt        *time.Time
	ConsultedCount int // bodies asked
	AnsweredCount  int // of them, those that answered
}

// The operations of a plan (DOMAIN 11.7).
const (
	OpCreate     = "create"      // a new base grid cut out of others, or a dedicated grid, of Area
	OpSplit      = "split"       // Grid along Line
	OpMerge      = "merge"       // Grids into one
	OpShift      = "shift"       // the border of Grid runs along Line; or Area goes to Grid; or Vertex goes to To; or a vertex is added or removed
	OpTransfer   = "transfer"    // Grid to Community
	OpRename     = "rename"      // Grid to Name
	OpReclassify = "reclassify"  // dedicated Grid to DedicatedKind
	OpChangeHost = "change_host" // dedicated Grid to HostOrg
	OpRetire     = "retire"      // dedicated Grid; or base Grid, whose area goes to Into
	OpCarveVoid  = "carve_void"  // Area becomes a void area
	OpFillVoid   = "fill_void"   // void area Grid goes to Into
	OpImport     = "import"      // whole counties, from files
	OpRestore    = "restore"     // what another plan changed, as it was before it
)

// Change is one operation on a draft, as it is asked for and kept. Geometry is WGS 84, lon/lat degrees on the lattice.
type Change struct {
	Op        string            `json:"op"`
	Kind      string            `json:"kind,omitempty"` // of a grid to create: base or dedicated
	Grid      string            `json:"grid,omitempty"` // code
	Grids     []string          `json:"grids,omitempty"`
	From      []string          `json:"from,omitempty"` // shift of an area, create, carve: only out of these
	Into      string            `json:"into,omitempty"`
	Community string            `json:"community_code,omitempty"`
	Line      *geojson.Geometry `json:"line,omitempty"`   // LineString
	Area      *geojson.Geometry `json:"area,omitempty"`   // Polygon or MultiPolygon
	Vertex    *orb.Point        `json:"vertex,omitempty"` // a vertex that is there; of action insert, a place on a border
	To        *orb.Point        `json:"to,omitempty"`
	Action    string            `json:"action,omitempty"` // of a shift with Vertex: move (the default), insert, remove
	SnapM     float64           `json:"snap_m,omitempty"` // how far a drawn end may be from the border it is meant for; 0: the deployment's qc.width_m
	Codes     []string          `json:"codes,omitempty"`  // of new grids, in place of those of the coding rules
	Name      string            `json:"name,omitempty"`
	Names     []string          `json:"names,omitempty"` // of the parts of a split, the largest first
	Reason    string            `json:"reason,omitempty"`
	Note      string            `json:"note,omitempty"`

	DedicatedKind  string `json:"dedicated_kind,omitempty"`
	HostOrg        string `json:"host_org_code,omitempty"`
	SupervisingOrg string `json:"supervising_org_code,omitempty"`
	PostWorker     string `json:"post_worker_code,omitempty"` // who is posted to a new dedicated grid when it takes effect (BR-16)
}

// PlanPart is what a draft makes of a grid or void area. ID and VersionID of a grid are those of the base edition, 0 for a
// new grid.
type PlanPart struct {
	Kind       string // Base, Dedicated or Void
	Code       string
	Removed    bool
	Grid       *Grid     // of a base or dedicated grid that is not removed
	Void       *VoidArea // of a void area that is not removed
	PostWorker string    // code of the worker who is posted to a new grid
}

// ChangeResult is what a change did to the draft.
type ChangeResult struct {
	Parts []PlanPart // every part that is different now
	Arcs  []PlanArc  // borders that are new or run otherwise
	Bent  []PlanBend
	Ends  []PlanEnd
}

// PlanArc is a border with the parts to its sides, "" for none.
type PlanArc struct {
	Line        orb.LineString
	Left, Right string
}

// PlanBend is a vertex that rounding put into a border which nobody drew on.
type PlanBend struct {
	At     orb.Point
	Codes  []string
	MovedM float64
}

// PlanEnd is a drawn end that went to a vertex or border.
type PlanEnd struct {
	From, To  orb.Point
	DistanceM float64
}

// The classes of findings. An open error keeps a plan from being decided.
const (
	ErrorClass  = "error"
	NoticeClass = "notice"
)

// Finding is what a check found of a plan (DOMAIN 13).
type Finding struct {
	ID        int64
	Rule      string // QC-01 to QC-24
	Class     string
	GridCodes []string
	Detail    string
	Polygon   orb.MultiPolygon // nil for none
	At        *orb.Point
	AreaM2    *float64
	WidthM    *float64
	Measured  *float64
	Threshold *float64
	// Fingerprint is the same for the same finding of the same things however often the plan is checked: a waiver holds by it.
	Fingerprint  string
	WaivedBy     string
	WaiverReason string
}

// Unwaivable reports whether the finding can never be waived: gaps, overlaps and lost places (BR-32), and what the next
// edition could not be stored with.
func (f Finding) Unwaivable() bool {
	return slices.Contains([]string{"QC-01", "QC-03", "QC-04", "QC-05", "QC-06", "QC-08", "QC-11", "QC-12", "QC-19"}, f.Rule)
}

// OpenError reports whether the finding keeps its plan from being decided.
func (f Finding) OpenError() bool { return f.Class == ErrorClass && f.WaivedBy == "" }

// Consultation is one body's word on a plan (BR-33).
type Consultation struct {
	ID         int64
	BodyKind   string // street, committee, department, public
	BodyCode   string // division or organisation; "" for the public
	Required   bool
	AskedAt    time.Time
	DueAt      time.Time
	Method     string // meeting, written, system
	AnsweredAt *time.Time
	AnsweredBy string
	Opinion    string // "", agree, agree_with_comments, object, no_reply
	Text       string
	Reply      string // "", adopted, partly, not_adopted
	ReplyText  string
	RepliedBy  string
	Version    int
}

// Filing is the report of a decided plan to the city's grid agency (BR-35).
type Filing struct {
	ReceiverOrg    string
	DueAt          time.Time
	FiledAt        *time.Time
	ReceiptNo      string
	ReceiptAt      *time.Time
	ReturnedReason string
}

// Publication is an announcement of a plan (BR-36).
type Publication struct {
	ID          int64
	Channel     string
	URLRef      string
	Text        string
	PublishedAt time.Time
	WithdrawnAt *time.Time
}

// Lineage says from which grid a grid of an edition came.
type Lineage struct {
	FromCode    string
	ToCode      string
	Relation    string  // split, merge, shift, transfer
	ShareOfArea float64 // of the grid it came from, planar
}

// PlanConflict is a part that another plan holds, or that the county has changed since the plan was drawn.
type PlanConflict struct {
	Kind    string
	Code    string
	Name    string // that it has, or had last; "" for void areas
	Plan    string // that holds or has changed it, "" when unknown
	Seq     int    // the change of this plan that meets it, 0 for none
	Detail  string
	Base    orb.MultiPolygon // in the plan's base edition, nil when it was not there
	Current orb.MultiPolygon // in the edition in force, nil when it is not there
	Draft   orb.MultiPolygon // in the plan, nil when it is removed
}

// ConflictError is an ErrConflict that names what the plan conflicts with.
type ConflictError struct {
	Detail    string
	Conflicts []PlanConflict
}

// Error implements error.
func (e *ConflictError) Error() string { return e.Detail }

// Unwrap makes a ConflictError an ErrConflict.
func (e *ConflictError) Unwrap() error { return ErrConflict }
