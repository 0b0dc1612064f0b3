package grid

import "strings"

// Unit is who has to do with an incident: a grid ("grid:320211001001007"), an organisation ("org:ORG-12") or the desk of a division
// ("division:320211001000"). What was imported in other words is the name of a unit that nobody knows here.
type Unit string

// The kinds of units.
const (
	UnitGrid     = "grid"
	UnitOrg      = "org"
	UnitDivision = "division"
)

// NewUnit returns the unit of that kind and code.
func NewUnit(kind, code string) Unit { return Unit(kind + ":" + code) }

// ParseUnit reads a unit. The error is a *RuleError for the field.
func ParseUnit(field, text string) (Unit, error) {
	u := Unit(text)
	if u.Kind() == "" || CheckCode(field, u.Code()) != nil {
		return "", &RuleError{Rule: "unit", Field: field, Detail: "a unit is grid:CODE, org:CODE or division:CODE"}
	}
	return u, nil
}

// Kind returns grid, org or division, "" for the name of an unknown unit.
func (u Unit) Kind() string {
	kind, _, found := strings.Cut(string(u), ":")
	if !found || kind != UnitGrid && kind != UnitOrg && kind != UnitDivision {
		return ""
	}
	return kind
}

// Code returns the code of the unit, "" for an unknown one.
func (u Unit) Code() string {
	if u.Kind() == "" {
		return ""
	}
	_, code, _ := strings.Cut(string(u), ":")
	return code
}
