package grid

import (
	"fmt"
	"slices"
	"time"
)

// ItemList is one version of what a county asks of its grids (F05). At most one is in effect.
type ItemList struct {
	ID            int64
	CountyCode    string
	Version       int
	State         string // draft, effective or retired
	Note          string
	EffectiveFrom *time.Time
	RetiredAt     *time.Time
	CreatedAt     time.Time
	CreatedBy     string
	Items         []ServiceItem // by code
}

// ServiceItem is one entry of a list: what may be asked of a grid or, when Negative, must not be.
type ServiceItem struct {
	Code          string
	Name          string
	IncidentKinds []string
	HazardKinds   []string
	DepartmentOrg string // code of the organisation that hands it down, or that has to do it itself
	LegalBasis    string
	Negative      bool
	Public        bool
	Admission     *Admission // nil for none
}

// Admission is the request that an item be taken in, and what was decided about it (BR-47).
type Admission struct {
	ApplicantOrg string
	Resources    string // people, funds, equipment that come with it
	LegalBasis   string
	State        string // requested, approved or rejected
	RequestedAt  time.Time
	RequestedBy  string
	ApprovedBody string // in words
	DocNo        string
	DecidedAt    *time.Time
	DecidedBy    string
}

// The states of item lists.
const (
	ItemsDraft     = "draft"
	ItemsEffective = "effective"
	ItemsRetired   = "retired"
)

// The bounds of a list.
const (
	maxItems = 1000
	maxKinds = 100
)

// Check returns the first thing that is wrong with the items of a list, as a *RuleError.
func (l *ItemList) Check(codes Codes) error {
	if len(l.Items) == 0 || len(l.Items) > maxItems {
		return &RuleError{Rule: "items", Field: "items", Detail: fmt.Sprintf("a list has 1 to %d items", maxItems)}
	}
	seen := map[string]bool{}
	for i := range l.Items {
		item := &l.Items[i]
		wrong := func(field, detail string) error {
			return &RuleError{Rule: "items", Field: fmt.Sprintf("items[%d].%s", i, field), Detail: detail}
		}
		switch {
		case CheckCode("code", item.Code) != nil:
			return wrong("code", "a code has at most 64 letters, digits and marks")
		case seen[item.Code]:
			return wrong("code", fmt.Sprintf("there are two items %q", item.Code))
		case item.Name == "":
			return wrong("name", "must be given")
		case len(item.IncidentKinds)+len(item.HazardKinds) == 0:
			return wrong("incident_kinds", "name at least one kind of incidents or hazards")
		case len(item.IncidentKinds)+len(item.HazardKinds) > maxKinds:
			return wrong("incident_kinds", fmt.Sprintf("at most %d kinds", maxKinds))
		}
		seen[item.Code] = true
		unknown := func(enumeration string) func(string) bool {
			return func(kind string) bool { return !codes.Has(enumeration, kind) }
		}
		if k := slices.IndexFunc(item.IncidentKinds, unknown("incident_kind")); k >= 0 {
			return wrong("incident_kinds", fmt.Sprintf("there is no kind %q", item.IncidentKinds[k]))
		}
		if k := slices.IndexFunc(item.HazardKinds, unknown("hazard_kind")); k >= 0 {
			return wrong("hazard_kinds", fmt.Sprintf("there is no kind %q", item.HazardKinds[k]))
		}
		for k := range i {
			if other := &l.Items[k]; other.Negative != item.Negative && meets(other, item) {
				return wrong("incident_kinds", fmt.Sprintf("a kind cannot be asked of grids by %s and refused to them by %s", other.Code, item.Code))
			}
		}
	}
	return nil
}

func meets(a, b *ServiceItem) bool {
	in := func(list []string) func(string) bool { return func(k string) bool { return slices.Contains(list, k) } }
	return slices.ContainsFunc(a.IncidentKinds, in(b.IncidentKinds)) || slices.ContainsFunc(a.HazardKinds, in(b.HazardKinds))
}

// For returns the item by which incidents of a kind may be given to a grid. The error is a *RuleError of BR-47 that names the item which
// forbids it or, where no item is about the kind, says that it is a department's.
func (l *ItemList) For(incidentKind string) (*ServiceItem, error) {
	for i := range l.Items {
		item := &l.Items[i]
		if !slices.Contains(item.IncidentKinds, incidentKind) {
			continue
		}
		if item.Negative {
			return nil, l.refusal(fmt.Sprintf("item %s (%s) of the county's list %d says that %s is not asked of a grid%s", item.Code, item.Name, l.Version, incidentKind, item.department()))
		}
		return item, nil
	}
	return nil, l.refusal(fmt.Sprintf("no item of the county's list %d is about %s: give it to a department", l.Version, incidentKind))
}

func (l *ItemList) refusal(detail string) error {
	return &RuleError{Rule: "BR-47", Field: "unit", Detail: detail}
}

func (i *ServiceItem) department() string {
	if i.DepartmentOrg == "" {
		return ""
	}
	return ": it is for " + string(NewUnit(UnitOrg, i.DepartmentOrg))
}

// NeedsAdmission reports whether an item of a new list has to be approved before the list can take effect: one that asks something
// of grids which the list in effect until then, nil for none, does not ask in the same way.
func (i *ServiceItem) NeedsAdmission(until *ItemList) bool {
	if i.Negative {
		return false
	}
	return until == nil || !slices.ContainsFunc(until.Items, func(old ServiceItem) bool {
		return !old.Negative && old.Code == i.Code && old.DepartmentOrg == i.DepartmentOrg && within(i.IncidentKinds, old.IncidentKinds) && within(i.HazardKinds, old.HazardKinds)
	})
}

// within reports whether all of some are among the others.
func within(some, others []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(others, s) })
}
