package grid

import "time"

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
